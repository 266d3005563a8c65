"""Records by kind and owner: a current table each, a manifest of Parquet parts by county.

Accepting merges new rows into the owner's table by the kind's key. Objects are written first and
the manifest last, in one ledger transaction, so readers see the old table or the new one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection, RowMapping, insert, select, update

from geodata.errors import StoreError, UsageError
from geodata.records import Kind, read_kinds
from geodata.store import schema
from geodata.store.engine import hold, read, write
from geodata.store.frames import get_frame, put_frame, values_hash
from geodata.store.ledger import new_id
from geodata.store.merging import (
    Merged,
    check_records,
    empty_records,
    merge_records,
    shape_records,
)
from geodata.store.opening import Store
from geodata.store.uploads import get_upload, set_upload_state, supersede_uploads
from geodata.store.vault import content_hash


@dataclass(frozen=True)
class Accepted:
    """What accepting did: rows that are new, rows that took an older one's place, rows kept."""

    kind: str
    table_version: str
    values_hash: str
    rows: int
    added: int
    superseded: int
    kept: int
    counties: tuple[str, ...]  # whose part changed, appeared or went


def accept_tables(
    store: Store,
    upload_id: str,
    owner: str,
    tables: Mapping[str, gpd.GeoDataFrame],
    accepted_at: str,
    *,
    replace: bool = False,
    account: str = "",
    also: Callable[[Connection], None] | None = None,
) -> list[Accepted]:
    """Merge all an upload holds (kind → records) into its owner's tables, all or nothing.

    How rows meet is told at ``merging.merge_records``. ``accepted_at`` is a time as
    ``ledger.stamp`` writes it. In the same transaction ``also`` runs first, the upload becomes
    ``accepted`` (by ``account``), and the owner's accepted uploads of which no record stands any
    more become ``superseded``. UsageError when records do not fit their kind; StoreError when the
    upload is another owner's or its state does not allow it.
    """
    incoming = [_Incoming(_kind(name), frame, _kind(name).key) for name, frame in tables.items()]
    act = _Act(upload_id, owner, accepted_at, account)
    return _accept(store, act, incoming, replace, also)


def plan_records(
    store: Store, kind: str, owner: str, frame: gpd.GeoDataFrame, *, replace: bool = False
) -> tuple[gpd.GeoDataFrame, Merged]:
    """Return an owner's records of a kind, and what merging others into them would make of them."""
    old = read_records(store, kind, [owner])
    incoming = check_records(frame, _kind(kind)).assign(owner=owner, upload_id="")
    return old, merge_records(old, incoming, _kind(kind).key, replace=replace)


@dataclass(frozen=True)
class _Act:
    """Whose upload is accepted, when and by whom."""

    upload_id: str
    owner: str
    at: str
    account: str


@dataclass(frozen=True)
class _Incoming:
    kind: Kind
    frame: gpd.GeoDataFrame
    key: tuple[str, ...]


@dataclass(frozen=True)
class _Manifest:
    """The parts a table version is made of, by county code; without a version there are none."""

    version: str | None
    parts: Mapping[str, RowMapping]


@dataclass(frozen=True)
class _Plan:
    """The table that is to become current; its objects are in the vault already."""

    kind: str
    before: str | None
    parts: tuple[dict[str, str | int], ...]
    merged: Merged
    counties: tuple[str, ...]


def _kind(name: str) -> Kind:
    kind = read_kinds().get(name)
    if kind is None:
        raise UsageError("kind_unknown", kind=name, kinds=" ".join(read_kinds()))
    return kind


def _accept(
    store: Store,
    act: _Act,
    incoming: Sequence[_Incoming],
    replace: bool,
    also: Callable[[Connection], None] | None,
) -> list[Accepted]:
    ready = []
    for table in incoming:
        frame = check_records(table.frame, table.kind)
        marked = frame.assign(owner=act.owner, upload_id=act.upload_id, accepted_at=act.at)
        ready.append(_Incoming(table.kind, marked, table.key))
    with read(store.ledger) as connection:
        manifests = [_current(connection, table.kind.name, act.owner) for table in ready]
    plans = [_plan(store, *pair, replace) for pair in zip(manifests, ready, strict=True)]
    with write(store.ledger) as connection:
        if also is not None:
            also(connection)
        upload = get_upload(connection, act.upload_id)
        if upload["owner"] != act.owner:
            raise StoreError("upload_not_open", upload=act.upload_id, state=upload["state"])
        accepted = []
        for table, early in sorted(
            zip(ready, plans, strict=True), key=lambda pair: pair[0].kind.name
        ):
            hold(connection, f"table {table.kind.name} {act.owner}")
            now = _current(connection, table.kind.name, act.owner)
            # Another upload was accepted since the plan was made: merge with what it left.
            plan = early if now.version == early.before else _plan(store, now, table, replace)
            accepted.append(_record(connection, act, plan))
        set_upload_state(connection, act.upload_id, "accepted", account=act.account)
        standing = _standing(store, connection, act.owner)
        supersede_uploads(connection, act.owner, standing, act.upload_id, act.account)
    return accepted


