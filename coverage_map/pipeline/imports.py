"""From an uploaded file to records in the store: check, answer, accept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from coverage_map.pipeline.actors import Actor, allow, allow_owner
from coverage_map.pipeline.evaluate import evaluate, newest
from coverage_map.pipeline.evaluation import CITY, Evaluation, result
from coverage_map.pipeline.parsing import check_in_child
from coverage_map.pipeline.reports import load_check, save_check
from coverage_map.pipeline.views import Accepted, UploadCheck
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules.quarter import last_day
from geodata.crs import CrsRefusedError, read_crs
from geodata.errors import (
    Fault,
    FileRefusedError,
    Place,
    TableRefusedError,
    UsageError,
)
from geodata.ingest import Answers, CheckedTable, TableAnswer
from geodata.owners import read_owners
from geodata.register import empty_register
from geodata.store.engine import read, write
from geodata.store.ledger import add_audit, stamp
from geodata.store.tables import accept_tables
from geodata.store.uploads import (
    UploadState,
    add_upload,
    get_upload,
    list_uploads,
    set_upload_state,
)

Progress = Callable[[str, int, int], None]
SINCE = ("opened", "built")  # fields that say from when a record counts


def _quiet(_message: str, _done: int, _total: int) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class ImportOutcome:
    """What ``import_file`` understood and took; ``accepted`` is None when refused, and why."""

    check: UploadCheck
    accepted: Accepted | None
    refusal: Fault | None = None


def _check_owner(actor: Actor, verb: str, owner: str) -> None:
    owners = read_owners()
    if owner not in owners:
        raise UsageError("owner_unknown", owner=owner[:80], owners=", ".join(owners))
    allow_owner(actor, verb, owner)


def check_upload(
    workspace: Workspace,
    actor: Actor,
    owner: str,
    filename: str,
    content: bytes,
    answers: Answers | None = None,
    progress: Progress = _quiet,
) -> UploadCheck:
    """Keep a file's bytes, read it and say what was understood; no record is stored.

    Raises:
        FileRefusedError: the file cannot be read; the bytes are kept, the upload is ``refused``.
        UsageError, NotAllowedError: the owner is unknown or not the actor's.
    """
    _check_owner(actor, "check", owner)
    progress("progress.check", 0, 1)
    key = workspace.store.vault.put(content)
    with write(workspace.store.ledger) as connection:
        upload_id = add_upload(
            connection,
            owner=owner,
            account=actor.account,
            filename=filename,
            object_hash=key,
            size=len(content),
        )
    return recheck_upload(workspace, actor, upload_id, answers)


def try_file(
    workspace: Workspace | None,
    actor: Actor | None,
    owner: str,
    filename: str,
    content: bytes,
    answers: Answers | None = None,
) -> tuple[CheckedTable, ...]:
    """Read a file and say what was understood; nothing is stored.

    Without a workspace there is no register: kinds and columns are recognised, places are not.
    ``owner`` may be empty; nothing that others handed in is looked at.

    Raises:
        FileRefusedError, UsageError, NotAllowedError: as ``check_upload``.
    """
    if workspace is None or actor is None:
        return tuple(check_in_child(content, filename, empty_register(), owner, answers))
    if owner:
        _check_owner(actor, "check", owner)
    return tuple(check_in_child(content, filename, load_register(workspace), owner, answers))


def recheck_upload(
    workspace: Workspace, actor: Actor, upload_id: str, answers: Answers | None
) -> UploadCheck:
    """Return what was understood of an upload; it is read again only when the answers differ."""
    with read(workspace.store.ledger) as connection:
        upload = get_upload(connection, upload_id)
    _check_owner(actor, "check", upload["owner"])
    given = (answers or Answers()).to_json()
    if upload["report_hash"]:
        kept = load_check(workspace, upload["report_hash"], given)
        if kept is not None:
            return kept
    try:
        tables = check_in_child(
            workspace.store.vault.get(upload["object_hash"]),
            upload["filename"],
            load_register(workspace),
            upload["owner"],
            answers,
        )
    except FileRefusedError:
        with write(workspace.store.ledger) as connection:
            set_upload_state(connection, upload_id, "refused")
        raise
    told = tuple(_tell_later(table, workspace.settings.quarter) for table in tables)
    check = UploadCheck(upload_id, upload["filename"], upload["owner"], told)
    report = save_check(workspace, check, given)
    state: UploadState = "checked" if upload["state"] == "received" else upload["state"]
    with write(workspace.store.ledger) as connection:
        set_upload_state(connection, upload_id, state, report)
    return check


def _tell_later(table: CheckedTable, quarter: str) -> CheckedTable:
    """Warn of records that begin after the quarter: they are kept, and count from their own."""
    last = last_day(quarter)
    faults: list[Fault] = []
    for match in table.columns:
        if match.field not in SINCE or match.field not in table.records:
            continue
        since = table.records[match.field].astype("str").str.slice(0, 10)
        later = table.records.loc[table.records[match.field].notna() & (since > last), "row"]
        faults += [
            Fault(
                "after_quarter",
                Place(table.file, table.sheet, int(row), match.header, since[index]),
                {"quarter": quarter},
                "warning",
            )
            for index, row in later.items()
        ]
    return replace(table, faults=(*table.faults, *faults)) if faults else table


def accept_upload(
    workspace: Workspace,
    actor: Actor,
    upload_id: str,
    answers: Answers | None = None,
    *,
    partial: bool = False,
    progress: Progress = _quiet,
) -> Accepted:
    """Take an upload's good rows into the store and compute what changes; all or nothing.

    ``partial`` says that the rows without faults of a file with faulty ones are wanted.

    Raises:
        TableRefusedError: questions are open, or there are faults and ``partial`` was not said.
    """
    check = recheck_upload(workspace, actor, upload_id, answers)
    scopes = (CITY, check.owner)
    before = {scope: newest(workspace, scope) for scope in scopes}
    progress("progress.accept", 0, 3)
    rows = store_upload(workspace, actor, check, partial=partial)
    after = {}
    for done, scope in enumerate(scopes, start=1):
        progress("progress.evaluate", done, 3)
        after[scope] = evaluate(workspace, scope)
    own = allow(actor, "overview").evaluation
    own = own if own in after else CITY
    return Accepted(upload_id, rows, changed_verdicts(workspace, before[own], after[own]))


def store_upload(
    workspace: Workspace, actor: Actor, check: UploadCheck, *, partial: bool
) -> dict[str, int]:
    """Take an upload's good rows into the store, all kinds or none; return rows by kind.

    Verdicts are not computed again; see ``accept_upload`` for what is raised.
    """
    _check_owner(actor, "import", check.owner)
    tables = _acceptable(check, partial=partial)
    rows = {kind: len(frame) for kind, frame in tables.items()}
    accept_tables(workspace.store, check.upload_id, check.owner, tables, stamp())
    with write(workspace.store.ledger) as connection:
        add_audit(connection, actor.account, "import", {"upload": check.upload_id, "rows": rows})
    return rows


def _acceptable(check: UploadCheck, *, partial: bool) -> dict[str, gpd.GeoDataFrame]:
    place = Place(file=check.filename)
    if any(table.questions for table in check.tables):
        raise TableRefusedError("upload_not_ready", place)
    errors = sum(fault.severity == "error" for fault in check.faults)
    if errors and not partial:
        raise TableRefusedError("upload_has_faults", place, faults=errors)
    by_kind: dict[str, list[gpd.GeoDataFrame]] = {}
    for table in check.tables:
        if table.kind and len(table.records):
            by_kind.setdefault(table.kind, []).append(table.records)
    if not by_kind:
        raise TableRefusedError("upload_nothing", place)
    return {
        kind: gpd.GeoDataFrame(pd.concat(frames, ignore_index=True))
        for kind, frames in by_kind.items()
    }


def changed_verdicts(workspace: Workspace, before: Evaluation, after: Evaluation) -> pd.DataFrame:
    """List verdicts whose state differs: indicator, test, operator, subject, before, after."""
    keys = ["subject_kind", "subject_code", "unit_code", "indicator", "test", "operator"]
    entries = {
        entry.split("/")[1]
        for entry in {*before.objects, *after.objects}
        if entry.startswith("verdicts/") and before.objects.get(entry) != after.objects.get(entry)
    }
    if not entries:
        return pd.DataFrame(columns=[*keys, "before", "after"])
    old, new = (
        pd.concat([result(workspace, e, "verdicts", name) for name in sorted(entries)])
        for e in (before, after)
    )
    old, new = old[[*keys, "state"]], new[[*keys, "state"]]
    both = old.merge(new, on=keys, how="outer", suffixes=("_old", "_new"))
    both = both.rename(columns={"state_old": "before", "state_new": "after"})
    return both[both["before"] != both["after"]].reset_index(drop=True)


def import_file(
    workspace: Workspace,
    actor: Actor,
    owner: str,
    file: Path,
    *,
    crs: str = "",
    kind: str = "",
    columns: Mapping[str, str] | None = None,
    partial: bool = False,
    progress: Progress = _quiet,
) -> ImportOutcome:
    """Check a file and take it if nothing stands against it.

    ``crs``, ``kind`` and ``columns`` (field → header) answer what would be asked.

    Raises:
        FileRefusedError, UsageError, NotAllowedError: as ``check_upload``.
    """
    content = read_upload(file)
    answers = make_answers(crs=crs, kind=kind, columns=columns or {})
    check = check_upload(workspace, actor, owner, file.name, content, answers, progress)
    try:
        accepted = accept_upload(
            workspace, actor, check.upload_id, answers, partial=partial, progress=progress
        )
    except TableRefusedError as refused:
        return ImportOutcome(check, None, refused.fault)
    return ImportOutcome(check, accepted)


def read_upload(file: Path) -> bytes:
    """Return a file's bytes; UsageError where there is no such file."""
    if not file.is_file():
        raise UsageError("file_missing", Place(file=str(file)))
    return file.read_bytes()


def make_answers(*, crs: str, kind: str, columns: Mapping[str, str]) -> Answers | None:
    """Return answers that hold for every sheet of a file, None when nothing was answered."""
    answer = TableAnswer(kind=kind, crs=_check_crs(crs), columns=columns)
    return Answers({"*": answer}) if crs or kind or columns else None


def _check_crs(crs: str) -> str:
    """Return a coordinate system as it is known; UsageError when the answer names none."""
    if not crs:
        return ""
    try:
        return read_crs(crs)
    except CrsRefusedError as error:
        if error.fault.code != "crs_unknown":
            raise
        raise UsageError("crs_answer_unknown", crs=crs[:80]) from error


def read_uploads(workspace: Workspace, actor: Actor) -> pd.DataFrame:
    """Return the uploads the actor may know of, newest first."""
    scope = allow(actor, "check")
    owners = None if scope.owners is None else list(scope.owners)
    with read(workspace.store.ledger) as connection:
        rows = list_uploads(connection, owners)
    columns = ["id", "owner", "account", "filename", "size", "received_at", "state"]
    return pd.DataFrame([{name: row[name] for name in columns} for row in rows], columns=columns)
