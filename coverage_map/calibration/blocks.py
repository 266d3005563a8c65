"""Bins that lie together are held out together: neighbours would give the answer away.

D. R. Roberts et al., Cross-validation strategies for data with temporal, spatial, hierarchical, or
phylogenetic structure, Ecography 40, 2017.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Which blocks share a fold is drawn once and for all.
_SEED = 20


def number_blocks(x_m: Floats, y_m: Floats, edge_m: float) -> Ints:
    """Return the number of each point's square block, counted from south-west."""
    squares = np.column_stack([np.floor(x_m / edge_m), np.floor(y_m / edge_m)])
    _, numbers = np.unique(squares, axis=0, return_inverse=True)
    return np.asarray(numbers, dtype=np.int64).reshape(-1)


def deal_folds(blocks: Ints, folds: int) -> Ints:
    """Deal whole blocks to folds of about as many blocks each."""
    count = int(blocks.max(initial=-1)) + 1
    dealt = np.random.default_rng(_SEED).permutation(count) % max(folds, 1)
    return np.asarray(dealt[blocks], dtype=np.int64)
