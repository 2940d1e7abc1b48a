"""How sure a share is: Wilson's score interval, on plain counts and on weighted samples."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum, sqrt

Z_95 = 1.959963984540054
"""Quantile of the normal distribution for a two-sided interval at 95 %."""


def wilson(successes: float, trials: float, z: float = Z_95) -> tuple[float, float]:
    """Wilson's score interval for a share (E. B. Wilson, JASA 22, 1927), 95 % unless `z` says otherwise.

    Counts that are no whole numbers come from weighted samples.

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


Share = dict[str, float]
"""A share with its interval at 95 %: value, low, high."""


def share_of(successes: float, total: float) -> Share | None:
    """Return a share with Wilson's interval, or None of nothing."""
    return _share(successes / total, total) if total else None


def weighted_share(rows: Iterable[tuple[float, bool]]) -> Share | None:
    """Return the share of the population that drawn rows stand for, or None without a weight.

    The interval is Wilson's on the effective size of the sample (L. Kish, Survey Sampling, 1965): rows that stand for
    many say less than as many rows that stand for one each. It keeps a width where no row or every row is a hit.

    Args:
        rows: weight, 0 for a row that was not drawn by chance and is left out, and whether it is a hit.
    """
    drawn = [(weight, hit) for weight, hit in rows if weight]
    whole = fsum(weight for weight, _ in drawn)
    if not whole:
        return None
    size = whole * whole / fsum(weight * weight for weight, _ in drawn)
    return _share(fsum(weight for weight, hit in drawn if hit) / whole, size)


def _share(value: float, size: float) -> Share:
    low, high = wilson(min(value * size, size), size)
    return {"value": value, "low": low, "high": high}
