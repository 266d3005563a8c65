"""Numbers as people read them: thousands parted, one decimal for rates, people in 人 or 万人."""

import json
import math
from datetime import datetime
from typing import Any

import pandas as pd

from coverage_map.text import Text, say_distance
from geodata.owners import read_owners

MYRIAD = 10_000


def count(number: float) -> str:
    """Return a whole number with thousands parted."""
    return f"{round(number):,}"


def rate(part: float, whole: float) -> str:
    """Return part of whole in per cent with one decimal; a dash where there is no whole.

    100.0% and 0.0% are kept for all and none.
    """
    if not whole:
        return "—"
    share = round(100 * part / whole, 1)
    if part < whole:
        share = min(share, 99.9)
    return f"{max(share, 0.1) if part else share:.1f}%"


def people(number: float, text: Text) -> str:
    """Return a number of people in 人, from ten thousand on in 万人; in English in full."""
    if text.language == "zh_CN" and number >= MYRIAD:
        return text("words.people_myriad", n=f"{number / MYRIAD:,.1f}")
    return many("words.people", number, text)


def many(identifier: str, number: float, text: Text) -> str:
    """Return a counted thing; a language that tells one from many has a sentence for each."""
    one = f"{identifier}.one"
    return text(one if round(number) == 1 and text.has(one) else identifier, n=count(number))


def distance(metres: Any) -> str:
    """Return a distance in whole metres under ten kilometres, else in km; a dash for <NA>."""
    return "—" if pd.isna(metres) else say_distance(metres)


def moment(at: str) -> str:
    """Return a moment of the ledger (ISO, UTC) as day and minute of the machine's own time."""
    local = datetime.fromisoformat(at).astimezone()
    return local.strftime("%Y-%m-%d %H:%M")


def target(per_cent: float, text: Text) -> str:
    """Return a target; the policy names none for some indicators."""
    return text("figure.no_target") if math.isnan(per_cent) else f"{per_cent:g}%"


def owner(code: str, text: Text) -> str:
    """Return an owner's or operator's name; "any" and "" have words of their own."""
    entry = read_owners().get(code)
    if entry is not None:
        return str(entry.name[text.language])
    return text(f"operator.{code or 'none'}")


def reason(code: str, params: str, text: Text) -> str:
    """Return the sentence of a reason; owners and distances in it are put into words."""
    if not code:
        return ""
    given: dict[str, object] = json.loads(params) if params else {}
    spoken: dict[str, object] = {}
    for name, value in given.items():
        if name in ("owner", "operator") and isinstance(value, str):
            spoken[name] = owner(value, text)
        elif name in ("owners", "operators") and isinstance(value, list):
            spoken[name] = text("words.comma").join(owner(str(item), text) for item in value)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            spoken[name] = distance(value) if name.endswith("_m") else f"{value:,}"
        else:
            spoken[name] = value
    return text(f"reason.{code}", **spoken)
