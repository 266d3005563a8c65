"""The agreed list of natural villages beside what is reported: differences, decisions, a new list.

Natural villages have no official code and every list differs. A quarter's list is handed in by the
office or is the register's; carriers' records name villages in their own way. Differences are
worked through and a township confirms its part; only confirmed townships change the register.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from coverage_map.indicators.claims import records_of, text
from geodata.match_subjects import settlement_names
from geodata.place_names import fold, settlement_keys
from geodata.register import Register
from geodata.spelling import ORDER, likeness

# A difference between lists. `key` is what a decision about it is remembered by.
DIFFERENCE: dict[str, str] = {
    "key": "str",
    "difference": "str",  # unlisted, unreported, new, gone, households
    "county_code": "str",
    "township_code": "str",
    "unit_code": "str",
    "name": "str",
    "settlement_id": "str",  # of the register, "" where it has none of that name
    "households": "Int64",  # the register's
    "told_households": "Int64",  # the list's or, without one, the middle of what is reported
    "owners": "object",  # tuple: who reports it
    "alike": "str",  # settlement_id of the register's village whose name it may mean, "" for none
    "alike_name": "str",
    "action": "str",  # what was decided: "" (open), add, drop, keep, same, ignore
    "same_as": "str",  # settlement_id, where the action is same
}
_FOUND = (
    *("key", "difference", "unit_code", "name", "settlement_id"),
    *("households", "told_households", "owners"),
)
Action = Literal["add", "drop", "keep", "same", "ignore"]
# What can be decided about each difference, the usual answer first.
ACTIONS: Mapping[str, tuple[Action, ...]] = {
    "unlisted": ("same", "add", "ignore"),
    "new": ("add", "same", "ignore"),
    "gone": ("drop", "keep"),
    "unreported": ("keep", "drop"),
    "households": ("add", "keep"),  # add: take the number that is told
}
LIST = "settlement_list"
REPORTS = "settlement_broadband"


@dataclass(frozen=True)
class Decision:
    """What a person said of a difference; ``same_as`` names the settlement meant."""

    key: str
    action: Action
    same_as: str = ""


def find_differences(
    register: Register,
    records: Mapping[str, gpd.GeoDataFrame],
    decisions: Iterable[Decision] = (),
) -> pd.DataFrame:
    """List where the register's natural villages, a handed-in list and reports differ.

    ``records``: accepted records of kinds ``settlement_list`` and ``settlement_broadband``, matched
    to units. Rows without a unit are not compared: their unit is to be found first.

    Returns:
        A frame of ``DIFFERENCE``, by unit and name; decided ones carry their action.
    """
    held = _held(register)
    agreed = _agreed(register, held)
    listed = _named(records_of(records, LIST), agreed)
    reported = _named(records_of(records, REPORTS), agreed)
    rows: list[dict[str, Any]] = []
    if len(listed):
        rows += _against_list(held, listed, reported)
    known = {*held["place"], *listed["place"]}
    aliases = {(row.unit_code, row.form) for row in _aliases(listed).itertuples()}
    identified = reported.loc[reported["subject_id"].isin(held["settlement_id"]), "place"]
    unknown = reported[~reported["place"].isin(known | set(identified))]
    for place, group in unknown.groupby("place", sort=True):
        unit, form = str(place).split("|")
        if (unit, form) not in aliases:
            told = group["households"].dropna()
            middle = int(told.median()) if len(told) else pd.NA
            owners = tuple(sorted(set(group["owner"])))
            rows.append(_row("unlisted", group.iloc[0], middle, owners))
    if len(reported):
        # Where there is a list it says what is there; that nobody reports it is no difference.
        rows += _silent(held[~held["unit_code"].isin(listed["unit_code"])], reported)
    return apply_decisions(_finish(rows, held), decisions)


def _held(register: Register) -> pd.DataFrame:
    held = pd.DataFrame(register.settlements.drop(columns="geometry"))
    forms = [settlement_keys(name)[-1] for name in held["name"]]
    place = [f"{unit}|{form}" for unit, form in zip(held["unit_code"], forms, strict=True)]
    return held.assign(place=np.array(place, dtype=object))


def _agreed(register: Register, held: pd.DataFrame) -> dict[str, str]:
    """Return which of the register's places an agreed alias stands for."""
    names = settlement_names(register).iloc[len(register.settlements) :]
    forms = [settlement_keys(name)[-1] for name in names["name"]]
    place = dict(zip(held["settlement_id"], held["place"], strict=True))
    aliases = zip(names["unit_code"], forms, names["settlement_id"], strict=True)
    return {f"{unit}|{form}": place[identifier] for unit, form, identifier in aliases}


