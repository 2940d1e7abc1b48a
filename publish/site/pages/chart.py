"""Bars by year as geometry: whole numbers only, drawn by a template. A year without a sum is a gap, not a zero."""

from __future__ import annotations

from dataclasses import dataclass

from publish.site.core.sums import Group
from publish.site.reader.formats import short_money
from publish.site.reader.language import gettext

HEIGHT, STEP, WIDTH = 140, 76, 52
MOST_YEARS = 60


@dataclass(frozen=True)
class Bar:
    """One year.

    Attributes:
        year: its label.
        kind: "value", "zero", "gap" (no row) or "unstated" (rows, but no sum).
        x, y, height: where the bar stands; for a gap, where its empty box stands.
        label: the sum, short, or why there is none.
    """

    year: str
    kind: str
    x: int
    y: int
    height: int
    label: str


@dataclass(frozen=True)
class Chart:
    """Bars of one measure and currency.

    Attributes:
        measure, currency: what is drawn.
        bars: one for each year from the first to the last.
        width: of the whole drawing.
        gaps: how many years have no sum.
        text: the figures in one sentence, for those who do not see the drawing.
    """

    measure: str
    currency: str
    bars: tuple[Bar, ...]
    width: int
    gaps: int
    text: str


def by_year(years: list[Group], key: tuple[str, str], digits: int) -> Chart | None:
    """The bars of one measure and currency; None where no year has a row of it."""
    measure, currency = key
    found = {group.id: one for group in years if group.state == "named" and (one := group.of(key)) is not None}
    if not found:
        return None
    first, last = min(found), max(found)
    first = max(first, last - MOST_YEARS + 1)
    top = max((one.minor for one in found.values() if one.minor is not None), default=0)
    bars = []
    for at, year in enumerate(range(first, last + 1)):
        one = found.get(year)
        x = at * STEP + (STEP - WIDTH) // 2
        if one is None or one.minor is None:
            kind = "gap" if one is None else "unstated"
            label = gettext("no data") if one is None else gettext("not stated")
            bars.append(Bar(str(year), kind, x, HEIGHT - 60, 60, label))
            continue
        height = max(one.minor, 0) * HEIGHT // top if top > 0 else 0
        height = max(height, 1) if one.minor > 0 else 0
        kind = "value" if height else "zero"
        bars.append(Bar(str(year), kind, x, HEIGHT - height, height, short_money(one.minor, digits)))
    text = "; ".join(f"{bar.year}: {bar.label}" for bar in bars)
    gaps = sum(bar.kind in ("gap", "unstated") for bar in bars)
    return Chart(measure, currency, tuple(bars), max(len(bars) * STEP, 2 * STEP), gaps, text)
