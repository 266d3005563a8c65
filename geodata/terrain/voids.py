"""Small gaps in heights, filled as a membrane stretched over their rim."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import find_objects, label
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

_ALL_ROUND = np.ones((3, 3), dtype=np.int8)


def find_small_voids(missing: NDArray[np.bool_], longest_cells: float) -> NDArray[np.bool_]:
    """Return which missing cells belong to a void whose longer side is at most so many cells.

    Cells that touch, also by a corner, are one void.
    """
    numbers, count = label(missing, structure=_ALL_ROUND)
    small = np.zeros(count + 1, dtype=bool)
    for number, (rows, columns) in enumerate(find_objects(numbers), start=1):
        side = max(rows.stop - rows.start, columns.stop - columns.start)
        small[number] = side <= longest_cells
    return np.asarray(small[numbers])


def fill_voids(heights: NDArray[np.float32], fill: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return heights with the marked cells filled by the discrete Laplace equation.

    Each filled cell is the mean of its neighbours (four, fewer at the raster's edge), so a slope
    stays the slope it is, and no height outside those of the rim appears. The marked voids must
    have a rim of known cells.
    """
    rows, columns = np.nonzero(fill)
    if not len(rows):
        return heights
    place = np.full(heights.shape, -1, dtype=np.int64)
    place[rows, columns] = np.arange(len(rows))
    known = np.zeros(len(rows), dtype=np.float64)
    degree = np.zeros(len(rows), dtype=np.float64)
    pairs: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for down, right in ((-1, 0), (1, 0), (0, -1), (0, 1)):
        r, c = rows + down, columns + right
        inside = (r >= 0) & (r < heights.shape[0]) & (c >= 0) & (c < heights.shape[1])
        here = np.flatnonzero(inside)
        r, c = r[inside], c[inside]
        degree[here] += 1
        unknown = place[r, c] >= 0
        pairs.append((here[unknown], place[r, c][unknown]))
        known[here[~unknown]] += heights[r, c][~unknown]
    cells = np.arange(len(rows))
    first = np.concatenate([cells, *(pair[0] for pair in pairs)])
    second = np.concatenate([cells, *(pair[1] for pair in pairs)])
    weights = np.concatenate([degree, np.full(len(first) - len(cells), -1.0)])
    laplace = coo_array((weights, (first, second)), shape=(len(rows), len(rows))).tocsc()
    filled = heights.copy()
    filled[rows, columns] = np.atleast_1d(spsolve(laplace, known))
    return filled
