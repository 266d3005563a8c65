"""The one shape of every answer: verdict, evidence, figure, gap, opportunity, duplicate.

Each table below is a list of columns; ``empty`` makes a frame of it. States are ``covered``,
``gap`` and ``unknown``; unknown is never a gap.
"""

from typing import Literal

import pandas as pd

State = Literal["covered", "gap", "unknown"]
STATES: tuple[State, ...] = ("covered", "gap", "unknown")

# One row per subject, indicator, test and operator. operator is an owner code, "any", or "" where
# the indicator has no operator. numerator/denominator/unknown are integers in the indicator's own
# unit of account (1/1/0 for yes-or-no subjects). probability, low, high are NaN until a test gives
# them. condition refines a state (for example "no_free_port"); reason is a code of the catalogue
# with reason_params as a JSON object.
VERDICT: dict[str, str] = {
    "subject_kind": "str",  # unit, settlement, place, area
    "subject_code": "str",
    "unit_code": "str",  # the unit the subject lies in; "" for areas
    "register_version": "str",
    "indicator": "str",
    "test": "str",
    "operator": "str",
    "state": "str",
    "condition": "str",
    "disputed": "bool",
    "numerator": "int64",
    "denominator": "int64",
    "unknown": "int64",
    "probability": "float64",
    "low": "float64",
    "high": "float64",
    "reason": "str",
    "reason_params": "str",
    "rule_hash": "str",
    "quarter": "str",
}

# What a verdict rests on; joins on the first five columns.
EVIDENCE: dict[str, str] = {
    "subject_kind": "str",
    "subject_code": "str",
    "indicator": "str",
    "test": "str",
    "operator": "str",
    "record_id": "str",
    "kind": "str",
    "owner": "str",
    "grade": "str",  # claimed, predicted, measured, inspected
    "distance_m": "Int64",  # whole metres, geodesic; <NA> where distance plays no part
}

# A roll-up: one row per level, area, indicator, test, operator. Units, households and people are
# split into covered, gap and unknown; numerator/denominator/unknown add the verdicts' own counts.
# target is the policy's rate in per cent, NaN where it names none.
FIGURE: dict[str, str] = {
    "level": "str",  # unit, township, area, city
    "code": "str",
    "indicator": "str",
    "test": "str",
    "operator": "str",
    "units_covered": "int64",
    "units_gap": "int64",
    "units_unknown": "int64",
    "households_covered": "int64",
    "households_gap": "int64",
    "households_unknown": "int64",
    "people_covered": "int64",
    "people_gap": "int64",
    "people_unknown": "int64",
    "numerator": "int64",
    "denominator": "int64",
    "unknown": "int64",
    "state": "str",
    "condition": "str",
    "target": "float64",
    "rule_hash": "str",
    "quarter": "str",
}

# One row per gap verdict; geometry is the subject's polygon (unit) or point, EPSG:4490. A place has
# no residents: its households and people are 0 here and blank in what people read.
GAP: dict[str, str] = {
    "gap_id": "str",  # indicator/test/operator/subject_code
    "subject_kind": "str",
    "subject_code": "str",
    "subject_name": "str",
    "unit_code": "str",
    "unit_name": "str",
    "unit_kind": "str",
    "township_code": "str",
    "township_name": "str",
    "area_code": "str",
    "area_name": "str",
    "indicator": "str",
    "test": "str",
    "operator": "str",
    "households": "int64",
    "people": "int64",
    "reason": "str",
    "reason_params": "str",
    "grade": "str",  # best evidence behind the verdict; "" where absence is the evidence
    "node_id": "str",  # nearest fibre node: record id, owner, distance
    "node_name": "str",
    "node_owner": "str",
    "node_distance_m": "Int64",
    "tower_id": "str",  # nearest standing tower or pole
    "tower_name": "str",
    "tower_owner": "str",
    "tower_distance_m": "Int64",
    "lon": "float64",  # the point measured from: village office, settlement or place
    "lat": "float64",
    "modelled": "bool",
    "quarter": "str",
}

# One row per gap and asset near enough; rank 1 is best.
OPPORTUNITY: dict[str, str] = {
    "gap_id": "str",
    "unit_code": "str",
    "asset_class": "str",  # tower, pole, room, duct, fibre_node
    "record_id": "str",
    "asset_name": "str",
    "owner": "str",
    "distance_m": "Int64",
    "free": "Int64",  # free ports or mounting places where reported
    "rank": "int64",
    "reason": "str",
    "reason_params": "str",
    "lon": "float64",
    "lat": "float64",
}

# A newly built tower within the "same place" distance of an older one of another owner.
DUPLICATE: dict[str, str] = {
    "new_id": "str",
    "new_name": "str",
    "new_owner": "str",
    "new_date": "str",
    "old_id": "str",
    "old_name": "str",
    "old_owner": "str",
    "old_date": "str",
    "distance_m": "Int64",
    "limit_m": "int64",
    "setting": "str",  # settlement, outside
    "unit_code": "str",
    "lon": "float64",
    "lat": "float64",
}


def empty(columns: dict[str, str]) -> pd.DataFrame:
    """Make an empty frame with the given columns and types."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})


def shape(frame: pd.DataFrame, columns: dict[str, str]) -> pd.DataFrame:
    """Bring a frame to the given columns, order and types; a missing column is an error."""
    return frame[list(columns)].astype(columns).reset_index(drop=True)
