"""Which reports leave an asset when a person takes one of them out of it.

A report is held by the links of its asset (``assets.REPORT``). What is doubtful gives way: the
weakest doubtful link beside the report is cut, and what hangs on the report by sure links goes with
it.
"""

from collections.abc import Iterable

import pandas as pd

from coverage_map.rules.assets import AssetSettings, read_asset_settings

Edge = tuple[str, str]


def part_off(
    reports: pd.DataFrame, record_id: str, settings: AssetSettings | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the record_ids that go with a report and those that stay, in order of ``reports``.

    ``reports``: those of one asset, frame of ``assets.REPORT``. Where every link is sure, a report
    takes along what its own owner surely links to it; of an asset of one owner it goes alone.
    """
    least = (settings or read_asset_settings()).sure
    linked = reports[reports["linked_to"] != ""]
    weight = {
        (str(one), str(other)): float(probability)
        for one, other, probability in zip(
            linked["record_id"], linked["linked_to"], linked["probability"], strict=True
        )
    }
    sure = {edge for edge, probability in weight.items() if probability >= least}
    block = _reach(record_id, sure)
    beside = [
        edge for edge in weight if edge not in sure and (edge[0] in block) != (edge[1] in block)
    ]
    if beside:
        cut = min(beside, key=lambda edge: (weight[edge], edge))
        going = _reach(record_id, weight.keys() - {cut})
    else:
        owner = dict(zip(reports["record_id"], reports["owner"], strict=True))
        going = _reach(record_id, {edge for edge in sure if owner[edge[0]] == owner[edge[1]]})
    if len(going) == len(reports):
        going = {record_id}
    identifiers = [str(identifier) for identifier in reports["record_id"]]
    return (
        tuple(identifier for identifier in identifiers if identifier in going),
        tuple(identifier for identifier in identifiers if identifier not in going),
    )


def _reach(start: str, edges: Iterable[Edge]) -> set[str]:
    """Return what is connected with a report by links."""
    beside: dict[str, list[str]] = {}
    for one, other in edges:
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    found, edge = {start}, [start]
    while edge:
        for there in beside.get(edge.pop(), ()):
            if there not in found:
                found.add(there)
                edge.append(there)
    return found
