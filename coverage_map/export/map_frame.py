"""The map of a sheet: units by state, gaps, boundaries, graticule, scale bar and north arrow.

Drawn in the metric CRS of the place, at a round scale that fits the frame.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from pyproj import Transformer

from coverage_map import palette
from coverage_map.export.content import Content
from coverage_map.export.sheet_info import classification_word
from coverage_map.verdicts import STATES
from geodata.crs import metric_crs

FontOf = Callable[[str, float], Any]
# Denominators of printed maps, and lengths of scale bars, between two powers of ten.
ROUND_SCALES = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.5)
ROUND_LENGTHS = (1.0, 2.0, 5.0)
GRATICULE_MINUTES = (1, 2, 5, 10, 15, 20, 30, 60, 120)
# Above these numbers outlines and signs are drawn finer, so that they do not cover what they mean.
MANY_UNITS = 600
MANY_POINTS = (200, 800)
# Share of the frame that the area may fill, so that labels and the scale bar find room.
FILL = 0.97


@dataclass(frozen=True)
class Box:
    """A rectangle on the page, in millimetres from the lower left corner."""

    x: float
    y: float
    width: float
    height: float


def point_sign() -> dict[str, Any]:
    """Return how a gap that is a point is drawn, in scatter's words."""
    gap = palette.state_style("gap")
    return {"s": 16, "c": gap.fill, "edgecolors": gap.outline, "linewidths": 0.6, "zorder": 6}


def round_scale(wanted: float) -> int:
    """Return the smallest round scale denominator that is not below the wanted one."""
    power = 10.0 ** math.floor(math.log10(wanted))
    candidates = (*(power * step for step in ROUND_SCALES), power * 10)
    return round(next(scale for scale in candidates if scale >= wanted))


def draw_map(
    content: Content, figure: Any, box: Box, page_mm: tuple[float, float], font: FontOf
) -> tuple[str, int]:
    """Draw the map into a box of the page; return its CRS and its scale denominator."""
    west, south, east, north = content.units.total_bounds
    crs = metric_crs((float(west), float(south), float(east), float(north)))
    units = content.units.to_crs(crs)
    left, bottom, right, top = units.total_bounds
    wanted = max((right - left) / box.width, (top - bottom) / box.height) * 1000 / FILL
    scale = round_scale(wanted)
    half = box.width * scale / 2000, box.height * scale / 2000
    middle = (left + right) / 2, (bottom + top) / 2
    axes = figure.add_axes(
        (
            box.x / page_mm[0],
            box.y / page_mm[1],
            box.width / page_mm[0],
            box.height / page_mm[1],
        )
    )
    axes.set(
        xlim=(middle[0] - half[0], middle[0] + half[0]),
        ylim=(middle[1] - half[1], middle[1] + half[1]),
        xticks=[],
        yticks=[],
        facecolor=palette.base_colours()["ground"],
    )
    _draw_units(axes, units)
    _draw_gaps(axes, content.gaps.to_crs(crs), bool((units["state"] != "").any()))
    _draw_outlines(axes, content, crs)
    _draw_labels(axes, content, crs, scale, font)
    _draw_graticule(axes, crs, (west, south, east, north), font)
    _draw_scale_bar(axes, scale, font)
    _draw_north(axes, content, font)
    _draw_watermark(axes, content, font)
    return crs, scale


def compound(geometry: npt.NDArray[np.object_]) -> Outline | None:
    """Join polygons into one path; holes turn the other way, so that they stay open.

    None where there is no polygon.
    """
    polygons = shapely.get_parts(shapely.orient_polygons(geometry))
    polygons = polygons[shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON]
    if not len(polygons):
        return None
    _, coordinates, (rings, _) = shapely.to_ragged_array(polygons)
    codes = np.full(len(coordinates), Outline.LINETO, dtype=Outline.code_type)
    codes[rings[:-1]] = Outline.MOVETO
    codes[rings[1:] - 1] = Outline.CLOSEPOLY
    return Outline(coordinates[:, :2], codes)


