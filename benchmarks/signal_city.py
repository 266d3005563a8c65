"""The signal of the whole sample city: every mast, every cell, both cores, nothing stored.

``python -m benchmarks.signal_city [masts]``: profiles at 30 m, output at 100 m, out to 10 km or
-125 dBm, best servers, power and chances of service of all networks. With a number only so many
masts, evenly taken, are laid. Wall time and the processors' time, largest memory of a process.
"""

import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.table import print_machine, print_table
from coverage_map.signal.blocks import MastCells, World, lay_city
from coverage_map.signal.cells import Cell, gather_cells
from coverage_map.signal.lattice import Lattice, Window
from coverage_map.signal.mast import LOWEST, Position
from coverage_map.signal.points import COVERED, all_pixels, find_states
from coverage_map.signal.roster import enrol
from coverage_map.signal.settings import read_signal_settings
from geodata.antennas.cells import describe_cells
from geodata.bands import band_of_mhz
from geodata.crs import from_cgcs2000
from geodata.records import read_values
from geodata.sample.city import City, build_city
from geodata.sample.landcover import write_landcover
from geodata.sample.networks import OPERATORS, model_sites, model_towers, read_ground
from geodata.sample.people import stem
from geodata.sample.radio import model_cells
from geodata.sample.source_tables import SOURCE, read_source
from geodata.sample.terrain import write_terrain
from geodata.terrain.elevation import read_window
from geodata.terrain.landcover import read_class_map, read_landcover
from geodata.terrain.sources import open_sources

CRS, STEP_M, PROFILE_M, SIDE_KM, PROCESSES = "EPSG:4547", 100.0, 30.0, 15.0, 2


def model_masts(city: City, rng: np.random.Generator) -> list[MastCells]:
    """Model the cells of all operators; those at one place hang on one mast."""
    settings = tomllib.loads((SOURCE / "carriers.toml").read_text(encoding="utf-8"))
    ground = read_ground(city, settings, stem(city.register.units["name"]))
    towers = model_towers(city, ground, settings, rng)
    parts = []
    for number, owner in enumerate(OPERATORS):
        sites = model_sites(city, ground, towers, owner, settings, rng).reset_index(drop=True)
        cells = model_cells(sites, settings["layers"][owner], 1000 * number, rng)
        parts.append(cells.assign(owner=owner, frequency_mhz=cells["mhz"]))
    frame = pd.concat(parts, ignore_index=True)
    spellings = read_values()["technology"]
    said = {word: name for name, each in spellings.items() for word in (name, *each)}
    frame["technology"] = frame["technology"].map(said)
    frame["band"] = band_of_mhz(frame["mhz"].to_numpy(dtype=np.float64))
    frame["record_id"] = [f"c{row:06d}" for row in range(len(frame))]
    cells = gather_cells(frame, describe_cells(frame))
    return list(_by_place(frame, cells))


def _by_place(frame: pd.DataFrame, cells: tuple[Cell, ...]) -> Iterator[MastCells]:
    places = frame[["lon", "lat"]].round(6)
    x, y = from_cgcs2000(places["lon"], places["lat"], CRS)
    for (lon, lat), rows in places.groupby(["lon", "lat"]).indices.items():
        hung = tuple(cells[row] for row in rows)
        if all(each.indoor for each in hung):
            continue
        at = Position(float(x[rows[0]]), float(y[rows[0]]), float(lon), float(lat))
        yield MastCells(f"{lon},{lat}", at, hung)


def main() -> None:
    settings, lattice = read_signal_settings(), Lattice(CRS, STEP_M)
    streams = np.random.default_rng(2023).spawn(4)
    source = read_source()
    city = build_city(source, streams[0])
    masts = model_masts(city, streams[2])
    if len(sys.argv) > 1:
        chosen = np.linspace(0, len(masts) - 1, int(sys.argv[1])).astype(int)
        masts = [masts[place] for place in chosen]
    bounds = tuple(city.register.counties.total_bounds)
    with tempfile.TemporaryDirectory() as folder:
        path, cover = Path(folder) / "terrain.tif", Path(folder) / "landcover.tif"
        write_terrain(path, source.relief, bounds, source.model["terrain"], streams[1])
        write_landcover(cover, path, city.register, source.model["landcover"], streams[3])
        terrain = read_window(open_sources([path])[0], bounds, "EPSG:4490", step_m=PROFILE_M).raster
        classes = read_class_map("worldcover")
        clutter = read_landcover(open_sources([cover])[0], terrain.grid, classes).clutter_m()
    print_machine()
    west, south, east, north = terrain.grid.bounds
    step = int(STEP_M)
    whole = Window(
        int(-north // step), int(west // step),
        int((north - south) // step), int((east - west) // step),
    )  # fmt: skip
    roster = enrol(each for mast in masts for each in mast.cells)
    world = World(terrain, np.asarray(clutter.values), lattice, roster, settings)
    _forget_peak()
    began, used = time.perf_counter(), _processor_s()
    tile, faults = lay_city(masts, whole, world, SIDE_KM, PROCESSES)
    wall_s, processor_s = time.perf_counter() - began, _processor_s() - used
    cells = sum(len(mast.cells) for mast in masts)
    print_table(
        "The sample city",
        ["masts", "cells", "masts with faults", "wall s", "processor s", "ms/mast", "peak GB"],
        [
            [
                len(masts), cells, len(faults), f"{wall_s:.0f}", f"{processor_s:.0f}",
                f"{1e3 * processor_s / len(masts):.0f}", f"{_peak_gb():.1f}",
            ]
        ],
    )  # fmt: skip
    states = find_states(all_pixels(tile), roster, settings)
    rows = [
        [each.operator, each.technology, f"{(tile.best[n] >= LOWEST).mean():.1%}",
         f"{(states[n] == COVERED).mean():.1%}"]
        for n, each in enumerate(roster.networks)
    ]  # fmt: skip
    print_table("Share of the window", ["operator", "generation", "heard", "usable"], rows)


def _processor_s() -> float:
    whom = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    uses = [resource.getrusage(who) for who in whom]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _peak_gb() -> float:
    """Return this process' peak since ``_forget_peak``, and the largest child's for each."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return (own + PROCESSES * child) / 1024**2


def _forget_peak() -> None:
    """Forget what building the sample took (Linux, proc(5): clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


if __name__ == "__main__":
    main()