def _named(frame: pd.DataFrame, agreed: Mapping[str, str]) -> pd.DataFrame:
    """Return rows that lie in a unit, with the place their name stands for."""
    frame = frame[(text(frame["unit_code"]) != "") & (text(frame["settlement_name"]) != "")]
    forms = [settlement_keys(name)[-1] for name in frame["settlement_name"]]
    said = [f"{unit}|{form}" for unit, form in zip(frame["unit_code"], forms, strict=True)]
    place = [agreed.get(name, name) for name in said]
    return frame.assign(
        place=np.array(place, dtype=object),
        name=text(frame["settlement_name"]),
        households=pd.to_numeric(frame["households"]).astype("Int64"),
    )


def _aliases(listed: pd.DataFrame) -> pd.DataFrame:
    pairs = [
        (unit, settlement_keys(name)[-1])
        for unit, names in zip(listed["unit_code"], listed["other_names"], strict=True)
        for name in (names if isinstance(names, list | tuple | np.ndarray) else ())
    ]
    return pd.DataFrame(pairs, columns=["unit_code", "form"])


def _row(
    difference: str, source: Any, told: Any, owners: tuple[str, ...] = (), held: Any = None
) -> dict[str, Any]:
    return {
        "key": f"{difference}|{source['place']}",
        "difference": difference,
        "unit_code": source["unit_code"],
        "name": source["name"],
        "settlement_id": "" if held is None else held["settlement_id"],
        "households": pd.NA if held is None else held["households"],
        "told_households": told,
        "owners": owners,
    }


def _against_list(
    held: pd.DataFrame, listed: pd.DataFrame, reported: pd.DataFrame
) -> list[dict[str, Any]]:
    """Compare the register with a handed-in list: new, gone, other numbers of households.

    What is gone from the list may still be reported: its ``owners`` say by whom.
    """
    first = listed.drop_duplicates("place")
    by_place = held.drop_duplicates("place").set_index("place", drop=False)
    rows = [
        _row("new", row, row["households"])
        for _, row in first[~first["place"].isin(by_place.index)].iterrows()
    ]
    both = first[first["place"].isin(by_place.index) & first["households"].notna()]
    counted = by_place.loc[both["place"], "households"].to_numpy(np.int64)
    other = both[both["households"].to_numpy(np.int64) != counted]
    rows += [
        _row("households", row, row["households"], held=by_place.loc[row["place"]])
        for _, row in other.iterrows()
    ]
    units = set(first["unit_code"])
    gone = by_place[by_place["unit_code"].isin(units) & ~by_place.index.isin(first["place"])]
    tellers = {
        place: tuple(sorted(set(owners))) for place, owners in reported.groupby("place")["owner"]
    }
    rows += [
        _row("gone", row, pd.NA, tellers.get(row["place"], ()), held=row)
        for _, row in gone.iterrows()
    ]
    return rows


def _silent(held: pd.DataFrame, reported: pd.DataFrame) -> list[dict[str, Any]]:
    """List the register's villages that nobody reports in units about which somebody does."""
    spoken = set(reported["subject_id"]) | set(reported["place"])
    here = held[held["unit_code"].isin(set(reported["unit_code"]))]
    silent = here[~here["settlement_id"].isin(spoken) & ~here["place"].isin(spoken)]
    return [_row("unreported", row, pd.NA, held=row) for _, row in silent.iterrows()]


def apply_decisions(differences: pd.DataFrame, decisions: Iterable[Decision]) -> pd.DataFrame:
    """Return differences with what was decided of them; those without a decision are open.

    Whoever still reports a village that was dropped is not heard again.
    """
    said = {decision.key: decision for decision in decisions}
    for key, decision in list(said.items()):
        if decision.action == "drop":
            again = f"unlisted|{key.partition('|')[2]}"
            said.setdefault(again, Decision(again, "ignore"))
    keys = differences["key"]
    action = [said[key].action if key in said else "" for key in keys]
    same_as = [said[key].same_as if key in said else "" for key in keys]
    index = differences.index
    return differences.assign(
        action=pd.Series(action, index=index, dtype="str"),
        same_as=pd.Series(same_as, index=index, dtype="str"),
    )


def _finish(rows: list[dict[str, Any]], held: pd.DataFrame) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(_FOUND)).drop_duplicates("key")
    near = dict(list(held.groupby("unit_code")))
    columns = zip(frame["name"], frame["unit_code"], frame["difference"], strict=True)
    alike = [
        _alike(name, near.get(unit)) if difference in {"unlisted", "new"} else ("", "")
        for name, unit, difference in columns
    ]
    frame = frame.assign(
        county_code=frame["unit_code"].str.slice(0, 6),
        township_code=frame["unit_code"].str.slice(0, 9),
        alike=[pair[0] for pair in alike],
        alike_name=[pair[1] for pair in alike],
        action="",
        same_as="",
    )
    kinds = {name: dtype for name, dtype in DIFFERENCE.items() if dtype != "object"}
    ordered = frame.sort_values(["unit_code", "name", "difference"]).reset_index(drop=True)
    return ordered[list(DIFFERENCE)].astype(kinds)


