"""Dividing a mesh among seeds so that every share is connected and near its target area.

Seeds compete by distance minus a weight each (a power diagram); weights and seeds move until the
areas fit. Cells cut off from the rest of their share then go to a neighbour.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nearest(points: Floats, seeds: Floats, bonus: Floats) -> Ints:
    """Return each point's seed: the nearest by squared distance less the seed's bonus."""
    distance = (points**2).sum(1)[:, None] - 2 * points @ seeds.T + (seeds**2).sum(1)[None, :]
    best: Ints = np.argmin(distance - bonus[None, :], axis=1)
    return best


def balance(
    points: Floats, areas: Floats, seeds: Floats, targets: Floats, rounds: int, pull: float
) -> tuple[Floats, Floats]:
    """Move seeds and weights until each seed's share has about its target area.

    ``pull`` is how far a seed goes towards the middle of its share in a round (1: all the way).
    Returns the seeds (n × 2, metres) and their weights (square metres).
    """
    targets = targets * areas.sum() / targets.sum()
    bonus = np.zeros(len(seeds))
    scale = targets / np.pi
    for step in range(rounds):
        share = nearest(points, seeds, bonus)
        got = np.bincount(share, weights=areas, minlength=len(seeds))
        lack = np.clip((targets - got) / targets, -1.0, 1.0)
        bonus = bonus + 0.5 * scale * lack
        bonus -= bonus.mean()
        if pull and step < rounds * 2 // 3:
            total = np.maximum(got, 1e-9)
            middle = np.column_stack(
                [np.bincount(share, areas * points[:, k], len(seeds)) / total for k in (0, 1)]
            )
            moved = got > 0
            seeds = np.where(moved[:, None], seeds + pull * (middle - seeds), seeds)
    return seeds, bonus


def connect(share: Ints, edges: Ints, areas: Floats, lengths: Floats, count: int) -> Ints:
    """Leave each share its largest connected piece; hand the rest to neighbouring shares.

    ``share`` is the share of each cell; every share has at least one cell. Raises nothing; cells
    with no way to any share keep -1.
    """
    share = share.copy()
    inner = share[edges[:, 0]] == share[edges[:, 1]]
    links = edges[inner]
    size = len(share)
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(size, size))
    _, piece = connected_components(graph, directed=False)
    piece_area = np.bincount(piece, weights=areas)
    piece_share = np.zeros(len(piece_area), dtype=np.int64)
    piece_share[piece] = share
    order = np.lexsort((-piece_area, piece_share))
    first = np.r_[True, np.diff(piece_share[order]) > 0]
    main = np.zeros(len(piece_area), dtype=bool)
    main[order[first]] = True
    share[~main[piece]] = -1
    both = np.vstack([edges, edges[:, ::-1]])
    twice = np.concatenate([lengths, lengths])
    while (share < 0).any():
        open_side = (share[both[:, 0]] < 0) & (share[both[:, 1]] >= 0)
        if not open_side.any():
            break
        cell, neighbour = both[open_side, 0], share[both[open_side, 1]]
        key, inverse = np.unique(cell * count + neighbour, return_inverse=True)
        touch = np.bincount(inverse, weights=twice[open_side])
        best = np.lexsort((-touch, key // count))
        lead = np.r_[True, np.diff(key[best] // count) > 0]
        winners = key[best[lead]]
        share[winners // count] = winners % count
    return share


def divide(
    points: Floats,
    areas: Floats,
    edges: Ints,
    lengths: Floats,
    seeds: Floats,
    targets: Floats,
    *,
    rounds: int,
    pull: float,
    wobble: Floats,
) -> Ints:
    """Divide cells among seeds: connected shares, areas near the targets; one share a seed.

    ``wobble`` (cells × 2, metres) shifts the cells' centres before the division, so that
    boundaries are not straight.
    """
    seeds, bonus = balance(points, areas, seeds, targets, rounds, pull)
    share = nearest(points + wobble, seeds, bonus)
    share = fill_empty(share, points, seeds)
    return connect(share, edges, areas, lengths, len(seeds))


def fill_empty(share: Ints, points: Floats, seeds: Floats) -> Ints:
    """Give every seed that got nothing the cell nearest to it that its owner can spare."""
    share = share.copy()
    held = np.bincount(share, minlength=len(seeds))
    for seed in np.flatnonzero(held == 0):
        order = np.argsort(((points - seeds[seed]) ** 2).sum(1), kind="stable")
        cell = order[held[share[order]] > 1][0]
        held[share[cell]] -= 1
        share[cell] = seed
        held[seed] = 1
    return share
