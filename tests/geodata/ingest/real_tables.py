"""Tables under the headers of real files, with what they are and which column is which field."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from made_files import workbook

from geodata.ingest import CheckedTable, check_file
from geodata.register import empty_register

FOLDER = Path(__file__).parent / "real_headers"
CELLS = "cells_under_headers.toml"


@dataclass(frozen=True)
class RealTable:
    """One table; ``columns`` holds the headers that may stand for a field, the wanted one first.

    ``kind`` is empty for a table that holds no record of ours.
    """

    family: str
    name: str
    seen: str
    kind: str
    headers: list[str]
    rows: str = "places"
    owner: str = ""
    columns: dict[str, str | list[str]] = field(default_factory=dict)
    cells: dict[str, list[str | int | float]] = field(default_factory=dict)

    def wanted(self) -> dict[str, list[str]]:
        """Return field → headers that may stand for it."""
        return {
            name: [headers] if isinstance(headers, str) else headers
            for name, headers in self.columns.items()
        }


@cache
def real_tables() -> tuple[RealTable, ...]:
    """Read every table of the folder."""
    return tuple(
        RealTable(family=path.stem, **entry)
        for path in sorted(FOLDER.glob("*.toml"))
        if path.name != CELLS
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["tables"]
    )


@cache
def _cells() -> dict[str, list[str | int | float]]:
    return tomllib.loads((FOLDER / CELLS).read_text(encoding="utf-8"))


def rows_of(table: RealTable) -> list[list[str | int | float]]:
    """Return the rows of a table: one a place, or one a cell of a place."""
    picked = range(6) if table.rows == "cells" else range(0, 6, 2)
    under = {**_cells(), **table.cells}
    return [[under[header][i] for header in table.headers] for i in picked]


@cache
def checked_table(family: str, name: str) -> CheckedTable:
    """Return what is understood of a table without a register, in a workbook that says nothing."""
    table = next(item for item in real_tables() if (item.family, item.name) == (family, name))
    content = workbook(("Sheet1", [table.headers, *rows_of(table)]))
    return check_file(content, "导出.xlsx", empty_register(), table.owner)[0]
