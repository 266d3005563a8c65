"""A gap list as CSV, for spreadsheets and scripts; readable in Excel as it is.

UTF-8 with a byte order mark (Excel takes a file without one for the system's code page), or GBK
where an old program asks for it. Every row carries its quarter, source and class. Nothing but the
heading and the gaps stands in the file; what was replaced is told in ``<name>.note.txt`` beside it.
"""

import csv
from pathlib import Path

import pandas as pd

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.legible import degree_text, encodable, harmless


def write_csv(content: Content, out: Path) -> None:
    """Write headings and one line a gap."""
    text = content.text
    columns = [column for column in exported(content.gaps) if column.people]
    table = pd.DataFrame(content.gaps[[column.name for column in columns]])
    for name in ("lon", "lat"):
        if name in table:
            table[name] = degree_text(table[name])
    lost = 0
    for name in table.columns:
        if pd.api.types.is_string_dtype(table[name]):
            spelt, missed = encodable(harmless(table[name]), content.encoding)
            table[name], lost = spelt, lost + int(missed.sum())
    if lost:
        note = text("export.replaced", n=lost, encoding=content.encoding)
        out.with_suffix(".note.txt").write_text(f"{note}\n", encoding="utf-8-sig")
    encoding = "utf-8-sig" if content.encoding == "UTF-8" else content.encoding
    with out.open("w", encoding=encoding, newline="", errors="stand_in") as file:
        writer = csv.writer(file)
        writer.writerow([heading(column, text) for column in columns])
        writer.writerows(table.astype("object").where(table.notna(), "").to_numpy().tolist())
