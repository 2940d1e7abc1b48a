"""One line of `benchmarks/results.json`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Result:
    """A measured figure: ours, the peer's from the same run, and what was aimed at.

    With a peer the target is a least ratio; without one it is absolute, a least value or, with `at_most`, a greatest.
    """

    name: str
    unit: str
    ours: float
    peer: float | None
    target: float
    at_most: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return None if self.peer is None else self.ours / self.peer

    def as_json(self) -> dict[str, Any]:
        """The figure as the results file keeps it."""
        held = self.ours if self.ratio is None else self.ratio
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": round(self.ours, 4),
            "peer": None if self.peer is None else round(self.peer, 4),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "target": self.target,
            "met": held <= self.target if self.at_most else held >= self.target,
        }
