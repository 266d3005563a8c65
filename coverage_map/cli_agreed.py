"""The commands on what people agree on: natural villages, assets reported twice, reported totals.

Each is registered by ``cli``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from coverage_map import pipeline
from coverage_map.cli_options import (
    WORKSPACE,
    AsAccount,
    Folder,
    Json,
    open_as,
    print_json,
    run_long,
    text,
)
from coverage_map.cli_report import plain_rows
from geodata.errors import UsageError
from geodata.owners import read_owners

Area = Annotated[str, typer.Option("--area", help=text("cli.area"))]


def settlements(
    workspace: Folder = WORKSPACE,
    *,
    area: Area = "",
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """List the townships and where the lists of natural villages differ in them."""
    opened, actor = open_as(workspace, account, "settlements")
    states = pipeline.read_township_states(opened, actor, area)
    found = pipeline.read_settlement_differences(opened, actor, area)
    if as_json:
        rows = {"townships": plain_rows(states), "differences": plain_rows(found)}
        print_json(rows)
        return
    for row in plain_rows(states):
        counts = text("cli.settlements.counts", open=row["open"], decided=row["decided"])
        state = text(f"township_state.{row['state']}")
        line = [row["township_code"], row["area_name"], row["township_name"], counts, state]
        typer.echo("\t".join(line))
    for row in plain_rows(found):
        said = text(f"settlement_action.{row['action'] or 'open'}")
        line = [row["key"], row["unit_name"], row["name"], text(f"difference.{row['difference']}")]
        typer.echo("  " + "\t".join([*line, row["alike_name"], said]))


def settle(
    decided: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=ACTION[:ID]", help=text("cli.settle.decided"))
    ] = None,
    workspace: Folder = WORKSPACE,
    *,
    proposed: Annotated[
        str, typer.Option("--proposed", metavar="AREA", help=text("cli.settle.proposed"))
    ] = "",
    confirm: Annotated[list[str] | None, typer.Option(help=text("cli.settle.confirm"))] = None,
    reopen: Annotated[list[str] | None, typer.Option(help=text("cli.settle.reopen"))] = None,
    publish: Annotated[bool, typer.Option("--publish", help=text("cli.settle.publish"))] = False,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """Decide differences, confirm townships, publish the list: in this order."""
    opened, actor = open_as(workspace, account, "settle")
    for township in reopen or []:
        pipeline.reopen_township(opened, actor, township)
    wanted = _proposals(opened, actor, proposed) if proposed else {}
    wanted |= dict(_decision(given) for given in decided or [])
    changed = pipeline.decide_settlements(opened, actor, wanted) if wanted else 0
    for township in confirm or []:
        pipeline.confirm_township(opened, actor, township)
    published = run_long(opened, actor, "publish", {}) if publish else None
    if as_json:
        print_json({"decided": changed, "published": published})
        return
    typer.echo(text("cli.settle.done", n=changed))
    if published is not None:
        typer.echo(text("settlements.published", **published))


def _proposals(
    opened: pipeline.Workspace, actor: pipeline.Actor, area: str
) -> dict[str, tuple[str | None, str]]:
    """Return what is proposed for the differences of an area that are open."""
    found = pipeline.read_settlement_differences(opened, actor, area)
    found = found[found["action"] == ""]
    columns = (found[name] for name in ("key", "proposal", "proposal_same_as"))
    return {key: (action, same_as) for key, action, same_as in zip(*columns, strict=True)}


def _decision(given: str) -> tuple[str, tuple[str | None, str]]:
    """Read KEY=ACTION[:ID]; without an action what was said is taken back."""
    key, equals, said = given.rpartition("=")
    if not equals:
        raise UsageError("settlement_answer", given=given[:80])
    action, _, same_as = said.partition(":")
    return key, (action or None, same_as)


def assets(
    workspace: Folder = WORKSPACE,
    *,
    area: Area = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help=text("cli.assets.out"))] = None,
    join: Annotated[list[str] | None, typer.Option(help=text("cli.assets.join"))] = None,
    part: Annotated[list[str] | None, typer.Option(help=text("cli.assets.part"))] = None,
    undo: Annotated[list[str] | None, typer.Option(help=text("cli.assets.undo"))] = None,
    account: AsAccount = "",
    as_json: Json = False,
) -> None:
    """List the assets that several reports speak of; join or part reports (ID+ID)."""
    opened, actor = open_as(workspace, account, "assets")
    said = [(*_pair(given), True) for given in join or []]
    said_apart = [(*_pair(given), False) for given in part or []]
    taken_back = [(*_pair(given), None) for given in undo or []]
    if said or said_apart or taken_back:
        pipeline.decide_assets(opened, actor, [*said, *said_apart, *taken_back])
    found, reports = pipeline.read_assets(opened, actor, area)
    found = found[found["reports"] > 1]
    reports = reports[reports["asset_id"].isin(found["asset_id"])]
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        reports.to_csv(out, index=False, encoding="utf-8-sig")
    if as_json:
        print_json({"assets": plain_rows(found), "reports": plain_rows(reports)})
        return
    for row in plain_rows(found):
        names = text("words.comma").join(_owner(code) for code in row["owners"])
        counts = text("cli.assets.line", reports=row["reports"], metres=row["spread_m"])
        typer.echo("\t".join([row["asset_id"], row["name"], names, counts, _share(row)]))


def _pair(given: str) -> tuple[str, str]:
    one, plus, other = given.partition("+")
    if not plus:
        raise UsageError("asset_pair", given=given[:80])
    return one, other


def _share(row: Mapping[str, Any]) -> str:
    return f"{row['probability']:.2f}"


def _owner(code: str) -> str:
    entry = read_owners().get(code)
    return entry.name[text.language] if entry else code


def totals(
    workspace: Folder = WORKSPACE, *, account: AsAccount = "", as_json: Json = False
) -> None:
    """Compare reported totals with what the records add up to."""
    opened, actor = open_as(workspace, account, "totals")
    found = pipeline.read_totals(opened, actor)
    if as_json:
        print_json(plain_rows(found))
        return
    for row in plain_rows(found):
        line = [_owner(row["owner"]), row["area_name"], text(f"measure.{row['measure']}")]
        numbers = [row[name] for name in ("reported", "counted", "difference")]
        figures = ["—" if number is None else f"{number:,}" for number in numbers]
        typer.echo("\t".join([*line, *figures]))


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "settlements": settlements,
    "settle": settle,
    "assets": assets,
    "totals": totals,
}
