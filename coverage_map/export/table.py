"""A gap list as CSV, for spreadsheets and scripts; readable in Excel as it is.

UTF-8 with a byte order mark (Excel takes a file without one for the system's code page), or GBK
where an old program asks for it. Every row carries its quarter, source and class. Lines beginning
with "#" follow the rows only where something has to be said: no gaps, or characters replaced.
"""

import csv
from pathlib import Path

import pandas as pd

from coverage_map.export.columns import exported, heading
from coverage_map.export.content import Content
from coverage_map.export.legible import degree_text, encodable, harmless
from coverage_map.export.sheet_info import margin


def write_csv(content: Content, out: Path) -> None:
    """Write headings, one line a gap, then the remarks."""
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
    notes = []
    if table.empty:
        notes.append(text("export.no_gaps"))
        notes += [
            f"{text(f'export.margin.{code}')}: {value}"
            for code, value in margin(content.sheet).items()
        ]
    if lost:
        notes.append(text("export.replaced", n=lost, encoding=content.encoding))
    encoding = "utf-8-sig" if content.encoding == "UTF-8" else content.encoding
    with out.open("w", encoding=encoding, newline="", errors="stand_in") as file:
        writer = csv.writer(file)
        writer.writerow([heading(column, text) for column in columns])
        writer.writerows(table.astype("object").where(table.notna(), "").to_numpy().tolist())
        writer.writerows([f"# {' '.join(note.split())}"] for note in notes)
