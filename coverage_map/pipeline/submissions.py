"""From a draft to records in the store: submit, withdraw, send back, accept; who said what when."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from sqlalchemy import Connection

from coverage_map.pipeline.actors import Actor, allow, allow_owner
from coverage_map.pipeline.difference import changed_verdicts
from coverage_map.pipeline.evaluate import TOWER_COMPANY, evaluate, every_scope, newest
from coverage_map.pipeline.evaluation import CITY
from coverage_map.pipeline.imports import (
    Progress,
    check_upload,
    find_handed_in,
    kept_check,
    make_answers,
    open_upload,
    quiet,
    read_upload,
    recheck_upload,
)
from coverage_map.pipeline.job_results import accepted_of
from coverage_map.pipeline.jobs import run_here
from coverage_map.pipeline.profiles import keep_profiles
from coverage_map.pipeline.views import Accepted, Submission, UploadCheck
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import (
    Fault,
    JobCancelledError,
    NotAllowedError,
    Place,
    StoreError,
    TableRefusedError,
    UsageError,
)
from geodata.ingest import Answers
from geodata.store.engine import read, write
from geodata.store.ledger import add_audit, stamp
from geodata.store.tables import accept_tables
from geodata.store.uploads import (
    get_upload,
    last_events,
    list_events,
    list_uploads,
    set_upload_state,
)

EVENT = ["at", "account", "state", "note"]
LISTED = ["id", "owner", "account", "filename", "size", "received_at", "state", "partial", "full",
          "changed_at", "changed_by", "note"]  # fmt: skip


@dataclass(frozen=True)
class ImportOutcome:
    """What ``import_file`` understood and did.

    state: of the upload: ``accepted``; ``submitted`` where another has to accept it; else what it
    was, and ``refusal`` says why. ``repeated``: the same bytes were handed in and said the same way
    before; ``check`` is of that upload, and nothing was done again.
    """

    check: UploadCheck
    state: str
    accepted: Accepted | None
    refusal: Fault | None = None
    repeated: bool = False


def submit_upload(
    workspace: Workspace,
    actor: Actor,
    upload_id: str,
    answers: Answers | None = None,
    *,
    partial: bool = False,
    full: bool = False,
    progress: Progress = quiet,
) -> Submission:
    """Hand a draft to the city: from now on it stays as it is, and waits to be accepted.

    What was answered is kept as profiles for the owner's files of the same shape. ``partial`` says
    that the rows without faults of a file with faulty ones are wanted; ``full`` that the file is
    the owner's whole list of its kinds, so that what is not in it goes.

    Raises:
        TableRefusedError: questions are open, or there are faults and ``partial`` was not said.
        StoreError: ``upload_not_open``: it is no draft any more.
    """
    upload = open_upload(workspace, actor, "submit", upload_id)
    if upload["state"] == "submitted":
        raise StoreError("upload_not_open", upload=upload_id, state=upload["state"])
    progress("progress.check", 0, 1)
    check = recheck_upload(workspace, actor, upload_id, answers)
    acceptable(check, partial=partial)
    with write(workspace.store.ledger) as connection:
        _submit(connection, actor, check, partial=partial, full=full)
    return read_submission(workspace, actor, upload_id)


def _submit(
    connection: Connection, actor: Actor, check: UploadCheck, *, partial: bool, full: bool
) -> None:
    set_upload_state(
        connection,
        check.upload_id,
        "submitted",
        check.report,
        account=actor.account,
        partial=partial,
        full_list=full,
    )
    keep_profiles(connection, actor, check)
    what = {"upload": check.upload_id, "partial": partial, "full": full}
    add_audit(connection, actor.account, "submit", what)


def withdraw_upload(
    workspace: Workspace, actor: Actor, upload_id: str, note: str = ""
) -> Submission:
    """Take an upload back before it is accepted; StoreError ``upload_not_open`` afterwards."""
    return _end(workspace, actor, "submit", upload_id, "withdrawn", note)


def send_back(workspace: Workspace, actor: Actor, upload_id: str, reasons: str) -> Submission:
    """Give a submitted upload back to its owner with the reasons, to be mended.

    Raises:
        UsageError: ``reasons_missing``.
        StoreError: ``upload_not_open``: it does not wait to be accepted.
    """
    if not reasons.strip():
        raise UsageError("reasons_missing")
    return _end(workspace, actor, "accept", upload_id, "sent_back", reasons.strip())


def _end(
    workspace: Workspace, actor: Actor, verb: str, upload_id: str, state: Any, note: str
) -> Submission:
    open_upload(workspace, actor, verb, upload_id)
    with write(workspace.store.ledger) as connection:
        set_upload_state(connection, upload_id, state, account=actor.account, note=note)
        add_audit(connection, actor.account, verb, {"upload": upload_id, "state": state})
    return read_submission(workspace, actor, upload_id)


def accept_upload(
    workspace: Workspace,
    actor: Actor,
    upload_id: str,
    answers: Answers | None = None,
    *,
    partial: bool = False,
    full: bool = False,
    progress: Progress = quiet,
) -> Accepted:
    """Take an upload's good rows into the store and compute what changes; all or nothing.

    Of a submitted upload exactly what was submitted is taken, and the other arguments are not
    looked at; a draft is submitted and accepted in one step. Verdicts are those the actor sees.

    Raises:
        NotAllowedError: the actor may not accept (an owner may only submit).
        TableRefusedError, StoreError: as ``submit_upload``.
    """
    upload = open_upload(workspace, actor, "accept", upload_id)
    waiting = upload["state"] == "submitted"
    check = kept_check(workspace, upload) if waiting else None
    if check is None:
        progress("progress.check", 0, 1)
        check = recheck_upload(workspace, actor, upload_id, answers)
    scopes = _concerned(check)
    own = allow(actor, "overview").evaluation
    own = own if own in scopes else CITY
    before = newest(workspace, own)
    progress("progress.accept", 0, len(scopes) + 1)
    how = (bool(upload["partial"]), bool(upload["full_list"])) if waiting else (partial, full)
    rows = store_upload(workspace, actor, check, partial=how[0], full=how[1])
    after = {}
    for done, scope in enumerate(scopes, start=1):
        # It is accepted: who asks to stop from here on asks too late.
        with suppress(JobCancelledError):
            progress("progress.evaluate", done, len(scopes) + 1)
        after[scope] = evaluate(workspace, scope)
    return Accepted(upload_id, rows, changed_verdicts(workspace, before, after[own]))


def _concerned(check: UploadCheck) -> tuple[str, ...]:
    """Return the scopes in which an upload's records count, the city first."""
    if check.owner == TOWER_COMPANY and TOWER_COMPANY in check.records:
        return every_scope()  # its towers are offered to all
    return tuple(name for name in every_scope() if name in (CITY, check.owner))


