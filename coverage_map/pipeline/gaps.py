"""The gap list: which subjects, how many people, why."""

import geopandas as gpd
import pandas as pd

from coverage_map.pipeline.actors import Actor, Scope, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.evaluation import DUPLICATES, result
from coverage_map.pipeline.frame import (
    NO_OPERATOR,
    check_indicator,
    check_operator,
    inside,
    operators_of,
    trail_of,
)
from coverage_map.pipeline.views import Crumb, Sharing
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.verdicts import OPPORTUNITY
from geodata.errors import UsageError


def read_gaps(
    workspace: Workspace,
    actor: Actor,
    area: str = "",
    indicator: str | None = None,
    operator: str | None = None,
) -> gpd.GeoDataFrame:
    """Return gaps of an area (GAP columns, EPSG:4490), of one indicator or of all.

    Without an operator those that stand for any operator are meant, for an owner its own.
    """
    scope = allow(actor, "gaps")
    trail = trail_of(load_register(workspace), scope, area)
    if indicator:
        check_indicator(indicator)
    gaps = result(workspace, newest(workspace, scope.evaluation), "gaps", indicator or "")
    return gpd.GeoDataFrame(gaps[_chosen(gaps, scope, trail, indicator, operator)])


def _chosen(
    gaps: pd.DataFrame,
    scope: Scope,
    trail: tuple[Crumb, ...],
    indicator: str | None,
    operator: str | None,
) -> pd.Series:
    if indicator:
        mask = gaps["operator"] == check_operator(scope, indicator, operator)
    else:
        choices = operators_of(scope)
        if operator and operator not in choices:
            raise UsageError("operator_unknown", operator=operator, operators=", ".join(choices))
        mask = gaps["operator"].isin([operator or choices[0], NO_OPERATOR])
    columns = gaps[["unit_code", "township_code", "area_code"]]
    return mask & inside(columns.rename(columns={"unit_code": "code"}), scope, trail)


def read_sharing(
    workspace: Workspace,
    actor: Actor,
    area: str = "",
    indicator: str | None = None,
    operator: str | None = None,
) -> Sharing:
    """Return what stands near gaps and could be shared, and possible duplicate builds.

    An owner sees the tower company's towers and its own assets; duplicates are the city's alone.
    """
    scope = allow(actor, "sharing")
    register = load_register(workspace)
    trail = trail_of(register, scope, area)
    evaluation = newest(workspace, scope.evaluation)
    gaps = read_gaps(workspace, actor, area, indicator, operator)
    opportunities = result(workspace, evaluation, "opportunities", indicator or "")
    opportunities = opportunities.loc[
        opportunities["gap_id"].isin(gaps["gap_id"]), list(OPPORTUNITY)
    ]
    duplicates = result(workspace, evaluation, DUPLICATES)
    units = register.units
    seen = units.loc[inside(units, scope, trail), "code"]
    whole_city = trail[-1].level == "city" and scope.areas is None
    if not whole_city:
        duplicates = duplicates[duplicates["unit_code"].isin(seen)]
    return Sharing(
        opportunities=opportunities.reset_index(drop=True),
        duplicates=duplicates.reset_index(drop=True),
        gaps=gaps.reset_index(drop=True),
    )
