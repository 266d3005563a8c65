"""Results as files: gap maps in every format, and the sharing list."""

import re
from datetime import UTC, datetime
from pathlib import Path

from coverage_map.export import FORMATS, SheetInfo, write_gaps
from coverage_map.export.sharing_list import write_sharing
from coverage_map.export.sheet_info import Classification
from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.evaluate import newest
from coverage_map.pipeline.evaluation import result
from coverage_map.pipeline.frame import check_operator, inside, name_organisation, trail_of
from coverage_map.pipeline.gaps import read_gaps, read_sharing
from coverage_map.pipeline.views import Crumb
from coverage_map.pipeline.workspace import Workspace, load_register
from coverage_map.rules import read_rules
from coverage_map.text import DEFAULT_LANGUAGE, Text
from geodata.store.engine import write
from geodata.store.ledger import add_audit

# What some file system does not take in a name, and blanks, which break links in mails.
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')

INTERNAL: Classification = (
    "内部"  # exports with asset positions; the office decides what may leave the house
)


def export_formats() -> tuple[str, ...]:
    """Return the endings a gap map can be written with."""
    return tuple(ending.lstrip(".") for ending in FORMATS)


def export_name(
    workspace: Workspace,
    actor: Actor,
    area: str = "",
    indicator: str | None = None,
    *,
    language: str = DEFAULT_LANGUAGE,
    encoding: str | None = None,
) -> str:
    """Return a file name without ending: area, indicator, quarter; a second encoding is named."""
    trail = trail_of(load_register(workspace), allow(actor, "export"), area)
    text = Text(language)
    said = text(f"indicator.{indicator}") if indicator else text("export.all_indicators")
    parts = [trail[-1].name, said, workspace.settings.quarter, encoding or ""]
    return _NOT_IN_NAMES.sub("-", "_".join(part for part in parts if part))


def export_gaps(
    workspace: Workspace,
    actor: Actor,
    out: Path,
    area: str = "",
    indicator: str | None = None,
    operator: str | None = None,
    *,
    language: str = DEFAULT_LANGUAGE,
    encoding: str | None = None,
) -> Path:
    """Write the gaps that ``read_gaps`` returns; the ending of ``out`` picks the format.

    Raises:
        ExportError: the ending is unknown or the place cannot be written.
    """
    scope = allow(actor, "export")
    register = load_register(workspace)
    trail = trail_of(register, scope, area)
    gaps = read_gaps(workspace, actor, area, indicator, operator)
    figures = result(workspace, newest(workspace, scope.evaluation), "figures")
    wanted = [indicator] if indicator else list(read_rules().indicators)
    by_indicator = {name: check_operator(scope, name, operator) for name in wanted}
    headline = {name: read_rules().indicators[name].headline for name in wanted}
    figures = figures[
        (figures["operator"] == figures["indicator"].map(by_indicator))
        & (figures["test"] == figures["indicator"].map(headline))
    ]
    seen = register.units[inside(register.units, scope, trail)]
    figures = figures[(figures["level"] != "unit") | figures["code"].isin(seen["code"])]
    if scope.areas is not None:
        figures = figures[figures["level"] != "city"]
    sheet = _sheet(workspace, actor, trail[-1], indicator, operator, language)
    path = write_gaps(
        gaps,
        figures.reset_index(drop=True),
        register,
        out,
        sheet=sheet,
        encoding=encoding,
    )
    with write(workspace.store.ledger) as connection:
        what = {"area": area, "indicator": indicator or "", "ending": out.suffix, "gaps": len(gaps)}
        add_audit(connection, actor.account, "export", what)
    return path


def _sheet(
    workspace: Workspace,
    actor: Actor,
    area: Crumb,
    indicator: str | None,
    operator: str | None,
    language: str,
    title: str = "export.title",
) -> SheetInfo:
    text = Text(language)
    register = load_register(workspace)
    subject = text(f"indicator.{indicator}") if indicator else text("export.all_indicators")
    return SheetInfo(
        title=text(title, area=area.name, indicator=subject),
        area_code=area.code,
        area_name=area.name,
        indicator=indicator or "",
        operator=operator or "",
        quarter=workspace.settings.quarter,
        language=language,
        source=text("export.source", register=register.version),
        made_by=name_organisation(workspace, actor, language),
        date=datetime.now(UTC).date().isoformat(),
        modelled=bool(register.units["modelled"].any()),
        classification=INTERNAL,
    )


def export_sharing(
    workspace: Workspace,
    actor: Actor,
    out: Path,
    area: str = "",
    indicator: str | None = None,
    operator: str | None = None,
    *,
    language: str = DEFAULT_LANGUAGE,
) -> Path:
    """Write what ``read_sharing`` returns as a workbook (``.xlsx``).

    Raises:
        ExportError: another ending, or the place cannot be written.
    """
    trail = trail_of(load_register(workspace), allow(actor, "sharing"), area)
    found = read_sharing(workspace, actor, area, indicator, operator)
    sheet = _sheet(
        workspace, actor, trail[-1], indicator, operator, language, "export.sharing.title"
    )
    path = write_sharing(found.gaps, found.opportunities, found.duplicates, out, sheet=sheet)
    with write(workspace.store.ledger) as connection:
        what = {"area": area, "indicator": indicator or "", "ending": out.suffix}
        add_audit(connection, actor.account, "export", {**what, "what": "sharing"})
    return path
