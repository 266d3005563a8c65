"""Made-up villages whose verdicts are known by hand."""

import json
import re

import pytest
import worlds
from shapely.geometry import LineString
from worlds import at, record, square

from coverage_map.export.columns import reason_sentence
from coverage_map.indicators import judge
from coverage_map.text import LANGUAGES, Text, read_catalogue
from geodata.crs import geodesic_m

A, B, C = "990001100200", "990001100201", "990001100001"


def city(**households):
    """Two villages and an urban community side by side, 1.5 km wide; offices in the middle."""
    return worlds.register_of(
        [
            {"code": A, "kind": "village", "geometry": square(0, 0), "office": at(700, 700)},
            {"code": B, "kind": "village", "geometry": square(8, 0), "office": at(12700, 700)},
            {"code": C, "kind": "community", "geometry": square(1, 0), "office": at(2200, 700)},
        ],
        [
            {"settlement_id": "S1", "name": "前庄", "unit_code": A, "geometry": at(300, 300)},
            {
                "settlement_id": "S2", "name": "后庄", "unit_code": A, "geometry": at(900, 900),
                "households": 19,
            },
        ],
        [
            {
                "place_id": "A-school", "name": "甲小学", "kind": "school", "unit_code": A,
                "geometry": at(1100, 700),
            },
            {
                "place_id": "A-clinic", "name": "甲卫生室", "kind": "clinic", "unit_code": A,
                "geometry": at(700, 1100),
            },
            {
                "place_id": "C-library", "name": "图书馆", "kind": "public", "unit_code": C,
                "geometry": at(2000, 900),
            },
        ],
    )  # fmt: skip


def ask(rules, indicator, test="", register=None, **kinds):
    """Return the verdicts of an indicator's test by (operator, subject)."""
    verdicts, evidence = judge(register or city(), worlds.records(**kinds), rules, quarter="2023Q4")
    test = test or rules.indicators[indicator].headline
    rows = verdicts[(verdicts["indicator"] == indicator) & (verdicts["test"] == test)]
    return rows.set_index(["operator", "subject_code"]), evidence[
        (evidence["indicator"] == indicator) & (evidence["test"] == test)
    ]


def states(rows):
    return rows["state"].to_dict()


def test_denominators_are_villages_or_villages_and_communities(rules):
    verdicts, _ = judge(city(), {}, rules, quarter="2023Q4")
    counted = verdicts.drop_duplicates(["indicator", "subject_code"]).groupby("indicator").size()
    assert counted["village_fibre"] == counted["village_5g"] == 2
    assert counted["mobile_4g"] == counted["digital_tv"] == 3
    assert counted["urban_ftth"] == counted["wlan_public"] == 1
    assert (counted["settlement_broadband"], counted["natural_village_4g"]) == (2, 1)
    assert counted["internet_penetration"] == 1


def test_without_records_everything_is_unknown(rules):
    verdicts, evidence = judge(city(), {}, rules, quarter="2023Q4")
    assert set(verdicts["state"]) == {"unknown"}
    assert evidence.empty
    assert verdicts["numerator"].sum() == verdicts["denominator"].sum() == 0


def test_a_station_within_five_kilometres_covers_and_is_cited_with_its_distance(rules):
    station = at(2000, 700)
    rows, evidence = ask(
        rules,
        "mobile_4g",
        site=[
            record("site", "cmcc", station, source_id="1", unit_code=C, technologies=("4G",)),
        ],
    )
    assert states(rows)["cmcc", A] == states(rows)["any", A] == "covered"
    assert states(rows)["cmcc", B] == "gap"
    # Nobody else has told of a network: not an accusation, and so not a gap for "any" either.
    assert states(rows)["unicom", B] == states(rows)["any", B] == "unknown"
    far = round(float(geodesic_m(station.x, station.y, at(700, 700).x, at(700, 700).y)))
    cited = evidence.set_index(["operator", "subject_code"])
    assert cited.loc[("cmcc", A), "distance_m"] == far
    assert cited.loc[("cmcc", A), "grade"] == "claimed"
    reason = rows.loc[("cmcc", A)]
    assert reason["reason"] == "station_within"
    assert json.loads(reason["reason_params"]) == {"distance_m": far, "limit_m": 5000}
    assert rows.loc[("cmcc", B), "reason"] == "station_beyond"


