"""A second opinion on the questions that wait for a person: Splink's probability that two names are one, and why.

Splink (MIT) estimates, from the names of the registry alone, how often each kind of likeness occurs between names that
are one and between names that are not (I. Fellegi and A. Sunter, 1969). It knows nothing of the rules of
`ingest.names.score` and of what people decided, so where the two agree a person may be quick, and where they do not
she should look twice. It never merges anything: its words are shown beside the question and kept nowhere.

It needs the extra ``splink`` and enough names to learn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from ingest.extras import how_to_add
from ingest.names.normalise import normalise

LEAST: Final = 200
"""With fewer names of a kind in a country the estimates are noise, and no opinion is given."""

_MATTERS: Final = 1.0  # bits: a likeness twice as frequent among names that are one
_TOLD: Final = {
    "name": "the letters of the name",
    "words": "its words",
    "medium": "the kind of medium",
    "legal_form": "the legal form",
    "parties": "who pays or is paid",
}


class NoSplinkError(Exception):
    """The second opinion was asked for and Splink is not installed."""


class Opinion(msgspec.Struct, frozen=True):
    """What Splink says of one question.

    Attributes:
        probability: that the two are one, by its own estimates.
        speaks_for: what makes it likelier, the strongest first.
        speaks_against: what makes it less likely, the strongest first.
    """

    probability: float
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


class Known(msgspec.Struct, frozen=True):
    """What is known of one spelling: its name, and the parties on the other side of its money."""

    name: str
    parties: frozenset[str] = frozenset()


def opinions(known: Sequence[Known], pairs: Sequence[tuple[int, int]]) -> list[Opinion] | None:
    """Ask Splink about pairs of spellings.

    Args:
        known: the spellings of one kind in one country, in an order that does not depend on how they came in.
        pairs: indexes of two of them.

    Returns:
        an opinion for each pair in order; None where there are fewer than `LEAST` spellings to learn from.

    Raises:
        NoSplinkError: Splink is not installed.
    """
    try:
        from ingest.names.splink_model import predicted  # noqa: PLC0415 - brings in the extra
    except ImportError as error:
        raise NoSplinkError(
            f"the second opinion needs Splink, and {error.name or 'a part of it'} is not installed: "
            f"{how_to_add('splink')}"
        ) from None
    if len(known) < LEAST:
        return None
    if not pairs:
        return []
    ordered = [(min(pair), max(pair)) for pair in pairs]
    found = predicted([(normalise(one.name), sorted(one.parties)) for one in known], ordered)
    return [_opinion(found[pair]) for pair in ordered]


def _opinion(found: Mapping[str, float]) -> Opinion:
    weights = sorted(((found[column], told) for column, told in _TOLD.items()), reverse=True)
    return Opinion(
        probability=found["probability"],
        speaks_for=tuple(told for weight, told in weights if weight >= _MATTERS),
        speaks_against=tuple(told for weight, told in reversed(weights) if weight <= -_MATTERS),
    )
