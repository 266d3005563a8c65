"""Lists drawn at random from the sample: a system is right or asked, never silently wrong."""

import numpy as np
import pandas as pd
import pytest

from geodata.crs import from_cgcs2000
from geodata.errors import Place
from geodata.ingest.crs_choice import Group
from geodata.ingest.hypotheses import Positions, area_bounds, named_areas
from geodata.ingest.locate import locate
from geodata.ingest.report import TableAnswer
from geodata.match_words import unit_index
from geodata.register import read_register

DRAWS = 200
SYSTEMS = ["EPSG:4490", "GCJ-02", "BD-09", "EPSG:4526", "EPSG:4547", "EPSG:4508", "EPSG:3857"]


@pytest.fixture(scope="module")
def register(sample_folder):
    return read_register(sample_folder / "register")


@pytest.fixture(scope="module")
def records(sample_folder, register):
    """Return the true places of all records of the sample, with the number of their county."""
    found = pd.read_parquet(sample_folder / "truth" / "records.parquet")
    found = found[found["lon"].notna() & (found["unit_code"] != "")]
    counties = register.units.set_index("code")["county_code"]
    names = register.counties.set_index("code")["name"]
    county = found["unit_code"].map(counties).map(names)
    area, outlines = named_areas(
        pd.DataFrame({"county_name": county.to_numpy()}), register, unit_index(register)
    )
    return found[["lon", "lat"]].to_numpy(), area, outlines


def draw(records, register, random):
    """Return a list of random length in a random system, some of whose rows name a wrong county."""
    places, area, outlines = records
    count = int(np.exp(random.uniform(np.log(8), np.log(1500))))
    rows = random.choice(len(places), count, replace=False)
    mistaken = random.random(count) < random.choice([0.0, 0.03, 0.08])
    named = np.where(mistaken, random.integers(0, len(outlines), count), area[rows])
    if random.random() < 0.1:
        named = np.full(count, -1)
    system = str(random.choice(SYSTEMS))
    x, y = from_cgcs2000(places[rows, 0], places[rows, 1], system)
    if random.random() < 0.1:
        x, y = y, x
    return system, Positions(x, y, named, outlines, area_bounds(register))


def found(positions, claim):
    rows = np.arange(len(positions.x))
    return locate(positions, [Group("", rows, claim)], list, TableAnswer(), Place())


def test_what_is_taken_is_right(records, register):
    random = np.random.default_rng(20131)
    taken, asked, long_asked = 0, 0, 0
    for number in range(DRAWS):
        system, positions = draw(records, register, random)
        located = found(positions, "")
        if located.questions:
            asked += 1
            long_asked += len(positions.x) >= 400 and (positions.area >= 0).any()
            assert system in located.questions[0].options, number
        else:
            taken += 1
            assert located.choice.chosen == system, (number, located.choice)
    assert taken > DRAWS / 2
    assert long_asked == 0


@pytest.mark.parametrize("claim", ["EPSG:4326", "EPSG:4490", "GCJ-02"])
def test_a_claim_that_lies_is_contradicted_doubted_or_named_as_the_only_ground(
    records, register, claim
):
    random = np.random.default_rng(7)
    for number in range(DRAWS):
        system, positions = draw(records, register, random)
        located = found(positions, claim)
        codes = {fault.code for fault in located.faults}
        choice = located.choice
        if choice.chosen == system:
            assert "crs_contradicted" in codes or claim in {system, "EPSG:4326"}, number
        elif choice.chosen:
            # The word of whoever chose a system, with nothing against it, and it is said so.
            assert (choice.decided_by, claim != "EPSG:4326") == ("file", True), (number, choice)
            assert "crs_by_claim" in codes, number
        else:
            assert located.questions, number
