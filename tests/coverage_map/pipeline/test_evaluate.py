"""Computing again only what changed gives what computing everything gives."""

from importlib.resources import files

import pandas as pd
import pytest

from coverage_map import pipeline
from coverage_map.pipeline import evaluate as room
from coverage_map.rules.assets import read_asset_settings

SITE = (
    "站址编码,基站名称,区县,乡镇,行政村,经度,纬度,制式,开通状态\n"
    "Q1,新站,{area},{town},{unit},{lon},{lat},5G,开通\n"
)
NODE = (
    "分纤箱编码,分纤箱名称,区县,乡镇,行政村,经度,纬度,端口总数,占用端口数,空闲端口数\n"
    "Q1,新箱,{area},{town},{unit},{lon},{lat},16,3,13\n"
)
TOTAL = "区县,指标,数值\n禹州市,基站数,700\n"


@pytest.mark.parametrize(
    ("text", "kind", "indicator"),
    [
        (SITE, "site", "village_5g"),
        (NODE, "fibre_node", "village_fibre"),
        (TOTAL, "reported_total", "village_fibre"),
    ],
)
def test_parts_and_whole_agree(own_workspace, text, kind, indicator) -> None:
    workspace = own_workspace
    city = pipeline.local_actor(workspace)
    gap = pipeline.read_gaps(workspace, city, indicator=indicator).iloc[0]
    content = text.format(
        area=gap["area_name"],
        town=gap["township_name"],
        unit=gap["unit_name"],
        lon=gap["lon"],
        lat=gap["lat"],
    ).encode()
    answers = pipeline.Answers({"*": pipeline.TableAnswer(kind=kind, crs="EPSG:4490")})
    check = pipeline.check_upload(workspace, city, "unicom", "一行.csv", content, answers)
    pipeline.accept_upload(workspace, city, check.upload_id, answers)
    for scope in ("city", "unicom"):
        partly = room.newest(workspace, scope)
        inputs = room._current_inputs(workspace, scope)
        wholly = room.compute(workspace, scope, inputs, None, lambda *_: None)
        assert set(partly.objects) - {"inputs"} == set(wholly)
        for entry, frame in wholly.items():
            name, _, indicator_ = entry.partition("/")
            found = pd.DataFrame(room.result(workspace, partly, name, indicator_))
            pd.testing.assert_frame_equal(found, pd.DataFrame(frame), check_index_type=False)


def test_another_scope_is_left_alone(own_workspace) -> None:
    before = room.newest(own_workspace, "telecom")
    city = pipeline.local_actor(own_workspace)
    answers = pipeline.Answers({"*": pipeline.TableAnswer(kind="reported_total")})
    check = pipeline.check_upload(
        own_workspace, city, "unicom", "总数.csv", TOTAL.encode(), answers
    )
    pipeline.accept_upload(own_workspace, city, check.upload_id, answers)
    assert room.evaluate(own_workspace, "telecom").objects == before.objects


@pytest.mark.parametrize(
    ("old", "new", "again"), [("same = 2.6", "same = 2.7", True), ("", "", False)]
)
def test_other_weights_of_assets_are_other_inputs(
    own_workspace, tmp_path, monkeypatch, old, new, again
) -> None:
    before, owner = (room.newest(own_workspace, scope) for scope in ("city", "cmcc"))
    ours = (files("coverage_map") / "rules" / "assets.toml").read_text(encoding="utf-8")
    changed = tmp_path / "assets.toml"
    changed.write_text("# another remark\n" + ours.replace(old, new), encoding="utf-8")
    assert (ours.replace(old, new) != ours) == again
    other = read_asset_settings(changed)
    monkeypatch.setattr(room, "read_asset_settings", lambda: other)
    assert (room._current_inputs(own_workspace, "city").hash != before.inputs_hash) == again
    assert room._current_inputs(own_workspace, "cmcc").hash == owner.inputs_hash