def test_any_is_a_gap_when_every_operator_has_told_and_none_covers(rules):
    sites = [
        record("site", name, at(2000, 700), source_id="1", unit_code=C, technologies=("4G",))
        for name in ("cmcc", "unicom", "telecom")
    ]
    rows, evidence = ask(rules, "mobile_4g", site=sites)
    assert states(rows)["any", B] == "gap"
    assert set(evidence.loc[evidence["subject_code"] == B, "operator"]) == {
        "any", "cmcc", "unicom", "telecom",
    }  # fmt: skip
    counted, _ = ask(rules, "mobile_4g", "operators", site=sites)
    row = counted.loc[("any", A)]
    assert (row["numerator"], row["denominator"], row["unknown"]) == (3, 3, 0)


def test_a_gap_of_any_operator_names_the_nearest_station(rules):
    where = {"cmcc": 2000, "unicom": 4200, "telecom": 3000}
    sites = [
        record("site", name, at(east, 700), source_id="1", unit_code=C, technologies=("4G",))
        for name, east in where.items()
    ]
    rows, _ = ask(rules, "mobile_4g", site=sites)
    row, own = rows.loc[("any", B)], rows.loc[("unicom", B)]
    assert (row["state"], row["reason"]) == ("gap", "no_operator_station_beyond")
    assert json.loads(row["reason_params"]) == {
        "count": 0, "known": 3, "operators": 3, "operator": "unicom",
        **json.loads(own["reason_params"]),
    }  # fmt: skip
    far = round(float(geodesic_m(at(4200, 700).x, at(4200, 700).y, at(12700, 700).x, at(0, 700).y)))
    said = reason_sentence(row["reason"], row["reason_params"], Text("zh_CN"))
    assert said.endswith(f"最近的是中国联通基站，{far:,} m，限值 5,000 m")
    gone = [{**site, "state": "out_of_service"} for site in sites]
    rows, _ = ask(rules, "mobile_4g", site=gone)
    assert rows.loc[("any", B), "reason"] == "no_operator_station_none_near"


def test_a_silent_operator_is_not_the_nearest(rules):
    site = record("site", "telecom", at(2000, 700), source_id="1", unit_code=C, technologies="3G")
    rows, _ = ask(rules, "mobile_3g", site=[site])
    row = rows.loc[("any", B)]
    assert json.loads(row["reason_params"])["operator"] == "telecom"
    assert json.loads(row["reason_params"])["known"] == 1
    assert reason_sentence(row["reason"], row["reason_params"], Text("en")).startswith(
        "No operator covers it (1 reported); nearest is a station of China Telecom at "
    )


def test_a_shared_cell_serves_whom_it_lists_and_its_owner_only_if_listed(rules):
    cells = [
        record(
            "cell", "unicom", at(700, 700), source_id="1", unit_code=A, technology="4G",
            networks=("telecom",),
        )
    ]  # fmt: skip
    rows, _ = ask(rules, "mobile_4g", cell=cells)
    assert states(rows)["telecom", A] == "covered"
    # The owner has told of a 4G cell in the county, but no cell serves its own network.
    assert states(rows)["unicom", A] == "gap"
    # A rival's shared cell does not tell of the whole of telecom's network.
    assert states(rows)["telecom", B] == "unknown"


def test_the_host_tells_for_who_builds_with_it(rules):
    cells = [
        record(
            "cell", "cmcc", at(700, 700), source_id="1", unit_code=A, technology="5G",
            networks=("cmcc", "cbn"),
        )
    ]  # fmt: skip
    rows, _ = ask(rules, "village_5g", cell=cells)
    assert states(rows)["cbn", A] == "covered"
    assert states(rows)["cbn", B] == "gap"


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"state": "out_of_service"}, "gap"),
        ({"opened": "2024-01-01"}, "gap"),
        ({"opened": "2023-12-31"}, "covered"),
        ({"state": None, "opened": None}, "covered"),
        ({"technologies": ("3G",)}, "unknown"),
        ({"technologies": None}, "unknown"),
    ],
)
def test_what_counts_as_a_station(rules, values, state):
    given = {"technologies": ("4G",), "unit_code": A, "source_id": "1", **values}
    rows, _ = ask(rules, "mobile_4g", site=[record("site", "cmcc", at(700, 700), **given)])
    assert states(rows)["cmcc", A] == state


