"""The vault keeps bytes under the hash of their content; what is in it never changes.

In a folder an object lies at ``ab/cdef…`` (first two characters of its hash, then the rest). It is
written beside its place, flushed to disk and renamed, so it is there whole or not at all.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from geodata.errors import Place, StoreError

HASH_LENGTH = 64


def content_hash(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal; the one place that names the hash."""
    return hashlib.sha256(data).hexdigest()


class Vault(Protocol):
    """What the store needs of a place for objects; an object store can replace the folder."""

    def put(self, data: bytes) -> str:
        """Keep bytes and return their hash; the same bytes again cost nothing."""

    def put_file(self, file: Path) -> str:
        """Keep a file's bytes and return their hash."""

    def get(self, key: str) -> bytes:
        """Return the bytes of a hash; StoreError when they are missing or were changed."""

    def path(self, key: str) -> Path:
        """Return a file that holds the object, for readers that need one; never write to it."""

    def has(self, key: str) -> bool:
        """Say whether an object is there."""

    def hashes(self) -> Iterator[str]:
        """List all objects, in no order."""


@dataclass(frozen=True)
class FolderVault:
    """A vault in a folder of this machine."""

    folder: Path

    def _place(self, key: str) -> Path:
        if len(key) != HASH_LENGTH or set(key) - set("0123456789abcdef"):
            raise StoreError("object_name", Place(value=key[:80]), name=key[:80])
        return self.folder / key[:2] / key[2:]

    def put(self, data: bytes) -> str:
        """Keep bytes and return their hash; the same bytes again cost nothing."""
        key = content_hash(data)
        target = self._place(key)
        if not target.exists():
            with _beside(target) as (handle, draft):
                handle.write(data)
                _settle(handle, draft, target)
        return key

    def put_file(self, file: Path) -> str:
        """Keep a file's bytes and return their hash; the file is never held in memory whole."""
        key = _file_hash(file)
        with file.open("rb") as source:
            target = self._place(key)
            if target.exists():
                return key
            with _beside(target) as (handle, draft):
                shutil.copyfileobj(source, handle)
                handle.flush()
                if _file_hash(draft) != key:  # someone wrote to the file meanwhile
                    raise StoreError("file_changed", Place(file=file.name), name=file.name)
                _settle(handle, draft, target)
        return key

    def get(self, key: str) -> bytes:
        """Return the bytes of a hash; StoreError when they are missing or were changed."""
        try:
            data = self._place(key).read_bytes()
        except FileNotFoundError as error:
            raise StoreError("object_missing", name=key) from error
        if content_hash(data) != key:
            raise StoreError("object_damaged", name=key)
        return data

    def path(self, key: str) -> Path:
        """Return a file that holds the object, for readers that need one; never write to it."""
        place = self._place(key)
        if not place.is_file():
            raise StoreError("object_missing", name=key)
        return place

    def has(self, key: str) -> bool:
        """Say whether an object is there."""
        return self._place(key).is_file()

    def hashes(self) -> Iterator[str]:
        """List all objects, in no order; drafts of unfinished writes are not objects."""
        for file in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            key = file.parent.name + file.name
            if len(key) == HASH_LENGTH:
                yield key


@contextmanager
def _beside(target: Path) -> Iterator[tuple[BinaryIO, Path]]:
    """Open a draft in the target's folder; it is gone afterwards unless it was settled."""
    if not target.parent.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(target.parent.parent)
    number, name = tempfile.mkstemp(prefix="draft-", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(number, "wb") as handle:
            yield handle, draft
    finally:
        draft.unlink(missing_ok=True)


def _settle(handle: BinaryIO, draft: Path, target: Path) -> None:
    """Make a draft durable and give it its place; two writers of one object do no harm."""
    handle.flush()
    draft.chmod(0o444)
    os.fsync(handle.fileno())
    draft.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _file_hash(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
