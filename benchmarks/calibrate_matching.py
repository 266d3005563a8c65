"""Count how often each way of matching is right, and how well the confidences fit.

``python -m benchmarks.calibrate_matching --write`` counts on generated files of the sample city and
writes ``geodata/calibration.toml``; without ``--write`` it measures on files of another seed.
"""

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from benchmarks.place_words import make_file, make_world
from benchmarks.table import print_machine, print_table
from geodata.match_confidence import AGREEMENTS
from geodata.match_evidence import weigh
from geodata.match_words import resolve_words, unit_index
from geodata.matching import middle_points
from geodata.register import Register
from geodata.sample.city import build_city
from geodata.sample.source_tables import read_source

FIT_SEED, TEST_SEED = 2024, 7
FILES = 200
BINS = 10


def sample_register(seed: int = 2023) -> Register:
    """Return the sample city's register without its files."""
    city_stream = np.random.default_rng(seed).spawn(3)[0]
    return build_city(read_source(), city_stream).register


def match_files(register: Register, seed: int, count: int) -> pd.DataFrame:
    """Match generated files; return a row a record: truth, unit, how, agreement, confidence …."""
    return pd.concat(list(_matched(register, seed, count)), ignore_index=True)


def _matched(register: Register, seed: int, count: int) -> Iterator[pd.DataFrame]:
    world, index = make_world(register), unit_index(register)
    for stream in np.random.default_rng(seed).spawn(count):
        frame: gpd.GeoDataFrame = make_file(world, stream)
        saids, of_row = resolve_words(frame, index)
        shapes = frame.geometry.to_numpy()
        found = weigh(saids, of_row, shapes, middle_points(frame.geometry), register)
        reviewed = [bool(found.notes.get(row, {}).get("review")) for row in range(len(frame))]
        yield pd.DataFrame(
            {
                "truth": frame["truth"],
                "slip": frame["slip"],
                "unit": found.unit,
                "how": found.how,
                "agreement": np.array(AGREEMENTS)[found.agreement],
                "confidence": found.confidence,
                "queued": reviewed,
                "note": [
                    json.dumps(found.notes.get(row, {}), ensure_ascii=False)
                    for row in range(len(frame))
                ],
                "words": frame[["county_name", "township_name", "village_name", "given_code"]]
                .agg(" ".join, axis=1)
                .str.cat(frame["address"] + frame["name"], sep=" "),
            }
        )


def count_rates(matched: pd.DataFrame) -> pd.DataFrame:
    """Count cases and right ones of every way."""
    hit = matched[matched["unit"] != ""]
    right = hit.assign(right=(hit["unit"] == hit["truth"]).astype(int), cases=1)
    return right.groupby(["how", "agreement"])[["right", "cases"]].sum().reset_index()


def write_rates(rates: pd.DataFrame, path: Path, rows: int) -> None:
    """Write the counts as ``calibration.toml``."""
    lines = [
        "# How often each way of matching was right, counted on generated files of the sample",
        "# city (benchmarks/place_words.toml) by: python -m benchmarks.calibrate_matching --write",
        f'made = "{dt.datetime.now(dt.UTC).date().isoformat()}"',
        f"seed = {FIT_SEED}",
        f"files = {FILES}",
        f"rows = {rows}",
        "",
        "rate = [",
        *(
            f'    {{ how = "{row.how}", agreement = "{row.agreement}",'
            f" right = {row.right}, cases = {row.cases} }},"
            for row in rates.itertuples()
        ),
        "]",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def calibration_error(confidence: pd.Series, right: pd.Series) -> float:
    """Return the expected calibration error over ten bins of equal width."""
    bins = np.minimum((confidence.to_numpy() * BINS).astype(int), BINS - 1)
    error = 0.0
    for one in np.unique(bins):
        mine = bins == one
        error += abs(confidence[mine].mean() - right[mine].mean()) * mine.mean()
    return error


def measure(register: Register, count: int = FILES) -> pd.DataFrame:
    """Measure matching on files that the confidences were not counted on; print the table."""
    matched = match_files(register, TEST_SEED, count)
    hit = matched[matched["unit"] != ""]
    right = hit["unit"] == hit["truth"]
    sure = hit["queued"].eq(other=False)
    known = matched["truth"] != ""
    print_table(
        "Matching on generated place words",
        ("rows", "precision", "of rows not queued", "recall", "queued", "calibration error"),
        [
            (
                len(matched),
                f"{right.mean():.2%}",
                f"{right[sure].mean():.2%}",
                f"{right.sum() / known.sum():.2%}",
                f"{matched['queued'].mean():.2%}",
                f"{calibration_error(hit['confidence'], right):.4f}",
            )
        ],
    )
    return matched


def main() -> None:
    """Count and write, or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write geodata/calibration.toml")
    arguments = parser.parse_args()
    register = sample_register()
    if arguments.write:
        matched = match_files(register, FIT_SEED, FILES)
        path = Path(str(files("geodata"))) / "calibration.toml"
        write_rates(count_rates(matched), path, len(matched))
        return
    print_machine()
    measure(register)


if __name__ == "__main__":
    main()
