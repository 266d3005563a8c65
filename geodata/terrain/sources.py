"""Rasters as people have them, opened without loading: where they lie, in what system and unit."""

import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import rasterio
import rasterio.coords
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError

from geodata.crs import CGCS2000, CrsRefusedError
from geodata.errors import Fault, FileRefusedError, Place, UsageError
from geodata.terrain.raster import Bounds, enclose, outline
from geodata.terrain.settings import Product, lies_beside, product_of, settings
from geodata.terrain.systems import carry, in_degrees, raster_system

_HGT_SIDES = (1201, 1801, 3601)  # 3, 2 and 1 arc seconds (GDAL, driver SRTMHGT)
_DEGREE_M = 111_132.0  # of latitude, at 45°
_UTF8_FLAG = 0x800  # of a member of a zip
_POLE_DEG = 91.0  # a raster of the globe may reach half a cell over
_TURN_DEG = 361.0


@dataclass(frozen=True)
class RasterSource:
    """One file's band: its address for GDAL, its name for people, and what it says of itself.

    ``crs`` is the horizontal system (see ``systems``), ``bounds`` CGCS2000 degrees, ``unit`` as
    the file or a person says it, "" for not said; what is stored times ``scale`` plus ``offset``
    is the value in that unit.
    """

    address: str
    file: str
    crs: str
    transform: Affine
    width: int
    height: int
    nodata: float | None
    unit: str
    scale: float
    offset: float
    bounds: Bounds
    cell_m: float
    product: Product | None


def open_sources(
    paths: Iterable[Path], crs: str = "", unit: str = "", nodata: float | None = None
) -> tuple[tuple[RasterSource, ...], tuple[Fault, ...]]:
    """Open files, folders and zips of rasters for reading by window; nothing is loaded.

    Args:
        paths: files in order of priority; a folder or zip stands for what lies in it, by name.
        crs: the system, where files do not say theirs (it does not overrule one that does).
        unit: the unit of the values, as a person states it; overrules the files.
        nodata: the value for no data, as a person states it; overrules the files.

    Returns:
        The sources, and a fault for each file that is none: they do not stop the others.

    Raises:
        FileRefusedError: not one of the files can be used; ``raster_none`` where there are none.
    """
    sources: list[RasterSource] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            members = _members(path)
        except FileRefusedError as error:
            faults.append(error.fault)
            continue
        for address, name in members:
            try:
                sources.append(_open(address, name, crs, unit, nodata))
            except FileRefusedError as error:
                faults.append(error.fault)
    if not sources:
        raise FileRefusedError.of(faults[0] if faults else Fault("raster_none"))
    return tuple(sources), tuple(faults)


def _members(path: Path) -> list[tuple[str, str]]:
    """List the addresses and names of the rasters a path stands for."""
    if path.is_dir():
        inner = [each for each in sorted(path.rglob("*")) if _is_raster(each.name)]
        inner += sorted(path.rglob("*.zip"))
        return [member for each in inner for member in _members(each)]
    if not path.exists():
        raise FileRefusedError("raster_missing", Place(file=path.name))
    if path.suffix.lower() != ".zip":
        return [(str(path), path.name)]
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if _is_raster(entry.filename)]
    except (zipfile.BadZipFile, OSError) as error:
        raise FileRefusedError("raster_unreadable", Place(file=path.name)) from error
    if not entries:
        raise FileRefusedError("raster_none", Place(file=path.name))
    entries.sort(key=lambda entry: entry.filename)
    return [(f"/vsizip/{path}/{entry.filename}", _shown_name(entry)) for entry in entries]


