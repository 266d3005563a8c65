"""A table of text with two columns more: what is wrong with a row, how to mend it."""

import csv
import io
from collections.abc import Sequence

from coverage_map.export.legible import STAND_IN
from coverage_map.export.returned.layers import words_by_row
from coverage_map.text import Text
from geodata.errors import Fault
from geodata.ingest.raw import Part
from geodata.ingest.read_text import find_delimiter, read_text
from geodata.ingest.text_encoding import decode_text


def mark_text(part: Part, name: str, faults: Sequence[Fault], header_row: int, text: Text) -> bytes:
    """Return a text table in its own encoding and with its own delimiter.

    ``header_row`` is the row that gets the new columns' names, from 1; 0 where there is no header.
    """
    words, encoding = decode_text(part.content, name)
    delimiter = find_delimiter(words)
    sentences, remedies = words_by_row(faults, text)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter if delimiter.strip(" ") else "\t")
    cells = read_text(part, name)[0].cells
    width = max((len(row) for row in cells), default=0)
    for number, row in enumerate(cells, start=1):
        more = [sentences.get(number, ""), remedies.get(number, "")]
        if number == header_row:
            more = [text("returned.fault"), text("returned.remedy")]
        filled = [*row, *[""] * (width - len(row))]
        writer.writerow([*filled, *more] if any(more) else row)
    return out.getvalue().encode(encoding, errors=STAND_IN)
