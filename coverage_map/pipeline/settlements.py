"""The agreed list of natural villages: differences, decisions, townships, a new register.

Who may is in ``access.toml``: a county's planner decides and confirms in its own areas, carriers
see nothing of it, the city publishes.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from coverage_map.pipeline.actors import Actor, Scope, allow
from coverage_map.pipeline.evaluate import Progress, evaluate, every_scope
from coverage_map.pipeline.frame import inside, trail_of
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.settlement_list import (
    ACTIONS,
    LIST,
    REPORTS,
    Decision,
    apply_decisions,
    find_differences,
    other_names,
    propose,
    settle,
)
from geodata.errors import JobCancelledError, StoreError, UsageError
from geodata.register import Register
from geodata.store import agreed
from geodata.store.engine import hold, read, write
from geodata.store.frames import put_frame
from geodata.store.ledger import add_audit, add_register, newest_register
from geodata.store.tables import current_tables, read_records

TOWNSHIP = ["township_code", "township_name", "area_code", "area_name", "settlements", "open",
            "decided", "state", "account", "at"]  # fmt: skip
MARK = "+自然村"  # between a register's version and that of its list of natural villages


@dataclass(frozen=True)
class Published:
    """What a published list changed in the register, and the register's new version."""

    version: str
    townships: int
    added: int
    dropped: int
    renamed: int
    counted: int


def read_settlement_differences(workspace: Workspace, actor: Actor, area: str = "") -> pd.DataFrame:
    """Return where the register, the office's list and carriers' reports differ in an area.

    Columns: those of ``settlement_list.DIFFERENCE``, ``proposal`` and ``proposal_same_as``, and
    the names of unit, township and area (``area_code``).
    """
    scope = allow(actor, "settlements")
    register = load_register(workspace)
    with read(workspace.store.ledger) as connection:
        return _seen(workspace, connection, register, scope, area)


def _seen(
    workspace: Workspace, connection: Connection, register: Register, scope: Scope, area: str = ""
) -> pd.DataFrame:
    """Return the differences within a scope's sight, with names and what was decided."""
    said = [
        Decision(row["key"], row["action"], row["same_as"])
        for row in agreed.settlement_decisions(connection, workspace.settings.quarter)
    ]
    found = apply_decisions(_found(workspace, register), said)
    units = register.units[["code", "name", "township_code", "area_code"]]
    where = pd.DataFrame(units).rename(columns={"code": "unit_code", "name": "unit_name"})
    found = found.drop(columns="township_code").merge(where, on="unit_code", how="inner")
    columns = found[["unit_code", "township_code", "area_code"]]
    trail = trail_of(register, scope, area)
    found = found[inside(columns.rename(columns={"unit_code": "code"}), scope, trail)]
    townships = register.townships.set_index("code")["name"]
    areas = register.areas.set_index("code")["name"]
    return found.assign(
        township_name=found["township_code"].map(townships),
        area_name=found["area_code"].map(areas),
    ).reset_index(drop=True)


def _found(workspace: Workspace, register: Register) -> pd.DataFrame:
    tables = current_tables(workspace.store)
    tables = tables[tables["kind"].isin([LIST, REPORTS])]
    mark = tuple(zip(tables["kind"], tables["owner"], tables["values_hash"], strict=True))
    return _compared(workspace, register.version, mark)


@lru_cache(maxsize=4)
def _compared(workspace: Workspace, _register: str, _tables: tuple[Any, ...]) -> pd.DataFrame:
    """Return all differences, open; kept while neither register nor records change."""
    register = load_register(workspace)
    return propose(find_differences(register, _records(workspace)))


def _records(workspace: Workspace) -> dict[str, Any]:
    return {kind: read_records(workspace.store, kind) for kind in (LIST, REPORTS)}


def read_settlements(workspace: Workspace, actor: Actor, unit: str) -> pd.DataFrame:
    """Return the natural villages the register has in a unit: settlement_id, name, households."""
    scope = allow(actor, "settlements")
    register = load_register(workspace)
    trail_of(register, scope, unit)
    held = register.settlements
    columns = ["settlement_id", "name", "households"]
    return pd.DataFrame(held.loc[held["unit_code"] == unit, columns]).reset_index(drop=True)


def read_township_states(workspace: Workspace, actor: Actor, area: str = "") -> pd.DataFrame:
    """Return how far each township of an area is: ``TOWNSHIP`` columns, by code.

    state: open (differences without a decision), decided (none open, not confirmed), confirmed. A
    confirmed township in which a new difference has come up is open again. account, at: who
    confirmed it when.
    """
    scope = allow(actor, "settlements")
    register = load_register(workspace)
    with read(workspace.store.ledger) as connection:
        found = _seen(workspace, connection, register, scope, area)
        return _states(workspace, connection, register, scope, found, area)


