"""A gap map as one HTML file that opens anywhere, without network and without a server.

folium lays the map out; Leaflet, the styles, the script and the data stand in the file itself, and
a content security policy in the head forbids every request. Names reach the page as JSON and
become text nodes only, so that no name is ever read as markup.
"""

import json
import re
from html import escape
from pathlib import Path
from typing import Any

import folium
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage_map import palette
from coverage_map.export.assets import asset
from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import margin
from coverage_map.verdicts import STATES

POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
LABELS = ("search", "all_indicators", "more", "no_gaps")
# Five decimals of a degree are about a metre, less than a pixel at the deepest zoom.
DECIMALS = 5


def write_web_page(content: Content, out: Path) -> None:
    """Write the page; everything it needs is in it."""
    west, south, east, north = content.units.total_bounds
    chart = folium.Map(tiles=None, attribution_control=False, zoom_snap=0.25, max_zoom=17)
    chart.default_js, chart.default_css = [], []
    chart.fit_bounds([[south, west], [north, east]])
    page = str(chart.get_root().render())
    language = content.sheet.language.replace("_", "-")
    page = page.replace("<html>", f'<html lang="{language}">', 1)
    page = page.replace("<head>", f"<head>\n{_head(content)}", 1)
    page = page.replace("<body>", f"<body>\n{_body(content)}", 1)
    end = page.rindex("</html>")
    out.write_text(f"{page[:end]}{_scripts(content, chart.get_name())}\n</html>\n", "utf-8")


def _head(content: Content) -> str:
    """Return policy, title, Leaflet and styles; Leaflet's own pictures are not needed."""
    leaflet_css = re.sub(r"url\([^)]*\)", "none", asset("vendor/leaflet/leaflet.css").read_text())
    leaflet_js = asset("vendor/leaflet/leaflet.js").read_text(encoding="utf-8")
    leaflet_js = re.sub(r"//# sourceMappingURL=\S+", "", leaflet_js)
    css = asset("offline_map.css").read_text(encoding="utf-8")
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f"<title>{escape(content.sheet.title)}</title>\n"
        f"<style>{leaflet_css}\n{css}</style>\n<script>{leaflet_js}</script>"
    )


def _body(content: Content) -> str:
    """Return the page's frame: title bar, side panel, margin."""
    text, notes = content.text, margin(content.sheet)
    modelled = f'<b class="modelled">{escape(notes["data"])}</b>' if content.sheet.modelled else ""
    entries = "".join(
        f"<span><i>{escape(text(f'export.margin.{code}'))}</i> {escape(value)}</span>"
        for code, value in notes.items()
        if code not in {"title", "classification"}
    )
    return (
        f"<header><h1>{escape(content.sheet.title)}</h1>{modelled}"
        f'<b class="class">{escape(notes["classification"])}</b></header>\n'
        '<aside id="gap-side"></aside>\n'
        f"<footer>{entries}</footer>"
    )


def _scripts(content: Content, chart: str) -> str:
    """Return data, script and the call that brings them together."""
    data = json.dumps(_data(content), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    # "<" and the two line separators are the only signs that could end or break a script element.
    for sign in "<\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    code = asset("offline_map.js").read_text(encoding="utf-8")
    return (
        f'<script type="application/json" id="gap-data">{data}</script>\n'
        f"<script>{code}\nshowGaps({chart});</script>"
    )


def _rounded(coordinates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(coordinates, DECIMALS)


def _shapes(geometry: npt.NDArray[np.object_]) -> list[Any]:
    """Return geometries as GeoJSON mappings with few decimals."""
    return [
        json.loads(shape) for shape in shapely.to_geojson(shapely.transform(geometry, _rounded))
    ]


def _features(frame: Any, columns: list[str]) -> dict[str, Any]:
    rows = pd.DataFrame(frame[columns]).to_dict("records")
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": row, "geometry": shape}
            for row, shape in zip(rows, _shapes(frame.geometry.to_numpy()), strict=True)
        ],
    }


def _data(content: Content) -> dict[str, Any]:
    """Return everything the script shows: words, styles, units, outlines, gaps."""
    text, sheet = content.text, content.sheet
    columns = [column for column in exported(content.gaps) if column.people]
    # A gap of a unit is drawn as its unit; all others bring their own shape.
    own = (content.gaps.geom_type == "Point") | (content.gaps["unit_code"] == "")
    rows = pd.DataFrame(content.gaps[["indicator", *(column.name for column in columns)]])
    plain = rows.astype("object").where(rows.notna(), None).to_dict("records")
    shapes: list[Any] = [None] * len(rows)
    for index, shape in zip(
        np.flatnonzero(own), _shapes(content.gaps.geometry[own].to_numpy()), strict=True
    ):
        shapes[index] = shape
    inside = content.areas.representative_point()
    nobody = len(rows) > 0 and bool(rows["people"].isna().all())
    shown = "export.shown_places" if nobody else "export.shown"
    return {
        "labels": {
            **{name: text(f"export.{name}") for name in LABELS},
            # The script fills the counts in.
            "shown": text(shown, n="{n}", all="{all}", people="{people}"),
        },
        "headings": {column.name: heading(column, text) for column in columns},
        "legend": {
            "title": text("export.legend.title"),
            "about": text("export.legend.about", quarter=sheet.quarter, source=sheet.source),
            "point": text("export.legend.point"),
        },
        "states": {
            state: {
                "name": text(f"state.{state}"),
                "fill": palette.state_style(state).fill,
                "outline": palette.state_style(state).outline,
                "width": palette.state_style(state).outline_px,
                "hatch": palette.state_style(state).hatch_colour,
                "opacity": palette.state_style(state).opacity,
            }
            for state in (*STATES, "none")
        },
        "base": dict(palette.base_colours()),
        "units": _features(content.units, ["code", "name", "township_name", "state"]),
        "outlines": _features(
            content.areas.assign(lon=inside.x, lat=inside.y), ["name", "lon", "lat"]
        ),
        "gaps": [{**row, "shape": shape} for row, shape in zip(plain, shapes, strict=True)],
    }
