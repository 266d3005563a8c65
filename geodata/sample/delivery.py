"""What is handed in: files with the truth about them, collected for the tests."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from geodata.crs import gcj02_to_bd09, wgs84_to_gcj02
from geodata.sample.networks import Ground
from geodata.sample.sheets import Sheet

Floats = NDArray[np.float64]
Answers = Mapping[str, Mapping[str, str]]
_DEGREE_DECIMALS = 6
_METRE_DECIMALS = 3


@dataclass
class Delivery:
    """All uploads so far, in the order a person would import them."""

    folder: Path
    ground: Ground
    uploads: list[dict[str, Any]] = field(default_factory=list)
    records: list[pd.DataFrame] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)

    def path(self, owner: str, file: str, answers: Answers | None = None) -> Path:
        """Note an upload and return where it is to be written."""
        self.uploads.append({"owner": owner, "file": file, "answers": dict(answers or {})})
        target = self.folder / "uploads" / owner / file
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def note(
        self, kind: str, crs: str, truth: pd.DataFrame, *, sheet: str = "", first_row: int = 1
    ) -> None:
        """Note the truth of one table of the upload noted last.

        ``truth`` has unit, and where they apply lon, lat (CGCS2000) and source_id; its rows stand
        in the file from ``first_row`` on.
        """
        upload = self.uploads[-1]
        columns = [name for name in ("source_id", "subject_id", "lon", "lat") if name in truth]
        codes = self.ground.labels["code"].to_numpy()
        frame = truth[columns].reset_index(drop=True)
        unit = truth["unit"].to_numpy() if "unit" in truth else None
        frame = frame.assign(
            owner=upload["owner"],
            file=upload["file"],
            sheet=sheet,
            row=np.arange(first_row, first_row + len(truth)),
            kind=kind,
            unit_code="" if unit is None else codes[unit],
        )
        self.records.append(frame)
        entry = {"owner": upload["owner"], "file": upload["file"], "sheet": sheet}
        self.files.append({**entry, "kind": kind, "crs": crs, "rows": len(truth)})

    def spoil(self, sheet: Sheet, index: int, header: str, value: Any, what: str) -> None:
        """Put a wrong value into a row of a sheet of the upload noted last, and note it."""
        sheet.rows[index][sheet.headers.index(header)] = value
        upload = self.uploads[-1]
        self.faults.append(
            {
                "owner": upload["owner"],
                "file": upload["file"],
                "sheet": sheet.name,
                "row": sheet.first_row + index,
                "column": header,
                "value": str(value),
                "what": what,
            }
        )

    def finish(self) -> None:
        """Write the order of import and the truth."""
        text = json.dumps(self.uploads, ensure_ascii=False, indent=1)
        (self.folder / "uploads.json").write_text(text, encoding="utf-8")
        truth = self.folder / "truth"
        truth.mkdir(exist_ok=True)
        records = pd.concat(self.records, ignore_index=True)
        for name in ("source_id", "subject_id"):
            records[name] = records[name].fillna("").astype(str)
        records.to_parquet(truth / "records.parquet")
        pd.DataFrame(self.files).to_parquet(truth / "files.parquet")
        pd.DataFrame(self.faults).to_parquet(truth / "faults.parquet")


def positions(lon: pd.Series, lat: pd.Series, crs: str) -> tuple[Floats, Floats]:
    """Return CGCS2000 positions as a file in another system gives them.

    ``crs`` is EPSG:4490, EPSG:4526 (east with the zone's 38 in front, north; metres), GCJ-02 or
    BD-09.
    """
    x, y = lon.to_numpy(dtype=np.float64), lat.to_numpy(dtype=np.float64)
    if crs == "EPSG:4526":
        change = Transformer.from_crs("EPSG:4490", crs, always_xy=True)
        east, north = change.transform(x, y)
        return np.round(east, _METRE_DECIMALS), np.round(north, _METRE_DECIMALS)
    if crs in {"GCJ-02", "BD-09"}:
        x, y = wgs84_to_gcj02(x, y)
    if crs == "BD-09":
        x, y = gcj02_to_bd09(x, y)
    return np.round(x, _DEGREE_DECIMALS), np.round(y, _DEGREE_DECIMALS)


def village_names(ground: Ground, unit: pd.Series, style: str) -> list[str]:
    """Return unit names in a carrier's habit: full, stem (no suffix) or plain (村, 社区)."""
    labels = ground.labels.iloc[unit]
    if style == "full":
        return list(labels["village"])
    if style == "stem":
        return list(labels["stem"])
    ending = labels["kind"].map({"village": "村", "community": "社区", "other": "社区"})
    plain = labels["stem"].where(labels["stem"].str.endswith("村"), labels["stem"] + ending)
    return list(plain)


def place_columns(ground: Ground, unit: pd.Series, style: str) -> dict[str, list[str]]:
    """Return county, township and village names of records, under their usual headers."""
    labels = ground.labels.iloc[unit]
    return {
        "区县": list(labels["county"]),
        "乡镇": list(labels["township"]),
        "行政村": village_names(ground, unit, style),
    }


def table(columns: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return headers and rows of equally long columns; arrays become plain Python values."""
    lists = [
        values.tolist() if hasattr(values, "tolist") else list(values)
        for values in columns.values()
    ]
    return list(columns), [list(row) for row in zip(*lists, strict=True)]


def serials(dates: pd.Series) -> list[int]:
    """Return dates as Excel's serial numbers (days since 1899-12-30)."""
    days = (dates.to_numpy().astype("datetime64[D]") - np.datetime64("1899-12-30")).astype(np.int64)
    return [int(day) for day in days]


def texts(dates: pd.Series, pattern: str) -> list[str]:
    """Return dates as text in a pattern of strftime."""
    return list(pd.to_datetime(dates).dt.strftime(pattern))
