"""Many masts laid over each other in one tile: best server, servers, power, chance of service.

All sums are of integers and all comparisons total, so the order of masts and how they were divided
among processes play no part: ``merge`` of two tiles is the tile of both.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coverage_map.propagation.variability import height_factor, pixel_deviation_db
from coverage_map.signal.chance import NEGLIGIBLE, NODES, failure_logs
from coverage_map.signal.lattice import Window
from coverage_map.signal.mast import LOWEST, NONE, UNKNOWN, MastSignal
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import SignalSettings

NOBODY = np.int32(np.iinfo(np.int32).max)
# Power is summed in units of 10^-16 mW: -160 dBm is one, and 90,000 cells of -20 dBm still fit.
_UNIT_DBM = -160.0


@dataclass(frozen=True, eq=False)
class Tile:
    """What is known of a window; n networks, c channels of a roster, k nodes of ``chance``.

    ``best``: int16 (n, rows, columns), tenths of a dBm, NONE where nothing is heard. ``server``:
    int32, the rank of the cell that gives it, NOBODY: none. ``usable``: int16, cells at or above
    the threshold. ``unknown``: int16, cells that may be heard, but could not be predicted.
    ``power``: int64 (c, rows, columns), 10^-16 mW of all reference signals of a channel.
    ``fails``: int32 (n, k, rows, columns), see ``chance.failure_logs``.
    """

    window: Window
    best: NDArray[np.int16]
    server: NDArray[np.int32]
    usable: NDArray[np.int16]
    unknown: NDArray[np.int16]
    power: NDArray[np.int64]
    fails: NDArray[np.int32]


def empty_tile(window: Window, roster: Roster) -> Tile:
    """Return a tile over which no mast was laid yet."""
    each = (len(roster.networks), *window.shape)
    return Tile(
        window=window,
        best=np.full(each, NONE),
        server=np.full(each, NOBODY),
        usable=np.zeros(each, np.int16),
        unknown=np.zeros(each, np.int16),
        power=np.zeros((len(roster.channels), *window.shape), np.int64),
        fails=np.zeros((len(roster.networks), len(NODES), *window.shape), np.int32),
    )


def mosaic(
    window: Window,
    signals: Iterable[MastSignal],
    roster: Roster,
    settings: SignalSettings,
    step_m: float,
) -> Tile:
    """Lay the masts that reach into a window over each other, one after the other."""
    tile = empty_tile(window, roster)
    for signal in signals:
        add_mast(tile, signal, roster, settings, step_m)
    return tile


def add_mast(
    tile: Tile, signal: MastSignal, roster: Roster, settings: SignalSettings, step_m: float
) -> None:
    """Lay one more mast over a tile, in place: its arrays are changed."""
    part = tile.window.overlap(signal.window)
    if part is not None:
        _lay(tile, signal, part, roster, settings, step_m)


def add_tile(tile: Tile, other: Tile) -> None:
    """Lay what another tile has of the same window over a tile, in place; see ``merge``."""
    part = tile.window.overlap(other.window)
    if part is None:
        return
    ours, theirs = (..., *tile.window.slices(part)), (..., *other.window.slices(part))
    best, server = tile.best[ours], tile.server[ours]
    better = (other.best[theirs] > best) | (
        (other.best[theirs] == best) & (other.server[theirs] < server)
    )
    best[better], server[better] = other.best[theirs][better], other.server[theirs][better]
    for name in ("usable", "unknown", "power", "fails"):
        getattr(tile, name)[ours] += getattr(other, name)[theirs]


def mosaic_tiles(
    whole: Window,
    size: int,
    reach: Mapping[str, Window],
    load: Callable[[str], MastSignal],
    roster: Roster,
    settings: SignalSettings,
    step_m: float,
) -> Iterator[Tile]:
    """Make the mosaic of a large window tile by tile; one tile and one mast are held at a time.

    ``reach`` says by mast which window its signal has, ``load`` gets it, when it is needed.
    """
    for window in whole.tiles(size):
        names = [name for name in sorted(reach) if reach[name].overlap(window) is not None]
        yield mosaic(window, (load(name) for name in names), roster, settings, step_m)


def merge(one: Tile, other: Tile) -> Tile:
    """Return the tile of the masts of both, on the first's window; each mast in one only."""
    both = deepcopy(one)
    add_tile(both, other)
    return both


