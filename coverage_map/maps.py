"""Draw the map of the app: boundaries loaded once as tiles, states sent as one character each.

The base (``base_map``) is the same for everybody who may see a layer, so the frame never mounts
again; what changes between reruns is a ``MapView``, handed over by ``view_layer``. Nothing is
fetched from outside: Leaflet, the tile reader and our own script come from ``/assets``.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files

import folium
from branca.element import MacroElement
from jinja2 import Template

from coverage_map.palette import base_colours, share_scale, state_style
from coverage_map.text import Text
from coverage_map.tiles import MAX_ZOOM

Bounds = tuple[float, float, float, float]  # west, south, east, north, degrees

SCRIPTS = ("vendor/leaflet/leaflet.js", "vendor/protomaps/protomaps-leaflet.js", "map.js")
STYLES = ("vendor/leaflet/leaflet.css", "map.css")

# Colours of the base that the screen needs.
LINES = ("city_outline", "area_outline", "township_outline", "text", "muted", "selected")

UNIT_CLASSES = "cgun."
# Class characters of the pipeline → states of the palette.
STATE_OF = {"c": "covered", "g": "gap", "u": "unknown", "n": "covered", ".": "none"}


@dataclass(frozen=True)
class Marker:
    """A point on the map: a standing asset or the place a gap is measured from.

    origin: longitude and latitude a dashed line is drawn from, if any. who: what the legend says of
    the sign.
    """

    lon: float
    lat: float
    label: str
    sign: str
    colour: str
    origin: tuple[float, float] | None = None
    who: str = ""


@dataclass(frozen=True)
class Changes:
    """Changed records, of which a map shows all: near ones joined to a count until zoomed in.

    url: where the browser has them from, once (``pipeline.changed_places``). signs: change → sign,
    colour, words. only: the one change that is shown, "" for all. picked: the number of a row.
    """

    url: str
    signs: Mapping[str, tuple[str, str, str]]
    only: str = ""
    picked: int = -1


@dataclass(frozen=True)
class Legend:
    """Title, rows and notes; a row is (class character, text) or (sign, colour, text).

    The text of a class may be empty: then it is that of the map's words.

    marks: rows of the signs that are on the map, whatever level is coloured.
    """

    title: str
    rows: Sequence[tuple[str, ...]]
    notes: Sequence[str]
    marks: Sequence[tuple[str, ...]] = ()


@dataclass(frozen=True)
class MapView:
    """What a rerun shows: level coloured, classes per level, what is chosen, markers, legend.

    selected and outline are codes of features (the chosen unit; the area one is in). focus is
    moved to when it differs from the last one. marked: codes of units outlined as changed. coarse:
    the legend's rows where units are too small to be seen and townships are coloured instead.
    """

    classes: Mapping[str, str]
    level: str
    legend: Legend
    coarse: Sequence[tuple[str, ...]] = ()
    selected: str = ""
    outline: str = ""
    focus: Bounds | None = None
    markers: Sequence[Marker] = field(default=())
    marked: Sequence[str] = ()
    changes: Changes | None = None


class _Script(MacroElement):
    """One statement of JavaScript; ``map`` in it is the map's variable."""

    _template = Template("{% macro script(this, kwargs) %}{{ this.code }}{% endmacro %}")

    def __init__(self, code: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Statement"
        self.code = code


@cache
def asset_address(name: str) -> str:
    """Return the address of a public asset; it changes with the content, so it may be kept."""
    content = (files("coverage_map") / "assets" / name).read_bytes()
    return f"/assets/{name}?v={sha256(content).hexdigest()[:12]}"


def _compact(value: object) -> str:
    """Return JSON without blanks; it is run as a script, never parsed as a page."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _styles() -> dict[str, dict[str, object]]:
    """Return the drawing style of every class character."""
    styles = {key: asdict(state_style(state)) for key, state in STATE_OF.items()}
    # Covered without a free port: the colour of covered under dark dots, a sign of its own.
    styles["n"] |= {"hatch": "dots", "hatch_colour": base_colours()["city_outline"]}
    return styles


@cache
def _shares() -> dict[str, object]:
    """Return how classes of shares are drawn: their fills, and what they have in common.

    unsure: what a class has beside that where much is unknown beside what it counts; its
    character is as many places after the plain one's as there are fills.
    """
    scale = share_scale()
    unsure = {
        "hatch": scale.hatch,
        "hatch_colour": scale.hatch_colour,
        "casing": base_colours()["paper"],
    }
    style = {"outline": scale.outline, "outline_px": scale.outline_px, "opacity": 0.85}
    return {"fills": list(scale.colours), "style": style, "unsure": unsure}


def _corners(bounds: Bounds) -> list[list[float]]:
    west, south, east, north = (round(edge, 6) for edge in bounds)
    return [[south, west], [north, east]]


def _said(style: Mapping[str, object]) -> dict[str, object]:
    """Return what a style says; the map's script knows an absent pattern."""
    return {name: value for name, value in style.items() if value != ""}


def base_map(
    layer_url: str,
    bounds: Bounds,
    unit_zoom: int,
    words: Mapping[str, str],
    text: Text,
    hillshade: tuple[str, Bounds] | None = None,
) -> folium.Map:
    """Return the base: one tile layer, hill-shading if there is one, scale bar and north arrow.

    unit_zoom: the tile zoom at which units begin; before it townships are coloured instead.
    words: class character → what the tooltip says; "unsure" is what it adds to a class of shares
    where much is unknown.
    """
    west, south, east, north = bounds
    settings = {
        "layer": layer_url,
        "bounds": _corners(bounds),
        "max_zoom": MAX_ZOOM,
        "unit_zoom": unit_zoom,
        "styles": {key: _said(style) for key, style in _styles().items()},
        "shares": _shares(),
        "base": {name: base_colours()[name] for name in LINES},
        "words": dict(words),
        "texts": {key: text(f"map.{key}") for key in ("zoom_in", "zoom_out", "source")},
        "hillshade": hillshade and {"url": hillshade[0], "bounds": _corners(hillshade[1])},
    }
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=9,
        tiles=None,
        zoom_control=False,
        control_scale=False,
        min_zoom=6,
        max_zoom=16,
        zoom_snap=0.25,
        zoom_delta=1,
        fade_animation=False,
        max_bounds=False,
    )
    drawn.default_js = [(name, asset_address(name)) for name in SCRIPTS]
    drawn.default_css = [(name, asset_address(name)) for name in STYLES]
    drawn.add_child(_Script(f"CoverageMap.start(map_div, {_compact(settings)});"))
    return drawn


