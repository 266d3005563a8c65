"""How far calibration brings predictions to a known truth, and whether stated intervals hold.

``python -m benchmarks.calibration [SEEDS]``: made-up towns of 6 km with roads that are driven in
part. The truth is a prediction plus errors of network, band, clutter and distance, shadowing that
is correlated in space, places within a bin, and a share of wild values. What was not driven is
asked: the other roads, and places off any road. Each held-out value is a place's own level.
"""

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.table import print_machine, print_table
from coverage_map.calibration import apply_calibration, calibrate, find_interval

EDGE_M, BIN_M, ROAD_M = 6_000.0, 50.0, 500.0
MAST_M = np.array([[1_500.0, 1_500.0], [4_500.0, 2_000.0], [3_000.0, 4_800.0]])
CLUTTER = np.array(["open", "village", "forest", "town"])
OFFSET_DB = {"open": 1.0, "village": -5.0, "forest": -9.0, "town": -3.0}
NETWORKS = {("cmcc", "1.8G"): 4.0, ("telecom", "800M"): -6.0}  # their own offsets, dB
MODEL_DEVIATION_DB = 9.0


@dataclass(frozen=True)
class Town:
    """What is true of shadowing in a town, and how much of it was driven."""

    name: str
    shadow_db: float
    length_m: float
    place_db: float
    driven: float
    smooth: bool = False  # squared-exponential shadowing: not the law that is fitted
    wild: float = 0.0  # share of bins that are off by some 20 dB


TOWNS = (
    Town("dense drives", 7.0, 120.0, 2.5, 0.5),
    Town("few drives", 7.0, 120.0, 2.5, 0.12),
    Town("long shadows", 6.0, 500.0, 2.0, 0.3),
    Town("another law of shadowing", 6.0, 200.0, 2.5, 0.4, smooth=True),
    Town("2 % wild values", 6.0, 150.0, 2.5, 0.4, wild=0.02),
)


def make_places(rng: np.random.Generator, driven: float) -> pd.DataFrame:
    """Return road bins, of which some segments are driven, and places off the roads."""
    along = np.arange(BIN_M / 2, EDGE_M, BIN_M)
    roads = np.arange(ROAD_M / 2, EDGE_M, ROAD_M)
    east = np.column_stack([np.tile(along, len(roads)), np.repeat(roads, len(along))])
    points = np.vstack([east, east[:, ::-1]])
    segment = np.arange(len(points)) // int(ROAD_M * 2 / BIN_M)
    taken = rng.permutation(segment.max() + 1) < driven * (segment.max() + 1)
    off = rng.uniform(0, EDGE_M, (400, 2))
    places = pd.DataFrame(np.vstack([points, off]), columns=["x_m", "y_m"])
    places["held"] = np.where(np.arange(len(places)) < len(points), "road", "off road")
    places.loc[np.flatnonzero(taken[segment]), "held"] = "driven"
    squares = rng.integers(0, len(CLUTTER), (20, 20))
    at = (places[["x_m", "y_m"]].to_numpy() // 300).astype(int)
    places["clutter"] = CLUTTER[squares[at[:, 0], at[:, 1]]]
    away = np.hypot(*(places[["x_m", "y_m"]].to_numpy()[:, None] - MAST_M).transpose(2, 0, 1))
    places["distance_km"] = np.maximum(away.min(axis=1), 30) / 1e3
    return places


def make_levels(rng: np.random.Generator, town: Town, places: pd.DataFrame, own: float) -> None:
    """Add predicted and true levels of one network to the places, in place."""
    points = places[["x_m", "y_m"]].to_numpy()
    apart = np.hypot(*(points[:, None] - points).transpose(2, 0, 1)) / town.length_m
    law = np.exp(-(apart**2) / 2) if town.smooth else np.exp(-apart)
    root = np.linalg.cholesky(law + 1e-6 * np.eye(len(law)))
    shadow = town.shadow_db * root @ rng.standard_normal(len(points))
    decades = np.log10(places["distance_km"])
    places["predicted_dbm"] = -88 - 35 * decades
    error = own + places["clutter"].map(OFFSET_DB) - 4 * decades + shadow
    error += town.place_db * rng.standard_normal(len(points))
    wild = (rng.random(len(points)) < town.wild) & (places["held"] == "driven")
    places["signal_dbm"] = places["predicted_dbm"] + error - wild * rng.normal(20, 5, len(points))


def measure_town(town: Town, seed: int) -> pd.DataFrame:
    """Calibrate by what was driven, and ask what was not."""
    rng = np.random.default_rng([seed, TOWNS.index(town)])
    places = make_places(rng, town.driven)
    parts = []
    for (operator, band), own in NETWORKS.items():
        part = places.assign(operator=operator, band=band)
        make_levels(rng, town, part, own)
        parts.append(part)
    world = pd.concat(parts, ignore_index=True)
    calibration = calibrate(world[world["held"] == "driven"])
    asked = []
    for (operator, band), part in world[world["held"] != "driven"].groupby(["operator", "band"]):
        predicted = part["predicted_dbm"].to_numpy()
        signal = apply_calibration(
            calibration,
            predicted,
            np.full(len(part), MODEL_DEVIATION_DB),
            operator=operator,
            band=band,
            clutter=part["clutter"].to_numpy(dtype=object),
            **{name: part[name].to_numpy() for name in ("distance_km", "x_m", "y_m")},
        )
        low, high = find_interval(signal)
        truth = part["signal_dbm"].to_numpy()
        asked.append(
            part.assign(
                before=truth - predicted,
                after=truth - signal.signal_dbm,
                inside=(truth >= low) & (truth <= high),
                width=high - low,
                near=signal.measured_share >= 0.2,
                bins=int((world["held"] == "driven").sum()),
            )
        )
    return pd.concat(asked, ignore_index=True).assign(town=town.name, seed=seed)


def summarise(asked: pd.DataFrame) -> list[object]:
    """Return a row of the table: errors before and after, and how often the interval holds."""
    by_seed = asked.groupby("seed")["inside"].mean() * 100
    rms = {name: float(np.sqrt((asked[name] ** 2).mean())) for name in ("before", "after")}
    return [
        len(asked),
        *(f"{asked[name].mean():+.1f} / {asked[name].std():.1f}" for name in rms),
        *(f"{value:.2f}" for value in rms.values()),
        f"{asked['width'].mean():.1f}",
        f"{asked['inside'].mean() * 100:.1f}",
        f"{by_seed.min():.1f}–{by_seed.max():.1f}",
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", nargs="?", type=int, default=10)
    seeds = parser.parse_args().seeds
    begin = time.perf_counter()
    worlds = [measure_town(town, seed) for town in TOWNS for seed in range(seeds)]
    asked = pd.concat(worlds, ignore_index=True)
    rows = []
    for town, part in asked.groupby("town", sort=False):
        bins = round(part["bins"].mean())
        for name, some in (
            ("all", part),
            ("near measurements", part[part["near"]]),
            ("far", part[~part["near"]]),
        ):
            rows.append([town, bins, name, *summarise(some)])
    rows.append(["all towns", "", "all", *summarise(asked)])
    header = ["town", "bins", "held out", "n", "mean / sd before, dB", "mean / sd after, dB"]
    header += ["rms before", "rms after", "90 % interval, dB", "holds, %", "by seed, %"]
    print_table(f"Calibration on known truth, {seeds} seeds", header, rows)
    print(f"\n{(time.perf_counter() - begin) / len(worlds):.1f} s a town")
    print_machine()


if __name__ == "__main__":
    main()
