"""Time the engine on a register as large as a province: ``python large_engine.py 52000``.

Kept out of the test suite. Prints one line a step: seconds, rows, and the process's peak memory.
"""

import resource
import sys
import time

import numpy as np
import worlds

from coverage_map.gaps import find_gaps
from coverage_map.indicators import judge
from coverage_map.rollup import roll_up
from coverage_map.rules import read_rules
from coverage_map.sharing import find_duplicates, find_opportunities

QUARTER = "2023Q4"


def main(count: int) -> None:
    rng = np.random.default_rng(1)
    rules = read_rules()
    started = time.perf_counter()

    def step(name, result):
        nonlocal started
        now = time.perf_counter()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(
            f"{name:<14}{now - started:8.2f} s {len(result):>10,} rows {peak_mb:>7,} MB\n"
        )
        started = time.perf_counter()
        return result

    register = worlds.random_register(rng, count, counties=max(1, count // 350))
    step("register", register.units)
    records = worlds.random_records(rng, register, sites=count, nodes=count // 2)
    step("records", records["cell"])
    verdicts, evidence = judge(register, records, rules, quarter=QUARTER)
    step("judge", verdicts)
    step("roll up", roll_up(verdicts, register, rules))
    gaps = step("gaps", find_gaps(verdicts, evidence, register, records, rules, quarter=QUARTER))
    step("opportunities", find_opportunities(gaps, records))
    step("duplicates", find_duplicates(records, register, quarter=QUARTER))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 52_000)