def place_deviation_db(frequency_mhz: float, step_m: float, settings: SignalSettings) -> float:
    """Return how places in a pixel spread, P.1812 §4.7, for a phone with nothing beside it."""
    factor = height_factor(settings.receiver_m, 0.0)
    return factor * pixel_deviation_db(frequency_mhz / 1e3, step_m)


def _lay(
    tile: Tile,
    signal: MastSignal,
    part: Window,
    roster: Roster,
    settings: SignalSettings,
    step_m: float,
) -> None:
    """Lay one mast over its part of a tile, whose arrays are changed."""
    ours, theirs = tile.window.slices(part), signal.window.slices(part)
    leading: dict[int, _Leading] = {}
    for number, cell in enumerate(signal.cells):
        if cell.indoor or cell.technology not in settings.generations:
            continue
        level = signal.level[number][theirs]
        heard, rank = level >= LOWEST, np.int32(roster.rank[cell.record_id])
        channel = roster.channel_of[int(rank)]
        tile.power[channel][ours] += _units(level, heard)
        usable_dbm = settings.generations[cell.technology].usable_dbm
        strong = heard & (level >= round(10 * usable_dbm))
        for network in roster.served_by(cell):
            best, server = tile.best[network][ours], tile.server[network][ours]
            better = heard & ((level > best) | ((level == best) & (rank < server)))
            best[better], server[better] = level[better], rank
            tile.usable[network][ours] += strong
            tile.unknown[network][ours] += level == UNKNOWN
            place_db = place_deviation_db(cell.frequency_mhz, step_m, settings)
            if network not in leading:
                leading[network] = _Leading.nobody(part.shape)
            margin = np.where(heard, level / 10 - usable_dbm, -np.inf)
            own = signal.spread[number][theirs] / 10
            leading[network].compete(margin, own, float(np.hypot(settings.model_db, place_db)))
    for network, lead in leading.items():
        lead.add_to(tile.fails[network][:, ours[0], ours[1]], settings.correlation)


@dataclass(eq=False)
class _Leading:
    """Of one mast and network, at each pixel, the cell most likely to be strong enough."""

    ratio: NDArray[np.float64]
    margin: NDArray[np.float64]
    own: NDArray[np.float64]
    shared: NDArray[np.float64]

    @classmethod
    def nobody(cls, shape: tuple[int, int]) -> "_Leading":
        low = np.full(shape, -np.inf)
        return cls(low, low.copy(), np.zeros(shape), np.zeros(shape))

    def compete(
        self, margin: NDArray[np.float64], own: NDArray[np.float64], shared_db: float
    ) -> None:
        # A deviation of nothing leaves a sure yes or no.
        ratio = margin / np.maximum(np.hypot(own, shared_db), 1e-9)
        # Equally likely cells: the stronger, then the surer, so that their order plays no part.
        better = (ratio > self.ratio) | ((ratio == self.ratio) & (margin > self.margin))
        self.ratio[better], self.margin[better] = ratio[better], margin[better]
        self.own[better], self.shared[better] = own[better], shared_db

    def add_to(self, fails: NDArray[np.int32], correlation: float) -> None:
        at = self.ratio > NEGLIGIBLE
        fails[:, at] += failure_logs(self.margin[at], self.shared[at], self.own[at], correlation)


_TENTHS = np.arange(int(LOWEST), 1000)


def _make_units() -> NDArray[np.int64]:
    dbm = np.clip(_TENTHS / 10, -400.0, 20.0)
    return np.rint(10 ** ((dbm - _UNIT_DBM) / 10)).astype(np.int64)


_UNITS = _make_units()


def _units(level: NDArray[np.int16], heard: NDArray[np.bool_]) -> NDArray[np.int64]:
    place = np.where(heard, np.minimum(level, _TENTHS[-1]).astype(np.int64), _TENTHS[0])
    return np.asarray(_UNITS[place - _TENTHS[0]])


def power_mw(tile: Tile) -> NDArray[np.float64]:
    """Return the power of all reference signals of each channel, mW."""
    return np.asarray(tile.power * 10 ** (_UNIT_DBM / 10))