def _standing(store: Store, connection: Connection, owner: str) -> set[str]:
    """Return the uploads of which records stand in an owner's current tables."""
    table, part = schema.table_version, schema.part
    current = (table.c.owner == owner) & table.c.superseded_at.is_(None)
    standing: set[str] = set()
    for row in connection.execute(select(table.c.id, table.c.uploads).where(current)).all():
        if row.uploads is not None:
            standing |= set(row.uploads)
            continue
        # Written before the ledger knew whose rows a table holds.
        objects = select(part.c.object_hash).where(part.c.table_version_id == row.id)
        for key in connection.execute(objects).scalars().all():
            standing |= set(get_frame(store, key)["upload_id"])
    return standing


def _current(connection: Connection, kind: str, owner: str) -> _Manifest:
    table, part = schema.table_version, schema.part
    is_current = (table.c.kind == kind) & (table.c.owner == owner) & table.c.superseded_at.is_(None)
    version = connection.execute(select(table.c.id).where(is_current)).scalar()
    if version is None:
        return _Manifest(None, {})
    rows = connection.execute(select(part).where(part.c.table_version_id == version)).mappings()
    return _Manifest(version, {row["county_code"]: row for row in rows})


def _plan(store: Store, before: _Manifest, table: _Incoming, replace: bool) -> _Plan:
    stored = [_stored(store, row["object_hash"], table.kind) for row in before.parts.values()]
    old = pd.concat(stored, ignore_index=True) if stored else empty_records(table.kind)
    merged = merge_records(old, table.frame, table.key, replace=replace)
    parts = []
    for county, rows in merged.frame.groupby("county_code", sort=True):
        ordered = rows.sort_values("record_id", ignore_index=True)
        identity = values_hash(ordered)
        same = before.parts.get(str(county))
        part: dict[str, str | int] = {
            "county_code": str(county),
            "object_hash": same["object_hash"]
            if same and same["values_hash"] == identity
            else put_frame(store, ordered),
            "values_hash": identity,
            "rows": len(ordered),
        }
        parts.append(part)
    was = {(row["county_code"], row["values_hash"]) for row in before.parts.values()}
    now = {(part["county_code"], part["values_hash"]) for part in parts}
    counties = tuple(sorted({str(county) for county, _ in was ^ now}))
    return _Plan(table.kind.name, before.version, tuple(parts), merged, counties)


def _record(connection: Connection, act: _Act, plan: _Plan) -> Accepted:
    table = schema.table_version
    connection.execute(update(table).where(table.c.id == plan.before).values(superseded_at=act.at))
    lines = [f"{part['county_code']} {part['values_hash']}" for part in plan.parts]
    identity = content_hash("\n".join([plan.kind, *lines]).encode())
    version, rows = new_id(), len(plan.merged.frame)
    connection.execute(
        insert(table).values(
            id=version,
            kind=plan.kind,
            owner=act.owner,
            values_hash=identity,
            rows=rows,
            upload_id=act.upload_id,
            accepted_at=act.at,
            uploads=sorted(set(plan.merged.frame["upload_id"])),
        )
    )
    if plan.parts:
        parts = [{"table_version_id": version, **part} for part in plan.parts]
        connection.execute(insert(schema.part), parts)
    return Accepted(
        kind=plan.kind,
        table_version=version,
        values_hash=identity,
        rows=rows,
        added=plan.merged.added,
        superseded=plan.merged.superseded,
        kept=plan.merged.kept,
        counties=plan.counties,
    )


def _stored(store: Store, object_hash: str, kind: Kind) -> gpd.GeoDataFrame:
    return shape_records(gpd.GeoDataFrame(get_frame(store, object_hash)), kind)


def read_records(
    store: Store,
    kind: str,
    owners: Sequence[str] | None = None,
    counties: Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Return the current records of a kind, of some owners and counties (None: all).

    EPSG:4490, ordered by owner and record; without records an empty frame of the same columns. The
    geometry of kinds that have none, and of records without a position, is None. No part of
    another owner or county is opened.
    """
    table, part = schema.table_version, schema.part
    query = (
        select(part.c.object_hash)
        .join(table, table.c.id == part.c.table_version_id)
        .where(table.c.kind == kind, table.c.superseded_at.is_(None), part.c.rows > 0)
        .order_by(table.c.owner, part.c.county_code)
    )
    if owners is not None:
        query = query.where(table.c.owner.in_(owners))
    if counties is not None:
        query = query.where(part.c.county_code.in_(counties))
    with read(store.ledger) as connection:
        objects = connection.execute(query).scalars().all()
    frames = [_stored(store, key, _kind(kind)) for key in objects]
    if not frames:
        return empty_records(_kind(kind))
    records = pd.concat(frames, ignore_index=True)
    return records.sort_values(["owner", "record_id"], ignore_index=True)


def current_tables(store: Store) -> pd.DataFrame:
    """Return the current tables: kind, owner, values_hash, rows, accepted_at, upload_id."""
    table = schema.table_version
    columns = [table.c[name] for name in ("kind", "owner", "values_hash", "rows", "accepted_at")]
    query = select(*columns, table.c.upload_id).where(table.c.superseded_at.is_(None))
    with read(store.ledger) as connection:
        rows = connection.execute(query.order_by(table.c.kind, table.c.owner)).all()
    names = [column.name for column in query.selected_columns]
    types = dict.fromkeys(names, "str") | {"rows": "int64"}
    return pd.DataFrame(rows, columns=names).astype(types)
