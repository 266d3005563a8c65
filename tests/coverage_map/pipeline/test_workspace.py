import stat
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import Point, box

from coverage_map.pipeline.workspace import (
    SETTINGS_FILE,
    Workspace,
    close_workspace,
    create_workspace,
    is_workspace,
    load_register,
    open_workspace,
    raster_path,
    save_raster,
    save_register,
)
from geodata.errors import StoreError, UsageError
from geodata.register import REGISTER_TABLES, Register
from geodata.store.frames import values_hash


def register(version: str = "2015") -> Register:
    def frame(**columns) -> gpd.GeoDataFrame:
        return gpd.GeoDataFrame(columns, geometry=[box(113, 34, 114, 35)], crs="EPSG:4490")

    return Register(
        version=version,
        areas=frame(code=["411000"], name=["许昌市"], level=["city"], parent_code=[""]),
        counties=frame(code=["411081"], name=["禹州市"]),
        townships=frame(code=["411081001"], name=["颍川街道"]),
        units=frame(code=["411081001001"], name=["某某村"], people=[1234]),
        settlements=frame(settlement_id=["s1"], name=["前庄"]).set_geometry([Point(113.5, 34.5)]),
        places=frame(place_id=["p1"], kind=["office"]),
        aliases=pd.DataFrame({"level": ["county"], "code": ["411081"], "alias": ["禹县"]}),
    )


def test_a_workspace_opens_as_it_was_made(workspace: Workspace) -> None:
    assert is_workspace(workspace.folder)
    again = open_workspace(workspace.folder)
    assert again.settings == workspace.settings
    assert again.settings.quarter == "2015Q2"
    assert len(bytes.fromhex(again.settings.salt)) == 32
    close_workspace(again)


def test_only_its_owner_reads_the_salt(workspace: Workspace) -> None:
    assert stat.S_IMODE((workspace.folder / SETTINGS_FILE).stat().st_mode) == 0o600


def test_two_workspaces_share_no_salt(tmp_path: Path) -> None:
    made = [create_workspace(tmp_path / n, demo=False, quarter="2015Q2") for n in "ab"]
    assert made[0].settings.salt != made[1].settings.salt
    assert made[0].settings.id != made[1].settings.id
    for workspace in made:
        close_workspace(workspace)


def test_a_second_one_in_the_same_folder_is_refused(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="workspace_exists"):
        create_workspace(workspace.folder, demo=True, quarter="2015Q2")


def test_making_one_goes_on_where_it_broke_off(
    tmp_path: Path, ledger_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_self: Path, _target: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", break_off)
        with pytest.raises(KeyboardInterrupt):
            create_workspace(tmp_path, demo=True, quarter="2015Q2")
    assert not is_workspace(tmp_path)
    with pytest.raises(StoreError, match="workspace_missing"):
        open_workspace(tmp_path)
    close_workspace(create_workspace(tmp_path, demo=True, quarter="2015Q2"))
    close_workspace(open_workspace(tmp_path))


@pytest.mark.parametrize("quarter", ["", "2015", "2015Q5", "2015q2", "二〇一五Q2", "2015Q2\n"])
def test_a_quarter_has_one_form(tmp_path: Path, quarter: str) -> None:
    with pytest.raises(UsageError, match="quarter_form"):
        create_workspace(tmp_path, demo=True, quarter=quarter)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("format = 1", "format = 2", "store_newer"),
        ("format = 1", 'format = "1"', "workspace_damaged"),
        ("demo = true", "demo = 1", "workspace_damaged"),
        ("demo = true", "", "workspace_damaged"),
        ('quarter = "2015Q2"', 'quarter = "soon"', "workspace_damaged"),
        ("demo", "= =", "workspace_damaged"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    workspace: Workspace, old: str, new: str, code: str
) -> None:
    file = workspace.folder / SETTINGS_FILE
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(StoreError, match=code):
        open_workspace(workspace.folder)


def test_settings_that_are_no_text_are_refused(workspace: Workspace) -> None:
    (workspace.folder / SETTINGS_FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(StoreError, match="workspace_damaged"):
        open_workspace(workspace.folder)


def test_a_missing_vault_is_said(workspace: Workspace) -> None:
    (workspace.folder / "vault").rmdir()
    with pytest.raises(StoreError, match="vault_missing"):
        open_workspace(workspace.folder)


def test_a_register_comes_back(workspace: Workspace) -> None:
    with pytest.raises(StoreError, match="no_register"):
        load_register(workspace)
    given = register()
    save_register(workspace, given)
    found = load_register(workspace)
    assert found.version == "2015"
    assert found.city_code == "411000"
    for name in REGISTER_TABLES:
        key = getattr(given, name).columns[0]
        assert values_hash(getattr(found, name), [key]) == values_hash(getattr(given, name), [key])
    assert found.aliases["alias"].tolist() == ["禹县"]
    assert load_register(workspace) is found


def test_the_register_loaded_last_is_current(workspace: Workspace) -> None:
    save_register(workspace, register("2015"))
    first = load_register(workspace)
    save_register(workspace, register("2016"))
    assert load_register(workspace).version == "2016"
    save_register(workspace, register("2015"))
    assert load_register(workspace) is first


def test_rasters_are_kept_by_name(workspace: Workspace, tmp_path: Path) -> None:
    assert raster_path(workspace, "terrain") is None
    for value in (44, 386):
        file = tmp_path / f"{value}.tif"
        with rasterio.open(
            file, "w", driver="GTiff", width=2, height=2, count=1, dtype="int16",
            crs="EPSG:4490", transform=rasterio.Affine(0.1, 0, 113, 0, -0.1, 35),
        ) as raster:  # fmt: skip
            raster.write(np.full((1, 2, 2), value, dtype="int16"))
        save_raster(workspace, "terrain", file)
        with rasterio.open(raster_path(workspace, "terrain")) as raster:
            assert raster.read(1).tolist() == [[value, value]] * 2