def _states(
    workspace: Workspace,
    connection: Connection,
    register: Register,
    scope: Scope,
    found: pd.DataFrame,
    area: str = "",
) -> pd.DataFrame:
    units = register.units
    seen = units[inside(units, scope, trail_of(register, scope, area))]
    held = register.settlements.groupby("unit_code").size()
    homes = pd.Series(seen["code"].map(held).fillna(0).astype("int64").to_numpy())
    counts = homes.groupby(seen["township_code"].to_numpy()).sum()
    frame = register.townships[["code", "name", "area_code"]]
    frame = frame.rename(columns={"code": "township_code", "name": "township_name"})
    frame = frame.assign(settlements=frame["township_code"].map(counts))
    undecided = found["action"] == ""
    for name, rows in (("open", found[undecided]), ("decided", found[~undecided])):
        frame[name] = frame["township_code"].map(rows["township_code"].value_counts())
    numbers = dict.fromkeys(("settlements", "open", "decided"), "int64")
    frame = frame[frame["township_code"].isin(counts.index)].fillna(dict.fromkeys(numbers, 0))
    frame = frame.astype(numbers)
    frame = frame[frame[list(numbers)].sum(axis=1) > 0]
    confirmed = pd.DataFrame(
        agreed.confirmations(connection, workspace.settings.quarter),
        columns=["township_code", "account", "at"],
        dtype="str",
    )
    frame = frame.merge(confirmed, on="township_code", how="left")
    frame["state"] = "decided"
    frame["state"] = frame["state"].mask(frame["account"].notna(), "confirmed")
    frame["state"] = frame["state"].mask(frame["open"] > 0, "open")
    areas = register.areas.set_index("code")["name"]
    frame["area_name"] = frame["area_code"].map(areas)
    frame = frame.fillna({"account": "", "at": ""})
    return pd.DataFrame(frame[TOWNSHIP].sort_values("township_code", ignore_index=True))


def decide_settlements(
    workspace: Workspace, actor: Actor, decided: Mapping[str, tuple[str | None, str]]
) -> int:
    """Keep what is said of differences: key → action and, where that is same, a settlement_id.

    None for the action takes back what was said. Returns how many differences that changes.

    Raises:
        UsageError: ``difference_unknown``, ``settlement_action`` or ``settlement_same_as``: there
            is no such difference within sight, or it cannot be decided so; ``township_confirmed``:
            its township is agreed, which is to be taken back first.
    """
    scope = allow(actor, "settle")
    register, quarter = load_register(workspace), workspace.settings.quarter
    with write(workspace.store.ledger) as connection:
        hold(connection, f"settlements {quarter}")
        found = _seen(workspace, connection, register, scope)
        states = _states(workspace, connection, register, scope, found)
        rows = {row["key"]: row for row in found.to_dict("records")}
        closed = set(states.loc[states["state"] == "confirmed", "township_code"])
        news = {}
        for key, (action, same_as) in decided.items():
            if key not in rows:
                raise UsageError("difference_unknown", key=key[:80])
            row = rows[key]
            _check_decision(register, row, action, same_as)
            if row["township_code"] in closed:
                raise UsageError("township_confirmed", township=row["township_name"])
            if (row["action"], row["same_as"]) != (action or "", same_as):
                news[key] = (action, same_as)
        agreed.add_settlement_decisions(connection, quarter, news, actor.account)
    return len(news)


def _check_decision(
    register: Register, row: Mapping[Any, Any], action: str | None, same_as: str
) -> None:
    if action is not None and action not in ACTIONS[row["difference"]]:
        actions = " ".join(ACTIONS[row["difference"]])
        raise UsageError("settlement_action", action=action[:80], actions=actions)
    held = register.settlements
    here = set(held.loc[held["unit_code"] == row["unit_code"], "settlement_id"])
    if (action == "same" and same_as not in here) or (action != "same" and same_as):
        raise UsageError("settlement_same_as", given=same_as[:80], unit=row["unit_name"])


def confirm_township(workspace: Workspace, actor: Actor, township: str) -> None:
    """Say that a township's list is agreed.

    Raises:
        UsageError: ``township_unknown`` within sight; ``township_open``: differences are open.
    """
    _confirm(workspace, actor, township, confirmed=True)