def _rows(rows: Sequence[tuple[str, ...]]) -> list[dict[str, str]]:
    return [
        {"class": row[0]} | ({"text": row[1]} if row[1] else {})
        if len(row) == 2
        else {"sign": row[0], "colour": row[1], "text": row[2]}
        for row in rows
    ]


def pack_classes(classes: str) -> str:
    """Return unit classes two in a letter, A for "cc" on; the last one is filled up with "."."""
    numbers = [UNIT_CLASSES.index(one) for one in classes + "." * (len(classes) % 2)]
    base = len(UNIT_CLASSES)
    return "".join(
        chr(ord("A") + base * first + second)
        for first, second in zip(numbers[::2], numbers[1::2], strict=True)
    )


def view_layer(view: MapView) -> folium.FeatureGroup:
    """Return a view as the small script that a rerun sends to the standing map."""
    legend = {
        "title": view.legend.title,
        "notes": list(view.legend.notes),
        "rows": _rows(view.legend.rows),
        "coarse": _rows(view.coarse),
        "marks": _rows(view.legend.marks),
    }
    message = {
        "classes": {
            level: pack_classes(classes) if level == "unit" else classes
            for level, classes in view.classes.items()
        },
        "level": view.level,
        "legend": legend,
        "selected": view.selected,
        "outline": view.outline,
        "marked": list(view.marked),
        "focus": view.focus and _corners(view.focus),
        "changes": view.changes and asdict(view.changes),
        "markers": [
            {
                "lon": round(marker.lon, 6),
                "lat": round(marker.lat, 6),
                "label": marker.label,
                "sign": marker.sign,
                "colour": marker.colour,
                "from": marker.origin and [marker.origin[1], marker.origin[0]],
            }
            for marker in view.markers
        ],
    }
    group = folium.FeatureGroup()
    group.add_child(_Script(f"CoverageMap.show({_compact(message)});"))
    return group
