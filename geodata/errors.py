"""One tree of refusals and faults; each says what is wrong, where, and leads to its remedy.

A fault is code, parameters and place. The sentence and the remedy a person reads are looked up
by code in the message catalogues at the edge (``fault.<code>`` and ``fault.<code>.remedy``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Place:
    """Where a fault stands in what a person handed in; empty parts are not known or do not apply.

    ``row`` counts as the spreadsheet does (the first row of a sheet is 1); for vector files it is
    the feature's number, from 1. ``column`` is a header, ``number`` the column's number in its
    sheet, from 1. ``value`` is what stood there, shortened to 80 characters.
    """

    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong; an ``error`` keeps its row out, the others do not."""

    code: str
    place: Place = field(default_factory=Place)
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    severity: Severity = "error"


class CoverageMapError(Exception):
    """The root of everything this software refuses; carries the fault that says why."""

    def __init__(self, code: str, place: Place | None = None, **params: str | float) -> None:
        self.fault = Fault(code, place or Place(), params)
        super().__init__(f"{code} {dict(params)}")

    @classmethod
    def of(cls, fault: Fault) -> Self:
        """Return the refusal that a fault of an earlier one stands for."""
        return cls(fault.code, fault.place, **fault.params)


class FileRefusedError(CoverageMapError):
    """A file cannot be read as what it claims to be."""


class TableRefusedError(CoverageMapError):
    """A table in a file cannot be taken as records."""


class DataFileError(CoverageMapError):
    """One of the product's own data files (kinds, rules, owners) is not well formed."""


class StoreError(CoverageMapError):
    """The workspace is missing, damaged or of another version."""


class NotAllowedError(CoverageMapError):
    """The actor may not use this verb on this scope."""


class UsageError(CoverageMapError):
    """A verb was called with arguments that make no sense together."""


class ExportError(CoverageMapError):
    """A result cannot be written in the format or to the place asked for."""


class JobCancelledError(CoverageMapError):
    """A person asked a job to stop; raised where the job next says how far it is."""
