"""Measured levels: drive tests, MR grids, complaint points and acceptance tests, from file to bin.

Read (``read_measurements``), clean file by file (``clean_measurements``), find the cell
(``match_cells``), gather (``bin_measurements``). Thresholds and headers: ``measurements.toml``.
"""

from geodata.measurements.bins import bin_measurements
from geodata.measurements.cleaning import clean_measurements, find_jumps
from geodata.measurements.serving import match_cells
from geodata.measurements.table import COLUMNS, SORTS, Sort, read_measurements

__all__ = [
    "COLUMNS",
    "SORTS",
    "Sort",
    "bin_measurements",
    "clean_measurements",
    "find_jumps",
    "match_cells",
    "read_measurements",
]
