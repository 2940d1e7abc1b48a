"""The pairs of names that wait for a person, with what a person needs to decide: both sides, and the money at stake.

The queue is made anew each time from the spellings, the records and the decisions in force, and nothing is written:
what was decided, unsure included, is not in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

import msgspec
from sqlalchemy import Connection, Engine

from db.privacy import mask_person_ids
from ingest.decision_lines import DecisionError
from ingest.identity import KEPT, Kind, Printed, Resolved, read_spellings, resolve_registry, spelling_of
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import PERSON, Spelling, decision_line
from ingest.names.second_opinion import Opinion

Money = Mapping[tuple[str, str], int]
"""Minor units by currency and measure, which are never added."""

_NO_DATE = "no date"


class Side(msgspec.Struct, frozen=True):
    """One of two names, and the entity it belongs to as of now.

    Attributes:
        spelling: what a decision names.
        spellings: everything the entity is printed as, the asked one first.
        ids: registry ids printed beside any of them, with their scheme; of an outlet that is told apart among those
            printed alike, who is paid.
        records: records of the entity, counted or not.
        sums: counted money of media records; to an outlet or organisation, or from a body.
        years: years of the records in order.
        others: payers of an outlet or organisation, recipients of a body, the most frequent first.
    """

    spelling: Spelling
    spellings: tuple[str, ...]
    ids: tuple[str, ...]
    records: int
    sums: Money
    years: tuple[str, ...]
    others: tuple[str, ...]


class Pair(msgspec.Struct, frozen=True):
    """A question: are these two one?

    Attributes:
        left: one side.
        right: the other.
        reason: why it is asked, in words.
        score: 0 to 1, how alike they are; not a probability.
        opinion: what Splink says, where it was asked and had names enough.
    """

    left: Side
    right: Side
    reason: str
    score: float
    opinion: Opinion | None = None


class Queue(msgspec.Struct, frozen=True):
    """All questions, money at stake first.

    Attributes:
        pairs: the questions.
        unaskable: pairs that no line can decide: a name holds the number of a natural person, or both sides are
            printed alike.
        spellings: every spelling of the registry, as decisions name it.
    """

    pairs: list[Pair]
    unaskable: int
    spellings: frozenset[Spelling]


class _Known:
    """What the records say of the entities that are asked about."""

    def __init__(self) -> None:
        self.sums: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.years: dict[int, set[str]] = defaultdict(set)
        self.others: dict[int, Counter[str]] = defaultdict(Counter)
        self.records: Counter[int] = Counter()
        self.total: Counter[tuple[str, str]] = Counter()


def review_queue(engine: Engine, decisions: Decisions, salt: bytes = b"") -> Queue:
    """Read the queue.

    Args:
        engine: the registry; it is left as it is.
        decisions: the decisions in force.
        salt: see `ingest.salt`; without it lines about natural persons are not looked up.
    """
    # identities are resolved in a transaction that is never committed: reviewing changes no registry
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        found: list[tuple[Fraction, Fraction, Pair]] = []
        spellings: set[Spelling] = set()
        unaskable = 0
        for resolved in resolve_registry(connection, decisions, salt):
            printed = read_spellings(connection, resolved.kind)
            spellings.update(spelling_of(resolved.kind, one) for one in printed)
            pairs, without = _pairs(connection, resolved, printed, decisions)
            found += pairs
            unaskable += without
        connection.rollback()
    found.sort(key=lambda one: (-one[0], -one[1], -one[2].score, one[2].left.spelling, one[2].right.spelling))
    return Queue([pair for _, _, pair in found], unaskable, frozenset(spellings))


def _askable(left: Spelling, right: Spelling) -> bool:
    """Say whether a line about the two would stand."""
    try:
        decision_line(left, right, "unsure", who="-", when=date.min, why="-")
    except DecisionError:
        return False
    return True


def _pairs(
    connection: Connection, resolved: Resolved, printed: list[Printed], decisions: Decisions
) -> tuple[list[tuple[Fraction, Fraction, Pair]], int]:
    """The questions of one kind with the share of all money that would move, and of the larger side."""
    kind = resolved.kind
    if not resolved.questions:
        return [], 0
    entity_of = {one.id: one.entity_id for one in printed}
    asked = {entity_of[one.id] for left, right, _ in resolved.questions for one in (left, right)}
    members: dict[int, list[Printed]] = defaultdict(list)
    for one in printed:
        if one.entity_id in asked:
            members[one.entity_id].append(one)
    known = _read(connection, kind, {one.id: one.entity_id for group in members.values() for one in group})
    found: list[tuple[Fraction, Fraction, Pair]] = []
    unaskable = 0
    for left, right, question in resolved.questions:
        asks, about = spelling_of(kind, left), spelling_of(kind, right)
        if not _askable(asks, about):
            unaskable += 1
        elif decisions.verdict(asks, about) is None:
            sides = [
                _side(spelling, side, members[entity_of[side.id]], known)
                for spelling, side in ((asks, left), (about, right))
            ]
            pair = Pair(sides[0], sides[1], question.suggestion.reason, question.suggestion.score)
            found.append((*_stake(sides[0].sums, sides[1].sums, known.total), pair))
    return found, unaskable


def _read(connection: Connection, kind: Kind, entity_of: Mapping[int, int]) -> _Known:
    """Read the records of a kind once, grouped, for all pairs together."""
    used = KEPT[kind].used
    other = KEPT["organisation" if kind == "body" else "body"]
    rows = connection.exec_driver_sql(
        f"SELECT r.{used}, o.name, r.year_state, r.year, r.year_to, r.currency, r.measure, "
        "r.counted AND r.relevance = 'media', count(*), sum(r.amount_minor) FROM record r "
        f"LEFT JOIN {other.names.name} n ON n.id = r.{other.used} "
        f"LEFT JOIN {other.entities.name} o ON o.id = n.{other.reference} "
        f"WHERE r.{used} IS NOT NULL GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
    )
    known = _Known()
    for name_id, other, year_state, year, year_to, currency, measure, counts, records, minor in rows:
        if counts and minor is not None:
            known.total[currency, measure] += abs(int(minor))
        entity = entity_of.get(name_id)
        if entity is None:
            continue
        known.records[entity] += int(records)
        known.years[entity].add(_year(year_state, year, year_to))
        if other is not None:
            known.others[entity][mask_person_ids(other)] += int(records)
        if counts and minor is not None:
            known.sums[entity][currency, measure] += int(minor)
    return known


def _year(state: str, year: int | None, year_to: int | None) -> str:
    if state == "several years":
        return f"{year or '?'}–{year_to or '?'}"
    return str(year) if state == "stated" else _NO_DATE


def _side(spelling: Spelling, asked: Printed, members: Iterable[Printed], known: _Known) -> Side:
    group = sorted(members, key=lambda one: (one.id != asked.id, -one.records, one.name))
    entity = group[0].entity_id
    return Side(
        spelling=spelling,
        spellings=tuple(dict.fromkeys(mask_person_ids(one.name) for one in group)),
        ids=tuple(dict.fromkeys(filter(None, map(_id_of, group)))),
        records=known.records[entity],
        sums=dict(sorted(known.sums[entity].items())),
        years=tuple(sorted(known.years[entity])),
        others=tuple(name for name, _ in sorted(known.others[entity].items(), key=lambda item: (-item[1], item[0]))),
    )


def _id_of(one: Printed) -> str:
    if one.paid_to:
        return "paid to a natural person" if one.paid_to.startswith(PERSON) else f"paid to {one.paid_to}"
    return mask_person_ids(f"{one.id_scheme} {one.registry_id}".strip()) if one.registry_id else ""


def _stake(left: Money, right: Money, total: Money) -> tuple[Fraction, Fraction]:
    """Return how much money stands under a wrong name if the answer is missed, and how much is named at all.

    Currencies and measures are never added: each amount is taken as a share of all money in its own currency and
    measure, and the largest share counts. What would move is the smaller side.
    """
    moved = named = Fraction(0)
    for key, whole in total.items():
        if whole:
            one, other = abs(left.get(key, 0)), abs(right.get(key, 0))
            moved = max(moved, Fraction(min(one, other), whole))
            named = max(named, Fraction(max(one, other), whole))
    return moved, named
