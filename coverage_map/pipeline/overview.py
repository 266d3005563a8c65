"""One area by one indicator: figures against targets, the level below, and a map's colours."""

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from coverage_map.palette import share_letter
from coverage_map.pipeline.actors import Actor, Scope, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.evaluation import Evaluation, figures_of, result
from coverage_map.pipeline.frame import (
    check_indicator,
    check_operator,
    inside,
    level_below,
    trail_of,
)
from coverage_map.pipeline.views import (
    COVERED,
    GAP,
    NO_FREE_PORT,
    NOT_A_SUBJECT,
    UNKNOWN,
    Crumb,
    Overview,
    Status,
)
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules import read_rules
from coverage_map.verdicts import STATES
from geodata.records import read_kinds
from geodata.register import Register
from geodata.store.tables import current_tables

STATE_CLASS = {"covered": COVERED, "gap": GAP, "unknown": UNKNOWN}


def read_status(workspace: Workspace, actor: Actor) -> Status:
    """Return what the workspace holds and what follows from it, as far as the actor may see."""
    scope = allow(actor, "status")
    register, rules = load_register(workspace), read_rules()
    units = register.units
    if scope.areas is not None:
        units = units[units["area_code"].isin(scope.areas)]
    kinds = units["kind"].value_counts()
    tables = current_tables(workspace.store)
    if scope.owners is not None:
        tables = tables[tables["owner"].isin(scope.owners)]
    rows = tables.groupby("kind")["rows"].sum()
    return Status(
        quarter=workspace.settings.quarter,
        register_version=register.version,
        units=len(units),
        administrative_villages=int(kinds.get("village", 0)),
        urban_communities=int(kinds.get("community", 0)),
        other_units=int(kinds.get("other", 0)),
        records={kind: int(rows.get(kind, 0)) for kind in read_kinds()},
        verdicts={name: _states(workspace, scope, name) for name in rules.indicators},
        tables=tables.reset_index(drop=True),
        folder=workspace.folder,
    )


def _states(workspace: Workspace, scope: Scope, indicator: str) -> dict[str, int]:
    """Count the headline verdicts of an indicator by state."""
    verdicts = result(workspace, newest(workspace, scope.evaluation), "verdicts", indicator)
    register = load_register(workspace)
    operator = check_operator(scope, indicator, None)
    headline = read_rules().indicators[indicator].headline
    mask = (verdicts["test"] == headline) & (verdicts["operator"] == operator)
    if scope.areas is not None:
        units = register.units
        seen = units.loc[units["area_code"].isin(scope.areas), "code"]
        mask &= verdicts["unit_code"].isin(seen) | verdicts["subject_code"].isin(scope.areas)
    counts = verdicts.loc[mask, "state"].value_counts()
    return {state: int(counts.get(state, 0)) for state in STATES}


def read_overview(
    workspace: Workspace,
    actor: Actor,
    area: str = "",
    indicator: str = "village_fibre",
    operator: str | None = None,
) -> Overview:
    """Return one area's figures for every indicator, and one indicator's map and table below it."""
    scope = allow(actor, "overview")
    check_indicator(indicator)
    inputs = newest(workspace, scope.evaluation).inputs_hash
    return _overview(workspace, scope, inputs, area, indicator, operator)


@lru_cache(maxsize=128)
def _overview(
    workspace: Workspace,
    scope: Scope,
    inputs: str,  # noqa: ARG001  # part of the key: an overview stands as long as they do
    area: str,
    indicator: str,
    operator: str | None,
) -> Overview:
    register = load_register(workspace)
    trail = trail_of(register, scope, area)
    evaluation = newest(workspace, scope.evaluation)
    seen = register.units[inside(register.units, scope, trail)]
    bounds = seen.total_bounds if len(seen) else register.units.total_bounds
    return Overview(
        trail=trail,
        figures=_figures(workspace, evaluation, scope, trail, operator),
        children=_children(workspace, evaluation, scope, register, trail, indicator, operator),
        classes=_classes(workspace, evaluation, scope, register, trail, indicator, operator),
        bounds=tuple(float(edge) for edge in bounds),  # type: ignore[arg-type]
    )


def _headline(
    figures: pd.DataFrame, scope: Scope, indicator: str, operator: str | None
) -> pd.Series:
    wanted = check_operator(scope, indicator, operator)
    test = read_rules().indicators[indicator].headline
    return (figures["test"] == test) & (figures["operator"] == wanted)


