import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import StoreError
from geodata.store.vault import FolderVault, content_hash


@pytest.fixture
def vault(tmp_path: Path) -> FolderVault:
    return FolderVault(tmp_path / "vault")


def test_what_is_put_is_got_under_its_sha256(vault: FolderVault) -> None:
    key = vault.put("许昌".encode())
    assert key == hashlib.sha256("许昌".encode()).hexdigest()
    assert vault.get(key) == "许昌".encode()
    assert vault.path(key) == vault.folder / key[:2] / key[2:]
    assert vault.has(key)
    assert list(vault.hashes()) == [key]


@settings(deadline=None)  # every put waits for the disk
@given(st.lists(st.binary(max_size=200)))
def test_putting_twice_changes_nothing(tmp_path_factory: pytest.TempPathFactory, data) -> None:
    vault = FolderVault(tmp_path_factory.mktemp("vault"))
    keys = [vault.put(item) for item in [*data, *data]]
    assert set(vault.hashes()) == set(keys) == {content_hash(item) for item in data}
    assert [vault.get(key) for key in keys] == [*data, *data]


def test_a_file_goes_in_whole(vault: FolderVault, tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(os.urandom(3_000_000))
    key = vault.put_file(file)
    assert key == vault.put_file(file) == vault.put(file.read_bytes())
    assert vault.get(key) == file.read_bytes()


def test_objects_are_read_only_and_no_draft_stays(vault: FolderVault) -> None:
    key = vault.put(b"x")
    assert stat.S_IMODE(vault.path(key).stat().st_mode) == 0o444
    assert [file.name for file in vault.path(key).parent.iterdir()] == [key[2:]]


def test_one_changed_bit_is_noticed(vault: FolderVault) -> None:
    key = vault.put(b"abc")
    file = vault.path(key)
    file.chmod(0o644)
    file.write_bytes(b"abb")
    with pytest.raises(StoreError, match="object_damaged"):
        vault.get(key)


def test_what_is_not_there_is_refused(vault: FolderVault) -> None:
    key = content_hash(b"never put")
    assert not vault.has(key)
    for ask in (vault.get, vault.path):
        with pytest.raises(StoreError, match="object_missing"):
            ask(key)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "/" * 64, "0" * 63])
def test_only_a_hash_names_an_object(vault: FolderVault, name: str) -> None:
    for ask in (vault.get, vault.path, vault.has):
        with pytest.raises(StoreError, match="object_name"):
            ask(name)


def test_a_failed_write_leaves_nothing(vault: FolderVault, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (vault.folder / content_hash(b"x")[:2]).mkdir(parents=True)
    with pytest.raises(OSError, match="No space"):
        vault.put(b"x")
    assert not vault.has(content_hash(b"x"))
    assert [file for file in vault.folder.rglob("*") if file.is_file()] == []


def test_many_writers_of_one_object_agree(vault: FolderVault) -> None:
    data = os.urandom(200_000)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(vault.put, [data] * 32))
    assert keys == set(vault.hashes()) == {content_hash(data)}
    assert vault.get(keys.pop()) == data
