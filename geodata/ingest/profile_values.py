"""What the cells of a column look like, from a sample spread over its rows."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from geodata.ingest.raw import Cells
from geodata.ingest.settings import word, words
from geodata.ingest.values import cell_text, parse_column
from geodata.ingest.values.numbers import bare_factor
from geodata.records import Field

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[㐀-鿿]")
# Types whose cells can be told right from wrong; a text or a code may be anything.
_TOLD = {"integer", "number", "boolean", "date", "coordinate"}


@dataclass(frozen=True)
class Sample:
    """The filled cells among a sample of a column: as read, as text, and as a number or NaN.

    Of several numbers in a cell the first counts. ``filled`` is the share of cells that are.
    """

    cells: Cells
    texts: tuple[str, ...]
    numbers: np.ndarray
    filled: float

    @property
    def distinct(self) -> float:
        """Return which share of the cells differ."""
        return len(set(self.texts)) / len(self.texts) if self.texts else 0.0


@cache
def value_shapes() -> Mapping[str, Any]:
    """Read what the cells of fields look like."""
    text = (files("geodata.ingest") / "value_shapes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def shape_of(kind: str, field: str) -> Mapping[str, Any]:
    """Return what is known of the cells of a kind's field."""
    own: Mapping[str, Any] = value_shapes()["kinds"].get(kind, {})
    shape: Mapping[str, Any] = own.get(field) or value_shapes()["fields"].get(field, {})
    return shape


def sample_column(cells: Cells) -> Sample:
    """Take a sample of a column, spread evenly over its rows."""
    size = int(value_shapes()["rule"]["sample"])
    count = len(cells)
    if count > size:
        cells = cells[np.linspace(0, count - 1, size).astype(np.int64)]
    nothing = words("empty", "words")
    pairs = [(cell, cell_text(cell)) for cell in cells if cell is not None]
    kept = [(cell, text) for cell, text in pairs if word(text[:64]) not in nothing]
    held = np.empty(len(kept), dtype=object)
    held[:] = [cell for cell, _ in kept]
    texts = tuple(word(text[:200]) for _, text in kept)
    numbers = np.array([_number(text) for text in texts], dtype=np.float64)
    return Sample(held, texts, numbers, len(kept) / max(len(cells), 1))


def make_of(cells: Cells) -> str:
    """Return of what make a column's cells are: ``number``, ``chinese``, ``latin``, ``empty``.

    By this, tables without a header are told to be of the same shape.
    """
    sample = sample_column(cells)
    if not sample.texts:
        return "empty"
    counts = {
        "number": int(np.isfinite(sample.numbers).sum()),
        "chinese": sum(bool(_CHINESE.search(text)) for text in sample.texts),
    }
    make = max(counts, key=lambda name: counts[name])
    return make if counts[make] * 2 > len(sample.texts) else "latin"


def _number(text: str) -> float:
    """Return the number a cell is or begins its list with, NaN for none."""
    found = _NUMBER.match(text)
    if not found or (len(text) > found.end() and text[found.end()] not in "/、,;|°度米m"):
        return math.nan
    return float(found[0])


def readable_share(sample: Sample, entry: Field, header: str = "") -> float:
    """Return which share of the cells a field can take; 1 for fields that take anything."""
    if not sample.texts:
        return 1.0
    if not entry.values and entry.type not in _TOLD:
        return 1.0
    if entry.type in {"integer", "number"}:
        fit = np.isfinite(sample.numbers)
        if entry.type == "integer" and bare_factor(entry, header, "") <= 1:
            fit &= sample.numbers == np.round(sample.numbers)
        return float(fit.mean())
    parsed = parse_column(sample.cells, entry, header)
    return 1.0 - len({row for row, _ in parsed.faults}) / len(sample.texts)


def fit_share(sample: Sample, entry: Field, kind: str) -> float:
    """Return which share of a column's cells look like a field's; 0 where the column cannot be it.

    0 too for a field of which nothing is known that tells its cells from any others.
    """
    shape = shape_of(kind, entry.name)
    least = value_shapes()["rule"]["least_cells"]
    if (not shape and not entry.values) or len(sample.texts) < least:
        return 0.0
    held = value_shapes()["rule"]["held"]
    if not _column_fits(sample, shape):
        return 0.0
    fitting = float(_cells_fit(sample, shape).mean())
    if fitting < held or readable_share(_beginning(sample), entry) < held:
        return 0.0
    readable = readable_share(sample, entry)
    return min(readable, fitting) if readable >= held else 0.0


def _beginning(sample: Sample) -> Sample:
    """Return a small part of a sample, which tells most fields out at little cost."""
    size = value_shapes()["rule"]["first_look"]
    return Sample(sample.cells[:size], sample.texts[:size], sample.numbers[:size], sample.filled)


def _column_fits(sample: Sample, shape: Mapping[str, Any]) -> bool:
    if "few" in shape and len(set(sample.texts)) > shape["few"]:
        return False
    if "distinct" in shape:
        low, high = shape["distinct"]
        if not low <= sample.distinct <= high:
            return False
    if "spread" in shape:
        known = sample.numbers[np.isfinite(sample.numbers)]
        return bool(len(known)) and float(np.ptp(known)) >= shape["spread"]
    return True


def _cells_fit(sample: Sample, shape: Mapping[str, Any]) -> np.ndarray:
    """Say of each cell whether it meets all that a shape asks of cells."""
    fit = np.ones(len(sample.texts), dtype=bool)
    numbers = sample.numbers
    if "ranges" in shape:
        within = [(numbers >= low) & (numbers <= high) for low, high in shape["ranges"]]
        fit &= np.logical_or.reduce(within)
    if shape.get("whole"):
        fit &= numbers == np.round(numbers)
    if "step" in shape:
        fit &= np.mod(numbers, shape["step"]) == 0
    if "decimals" in shape:
        fit &= _decimals(sample) >= shape["decimals"]
    if "pattern" in shape:
        rule = re.compile(shape["pattern"])
        fit &= np.array([bool(rule.fullmatch(text)) for text in sample.texts])
    if "ends" in shape:
        ends = tuple(shape["ends"])
        fit &= np.array([text.endswith(ends) for text in sample.texts])
    if "never" in shape:
        fit &= ~np.isin(np.array(sample.texts, dtype=object), shape["never"])
    if "chinese" in shape:
        want = bool(shape["chinese"])
        fit &= np.array([bool(_CHINESE.search(text)) == want for text in sample.texts])
    if "length" in shape:
        low, high = shape["length"]
        fit &= np.array([low <= len(text) <= high for text in sample.texts])
    return fit


def _decimals(sample: Sample) -> np.ndarray:
    """Return how many decimals each cell's number has."""
    found = [_NUMBER.match(text) for text in sample.texts]
    return np.array([len(one[0].partition(".")[2]) if one else 0 for one in found], dtype=int)


def is_fine(sample: Sample, below: float, least: int) -> bool:
    """Say whether most numbers of a sample are beyond a size or have so many decimals."""
    fine = (_decimals(sample) >= least) | (sample.numbers >= below)
    return bool(fine.sum() * 2 > len(fine))
