"""The kinds of record and their schemas, read from ``kinds/<kind>.toml``; one file a kind.

A kind file holds ``kind``, ``geometry`` (point, line or none), ``key`` (the fields that identify a
record within its owner) and one table per field: ``type`` (text, code, integer, number, boolean,
date, list, coordinate, numbers), and where it applies ``unit``, ``required``, ``minimum``,
``maximum``, ``values`` (a set of ``_values.toml``, or ``owner``, or ``band``), ``aliases`` (headers
seen in files, the one to prefer first), ``fallback`` (the field whose value serves where a file has
no such column, or that field's own), ``several`` (``max``: of several numbers in one cell the
largest counts) and ``each`` (the field of type numbers that keeps all of them). ``subject`` says
what a record of the kind is about where that is not the unit: settlement, place or area; ``owners``
says who alone hands it in, where that is not anybody. A table is of the kind only where it has one
of the fields ``telling``, if any are named, and no header of the fields ``without``
(``kind.field``). The fields of ``_place.toml`` belong to every kind.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from geodata.errors import DataFileError, Place

FieldType = Literal[
    "text", "code", "integer", "number", "boolean", "date", "list", "coordinate", "numbers"
]
Geometry = Literal["point", "line", "none"]
Subject = Literal["unit", "settlement", "place", "area"]

# The fields of the two ends of a line that is listed without a shape, longitude first.
LINE_ENDS = (("from_x", "from_y"), ("to_x", "to_y"))


@dataclass(frozen=True)
class Field:
    """One column of a kind; ``unit`` is the unit numbers are stored in."""

    name: str
    type: FieldType
    unit: str = ""
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    values: str = ""
    aliases: tuple[str, ...] = ()
    fallback: str = ""
    several: Literal["", "max"] = ""
    each: str = ""


@dataclass(frozen=True)
class Kind:
    """One kind of record: its geometry, its key within an owner, its own and its place fields."""

    name: str
    geometry: Geometry
    key: tuple[str, ...]
    fields: Mapping[str, Field]
    place_fields: Mapping[str, Field]
    subject: Subject = "unit"
    owners: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def comes_from(self, owner: str) -> bool:
        """Say whether an owner hands in records of the kind; of nobody ("") it is not known."""
        return not (self.owners and owner) or owner in self.owners

    def stand_ins(self, name: str) -> tuple[str, ...]:
        """Return the fields whose values serve where a file has no column for one, in turn."""
        found: list[str] = []
        while (name := self.all_fields[name].fallback) and name not in found:
            found.append(name)
        return tuple(found)

    @property
    def has_ends(self) -> bool:
        """Say whether records are lines that may be given by their ends alone."""
        return self.geometry == "line" and {n for end in LINE_ENDS for n in end} <= set(self.fields)

    @property
    def all_fields(self) -> dict[str, Field]:
        """Return own and place fields; a kind's own definition wins."""
        return {**self.place_fields, **self.fields}


# Columns every accepted record has beside its kind's own fields.
PROVENANCE: dict[str, str] = {
    "record_id": "str",  # random, stable, never derived from coordinates
    "owner": "str",
    "upload_id": "str",
    "sheet": "str",
    "row": "int64",
    "unit_code": "str",  # "" where no unit was found
    "county_code": "str",  # first six digits of the unit; the part it is stored in
    "subject_id": "str",  # settlement_id, place_id or area code the record is about, "" otherwise
    "match_method": "str",  # code, name, address, record_name, position, decision, none
    "match_confidence": "float64",
    "match_note": "str",
    "crs": "str",  # what the position was given in: EPSG:4490, EPSG:4526, GCJ-02, BD-09, ""
    "extra": "str",  # JSON object of the columns that map to no field
    "valid_from": "str",
    "valid_to": "str",
    "accepted_at": "str",
}


# How a field's values are held in a frame; a list is a tuple of texts (numbers: of numbers), ()
# where there is none.
DTYPES: dict[FieldType, str] = {
    "text": "str",
    "code": "str",
    "date": "str",
    "integer": "Int64",
    "number": "float64",
    "coordinate": "float64",
    "boolean": "boolean",
    "list": "object",
    "numbers": "object",
}


def record_columns(kind: Kind) -> dict[str, str]:
    """Return the columns of accepted records of a kind and their dtypes, geometry left out."""
    return {
        **PROVENANCE,
        **{name: DTYPES[field.type] for name, field in kind.all_fields.items()},
    }


def _field(name: str, entry: Mapping[str, Any], file: str) -> Field:
    try:
        return Field(name=name, **{**entry, "aliases": tuple(entry.get("aliases", ()))})
    except TypeError as error:
        raise DataFileError(
            "data_file_key", Place(file=file, column=name), what=str(error)
        ) from error


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("geodata") / "kinds" / name).read_text(encoding="utf-8"))


@cache
def read_kinds() -> Mapping[str, Kind]:
    """Read every kind of record, by name."""
    place = {
        name: _field(name, entry, "_place.toml")
        for name, entry in _read("_place.toml")["fields"].items()
    }
    kinds: dict[str, Kind] = {}
    names = (item.name for item in (files("geodata") / "kinds").iterdir())
    for file in sorted(name for name in names if name.endswith(".toml") and name[0] != "_"):
        data = _read(file)
        kinds[data["kind"]] = Kind(
            name=data["kind"],
            geometry=data["geometry"],
            key=tuple(data["key"]),
            fields={name: _field(name, entry, file) for name, entry in data["fields"].items()},
            place_fields=place,
            subject=data.get("subject", "unit"),
            owners=tuple(data.get("owners", ())),
            telling=tuple(data.get("telling", ())),
            without=tuple(data.get("without", ())),
        )
    return kinds


@cache
def read_values() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Read the value sets: set → value → spellings."""
    return {
        name: {value: tuple(spellings) for value, spellings in entry.items()}
        for name, entry in _read("_values.toml").items()
    }
