"""Messages that no template spells out: words of vocabularies and keys, put together where they are shown."""

from __future__ import annotations

from collections.abc import Iterator

from db.words import (
    PLAIN_WORDING,
    AmountRole,
    AmountState,
    ClaimVerdict,
    Instrument,
    Measure,
    PartyState,
    Precision,
    Relevance,
    RunState,
    Wording,
    YearBasis,
    YearState,
)
from publish.schema_books import CAUSES, CORRECTION_STATES, COVERAGE_STATES
from publish.site.pages.party import BREAKDOWNS
from publish.site.reader.formats import BEGINNINGS, PLACES, RULES

_VOCABULARIES = (
    AmountRole, AmountState, ClaimVerdict, Instrument, Measure, PartyState, Precision, Relevance, RunState, Wording,
    YearState,
)  # fmt: skip

REASONS = (
    "superseded", "announced again", "press figure", "vanished", "retracted", "deleted at the source", "corrected",
    "status does not count", "withdrawn", "cancelled", "not held", "several years: counted year by year",
)  # fmt: skip
"""Reasons for not counting that are the same in many sources; others are shown as they are written."""


def composed() -> Iterator[str]:
    """Every such message; a test looks each up in every catalogue."""
    for vocabulary in _VOCABULARIES:
        yield from (word.value for word in vocabulary if word.value != "named")
    yield from CAUSES
    yield from COVERAGE_STATES
    yield from CORRECTION_STATES
    yield "not checked"
    yield PLAIN_WORDING
    yield from REASONS
    yield from BEGINNINGS
    yield from RULES
    yield from (f"{word} …" for word in PLACES)
    yield from (f"{measure} sum" for measure in Measure)
    yield from (f"year of {basis}" for basis in YearBasis)
    yield from (f"By {key}" for key in sorted({key for keys in BREAKDOWNS.values() for key in keys}))
