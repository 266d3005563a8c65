"""Believe a coordinate system that is remembered of such tables while no evidence speaks against.

A person said it of an earlier file; this one may come from another export.
"""

from dataclasses import replace

from geodata.errors import Fault, Place
from geodata.ingest.crs_choice import Part, axes_fault, taken_as


def believe(part: Part, crs: str, place: Place) -> Part:
    """Return a part taken for the remembered system, or as it was with why that was not believed.

    What the rows or the file itself settle stays. Where they are asked about, another system that
    puts more rows where they say they lie keeps the question open, and so does a claim of another.
    Rows whose numbers cannot be in the system at all stay as they were.
    """
    mine = max(
        (one for one in part.crs.scores if one.crs == crs), key=lambda one: one.inside, default=None
    )
    if mine is None or part.state == "refused":
        return part
    if part.state == "settled":
        if part.crs.chosen == crs:
            return replace(part, crs=replace(part.crs, decided_by="profile", ground=""))
        if part.crs.decided_by != "range":
            return _with(part, Fault("crs_profile_contradicted", place, _told(part, crs), "note"))
    best = max(part.crs.scores, key=lambda one: one.inside)
    claimed = taken_as(part.crs.claimed)
    if best.inside > mine.inside or (claimed and claimed != crs):
        params = {**_told(part, crs), "other": best.crs if best.inside > mine.inside else claimed}
        options = part.options or tuple(dict.fromkeys(one.crs for one in part.crs.scores))
        doubt = Fault("crs_profile_doubted", place, params, "warning")
        crs_open = replace(part.crs, chosen="", decided_by="none", ground="")
        return _with(replace(part, state="open", crs=crs_open, options=options), doubt)
    taken = replace(part.crs, chosen=crs, decided_by="profile", swapped=mine.swapped, ground="")
    faults = (axes_fault(crs, place),) if mine.swapped else ()
    return replace(part, state="settled", crs=taken, faults=faults, options=())


def _with(part: Part, fault: Fault) -> Part:
    return replace(part, faults=(*part.faults, fault))


def _told(part: Part, crs: str) -> dict[str, str | int | float]:
    return {"crs": crs, "chosen": part.crs.chosen}
