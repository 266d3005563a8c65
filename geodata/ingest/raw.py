"""A table as it stands in a file, before anyone says what its columns mean."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import Fault

Cells = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
# What several tables of one worksheet are told apart by.
_AGAIN = " #"


@dataclass(frozen=True)
class Span:
    """A merged range within a grid's cells, all counted from 0 and inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """The filled part of a sheet, cell by cell; an empty cell is an empty text.

    ``first_row`` and ``first_column`` are its first ones as counted there, from 1. ``spans`` are
    its merged ranges, where the format has any; ``faults`` what reading it has to say.
    """

    sheet: str
    first_row: int
    cells: list[list[Any]]
    first_column: int = 1
    spans: tuple[Span, ...] = ()
    hidden: bool = False
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class RawTable:
    """Headers and columns of one table, or features with their attributes.

    ``columns`` holds one object array per header, with cells as the reader gave them; ``rows`` the
    number of each row in its sheet (of each feature from 1). ``geometry`` holds shapely geometries
    as given, ``claimed`` the CRS that the file declares. ``cut`` lists headers that the format may
    have cut short. ``reason`` says why there is nothing to map, ``titles`` what else the table is
    called: the folders of a KML, the lines above a header.

    ``groups`` holds what stands above each header in a header of several lines ("" for nothing),
    ``header_rows`` the rows of such a header, ``numbers`` the number of each column in its sheet
    (from 1). ``hidden`` says that the sheet is hidden.
    """

    sheet: str
    header_row: int | None
    headers: tuple[str, ...]
    columns: tuple[Cells, ...]
    rows: Ints
    geometry: Cells | None = None
    claimed: str = ""
    cut: frozenset[int] = frozenset()
    faults: tuple[Fault, ...] = ()
    reason: str = ""
    titles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    numbers: tuple[int, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Part:
    """One file inside what was uploaded: its name there, its bytes and its format.

    ``notes`` is what splitting the upload has to say of it; of a part of the format ``refused``,
    why it cannot be read.
    """

    name: str
    content: bytes
    format: str
    # What belongs to it by name: .dbf, .prj, .cpg of a .shp; .dat, .map of a .tab.
    siblings: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[Fault, ...] = ()


def nth_table(sheet: str, number: int) -> str:
    """Name the second and further tables of a worksheet: 站点, 站点 #2, 站点 #3."""
    return sheet if number == 1 else f"{sheet}{_AGAIN}{number}"


def worksheet_of(sheet: str) -> str:
    """Return the worksheet that a table stands in; see ``nth_table``."""
    name, mark, number = sheet.rpartition(_AGAIN)
    return name if mark and number.isdigit() else sheet
