"""Every quantity of the published logs of ITU-R P.1812, and the losses beside the profiles."""

from pathlib import Path as FilePath

import pytest

from benchmarks.p1812_vectors import VECTORS, compare_folder, compare_log, read_log
from coverage_map.propagation.p1812_log import log_rows
from coverage_map.propagation.sg3_profile import parse_sg3_profile

COMPARED = compare_folder(VECTORS)
DOC = FilePath(__file__).parents[3] / "docs" / "propagation.md"


@pytest.mark.parametrize("file", COMPARED)
def test_every_quantity_agrees(file: str) -> None:
    missed = [(each.name, each.published, each.computed) for each in COMPARED[file] if not each.met]
    assert missed == []


@pytest.mark.parametrize("file", COMPARED)
def test_they_agree_as_far_as_they_are_printed(file: str) -> None:
    """Ten digits are printed; 10⁻⁹ leaves no room for another reading of an equation."""
    assert max(each.relative for each in COMPARED[file] if each.published) < 1e-9


def test_all_of_a_log_is_compared() -> None:
    logs = [name for name in COMPARED if name.startswith("results/")]
    assert len(logs) == 16
    assert {len(COMPARED[name]) for name in logs} == {53}
    assert sum(len(each) for each in COMPARED.values()) == 875


def test_the_table_in_the_docs_names_every_file() -> None:
    text = DOC.read_text("utf-8")
    assert [name for name in COMPARED if f"| `{name}` | {len(COMPARED[name])} |" not in text] == []


def test_the_examples_in_the_docs_run(capsys: pytest.CaptureFixture[str]) -> None:
    examples = [part.split("```")[0] for part in DOC.read_text("utf-8").split("```python")[1:]]
    assert len(examples) == 2
    for example in examples:
        exec(compile(example, str(DOC), "exec"), {})
    printed = capsys.readouterr().out
    assert "diffraction" in printed
    assert "(2, 101, 101)" in printed


def test_what_the_log_calls_eq_43_is_what_eq_61_made_of_it() -> None:
    """The published log contradicts its own other rows; eq. (43) is Lb0p + Ldp."""
    text = (VECTORS / "results/rburg_urban_with_clutter_vertical_0_log.csv").read_text("utf-8")
    said = {name: value for name, _, value in read_log(text)}
    assert said["Lbd (dB)"] == said["Lbda (dB)"]
    assert said["Lb0p"] + said["Ldp (dB)"] - said["Lbd (dB)"] == pytest.approx(3.695, abs=1e-3)


def test_a_line_nobody_knows_counts_as_missed() -> None:
    profile = parse_sg3_profile((VECTORS / "profiles/rburg.csv").read_text("utf-8"))
    lines = read_log((VECTORS / "results/rburg_0_log.csv").read_text("utf-8"))
    deviations = compare_log(profile, [*lines, ("Lxyz (dB)", "Eq (999)", 1.0)])
    assert [each.name for each in deviations if not each.met] == ["Lxyz (dB) Eq (999)"]


def test_a_profile_without_clutter_and_zones_is_bare_and_inland() -> None:
    text = (VECTORS / "profiles/rburg_rural_noclutter_los.csv").read_text("utf-8")
    full = parse_sg3_profile(text)
    short = parse_sg3_profile(text.replace(",2,0,4\n", "\n"))
    assert short.path.clutter_m.max() == 0
    assert (short.path.zone == full.path.zone).all()
    assert short.links == full.links


def test_log_rows_have_one_meaning_each() -> None:
    profile = parse_sg3_profile((VECTORS / "profiles/rburg.csv").read_text("utf-8"))
    from coverage_map.propagation import Environment, predict_p1812

    rows = log_rows(predict_p1812(profile.path, profile.links[0], Environment()), 1.0)
    assert len({row[:2] for row in rows}) == len(rows) == 51
