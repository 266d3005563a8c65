"""From an uploaded file to what is understood of it: receive, check, answer, check again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from coverage_map.pipeline.actors import Actor, allow_owner
from coverage_map.pipeline.memory import Memory, reading_mark, recall, with_places
from coverage_map.pipeline.parsing import check_in_child
from coverage_map.pipeline.reports import load_check, save_check
from coverage_map.pipeline.views import EarlierUpload, UploadCheck
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules.quarter import last_day
from geodata.crs import CrsRefusedError, read_crs
from geodata.errors import Fault, FileRefusedError, Place, StoreError, UsageError
from geodata.ingest import Answers, CheckedTable, TableAnswer
from geodata.ingest.archive import bundle_files, sibling_endings
from geodata.ingest.settings import settings
from geodata.owners import read_owners
from geodata.records import read_kinds
from geodata.register import empty_register
from geodata.store.engine import hold, read, write
from geodata.store.uploads import OPEN, add_upload, get_upload, same_bytes, set_upload_state
from geodata.store.vault import content_hash

Progress = Callable[[str, int, int], None]
SINCE = ("opened", "built")  # fields that say from when a record counts
AGAIN = (*OPEN, "refused")  # states in which an upload can be read again
HANDED_IN = ("submitted", "accepted")  # states in which the same bytes need not come again


def quiet(_message: str, _done: int, _total: int) -> None:
    """Show no progress."""


def check_owner(actor: Actor, verb: str, owner: str) -> None:
    """Refuse an owner that is unknown (UsageError) or not the actor's (NotAllowedError)."""
    owners = read_owners()
    if owner not in owners:
        raise UsageError("owner_unknown", owner=owner[:80], owners=", ".join(owners))
    allow_owner(actor, verb, owner)


def open_upload(workspace: Workspace, actor: Actor, verb: str, upload_id: str) -> dict[str, Any]:
    """Return an upload's row; NotAllowedError when the verb does not reach it."""
    with read(workspace.store.ledger) as connection:
        upload = get_upload(connection, upload_id)
    check_owner(actor, verb, upload["owner"])
    return upload


def receive_upload(
    workspace: Workspace, actor: Actor, owner: str, filename: str, content: bytes
) -> str:
    """Keep a file's bytes and return the upload's id; nothing is read yet.

    The same bytes under the same name, handed in before and not yet submitted, are that upload.

    Raises:
        UsageError, NotAllowedError: the owner is unknown or not the actor's.
    """
    return _receive(workspace, actor, owner, filename, content)[0]


def _receive(
    workspace: Workspace, actor: Actor, owner: str, filename: str, content: bytes
) -> tuple[str, bool]:
    """Return an upload's id and whether it was there before."""
    check_owner(actor, "check", owner)
    key = workspace.store.vault.put(content)
    with write(workspace.store.ledger) as connection:
        hold(connection, f"upload {owner} {key}")
        for upload in same_bytes(connection, owner, key):
            if upload["state"] in AGAIN and upload["filename"] == filename:
                return str(upload["id"]), True
        upload_id = add_upload(
            connection,
            owner=owner,
            account=actor.account,
            filename=filename,
            object_hash=key,
            size=len(content),
        )
    return upload_id, False


def check_upload(
    workspace: Workspace,
    actor: Actor,
    owner: str,
    filename: str,
    content: bytes,
    answers: Answers | None = None,
    progress: Progress = quiet,
) -> UploadCheck:
    """Keep a file's bytes, read it and say what was understood; no record is stored.

    Bytes that the owner handed in before are recognised (``UploadCheck.earlier``); a draft is taken
    up with its answers unless others are given.

    Raises:
        FileRefusedError: the file cannot be read; the bytes are kept, the upload is ``refused``.
        UsageError, NotAllowedError: the owner is unknown or not the actor's.
    """
    progress("progress.check", 0, 1)
    upload_id, known = _receive(workspace, actor, owner, filename, content)
    check = recheck_upload(workspace, actor, upload_id, answers)
    if not known:
        return check
    upload = open_upload(workspace, actor, "check", upload_id)
    return replace(check, earlier=_told(upload))


def find_handed_in(
    workspace: Workspace, actor: Actor, owner: str, content: bytes
) -> EarlierUpload | None:
    """Return the owner's last upload of these bytes that waits or is accepted, None without one.

    Raises:
        UsageError, NotAllowedError: the owner is unknown or not the actor's.
    """
    check_owner(actor, "check", owner)
    key = content_hash(content)
    with read(workspace.store.ledger) as connection:
        uploads = same_bytes(connection, owner, key)
    return next((_told(upload) for upload in uploads if upload["state"] in HANDED_IN), None)


def _told(upload: Mapping[str, Any]) -> EarlierUpload:
    return EarlierUpload(upload["id"], upload["filename"], upload["received_at"], upload["state"])


