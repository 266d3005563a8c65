"""Evidence and rules become verdicts: covered, gap or unknown, each with its reason.

The logic, once for all indicators (what may differ is data in the rule packs):

- **Per operator.** Covered when its records say so. A gap when they say not, or when it has
  reported such records in the subject's county and none covers. Otherwise unknown: who has handed
  in nothing there is not accused. A network counts as told when a record of its technology lies
  in the county (by its owner, or by the host that builds it: ``hosts``).
- **Operator "any".** Covered when some operator covers. With ``gap_needs = "every operator"`` a
  gap only when all operators that run such a network are known not to cover; with
  ``"every report"`` when all that are known do not. Otherwise unknown.
- **How many.** Test "operators" of operator "any" has as numerator the operators that cover, as
  denominator those that are known, as unknown the others; its sums count pairs.
- **Numbers.** The denominator counts what is known; unknown stands beside it, never inside it.
- **Disputed.** Only where records that speak about the same subject and operator contradict each
  other; nothing then follows from them, and the state is unknown.

A county part with the records of ``rules.halo_m`` around it gives the same verdicts as the whole.
"""

from collections.abc import Callable, Mapping

import geopandas as gpd
import pandas as pd

from coverage_map.indicators.answers import (
    ANY,
    OPERATORS_TEST,
    Answer,
    Answered,
    combine,
    count_operators,
    to_evidence,
    to_verdicts,
)
from coverage_map.indicators.claims import Case
from coverage_map.indicators.counts import (
    judge_cable_count,
    judge_estate_count,
    judge_penetration_count,
)
from coverage_map.indicators.fibre import judge_fibre_port, judge_fibre_reach
from coverage_map.indicators.reports import judge_broadband_report, judge_hotspot_report
from coverage_map.indicators.stations import judge_station_distance, read_stations
from coverage_map.indicators.subjects import find_subjects
from coverage_map.rules import Indicator, RulePack
from geodata.register import Register

__all__ = ["ANY", "OPERATORS_TEST", "judge"]

_METHODS: Mapping[str, Callable[[Case], dict[str, Answer]]] = {
    "station_distance": judge_station_distance,
    "fibre_reach": judge_fibre_reach,
    "fibre_port": judge_fibre_port,
    "broadband_report": judge_broadband_report,
    "hotspot_report": judge_hotspot_report,
    "estate_count": judge_estate_count,
    "cable_count": judge_cable_count,
    "penetration_count": judge_penetration_count,
}


def _judge_indicator(
    register: Register,
    records: Mapping[str, gpd.GeoDataFrame],
    stations: pd.DataFrame,
    indicator: Indicator,
    quarter: str,
) -> list[Answered]:
    subjects = find_subjects(register, indicator)
    answered: list[Answered] = []
    for test in indicator.tests.values():
        case = Case(register, records, stations, indicator, test, subjects, quarter)
        answers = _METHODS[test.method](case)
        if indicator.operators:
            each = {name: answers[name] for name in indicator.operators}
            answers.setdefault(ANY, combine(indicator, each))
            if test.name == indicator.headline:
                count = count_operators(each, answers[ANY])
                answered.append(Answered(indicator.name, OPERATORS_TEST, ANY, subjects, count))
        answered.extend(
            Answered(indicator.name, test.name, operator, subjects, answer)
            for operator, answer in answers.items()
        )
    return answered


def judge(
    register: Register,
    records: Mapping[str, gpd.GeoDataFrame],
    rules: RulePack,
    *,
    quarter: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge every subject of the register by the rules; return verdicts and their evidence.

    ``records`` are frames by kind with the kind's fields and ``records.PROVENANCE``, geometry
    EPSG:4490; absent kinds have no records. ``quarter`` is like 2023Q4. Frames of
    ``verdicts.VERDICT`` and ``verdicts.EVIDENCE``.

    Raises:
        UsageError: the quarter is not one.
    """
    stations = read_stations(records, quarter)
    answered = [
        item
        for indicator in rules.indicators.values()
        for item in _judge_indicator(register, records, stations, indicator, quarter)
    ]
    verdicts = to_verdicts(
        answered, register_version=register.version, rule_hash=rules.hash, quarter=quarter
    )
    return verdicts, to_evidence(answered)
