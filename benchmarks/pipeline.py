"""How long the sample takes from nothing, and one more workbook from upload to changed map."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import xlsxwriter

from benchmarks.table import print_table
from coverage_map import pipeline

ROWS = 2000


@contextmanager
def _timed(into: dict[str, float], name: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    into[name] = time.perf_counter() - start


def write_workbook(workspace: pipeline.Workspace, file: Path, rows: int = ROWS) -> None:
    """Write a site list as a carrier would, its sites at random places of random units."""
    from coverage_map.pipeline.workspace import load_register

    register = load_register(workspace)
    chance = np.random.default_rng(7)
    units = register.units.iloc[chance.integers(0, len(register.units), rows)]
    points = units.geometry.representative_point()
    towns = register.townships.set_index("code")["name"]
    counties = register.counties.set_index("code")["name"]
    header = [
        "站址编码",
        "基站名称",
        "区县",
        "乡镇",
        "行政村",
        "经度",
        "纬度",
        "制式",
        "挂高",
        "开通状态",
    ]
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("站址")
        sheet.write_row(0, 0, header)
        for number, (unit, point) in enumerate(
            zip(units.itertuples(), points, strict=True), start=1
        ):
            row = [
                f"NEW{number:05d}",
                f"{unit.name}新站{number}",
                counties[unit.county_code],
                towns[unit.township_code],
                unit.name,
                round(point.x, 6),
                round(point.y, 6),
                "4G",
                35,
                "开通",
            ]
            sheet.write_row(number, 0, row)


def measure(folder: Path) -> pipeline.Workspace:
    """Print both tables and return the workspace that was made."""
    marks: dict[str, float] = {}
    last = {"stage": "", "at": time.perf_counter()}

    def progress(stage: str, _done: int, _total: int) -> None:
        now = time.perf_counter()
        if last["stage"]:
            marks[str(last["stage"])] = marks.get(str(last["stage"]), 0.0) + now - float(last["at"])
        last.update(stage=stage, at=now)

    start = time.perf_counter()
    workspace = pipeline.init_workspace(folder, sample=True, progress=progress)
    total = time.perf_counter() - start
    progress("", 0, 0)
    rows = [(stage, f"{seconds:.1f}") for stage, seconds in marks.items()]
    goal = ("**all** (goal ≤ 90)", f"**{total:.1f}**")
    print_table("Sample city from nothing", ["stage", "seconds"], [*rows, goal])
    _measure_upload(workspace)
    return workspace


def _measure_upload(workspace: pipeline.Workspace) -> None:
    actor = pipeline.local_actor(workspace, "unicom")
    city = pipeline.local_actor(workspace)
    took: dict[str, float] = {}
    with TemporaryDirectory() as name:
        file = Path(name) / "新增站址.xlsx"
        write_workbook(workspace, file)
        content = file.read_bytes()
    with _timed(took, "read, map, match, check"):
        check = pipeline.check_upload(workspace, actor, "unicom", file.name, content)
    with _timed(took, "store, verdicts of the city and of the owner"):
        accepted = pipeline.accept_upload(workspace, city, check.upload_id, partial=True)
    with _timed(took, "the map's colours"):
        pipeline.read_overview(workspace, actor, "", "mobile_4g")
    rows = [(step, f"{seconds:.2f}") for step, seconds in took.items()]
    goal = ("**all** (goal ≤ 5)", f"**{sum(took.values()):.2f}**")
    title = (
        f"One more workbook of {ROWS:,} rows: {sum(accepted.rows.values()):,} taken, "
        f"{len(accepted.changed):,} verdicts changed"
    )
    print_table(title, ["step", "seconds"], [*rows, goal])