def recheck_upload(
    workspace: Workspace, actor: Actor, upload_id: str, answers: Answers | None = None
) -> UploadCheck:
    """Return what is understood of an upload; it is read again only when it could be otherwise.

    answers: what was said of its tables; None stands for what was said last. What was submitted is
    returned as it was.

    Raises:
        FileRefusedError: as ``check_upload``.
        StoreError: ``upload_not_open``: other answers to what is no draft any more.
    """
    upload = open_upload(workspace, actor, "check", upload_id)
    kept = kept_check(workspace, upload)
    said = answers if answers is not None else kept.answers if kept else Answers()
    if upload["state"] not in AGAIN:
        if kept is None or said != kept.answers:
            raise StoreError("upload_not_open", upload=upload_id, state=upload["state"])
        return kept
    memory = recall(workspace, upload["owner"])
    mark = reading_mark(workspace, upload["owner"], said, memory)
    if kept is not None and upload["state"] != "refused":
        same = kept_check(workspace, upload, mark)
        if same is not None:
            return same
    return _read_again(workspace, actor, upload, said, memory, mark)


def kept_check(
    workspace: Workspace, upload: Mapping[str, Any], mark: str | None = None
) -> UploadCheck | None:
    """Return the check an upload was last given, None before the first or under another mark."""
    if not upload["report_hash"]:
        return None
    kept = load_check(workspace, upload["report_hash"], mark)
    if kept is None:
        return None
    with read(workspace.store.ledger) as connection:
        others = same_bytes(connection, upload["owner"], upload["object_hash"])
    before = [row for row in others if row["received_at"] < upload["received_at"]]
    earlier = _told(before[0]) if before else None
    return replace(kept, state=upload["state"], earlier=earlier, report=upload["report_hash"])


def _read_again(
    workspace: Workspace,
    actor: Actor,
    upload: Mapping[str, Any],
    answers: Answers,
    memory: Memory,
    mark: str,
) -> UploadCheck:
    try:
        tables = check_in_child(
            workspace.store.vault.get(upload["object_hash"]),
            upload["filename"],
            load_register(workspace),
            upload["owner"],
            answers,
            with_places(workspace, upload["owner"], memory),
        )
    except FileRefusedError:
        with write(workspace.store.ledger) as connection:
            set_upload_state(connection, upload["id"], "refused", account=actor.account)
        raise
    told = tuple(_tell_later(table, workspace.settings.quarter) for table in tables)
    check = UploadCheck(upload["id"], upload["filename"], upload["owner"], told, answers=answers)
    report = save_check(workspace, check, mark)
    with write(workspace.store.ledger) as connection:
        set_upload_state(connection, upload["id"], "checked", report, account=actor.account)
        now = get_upload(connection, upload["id"])
    again = kept_check(workspace, now)
    return check if again is None else again


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
    ``owner`` may be empty: then nothing is remembered, and nothing anybody handed in is looked at.

    Raises:
        FileRefusedError, UsageError, NotAllowedError: as ``check_upload``.
    """
    if workspace is None or actor is None:
        return tuple(check_in_child(content, filename, empty_register(), owner, answers))
    if owner:
        check_owner(actor, "check", owner)
    memory = with_places(workspace, owner, recall(workspace, owner))
    register = load_register(workspace)
    return tuple(check_in_child(content, filename, register, owner, answers, memory))


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


def read_upload(file: Path) -> bytes:
    """Return a file's bytes; of a layer of several files (.shp, .tab, .mif) a .zip of them all.

    Raises:
        UsageError: ``file_missing``, there is no such file.
    """
    if not file.is_file():
        raise UsageError("file_missing", Place(file=str(file)))
    files = {file.name: file.read_bytes()}
    endings = sibling_endings(file.name)
    for beside in sorted(file.parent.iterdir()) if endings else ():
        if beside.stem.lower() == file.stem.lower() and beside.suffix.lower() in endings:
            files[beside.name] = beside.read_bytes()
    return bundle_files(files)[0][1]


def make_answers(*, crs: str, kind: str, columns: Mapping[str, str]) -> Answers | None:
    """Return answers that hold for every sheet of a file, None when nothing was answered.

    Raises:
        UsageError: ``crs_answer_unknown``, ``field_unknown``: an answer names none that there is.
    """
    known = {field for entry in read_kinds().values() for field in entry.all_fields}
    if strange := [field for field in columns if field not in known]:
        raise UsageError("field_unknown", given=strange[0][:80], fields=" ".join(sorted(known)))
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


def known_units(unit: str) -> tuple[str, ...]:
    """Return the spellings of units that numbers of a field in a unit may be given in."""
    return tuple(settings()["units"].get(unit, {}))
