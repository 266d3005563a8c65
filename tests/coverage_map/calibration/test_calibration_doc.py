"""docs/calibration.md: its example runs, from the file of a drive to an interval."""

import re
from pathlib import Path

import numpy as np

DOC = Path(__file__).parents[3] / "docs" / "calibration.md"


def test_the_example_corrects_a_drive() -> None:
    code = re.search(r"```python\n(.*?)```", DOC.read_text("utf-8"), re.DOTALL)
    assert code is not None
    names: dict = {}
    exec(compile(code[1], str(DOC), "exec"), names)
    assert np.abs(names["signal"].signal_dbm - [-92, -100]).max() < 1.5
    low, high = names["find_interval"](names["signal"])
    assert (high - low < 9).all()
    errors = names["calibration"].errors
    assert (errors["rms_after_db"] < errors["rms_before_db"]).all()
    assert names["frame"]["signal_dbm"].size == 600
    assert set(names["match_cells"](names["frame"], names["cells"])["cell_by"]) == {"pci"}
