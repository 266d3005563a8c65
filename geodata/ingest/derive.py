"""Fields that follow from others: identities, technology, band and frequency, tilts, sectors.

Only what the others say without doubt is taken, only where a field is empty, and it is said.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.bands import band_data, band_of_mhz, channel_mhz, read_bands
from geodata.ingest.aliases import find_hit
from geodata.ingest.cell_ids import ECI_CELLS, Identities, as_numbers, fits_eci, read_identities
from geodata.ingest.derive_lists import bring_to_percent, name_points
from geodata.ingest.settings import plain, settings, word, words
from geodata.ingest.values import cell_text
from geodata.ingest.values.bands import read_band
from geodata.ingest.work import Params, Work
from geodata.records import Kind

Objects = npt.NDArray[np.object_]
_CONFIGURATION = re.compile(r"[SO]\s*(\d+(?:/\d+)*)(?:\D.*)?", re.IGNORECASE)


def derive_fields(work: Work, kind: Kind) -> None:
    """Fill what follows from other fields of a row, and say where fields contradict each other."""
    steps: Mapping[str, tuple[Callable[[Work], None], ...]] = {
        "cell": (
            _technology,
            _identities,
            _bands,
            _tilts,
            _powers,
            _site_of_cell,
            _compose_identity,
        ),
        "site": (_sectors,),
        "duct_point": (name_points,),
        "village_coverage": (bring_to_percent,),
    }
    for step in steps.get(kind.name, ()):
        step(work)


def _text(work: Work, name: str) -> Objects:
    return work.frame[name].to_numpy(dtype=object).copy()


def _set(work: Work, name: str, values: Objects) -> None:
    work.frame[name] = pd.array(values.tolist(), dtype="str")


def _technology(work: Work) -> None:
    """Take the technology from the band's or the channel's words, then from headers and titles.

    A cell that says no more than FDD or TDD, which 4G and 5G both are, goes by these too.
    """
    technology = _text(work, "technology")
    duplex = _says_duplex(work)
    technology[duplex] = ""
    lacking = technology == ""
    if not lacking.any():
        return
    column = work.columns.column_of("band")
    told = {"band": _band_technology(work, column)} if column >= 0 else {}
    if work.columns.column_of("earfcn") >= 0:
        numbers = work.frame["earfcn"].to_numpy(dtype=float, na_value=np.nan)
        told["earfcn"] = channel_mhz(numbers, _blank(work), _blank(work))[1]
    where = work.columns.column_of("technology")
    for name, values in told.items():
        fills = (technology == "") & (values != "")
        if fills.any():
            technology[fills] = values[fills]
            params: Params = {"rows": int(fills.sum()), "field": "technology", "other": name}
            work.note("technology_inferred", where, params)
    open_rows = (technology == "") & (duplex | (where < 0))
    if open_rows.any():
        said, spoken = _title_technology(work)
        if said:
            technology[open_rows] = said
            title: Params = {"field": "technology", "word": spoken, "technology": said}
            work.note("technology_by_title", -1, title)
        elif duplex.any():
            usual = settings()["technology"]["duplex_of"]
            technology[open_rows & duplex] = usual
            rows = int((open_rows & duplex).sum())
            work.note("technology_by_duplex", where, {"rows": rows, "technology": usual}, "warning")
    if where < 0 and (technology != "").all():
        work.settle("technology")
    _set(work, "technology", technology)


def _says_duplex(work: Work) -> npt.NDArray[np.bool_]:
    """Say which cells of the column of the technology are no more than a way of sending."""
    column = work.columns.column_of("technology")
    if column < 0:
        return np.zeros(len(work.frame), dtype=bool)
    codes, uniques = pd.factorize(work.table.columns[column])
    spelt = words("technology", "duplex")
    told = np.array([word(cell_text(cell)) in spelt for cell in uniques] + [False], dtype=bool)
    return told[codes]


def _blank(work: Work) -> Objects:
    return np.full(len(work.frame), "", dtype=object)


def _band_technology(work: Work, column: int) -> Objects:
    codes, uniques = pd.factorize(work.table.columns[column])
    said = [read_band(plain(cell_text(cell))) for cell in uniques]
    words = np.array([item.technology if item else "" for item in said] + [""], dtype=object)
    return words[codes]


def _title_technology(work: Work) -> tuple[str, str]:
    """Return the only technology that a header of identities, the sheet or the file names."""
    headers = [
        match.header for match in work.columns.matches if match.field in {"enodeb_id", "eci"}
    ]
    for title in (*headers, work.table.sheet, *work.table.titles, work.file):
        said = {
            technology
            for technology, spellings in band_data()["titles"].items()
            if any(spelling in word(title) for spelling in spellings)
        }
        if len(said) == 1:
            return said.pop(), title
    return "", ""


def _identities(work: Work) -> None:
    """Read ECI, eNodeB ID and local cell identity from any column that holds a cell's identity."""
    nodes = as_numbers(work.frame["enodeb_id"])
    long_term = work.frame["technology"].isin(["4G", ""]).to_numpy(dtype=bool)
    eci = _blank(work)
    for column in _identity_columns(work):
        found = read_identities(work.table.columns[column], np.where(long_term, nodes, -1))
        if found.reading == "unclear":
            work.note("eci_unclear", column, {}, "note")
        elif found.reading == "hexadecimal":
            work.note("eci_hexadecimal", column)
        usable = (found.eci >= 0) & (long_term | (found.node < 0))
        fills = usable & (eci == "")
        eci[fills] = found.eci[fills].astype(str)
        _take_parts(work, found)
    given = _text(work, "eci")
    _set(work, "eci", np.where(eci != "", eci, given))
    whole = as_numbers(work.frame["eci"])
    short = long_term & fits_eci(whole)
    nodes = as_numbers(work.frame["enodeb_id"])
    apart = int((short & (nodes >= 0) & (whole // ECI_CELLS != nodes)).sum())
    if apart:
        column = work.columns.column_of("enodeb_id")
        work.note("eci_disagrees", column, {"rows": apart}, "warning")
    _fill_codes(work, "enodeb_id", np.where(short, whole // ECI_CELLS, -1))
    _fill_codes(work, "local_id", np.where(short, whole % ECI_CELLS, -1))


def _identity_columns(work: Work) -> list[int]:
    """Return the columns that may hold identities: those of the key, mapped or spare."""
    used = {match.column: match.field for match in work.columns.matches}
    columns = []
    for j, header in enumerate(work.table.headers):
        hit = find_hit("cell", header)
        field = used.get(j, hit.field if hit else "")
        if field in {"eci", "source_id"}:
            columns.append(j)
    return columns


def _take_parts(work: Work, found: Identities) -> None:
    _fill_codes(work, "enodeb_id", found.node)
    _fill_codes(work, "local_id", found.cell)


def _fill_codes(work: Work, name: str, numbers: npt.NDArray[np.int64]) -> None:
    """Fill a code where it is empty; a column of its own is left as it is."""
    if work.columns.column_of(name) >= 0 or not (numbers >= 0).any():
        return
    codes = _text(work, name)
    fills = (codes == "") & (numbers >= 0)
    codes[fills] = numbers[fills].astype(str)
    _set(work, name, codes)


def _site_of_cell(work: Work) -> None:
    """Let the base station's identity on the air stand for the site's where no column names it."""
    if work.columns.column_of("site_id") < 0 and work.columns.column_of("enodeb_id") >= 0:
        work.frame["site_id"] = work.frame["enodeb_id"]


def _compose_identity(work: Work) -> None:
    """Let base station and number within it name a cell where no column holds an identity.

    Only where the two tell the rows apart; the station's identity on the air goes first.
    """
    if work.columns.column_of("source_id") >= 0 or (_text(work, "source_id") != "").any():
        return
    local = _text(work, "local_id")
    for name in ("enodeb_id", "site_id"):
        node = _text(work, name)
        both = (node != "") & (local != "")
        whole = pd.Series(node + "-" + local)[both]
        apart = whole.nunique() >= settings()["kind"]["key_share"] * len(whole)
        if not both.all() or not apart:
            continue
        _set(work, "source_id", node + "-" + local)
        work.settle("source_id", "column_from_other")
        params: Params = {"field": "source_id", "other": name, "rows": len(whole)}
        work.note("identity_composed", -1, params)
        return


def _bands(work: Work) -> None:
    """Take frequency and band from the channel number; say where they contradict each other."""
    column = work.columns.column_of("band")
    band, technology = _text(work, "band"), _text(work, "technology")
    if column >= 0:
        _keep_written(work, column, band)
    mhz = work.frame["frequency_mhz"].to_numpy(dtype=float).copy()
    numbers = work.frame["earfcn"].to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(mhz) | np.isfinite(numbers)).any():
        return
    known = np.where(np.isin(band, list(read_bands())), band, "")
    free = channel_mhz(numbers, technology, _blank(work))[0]
    bound = channel_mhz(numbers, technology, known)[0]
    by_channel = np.where(np.isfinite(free), free, bound)
    mhz = np.where(np.isfinite(mhz), mhz, by_channel)
    implied = band_of_mhz(mhz)
    apart = int(((known != "") & (implied != "") & (known != implied)).sum())
    if apart:
        work.note("band_disagrees", column, {"rows": apart}, "warning")
    fills = (band == "") & (implied != "")
    band[fills] = implied[fills]
    _set(work, "band", band)
    work.frame["frequency_mhz"] = mhz


def _keep_written(work: Work, column: int, band: Objects) -> None:
    """Keep what stood in the cells of a band whose usual name is another."""
    cells = work.table.columns[column]
    codes, uniques = pd.factorize(cells)
    texts = np.array([cell_text(cell) for cell in uniques] + [""], dtype=object)[codes]
    changed = (texts != band) & (texts != "") & (band != "")
    work.keep(np.flatnonzero(changed).tolist(), column)
    names = read_bands()
    unread = np.array(
        [bool(item) and any(part not in names for part in item.split("/")) for item in band]
    )
    if unread.any():
        example = str(band[int(unread.argmax())])[:20]
        work.note("band_unread", column, {"rows": int(unread.sum()), "example": example})


def _tilts(work: Work) -> None:
    """Add mechanical and electrical downtilt where no column holds the total."""
    names = ("tilt_mechanical_deg", "tilt_electrical_deg")
    if work.columns.column_of("tilt_deg") >= 0 or min(map(work.columns.column_of, names)) < 0:
        return
    total = work.frame[names[0]] + work.frame[names[1]]
    if total.notna().any():
        work.frame["tilt_deg"] = total
        work.note("tilt_summed", -1, {"rows": int(total.notna().sum())})


def _powers(work: Work) -> None:
    """Take a column of powers for the reference signal's where no cell could send so little."""
    column = work.columns.column_of("power_dbm")
    if column < 0 or work.columns.column_of("rs_power_dbm") >= 0:
        return
    power = work.frame["power_dbm"]
    if power.notna().any() and power.median() < settings()["power"]["element_dbm"]:
        work.frame["rs_power_dbm"] = power
        work.frame["power_dbm"] = np.nan
        work.note("power_per_element", column, {}, "warning")


def _sectors(work: Work) -> None:
    """Compare the numbers of sectors that lists name; count sectors where no column does."""
    names = ("heights_m", "azimuths_deg", "tilts_deg")
    sizes = np.array([[len(item) for item in work.frame[name]] for name in names], dtype=np.int64)
    if not sizes.size:
        return
    several = np.where(sizes > 1, sizes, 0)
    most = several.max(axis=0)
    least = np.where(several > 0, several, most).min(axis=0)
    column = next((c for name in names if (c := work.columns.column_of(name)) >= 0), -1)
    column = column if column >= 0 else work.columns.column_of("height_m")
    for row in np.flatnonzero(most != least).tolist():
        counts = "/".join(str(size) for size in sizes[:, row])
        work.blame(row, "sectors_unequal", column, {"counts": counts}, "warning")
    if work.columns.column_of("sectors") >= 0:
        return
    codes, uniques = pd.factorize(work.frame["configuration"].to_numpy(dtype=object))
    counts_by_text = np.array([_count_sectors(text) for text in uniques] + [0])
    counted = np.where(most == least, most, 0)
    counted = np.where(counted > 0, counted, counts_by_text[codes])
    work.frame["sectors"] = pd.array([count or None for count in counted.tolist()], dtype="Int64")


def _count_sectors(text: str) -> int:
    """Return the sectors of a configuration: S111 has three, S1/1/1 too, O1 one; 0 if unknown."""
    found = _CONFIGURATION.fullmatch(plain(text))
    if not found:
        return 0
    return len(found[1].split("/")) if "/" in found[1] else len(found[1])
