"""Judge by values and neighbours which column a field is whose header no alias names."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rapidfuzz.fuzz import ratio

from geodata.ingest.aliases import is_known, is_same_elsewhere, kind_headers
from geodata.ingest.header_forms import header_keys
from geodata.ingest.header_says import speaks_against, speaks_for
from geodata.ingest.profile_values import (
    Sample,
    fit_share,
    readable_share,
    sample_column,
    shape_of,
    value_shapes,
)
from geodata.ingest.raw import RawTable
from geodata.ingest.settings import words
from geodata.ingest.strangers import is_bystander
from geodata.records import Field, Kind, read_kinds


@dataclass(frozen=True)
class Candidate:
    """A column that may be a field: which share of its cells fit, and its mark among others.

    ``beside``: it stands beside a column that usually does.
    """

    column: int
    fit: float
    mark: float
    beside: bool = False


@dataclass
class Judge:
    """Looks at columns of one table; a column is sampled once."""

    table: RawTable
    samples: dict[int, Sample] = field(default_factory=dict)
    fits: dict[tuple[str, str, int], float] = field(default_factory=dict)

    def sample(self, column: int) -> Sample:
        """Return the sample of a column."""
        if column not in self.samples:
            self.samples[column] = sample_column(self.table.columns[column])
        return self.samples[column]

    def holds(self, column: int, entry: Field) -> float:
        """Return which share of a column's cells a field can take."""
        return readable_share(self.sample(column), entry, self.table.headers[column])

    def fit(self, column: int, entry: Field, kind: str) -> float:
        """Return which share of a column's cells look like those of a kind's field."""
        key = (kind, entry.name, column)
        if key not in self.fits:
            self.fits[key] = fit_share(self.sample(column), entry, kind)
        return self.fits[key]

    def open_columns(self, taken: set[int], kind: str, borrowed: str) -> list[int]:
        """Return the columns that may be judged: with a header that nobody knows, and cells.

        ``borrowed``: a field that other kinds name so (站点名称) counts as unknown too.
        """
        return [
            j
            for j, header in enumerate(self.table.headers)
            if j not in taken
            and not is_bystander(header)
            and (not is_known(header) or is_same_elsewhere(kind, borrowed, header))
            and self.sample(j).texts
        ]

    def candidates(
        self,
        kind: Kind,
        name: str,
        taken: set[int],
        found: Mapping[str, int],
        *,
        borrowed: bool = False,
    ) -> list[Candidate]:
        """Return the columns that may be a field, the likeliest first.

        Never one whose header says that it is of something else.

        ``taken``: columns that are fields already; ``found``: the columns of the fields found;
        ``borrowed``: what names the records of other kinds may name those of this one.
        """
        entry = kind.all_fields[name]
        rule = value_shapes()["rule"]
        near = {
            found[other] for other in shape_of(kind.name, name).get("beside", ()) if other in found
        }
        options = []
        naming = entry.type in {"text", "code"} and not entry.values
        for j in self.open_columns(taken, kind.name, name if borrowed else ""):
            header = self.table.headers[j]
            if speaks_against(header, entry) or (naming and _counts(header)):
                continue
            fit = self.fit(j, entry, kind.name)
            if fit < rule["fits"]:
                continue
            beside = bool({j - 1, j + 1} & near)
            alike = 1.0 if speaks_for(header, entry) else _likeness(kind.name, name, header)
            mark = rule["values"] * fit + rule["likeness"] * alike + rule["beside"] * beside
            options.append(Candidate(j, fit, mark, beside))
        return sorted(options, key=lambda option: (-option.mark, option.column))


def _counts(header: str) -> bool:
    """Say whether a header ends as that of a count or a measure does, which names nothing."""
    ends = tuple(value_shapes()["rule"]["counted"])
    return any(key.endswith(ends) for key in header_keys(header))


def leads(options: list[Candidate]) -> bool:
    """Say whether the first candidate is good enough to be used and ahead of the next."""
    rule = value_shapes()["rule"]
    if not options or options[0].mark < rule["used"]:
        return False
    return len(options) == 1 or options[0].mark - options[1].mark >= rule["lead"]


def is_sure(kind: str, name: str, options: list[Candidate]) -> bool:
    """Say whether a column is a field beyond doubt: nothing else looks so, and no other column.

    Half of a pair must stand beside the other half.
    """
    rule, shape = value_shapes()["rule"], shape_of(kind, name)
    known = bool(shape.get("sure")) and (options[0].beside or not shape.get("paired"))
    return known and len(options) == 1 and options[0].fit >= rule["sure"]


def coordinate_pairs(judge: Judge, kind: Kind, taken: set[int]) -> list[dict[str, Candidate]]:
    """Return the columns side by side that may be the two coordinates of a kind."""
    eastings, northings = (judge.candidates(kind, axis, taken, {}) for axis in ("x", "y"))
    return [
        {"x": easting, "y": northing}
        for easting in eastings
        for northing in northings
        if abs(easting.column - northing.column) == 1
    ]


def can_suggest(kind: Kind, name: str, option: Candidate, judge: Judge) -> bool:
    """Say whether a candidate for an optional field is more than a column of the same make.

    Its cells must be telling (a value set, a place's ending), or its header or neighbours must
    speak for it; yes and no alone tell nothing.
    """
    entry, shape = kind.all_fields[name], shape_of(kind.name, name)
    rule = value_shapes()["rule"]
    if option.mark > rule["values"] * option.fit + rule["beside"] / 2:
        return True
    yes_no = words("boolean", "true") | words("boolean", "false")
    if entry.type == "boolean" or set(judge.sample(option.column).texts) <= yes_no:
        return False
    return entry.values not in {"", "owner"} or bool(shape.get("sure")) or "ends" in shape


def _likeness(kind: str, name: str, header: str) -> float:
    """Return how like a header is to the known ones of a field, 0 to 1."""
    key = header_keys(header)[0]
    marks = [ratio(key, known) for known, hit in kind_headers(kind).items() if hit.field == name]
    return max(0.0, (max(marks, default=0.0) - 50.0) / 50.0)


def judged_fields(kind_name: str) -> tuple[str, ...]:
    """Return the fields of a kind that can be judged by values: required ones first."""
    kind = read_kinds()[kind_name]
    names = [
        name for name, entry in kind.all_fields.items() if shape_of(kind_name, name) or entry.values
    ]
    return tuple(sorted(names, key=lambda name: not kind.all_fields[name].required))
