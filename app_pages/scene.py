"""What every page opens with: who asks, in which language, and the filters kept in the address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from typing import cast
from urllib.parse import urlencode

import streamlit as st

from app_pages import words
from coverage_map import pipeline
from coverage_map.text import Text
from coverage_map.web import desk
from coverage_map.web.shell import name_organisation
from geodata.errors import CoverageMapError

Bounds = tuple[float, float, float, float]  # west, south, east, north, degrees

LEVELS = ("area", "township", "unit")


@dataclass(frozen=True)
class Place:
    """Where a person is: area (a code of any level), indicator, operator, level, unit opened."""

    area: str
    indicator: str
    operator: str
    level: str = "unit"
    unit: str = ""


@dataclass(frozen=True)
class Scene:
    """A page's surroundings."""

    workspace: pipeline.Workspace
    actor: pipeline.Actor
    text: Text
    frame: pipeline.Frame
    place: Place

    @property
    def subject(self) -> str:
        """Return who the chosen indicator judges: unit, settlement, place or area."""
        return self.frame.subjects[self.place.indicator]


def read_text() -> Text:
    """Return the sentences of the reader's language."""
    return Text(desk.language_of(st.query_params.to_dict(), st.context.cookies.to_dict()))


def _find_actor(text: Text) -> pipeline.Actor:
    actor = desk.find_actor(st.context.cookies.to_dict())
    if actor is None:
        st.session_state.clear()
        st.html(f'<p class="empty"><a href="/signin" target="_self">{text("shell.ended")}</a></p>')
        st.stop()
    # A session that is taken up again by somebody else starts empty.
    if st.session_state.setdefault("actor", actor) != actor:
        st.session_state.clear()
        st.session_state["actor"] = actor
    return actor


def _first_place(
    workspace: pipeline.Workspace, actor: pipeline.Actor, frame: pipeline.Frame
) -> Place:
    """Return the place of the address where it makes sense, else the start."""
    query = st.query_params
    start = _start(frame)
    wanted = query.get("indicator", "")
    if wanted not in frame.indicators:
        wanted = _first_known(workspace, actor, frame)
    level = query.get("level", "unit")
    return Place(
        area=query.get("area", start),
        indicator=wanted,
        operator=_one_of(query.get("operator", ""), frame.operators),
        level=level if level in LEVELS else "unit",
        unit=query.get("unit", ""),
    )


def _first_known(
    workspace: pipeline.Workspace, actor: pipeline.Actor, frame: pipeline.Frame
) -> str:
    """Return the first indicator this account has verdicts of that are not all unknown."""
    figures = pipeline.read_overview(
        workspace, actor, _start(frame), frame.indicators[0], frame.operators[0]
    ).figures
    known = figures.loc[figures["units_covered"] + figures["units_gap"] > 0, "indicator"]
    return _one_of(
        "", (*(name for name in frame.indicators if name in set(known)), *frame.indicators)
    )


def _start(frame: pipeline.Frame) -> str:
    """Return where one begins: the city, or the one area that is all there is to see."""
    return frame.city_code if len(frame.areas) != 1 else str(frame.areas["code"].iloc[0])


def _one_of(wanted: str, options: tuple[str, ...]) -> str:
    return wanted if wanted in options else options[0]


def place_now() -> Place:
    """Return where the person is."""
    return cast("Place", st.session_state["place"])


def go(**changes: str) -> None:
    """Change where the person is; for callbacks, before the page runs again."""
    st.session_state["place"] = replace(place_now(), **changes)


def open_scene() -> Scene:
    """Resolve who asks and where they are; every page calls this first."""
    text = read_text()
    actor = _find_actor(text)
    workspace = desk.workspace()
    frame = pipeline.read_frame(workspace, actor)
    if "place" not in st.session_state:
        st.session_state["place"] = _first_place(workspace, actor, frame)
    place = place_now()
    if frame.subjects[place.indicator] == "area":
        # Below the area there is nothing to colour; another indicator finds its own level again.
        place = replace(place, level="area")
    return Scene(workspace, actor, text, frame, place)


def open_place() -> tuple[Scene, pipeline.Overview, pipeline.Card | None]:
    """Open the scene with what its place shows; a place that is not there is said and left."""
    scene = open_scene()
    place = scene.place
    try:
        overview = pipeline.read_overview(
            scene.workspace, scene.actor, place.area, place.indicator, place.operator
        )
        card = pipeline.read_card(scene.workspace, scene.actor, place.unit) if place.unit else None
    except CoverageMapError as error:
        show_refusal(error, scene.text)
        start = _start(scene.frame)
        st.button(scene.text("shell.back"), on_click=go, kwargs={"area": start, "unit": ""})
        st.stop()
    return scene, overview, card


def nothing_said(scene: Scene, overview: pipeline.Overview) -> str | None:
    """Return as HTML why the chosen indicator says nothing here; None where it says something."""
    text, place, frame = scene.text, scene.place, scene.frame
    rows = overview.figures[overview.figures["indicator"] == place.indicator]
    counts = rows[["units_covered", "units_gap", "units_unknown"]].sum()
    if counts["units_covered"] + counts["units_gap"]:
        return None
    judged = frame.judged[place.indicator]
    if frame.scope != "city" and (counts.sum() or (judged and frame.scope not in judged)):
        link = f'<a href="/upload" target="_self">{escape(text("nothing.upload"))}</a>'
        return f'<p class="empty">{escape(text("nothing.own"))} {link}</p>'
    if counts.sum():
        return f'<p class="empty">{escape(text("nothing.known"))}</p>'
    if judged and place.operator not in ("any", *judged):
        said = text("nothing.operator", operator=words.owner(place.operator, text))
    else:
        said = text("nothing.subject", subject=_subject_words(scene))
    return f'<p class="empty">{escape(said)}</p>'


