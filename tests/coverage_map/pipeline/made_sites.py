"""A carrier's small site list for tests of what becomes of uploads."""

from collections.abc import Sequence

from coverage_map import pipeline

HEADER = "站址编码,基站名称,区县,乡镇,行政村,经度,纬度,制式,开通状态"
PLACED = pipeline.Answers({"*": pipeline.TableAnswer(crs="EPSG:4490")})


def site_rows(workspace: pipeline.Workspace, count: int) -> list[list[str]]:
    """Return rows of new sites, each in a village without 5G."""
    gaps = pipeline.read_gaps(
        workspace, pipeline.local_actor(workspace), indicator="village_5g", operator="any"
    )
    return [
        [f"N{number:03d}", f"{gap.unit_name}新站", gap.area_name, gap.township_name, gap.unit_name,
         f"{gap.lon:.6f}", f"{gap.lat:.6f}", "5G", "开通"]
        for number, gap in enumerate(gaps.head(count).itertuples())
    ]  # fmt: skip


def site_file(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a CSV file."""
    return "\n".join([HEADER, *(",".join(row) for row in rows)]).encode()
