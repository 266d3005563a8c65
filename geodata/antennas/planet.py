"""Antenna files of the Planet format (.msi, .pln, .txt), as vendors write them.

Lines ``KEY value``, then ``HORIZONTAL 360`` and ``VERTICAL 360`` with one line ``angle loss`` a
degree. Gain is in dBd unless the line says dBi; losses are below the maximum.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geodata.antennas.patterns import DBD_TO_DBI, CutPattern, half_power_width_deg
from geodata.errors import Fault, Place, Severity

Floats = NDArray[np.float64]
_SECTIONS = {"HORIZONTAL": "horizontal", "VERTICAL": "vertical"}
_NUMBER = re.compile(r"[-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?")
_ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")


@cache
def _limits() -> Mapping[str, Any]:
    return tomllib.loads((files("geodata.antennas") / "planet.toml").read_text(encoding="utf-8"))


@dataclass
class _Reading:
    """What a file held so far: heads by key with their rows, losses by angle, faults."""

    file: str
    heads: dict[str, tuple[str, int]] = field(default_factory=dict)
    cuts: dict[str, dict[float, tuple[float, int]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def say(
        self,
        code: str,
        row: int | None = None,
        value: str = "",
        severity: Severity = "warning",
        **params: str | float,
    ) -> None:
        """Add a fault with its row."""
        place = Place(file=self.file, row=row, value=value[:80])
        self.faults.append(Fault(code, place, params, severity))


def read_planet(
    content: bytes | Path, file: str = "", gain_dbi: float | None = None
) -> tuple[CutPattern | None, tuple[Fault, ...]]:
    """Read an antenna file; what can be put right is put right and said.

    Args:
        content: the bytes, or a path.
        file: the name to say in faults; of a path its own.
        gain_dbi: the gain where the file has none.

    Returns:
        The pattern, None where a fault is an error, and all faults with their rows.
    """
    if isinstance(content, Path):
        file, content = file or content.name, content.read_bytes()
    reading = _Reading(file)
    _read_lines(reading, _decode(content))
    horizontal, vertical = (_make_cut(reading, name) for name in ("horizontal", "vertical"))
    gain = _read_gain(reading, gain_dbi)
    if horizontal is None or vertical is None or gain is None:
        return None, tuple(reading.faults)
    tilt = _read_tilt(reading, vertical)
    if tilt > 0 and _points_up(vertical, tilt):
        vertical = np.roll(vertical[::-1], 1)
        reading.say("pattern_upside", severity="note", tilt=tilt)
    _compare_width(reading, horizontal)
    name, _ = reading.heads.get("NAME", (Path(file).stem, 0))
    pattern = CutPattern(
        name=name,
        gain_dbi=gain,
        horizontal_db=horizontal,
        vertical_db=vertical,
        frequency_mhz=_read_frequency(reading),
        electrical_tilt_deg=tilt,
        source=file,
    )
    return pattern, tuple(reading.faults)


def write_planet(pattern: CutPattern) -> str:
    """Write a pattern as a Planet file, gain in dBi, losses to the hundredth of a decibel."""
    head = [f"NAME {pattern.name}"]
    if pattern.frequency_mhz is not None:
        head.append(f"FREQUENCY {pattern.frequency_mhz:g}")
    head += [
        f"H_WIDTH {half_power_width_deg(pattern.horizontal_db):.1f}",
        f"V_WIDTH {half_power_width_deg(pattern.vertical_db):.1f}",
        f"GAIN {pattern.gain_dbi:.2f} dBi",
        f"TILT {'ELECTRICAL' if pattern.electrical_tilt_deg else ''}".strip(),
        f"ELECTRICAL_TILT {pattern.electrical_tilt_deg:g}",
    ]
    lines = [*head]
    for key, cut in (("HORIZONTAL", pattern.horizontal_db), ("VERTICAL", pattern.vertical_db)):
        lines.append(f"{key} {len(cut)}")
        lines += [f"{angle} {loss:.2f}" for angle, loss in enumerate(cut)]
    return "\n".join(lines) + "\n"


def _decode(content: bytes) -> str:
    for encoding in _ENCODINGS[:-1]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode(_ENCODINGS[-1])


def _read_lines(reading: _Reading, text: str) -> None:
    section = ""
    for row, line in enumerate(text.splitlines(), start=1):
        plain = line.strip().strip("\x1a")
        if not plain:
            continue
        key, _, rest = plain.replace("\t", " ").partition(" ")
        key = key.upper().rstrip(":=")
        if key in _SECTIONS:
            section = _SECTIONS[key]
            reading.cuts.setdefault(section, {})
        elif section:
            _read_row(reading, section, row, plain)
        elif row == 1 and key not in _KEYS:
            reading.heads["NAME"] = (plain, row)
        else:
            reading.heads.setdefault(key, (rest.strip(" :="), row))


_KEYS = {
    "NAME", "MAKE", "FREQUENCY", "GAIN", "TILT", "H_WIDTH", "V_WIDTH", "FRONT_TO_BACK",
    "POLARIZATION", "COMMENT", "ELECTRICAL_TILT",
}  # fmt: skip


def _read_row(reading: _Reading, section: str, row: int, line: str) -> None:
    parts = re.split(r"[\s;]+", line)
    if len(parts) == 1:
        parts = line.split(",")  # 12,3.5
    numbers = [_number(part) for part in parts[:2]]
    if len(numbers) < 2 or numbers[0] is None or numbers[1] is None:
        reading.say("pattern_row", row, line, "error", section=section)
        return
    angle, loss = numbers[0] % 360.0, numbers[1]
    cut = reading.cuts[section]
    if angle in cut:
        if abs(cut[angle][0] - loss) > _limits()["same_db"]:
            reading.say("pattern_angle_twice", row, line, angle=angle, first=cut[angle][1])
        return
    cut[angle] = (loss, row)


def _number(text: str) -> float | None:
    if not _NUMBER.fullmatch(text):
        return None
    return float(text.replace(",", "."))


def _make_cut(reading: _Reading, name: str) -> Floats | None:
    """Return the loss at whole degrees of a section, None where there is too little of it."""
    found = reading.cuts.get(name, {})
    angles = np.array(sorted(found))
    gap = float(np.diff(np.append(angles, angles[0] + 360.0)).max()) if len(angles) else 360.0
    if len(angles) < _limits()["least_rows"] or gap > _limits()["longest_gap_deg"]:
        reading.say(
            "pattern_incomplete", severity="error", section=name, rows=len(angles), gap=round(gap)
        )
        return None
    losses = np.array([found[angle][0] for angle in angles])
    if losses.min() < -_limits()["slack_db"]:
        if losses.max() > _limits()["slack_db"]:
            worst = int(np.argmin(losses))
            reading.say(
                "pattern_values",
                found[float(angles[worst])][1],
                f"{losses[worst]:g}",
                "error",
                section=name,
            )
            return None
        losses = -losses
        reading.say("pattern_sign", severity="note", section=name)
    whole = np.arange(360.0)
    absent = int((~np.isin(whole, angles)).sum())
    if absent:
        reading.say("pattern_rows_missing", section=name, rows=absent, gap=round(gap))
    around = np.concatenate([angles - 360.0, angles, angles + 360.0])
    cut: Floats = np.maximum(np.interp(whole, around, np.tile(losses, 3)), 0.0)
    return cut


def _head_number(reading: _Reading, key: str) -> tuple[float | None, str, int]:
    text, row = reading.heads.get(key, ("", 0))
    match = _NUMBER.search(text)
    return (float(match.group().replace(",", ".")) if match else None), text, row


def _read_gain(reading: _Reading, gain_dbi: float | None) -> float | None:
    value, text, row = _head_number(reading, "GAIN")
    if value is None:
        if gain_dbi is None:
            reading.say("pattern_gain_missing", row or None, text, "error")
        return gain_dbi
    unit = text.lower()
    if "dbi" not in unit:
        value += DBD_TO_DBI
        if "dbd" not in unit:
            reading.say("pattern_gain_unit", row, text, "note", gain=round(value, 2))
    low, high = _limits()["gains_dbi"]
    if not low <= value <= high:
        reading.say("pattern_gain", row, text, "error")
        return None
    return value


def _read_tilt(reading: _Reading, vertical: Floats) -> float:
    """Return the electrical tilt a file states, or the one its vertical cut shows."""
    for key in ("ELECTRICAL_TILT", "TILT"):
        value, text, _ = _head_number(reading, key)
        if value is not None and "MECH" not in text.upper():
            return abs(value)
    if "ELECTRICAL" in reading.heads.get("TILT", ("", 0))[0].upper():
        peak = int(np.argmin(vertical))
        shown = float(min(peak, 360 - peak))
        reading.say("pattern_tilt_shown", reading.heads["TILT"][1], severity="note", tilt=shown)
        return shown
    return 0.0


def _points_up(vertical: Floats, tilt: float) -> bool:
    """Say whether the beam lies as far above the horizon as it should lie below."""
    down, up = round(tilt) % 360, -round(tilt) % 360
    return bool(vertical[up] + _limits()["slack_db"] < vertical[down])


def _compare_width(reading: _Reading, horizontal: Floats) -> None:
    stated, text, row = _head_number(reading, "H_WIDTH")
    measured = half_power_width_deg(horizontal)
    if (
        stated is not None
        and stated < 360
        and abs(stated - measured) > _limits()["width_slack_deg"]
    ):
        reading.say("pattern_width", row, text, measured=round(measured, 1))


def _read_frequency(reading: _Reading) -> float | None:
    """Return the middle of what a file states: a number, or a range as in 1710-2170."""
    text, _ = reading.heads.get("FREQUENCY", ("", 0))
    numbers = [float(each.replace(",", ".")) for each in re.findall(r"\d+[.,]?\d*", text)[:2]]
    if not numbers:
        return None
    scale = 1000.0 if "ghz" in text.lower() else 1.0
    return scale * sum(numbers) / len(numbers)


def index_by_name(patterns: Mapping[str, CutPattern]) -> dict[str, list[str]]:
    """Return which files hold the antenna of each plain name (letters and digits, upper case).

    A carrier's list names an antenna model; vendors write a file for each tilt and frequency.
    """
    found: dict[str, list[str]] = {}
    for file, pattern in sorted(patterns.items()):
        found.setdefault(plain_name(pattern.name), []).append(file)
    return found


def plain_name(name: str) -> str:
    """Return what two writings of an antenna's name have in common."""
    return re.sub(r"[\W_]+", "", name).upper()
