"""A layer of several files is one upload, wherever its files lie side by side."""

import io
import zipfile

import pytest

from coverage_map.pipeline.imports import read_upload
from geodata.errors import UsageError


@pytest.mark.parametrize("main", ["站.shp", "站.SHP"])
def test_what_lies_beside_a_layer_comes_with_it(tmp_path, main):
    for name in (main, "站.dbf", "站.Prj", "站.txt", "别.dbf"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(read_upload(tmp_path / main))) as archive:
        assert sorted(archive.namelist()) == sorted([main, "站.dbf", "站.Prj"])
        assert archive.read(main).decode() == main
    assert read_upload(tmp_path / main) == read_upload(tmp_path / main)


@pytest.mark.parametrize("name", ["站.csv", "站.shp", "站.tab"])
def test_a_file_that_stands_alone_is_itself(tmp_path, name):
    (tmp_path / name).write_bytes(b"content")
    (tmp_path / "别.dbf").write_bytes(b"of another")
    assert read_upload(tmp_path / name) == b"content"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError):
        read_upload(tmp_path / "a.shp")