def test_a_site_whose_cells_are_all_out_of_service_does_not_cover(rules):
    site = record(
        "site", "cmcc", at(700, 700), source_id="7", unit_code=A, technologies=("4G", "5G")
    )
    cell = record(
        "cell", "cmcc", None, source_id="7-1", site_id="7", unit_code=A, technology="4G",
        state="out_of_service",
    )  # fmt: skip
    rows, _ = ask(rules, "mobile_4g", site=[site], cell=[cell])
    assert states(rows)["cmcc", A] == "gap"
    rows, _ = ask(rules, "village_5g", site=[site], cell=[cell])
    assert states(rows)["cmcc", A] == "covered"


def test_a_cell_without_position_stands_where_its_site_does(rules):
    site = record("site", "cmcc", at(700, 700), source_id="7", unit_code=A)
    cell = record("cell", "cmcc", None, source_id="7-1", site_id="7", unit_code=A, technology="4G")
    rows, _ = ask(rules, "mobile_4g", site=[site], cell=[cell])
    assert states(rows)["cmcc", A] == "covered"


def node(owner, point, unit, **values):
    return record("fibre_node", owner, point, unit_code=unit, **{"source_id": "1", **values})


def test_fibre_reaches_when_office_school_and_clinic_are_near(rules):
    # 424 m from the office, 500 m and more from neither school nor clinic: in this village, so
    # within 1,500 m.
    rows, evidence = ask(
        rules, "village_fibre", fibre_node=[node("telecom", at(400, 400), A, ports_free=2)]
    )
    assert states(rows)["telecom", A] == states(rows)["any", A] == "covered"
    assert rows.loc[("any", A), "condition"] == ""
    assert states(rows)["telecom", B] == "gap"
    assert states(rows)["any", B] == "unknown"
    assert set(evidence.loc[evidence["operator"] == "any", "subject_code"]) == {A}
    assert rows.loc[("telecom", B), "reason"] == "fibre_none_near"


def test_a_fibre_gap_of_any_operator_tells_who_misses_least(rules):
    nodes = [
        node("cmcc", at(700, 3000), C),
        node("telecom", at(400, 400), C),
        node("unicom", at(700, 2500), C),
    ]
    rows, _ = ask(rules, "village_fibre", fibre_node=nodes)
    row, own = rows.loc[("any", A)], rows.loc[("telecom", A)]
    assert (row["state"], row["reason"]) == ("gap", "no_operator_fibre_misses_school_clinic")
    params = json.loads(row["reason_params"])
    assert params["operator"] == "telecom"
    assert params["distance_m"] == json.loads(own["reason_params"])["distance_m"]
    for text, name in ((Text("zh_CN"), "中国电信"), (Text("en"), "China Telecom")):
        said = reason_sentence(row["reason"], row["reason_params"], text)
        assert name in said
        assert f"{params['distance_m']} m" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_any_operator_has_words(language):
    text = Text(language)
    measured = [
        key.removeprefix("reason.")
        for key in read_catalogue(language)
        if re.fullmatch(r"reason\.(station_(beyond|none_near)|fibre_(none_near|misses_\w+))", key)
    ]
    assert len(measured) == 10
    for reason in measured:
        assert text.has(f"reason.no_operator_{reason}")
        assert text.has(f"reason_short.no_operator_{reason}")


def test_a_neighbours_node_must_be_nearer(rules):
    rows, _ = ask(rules, "village_fibre", fibre_node=[node("telecom", at(400, 400), C)])
    row = rows.loc[("telecom", A)]
    assert (row["state"], row["reason"]) == ("gap", "fibre_misses_school_clinic")


