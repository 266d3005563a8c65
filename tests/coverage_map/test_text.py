"""Both languages say the same things, and everything the code can say has a sentence."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from coverage_map.text import LANGUAGES, Text, one_of, read_catalogue
from geodata.errors import Fault, Place
from geodata.owners import read_owners
from geodata.records import read_kinds

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("geodata", "coverage_map", "app_pages")
    for path in (ROOT / folder).rglob("*.py")
] + [ROOT / "app.py"]

FAULT_CALLS = {
    "Fault",
    "FileRefusedError",
    "TableRefusedError",
    "DataFileError",
    "StoreError",
    "NotAllowedError",
    "UsageError",
    "ExportError",
}


def _placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(message) if name}


def _first_literals(names: set[str]) -> Iterator[tuple[Path, str]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else None
            name = node.func.id if isinstance(node.func, ast.Name) else name
            first = node.args[0]
            if name in names and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield path, first.value


def test_languages_have_the_same_messages() -> None:
    first, second = (read_catalogue(language) for language in LANGUAGES)
    assert set(first) == set(second)
    assert len(first) > 100


def test_no_message_is_empty() -> None:
    for language in LANGUAGES:
        assert [i for i, message in read_catalogue(language).items() if not message.strip()] == []


def test_placeholders_agree() -> None:
    first, second = (read_catalogue(language) for language in LANGUAGES)
    different = [i for i in first if _placeholders(first[i]) != _placeholders(second[i])]
    assert different == []


def test_an_identifier_stands_in_one_room_only() -> None:
    for language in LANGUAGES:
        folder = ROOT / "coverage_map" / "locale" / language / "LC_MESSAGES"
        seen: dict[str, str] = {}
        for room in sorted(folder.glob("*.po")):
            for identifier in re.findall(r'^msgid "(.+)"$', room.read_text("utf-8"), re.MULTILINE):
                assert identifier not in seen, (identifier, room.name, seen.get(identifier))
                seen[identifier] = room.name


def test_chinese_is_chinese() -> None:
    """A message with Latin words and no Chinese one must be the same in both languages."""
    chinese, english = (read_catalogue(language) for language in LANGUAGES)
    foreign = {
        i
        for i, message in chinese.items()
        if re.search("[A-Za-z]", message)
        and not re.search("[\u4e00-\u9fff]", message)
        and message != english[i]
    }
    assert foreign == {"shell.other_language"}  # the link that says English in the Chinese app


def test_every_fault_has_sentence_and_remedy() -> None:
    catalogue = read_catalogue("zh_CN")
    missing = sorted(
        {
            f"{path.name}: {code}"
            for path, code in _first_literals(FAULT_CALLS)
            if f"fault.{code}" not in catalogue or f"fault.{code}.remedy" not in catalogue
        }
    )
    assert missing == []


def test_every_text_used_in_pages_and_cli_exists() -> None:
    catalogue = read_catalogue("zh_CN")
    used = {
        (path.name, identifier)
        for path, identifier in _first_literals({"text", "t", "progress"})
        if "." in identifier and " " not in identifier
    }
    assert len(used) > 50
    assert sorted(item for item in used if item[1] not in catalogue) == []


def test_kinds_fields_and_owners_are_named() -> None:
    catalogue = read_catalogue("zh_CN")
    for kind in read_kinds().values():
        assert f"kind.{kind.name}" in catalogue
        assert [f for f in kind.all_fields if f"field.{f}" not in catalogue] == []
    assert all(set(owner.name) == set(LANGUAGES) for owner in read_owners().values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_names_its_place(language: str) -> None:
    fault = Fault("file_missing", Place(file="站址.xlsx"))
    message, remedy = Text(language).fault(fault)
    assert "站址.xlsx" in message
    assert remedy


def test_language_is_chosen_by_what_was_asked() -> None:
    assert one_of("en-GB") == "en"
    assert one_of("zh") == one_of("") == one_of("fr") == "zh_CN"
