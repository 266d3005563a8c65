"""One way to compile a kernel: by Numba, kept on disk, so that only the first run compiles.

Numba asks only whether a kernel's own file has changed, not whether those it calls have. So the
compiled code is kept in a folder named after the content of all files of this package.
"""

import hashlib
import os
from collections.abc import Callable
from math import exp, log
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from numba import config, njit

P = ParamSpec("P")
R = TypeVar("R")

# log10 of the C library takes twice the time of log.
PER_DECADE = 1 / log(10)


def kernel_folder() -> Path:
    """Return where compiled kernels of this version are kept; until it exists, they compile."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for file in sorted(here.glob("*.py")):
        digest.update(file.read_bytes())
    name = f"kernels-{digest.hexdigest()[:16]}"
    if os.access(here, os.W_OK):
        return here / "__pycache__" / name
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "coverage-map" / name


if not config.CACHE_DIR:  # type: ignore[attr-defined]
    # Who runs it may have chosen a place: NUMBA_CACHE_DIR.
    config.CACHE_DIR = str(kernel_folder())  # type: ignore[attr-defined]

# Two things make kernels of small functions as fast as one long one: they are put into each other
# (a call hands over a hundred numbers otherwise), and references to arrays are not counted (_nrt:
# an option that Numba has, but does not promise to keep).
_KERNEL: dict[str, Any] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "forceinline": True,
}


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function as machine code with the same results; it may not make arrays."""
    kernel: Callable[P, R] = njit(**_KERNEL)(function)
    return kernel


def compiled_reordered(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function as machine code that may add and compare in another order, many at once.

    For scans whose result does not depend on the order beyond the last digits.
    """
    kernel: Callable[P, R] = njit(**_KERNEL, fastmath=True)(function)
    return kernel


def compiled_making_arrays(function: Callable[P, R]) -> Callable[P, R]:
    """Return a function as machine code that may make arrays."""
    kernel: Callable[P, R] = njit(cache=True, nogil=True)(function)
    return kernel


@compiled
def decadic(value: float) -> float:
    """Return the logarithm to base ten."""
    return log(value) * PER_DECADE


@compiled
def cube_root(value: float) -> float:
    """Return the cube root of a positive number."""
    return exp(log(value) / 3)
