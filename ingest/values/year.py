"""Years, ranges of years and months as sources print them."""

from __future__ import annotations

import re

import msgspec

from ingest.values.text import clean

EARLIEST, LATEST = 1990, 2100

_YEAR_WORDS = (
    r"(?:год|года|году|годы|годов|г|гг|жыл|жылы|жылдың|жылға|жылғы|жылдар|жылдары|жылдарға|ж|жж|г\. ?г|ж\. ?ж)?\.?"
)
_YEAR = re.compile(rf"(?:за |в |на )?([0-9]{{4}}) ?{_YEAR_WORDS}", re.IGNORECASE)
_YEARS = re.compile(rf"(?:за |в |на )?([0-9]{{4}}) ?[-‐‑‒–—−] ?([0-9]{{4}}) ?{_YEAR_WORDS}", re.IGNORECASE)
_MONTH_YEAR = re.compile(r"([0-9]{1,2})/([0-9]{4})")
_YEAR_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


class YearError(ValueError):
    """A cell that holds no year, or more than one reading of it."""


class Year(msgspec.Struct, frozen=True):
    """A year, or the first and last year of a period. A period's sum never counts beside its years."""

    first: int
    last: int


class Month(msgspec.Struct, frozen=True):
    """A calendar month."""

    year: int
    month: int


def read_year(raw: str | float) -> Year:
    """Read a year cell: "2011", 2011.0, "2011 г.", "2011 жыл", "2009-2011 гг.".

    Raises:
        YearError: Two-digit years, a year outside 1990 to 2100, a period that runs backwards, anything else.
    """
    if isinstance(raw, str):
        text = clean(raw)
        period = _YEARS.fullmatch(text)
        if period:
            first, last = (_checked(int(year), raw) for year in period.groups())
            if first > last:
                raise YearError(f"{raw!r}: the period runs backwards")
            return Year(first, last)
        single = _YEAR.fullmatch(text)
        if not single:
            raise YearError(f"{raw!r} is no year of four digits and no period of two")
        year = _checked(int(single.group(1)), raw)
        return Year(year, year)
    if isinstance(raw, bool) or raw != raw // 1:
        raise YearError(f"{raw!r} is no whole year")
    year = _checked(int(raw), raw)
    return Year(year, year)


def read_month(raw: str) -> Month:
    """Read a month cell: "03/2011", or "2011-03" (ISO 8601).

    Raises:
        YearError: Another spelling, a month outside 1 to 12, a year outside 1990 to 2100.
    """
    text = clean(raw)
    found = _MONTH_YEAR.fullmatch(text)
    if found:
        month, year = int(found.group(1)), int(found.group(2))
    else:
        found = _YEAR_MONTH.fullmatch(text)
        if not found:
            raise YearError(f"{raw!r} is no month; MM/YYYY or YYYY-MM is read")
        year, month = int(found.group(1)), int(found.group(2))
    if not 1 <= month <= 12:
        raise YearError(f"{raw!r}: month {month}")
    return Month(_checked(year, raw), month)


def _checked(year: int, raw: object) -> int:
    if not EARLIEST <= year <= LATEST:
        raise YearError(f"{raw!r}: year {year} is outside {EARLIEST} to {LATEST}")
    return year