def _draw_units(axes: Any, units: gpd.GeoDataFrame) -> None:
    """Draw the units of each state as one path; gaps last, for their outlines lie on top.

    ``add_artist``, because ``add_patch`` measures every vertex for limits that are already set.
    """
    fine = 0.4 if len(units) > MANY_UNITS else 0.7
    for order, state in enumerate(("", "covered", "unknown", "gap"), start=1):
        path = compound(units.geometry[units["state"] == state].to_numpy())
        if path is None:
            continue
        style = palette.state_style(state if state in STATES else "none")
        axes.add_artist(
            PathPatch(
                path,
                fc=style.fill,
                ec=style.outline,
                lw=fine * style.outline_px,
                hatch=style.hatch or None,
                hatchcolor=style.hatch_colour or style.outline,
                joinstyle="round",
                zorder=order,
            )
        )


def _draw_gaps(axes: Any, gaps: gpd.GeoDataFrame, units_coloured: bool) -> None:
    """Draw gaps that are points; gaps of whole areas only where no unit carries a state."""
    points = gaps.geometry[gaps.geom_type == "Point"].drop_duplicates()
    if len(points):
        # A white ring parts the sign from a unit of the same colour.
        size = (16, 9, 5)[sum(len(points) > limit for limit in MANY_POINTS)]
        sign = {**point_sign(), "s": size}
        halo = {**sign, "s": size * 2, "c": "white", "edgecolors": "none", "zorder": 5.5}
        axes.scatter(points.x, points.y, **halo)
        axes.scatter(points.x, points.y, **sign)
    areas = gaps.geometry[gaps["unit_code"] == ""]
    if len(areas) and not units_coloured:
        style = palette.state_style("gap")
        path = compound(areas.to_numpy())
        if path is not None:
            axes.add_artist(PathPatch(path, fc=style.fill, ec=style.outline, lw=1.2, zorder=4))


def _draw_outlines(axes: Any, content: Content, crs: str) -> None:
    colours = palette.base_colours()
    for frame, colour, width, order in (
        (content.townships, "township_outline", 0.6, 4.5),
        (content.areas, "area_outline", 1.4, 5),
    ):
        path = compound(frame.geometry.to_crs(crs).to_numpy())
        if path is not None:
            axes.add_artist(PathPatch(path, fill=False, ec=colours[colour], lw=width, zorder=order))


def _draw_labels(axes: Any, content: Content, crs: str, scale: int, font: FontOf) -> None:
    """Name areas, or townships within one area, or units within one township; none overlap."""
    if len(content.areas) > 1:
        named, size, weight = content.areas, 13.0, "bold"
    elif len(content.townships) > 1:
        named, size, weight = content.townships, 9.5, "bold"
    else:
        named, size, weight = content.units, 7.5, "regular"
    named = named.to_crs(crs)
    named = named.loc[named.area.sort_values(ascending=False).index]
    taken: list[tuple[float, float, float, float]] = []
    # Half a label in metres on the ground: characters are about as wide as they are high.
    high = size * 0.353 * scale / 1000 * 0.65
    points = named.geometry.representative_point()
    for name, x, y in zip(named["name"], points.x, points.y, strict=True):
        wide = high * sum(1.0 if ord(sign) > 255 else 0.55 for sign in name)
        if any(
            abs(x - other[0]) < wide + other[2] and abs(y - other[1]) < high + other[3]
            for other in taken
        ):
            continue
        taken.append((x, y, wide, high))
        axes.text(
            x,
            y,
            name,
            fontproperties=font(weight, size),
            color=palette.base_colours()["text"],
            ha="center",
            va="center",
            parse_math=False,
            clip_on=True,
            zorder=8,
            path_effects=[withStroke(linewidth=2.6, foreground="white")],
        )


def _degrees(value: float) -> str:
    """Write degrees and minutes: 113°30′."""
    minutes = round(value * 60)
    return f"{minutes // 60}°{minutes % 60:02d}′"


