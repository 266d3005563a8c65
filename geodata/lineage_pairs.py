"""Pair older registers of codes with today's into ``lineage.csv``; run by hand by maintainers.

``python -m geodata.lineage_pairs CITY TODAY DATE=OLDER …`` where the folders are the unpacked
``dist`` of npm's china-division (2.7.0 for today; 2.0.0, 2.2.0, 2.3.1 and 2.4.0 are the statistics
bureau's registers of 2016-07-31, 2018-10-31, 2019-10-31 and 2020-06-30). Rows with another source
than these registers are kept. Pairs are one to one: a township by its name, else by where most of
its villages are today; a unit by its name within the paired township, else by an unchanged number
and a name that is alike, else by its name where the city has it once then and now. What cannot be
paired so is left out.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from geodata.lineage import COLUMNS, LINEAGE
from geodata.place_names import fold, township_keys, unit_keys
from geodata.spelling import likeness

SOURCE = "NBS register"
MAJORITY = 0.5
Names = Mapping[str, str]


def _read(folder: Path, file: str, city: str) -> dict[str, str]:
    table = pd.read_csv(folder / file, dtype=str)
    table = table[table["code"].str.startswith(city)]
    return dict(zip(table["code"], table["name"], strict=True))


def _core(name: str) -> str:
    return fold(unit_keys(name)[-1])


def pair_townships(old: Names, new: Names, then: Names, now: Names) -> dict[str, str]:
    """Pair townships by name, else by where most of their units' names are today.

    ``old`` and ``new`` are units by code, ``then`` and ``now`` townships.
    """
    called = defaultdict(list)
    for code, name in now.items():
        called[township_keys(name)[-1]].append(code)
    named = {code: called[township_keys(name)[-1]] for code, name in then.items()}
    pairs = {code: fits[0] for code, fits in named.items() if len(fits) == 1}
    return _by_majority(old, new) | pairs


def _by_majority(old: Names, new: Names) -> dict[str, str]:
    holders = defaultdict(set)
    for code, name in new.items():
        holders[_core(name)].add(code[:9])
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    sizes = Counter(code[:9] for code in old)
    for code, name in old.items():
        votes[code[:9]].update(holders.get(_core(name), ()))
    return {
        former: best
        for former, counter in votes.items()
        for best, count in counter.most_common(1)
        if count > MAJORITY * sizes[former]
    }


def pair_units(old: Names, new: Names, townships: Mapping[str, str]) -> dict[str, str]:
    """Pair units by name within paired townships, else by number and a like name."""
    pairs: dict[str, str] = {}
    by_name = defaultdict(list)
    for code, name in new.items():
        by_name[code[:9], _core(name)].append(code)
    taken = Counter((townships.get(code[:9], ""), _core(name)) for code, name in old.items())
    for code, name in old.items():
        key = (townships.get(code[:9], ""), _core(name))
        fits = by_name.get(key, [])
        if len(fits) == 1 and taken[key] == 1:
            pairs[code] = fits[0]
    used = set(pairs.values())
    for code, name in old.items():
        here = townships.get(code[:9], "") + code[9:]
        free = code not in pairs and here in new and here not in used
        if free and likeness(_core(name), _core(new[here])):
            pairs[code] = here
    return _anywhere(old, new) | pairs


def _anywhere(old: Names, new: Names) -> dict[str, str]:
    """Pair units whose name the city has once then and now."""
    then, now = (Counter(_core(name) for name in names.values()) for names in (old, new))
    today = {_core(name): code for code, name in new.items()}
    return {
        code: today[_core(name)]
        for code, name in old.items()
        if then[_core(name)] == now[_core(name)] == 1
    }


def _rows(date: str, old: Names, new: Names, then: Names, now: Names) -> list[tuple[str, ...]]:
    """List the townships and units that had another code, and units that had another name.

    A unit whose code follows from its township's new one is not listed.
    """
    townships = pair_townships(old, new, then, now)
    units = pair_units(old, new, townships)
    rows: list[tuple[str, ...]] = [
        ("township", former, code, then.get(former, ""), date, SOURCE)
        for former, code in townships.items()
        if former != code and former not in now
    ]
    for former, code in units.items():
        moved = townships.get(former[:9], former[:9]) + former[9:] != code
        if moved or _core(old[former]) != _core(new[code]):
            rows.append(("unit", former, code, old[former], date, SOURCE))
    return rows


def main() -> None:
    """Read the folders named on the command line and write ``lineage.csv`` anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("city")
    parser.add_argument("today", type=Path)
    parser.add_argument("older", nargs="+")
    arguments = parser.parse_args()
    new = _read(arguments.today, "villages.csv", arguments.city)
    today = _read(arguments.today, "streets.csv", arguments.city)
    rows: list[tuple[str, ...]] = []
    for entry in sorted(arguments.older):
        date, _, folder = entry.partition("=")
        old = _read(Path(folder), "villages.csv", arguments.city)
        names = _read(Path(folder), "streets.csv", arguments.city)
        rows += _rows(date, old, new, names, today)
    kept = pd.read_csv(LINEAGE, dtype=str, keep_default_na=False)
    found = pd.DataFrame(rows, columns=list(COLUMNS))
    found = found.drop_duplicates(["level", "former", "code", "name"], keep="last")
    whole = pd.concat([kept[kept["source"] != SOURCE], found.sort_values(["level", "former"])])
    whole.to_csv(LINEAGE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
