"""What an actor can ask about, and the checks every question passes."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from coverage_map.pipeline.actors import Actor, Scope, allow
from coverage_map.pipeline.evaluation import CITY
from coverage_map.pipeline.views import Crumb, Frame
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules import read_rules
from coverage_map.text import Text
from geodata.errors import UsageError
from geodata.owners import read_owners
from geodata.register import Register

ANY = "any"
NO_OPERATOR = ""


def read_frame(workspace: Workspace, actor: Actor) -> Frame:
    """Return the areas, indicators and operators an actor can choose from."""
    scope = allow(actor, "overview")
    register, rules = load_register(workspace), read_rules()
    by_operator = frozenset(n for n, i in rules.indicators.items() if i.operators)
    areas = register.areas[register.areas["level"] == "area"]
    if scope.areas is not None:
        areas = areas[areas["code"].isin(scope.areas)]
    whole = trail_of(register, scope, "")[-1]
    return Frame(
        quarter=workspace.settings.quarter,
        register_version=register.version,
        modelled=bool(register.units["modelled"].any()),
        scope=scope.evaluation,
        city_code=whole.code,
        city_name=whole.name,
        areas=pd.DataFrame(areas[["code", "name"]]).reset_index(drop=True),
        indicators=tuple(rules.indicators),
        operators=operators_of(scope),
        by_operator=by_operator,
        headline={name: i.headline for name, i in rules.indicators.items()},
        targets={
            name: float(i.target.value) if i.target else float("nan")
            for name, i in rules.indicators.items()
        },
        subjects={name: i.subject for name, i in rules.indicators.items()},
        unit_kinds={name: tuple(i.unit_kinds) for name, i in rules.indicators.items()},
        judged={name: tuple(i.operators) for name, i in rules.indicators.items()},
    )


def read_trail(workspace: Workspace, actor: Actor, code: str) -> tuple[Crumb, ...]:
    """Return the steps from the city down to an area, township or unit the actor may see."""
    return trail_of(load_register(workspace), allow(actor, "overview"), code)


def unit_names(workspace: Workspace, actor: Actor) -> pd.Series:
    """Return the names of the units within the actor's sight, by code."""
    scope = allow(actor, "overview")
    units = load_register(workspace).units
    if scope.areas is not None:
        units = units[units["area_code"].isin(scope.areas)]
    names: pd.Series = units.set_index("code")["name"]
    return names


def unit_places(workspace: Workspace, actor: Actor) -> pd.DataFrame:
    """Return name, township and area (their names) and bounds of the units within sight, by code.

    west, south, east and north are degrees of EPSG:4490.
    """
    scope = allow(actor, "overview")
    register = load_register(workspace)
    units = register.units
    if scope.areas is not None:
        units = units[units["area_code"].isin(scope.areas)]
    townships = register.townships.set_index("code")["name"]
    areas = register.areas[register.areas["level"] == "area"].set_index("code")["name"]
    box = units.geometry.bounds.round(5)
    return pd.DataFrame(
        {
            "west": box["minx"].to_numpy(),
            "south": box["miny"].to_numpy(),
            "east": box["maxx"].to_numpy(),
            "north": box["maxy"].to_numpy(),
            "name": units["name"].to_numpy(),
            "township": units["township_code"].map(townships).to_numpy(),
            "area": units["area_code"].map(areas).to_numpy(),
        },
        index=pd.Index(units["code"], name="code"),
    )


def name_organisation(workspace: Workspace, actor: Actor, language: str) -> str:
    """Return what the organisation of an actor is called."""
    owner = read_owners().get(actor.organisation)
    if owner is not None:
        return str(owner.name[language])
    text = Text(language)
    if actor.areas:
        areas = load_register(workspace).areas
        names = areas.loc[areas["code"].isin(actor.areas) & (areas["level"] == "area"), "name"]
        return text("owner.county", name=text("words.comma").join(names))
    named = f"owner.{actor.organisation}"
    return text(named) if text.has(named) else actor.organisation


