"""How sure a share is: Wilson's score interval."""

from __future__ import annotations

from math import sqrt

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for a two-sided interval at 95 %."""


def wilson(successes: int, trials: int, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for a share (E. B. Wilson, JASA 22, 1927), 95 % unless `z` says otherwise.

    Raises:
        ValueError: no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or not trials:
        raise ValueError(f"{successes} of {trials} is no share")
    share = successes / trials
    middle = share + z * z / (2 * trials)
    spread = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    bottom = 1 + z * z / trials
    # At none and at all the ends are exactly 0 and 1; floating point must not leave a hair between.
    low = max(0.0, (middle - spread) / bottom) if successes else 0.0
    high = min(1.0, (middle + spread) / bottom) if successes < trials else 1.0
    return low, high