def _figures(
    workspace: Workspace,
    evaluation: Evaluation,
    scope: Scope,
    trail: tuple[Crumb, ...],
    operator: str | None,
) -> pd.DataFrame:
    """Return a FIGURE row an indicator for the trail's last step.

    A county planner's city row is the sum of the own areas.
    """
    last, rows = trail[-1], []
    for indicator in read_rules().indicators:
        cut = last.level == "city" and scope.areas is not None
        level = "area" if cut else last.level
        figures = figures_of(workspace, evaluation, level, indicator)
        codes = list(scope.areas or ()) if cut else [last.code]
        chosen = figures["code"].isin(codes) & _headline(figures, scope, indicator, operator)
        rows.append(_added(figures[chosen]) if cut else figures[chosen])
    return pd.concat(rows, ignore_index=True).assign(name=last.name)


def _added(figures: pd.DataFrame) -> pd.DataFrame:
    """Add the rows of several areas into one; the state is the common one, else unknown."""
    if len(figures) <= 1:
        return figures
    one = figures.iloc[[0]].copy()
    counts = figures.select_dtypes("int64").columns
    one[counts] = figures[counts].sum().to_numpy()
    states = set(figures["state"])
    one["state"] = states.pop() if len(states) == 1 else "unknown"
    return one


def _children(
    workspace: Workspace,
    evaluation: Evaluation,
    scope: Scope,
    register: Register,
    trail: tuple[Crumb, ...],
    indicator: str,
    operator: str | None,
) -> pd.DataFrame:
    level = level_below(register, trail[-1])
    figures = figures_of(workspace, evaluation, level, indicator)
    names = _names_below(register, scope, trail, level)
    rows = figures[_headline(figures, scope, indicator, operator)]
    return names.merge(rows, on="code", how="inner").sort_values("code", ignore_index=True)


def _names_below(
    register: Register, scope: Scope, trail: tuple[Crumb, ...], level: str
) -> pd.DataFrame:
    units = register.units
    seen = units[inside(units, scope, trail)]
    if level == "unit":
        return pd.DataFrame(seen[["code", "name", "kind"]])
    column, table = {
        "area": ("area_code", register.areas[register.areas["level"] == "area"]),
        "township": ("township_code", register.townships),
    }[level]
    return pd.DataFrame(table.loc[table["code"].isin(seen[column].unique()), ["code", "name"]])


def _classes(
    workspace: Workspace,
    evaluation: Evaluation,
    scope: Scope,
    register: Register,
    trail: tuple[Crumb, ...],
    indicator: str,
    operator: str | None,
) -> dict[str, str]:
    """Return one character a feature of the boundary layer, by level, in order of codes."""
    classes = {}
    for level, codes in _layer_codes(register).items():
        figures = figures_of(workspace, evaluation, level, indicator)
        rows = figures[_headline(figures, scope, indicator, operator)]
        seen = _names_below(register, scope, trail, level)["code"]
        rows = rows[rows["code"].isin(seen)]
        letters = _unit_letters(rows) if level == "unit" else _share_letters(rows)
        by_code = dict(zip(rows["code"], letters, strict=True))
        classes[level] = "".join(by_code.get(code, NOT_A_SUBJECT) for code in codes)
    return classes


def _layer_codes(register: Register) -> Mapping[str, list[str]]:
    areas = register.areas
    return {
        "area": sorted(areas.loc[areas["level"] == "area", "code"]),
        "township": sorted(register.townships["code"]),
        "unit": sorted(register.units["code"]),
    }


def _unit_letters(rows: pd.DataFrame) -> list[str]:
    letters = rows["state"].map(STATE_CLASS).fillna(NOT_A_SUBJECT)
    short = (rows["state"] == "covered") & (rows["condition"] == "no_free_port")
    return letters.mask(short, NO_FREE_PORT).tolist()


def _share_letters(rows: pd.DataFrame) -> list[str]:
    """Return the class of each row's covered share among what is known."""
    known, unknown = rows["denominator"], rows["unknown"]
    shares = (rows["numerator"] / known.where(known > 0)).tolist()
    unsure = (unknown / (known + unknown).where(known + unknown > 0)).fillna(-1.0).tolist()
    return [
        NOT_A_SUBJECT if doubt < 0 else share_letter(share, doubt)
        for share, doubt in zip(shares, unsure, strict=True)
    ]


def find_unit(workspace: Workspace, actor: Actor, lon: float, lat: float) -> str | None:
    """Return the code of the unit at a position (EPSG:4490 degrees) the actor may see, or None."""
    from shapely import Point

    scope = allow(actor, "overview")
    units = load_register(workspace).units
    hits = units.iloc[units.sindex.query(Point(lon, lat), predicate="intersects")]
    if scope.areas is not None:
        hits = hits[hits["area_code"].isin(scope.areas)]
    return str(hits["code"].iloc[0]) if len(hits) else None