def operators_of(scope: Scope) -> tuple[str, ...]:
    """Return the operators whose verdicts a scope holds, ``any`` first."""
    if scope.evaluation != CITY:
        return (scope.evaluation,)
    return (ANY, *(code for code, owner in read_owners().items() if owner.operator))


def check_indicator(indicator: str) -> str:
    """Return an indicator's name; UsageError when there is none of that name."""
    known = read_rules().indicators
    if indicator not in known:
        raise UsageError("indicator_unknown", indicator=indicator, indicators=", ".join(known))
    return indicator


def check_operator(scope: Scope, indicator: str, operator: str | None) -> str:
    """Return the operator whose verdicts are meant; None means any, or the asker's own."""
    choices = operators_of(scope)
    if operator and operator not in choices:
        raise UsageError("operator_unknown", operator=operator, operators=", ".join(choices))
    if not read_rules().indicators[indicator].operators:
        return NO_OPERATOR
    return operator or choices[0]


def trail_of(register: Register, scope: Scope, code: str) -> tuple[Crumb, ...]:
    """Return the steps from the city down to a code; "" is the whole sight of the scope.

    Who answers for one area starts there; who answers for several sees them under their names.

    Raises:
        UsageError: the code is in no table of the register or outside the scope's areas.
    """
    names = register.areas.set_index("code")["name"]
    city = Crumb(register.city_code, str(names[register.city_code]), "city")
    if scope.areas is not None:
        if len(scope.areas) == 1 and code in ("", city.code):
            if not _steps_up(register, scope.areas[0]):
                raise UsageError("area_unknown", area=scope.areas[0])
            return trail_of(register, scope, scope.areas[0])
        city = replace(city, name=" + ".join(names.get(area, area) for area in scope.areas))
    if code in ("", city.code):
        return (city,)
    steps = _steps_up(register, code)
    if not steps or (scope.areas is not None and steps[0].code not in scope.areas):
        raise UsageError("area_unknown", area=code)
    return steps if scope.areas is not None and len(scope.areas) == 1 else (city, *steps)


def _steps_up(register: Register, code: str) -> tuple[Crumb, ...]:
    units = register.units
    areas = register.areas[register.areas["level"] == "area"]
    townships = register.townships
    area = _named(areas, code, "area")
    if area:  # a reporting area may be a single township with the same code
        return (area,)
    township = _named(townships, code, "township")
    if township:
        row = townships[townships["code"] == code].iloc[0]
        return _both(_named(areas, str(row["area_code"]), "area"), township)
    unit = _named(units, code, "unit")
    if unit:
        row = units[units["code"] == code].iloc[0]
        above = _both(
            _named(areas, str(row["area_code"]), "area"),
            _named(townships, str(row["township_code"]), "township"),
        )
        return (*above, unit)
    return ()


def _both(*steps: Crumb | None) -> tuple[Crumb, ...]:
    """Return the steps that are there; an area that is one township stands once."""
    found = [step for step in steps if step is not None]
    return tuple({step.code: step for step in reversed(found)}.values())[::-1]


def level_below(register: Register, step: Crumb) -> str:
    """Return the level that a step is divided into; a unit is not divided further."""
    if step.level == "area" and (register.townships["code"] == step.code).any():
        return "unit"
    return {"city": "area", "area": "township"}.get(step.level, "unit")


def _named(table: pd.DataFrame, code: str, level: str) -> Crumb | None:
    found = table[table["code"] == code]
    return Crumb(code, str(found["name"].iloc[0]), level) if len(found) else None


def inside(units: pd.DataFrame, scope: Scope, trail: Sequence[Crumb]) -> pd.Series:
    """Say which rows with unit, township and area codes lie in the trail's last step and scope.

    ``units`` has the columns code (of the unit), township_code and area_code.
    """
    last = trail[-1]
    column = {"area": "area_code", "township": "township_code", "unit": "code"}.get(last.level)
    mask = units[column] == last.code if column else pd.Series(data=True, index=units.index)
    if scope.areas is not None:
        mask &= units["area_code"].isin(scope.areas)
    return mask
