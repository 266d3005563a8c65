"""The map's base never changes between reruns, asks nothing outside, and a rerun is small."""

import json
import re

import pytest
import streamlit_folium

from coverage_map.maps import (
    SCRIPTS,
    STYLES,
    Legend,
    MapView,
    Marker,
    asset_address,
    base_map,
    view_layer,
)
from coverage_map.palette import share_scale, state_style
from coverage_map.text import Text

BOUNDS = (113.060594, 33.689221, 114.319293, 34.408112)
WORDS = {"c": "已覆盖", "g": "未覆盖"}


def make_view(**changes) -> MapView:
    given = {
        "classes": {"unit": "cgun." * 501, "township": "43210" * 21},
        "level": "unit",
        "legend": Legend("光纤到村", [("c", "已覆盖"), ("circle", "#0085cf", "站")], ["2023Q4"]),
        "focus": BOUNDS,
    }
    return MapView(**given | changes)


@pytest.fixture
def sent(monkeypatch):
    """Return what would travel to the browser for a view."""

    def send(view: MapView) -> dict:
        got = {}
        monkeypatch.setattr(streamlit_folium, "_component_func", lambda **given: got.update(given))
        base = base_map("/layers/abc.pmtiles", BOUNDS, 8, WORDS, Text("zh_CN"))
        streamlit_folium.st_folium(
            base,
            key="map",
            returned_objects=["last_clicked"],
            feature_group_to_add=view_layer(view),
        )
        return got

    return send


def read_message(group: str) -> dict:
    """Return what the script tells the map."""
    return json.loads(re.search(r"CoverageMap\.show\((.*)\);", group)[1])


def test_the_frame_never_mounts_again(sent):
    first = sent(make_view())
    again = sent(make_view(selected="411081100200", level="township", focus=None))
    assert first["key"] == again["key"]
    assert first["script"] == again["script"]
    assert first["feature_group"] != again["feature_group"]


def test_everything_comes_from_this_machine(sent):
    given = sent(make_view())
    links = given["js_links"] + given["css_links"]
    assert links == [asset_address(name) for name in (*SCRIPTS, *STYLES)]
    assert all(link.startswith("/assets/") for link in links)
    travelling = json.dumps({key: given[key] for key in ("script", "header", "html")})
    assert not re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", travelling)


def test_an_assets_address_changes_with_its_content():
    assert re.fullmatch(r"/assets/map\.js\?v=[0-9a-f]{12}", asset_address("map.js"))


def test_a_rerun_of_the_sample_city_is_small(sent):
    given = sent(make_view())
    volume = sum(len(json.dumps(value)) for value in given.values() if not callable(value))
    assert volume < 10_000


def test_one_character_a_unit_travels_in_order(sent):
    message = read_message(sent(make_view())["feature_group"])
    pairs = [divmod(ord(letter) - ord("A"), 5) for letter in message["classes"]["unit"]]
    signs = "".join("cgun."[number] for pair in pairs for number in pair)
    assert signs == "cgun." * 501 + "."  # an odd number is filled up
    assert message["level"] == "unit"
    assert message["focus"] == [[33.689221, 113.060594], [34.408112, 114.319293]]
    assert [row.get("sign") for row in message["legend"]["rows"]] == [None, "circle"]


@pytest.mark.parametrize(
    "name", ["');alert(1);//", "</script><script>alert(1)</script>", "a\u2028b", '"', "\\"]
)
def test_names_from_files_stay_text(sent, name):
    marker = Marker(113.5, 34.0, name, "cross", "#3f4a54", origin=(113.4, 34.1))
    message = read_message(sent(make_view(markers=[marker]))["feature_group"])
    assert message["markers"][0]["label"] == name
    assert message["markers"][0]["from"] == [34.1, 113.4]


def test_every_class_has_a_style_and_states_differ_without_colour(sent):
    script = sent(make_view())["script"]
    settings = json.loads(re.search(r"CoverageMap\.start\(map_div, (\{.*\})\);", script)[1])
    styles = settings["styles"]
    assert set(styles) == set("cgun.")
    shares = settings["shares"]
    assert shares["fills"] == list(share_scale().colours)
    assert shares["unsure"]["hatch"]
    assert "hatch" not in shares["style"]
    patterns = {key: styles[key].get("hatch", "") for key in "cgun"}
    outlines = {key: styles[key]["outline"] for key in "cgun"}
    assert len({(patterns[key], outlines[key]) for key in "cgun"}) == 4
    assert styles["g"]["fill"] == state_style("gap").fill
