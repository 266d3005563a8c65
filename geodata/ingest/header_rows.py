"""Find which rows of a sheet are its header: by the columns they name and by what lies below.

A header names columns that are known, or it is a row of distinct labels over rows of values. It
may have several lines: groups above, names merged down, English or field codes beside them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.ingest.aliases import is_known
from geodata.ingest.raw import Cells, Span
from geodata.ingest.reading import header_words, reading
from geodata.ingest.settings import word

ENGLISH = re.compile(r"[A-Za-z_][A-Za-z0-9_ /().%#\[\]-]*")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGITS = re.compile(r"\d")
_DATE = re.compile(r"\d{2,4}[-/.年]\d{1,2}([-/.月]\d{1,2}.*)?")
_MOST_LINES = 4


@dataclass(frozen=True)
class Block:
    """The lines of a header: ``top`` to ``bottom`` name columns, counted within the sheet's cells.

    ``names`` are the leaf names by column, ``groups`` what stands above each, ``main`` the row
    that holds most of the names.
    """

    top: int
    bottom: int
    main: int
    names: tuple[str, ...]
    groups: tuple[str, ...]
    hits: int
    quality: float

    @property
    def score(self) -> float:
        """Return how much speaks for the block: known names, then structure, fewest lines."""
        rules = reading()["header"]
        weight = float(rules["structure_weight"]) * self.quality
        return self.hits + weight - float(rules["line_cost"]) * (self.bottom - self.top)


def cell_text(cell: Any) -> str:
    """Return a cell's text on one line."""
    return " ".join(str(cell).split()) if cell is not None else ""


def names_known(text: str) -> bool:
    """Say whether a text is a header that is known; what is too long for one is not asked about."""
    return len(text) <= reading()["header"]["label_length"] and is_known(text)


def is_label(cell: Any) -> bool:
    """Say whether a cell may name a column: short text that is no number, date or code."""
    if not isinstance(cell, str):
        return False
    text = cell.strip()
    if not text or len(text) > reading()["header"]["label_length"]:
        return False
    return len(_DIGITS.findall(text)) * 2 < len(text) and not _DATE.fullmatch(text)


def find_block(
    cells: Cells, rows: Sequence[int], spans: Sequence[Span], *, strict: bool = False
) -> Block | None:
    """Return the header that begins in one of the rows, None where nothing looks like one.

    ``rows`` are filled rows, in order. ``strict``: a header in the midst of a sheet, which must
    look like one more clearly.
    """
    rules = reading()["header"]
    best: Block | None = None
    for row in rows:
        for bottom in range(row, min(row + _MOST_LINES - 1, len(cells))):
            if bottom > row and not (cells[bottom] != "").any():
                break
            block = _block(cells, row, bottom, spans)
            if block is None:
                continue
            enough = block.hits >= rules["least_hits"]
            if strict:
                enough = enough and block.hits * 2 >= sum(bool(name) for name in block.names)
            if (enough or block.quality > 0) and _better(block, best):
                best = block
    return _with_groups(cells, best, spans) if best else None


def _better(block: Block, best: Block | None) -> bool:
    """Say whether a block beats the best so far; beside a line in English, Chinese names count."""
    if best is None:
        return True
    if block.names == best.names and block.top > best.bottom:
        return False  # the header of a further page
    chinese, beaten = _is_chinese(block), _is_chinese(best)
    if chinese != beaten and block.top <= best.bottom + 1:
        one, other = (block, best) if chinese else (best, block)
        if one.hits * 2 >= other.hits:
            return chinese
    return block.score > best.score


def _is_chinese(block: Block) -> bool:
    return _chinese(block) * 2 >= sum(bool(name) for name in block.names)


def _chinese(block: Block) -> int:
    return sum(bool(_HAN.search(name)) for name in block.names)


def _block(cells: Cells, top: int, bottom: int, spans: Sequence[Span]) -> Block | None:
    """Return the block of these rows with its merits, None where they hold no labels."""
    lines = cells[top : bottom + 1]
    if bottom > top:
        filled = lines != ""
        # Every line of several has labels only; a line of one cell across the sheet is a title.
        if not all(is_label(cell) for cell in lines[filled]) or (filled.sum(axis=1) < 2).any():
            return None
    names, owners = _leaves(lines)
    named = [name for name in names if name]
    if not named:
        return None
    counts = np.bincount(owners[owners >= 0], minlength=bottom - top + 1)
    main = top + int(len(counts) - 1 - counts[::-1].argmax())
    groups = _groups(lines, owners, names, top, spans)
    quality = _structure(cells, top, bottom, names, groups)
    values = _values_among(cells, top, bottom, names)
    told = tuple("" if name in values else name for name in names)
    return Block(top, bottom, main, names, groups, _count_known(told, groups), quality)


def _count_known(names: tuple[str, ...], groups: tuple[str, ...]) -> int:
    """Count the names that are known, by themselves or behind their heading: 4G覆盖情况 + 移动.

    Units and marks (必填) behind a heading name nothing.
    """
    alone = {name for name in names if name and names_known(name)}
    joined = {
        group + name
        for group, name in zip(groups, names, strict=True)
        if group and _HAN.search(name) and name not in alone
        if word(name) not in header_words("marks") | header_words("units")
    }
    return len(alone) + sum(map(names_known, joined))


def _values_among(cells: Cells, top: int, bottom: int, names: tuple[str, ...]) -> set[str]:
    """Return the names that stand in their own columns again, as Y and Indoor do: they are values.

    Rows that repeat most of the names are the header of a further page.
    """
    reach = reading()["header"]["looked_below"]
    around = (cells[max(top - reach, 0) : top], cells[bottom + 1 : bottom + 1 + reach])
    again = np.concatenate(around) == np.array(names, dtype=object)
    again &= np.array([bool(name) for name in names])
    pages = again.sum(axis=1) * 2 > sum(bool(name) for name in names)
    return {names[j] for j in np.flatnonzero(again[~pages].any(axis=0)).tolist()}