def reopen_township(workspace: Workspace, actor: Actor, township: str) -> None:
    """Take back that a township's list is agreed; UsageError ``township_unknown``."""
    _confirm(workspace, actor, township, confirmed=False)


def _confirm(workspace: Workspace, actor: Actor, township: str, *, confirmed: bool) -> None:
    scope = allow(actor, "settle")
    register, quarter = load_register(workspace), workspace.settings.quarter
    with write(workspace.store.ledger) as connection:
        hold(connection, f"settlements {quarter}")
        found = _seen(workspace, connection, register, scope)
        states = _states(workspace, connection, register, scope, found)
        rows = {row["township_code"]: row for row in states.to_dict("records")}
        if township not in rows:
            raise UsageError("township_unknown", township=township[:80])
        row = rows[township]
        if confirmed and row["open"]:
            raise UsageError("township_open", township=row["township_name"], open=int(row["open"]))
        if confirmed == (row["state"] == "confirmed"):
            return
        agreed.add_confirmation(connection, quarter, township, actor.account, confirmed=confirmed)
        what = {"township": township, "confirmed": confirmed, "quarter": quarter}
        add_audit(connection, actor.account, "settle", what)


def _quiet(_message: str, _done: int, _total: int) -> None:
    """Show no progress."""


def publish_settlements(
    workspace: Workspace, actor: Actor, progress: Progress = _quiet
) -> Published:
    """Make what the confirmed townships agreed on the register, and judge everything by it.

    Raises:
        UsageError: ``settlements_unchanged``: no confirmed township changes anything.
        StoreError: ``register_changed``: another was loaded, or a township reopened, meanwhile.
    """
    scope = allow(actor, "publish")
    register, quarter = load_register(workspace), workspace.settings.quarter
    every = every_scope()
    progress("progress.register", 0, len(every) + 1)
    with read(workspace.store.ledger) as connection:
        found = _seen(workspace, connection, register, scope)
        states = _states(workspace, connection, register, scope, found)
    townships = states.loc[states["state"] == "confirmed", "township_code"].tolist()
    new, published = _settled(workspace, register, found, townships)
    changes = published.added + published.dropped + published.renamed + published.counted
    if not changes:
        raise UsageError("settlements_unchanged", townships=len(townships))
    settled = {
        name: put_frame(workspace.store, getattr(new, name)) for name in ("settlements", "aliases")
    }
    with write(workspace.store.ledger) as connection:
        hold(connection, "register")
        hold(connection, f"settlements {quarter}")
        still = {row["township_code"] for row in agreed.confirmations(connection, quarter)}
        newest = newest_register(connection)
        if newest is None or newest["version"] != register.version or not still >= set(townships):
            raise StoreError("register_changed", version=register.version)
        add_register(connection, new.version, {**newest["objects"], **settled})
        what = {"version": new.version, "quarter": quarter, "townships": townships}
        add_audit(connection, actor.account, "publish", what)
    for done, name in enumerate(every, start=1):
        # It is published: who asks to stop from here on asks too late.
        with suppress(JobCancelledError):
            progress("progress.evaluate", done, len(every) + 1)
        evaluate(workspace, name)
    return published


def _settled(
    workspace: Workspace, register: Register, found: pd.DataFrame, townships: list[str]
) -> tuple[Register, Published]:
    """Return the register with a new list of natural villages, and what is new in it."""
    before = register.settlements.set_index("settlement_id")["households"]
    settlements, aliases = settle(register, found, townships)
    told = replace(register, settlements=settlements, aliases=aliases)
    aliases = pd.concat(
        [aliases, other_names(told, _records(workspace), townships)], ignore_index=True
    ).drop_duplicates(ignore_index=True)
    after = settlements.set_index("settlement_id")["households"]
    both = before.index.intersection(after.index)
    version = _next_version(register.version, workspace.settings.quarter)
    published = Published(
        version=version,
        townships=len(townships),
        added=len(after.index.difference(before.index)),
        dropped=len(before.index.difference(after.index)),
        renamed=len(aliases) - len(register.aliases.drop_duplicates()),
        counted=int((before[both] != after[both]).sum()),
    )
    return replace(told, aliases=aliases, version=version), published


def _next_version(version: str, quarter: str) -> str:
    """Return the name of a register whose natural villages are a quarter's, one later each time."""
    base, _, told = version.partition(MARK)
    of, _, number = told.partition(".")
    following = int(number) + 1 if of == quarter else 1
    return f"{base}{MARK}{quarter}.{following}"
