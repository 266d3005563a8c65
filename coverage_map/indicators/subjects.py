"""Who is judged: the subjects of an indicator, with the point that distances are measured from."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage_map.rules import Indicator
from geodata.register import Register

Words = npt.NDArray[np.object_]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Subjects:
    """Subjects of one kind, as equally long arrays.

    lonlat: (n, 2) degrees of EPSG:4490, NaN for areas. An office for a unit, else its own point.
    """

    kind: str
    code: Words
    unit_code: Words
    county_code: Words
    households: Ints
    people: Ints
    lonlat: Floats

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.code)


def _words(values: pd.Series) -> Words:
    return values.to_numpy(dtype=object)


def _points(geometry: gpd.GeoSeries) -> Floats:
    return np.column_stack([geometry.x.to_numpy(), geometry.y.to_numpy()])


def unit_points(register: Register) -> pd.DataFrame:
    """Return lon and lat by unit code: its office, or a point inside where it has none."""
    units = register.units
    offices = register.places[register.places["kind"] == "office"]
    points = pd.DataFrame(
        _points(offices.geometry), columns=["lon", "lat"], index=offices["unit_code"].to_numpy()
    )
    points = points[~points.index.duplicated()].reindex(units["code"].to_numpy())
    without = points["lon"].isna().to_numpy()
    if without.any():
        inside = units.geometry[without].representative_point()
        points.loc[without, ["lon", "lat"]] = _points(gpd.GeoSeries(inside))
    return points


def _of_units(register: Register, indicator: Indicator) -> Subjects:
    units = register.units
    chosen = units["kind"].isin(indicator.unit_kinds).to_numpy()
    units = units[chosen]
    return Subjects(
        kind="unit",
        code=_words(units["code"]),
        unit_code=_words(units["code"]),
        county_code=_words(units["county_code"]),
        households=units["households"].to_numpy(dtype=np.int64),
        people=units["people"].to_numpy(dtype=np.int64),
        lonlat=unit_points(register).to_numpy()[chosen],
    )


def _county_of(register: Register, unit_code: pd.Series) -> Words:
    counties = register.units.set_index("code")["county_code"]
    return _words(counties.reindex(unit_code.to_numpy()).fillna(""))


def _of_settlements(register: Register, indicator: Indicator) -> Subjects:
    chosen = register.settlements
    if indicator.least_households is not None:
        chosen = chosen[chosen["households"] >= indicator.least_households.value]
    return Subjects(
        kind="settlement",
        code=_words(chosen["settlement_id"]),
        unit_code=_words(chosen["unit_code"]),
        county_code=_county_of(register, chosen["unit_code"]),
        households=chosen["households"].to_numpy(dtype=np.int64),
        people=chosen["people"].to_numpy(dtype=np.int64),
        lonlat=_points(chosen.geometry),
    )


def _of_places(register: Register, indicator: Indicator) -> Subjects:
    chosen = register.places[register.places["kind"].isin(indicator.place_kinds)]
    nobody = np.zeros(len(chosen), dtype=np.int64)
    return Subjects(
        kind="place",
        code=_words(chosen["place_id"]),
        unit_code=_words(chosen["unit_code"]),
        county_code=_county_of(register, chosen["unit_code"]),
        households=nobody,
        people=nobody,
        lonlat=_points(chosen.geometry),
    )


def _of_areas(register: Register, indicator: Indicator) -> Subjects:
    del indicator
    areas = register.areas[register.areas["level"] == "area"]
    sums = register.units.groupby("area_code")[["households", "people"]].sum()
    sums = sums.reindex(areas["code"].to_numpy(), fill_value=0)
    return Subjects(
        kind="area",
        code=_words(areas["code"]),
        unit_code=np.full(len(areas), "", dtype=object),
        county_code=_words(areas["code"]),
        households=sums["households"].to_numpy(dtype=np.int64),
        people=sums["people"].to_numpy(dtype=np.int64),
        lonlat=np.full((len(areas), 2), np.nan),
    )


def find_subjects(register: Register, indicator: Indicator) -> Subjects:
    """Return the subjects an indicator judges: its denominator, in the register's order."""
    readers = {
        "unit": _of_units,
        "settlement": _of_settlements,
        "place": _of_places,
        "area": _of_areas,
    }
    return readers[indicator.subject](register, indicator)
