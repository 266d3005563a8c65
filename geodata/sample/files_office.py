"""The city office's list of natural villages: agreed for a quarter, not quite the register's."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geodata.sample.city import City
from geodata.sample.delivery import Delivery, place_columns, table
from geodata.sample.sheets import Sheet, write_xlsx
from geodata.sample.source_tables import read_names

OWNER = "office"


def model_list(city: City, settings: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """Return the list: villages left out, new, misspelt, counted anew, with other names.

    Columns: unit (row of the register), settlement_id ("" for a new one), settlement, other,
    households, people.
    """
    rules = settings["settlement_list"]
    held = city.register.settlements
    unit = pd.Index(city.register.units["code"]).get_indexer(held["unit_code"])
    drawn = rng.random((4, len(held)))
    mistaken = dict(rules["mistaken"])
    names = held["name"].tolist()
    wrong = drawn[0] < rules["misspelt"]
    said = [
        _misspelt(name, mistaken) if slip else name for name, slip in zip(names, wrong, strict=True)
    ]
    again = drawn[1] < rules["recounted"]
    counted = held["households"].to_numpy() + again * rng.integers(3, 25, len(held))
    other = np.where(drawn[2] < rules["other_names"], "老" + held["name"], "")
    frame = pd.DataFrame(
        {
            "unit": unit,
            "settlement_id": held["settlement_id"].to_numpy(),
            "settlement": said,
            "other": other,
            "households": counted,
            "people": held["people"].to_numpy(),
        }
    )
    listed = frame[drawn[3] >= rules["left_out"]]
    new = _new(frame, rules, rng)
    every = pd.concat([listed, new], ignore_index=True)
    ordered: pd.DataFrame = every.sort_values("unit", kind="stable", ignore_index=True)
    return ordered


def _misspelt(name: str, mistaken: Mapping[str, str]) -> str:
    """Return a name with the first character that may be mistaken written as another."""
    found = next((letter for letter in name if letter in mistaken), "")
    return name.replace(found, mistaken[found], 1) if found else name


def _new(frame: pd.DataFrame, rules: Mapping[str, Any], rng: np.random.Generator) -> pd.DataFrame:
    """Return new villages beside others, named after a family."""
    beside = frame.iloc[np.sort(rng.choice(len(frame), round(rules["new"] * len(frame)), False))]
    families = rng.choice(read_names()["surnames"], len(beside))
    endings = rng.choice(rules["new_endings"], len(beside))
    homes = rng.integers(12, 60, len(beside))
    new: pd.DataFrame = beside.assign(
        settlement_id="",
        settlement=[f"{family}{ending}" for family, ending in zip(families, endings, strict=True)],
        other="",
        households=homes,
        people=homes * 3,
    )
    return new


def send_list(delivery: Delivery, rows: pd.DataFrame) -> None:
    """The quarter's list: one sheet, a title, full names of places."""
    headers, lines = table(
        {
            **place_columns(delivery.ground, rows["unit"], "full"),
            "自然村名称": rows["settlement"],
            "别名": rows["other"],
            "户数": rows["households"],
            "人口": rows["people"],
            "确认单位": list(delivery.ground.labels["township"].iloc[rows["unit"]]),
        }
    )
    sheet = Sheet("自然村名录", headers, lines, titles=["许昌市自然村名录（2023年四季度）"])
    path = delivery.path(OWNER, "自然村名录2023Q4.xlsx")
    write_xlsx(path, [sheet])
    truth = rows.assign(subject_id=rows["settlement_id"])
    delivery.note("settlement_list", "", truth, sheet=sheet.name, first_row=sheet.first_row)
