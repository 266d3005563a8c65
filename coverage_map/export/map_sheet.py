"""A printed map sheet, PNG or PDF: A3 landscape, title, map, legend, figures, margin.

All lengths on the page are millimetres from its lower left corner. The lettering is Noto Sans SC,
which travels with the product, so that a sheet looks the same on every machine.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from pyproj import CRS

from coverage_map import palette
from coverage_map.export.assets import asset
from coverage_map.export.columns import indicator_name, operator_name
from coverage_map.export.content import Content
from coverage_map.export.map_frame import Box, draw_map, point_sign
from coverage_map.export.sheet_info import margin
from coverage_map.verdicts import STATES

PAGE_MM = (420.0, 297.0)  # ISO 216, A3
MAP_BOX = Box(12, 26, 300, 240)
PANEL_BOX = Box(318, 26, 90, 240)
INCH_MM = 25.4
DPI = 200
FONTS = {
    "regular": "vendor/fonts/NotoSansSC_400Regular.ttf",
    "bold": "vendor/fonts/NotoSansSC_700Bold.ttf",
}
LINE_MM = 5.8


def font(weight: str, size: float) -> FontProperties:
    """Return the sheet's typeface in a size in points."""
    return FontProperties(fname=str(asset(FONTS[weight])), size=size)


def write_map_sheet(content: Content, out: Path) -> None:
    """Draw the sheet and write it in the format of the file's ending."""
    # Type 3 takes the glyphs that are used, with their characters, so that text can be searched;
    # Type 42 would cut the whole typeface down each time, which takes seconds.
    with mpl.rc_context({"pdf.fonttype": 3, "hatch.linewidth": 0.5, "path.simplify": False}):
        figure = Figure(figsize=(PAGE_MM[0] / INCH_MM, PAGE_MM[1] / INCH_MM), dpi=DPI)
        page = figure.add_axes((0, 0, 1, 1))
        page.set(xlim=(0, PAGE_MM[0]), ylim=(0, PAGE_MM[1]))
        page.axis("off")
        _draw_title(content, page)
        crs, scale = draw_map(content, figure, MAP_BOX, PAGE_MM, font)
        _draw_panel(content, page)
        _draw_foot(content, page, crs, scale)
        notes = margin(content.sheet)
        about = {"Title": content.sheet.title}
        if out.suffix.lower() == ".pdf":
            about |= {"Author": content.sheet.made_by, "Subject": notes["data"]}
        else:
            about |= {name: notes[name] for name in ("data", "quarter", "source", "classification")}
        figure.savefig(out, metadata=about)


def _write(page: Any, x: float, y: float, words: str, weight: str, size: float, **more: Any) -> Any:
    """Put a line of text on the page; dollar signs in names are not formulas."""
    style = {"color": palette.base_colours()["text"], "va": "center", "parse_math": False, **more}
    return page.text(x, y, words, fontproperties=font(weight, size), **style)


def _draw_title(content: Content, page: Any) -> None:
    """Draw the sheet's edge, title, and class; a modelled sheet says so beside its title."""
    sheet, text, colours = content.sheet, content.text, palette.base_colours()
    width, height = PAGE_MM
    for inset, line in ((6, 1.6), (8, 0.5)):
        page.add_patch(
            Rectangle(
                (inset, inset),
                width - 2 * inset,
                height - 2 * inset,
                fill=False,
                lw=line,
                ec=colours["city_outline"],
            )
        )
    _write(page, width / 2, 280, sheet.title, "bold", 25, ha="center")
    under = "    ".join(
        (
            sheet.area_name,
            indicator_name(sheet.indicator, text),
            operator_name(sheet.operator, text),
            sheet.quarter,
        )
    )
    _write(page, width / 2, 270.5, under, "regular", 12, ha="center", color=colours["muted"])
    notes = margin(sheet)
    edge = {"boxstyle": "square,pad=0.35", "fc": "white", "ec": colours["text"], "lw": 0.8}
    _write(page, 406, 281, notes["classification"], "bold", 13, ha="right", bbox=edge)
    if sheet.modelled:
        warn = {**edge, "fc": "#fff3d6", "ec": palette.state_style("gap").fill}
        _write(page, 14, 281, notes["data"], "bold", 13, ha="left", bbox=warn)