def store_upload(
    workspace: Workspace, actor: Actor, check: UploadCheck, *, partial: bool, full: bool = False
) -> dict[str, int]:
    """Take an upload's good rows into the store, all kinds or none; return rows by kind.

    Verdicts are not computed again; see ``accept_upload`` for what is raised.
    """
    allow_owner(actor, "accept", check.owner)
    tables = acceptable(check, partial=partial)
    rows = {kind: len(frame) for kind, frame in tables.items()}

    def also(connection: Connection) -> None:
        now = get_upload(connection, check.upload_id)
        if (now["state"], now["report_hash"]) != (check.state, check.report):
            raise StoreError("upload_not_open", upload=check.upload_id, state=now["state"])
        if check.state != "submitted":
            _submit(connection, actor, check, partial=partial, full=full)
        what = {"upload": check.upload_id, "rows": rows}
        add_audit(connection, actor.account, "accept", what)

    accept_tables(
        workspace.store,
        check.upload_id,
        check.owner,
        tables,
        stamp(),
        replace=full,
        account=actor.account,
        also=also,
    )
    return rows


def acceptable(check: UploadCheck, *, partial: bool) -> dict[str, gpd.GeoDataFrame]:
    """Return an upload's good rows by kind; TableRefusedError while something stands against it."""
    place = Place(file=check.filename)
    if any(table.questions for table in check.tables):
        raise TableRefusedError("upload_not_ready", place)
    errors = sum(fault.severity == "error" for fault in check.faults)
    if errors and not partial:
        raise TableRefusedError("upload_has_faults", place, faults=errors)
    by_kind = check.records
    if not by_kind:
        raise TableRefusedError("upload_nothing", place)
    return by_kind


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
    full: bool = False,
    progress: Progress = quiet,
) -> ImportOutcome:
    """Check a file and take it if nothing stands against it; who may not accept it submits it.

    ``crs``, ``kind`` and ``columns`` (field → header) answer what would be asked. Bytes that wait
    already or are accepted are not handed in again, unless other answers make another list of them.

    Raises:
        FileRefusedError, UsageError, NotAllowedError: as ``check_upload``.
    """
    content = read_upload(file)
    answers = make_answers(crs=crs, kind=kind, columns=columns or {})
    repeated = _repeated(workspace, actor, owner, content, answers, full=full)
    if repeated is not None:
        return ImportOutcome(repeated, repeated.state, None, repeated=True)
    check = check_upload(workspace, actor, owner, file.name, content, answers, progress)
    verb = "accept" if may(actor, "accept") else "submit"
    args = {"upload_id": check.upload_id, "partial": partial, "full": full}
    try:
        done = run_here(workspace, actor, verb, args, progress)
    except TableRefusedError as refused:
        return ImportOutcome(check, check.state, None, refused.fault)
    if verb == "accept":
        return ImportOutcome(check, "accepted", accepted_of(workspace, done))
    return ImportOutcome(check, done["state"], None)