def _subject_words(scene: Scene) -> str:
    text, name = scene.text, scene.place.indicator
    if scene.subject == "unit":
        kinds = scene.frame.unit_kinds[name]
        return text("words.or").join(text(f"unit_kind.{kind}") for kind in kinds)
    return text(f"account.{name}" if scene.subject == "place" else f"subject.{scene.subject}")


def reporting_area(scene: Scene, overview: pipeline.Overview) -> str:
    """Return the reporting area (or the city) that the trail passes through."""
    known = {scene.frame.city_code, *scene.frame.areas["code"]}
    return [crumb.code for crumb in overview.trail if crumb.code in known][-1]


def look_at(bounds: Bounds) -> None:
    """Turn the map to a place within the area one is in."""
    st.session_state["focus"] = (place_now().area, bounds)


def focus_now() -> Bounds | None:
    """Return where the map was turned to, unless the area has changed since."""
    area, bounds = st.session_state.get("focus", ("", None))
    return bounds if area == place_now().area else None


def download_link(scene: Scene, path: str, ending: str, said: str, encoding: str = "") -> str:
    """Return a link that makes a file of what is chosen and sends it."""
    place = scene.place
    query = {
        "area": place.area,
        "indicator": place.indicator,
        "operator": place.operator,
        "ending": ending,
        "encoding": encoding,
        "lang": scene.text.language,
    }
    address = f"{path}?{urlencode({key: value for key, value in query.items() if value})}"
    return f'<a class="download" href="{escape(address)}" target="_self">{escape(said)}</a>'


def keep_address(place: Place, text: Text, **more: str) -> None:
    """Keep the place in the address, so that a link can be sent; ``more`` is a page's own."""
    wanted = {
        "area": place.area,
        "indicator": place.indicator,
        "operator": place.operator,
        "level": place.level,
    }
    wanted |= {name: value for name, value in {"unit": place.unit, **more}.items() if value}
    if "lang" in st.query_params:
        wanted["lang"] = text.language
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)


def _choose(name: str, label: str, options: list[str], now: str, say: Callable[[str], str]) -> None:
    """Show one filter; what it shows always is the place one is at."""
    key = f"filter_{name}"
    shown = now if now in options else options[0]
    st.session_state[key] = shown

    def change() -> None:
        go(**{name: st.session_state[key]}, **({"unit": ""} if name == "area" else {}))

    st.selectbox(label, options, key=key, format_func=say, on_change=change)


def show_filters(scene: Scene, area: str, *, level: bool = False, judged: bool = True) -> None:
    """Show the filters, the same on every page; ``area`` is the reporting area one is in.

    A page that shows no verdicts (``judged`` false) has no use for indicator and operator.
    """
    text, frame, place = scene.text, scene.frame, scene.place
    names = dict(zip(frame.areas["code"], frame.areas["name"], strict=True))
    names = {frame.city_code: frame.city_name} | names
    with st.container(key="filters"):
        places = iter(st.columns([1.1, 1.5, 1.1, 0.8, 1.4], vertical_alignment="bottom"))
        with next(places):
            _choose("area", text("filter.area"), list(names), area, lambda code: names[code])
        if judged:
            with next(places):
                _choose(
                    "indicator",
                    text("filter.indicator"),
                    list(frame.indicators),
                    place.indicator,
                    lambda name: text(f"indicator.{name}"),
                )
            with next(places):
                _choose(
                    "operator",
                    text("filter.operator"),
                    list(frame.operators),
                    place.operator,
                    lambda code: words.owner(code, text),
                )
        with next(places):
            st.selectbox(text("filter.quarter"), [frame.quarter], key="filter_quarter")
        if level:
            with next(places):
                _show_levels(place, text, ("area",) if scene.subject == "area" else LEVELS)


def _show_levels(place: Place, text: Text, levels: tuple[str, ...]) -> None:
    st.session_state["filter_level"] = place.level
    st.segmented_control(
        text("filter.level"),
        levels,
        key="filter_level",
        required=True,
        format_func=lambda name: text(f"level.{name}"),
        on_change=lambda: go(level=st.session_state["filter_level"], unit=""),
    )


def show_trail(trail: tuple[pipeline.Crumb, ...], scene: Scene) -> None:
    """Show where one is, each step but the last to be clicked."""
    with st.container(horizontal=True, key="trail", vertical_alignment="center", gap="small"):
        for number, crumb in enumerate(trail):
            if number:
                st.html('<span class="sep">›</span>', width="content")
            if number == len(trail) - 1:
                st.html(f"<b>{escape(crumb.name)}</b>", width="content")
                continue
            st.button(
                crumb.name,
                key=f"crumb_{crumb.code}",
                type="tertiary",
                on_click=go,
                kwargs={"area": crumb.code, "unit": "", **level_below(crumb.level)},
            )
        if scene.frame.modelled:
            st.html(f'<span class="tag">{scene.text("shell.modelled")}</span>', width="content")


def level_below(level: str) -> dict[str, str]:
    """Return the level worth colouring inside an area of a level."""
    return {"level": "township" if level == "area" else "unit"} if level != "city" else {}


def show_refusal(error: CoverageMapError, text: Text) -> None:
    """Say what was refused and the one thing to do."""
    fault = error.fault
    actor = st.session_state.get("actor")
    if actor is not None and fault.params.get("account") == actor.account:
        # A reader knows its own account by whose it is.
        who = name_organisation(actor, text)
        fault = replace(fault, params={**fault.params, "account": who})
    sentence, remedy = text.fault(fault)
    st.html(
        f'<div class="fault refusal" role="alert"><b>{escape(sentence)}</b>'
        f'<div class="remedy">{escape(remedy)}</div></div>'
    )
