"""Whatever is handed in is refused with a reason and a remedy, or read with its faults said."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import build_small_city

from coverage_map.text import LANGUAGES, Text
from geodata.errors import CoverageMapError
from geodata.ingest import check_file
from tests.corpus.broken import broken_files, valid_files

CORPUS = {broken.case: broken for broken in broken_files()}


@cache
def register():
    return build_small_city()


def read(content, name):
    """Return the reports on a file and every fault, that of a refusal included."""
    try:
        reports = check_file(content, name, register(), "cmcc")
    except CoverageMapError as refusal:
        return None, [refusal.fault]
    return reports, [fault for report in reports for fault in report.faults]


def assert_said(faults):
    """Every fault is a sentence and a remedy in both languages."""
    for fault in {fault.code: fault for fault in faults}.values():
        for language in LANGUAGES:
            message, remedy = Text(language).fault(fault)
            assert message, fault
            assert remedy, fault
            assert not message.startswith("fault."), fault
            assert not remedy.startswith("fault."), fault


@pytest.mark.parametrize("case", CORPUS)
def test_a_broken_file_is_refused_or_read_with_faults(case):
    broken = CORPUS[case]
    reports, faults = read(broken.content, broken.name)
    assert_said(faults)
    if broken.refused:
        assert reports is None
    elif reports is not None:
        # What gives no records says why: a reason, a question or a fault.
        for report in reports:
            silent = not report.reason and not report.questions and not report.faults
            assert len(report.records) or not silent or not report.rows


@pytest.mark.parametrize("form", valid_files())
def test_the_files_that_are_broken_were_whole(form):
    name, content = valid_files()[form]
    reports, _ = read(content, name)
    assert reports
    assert reports[0].rows


def mutate(content, places):
    """Return a file with bytes changed, left out or put in."""
    whole = bytearray(content)
    for where, how, byte in places:
        at = where % max(len(whole), 1)
        if how == 0:
            whole[at : at + 1] = bytes([byte])
        elif how == 1:
            del whole[at : at + 1 + byte % 8]
        elif how == 2:
            whole[at:at] = bytes([byte]) * (1 + byte % 8)
        else:
            end = at + 1 + byte
            whole[at:end] = whole[:byte]
    return bytes(whole)


CHANGE = st.tuples(st.integers(0, 2**20), st.integers(0, 3), st.integers(0, 255))


# GDAL's messages quote the damaged bytes, which fiona cannot decode for its log.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("form", valid_files())
@settings(max_examples=30, derandomize=True, deadline=None, database=None)
@given(places=st.lists(CHANGE, min_size=1, max_size=6))
def test_changed_bytes_never_end_in_a_traceback(form, places):
    name, content = valid_files()[form]
    _, faults = read(mutate(content, places), name)
    assert_said(faults)