def test_a_routes_end_reaches_too_but_has_no_ports(rules):
    route = record(
        "fibre_route", "telecom", LineString([at(5000, 5000), at(800, 800)]), source_id="1",
        unit_code=A,
    )  # fmt: skip
    rows, _ = ask(rules, "village_fibre", fibre_route=[route])
    row = rows.loc[("telecom", A)]
    assert (row["state"], row["condition"]) == ("covered", "ports_unknown")
    rows, _ = ask(rules, "village_fibre", "port", fibre_route=[route])
    assert states(rows)["telecom", A] == "unknown"


def test_fibre_without_a_free_port_is_a_state_of_its_own(rules):
    full = [
        node("telecom", at(700, 700), A, ports_free=0),
        node("telecom", at(750, 700), A, source_id="2", ports_installed=8, ports_used=8),
    ]
    rows, _ = ask(rules, "village_fibre", fibre_node=full)
    assert rows.loc[("any", A), ["state", "condition"]].tolist() == ["covered", "no_free_port"]
    rows, _ = ask(rules, "village_fibre", "port", fibre_node=full)
    assert rows.loc[("telecom", A), ["state", "reason"]].tolist() == ["gap", "port_none_free"]
    silent = [*full, node("telecom", at(650, 700), A, source_id="3")]
    rows, _ = ask(rules, "village_fibre", "port", fibre_node=silent)
    assert states(rows)["telecom", A] == "unknown"
    other = [*full, node("cmcc", at(700, 700), A, ports_free=1)]
    rows, _ = ask(rules, "village_fibre", fibre_node=other)
    assert rows.loc[("any", A), "condition"] == ""


def broadband(owner, settlement, number="1", **values):
    return record(
        "settlement_broadband", owner, unit_code=A, subject_id=settlement,
        record_id=f"{owner}{settlement}{number}", **values,
    )  # fmt: skip


def test_broadband_is_what_carriers_say(rules):
    claims = [
        broadband("unicom", "S1", available=True, speed_mbps=100.0, access="fibre"),
        broadband("telecom", "S1", available=False),
        broadband("telecom", "S2", available=False),
        broadband("unicom", "S2", available=True, speed_mbps=2.0, access="copper"),
    ]
    rows, evidence = ask(rules, "settlement_broadband", settlement_broadband=claims)
    found = states(rows)
    assert (found["unicom", "S1"], found["telecom", "S1"]) == ("covered", "gap")
    assert found["cmcc", "S1"] == "unknown"
    assert found["any", "S1"] == "covered"
    # All that report say no: a gap, whoever else exists.
    assert found["any", "S2"] == "gap"
    assert rows.loc[("unicom", "S2"), "reason"] == "broadband_too_slow"
    assert not rows["disputed"].any()
    assert set(evidence["owner"]) == {"unicom", "telecom"}


def test_a_carrier_that_contradicts_itself_is_disputed_and_proves_nothing(rules):
    claims = [
        broadband("unicom", "S1", available=True, speed_mbps=100.0),
        broadband("unicom", "S1", "2", available=False),
    ]
    rows, _ = ask(rules, "settlement_broadband", settlement_broadband=claims)
    assert rows.loc[("unicom", "S1"), ["state", "disputed"]].tolist() == ["unknown", True]
    assert rows.loc[("any", "S1"), ["state", "disputed"]].tolist() == ["unknown", True]
    claims.append(broadband("telecom", "S1", available=True))
    rows, _ = ask(rules, "settlement_broadband", settlement_broadband=claims)
    row = rows.loc[("any", "S1")]
    assert (row["state"], row["disputed"], row["condition"]) == (
        "covered", False, "speed_unknown",
    )  # fmt: skip


def test_fibre_in_settlements_asks_for_the_kind_of_access(rules):
    claims = [
        broadband("unicom", "S1", available=True, access="copper"),
        broadband("telecom", "S1", available=True, access=None),
    ]
    rows, _ = ask(rules, "natural_village_fibre", settlement_broadband=claims)
    assert rows.loc[("unicom", "S1"), "reason"] == "broadband_other_access"
    assert states(rows)["telecom", "S1"] == "unknown"
    assert ("any", "S2") not in rows.index  # 19 households