def _repeated(
    workspace: Workspace,
    actor: Actor,
    owner: str,
    content: bytes,
    answers: Answers | None,
    *,
    full: bool,
) -> UploadCheck | None:
    """Return the check of an upload that says what is handed in now; None where it is new."""
    earlier = find_handed_in(workspace, actor, owner, content)
    if earlier is None:
        return None
    upload = open_upload(workspace, actor, "check", earlier.upload_id)
    kept = kept_check(workspace, upload)
    otherwise = answers is not None and kept is not None and answers != kept.answers
    if kept is None or otherwise or (full and not upload["full_list"]):
        return None
    return replace(kept, earlier=earlier)


def may(actor: Actor, verb: str) -> bool:
    """Say whether an actor may use a verb on anything at all."""
    try:
        allow(actor, verb)
    except NotAllowedError:
        return False
    return True


def read_submissions(workspace: Workspace, actor: Actor) -> pd.DataFrame:
    """Return the uploads the actor may know of, newest first.

    changed_at, changed_by and note tell of the last event.
    """
    scope = allow(actor, "submissions")
    owners = None if scope.owners is None else list(scope.owners)
    with read(workspace.store.ledger) as connection:
        rows = list_uploads(connection, owners)
        events = last_events(connection, owners)
    lines = []
    for row in rows:
        event = events[row["id"]]
        said = {"changed_at": event["at"], "changed_by": event["account"], "note": event["note"]}
        lines.append({**row, "full": row["full_list"], **said})
    return pd.DataFrame([{name: line[name] for name in LISTED} for line in lines], columns=LISTED)


def read_submission(workspace: Workspace, actor: Actor, upload_id: str) -> Submission:
    """Return an upload, what was understood of it and everything that happened to it."""
    upload = open_upload(workspace, actor, "submissions", upload_id)
    with read(workspace.store.ledger) as connection:
        events = list_events(connection, upload_id)
    names = ("owner", "account", "filename", "size", "received_at", "state", "partial")
    return Submission(
        upload_id,
        **{name: upload[name] for name in names},
        full=upload["full_list"],
        check=kept_check(workspace, upload),
        events=pd.DataFrame(events, columns=EVENT),
    )
