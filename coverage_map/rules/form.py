"""The form of a rule file: which keys there are, and how a number names its source."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NoReturn

from geodata.errors import DataFileError, Place

STATUSES = ("checked", "secondary", "unconfirmed")
SUBJECTS = ("unit", "settlement", "place", "area")
ACCOUNTS = ("subjects", "households", "people")
GAP_NEEDS = ("every operator", "every report")


@dataclass(frozen=True)
class Source:
    """Where a number was found."""

    name: str
    document: str
    date: str
    clause: str = ""
    url: str = ""


@dataclass(frozen=True)
class Number:
    """A number of the policy or a setting, with its source and how sure we are of it."""

    value: int | float
    source: str
    status: str
    unit: str = ""

    @property
    def unconfirmed(self) -> bool:
        """Say whether no document confirms the number."""
        return self.status == "unconfirmed"

    @property
    def fraction(self) -> Fraction:
        """Return the number exactly as it was written."""
        return Fraction(str(self.value))


@dataclass(frozen=True)
class MethodForm:
    """The settings a method of judging takes."""

    required: frozenset[str]
    numbers: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def _form(numbers: str = "", words: str = "", optional: str = "") -> MethodForm:
    names = set(numbers.split()) | set(words.split())
    return MethodForm(
        frozenset(names - set(optional.split())), tuple(numbers.split()), tuple(words.split())
    )


METHODS: Mapping[str, MethodForm] = {
    "station_distance": _form("limit_m search_m", "technologies"),
    "fibre_reach": _form("reach_m reach_in_unit_m search_m", "place_kinds"),
    "fibre_port": _form(words="of"),
    "broadband_report": _form("speed_mbps", "access", optional="speed_mbps access"),
    "hotspot_report": _form(),
    "estate_count": _form("subject_per_cent"),
    "cable_count": _form("covered_from", "field"),
    "penetration_count": _form("subject_per_cent", "preference proxies"),
}


@dataclass
class Table:
    """One table of a rule file, read key by key; what is left over is refused."""

    file: str
    path: str
    data: Mapping[str, Any]
    used: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Return the last part of the table's path."""
        return self.path.rpartition(".")[2]

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of a table whose keys are names, and count them as read."""
        self.used.update(self.data)
        return tuple(self.data)

    def refuse(self, key: str, what: str) -> NoReturn:
        """Refuse the file because of a key."""
        place = Place(file=self.file, column=f"{self.path}.{key}".lstrip("."))
        raise DataFileError("rule_file", place, what=what)

    def has(self, key: str) -> bool:
        """Say whether the key is there."""
        return key in self.data

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        if key not in self.data:
            self.refuse(key, "missing")
        self.used.add(key)
        value = self.data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            self.refuse(key, f"not {what}")
        return value

    def text(self, key: str, absent: str | None = None) -> str:
        """Return a text."""
        if absent is not None and key not in self.data:
            return absent
        return str(self._get(key, str, "text"))

    def word(self, key: str, of: Container[str]) -> str:
        """Return one of the allowed words."""
        value = self.text(key)
        if value not in of:
            self.refuse(key, f"unknown: {value}")
        return value

    def words(
        self,
        key: str,
        of: Container[str] | None = None,
        absent: tuple[str, ...] | None = None,
    ) -> tuple[str, ...]:
        """Return a list of words; one word alone is a list of one."""
        if absent is not None and key not in self.data:
            return absent
        value = self._get(key, (list, str), "a list of words")
        found = (value,) if isinstance(value, str) else tuple(value)
        for word in found:
            if not isinstance(word, str) or (of is not None and word not in of):
                self.refuse(key, f"unknown: {word}")
        return found

    def cited_words(self, key: str) -> tuple[str, ...]:
        """Return a list of words that may come with its source, as a number does."""
        if isinstance(self.data.get(key), dict):
            cited = self.table(key)
            found = cited.words("value")
            cited.text("source")
            cited.word("status", of=STATUSES)
            cited.done()
            return found
        return self.words(key)

    def number(self, key: str) -> int | float:
        """Return a number."""
        value: int | float = self._get(key, (int, float), "a number")
        return value

    def table(self, key: str, absent: Mapping[str, Any] | None = None) -> "Table":
        """Return the table under a key."""
        data = absent if absent is not None and key not in self.data else None
        if data is None:
            data = self._get(key, dict, "a table")
        return Table(self.file, f"{self.path}.{key}".lstrip("."), data)

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self.data:
            if key not in self.used:
                self.refuse(key, "unknown key")

    def check_sources(self, sources: Container[str]) -> None:
        """Refuse a number whose source is not listed."""
        self._check_sources(self.data, self.path, sources)

    def _check_sources(self, data: Mapping[str, Any], path: str, sources: Container[str]) -> None:
        for key, value in data.items():
            here = f"{path}.{key}".lstrip(".")
            if isinstance(value, dict):
                self._check_sources(value, here, sources)
            elif key == "source" and value not in sources:
                Table(self.file, path, data).refuse(key, f"no source {value}")


def read_number(table: Table) -> Number:
    """Read ``{value, source, status}``, with ``unit`` where the key does not name it."""
    number = Number(
        value=table.number("value"),
        source=table.text("source"),
        status=table.word("status", of=STATUSES),
        unit=table.text("unit", absent=""),
    )
    table.done()
    return number


def read_source(table: Table) -> Source:
    """Read where a number was found."""
    source = Source(
        name=table.name,
        document=table.text("document"),
        date=table.text("date"),
        clause=table.text("clause", absent=""),
        url=table.text("url", absent=""),
    )
    table.done()
    return source
