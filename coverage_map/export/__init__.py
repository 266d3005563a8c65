"""Files and pictures for people: one content, many formats, each in a file of its own."""

from coverage_map.export.formats import ENCODINGS, FORMATS, write_gaps
from coverage_map.export.sheet_info import SheetInfo

__all__ = ["ENCODINGS", "FORMATS", "SheetInfo", "write_gaps"]
