"""How clean the best server is at a stated load: SINR (4G, 5G) and Ec/Io (2G, 3G)."""

import numpy as np
from numpy.typing import NDArray

from coverage_map.signal.mast import LOWEST
from coverage_map.signal.mosaic import Tile, power_mw
from coverage_map.signal.roster import Roster
from coverage_map.signal.settings import Generation, SignalSettings


def quality_db(
    tile: Tile, roster: Roster, settings: SignalSettings, load: float | None = None
) -> NDArray[np.float32]:
    """Return SINR or Ec/Io of each network's best server, (networks, rows, columns); NaN: none.

    On reference elements: S / (load · (all of the channel - S) + noise), all per element: other
    cells send on a ``load`` share of theirs. On pilots: Ec / Io, where each cell of the channel,
    the server too, sends its pilot and a ``load`` share of the rest of its power. What lies below
    the floor disturbs nobody.
    """
    load = settings.load if load is None else load
    total_mw, channel_of = power_mw(tile), np.array(roster.channel_of, dtype=np.int64)
    result = np.full(tile.best.shape, np.nan, np.float32)
    rows, columns = np.indices(tile.window.shape)
    for number, network in enumerate(roster.networks):
        generation = settings.generations.get(network.technology)
        heard = tile.best[number] >= LOWEST
        if generation is None or not heard.any():
            continue
        channel = channel_of[tile.server[number][heard]]
        everything = total_mw[channel, rows[heard], columns[heard]]
        served_mw = 10 ** (tile.best[number][heard] / 100)
        result[number][heard] = _ratio_db(served_mw, everything, generation, load)
    return result


def _ratio_db(
    served_mw: NDArray[np.float64],
    everything_mw: NDArray[np.float64],
    generation: Generation,
    load: float,
) -> NDArray[np.float64]:
    noise_mw, share = 10 ** (generation.noise_dbm / 10), generation.pilot_share
    if share is None:
        # What is left of a sum of whole units may be a little less than nothing.
        others = load * np.maximum(everything_mw - served_mw, 0.0)
    else:
        others = everything_mw * (share + (1 - share) * load) / share
    return np.asarray(10 * np.log10(served_mw / (others + noise_mw)))
