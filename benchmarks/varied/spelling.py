"""Write true values into cells the way people do: one habit a column, with some slips."""
# ruff: noqa: PD011 - the values of a field are a value set, no array

import datetime as dt
import tomllib
from collections.abc import Callable, Sequence
from functools import cache, partial
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from geodata.owners import read_owners
from geodata.records import Field, read_values

Cells = list[Any]
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789"}
SEPARATORS = ("/", "、", ",", ";", "+")
YES_NO = (
    ("是", "否"),
    ("有", "无"),
    ("Y", "N"),
    ("1", "0"),
    ("√", "×"),
    ("yes", "no"),
    ("是", "无"),
)
DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%Y.%m.%d")
UNITS = {
    "m": ("米", "m", "M"),
    "deg": ("°", "度"),
    "MHz": ("MHz", "M"),
    "Mbps": ("M", "Mbps", "兆"),
}
EMPTY = ("", "-", "/", "--", "无", "NULL", "")


@cache
def words() -> dict[str, Any]:
    """Read ``words.toml``."""
    text = (files("benchmarks.varied") / "words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def spell(entry: Field, values: Sequence[Any], header: str, rng: np.random.Generator) -> Cells:
    """Return the cells of a column that holds a field's true values under a header."""
    if entry.type == "list":
        return _spell_lists(entry, values, rng)
    if entry.type == "boolean":
        return _spell_yes_no(entry, values, rng)
    if entry.type == "date":
        return _spell_dates(values, rng)
    if entry.values and _spellings(entry.values):
        return _spell_choice(entry.values, values, header, rng)
    if entry.type in {"integer", "number"}:
        return _spell_numbers(entry, values, header, rng)
    return [str(value) for value in values]


def _pick(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


@cache
def _owner_names() -> dict[str, tuple[str, ...]]:
    return {
        code: tuple(name for name in owner.aliases if not name.isascii())
        for code, owner in read_owners().items()
    }


def _spell_lists(entry: Field, values: Sequence[Any], rng: np.random.Generator) -> Cells:
    known = _owner_names() if entry.values == "owner" else _spellings(entry.values)
    habit = {value: str(_pick(rng, spelt)) for value, spelt in known.items() if spelt}
    separator, nobody = _pick(rng, SEPARATORS), _pick(rng, ("", "-", "无", "/"))
    return [separator.join(habit[value] for value in listed) or nobody for listed in values]


# Spellings that answer yes or no; they suit a header that asks.
_ANSWERS = frozenset({"是", "否", "Y", "N", "1", "0", "有", "无"})


def _spellings(name: str) -> dict[str, tuple[str, ...]]:
    if name == "owner":
        return _owner_names()
    return dict(read_values().get(name, {}))


def _spell_choice(name: str, values: Sequence[Any], header: str, rng: np.random.Generator) -> Cells:
    asks = "是否" in header
    habit = {}
    for value, spelt in _spellings(name).items():
        fitting = [item for item in spelt if (item in _ANSWERS) == asks]
        habit[value] = _pick(rng, fitting or spelt)
    return [habit.get(value, "") for value in values]


def _spell_yes_no(entry: Field, values: Sequence[Any], rng: np.random.Generator) -> Cells:
    if entry.values and rng.random() < 0.5:
        known = read_values()[entry.values]
        yes, no = _pick(rng, known["true"]), _pick(rng, known["false"])
    else:
        yes, no = _pick(rng, YES_NO)
    return [yes if value else no for value in values]


def _spell_dates(values: Sequence[Any], rng: np.random.Generator) -> Cells:
    days = [pd.Timestamp(value).date() for value in values]
    habit = rng.integers(4)
    if habit == 0:
        return [(day - dt.date(1899, 12, 30)).days for day in days]
    if habit == 1:
        return [dt.datetime(day.year, day.month, day.day) for day in days]  # noqa: DTZ001
    pattern = _pick(rng, DATES)
    return [day.strftime(pattern) for day in days]


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)


def _spell_numbers(
    entry: Field, values: Sequence[Any], header: str, rng: np.random.Generator
) -> Cells:
    plain = [float(value) if entry.type == "number" else int(value) for value in values]
    if any(unit in header.lower() for unit in ("公里", "千米", "km")):
        return [round(value / 1000, 4) for value in plain]
    how = rng.choice(["number", "text", "space", "full", "unit"], p=[0.62, 0.16, 0.08, 0.07, 0.07])
    units = UNITS.get(entry.unit, ())
    unit = _pick(rng, units) if units else ""
    if how == "unit" and not unit:
        how = "text"
    ways: dict[str, Callable[[float], Any]] = {
        "number": lambda value: value,
        "text": _text,
        "space": lambda value: f" {_text(value)} ",
        "full": lambda value: _text(value).translate(FULL_WIDTH),
        "unit": lambda value: f"{_text(value)}{unit}",
    }
    return [ways[str(how)](value) for value in plain]


def spell_positions(
    x: np.ndarray, y: np.ndarray, rng: np.random.Generator, *, degrees: bool
) -> tuple[Cells, Cells, str]:
    """Return the cells of a pair of coordinate columns and the habit they are written in."""
    if not degrees:
        decimals = int(rng.integers(1, 4))
        xs, ys = np.round(x, decimals).tolist(), np.round(y, decimals).tolist()
        if rng.random() < 0.2:
            return [f"{v:.3f}" for v in xs], [f"{v:.3f}" for v in ys], "text"
        return xs, ys, "number"
    habit = str(
        rng.choice(
            ["number", "text", "space", "full", "letter", "dms", "chinese", "minutes"],
            p=[0.6, 0.12, 0.05, 0.04, 0.04, 0.06, 0.04, 0.05],
        )
    )
    decimals = int(rng.integers(5, 8))
    writers: dict[str, Callable[[float, str], Any]] = {
        "number": lambda v, _: round(v, decimals),
        "text": lambda v, _: f"{v:.{decimals}f}",
        "space": lambda v, _: f"{v:.{decimals}f} ",
        "full": lambda v, _: f"{v:.{decimals}f}".translate(FULL_WIDTH),
        "letter": lambda v, axis: f"{axis}{v:.{decimals}f}",
        "dms": partial(_dms, signs="°′″"),
        "chinese": partial(_dms, signs="度分秒"),
        "minutes": _minutes,
    }
    write = writers[habit]
    return [write(v, "E") for v in x.tolist()], [write(v, "N") for v in y.tolist()], habit


def _dms(value: float, _axis: str, signs: str) -> str:
    hundredths = round(value * 360_000)
    degrees, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6000)
    return f"{degrees}{signs[0]}{minutes:02d}{signs[1]}{seconds / 100:05.2f}{signs[2]}"


