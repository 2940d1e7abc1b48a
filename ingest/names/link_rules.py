"""What a line may say of two parties that stay two: which kinds, which dates, and when two such lines contradict.

"The right one is the left one's publisher, owner or successor, or what it merged into."
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from db.words import LinkRelation

UNKNOWN: Final = "unknown"
"""How a person says that a date is not known; a line keeps it as nothing."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(\??)", re.ASCII)
_ALIKE = frozenset({("outlet", "outlet"), ("organisation", "organisation"), ("body", "body")})
_OWNERS = ("organisation", "body", "group")
_BETWEEN: Mapping[LinkRelation, frozenset[tuple[str, str]]] = {
    LinkRelation.PUBLISHER: frozenset({("outlet", "organisation"), ("outlet", "body")}),
    LinkRelation.OWNER: frozenset(
        (owned, owner) for owned in ("outlet", "organisation", "group") for owner in _OWNERS
    ),
    LinkRelation.SUCCESSOR: _ALIKE,
    LinkRelation.MERGER: _ALIKE,
}  # fmt: skip
"""Kinds of the left and the right party. A natural person is an organisation named by a salted key."""


class LinkError(ValueError):
    """A link that cannot stand; the message says what may."""


def known_date(text: str) -> str:
    """A date as a line keeps it: ISO 8601, or a month or a year alone, "?" behind it where unsure; "" if not known.

    Raises:
        LinkError: it is neither.
    """
    plain = text.strip()
    if plain in {"", UNKNOWN}:
        return ""
    try:
        first_day(plain)
    except ValueError:
        raise LinkError(
            f"{text!r} is no date: write 2014-05-31, 2014-05 or 2014, with ? behind it where unsure, or unknown"
        ) from None
    return plain


def first_day(text: str) -> date:
    """The first day that a date may mean; where it is unsure, of its year."""
    year, month, day = _parts(text)
    return date(year, month or 1, day or 1)


def last_day(text: str) -> date:
    """The last day that a date may mean; where it is unsure, of its year."""
    year, month, day = _parts(text)
    if day:
        return date(year, month, day)
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1) if month else date(year, 12, 31)


def _parts(text: str) -> tuple[int, int, int]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day = (int(part or 0) for part in found.groups()[:3])
    date(year, month or 1, day or 1)
    return (year, 0, 0) if found[4] else (year, month, day)


def check_link(
    relation: LinkRelation, kinds: tuple[str, str], dates: tuple[str, str], evidence: Sequence[str], *, holds: bool
) -> None:
    """Hold a link against the rules.

    Args:
        relation: what the right party is to the left one.
        kinds: of the left and the right party.
        dates: since and until, as `known_date` gives them.
        evidence: where it can be seen; needed where the link is said to hold.
        holds: whether the line says that it holds.

    Raises:
        LinkError: it cannot stand.
    """
    if kinds not in _BETWEEN[relation]:
        may = "; ".join(f"{left} and {right}" for left, right in sorted(_BETWEEN[relation]))
        raise LinkError(f"{relation} ties no {kinds[0]} and {kinds[1]}; it ties {may}")
    since, until = dates
    if since and until and last_day(until) < first_day(since):
        raise LinkError(f"it ends ({until}) before it begins ({since})")
    if holds and not any(one.strip() for one in evidence):
        raise LinkError(f"{relation} needs evidence: where can it be seen?")


def overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two spans (since, until) certainly have a day in common; an unknown date leaves its end open."""
    return _begins(one) < _ends(other) and _begins(other) < _ends(one)


def _begins(span: tuple[str, str]) -> date:
    return last_day(span[0]) if span[0] else date.min


def _ends(span: tuple[str, str]) -> date:
    return first_day(span[1]) if span[1] else date.max
