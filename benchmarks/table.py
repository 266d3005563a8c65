"""Rows of figures as a Markdown table, with the machine they were measured on."""

import datetime as dt
import os
import platform
from collections.abc import Sequence


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table that can be pasted into the README."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(header) + " |")
    print("| " + " | ".join("---" for _ in header) + " |")
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")


def print_machine() -> None:
    """Say when and on what the figures were measured."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = dt.datetime.now(dt.UTC).date().isoformat()
    print(f"{today}, {cores} cores, Python {platform.python_version()}, {platform.system()}")
