"""Land cover on a metric grid, and what it means to a radio wave: clutter category and height.

Products' classes are read through class maps (``classes/*.toml``), each with its source.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geodata.crs import to_cgcs2000
from geodata.errors import DataFileError, Fault, FileRefusedError, Place
from geodata.terrain.native import Clean, OpenFiles
from geodata.terrain.raster import Grid, Raster
from geodata.terrain.resampling import describe_classes, resample_classes
from geodata.terrain.sources import RasterSource

# Categories of ITU-R P.1812-6 Table 2, by the names the propagation models know them by.
CATEGORIES = ("water_sea", "open_rural", "suburban", "urban_trees_forest", "dense_urban")
_CODES = 32768  # classes are int16


@dataclass(frozen=True)
class ClassMap:
    """What the codes of a product stand for: name, category and height in metres of each."""

    name: str
    source: str
    file: str
    nodata: int
    names: Mapping[int, str]
    categories: Mapping[int, str]
    heights_m: Mapping[int, float]


@dataclass(frozen=True)
class LandCover:
    """Classes on a grid, the map that explains them, and how they came to the grid.

    ``method``: ``nearest`` or ``majority``; ``missing``: part of the grid without a class.
    """

    raster: Raster
    class_map: ClassMap
    method: str
    missing: float
    faults: tuple[Fault, ...]

    def clutter_m(self) -> Raster:
        """Return the representative clutter height of each cell, NaN where no class is known."""
        table = np.full(_CODES, np.nan, dtype=np.float32)
        for code, height in self.class_map.heights_m.items():
            table[code] = height
        table[self.class_map.nodata] = np.nan
        return Raster(table[self.raster.values], self.raster.grid, "m", float("nan"))

    def categories(self) -> NDArray[np.int16]:
        """Return each cell's category as its place in ``CATEGORIES``, -1 where none is known."""
        table = np.full(_CODES, -1, dtype=np.int16)
        for code, name in self.class_map.categories.items():
            table[code] = CATEGORIES.index(name)
        return np.asarray(table[self.raster.values])


def list_class_maps() -> tuple[str, ...]:
    """List the names of the class maps that come with the product."""
    folder = files("geodata.terrain") / "classes"
    return tuple(sorted(each.name[:-5] for each in folder.iterdir() if each.name.endswith(".toml")))


@cache
def read_class_map(name: str | Path) -> ClassMap:
    """Read a class map that comes with the product, or a file of the same form.

    Raises:
        DataFileError: ``class_map_unknown`` or ``class_map_broken``.
    """
    if isinstance(name, str) and name not in list_class_maps():
        raise DataFileError(
            "class_map_unknown", Place(value=name), known=", ".join(list_class_maps())
        )
    path = name if isinstance(name, Path) else files("geodata.terrain") / "classes" / f"{name}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        classes = {int(code): entry for code, entry in data["class"].items()}
        found = ClassMap(
            name=data["name"],
            source=data["source"],
            file=data["file"],
            nodata=int(data["nodata"]),
            names={code: entry["name"] for code, entry in classes.items()},
            categories={code: entry["category"] for code, entry in classes.items()},
            heights_m={code: float(entry["height_m"]) for code, entry in classes.items()},
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataFileError("class_map_broken", Place(file=str(name)), why=str(error)) from error
    strange = sorted(set(found.categories.values()) - set(CATEGORIES))
    if strange or not all(0 <= code < _CODES for code in classes):
        raise DataFileError("class_map_broken", Place(file=str(name)), why=", ".join(strange))
    return found


def read_landcover(sources: Sequence[RasterSource], grid: Grid, class_map: ClassMap) -> LandCover:
    """Read classes on a grid: nearest, or by majority where the source is finer.

    Args:
        sources: in order of priority, all of one product.
        grid: where classes are wanted.
        class_map: what their codes mean.

    Raises:
        FileRefusedError: ``landcover_class`` for a code the map does not name, with its place;
            ``landcover_values`` for values that are no classes; ``landcover_empty``.
    """
    with OpenFiles() as opened:
        found = resample_classes(sources, grid, _cleaner(class_map), opened, class_map.nodata)
    values = found.values.astype(np.int16)
    missing = float(np.mean(values == class_map.nodata))
    if missing == 1.0:
        raise FileRefusedError("landcover_empty", Place(file=sources[0].file))
    _refuse_unknown(values, found.origin, grid, class_map, sources)
    faults = []
    if missing:
        faults.append(
            Fault(
                "landcover_missing",
                Place(file=sources[0].file),
                {"share": f"{100 * missing:.3g}"},
                severity="warning",
            )
        )
    raster = Raster(values, grid, "class", float(class_map.nodata))
    return LandCover(raster, class_map, describe_classes(sources[0], grid), missing, tuple(faults))


def _cleaner(class_map: ClassMap) -> Clean:
    def clean(
        raw: NDArray[np.generic], source: RasterSource
    ) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        numbers = raw.astype(np.float64)
        missing = ~np.isfinite(numbers) | (numbers == class_map.nodata)
        if source.nodata is not None:
            missing |= numbers == source.nodata
        odd = ~missing & ((numbers != np.rint(numbers)) | (numbers < 0) | (numbers >= _CODES))
        if odd.any():
            value = f"{numbers[odd][0]:g}"
            raise FileRefusedError("landcover_values", Place(file=source.file, value=value))
        return np.where(missing, class_map.nodata, numbers).astype(np.int16), missing

    return clean


def _refuse_unknown(
    values: NDArray[np.int16],
    origin: NDArray[np.int16],
    grid: Grid,
    class_map: ClassMap,
    sources: Sequence[RasterSource],
) -> None:
    known = np.zeros(_CODES, dtype=bool)
    known[[*class_map.names, class_map.nodata]] = True
    unknown = ~known[values]
    if not unknown.any():
        return
    rows, columns = np.nonzero(unknown)
    code = int(values[rows[0], columns[0]])
    x, y = grid.centres()
    lon, lat = to_cgcs2000(x[columns[0]], y[rows[0]], grid.crs)
    raise FileRefusedError(
        "landcover_class",
        Place(file=sources[origin[rows[0], columns[0]]].file, value=str(code)),
        codes=", ".join(str(each) for each in np.unique(values[unknown])),
        cells=int(unknown.sum()),
        where=f"{float(lon):.4f}, {float(lat):.4f}",
        product=class_map.name,
    )
