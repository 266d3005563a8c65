"""A gap list as KMZ: one folder an indicator, styled, with a balloon that tells the gap's story.

KML is WGS 84; positions are CGCS2000 unchanged, which agrees within a metre. The sign for points
travels in the archive, so that nothing is fetched from elsewhere. OGC 12-007r2 (KML 2.3).
"""

import html
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
import shapely
from PIL import Image, ImageDraw

from coverage_map import palette
from coverage_map.export.columns import Column, exported, heading
from coverage_map.export.content import Content
from coverage_map.export.legible import printable
from coverage_map.export.sheet_info import margin

SIGN = "files/point.png"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'


def write_kmz(content: Content, out: Path) -> None:
    """Write ``doc.kml`` and the sign for points into an archive."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", "\n".join(_document(content)))
        archive.writestr(SIGN, _point_sign())


def _xml(value: object) -> str:
    """Escape for XML; characters that XML 1.0 does not allow at all are left out."""
    return escape(printable(str(value)), {'"': "&quot;"})


def _html(value: object) -> str:
    return html.escape(str(value))


def _kml_colour(colour: str, opacity: float) -> str:
    """Turn #rrggbb into KML's aabbggrr."""
    red, green, blue = colour[1:3], colour[3:5], colour[5:7]
    return f"{round(255 * opacity):02x}{blue}{green}{red}"


def _point_sign() -> bytes:
    """Draw a white disc with a dark rim; the style of its indicator tints it."""
    image = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((4, 4, 27, 27), fill="white", outline="#444444", width=3)
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def _style(identifier: str, colour: str) -> str:
    gap = palette.state_style("gap")
    return (
        f'<Style id="{identifier}"><IconStyle><color>{_kml_colour(colour, 1)}</color>'
        f"<scale>0.6</scale><Icon><href>{SIGN}</href></Icon></IconStyle>"
        "<LabelStyle><scale>0.7</scale></LabelStyle>"
        f"<LineStyle><color>{_kml_colour(gap.outline, 1)}</color><width>1.2</width></LineStyle>"
        f"<PolyStyle><color>{_kml_colour(colour, 0.6)}</color></PolyStyle>"
        "<BalloonStyle><text>$[description]</text></BalloonStyle></Style>"
    )


def _table(pairs: list[tuple[str, object]]) -> str:
    rows = "".join(f"<tr><th>{_html(key)}</th><td>{_html(value)}</td></tr>" for key, value in pairs)
    return f"<table>{rows}</table>"


def _document(content: Content) -> Iterator[str]:
    """Yield the lines of the document: margin, styles, one folder an indicator."""
    text = content.text
    notes: list[tuple[str, object]] = [
        (text(f"export.margin.{code}"), value) for code, value in margin(content.sheet).items()
    ]
    if content.gaps.empty:
        notes.insert(0, (text("export.note"), text("export.no_gaps")))
    yield f"{HEAD}<Document><name>{_xml(content.sheet.title)}</name><open>1</open>"
    yield f"<description>{_xml(_table(notes))}</description>"
    colours = palette.series_colours()
    columns = exported(content.gaps)
    indicators = content.gaps.groupby("indicator", sort=True)
    for number, (_, _rows) in enumerate(indicators):
        yield _style(f"i{number}", colours[number % len(colours)])
    for number, (_, rows) in enumerate(indicators):
        name = f"{rows['indicator_name'].iloc[0]} ({len(rows):,})"
        yield f"<Folder><name>{_xml(name)}</name>"
        table = pd.DataFrame(rows.drop(columns="geometry"))
        shapes = rows.geometry.to_numpy()
        for row, shape in zip(table.to_dict("records"), shapes, strict=True):
            yield _placemark(row, shape, f"i{number}", columns, content)
        yield "</Folder>"
    yield "</Document></kml>"


def _placemark(
    row: dict[Any, Any],
    shape: shapely.Geometry,
    style: str,
    columns: list[Column],
    content: Content,
) -> str:
    name = row["subject_name"] or row["unit_name"]
    present = [(column, row[column.name]) for column in columns if not pd.isna(row[column.name])]
    balloon = _table(
        [
            (heading(column, content.text), value)
            for column, value in present
            if column.people and value != ""
        ]
    )
    data = "".join(
        f'<Data name="{column.name}"><displayName>{_xml(heading(column, content.text))}'
        f"</displayName><value>{_xml(value)}</value></Data>"
        for column, value in present
    )
    return (
        f"<Placemark><name>{_xml(name)}</name><styleUrl>#{style}</styleUrl>"
        f"<description>{_xml(f'<h3>{_html(name)}</h3>{balloon}')}</description>"
        f"<ExtendedData>{data}</ExtendedData>{_geometry(shape)}</Placemark>"
    )


def _coordinates(shape: shapely.Geometry) -> str:
    pairs = shapely.get_coordinates(shape)
    return "<coordinates>" + " ".join(f"{x:.7f},{y:.7f}" for x, y in pairs) + "</coordinates>"


def _ring(ring: shapely.LinearRing, side: str) -> str:
    return f"<{side}><LinearRing>{_coordinates(ring)}</LinearRing></{side}>"


def _geometry(shape: shapely.Geometry) -> str:
    """Write a point, polygon or collection of these as KML."""
    if isinstance(shape, shapely.Point):
        return f"<Point>{_coordinates(shape)}</Point>"
    if isinstance(shape, shapely.Polygon):
        inner = "".join(_ring(ring, "innerBoundaryIs") for ring in shape.interiors)
        return f"<Polygon>{_ring(shape.exterior, 'outerBoundaryIs')}{inner}</Polygon>"
    parts = "".join(_geometry(part) for part in shapely.get_parts(shape))
    return f"<MultiGeometry>{parts}</MultiGeometry>"
