"""Message catalogues: an identifier and parameters become a sentence in the reader's language.

Catalogues are gettext files, ``locale/<language>/LC_MESSAGES/<room>.po``, one a room of the
product, keyed by dotted identifiers. Both languages hold the same identifiers; a test says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from babel.messages.pofile import read_po

from geodata.errors import Fault

# Below this, distances are said in whole metres: limits are kilometres, and misses are metres.
_IN_METRES = 10_000

LANGUAGES = ("zh_CN", "en")
DEFAULT_LANGUAGE = "zh_CN"

# Parameters of faults that are identifiers, and where their words stand.
_IDENTIFIERS = {
    "field": "field",
    "other": "field",
    "kind": "kind",
    "why": "datum",
    "because": "because",
    "claimed": "crs",
    "chosen": "crs",
    "crs": "crs",
    "role": "role",
    "verb": "verb",
    "how": "how",
    "state": "upload_state",
}
# Parameters that are several identifiers with spaces between them.
_LISTS = {"roles": "role"}


@cache
def read_catalogue(language: str) -> Mapping[str, str]:
    """Read all messages of a language, by identifier."""
    folder = files("coverage_map") / "locale" / language / "LC_MESSAGES"
    messages: dict[str, str] = {}
    for item in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if item.name.endswith(".po"):
            for message in read_po(BytesIO(item.read_bytes())):
                if message.id:
                    messages[str(message.id)] = str(message.string)
    return messages


@dataclass(frozen=True)
class Text:
    """Sentences of one language: ``text("gaps.count", n=3)``."""

    language: str = DEFAULT_LANGUAGE

    def __call__(self, identifier: str, /, **params: object) -> str:
        """Return the sentence; an identifier without one is shown as it is, never an error."""
        message = read_catalogue(self.language).get(identifier, "")
        return message.format_map(params) if message else identifier

    def has(self, identifier: str) -> bool:
        """Say whether the catalogue has a sentence for an identifier."""
        return bool(read_catalogue(self.language).get(identifier))

    def _spoken(self, name: str, value: object) -> object:
        """Return a parameter that is an identifier in words: a field, a kind, a system, roles."""
        if name in _LISTS:
            words = [self(f"{_LISTS[name]}.{word}") for word in str(value).split()]
            return self("words.comma").join(words)
        room = _IDENTIFIERS.get(name)
        return self(f"{room}.{value}") if room and self.has(f"{room}.{value}") else value

    def fault(self, fault: Fault) -> tuple[str, str]:
        """Return a fault's sentence and its remedy.

        One that may be about a column or about the whole file can have a sentence for either:
        ``fault.<code>.column`` and ``fault.<code>``.
        """
        place = fault.place
        params: dict[str, object] = {
            "file": place.file,
            "sheet": place.sheet,
            "row": place.row if place.row is not None else "",
            "column": place.column,
            "value": place.value,
            **{name: self._spoken(name, value) for name, value in fault.params.items()},
        }
        identifier = f"fault.{fault.code}"
        own = f"{identifier}.column" if place.column else ""
        said = own if own and self.has(own) else identifier
        return self(said, **params), self(f"{identifier}.remedy", **params)


def say_distance(metres: float) -> str:
    """Say a distance given in metres: whole metres below ten kilometres, else km."""
    if round(metres) < _IN_METRES:
        return f"{metres:,.0f} m"
    return f"{metres / 1000:,.1f} km"


def one_of(wanted: str) -> str:
    """Return the supported language nearest to what was asked for."""
    return "en" if wanted.lower().startswith("en") else DEFAULT_LANGUAGE