def _alike(name: str, held: pd.DataFrame | None) -> tuple[str, str]:
    """Return the village of a unit whose name a name may mean, if just one does best."""
    if held is None:
        return "", ""
    core = fold(settlement_keys(name)[-1])
    found = {
        identifier: likeness(core, fold(settlement_keys(other)[-1]))
        for identifier, other in zip(held["settlement_id"], held["name"], strict=True)
    }
    names = dict(zip(held["settlement_id"], held["name"], strict=True))
    for how in ORDER:
        fit = [identifier for identifier, like in found.items() if like == how]
        if len(fit) == 1:
            return fit[0], str(names[fit[0]])
        if fit:
            break
    return "", ""


def propose(differences: pd.DataFrame) -> pd.DataFrame:
    """Add what is likely meant: ``proposal``, an action of ``ACTIONS``, and ``proposal_same_as``.

    A name that may mean a village of the register is taken for it, and then that one is not gone;
    nor is one that somebody still reports.
    """
    alike = differences["alike"]
    meant = set(alike[alike != ""])
    proposal = [
        "same"
        if other
        else "keep"
        if difference == "gone" and (identifier in meant or owners)
        else next(action for action in ACTIONS[difference] if action != "same")
        for other, difference, identifier, owners in zip(
            *(differences[name] for name in ("alike", "difference", "settlement_id", "owners")),
            strict=True,
        )
    ]
    usual = pd.Series(proposal, index=differences.index, dtype="str")
    return differences.assign(proposal=usual, proposal_same_as=alike)


def other_names(
    register: Register, records: Mapping[str, gpd.GeoDataFrame], townships: Sequence[str]
) -> pd.DataFrame:
    """Return the other names that a handed-in list tells of villages, as a register's aliases."""
    held = _held(register).drop_duplicates("place").set_index("place")
    listed = _named(records_of(records, LIST), {})
    listed = listed[listed["unit_code"].str.slice(0, 9).isin(list(townships))]
    pairs = [
        (held.loc[place, "settlement_id"], name)
        for place, names in zip(listed["place"], listed["other_names"], strict=True)
        for name in (names if isinstance(names, list | tuple | np.ndarray) else ())
        if place in held.index
    ]
    found = pd.DataFrame(pairs, columns=["code", "alias"], dtype="str")
    return found.assign(level="settlement")[["level", "code", "alias"]].astype("str")


def settle(
    register: Register, differences: pd.DataFrame, townships: Sequence[str]
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the settlements and aliases that decisions in confirmed townships lead to.

    Differences elsewhere, and those without an action, change nothing; what a name was said to
    mean is not dropped. A new village stands at its unit's office until its position is known, and
    is marked as modelled.
    """
    settled = differences[differences["township_code"].isin(list(townships))]
    settled = settled[settled["action"] != ""]
    held = register.settlements
    meant = settled["settlement_id"].isin(settled.loc[settled["action"] == "same", "same_as"])
    dropped = settled.loc[(settled["action"] == "drop") & ~meant, "settlement_id"]
    kept = held[~held["settlement_id"].isin(dropped)].reset_index(drop=True)
    told = settled[(settled["difference"] == "households") & (settled["action"] == "add")]
    number = dict(zip(told["settlement_id"], told["told_households"], strict=True))
    kept["households"] = [
        int(number.get(identifier, count))
        for identifier, count in zip(kept["settlement_id"], kept["households"], strict=True)
    ]
    added = settled[settled["difference"].isin(["unlisted", "new"]) & (settled["action"] == "add")]
    fresh = _fresh(register, added.drop_duplicates(["unit_code", "name"]), held)
    same = settled[settled["action"] == "same"]
    aliases = pd.DataFrame(
        {"level": "settlement", "code": same["same_as"], "alias": same["name"]}, dtype="str"
    )
    settlements = pd.concat([kept, fresh], ignore_index=True) if len(fresh) else kept
    every = pd.concat([register.aliases, aliases], ignore_index=True).drop_duplicates()
    return gpd.GeoDataFrame(settlements, geometry="geometry", crs=held.crs), every


def _fresh(register: Register, added: pd.DataFrame, held: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    offices = register.places[register.places["kind"] == "office"].set_index("unit_code").geometry
    per_home = register.units.set_index("code")
    people = per_home["people"] / per_home["households"].where(per_home["households"] > 0)
    homes = added["told_households"].fillna(0).astype("int64")
    frame = gpd.GeoDataFrame(
        {
            "settlement_id": [f"S{uuid.uuid4().hex[:14]}" for _ in range(len(added))],
            "name": added["name"].to_numpy(),
            "unit_code": added["unit_code"].to_numpy(),
            "households": homes.to_numpy(),
            "people": (homes * added["unit_code"].map(people).fillna(0).to_numpy()).round(),
            "modelled": True,
        },
        geometry=list(offices.reindex(added["unit_code"])),
        crs=held.crs,
    )
    return frame.astype({name: held[name].dtype for name in frame.columns if name in held})