def _minutes(value: float, _axis: str) -> str:
    thousandths = round(value * 600_000)
    degrees, rest = divmod(thousandths, 600_000)
    return f"{degrees}°{rest / 10_000:07.4f}′"


def fill(what: Any, count: int, rng: np.random.Generator) -> Cells:
    """Return the cells of a column that means nothing to us."""
    if isinstance(what, list):
        return [_pick(rng, what) for _ in range(count)]
    makers: dict[str, Callable[[int], Any]] = {
        "count": lambda i: i + 1,
        "remark": lambda i: "" if i % 7 else "待核实",
        "city": lambda _: "许昌",
        "grid": lambda _: f"网格{rng.integers(1, 60):02d}",
        "phone": lambda _: f"139{rng.integers(10**7, 10**8)}",
        "ticket": lambda i: f"HA-{20230000 + i}-{rng.integers(1000):03d}",
        "pci": lambda _: int(rng.integers(504)),
        "tac": lambda _: int(rng.integers(20000, 30000)),
        "stamp": lambda i: f"2023-12-{1 + i % 28:02d} {i % 24:02d}:00:00",
        "percent": lambda _: round(float(rng.uniform(90, 100)), 2),
        "volume": lambda _: round(float(rng.gamma(2.0, 300.0)), 2),
        "cell": lambda i: f"许昌小区{i // 3}-{i % 3 + 1}",
    }
    return [makers[what](i) for i in range(count)]
