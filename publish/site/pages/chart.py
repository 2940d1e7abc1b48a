"""Bars by year as geometry, drawn and worded by a template. A year without a sum is a gap, not a zero.

Across, places are parts of the width of the drawing: it fills the room there is, and its letters keep their size.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.site.core.sums import Group

BASE, HEIGHT, GAP_HEIGHT = 156, 140, 60
"""Where the bars stand, from the top of the drawing; how high the longest is; the empty box of a gap."""
MOST_YEARS = 60
WIDEST_STEP = 2_000
"""Room of one year, in hundredths of a per cent of the drawing; few years do not fill it."""


@dataclass(frozen=True)
class Bar:
    """One year.

    Attributes:
        year: its label.
        kind: "value", "zero", "gap" (no row) or "unstated" (rows, but no sum).
        x, middle: left edge and middle, in per cent of the width.
        y, height: where the bar stands; for a gap, where its empty box stands.
        minor: the sum, in minor units; None where there is none.
    """

    year: str
    kind: str
    x: str
    middle: str
    y: int
    height: int
    minor: int | None


@dataclass(frozen=True)
class Chart:
    """Bars of one measure and currency.

    Attributes:
        measure, currency: what is drawn.
        bars: one for each year from the first to the last.
        bar: width of one bar, in per cent of the drawing.
        room: "few", "some", "many" or "most" years: the least width the drawing needs.
        gaps: how many years have no sum.
    """

    measure: str
    currency: str
    bars: tuple[Bar, ...]
    bar: str
    room: str
    gaps: int


def by_year(years: list[Group], key: tuple[str, str]) -> Chart | None:
    """The bars of one measure and currency; None where no year has a row of it."""
    measure, currency = key
    found = {group.id: one for group in years if group.state == "named" and (one := group.of(key)) is not None}
    if not found:
        return None
    first, last = min(found), max(found)
    first = max(first, last - MOST_YEARS + 1)
    top = max((one.minor for one in found.values() if one.minor is not None), default=0)
    count = last - first + 1
    step = min(10_000 // count, WIDEST_STEP)
    bar = step * 2 // 3
    bars = []
    for at, year in enumerate(range(first, last + 1)):
        one = found.get(year)
        left, middle = _per_cent(at * step + (step - bar) // 2), _per_cent(at * step + step // 2)
        if one is None or one.minor is None:
            kind = "gap" if one is None else "unstated"
            bars.append(Bar(str(year), kind, left, middle, BASE - GAP_HEIGHT, GAP_HEIGHT, None))
            continue
        height = max(one.minor, 0) * HEIGHT // top if top > 0 else 0
        height = max(height, 1) if one.minor > 0 else 0
        kind = "value" if height else "zero"
        bars.append(Bar(str(year), kind, left, middle, BASE - height, height, one.minor))
    gaps = sum(one.kind in ("gap", "unstated") for one in bars)
    return Chart(measure, currency, tuple(bars), _per_cent(bar), _room(count), gaps)


def _per_cent(hundredths: int) -> str:
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def _room(years: int) -> str:
    return "few" if years < 6 else "some" if years < 12 else "many" if years < 24 else "most"
