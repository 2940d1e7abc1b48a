"""A printed figure and how it is declared to be checked: the columns `check` and `terms` of the shipped file."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec

from db.sentences import Sentence, in_english
from db.words import ClaimVerdict, Measure, Precision

Years = Annotated[tuple[int, ...], msgspec.Meta(min_length=2, max_length=2)]


class _Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class RowsOf(_Terms, frozen=True, kw_only=True):
    """Our counted records of one source: first and last year, and where given only these names.

    `add` is what is added up: `amount` in the claim's currency, `equivalent` where the source prints one in it, or
    `records`, the number of records with a sum (an explicit zero is no award). A name is one spelling of the source.
    """

    source: str
    years: Years
    add: str
    payers: tuple[str, ...] = ()
    payers_not: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    topics_not: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a word for `add` that is none, and years that run backwards."""
        if self.add not in {"amount", "equivalent", "records"}:
            raise ValueError(f"add: {self.add!r} is none of amount, equivalent, records")
        if self.years[0] > self.years[1]:
            raise ValueError(f"years: {self.years[0]} to {self.years[1]} runs backwards")


class SumOf(_Terms, frozen=True, kw_only=True):
    """Figures that the same source prints and that should add up to the claim; a figure may stand there twice."""

    addends: Annotated[tuple[str, ...], msgspec.Meta(min_length=2)]


class Share(_Terms, frozen=True, kw_only=True):
    """A printed part and the share of the whole that it is said to be."""

    part: str
    percent: Decimal


class SharesOf(_Terms, frozen=True, kw_only=True):
    """Parts with printed shares: each implies a whole, which is set beside the printed one."""

    shares: Annotated[tuple[Share, ...], msgspec.Meta(min_length=1)]


class QuotientOf(_Terms, frozen=True, kw_only=True):
    """Two printed figures whose quotient is the claim: times 100 for a percentage, times 1 for a multiple."""

    part: str
    whole: str
    times: int


class NoRecords(_Terms, frozen=True, kw_only=True):
    """Nothing of ours has this scope; `why` says which records would be needed."""

    why: str


Check = RowsOf | SumOf | SharesOf | QuotientOf | NoRecords
KINDS: dict[str, type[Check]] = {
    "rows": RowsOf,
    "sum": SumOf,
    "share": SharesOf,
    "quotient": QuotientOf,
    "none": NoRecords,
}


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One printed figure: its value in `unit`, the precision it is stated with, and how it is checked."""

    ref: str
    country: str
    subject: str
    period: str
    measure: Measure | None
    figure: Decimal
    currency: str
    unit: str
    precision: Precision
    rounded_to: Decimal | None
    source_url: str
    note: str
    check: Check


class Held(msgspec.Struct, frozen=True):
    """What our rows say about a scope: their number, the total, and what changed since the source was first loaded."""

    records: int
    total: Decimal
    without_sum: int
    vanished: int
    added: int
    changed: int


NOTHING = Held(0, Decimal(0), 0, 0, 0, 0)
"""What is held of a source that is not loaded."""


class Outcome(msgspec.Struct, frozen=True):
    """What comes of one check. `ours` and `difference` (ours less theirs) are in the claim's unit."""

    verdict: ClaimVerdict
    ours: str
    difference: str
    said: tuple[Sentence, ...]

    @property
    def arithmetic(self) -> str:
        """How it was reckoned, in one line of English."""
        return in_english(self.said)
