"""What a portal source may crawl, declared in its yml: never everything, always lists, a window, phrases."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from ingest.values.bin import BinError, read_bin
from ingest.values.text import clean

EARLIEST = 1991
"""The first year of the state whose portal this is."""
_WORD = re.compile(r"[^\W\d_]{3,}")


class CrawlPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The declared reach of a crawl: whose contracts, about what, and over which days.

    Attributes:
        suppliers: BINs, 12 digits, in quotes so that zeros survive.
        customers: BINs of buyers, likewise.
        phrases: searched for in the names and descriptions of announced lots; the contracts of their announcements are
            read.
        since: first day of a first crawl, YYYY-MM-DD; from the beginning without it.
        window_days: a long range is asked for in windows of so many days.
        overlap_days: how far a window reaches back into the one before, since the portal shows late changes under an
            earlier date.
        page_size: contracts a page, 1 to 2000.
    """

    suppliers: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    since: str = ""
    window_days: int = 31
    overlap_days: int = 2
    page_size: int = 200

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises:
            ValueError: a number is no BIN or belongs to a person, a phrase is too short to narrow anything, `since` is
                no day, or a size is out of range.
        """
        for listed, numbers in (("suppliers", self.suppliers), ("customers", self.customers)):
            for place, number in enumerate(numbers, start=1):
                _check(listed, place, number)
            if len(set(numbers)) != len(numbers):
                raise ValueError(f"crawl: {listed}: a BIN is listed twice")
        for place, phrase in enumerate(self.phrases, start=1):
            if phrase != clean(phrase) or not _WORD.search(phrase):
                raise ValueError(
                    f"crawl: phrases: entry {place} needs a word of three letters or more, and no space too many"
                )
        if len({phrase.casefold() for phrase in self.phrases}) != len(self.phrases):
            raise ValueError("crawl: phrases: a phrase is listed twice")
        if self.since and not _is_day(self.since):
            raise ValueError(f"crawl: since is {self.since!r}, no day from {EARLIEST} on, written YYYY-MM-DD")
        if not (1 <= self.page_size <= 2000 and self.window_days >= 1 and 0 <= self.overlap_days <= 366):
            raise ValueError("crawl: page_size is 1 to 2000, window_days at least 1, overlap_days 0 to 366")

    @property
    def is_empty(self) -> bool:
        """Whether nothing is listed: such a plan would ask for everything, and is refused."""
        return not (self.suppliers or self.customers or self.phrases)


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text and day.year >= EARLIEST


def _check(listed: str, place: int, number: str) -> None:
    try:
        found = read_bin(number)
    except BinError as error:
        raise ValueError(f"crawl: {listed}: entry {place} is no BIN: {error}") from None
    if found.kind == "person" or found.value != number:
        raise ValueError(f"crawl: {listed}: entry {place} is not the BIN of an organisation, written with 12 digits")