def _draw_graticule(
    axes: Any, crs: str, bounds: tuple[float, float, float, float], font: FontOf
) -> None:
    """Draw meridians and parallels, and name them where they leave the frame."""
    west, south, east, north = bounds
    wanted = (east - west) * 60 / 6
    step = next((s for s in GRATICULE_MINUTES if s >= wanted), GRATICULE_MINUTES[-1]) / 60
    forward = Transformer.from_crs("EPSG:4490", crs, always_xy=True)
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    edge = (right - left) / 30  # a label's half, so that none leaves the frame
    along = np.linspace(-1.0, 2.0, 241)
    line = {"color": palette.base_colours()["muted"], "lw": 0.35, "alpha": 0.7, "zorder": 7}
    words = {
        "fontproperties": font("regular", 7.5),
        "color": palette.base_colours()["text"],
        "zorder": 9,
        "path_effects": [withStroke(linewidth=2, foreground="white")],
    }
    for lon in np.arange(math.floor(west / step) - 1, east / step + 2) * step:
        x, y = forward.transform(np.full_like(along, lon), south + along * (north - south))
        at = float(np.interp(bottom, y, x))
        if left + edge < at < right - edge:
            axes.plot(x, y, scalex=False, scaley=False, **line)
            axes.annotate(
                _degrees(lon),
                (at, bottom),
                (0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                **words,
            )
    for lat in np.arange(math.floor(south / step) - 1, north / step + 2) * step:
        x, y = forward.transform(west + along * (east - west), np.full_like(along, lat))
        at = float(np.interp(left, x, y))
        if bottom + edge < at < top - edge:
            axes.plot(x, y, scalex=False, scaley=False, **line)
            axes.annotate(
                _degrees(lat),
                (left, at),
                (3, 0),
                textcoords="offset points",
                ha="left",
                va="center",
                rotation=90,
                **words,
            )


def _draw_scale_bar(axes: Any, scale: int, font: FontOf) -> None:
    """Draw four segments of a round length, about 60 mm together, in the lower right corner."""
    wanted = 0.06 * scale / 4
    power = 10.0 ** math.floor(math.log10(wanted))
    segment = max(power * step for step in ROUND_LENGTHS if power * step <= wanted)
    right, bottom = axes.get_xlim()[1], axes.get_ylim()[0]
    unit = scale / 1000  # one millimetre of paper on the ground
    x, y = right - 4 * segment - 16 * unit, bottom + 10 * unit
    colours = palette.base_colours()
    axes.add_patch(
        Rectangle(
            (x - 5 * unit, y - 4 * unit),
            4 * segment + 17 * unit,
            13 * unit,
            fc="white",
            ec=colours["muted"],
            lw=0.5,
            alpha=0.92,
            zorder=9,
        )
    )
    for part in range(4):
        axes.add_patch(
            Rectangle(
                (x + part * segment, y),
                segment,
                1.6 * unit,
                fc=colours["text"] if part % 2 == 0 else "white",
                ec=colours["text"],
                lw=0.6,
                zorder=10,
            )
        )
    whole, name = (1000, "km") if segment * 4 >= 1000 else (1, "m")
    for mark in (0, 1, 2, 4):
        words = f"{mark * segment / whole:g}" + (f" {name}" if mark == 4 else "")
        axes.text(
            x + mark * segment,
            y + 3 * unit,
            words,
            fontproperties=font("regular", 8.5),
            ha="center",
            va="bottom",
            zorder=10,
        )


def _draw_north(axes: Any, content: Content, font: FontOf) -> None:
    """Draw an arrow to the grid's north in the upper right corner, half filled as is customary."""
    (left, right), top = axes.get_xlim(), axes.get_ylim()[1]
    unit = (right - left) / 300
    x, y = right - 13 * unit, top - 30 * unit
    colour = palette.base_colours()["text"]
    tip, notch = (x, y + 18 * unit), (x, y + 4 * unit)
    for side, fill in ((-1, colour), (1, "white")):
        corner = (x + side * 5 * unit, y)
        axes.add_patch(
            Polygon([tip, corner, notch], closed=True, fc=fill, ec=colour, lw=0.8, zorder=10)
        )
    axes.text(
        x,
        y + 22 * unit,
        content.text("export.north"),
        fontproperties=font("bold", 13),
        ha="center",
        va="center",
        zorder=10,
    )


def _draw_watermark(axes: Any, content: Content, font: FontOf) -> None:
    """Say faintly across an internal map whose it is; it protects nothing."""
    sheet = content.sheet
    if sheet.classification == "公开":
        return
    axes.text(
        0.5,
        0.5,
        f"{classification_word(sheet)} · {sheet.made_by} · {sheet.date}",
        transform=axes.transAxes,
        fontproperties=font("bold", 32),
        color=palette.base_colours()["text"],
        alpha=0.06,
        clip_on=True,
        rotation=30,
        ha="center",
        va="center",
        parse_math=False,
        zorder=11,
    )
