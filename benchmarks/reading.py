"""How long a workbook takes from bytes to report, beside pandas merely reading it.

Each figure is taken in a process of its own; its memory is the most that process ever held.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter

from benchmarks.table import print_table
from benchmarks.varied.headers import all_aliases
from benchmarks.varied.parameters import PARAMETERS, spell_parameter
from benchmarks.varied.spelling import fill, spell, words
from benchmarks.varied.world import build_world
from coverage_map.export.returned import return_file
from coverage_map.text import Text
from geodata.errors import Fault, Place
from geodata.ingest import check_file
from geodata.records import read_kinds
from geodata.register import read_register, write_register

LARGE, SMALL, COLUMNS = 200_000, 2_000, 30
MARKED_S = 20.0
SHEET = "小区"
PLACES = ("county_name", "township_name", "village_name")


def write_cells(file: Path, rows: int) -> None:
    """Write a list of cells of so many rows and thirty columns, as one carrier would send it."""
    world, rng, kind = build_world(), np.random.default_rng(5), read_kinds()["cell"]
    truth = world.records["cell"]
    frame = truth.iloc[np.resize(np.arange(len(truth)), rows)].reset_index(drop=True)
    number = np.arange(rows)
    frame = frame.assign(
        source_id=[f"460-00-{n // 100 + 100_000}-{n % 100}" for n in number.tolist()],
        name=frame["name"] + "-" + pd.Series(number).astype("str"),
    )
    labels = world.ground.labels.iloc[frame["unit"]]
    columns: dict[str, list[Any]] = {}
    for name in (name for name in kind.fields if name in frame):
        header = all_aliases(kind, name)[0]
        if name in PARAMETERS and name != "source_id":
            columns[header] = spell_parameter(frame, name, header, rng)[0]
        else:
            columns[header] = spell(kind.fields[name], frame[name].tolist(), header, rng)
    for name, source in zip(PLACES, ("county", "township", "village"), strict=True):
        columns[all_aliases(kind, name)[0]] = list(labels[source])
    columns |= {"经度": frame["lon"].tolist(), "纬度": frame["lat"].tolist()}
    for name, what in words()["extra"].items():
        if len(columns) < COLUMNS and name not in columns:
            columns[name] = fill(what, rows, rng)
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_row(0, 0, list(columns))
        for row, values in enumerate(zip(*columns.values(), strict=True), start=1):
            sheet.write_row(row, 0, values)


def _child(what: str, file: str, register: str) -> None:
    """Do one thing in this process and print seconds, peak memory and rows."""
    content = Path(file).read_bytes()
    if what == "pandas":
        start = time.perf_counter()
        rows = len(pd.read_excel(file, engine="openpyxl"))
    elif what == "marked":
        rows = int(Path(file).stem)
        faults = [
            Fault("value_unknown", Place(file, SHEET, row, "频段", "", 6), {}, "warning")
            for row in range(2, rows, 2)
        ]
        start = time.perf_counter()
        return_file(content, Path(file).name, faults, [], 1, Text())
    else:
        frames = read_register(Path(register))
        start = time.perf_counter()
        rows = sum(report.rows for report in check_file(content, Path(file).name, frames, "cmcc"))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "rows": rows}))


def _run(what: str, file: Path, register: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.reading", what, str(file), str(register)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure(*, beside: bool = True) -> None:
    """Print the table of speed; ``beside``: with what pandas takes merely to read."""
    rows = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_register(build_world().city.register, folder / "register")
        for count, goal, most in ((SMALL, 2.0, None), (LARGE, 25.0, 1.5)):
            file = folder / f"{count}.xlsx"
            write_cells(file, count)
            found = _run("check", file, folder / "register")
            good = found["seconds"] <= goal and (most is None or found["peak"] <= most * 1e9)
            said = f"≤ {goal:g} s" + (f", ≤ {most:g} GB" if most else "")
            rows.append(
                _row("bytes to report", count, found, said, "met" if good else "**missed**")
            )
            if count == LARGE:
                found = _run("marked", file, folder / "register")
                met = "met" if found["seconds"] <= MARKED_S else "**missed**"
                said = f"≤ {MARKED_S:g} s more"
                rows.append(_row("the same workbook, marked", count, found, said, met))
            if beside:
                found = _run("pandas", file, folder / "register")
                rows.append(
                    _row("pandas.read_excel (openpyxl), reading only", count, found, "", "")
                )
    title = f"Reading a workbook of {COLUMNS} columns"
    print_table(title, ["", "rows", "seconds", "peak GB", "goal", ""], rows)


def _row(what: str, rows: int, found: dict[str, float], goal: str, met: str) -> list[str]:
    peak = f"{found['peak'] / 1e9:.2f}"
    return [what, f"{rows:,}", f"{found['seconds']:.1f}", peak, goal, met]


if __name__ == "__main__":
    if len(sys.argv) > 3:
        _child(*sys.argv[1:4])
    else:
        measure()
