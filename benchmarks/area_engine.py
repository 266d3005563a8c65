"""How fast the area engine is, and what gridding adds, per kind of terrain.

``python -m benchmarks.area_engine``: one mast, 10 km, 30 m, one core, terrain in memory. A pixel
is a distinct cell of the grid; the time is the processor's, so that other work on the machine does
not count. The reference predicts some of the same pixels one by one in the same run.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks.table import print_machine, print_table
from coverage_map.propagation import Environment, Link, Path, Zone, predict_p1812
from coverage_map.propagation.area import Ground, Mast, Pattern, make_pattern, predict_area

SIZE, CELL_M, RADIUS_KM, THRESHOLD_DB = 701, 30.0, 10.0, 142.0
MAST = Mast(row=350.0, column=350.0, latitude_deg=34.1)
ONE = [Link(1.8, 35, 1.5)]
FOUR = [Link(frequency_ghz, 35, 1.5) for frequency_ghz in (0.8, 0.9, 1.8, 2.6)]
AIR = Environment(location_deviation_db=0.0)

Raster = NDArray[np.float64]


def make_grounds(seed: int = 1) -> dict[str, Ground]:
    """Make the kinds of terrain: rolling, steep, sharp-edged, flat, built upon."""
    rng = np.random.default_rng(seed)

    def soft(cells: float) -> Raster:
        noise = gaussian_filter(rng.normal(0, 1, (SIZE, SIZE)), cells)
        return np.asarray(noise / noise.std())

    bare = np.zeros((SIZE, SIZE))
    rows, columns = np.mgrid[:SIZE, :SIZE]
    ridges = 200 + 5 * soft(10)
    ridges += 120 * np.exp(-(((columns * 0.6 + rows * 0.8 - 620) / 3) ** 2))
    ridges += 60 * np.exp(-(((columns * 0.9 - rows * 0.3 - 120) / 2) ** 2))
    villages = np.where(soft(5) > 1, 10.0, 0.0)
    plain = 60 + np.round(soft(20) + rng.normal(0, 0.7, (SIZE, SIZE)))  # metres, as in SRTM
    hills = 200 + 40 * soft(8)
    kinds = {
        "hills, 40 m": (hills, bare),
        "mountains, 80 m": (300 + 80 * soft(15), bare),
        "sharp ridges": (ridges, bare),
        "single-cell walls": (bare + 60, _walls(rng)),
        "plain in whole metres": (plain, bare),
        "plain with villages": (plain, villages),
        "hills with villages": (hills, villages),
    }
    return {
        name: Ground(terrain.astype(np.float32), clutter.astype(np.float32), CELL_M)
        for name, (terrain, clutter) in kinds.items()
    }


def _walls(rng: np.random.Generator) -> Raster:
    walls = np.zeros((SIZE, SIZE))
    for _ in range(300):
        row, column = rng.integers(0, SIZE - 40, 2)
        length = rng.integers(5, 40)
        if rng.random() < 0.5:
            walls[row, column : column + length] = 20
        else:
            walls[row : row + length, column] = 20
    return walls


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's time for the second of two runs: the first may compile."""
    work()
    start = time.process_time()
    work()
    return time.process_time() - start


def exact_pattern(pattern: Pattern, count: int) -> Pattern:
    """Return a pattern of some pixels, each with a radial of its own right through it."""
    chosen = np.sort(np.random.default_rng(2).choice(len(pattern.pixel), count, replace=False))
    rows, columns = np.divmod(pattern.pixel[chosen], SIZE)
    azimuth_rad = np.arctan2(columns - MAST.column, MAST.row - rows)
    return Pattern(
        SIZE,
        SIZE,
        np.arange(count + 1),
        pattern.pixel[chosen],
        pattern.distance_km[chosen],
        azimuth_rad,
    )


def reference_pixels_per_second(ground: Ground, count: int = 300) -> float:
    """Predict pixels due east of the mast by the reference, from 0.5 to 10 km."""
    ends = np.linspace(17, 333, count).astype(int)
    row, column = int(MAST.row), int(MAST.column)
    paths = [
        Path(
            np.arange(end + 1) * CELL_M / 1e3,
            ground.terrain_m[row, column : column + end + 1].astype(np.float64),
            ground.clutter_m[row, column : column + end + 1].astype(np.float64),
            np.full(end + 1, Zone.INLAND),
            MAST.latitude_deg,
            90.0,
        )
        for end in ends
    ]
    return count / seconds(lambda: [predict_p1812(path, ONE[0], AIR) for path in paths])


def measure(name: str, ground: Ground) -> list[object]:
    """Return one row of the table."""
    shape = (SIZE, SIZE)
    pattern = make_pattern(shape, MAST.row, MAST.column, CELL_M, RADIUS_KM)
    pixels = len(pattern.pixel)
    pattern_s = seconds(lambda: make_pattern(shape, MAST.row, MAST.column, CELL_M, RADIUS_KM))
    one_s = seconds(lambda: predict_area(ground, MAST, ONE, AIR, RADIUS_KM, pattern))
    four_s = seconds(lambda: predict_area(ground, MAST, FOUR, AIR, RADIUS_KM, pattern))
    reference = reference_pixels_per_second(ground)
    exact = exact_pattern(pattern, 20_000)
    swept, right = (
        predict_area(ground, MAST, ONE, AIR, RADIUS_KM, each)[0].ravel()[exact.pixel]
        for each in (pattern, exact)
    )
    error = swept - right
    crossed = np.mean((swept <= THRESHOLD_DB) != (right <= THRESHOLD_DB))
    return [
        name,
        f"{pixels / (one_s + pattern_s) / 1e6:.2f}",
        f"{4 * pixels / (four_s + pattern_s) / 1e6:.2f}",
        f"{reference:,.0f}",
        f"{pixels / (one_s + pattern_s) / reference:,.0f}",
        f"{np.sqrt(np.mean(error**2)):.2f}",
        f"{np.quantile(np.abs(error), 0.99):.1f}",
        f"{crossed:.2%}",
    ]


def main() -> None:
    rows = [measure(name, ground) for name, ground in make_grounds().items()]
    header = [
        "terrain",
        "M pixels/s, 1,800 MHz",
        "M band-pixels/s, four bands",
        "reference, pixels/s",
        "times faster",
        "gridding, dB rms",
        "99 %, dB",
        f"other side of {THRESHOLD_DB:.0f} dB",
    ]
    print_table("P.1812, one mast, 10 km, 30 m, one core", header, rows)
    print_machine()


if __name__ == "__main__":
    main()