def _sample(page: Any, state: str, x: float, y: float) -> None:
    """Draw a state's swatch."""
    style = palette.state_style(state)
    page.add_patch(
        Rectangle(
            (x, y - 2.4),
            9,
            4.8,
            fc=style.fill,
            ec=style.outline if style.outline != "#ffffff" else palette.base_colours()["muted"],
            lw=max(style.outline_px, 0.6),
            hatch=style.hatch or None,
            hatchcolor=style.hatch_colour or style.outline,
        )
    )


def _draw_panel(content: Content, page: Any) -> None:
    """Draw what stands beside the map: legend, figures, and where most gaps are."""
    box = PANEL_BOX
    page.add_patch(
        Rectangle(
            (box.x, box.y),
            box.width,
            box.height,
            fill=False,
            lw=0.6,
            ec=palette.base_colours()["city_outline"],
        )
    )
    y = _draw_legend(content, page, box.x + 5, box.y + box.height - 8)
    y = _draw_figures(content, page, box.x + 5, y - 7)
    text = content.text
    if content.gaps.empty:
        _write(page, box.x + 5, y - 7, text("export.no_gaps"), "regular", 10.5)
    if not content.sheet.indicator:
        by, title = ["indicator", "indicator_name"], text("export.figures.indicators")
        y = _draw_counts(content, page, box.x + 5, y - 7, by, title)
    by = ["township_code", "area_name", "township_name"]
    _draw_counts(content, page, box.x + 5, y - 7, by, text("export.figures.townships"))


def _heading(page: Any, x: float, y: float, words: str) -> float:
    _write(page, x, y, words, "bold", 12.5)
    line = Outline([(x, y - 4), (x + PANEL_BOX.width - 10, y - 4)])
    page.add_patch(PathPatch(line, fill=False, lw=0.6, ec=palette.base_colours()["muted"]))
    return y - 9


def _draw_legend(content: Content, page: Any, x: float, y: float) -> float:
    """Draw the legend with the number of units in each state; return where it ended."""
    text, colours = content.text, palette.base_colours()
    y = _heading(page, x, y, text("export.legend.title"))
    counts = content.units["state"].value_counts()
    states = [*STATES, *([""] if "" in counts.index else [])]
    for state in states:
        _sample(page, state or "none", x, y)
        _write(page, x + 12, y, text(f"state.{state or 'none'}"), "regular", 10.5)
        number = text("export.legend.units", n=f"{int(counts.get(state, 0)):,}")
        _write(page, x + 80, y, number, "regular", 10.5, ha="right")
        y -= 7
    points = int((content.gaps.geom_type == "Point").sum())
    if points:
        page.scatter([x + 4.5], [y], **point_sign())
        _write(page, x + 12, y, text("export.legend.point"), "regular", 10.5)
        number = text("export.legend.places", n=f"{points:,}")
        _write(page, x + 80, y, number, "regular", 10.5, ha="right")
        y -= 7
    for line, width, name in (("area_outline", 1.4, "area"), ("township_outline", 0.6, "township")):
        edge = Outline([(x, y), (x + 9, y)])
        page.add_patch(PathPatch(edge, fill=False, lw=width, ec=colours[line]))
        _write(page, x + 12, y, text(f"export.legend.{name}"), "regular", 10.5)
        y -= 7
    return y


