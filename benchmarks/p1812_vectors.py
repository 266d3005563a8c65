"""How exactly published validation logs of ITU-R P.1812 are met, quantity by quantity.

``python -m benchmarks.p1812_vectors [FOLDER]``: a folder with ``profiles/NAME.csv`` and
``results/NAME_N_log.csv``; without one, the part of the published set that the tests carry.
Ends with status 1 where a quantity differs by more than 0.01 and more than 1e-6 of itself.
"""

import argparse
import sys
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path as FilePath

from benchmarks.table import print_machine, print_table
from coverage_map.propagation import Environment, Link, predict_p1812
from coverage_map.propagation.great_circle import find_bearing_deg
from coverage_map.propagation.p1812_log import log_rows
from coverage_map.propagation.sg3_profile import Sg3Profile, parse_sg3_profile

VECTORS = FilePath(__file__).parents[1] / "tests/coverage_map/propagation/p1812_vectors"
ABSOLUTE, RELATIVE = 0.01, 1e-6
_POLARISATION = {1: "horizontal", 2: "vertical"}

LogLine = tuple[str, str, float]


@dataclass(frozen=True)
class Deviation:
    """One quantity: as published and as computed here."""

    name: str
    published: float
    computed: float

    @property
    def absolute(self) -> float:
        return abs(self.computed - self.published)

    @property
    def relative(self) -> float:
        return self.absolute / abs(self.published) if self.published else self.absolute

    @property
    def met(self) -> bool:
        return self.absolute <= ABSOLUTE or self.relative <= RELATIVE


def read_log(text: str) -> list[LogLine]:
    """Return the lines of a log: parameter, reference, value; a parameter may hold commas."""
    rows = [line.strip().rstrip(",").split(",") for line in text.splitlines()]
    return [
        (",".join(row[:-3]).strip(), row[-3], float(row[-1]))
        for row in rows
        if len(row) > 3 and not row[0].startswith("#")
    ]


def compare_log(profile: Sg3Profile, lines: list[LogLine]) -> list[Deviation]:
    """Compute what a log holds from the inputs that it names, and compare every line.

    A line that is not known here counts as missed.
    """
    given = {name: value for name, reference, value in lines if not reference}
    ends = [given[f"{name} (deg)"] for name in ("phi_t", "lam_t", "phi_r", "lam_r")]
    path = replace(
        profile.path,
        tx_latitude_deg=ends[0],
        azimuth_deg=find_bearing_deg(*ends),
        coast_tx_km=given["dct (km)"],
        coast_rx_km=given["dcr (km)"],
    )
    link = Link(
        frequency_ghz=given["f (GHz)"],
        tx_height_m=given["htg (m)"],
        rx_height_m=given["hrg (m)"],
        polarisation=_POLARISATION[int(given["pol"])],
        time_percent=given["p (%)"],
        location_percent=given["pL (%)"],
    )
    environment = Environment(
        delta_n=given["DN"], n0=given["N0"], location_deviation_db=given["sigmaL (dB)"]
    )
    prediction = predict_p1812(path, link, environment)
    computed = {(name, ref): value for name, ref, value in log_rows(prediction, given["Ptx (kW)"])}
    computed["R2 (m)", ""] = float(path.clutter_m[1])
    computed["Rn-1 (m)", ""] = float(path.clutter_m[-2])
    start = lines.index(next(line for line in lines if line[0] == "R2 (m)"))
    return [
        Deviation(f"{name} {reference}".strip(), value, computed.get((name, reference), nan))
        for name, reference, value in lines[start:]
    ]


def compare_measurements(profile: Sg3Profile) -> list[Deviation]:
    """Compare the losses that the profile's own measurement lines carry."""
    environment = Environment(profile.delta_n, profile.n0, location_deviation_db=0.0)
    return [
        Deviation("Lb", loss_db, predict_p1812(profile.path, link, environment).loss_db)
        for link, loss_db in zip(profile.links, profile.loss_db, strict=True)
    ]


def compare_folder(folder: FilePath) -> dict[str, list[Deviation]]:
    """Compare all logs and measurement lines of a folder, by file."""
    profiles = {
        file.stem: parse_sg3_profile(file.read_text("utf-8"))
        for file in sorted(folder.glob("profiles/*.csv"))
    }
    compared: dict[str, list[Deviation]] = {}
    for file in sorted(folder.glob("results/*_log.csv")):
        name = file.name.removesuffix("_log.csv").rpartition("_")[0]
        lines = read_log(file.read_text("utf-8"))
        compared[f"results/{file.name}"] = compare_log(profiles[name], lines)
    for name, profile in profiles.items():
        compared[f"profiles/{name}.csv"] = compare_measurements(profile)
    return compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=FilePath, default=VECTORS)
    compared = compare_folder(parser.parse_args().folder)
    rows = []
    for name, deviations in compared.items():
        worst = max(deviations, key=lambda deviation: min(deviation.absolute, deviation.relative))
        rows.append(
            [
                f"`{name}`",
                len(deviations),
                f"{max(deviation.absolute for deviation in deviations):.0e}",
                f"{max(deviation.relative for deviation in deviations):.0e}",
                worst.name,
                sum(not deviation.met for deviation in deviations),
            ]
        )
    header = ["file", "quantities", "largest deviation", "relative", "in", "missed"]
    print_table("ITU-R P.1812-6", header, rows)
    everything = [deviation for deviations in compared.values() for deviation in deviations]
    print(f"\n{len(everything)} quantities, {sum(not each.met for each in everything)} missed.")
    print_machine()
    sys.exit(any(not deviation.met for deviation in everything))


if __name__ == "__main__":
    main()