def _leaves(lines: Cells) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the lowest text of each column and the line it stands in, -1 for none."""
    width = lines.shape[1]
    owners = np.full(width, -1)
    names = [""] * width
    for i, line in enumerate(lines):
        for j in np.flatnonzero(line != "").tolist():
            if text := cell_text(line[j]):
                names[j], owners[j] = text, i
    return tuple(names), owners


def _groups(
    lines: Cells, owners: np.ndarray, names: tuple[str, ...], top: int, spans: Sequence[Span]
) -> tuple[str, ...]:
    """Return what stands above each name: by merged ranges, else to the right up to the next."""
    width = lines.shape[1]
    above: list[list[str]] = [[] for _ in range(width)]
    for i, line in enumerate(lines[:-1]):
        across = {
            j: span
            for span in spans
            if span.top == top + i
            for j in range(span.left, min(span.right + 1, width))
        }
        wide = any(span.right > span.left for span in across.values())
        current = ""
        for j in range(width):
            text = cell_text(line[j]) if line[j] != "" else ""
            if wide:
                first = across[j].left if j in across else j
                current = cell_text(line[first]) if line[first] != "" else ""
            elif text or owners[j] <= i:
                current = text
            if current and owners[j] > i and current not in {names[j], *above[j]}:
                above[j].append(current)
    return tuple("/".join(texts) for texts in above)


def _with_groups(cells: Cells, block: Block, spans: Sequence[Span]) -> Block:
    """Return the block with the lines of groups, or of codes, right above it."""
    top = block.top
    while (
        top > 0
        and block.bottom - top < _MOST_LINES
        and _is_group_line(cells, top - 1, block, spans)
    ):
        top -= 1
    if top == block.top:
        return block
    lines = cells[top : block.bottom + 1]
    names, owners = _leaves(lines)
    repeats = [i for i in range(block.top - top) if _is_repeat(lines[i], block)]
    kept = lines.copy()
    kept[repeats] = ""
    groups = _groups(kept, owners, names, top, spans)
    return Block(top, block.bottom, block.main, names, groups, block.hits, block.quality)


def _is_group_line(cells: Cells, row: int, block: Block, spans: Sequence[Span]) -> bool:
    """Say whether a row above a header groups its columns, or names them once more."""
    line = cells[row]
    filled = np.flatnonzero(line != "")
    named = sum(bool(name) for name in block.names)
    texts = [cell_text(cell) for cell in line[filled]]
    if (
        not texts
        or not all(map(is_label, line[filled]))
        or any(":" in t or "：" in t for t in texts)
    ):
        return False
    if _is_repeat(line, block):
        return True
    wide = [span for span in spans if span.top == row and span.left < span.right]
    covered = max((span.right - span.left + 1 for span in wide), default=0)
    if covered * 5 >= named * 4:
        return False
    if wide:
        return True
    # Without merged ranges: texts with gaps between them, or the same text over several columns.
    return len(texts) >= 2 and (len(texts) < named or len(set(texts)) < len(texts))


def _is_repeat(line: Cells, block: Block) -> bool:
    """Say whether a line names the same columns in English, above a header in Chinese."""
    texts = [cell_text(cell) for cell in line if cell != ""]
    named = sum(bool(name) for name in block.names)
    english = sum(bool(ENGLISH.fullmatch(text)) for text in texts)
    share = reading()["header"]["sub_header_share"]
    return (
        len(texts) * 2 >= named
        and len(set(texts)) == len(texts)
        and english >= share * len(texts)
        and _chinese(block) * 2 >= named
    )


def _structure(
    cells: Cells, top: int, bottom: int, names: tuple[str, ...], groups: tuple[str, ...]
) -> float:
    """Return how clearly the rows are labels over values of columns, from 0 to 1."""
    rules = reading()["header"]
    named = [j for j, name in enumerate(names) if name]
    lines = cells[top : bottom + 1]
    labels = sum(is_label(lines[lines[:, j] != "", j][-1]) for j in named)
    # The same names under each of several headings are distinct: 电信, 移动, 联通.
    distinct = len({(groups[j], names[j]) for j in named})
    if len(named) < rules["least_names"] or labels < rules["label_share"] * len(named):
        return 0.0
    if distinct < rules["distinct_share"] * len(named):
        return 0.0
    below = cells[bottom + 1 : bottom + 1 + rules["looked_below"]]
    again = np.array([(line == np.array(names, dtype=object)).sum() for line in below], dtype=int)
    below = below[((below != "").sum(axis=1) * 2 >= len(named)) & (again * 2 < len(named))]
    if not len(below):
        return 0.0
    used = (below != "").any(axis=0)
    width = int((used | np.array([bool(name) for name in names])).sum())
    valued = sum(_is_valued(below[:, j], names[j]) for j in named)
    if len(named) < rules["named_share"] * width or valued < rules["valued_share"] * len(named):
        return 0.0
    return len(named) / width * (1 + valued / len(named)) / 2


def _is_valued(column: Cells, name: str) -> bool:
    """Say whether a column holds values that its name is none of: numbers, dates, codes."""
    values = column[column != ""]
    if not len(values):
        return False
    digits = sum(not isinstance(cell, str) or bool(_DIGITS.search(cell)) for cell in values)
    return digits * 5 >= len(values) * 3 and not any(cell_text(cell) == name for cell in values)
