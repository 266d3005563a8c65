"""The inverse complementary cumulative normal distribution (P.1812 Attachment 2 to Annex 1)."""

from math import log, sqrt


def inverse_normal(share: float) -> float:
    """Return I(x), the value that a standard normal variable exceeds with probability x.

    An approximation; x is held within 10⁻⁶ and 1 - 10⁻⁶.
    """
    x = min(max(share, 1e-6), 1 - 1e-6)
    if x <= 0.5:
        return _tail(x)
    return -_tail(1 - x)


def _tail(x: float) -> float:
    t = sqrt(-2 * log(x))
    above = (0.010328 * t + 0.802853) * t + 2.515516698
    below = ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1
    return t - above / below
