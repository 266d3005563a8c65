"""What a file says of its coordinate system: in headers, above them, in a column, by its name.

A claim is no proof. Which words speak of which system is data: ``settings.toml``, ``crs.words``.
"""

import re
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from geodata.crs import CGCS2000, WGS84
from geodata.ingest.hypotheses import Ints
from geodata.ingest.settings import settings, word
from geodata.ingest.values import cell_text
from geodata.ingest.work import Work
from geodata.records import LINE_ENDS

_POSITION = frozenset(("x", "y", *(name for end in LINE_ENDS for name in end)))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return for each system a pattern of the words that speak of it.

    A word that begins with a digit is none within a longer number.
    """
    return tuple(
        (crs, re.compile("|".join(rf"(?<!\d){re.escape(word(item))}" for item in spoken)))
        for crs, spoken in settings()["crs"]["words"].items()
    )


def systems_named(text: str) -> frozenset[str]:
    """Return the systems that a text speaks of; WGS 84 is not named beside CGCS2000."""
    plain = word(text)
    found = {crs for crs, pattern in _patterns() if pattern.search(plain)}
    return frozenset(found - {WGS84} if CGCS2000 in found else found)


def one_claim(texts: Iterable[str]) -> str:
    """Return the system that texts speak of, nothing where they speak of none or of several."""
    found = frozenset[str]().union(*(systems_named(text) for text in texts))
    found = found - {WGS84} if CGCS2000 in found else found
    return next(iter(found)) if len(found) == 1 else ""


def claim_of_table(work: Work) -> tuple[str, bool]:
    """Return what a table without geometry says of the system of its coordinates, and if in words.

    The headers of the pair and what stands above them are heard together; only where these say
    nothing, the lines above the table, the sheet's and the file's names. A person wrote such a
    line; headers are what a program calls its columns.
    """
    table = work.table
    pair = [match.column for match in work.columns.matches if match.field in _POSITION]
    near = [table.headers[column] for column in pair]
    near += [table.groups[column] for column in pair if column < len(table.groups)]
    if any(systems_named(text) for text in near):
        return one_claim(near), False
    above = (*table.titles, table.sheet, work.file)
    claim = one_claim(
        text if speaks_of_coordinates(text) else _without_firms(text) for text in above
    )
    return claim, bool(claim) and one_claim(_without_firms(text) for text in above) == claim


def claiming_column(work: Work) -> int:
    """Return the coordinate column whose own header names a system, -1 where none does."""
    pair = (match.column for match in work.columns.matches if match.field in _POSITION)
    return next((c for c in pair if systems_named(work.table.headers[c])), -1)


def _without_firms(text: str) -> str:
    """Return a text without the names of firms and devices."""
    plain = word(text)
    for name in settings()["crs"]["claims"]["firms"]:
        plain = plain.replace(word(name), " ")
    return plain


def speaks_of_coordinates(text: str) -> bool:
    """Say whether a text is about coordinates."""
    plain = word(text)
    return any(word(item) in plain for item in settings()["crs"]["claims"]["coordinates"])


def claims_of_rows(work: Work) -> tuple[str, tuple[str, ...], Ints] | None:
    """Return the column whose cells name systems: its header, the claims, and the row's of them.

    Its header must speak of coordinates and every filled cell name one system; empty cells claim
    nothing (-1).
    """
    most = settings()["crs"]["rule"]["part_values"]
    for header, cells in zip(work.table.headers, work.table.columns, strict=True):
        if not speaks_of_coordinates(header):
            continue
        codes, uniques = pd.factorize(cells)
        # A column of numbers or names is told by its first cells: it has too many to name systems.
        texts = [cell_text(cell).strip() for cell in uniques[: most + 2]]
        if not any(texts) or len(uniques) > most + 1:
            continue
        named = {text: systems_named(text) for text in texts if text}
        if any(len(found) != 1 for found in named.values()):
            continue
        claims = tuple(sorted({next(iter(found)) for found in named.values()}))
        of_text = {text: claims.index(next(iter(found))) for text, found in named.items()}
        of_cell = [of_text.get(text, -1) for text in texts]
        return header, claims, np.array([*of_cell, -1], dtype=np.int64)[codes]
    return None
