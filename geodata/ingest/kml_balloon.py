"""Read the attributes that tools write as text or as a table into the balloon of a placemark."""

import re
from html import unescape

_ROW = re.compile(r"<tr\b[^>]*>((?:(?!<tr\b).)*?)</tr\s*>", re.DOTALL | re.IGNORECASE)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)(?:</t[dh]\s*>|(?=<t[dh]\b)|\Z)", re.DOTALL | re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/li)\b[^>]*>|\r?\n", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")
_PAIR = re.compile(r"([^:：]{1,20})[:：](?!//)(.*)", re.DOTALL)


def read_balloon(description: str) -> dict[str, str]:
    """Return the pairs of names and values that a description is made of; none where it is prose.

    A table has a name and its value side by side, or names in a first row over their values.
    """
    if "<t" in description.lower():
        return _table_pairs(description)
    lines = [_plain(line) for line in _BREAK.split(description)]
    pairs = [_PAIR.fullmatch(line) for line in lines if line]
    if len(pairs) < 2 or None in pairs:
        return {}
    return {pair[1].strip(): pair[2].strip() for pair in pairs if pair}


def _plain(markup: str) -> str:
    return unescape(_TAG.sub("", markup)).replace("\xa0", " ").strip()


def _table_pairs(description: str) -> dict[str, str]:
    rows = [[_plain(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(description)]
    rows = [row for row in rows if len(row) > 1]
    if (
        len(rows) == 2
        and len(rows[0]) == len(rows[1])
        and (len(rows[0]) > 2 or "<th" in description)
    ):
        return {name: value for name, value in zip(*rows, strict=True) if name}
    pairs: dict[str, str] = {}
    for row in rows:
        if len(row) % 2 == 0:
            named = zip(row[::2], row[1::2], strict=True)
            pairs |= {name.rstrip(":： "): value for name, value in named if name}
    return pairs
