"""How far two readings of the same things agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import sqrt

from ingest.interval import Z_95


def kappa(pairs: Sequence[tuple[str, str]]) -> dict[str, float] | None:
    """Cohen's kappa: agreement beyond what chance alone would give (J. Cohen, 1960), with its interval at 95 %.

    Args:
        pairs: two readings of each thing.

    Returns:
        value, low, high; None where chance alone explains everything (nothing, or one class only).
    """
    total = len(pairs)
    left, right = (Counter(side) for side in zip(*pairs, strict=True)) if pairs else (Counter[str](), Counter[str]())
    chance = sum(left[word] * right[word] for word in left) / (total * total) if total else 1.0
    if chance == 1.0:
        return None
    observed = sum(one == other for one, other in pairs) / total
    value = (observed - chance) / (1 - chance)
    spread = Z_95 * sqrt(observed * (1 - observed) / (total * (1 - chance) ** 2))
    return {"value": value, "low": max(-1.0, value - spread), "high": min(1.0, value + spread)}
