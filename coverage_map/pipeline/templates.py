"""Empty lists of every kind of record; what they hold is public."""

from coverage_map.export.template import plain_title, write_template
from coverage_map.text import DEFAULT_LANGUAGE, Text
from geodata.errors import UsageError
from geodata.records import read_kinds


def make_template(kind: str, *, language: str = DEFAULT_LANGUAGE) -> tuple[str, bytes]:
    """Return the name and bytes of an empty list of a kind; UsageError ``kind_unknown``."""
    if kind not in read_kinds():
        raise UsageError("kind_unknown", kind=kind[:80], kinds=" ".join(read_kinds()))
    text = Text(language)
    return f"{plain_title(text(f'kind.{kind}'))}.xlsx", write_template(kind, text)
