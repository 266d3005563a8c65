"""Former codes and names of places, by date: one table, ``lineage.csv``, for every register.

Its columns: ``level`` (county, township, unit); ``former``, the code it had; ``code``, the one it
has today; ``name``, what it was called then; ``until``, the last day that this is known to have
held (of a decree: the day before it came into force); ``source``. A former county or township
code also stands in front of its units' codes of that time: those follow by rule and are listed
only where a unit's own number changed too. A row whose code a register does not have is not used.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pandas as pd

LINEAGE = Path(str(files("geodata"))) / "lineage.csv"
COLUMNS = ("level", "former", "code", "name", "until", "source")


@dataclass(frozen=True)
class Lineage:
    """What a register's codes were before; ``former`` by level: code then → codes today."""

    former: Mapping[str, Mapping[str, frozenset[str]]]
    names: Mapping[str, tuple[tuple[str, str], ...]]


@cache
def read_lineage() -> pd.DataFrame:
    """Read ``lineage.csv``."""
    return pd.read_csv(LINEAGE, dtype=str, keep_default_na=False)


def trace_lineage(aliases: pd.DataFrame, codes: Mapping[str, Collection[str]]) -> Lineage:
    """Return the former codes and names of a register's places, from the table and its aliases.

    Args:
        aliases: level, code and alias, as a register holds them; an alias of digits is a code.
        codes: the codes that the register has, by level.
    """
    former: dict[str, dict[str, set[str]]] = {level: defaultdict(set) for level in codes}
    names: dict[str, dict[tuple[str, str], None]] = {level: {} for level in codes}
    table = read_lineage()
    for level, then, code, name in table[list(COLUMNS[:4])].to_numpy(dtype=object).tolist():
        if code not in codes[level]:
            continue
        if then != code:
            former[level][then].add(code)
        if name:
            names[level][name, code] = None
    known = aliases.loc[aliases["level"].isin(list(codes)), ["level", "code", "alias"]]
    for level, code, alias in known.to_numpy(dtype=object).tolist():
        if str(alias).isdigit():
            former[level][str(alias)].add(str(code))
        else:
            names[level][str(alias), str(code)] = None
    return Lineage(
        {
            level: {then: frozenset(now) for then, now in pairs.items()}
            for level, pairs in former.items()
        },
        {level: tuple(pairs) for level, pairs in names.items()},
    )