def _draw_figures(content: Content, page: Any, x: float, y: float) -> float:
    """Draw the sheet's figures; a rate never stands without its unknown share."""
    text, gaps = content.text, content.gaps
    y = _heading(page, x, y, text("export.figures.title"))
    rows = [
        ("gaps", f"{len(gaps):,}"),
        ("gap_units", f"{gaps.loc[gaps['unit_code'] != '', 'unit_code'].nunique():,}"),
    ]
    if gaps["people"].notna().any() or gaps.empty:
        rows.append(("people", f"{_people(content):,}"))
    own = content.figures.loc[content.figures["code"] == content.sheet.area_code]
    if content.sheet.indicator and len(own) == 1:
        row = own.iloc[0]
        # The denominator never holds the unknown.
        if row["denominator"] > 0:
            rate = f"{100 * row['numerator'] / row['denominator']:.1f} %"
            rows.append(("rate", f"{rate} ({row['numerator']:,} / {row['denominator']:,})"))
        asked = row["denominator"] + row["unknown"]
        if asked > 0:
            rows.append(("unknown_share", f"{100 * row['unknown'] / asked:.1f} %"))
        if row["target"] == row["target"]:  # NaN: the policy names none
            rows.append(("target", f"{row['target']:.1f} %"))
    for name, value in rows:
        _write(page, x, y, text(f"export.figures.{name}"), "regular", 10.5)
        _write(page, x + 80, y, value, "bold", 10.5, ha="right")
        y -= 7
    return y


def _people(content: Content) -> int:
    """Count people once: a unit's own where the unit is a gap, else its settlements' together.

    Gaps of whole areas count only where nothing smaller is listed.
    """
    subjects = content.gaps.drop_duplicates(["subject_kind", "subject_code"])
    inside = subjects.loc[subjects["unit_code"] != ""]
    if inside.empty:
        return int(subjects["people"].sum())
    whole = inside["subject_kind"] == "unit"
    parts = ~whole & ~inside["unit_code"].isin(inside.loc[whole, "unit_code"])
    return int(inside.loc[whole | parts, "people"].sum())


def _draw_counts(
    content: Content, page: Any, x: float, y: float, columns: list[str], title: str
) -> float:
    """List how many gaps there are by the given columns, most first, as far as there is room."""
    named = content.gaps.loc[content.gaps[columns[0]] != ""]
    counts = named.groupby(columns).size().reset_index(name="gaps")
    counts = counts.sort_values(["gaps", columns[0]], ascending=[False, True])
    room = int((y - 9 - PANEL_BOX.y) // LINE_MM)
    if counts.empty or room < 1:
        return y
    y = _heading(page, x, y, title)
    for row in counts.head(room).itertuples(index=False):
        _write(page, x, y, " ".join(row[1:-1]), "regular", 9.5)
        _write(page, x + 80, y, f"{row.gaps:,}", "regular", 9.5, ha="right")
        y -= LINE_MM
    return y


def _projection(content: Content, crs: str) -> str:
    """Return the projection in words, with its central meridian."""
    operation = CRS(crs).coordinate_operation
    values = {} if operation is None else {param.name: param.value for param in operation.params}
    meridian = values["Longitude of natural origin"]  # EPSG parameter 8802
    return content.text("export.foot.projection", meridian=f"{meridian:g}") + f" ({crs})"


def _draw_foot(content: Content, page: Any, crs: str, scale: int) -> None:
    """Draw the two lines under the map: where it comes from, who made it, and what allows it."""
    text, notes = content.text, margin(content.sheet)
    first = [
        text("export.foot.scale", scale=f"{scale:,}"),
        text("export.foot.crs", projection=_projection(content, crs)),
        f"{text('export.margin.source')}: {notes['source']}",
    ]
    second = [
        f"{text(f'export.margin.{name}')}: {notes[name]}"
        for name in ("made_by", "date", "data", "review_number")
    ]
    colour = palette.base_colours()["text"]
    for y, parts in ((19.5, first), (13, second)):
        _write(page, 14, y, "      ".join(parts), "regular", 9.5, color=colour)