def _shown_name(entry: zipfile.ZipInfo) -> str:
    """Return a member's name for people: Windows writes GBK where zipfile reads CP437."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_FLAG and not name.isascii():
        name = name.encode("cp437", errors="replace").decode("gb18030", errors="replace")
    return Path(name).name


def _is_raster(name: str) -> bool:
    suffix = Path(name).suffix.lower()
    return suffix in settings()["beside"]["suffixes"] and not lies_beside(Path(name).name)


def _open(address: str, name: str, crs: str, unit: str, nodata: float | None) -> RasterSource:
    place = Place(file=name)
    try:
        with _quietly(), rasterio.open(address) as data:
            _refuse_what_is_no_grid(data, place)
            _refuse_truncated(data, address, place)
            claim = data.crs.to_wkt() if data.crs else crs
            if not claim:
                raise FileRefusedError("raster_no_crs", place)
            system = _system(claim, place)
            extent = _lonlat(data.bounds, system, place)
            return RasterSource(
                address=address,
                file=name,
                crs=system,
                transform=data.transform,
                width=data.width,
                height=data.height,
                nodata=data.nodata if nodata is None else nodata,
                unit=unit or (data.units[0] or ""),
                scale=data.scales[0],
                offset=data.offsets[0],
                bounds=extent,
                # North to south: the other side of a cell in degrees shrinks with the latitude.
                cell_m=-data.transform.e * (_DEGREE_M if in_degrees(system) else 1.0),
                product=product_of(name),
            )
    except RasterioIOError as error:
        raise _unreadable(address, name) from error


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep a raster without a place from warning; it is refused instead."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        yield


def _refuse_what_is_no_grid(data: rasterio.DatasetReader, place: Place) -> None:
    if data.count >= 3 and set(data.dtypes) == {"uint8"}:
        raise FileRefusedError("raster_is_picture", place, bands=data.count)
    if data.transform == Affine.identity():
        raise FileRefusedError("raster_no_place", place)
    if data.transform.b or data.transform.d or data.transform.a <= 0 or data.transform.e >= 0:
        raise FileRefusedError("raster_rotated", place)


def _refuse_truncated(data: rasterio.DatasetReader, address: str, place: Place) -> None:
    """Refuse a TIFF whose last block would lie beyond the end of the file."""
    if data.driver != "GTiff" or address.startswith("/vsi"):
        return
    tall, wide = data.block_shapes[0]
    column, row = (data.width - 1) // wide, (data.height - 1) // tall
    said = [
        data.get_tag_item(f"BLOCK_{what}_{column}_{row}", dm="TIFF", bidx=1)
        for what in ("OFFSET", "SIZE")
    ]
    size = Path(address).stat().st_size
    if all(said) and sum(int(each) for each in said) > size:
        expected = sum(int(each) for each in said)
        raise FileRefusedError("raster_truncated", place, found=size, expected=expected)


def _unreadable(address: str, name: str) -> FileRefusedError:
    """Tell a file that is cut off or misnamed from what is no raster at all."""
    place, path = Place(file=name), Path(address)
    if not path.is_file():
        return FileRefusedError("raster_unreadable", place)
    size = path.stat().st_size
    if name.lower().endswith(".hgt"):
        whole = {2 * side * side for side in _HGT_SIDES}
        return FileRefusedError("hgt_name" if size in whole else "hgt_size", place)
    directory = _directory_of(path)
    if directory > size:
        return FileRefusedError("raster_truncated", place, found=size, expected=directory)
    return FileRefusedError("raster_unreadable", place)


def _directory_of(path: Path) -> int:
    """Return where a TIFF's header says that its directory begins, 0 for any other file."""
    with path.open("rb") as stream:
        head = stream.read(16)
    order: Literal["little", "big"] = "big" if head.startswith(b"MM") else "little"
    if len(head) < 16 or head[:2] not in {b"II", b"MM"}:
        return 0
    version = int.from_bytes(head[2:4], order)
    part = {42: head[4:8], 43: head[8:16]}.get(version, b"")  # TIFF and BigTIFF
    return int.from_bytes(part, order)


def _system(claim: str, place: Place) -> str:
    try:
        return raster_system(claim)
    except CrsRefusedError as error:
        params = error.fault.params
        raise FileRefusedError(error.fault.code, place, **params) from error


def _lonlat(bounds: rasterio.coords.BoundingBox, system: str, place: Place) -> Bounds:
    edges = (bounds.left, bounds.bottom, bounds.right, bounds.top)
    try:
        found = enclose(*carry(*outline(edges), system, CGCS2000))
    except UsageError as error:
        raise FileRefusedError("raster_outside_earth", place, bounds=str(edges)) from error
    if (
        max(abs(found[1]), abs(found[3])) > _POLE_DEG
        or max(abs(found[0]), abs(found[2])) > _TURN_DEG
    ):
        raise FileRefusedError("raster_outside_earth", place, bounds=str(edges))
    return found
