"""A file of measurements becomes rows of one level each: drive tests, MR grids, complaints, tests.

A row of a file that holds several quantities (RSRP beside SS-RSRP) becomes several rows. Positions
are brought to EPSG:4490 from the system that is said; none is guessed.
"""

import re
from collections.abc import Iterator
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from geodata.crs import to_cgcs2000
from geodata.crs_zones import china_bounds
from geodata.errors import Fault, FileRefusedError, Place
from geodata.ingest import read_file
from geodata.ingest.raw import Cells, RawTable
from geodata.ingest.values import cell_text, empty_column, parse_column
from geodata.measurements.settings import header_key, read_fields, settings

Sort = Literal["drive_test", "mr_grid", "complaint", "acceptance"]
SORTS: tuple[Sort, ...] = get_args(Sort)

# A time that names its zone: 08:30:00Z, 08:30:00+08:00.
_ZONE = r":\d{2}\S*(?:Z|[+-]\d{2}:?\d{2})$"
_DBM = re.compile(r"\s*dbm\s*$", re.IGNORECASE)

COLUMNS: dict[str, str] = {
    "sort": "str",
    "file": "str",
    "sheet": "str",
    "row": "int64",
    "time": "datetime64[us]",  # local, NaT where not said
    "lon": "float64",
    "lat": "float64",
    "quantity": "str",  # rsrp, ss_rsrp, rscp, rx; "" for a complaint without a level
    "technology": "str",
    "signal_dbm": "float64",
    "rate_mbps": "float64",
    "operator": "str",
    "device": "str",
    "indoor": "bool",
    "eci": "str",
    "pci": "Int64",
    "earfcn": "Int64",
    "samples": "int64",  # how many samples the level stands for
}


def read_measurements(
    content: bytes, name: str, crs: str, sort: Sort, operator: str = ""
) -> tuple[pd.DataFrame, list[Fault]]:
    """Read every table of measurements in a file; see ``COLUMNS``.

    Args:
        content: the file's bytes, of any format that uploads may have.
        name: its name.
        crs: what its positions are given in, as ``geodata.crs.read_crs`` takes it.
        sort: what the file is.
        operator: whose network was measured, where the file does not say.

    Raises:
        FileRefusedError: unreadable, or no table with positions and a level (a complaint needs
            none).
        CrsRefusedError: the system is unknown or may not be used.
    """
    frames: list[pd.DataFrame] = []
    faults: list[Fault] = []
    for table in read_file(content, name):
        faults += table.faults
        found = map_headers(table)
        if not {"x", "y"} <= set(found):
            continue
        if sort != "complaint" and not set(settings()["quantities"]) & set(found):
            continue
        frame, said = _read_table(table, found, name, crs, operator)
        frames.append(frame.assign(sort=sort))
        faults += said
    if not frames:
        known = ", ".join(settings()["quantities"])
        raise FileRefusedError("measurement_no_table", Place(file=name), quantities=known)
    whole = pd.concat(frames, ignore_index=True)
    return whole[list(COLUMNS)].astype(COLUMNS), faults


def map_headers(table: RawTable) -> dict[str, int]:
    """Find the column of each field; of several headers the alias named first counts."""
    keys: dict[str, int] = {}
    for column, header in enumerate(table.headers):
        keys.setdefault(header_key(header), column)
    found = {}
    for field in read_fields().values():
        for alias in field.aliases:
            if (key := header_key(alias)) in keys:
                found[field.name] = keys[key]
                break
    return found


def _read_table(
    table: RawTable, found: dict[str, int], name: str, crs: str, operator: str
) -> tuple[pd.DataFrame, list[Fault]]:
    place = Place(file=name, sheet=table.sheet)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for field in read_fields().values():
        if field.name not in found:
            values[field.name] = empty_column(field, len(table.rows))
            continue
        cells, header = table.columns[found[field.name]], table.headers[found[field.name]]
        parsed = parse_column(_bare(cells) if field.type == "number" else cells, field, header)
        values[field.name] = parsed.array
        if parsed.faults:
            row, first = parsed.faults[0]
            spot = Place(name, table.sheet, int(table.rows[row]), header, cell_text(cells[row]))
            faults.append(
                Fault(
                    "measurement_unreadable",
                    spot,
                    {"count": len(parsed.faults), "column": header, "why": first.code},
                    "warning",
                )
            )
    raw = pd.DataFrame({**values, "row": table.rows})
    written = raw["time"]
    raw["time"], unread = read_times(written)
    if unread.any():
        faults.append(_first("measurement_time", place, raw, unread, written))
    raw, said = _put_in_place(raw, crs, place)
    raw["operator"] = raw["operator"].where(raw["operator"] != "", operator)
    raw["samples"] = raw["samples"].fillna(1).clip(lower=1)
    raw["indoor"] = raw["indoor"].fillna(value=False)
    long = pd.concat([*_levels(raw)], ignore_index=True)
    return long.assign(file=name, sheet=table.sheet), faults + said


def _bare(cells: Cells) -> Cells:
    """Return the cells without the unit of levels behind the number."""
    bare = np.empty(len(cells), dtype=object)
    bare[:] = [_DBM.sub("", cell) if isinstance(cell, str) else cell for cell in cells]
    return bare


def read_times(texts: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return Beijing times without zone, and which of the filled cells are none."""
    rules = settings()["cleaning"]
    found = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
    zoned = texts.str.contains(_ZONE)
    found = found.where(~zoned, found + pd.Timedelta(hours=rules["utc_offset_h"]))
    for form in rules["time_formats"]:
        open_rows = found.isna() & (texts != "")
        if not open_rows.any():
            break
        found = found.where(~open_rows, pd.to_datetime(texts, format=form, errors="coerce"))
    return found.astype("datetime64[us]"), found.isna() & (texts != "")


def _put_in_place(raw: pd.DataFrame, crs: str, place: Place) -> tuple[pd.DataFrame, list[Fault]]:
    """Bring positions to EPSG:4490 and leave out rows without one in the country."""
    lon, lat = to_cgcs2000(raw["x"].to_numpy(float), raw["y"].to_numpy(float), crs)
    west, south, east, north = china_bounds()
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    faults = []
    if not inside.all():
        written = raw["x"].astype(str) + ", " + raw["y"].astype(str)
        faults = [_first("measurement_position", place, raw, ~inside, written)]
    return raw.assign(lon=lon, lat=lat)[inside], faults


def _first(code: str, place: Place, raw: pd.DataFrame, rows: Any, shown: pd.Series) -> Fault:
    """Return one fault for all rows of a cause, at the first of them."""
    at = int(np.flatnonzero(np.asarray(rows))[0])
    spot = Place(place.file, place.sheet, int(raw["row"].iloc[at]), value=str(shown.iloc[at])[:80])
    return Fault(code, spot, {"count": int(np.sum(rows))}, "warning")


def _levels(raw: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield the rows of each quantity, and those without any."""
    names = settings()["quantities"]
    for quantity, entry in names.items():
        part = raw[raw[quantity].notna()]
        if quantity == "ss_rsrp":
            part = part.assign(
                eci=part["nr_eci"].where(part["nr_eci"] != "", part["eci"]),
                pci=part["nr_pci"].fillna(part["pci"]),
                earfcn=part["nr_earfcn"].fillna(part["earfcn"]),
            )
        yield part.assign(
            quantity=quantity, technology=entry["technology"], signal_dbm=part[quantity]
        )
    nothing = raw[raw[list(names)].isna().all(axis=1)]
    yield nothing.assign(quantity="", technology="", signal_dbm=np.nan)