def test_a_public_place_needs_a_hotspot_in_service(rules):
    def hotspot(owner, place, **values):
        return record(
            "wlan_hotspot", owner, at(2000, 900), source_id=f"{place}{owner}", unit_code=C,
            subject_id=place, **values,
        )  # fmt: skip

    rows, _ = ask(rules, "wlan_public", wlan_hotspot=[hotspot("cmcc", "C-library")])
    assert states(rows)["any", "C-library"] == "covered"
    dead = [hotspot("cmcc", "C-library", state="out_of_service"), hotspot("telecom", "")]
    rows, _ = ask(rules, "wlan_public", wlan_hotspot=dead)
    assert rows.loc[("cmcc", "C-library"), "reason"] == "hotspot_out_of_service"
    assert rows.loc[("telecom", "C-library"), "reason"] == "hotspot_none"
    assert states(rows)["unicom", "C-library"] == "unknown"
    assert states(rows)["any", "C-library"] == "gap"


def estate(owner, name, households, fibre, **values):
    return record(
        "ftth_community", owner, unit_code=C, name=name, households=households,
        households_fibre=fibre, **values,
    )  # fmt: skip


def numbers(row):
    return tuple(int(row[name]) for name in ("numerator", "denominator", "unknown"))


def test_urban_fibre_counts_households_and_an_estate_once(rules):
    estates = [
        estate("unicom", "阳光花园", 200, 150),
        estate("telecom", "阳光 花园", 210, 210),
        estate("telecom", "御景苑", 90, 45),
    ]
    rows, _ = ask(rules, "urban_ftth", ftth_community=estates)
    assert numbers(rows.loc[("any", C)]) == (255, 300, 0)
    assert states(rows)["any", C] == "gap"
    assert numbers(rows.loc[("unicom", C)]) == (150, 200, 0)
    assert numbers(rows.loc[("cmcc", C)]) == (0, 0, 100)
    rows, _ = ask(rules, "urban_ftth", ftth_community=estates[1:2])
    assert states(rows)["any", C] == "covered"
    later = [estate("unicom", "新城", 10, 0, built="2024-02-01"), *estates[1:2]]
    rows, _ = ask(rules, "urban_ftth", ftth_community=later)
    assert numbers(rows.loc[("any", C)]) == (210, 210, 0)


def test_cable_is_a_rate_and_silence_is_unknown(rules):
    claims = [
        record(
            "cable_tv", "cbn", unit_code=A, record_id="tv", households=60, households_digital=58,
            households_two_way=0,
        )
    ]  # fmt: skip
    rows, _ = ask(rules, "digital_tv", cable_tv=claims)
    assert numbers(rows.loc[("", A)]) == (58, 60, 0)
    assert states(rows)["", A] == "covered"
    assert numbers(rows.loc[("", B)]) == (0, 0, 100)
    rows, _ = ask(rules, "two_way_tv", cable_tv=claims)
    assert states(rows)["", A] == "gap"


def penetration(users, method, owner="cmcc", number="1", **values):
    return record(
        "internet_penetration", owner, county_name="县990001", population=1000, users=users,
        method=method, record_id=f"{owner}{method}{number}", **values,
    )  # fmt: skip


def test_penetration_prefers_the_survey_and_calls_a_proxy_one(rules):
    area = ("", "990001")
    both = [penetration(449, "survey"), penetration(900, "subscribers")]
    rows, _ = ask(rules, "internet_penetration", internet_penetration=both)
    assert numbers(rows.loc[area]) == (449, 1000, 0)
    assert rows.loc[area, ["state", "condition"]].tolist() == ["gap", ""]
    proxies = [penetration(300, "subscribers"), penetration(150, "subscribers", "unicom")]
    rows, _ = ask(rules, "internet_penetration", internet_penetration=proxies)
    assert numbers(rows.loc[area]) == (450, 1000, 0)
    assert rows.loc[area, ["state", "condition"]].tolist() == ["covered", "proxy"]
    two = [penetration(449, "survey"), penetration(500, "survey", number="2")]
    rows, _ = ask(rules, "internet_penetration", internet_penetration=two)
    assert rows.loc[area, ["state", "disputed"]].tolist() == ["unknown", True]
    assert numbers(rows.loc[area]) == (0, 0, 900)
    township = [penetration(449, "survey", township_name="某镇")]
    rows, _ = ask(rules, "internet_penetration", internet_penetration=township)
    assert states(rows)[area] == "unknown"
