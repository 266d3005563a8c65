"""What follows from other fields in lists of villages and of points along ducts."""

import numpy as np
import pandas as pd

from geodata.ingest.settings import word
from geodata.ingest.values.choices import spellings
from geodata.ingest.work import Params, Work

# How the fields of rates in percent begin.
_RATE = "rate_"


def name_points(work: Work) -> None:
    """Take what a point of a duct is from its make, then from a header of its own or a title."""
    known = work.frame["point_class"].to_numpy(dtype=object).copy()
    if (known != "").all():
        return
    codes, uniques = pd.factorize(work.frame["make"].to_numpy(dtype=object))
    told = np.array([_class_in(text) for text in uniques] + [""], dtype=object)[codes]
    headers = [
        match.header
        for match in work.columns.matches
        if match.field in {"source_id", "name", "make", "point_class"}
    ]
    titles = (work.table.sheet, *work.table.titles, work.file)
    said = [_class_in(header) or _class_before(header) for header in headers]
    said += [_class_in(title) for title in titles]
    told[told == ""] = next(filter(None, said), "")
    fills = (known == "") & (told != "")
    if not fills.any():
        return
    known[fills] = told[fills]
    work.frame["point_class"] = pd.array(known.tolist(), dtype="str")
    params: Params = {"rows": int(fills.sum()), "field": "point_class"}
    work.note("point_class_inferred", work.columns.column_of("point_class"), params)


def _class_in(text: str) -> str:
    """Return the only sort of point whose words a text has: the longest of those that overlap."""
    rest, found = word(text), set()
    for spelling, value in sorted(spellings("duct_point").items(), key=lambda item: -len(item[0])):
        if len(spelling) > 1 and spelling in rest:
            rest = rest.replace(spelling, " ")
            found.add(value)
    return found.pop() if len(found) == 1 else ""


def _class_before(header: str) -> str:
    """Return the sort that the first character of a header names: 井号, 杆高."""
    return spellings("duct_point").get(word(header)[:1], "")


def bring_to_percent(work: Work) -> None:
    """Bring rates that a spreadsheet keeps as shares (95 % as 0.95) to percent, all at once.

    They are shares where none is above 1 and one lies between 0 and 1: a list of villages with
    less than one percent each there is none.
    """
    names = [match.field for match in work.columns.matches if match.field.startswith(_RATE)]
    if not names:
        return
    rates = work.frame[names].to_numpy(dtype=float)
    filled = rates[np.isfinite(rates)]
    if filled.size and filled.max() <= 1 and ((filled > 0) & (filled < 1)).any():
        work.frame[names] = rates * 100
        work.note("rates_as_shares", work.columns.column_of(names[0]), {"columns": len(names)})
