"""What a register of media says about who is who: names that it enters each for itself are different outlets.

Asked are the pairs that wait for a person, those that were made one by likeness, and names that the register enters
for several publishers. A name that the register does not hold is no answer, and nothing is ever made one by it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, groupby
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine

from db.fold import clean
from ingest.decision_lines import DecisionError
from ingest.identity import Printed, read_spellings, resolve_registry, spelling_of
from ingest.media_register import Row, Stated
from ingest.names.decisions import Decisions
from ingest.names.identifiers import valid_id
from ingest.names.identity_lines import IdentityLine, Spelling, decision_line, person_key, read_decision
from ingest.names.normalise import normalise
from ingest.paid_spellings import Payee
from ingest.printed_parties import paid_for_outlets


class Said(msgspec.Struct, frozen=True):
    """What all lines say alike; see `ingest.names.identity_lines.decision_line`."""

    country: str
    who: str
    when: date
    why: str
    evidence: tuple[str, ...]


class Entry(NamedTuple):
    """An outlet as the register has it: its place below the headings, from 1, its name, publisher and form."""

    number: int
    name: str
    publisher: str
    form: str


def stated_entries(engine: Engine, decisions: Decisions, salt: bytes, rows: Sequence[Row], said: Said) -> Stated:
    """The lines that a register gives; what was decided is left out.

    Args:
        engine: the registry; it is left as it is.
        decisions: the decisions in force.
        salt: the installation's secret; without it there is no line about outlets of natural persons, and the lines
            may be passed on.
        rows: of the register, in its order: outlets on the left, their publishers on the right.
        said: what all lines say.

    Raises:
        ingest.decision_lines.DecisionError: the terms cannot stand.
    """
    register = _Register(rows, said.country.lower(), salt)
    lines: dict[str, None] = {}
    left_out: Counter[str] = Counter()
    # identities are resolved in a transaction that is never committed
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection:
        _, told = _with(decisions, _several_publishers(connection, decisions, register, said), lines)
        while True:
            left_out.clear()
            found = _pairs(connection, told, register, said, left_out)
            more, told = _with(told, found, lines)
            if not more:
                break
        connection.rollback()
    return Stated(list(lines), dict(sorted(left_out.items())))


def _with(decisions: Decisions, found: Iterable[str], lines: dict[str, None]) -> tuple[int, Decisions]:
    """Take lines in beside those in force; gives how many were new."""
    new = [line for line in dict.fromkeys(found) if line not in lines]
    lines.update(dict.fromkeys(new))
    read = [
        read_decision(msgspec.json.decode(line, type=IdentityLine), msgspec.json.decode(line), "the register")
        for line in new
    ]
    return len(new), Decisions([*decisions.active, *read])


class _Register:
    """The entries by name without regard to case; `salt` is the installation's secret, empty for lines for all."""

    def __init__(self, rows: Sequence[Row], country: str, salt: bytes) -> None:
        self.country = country
        self.salt = salt
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        for number, row in enumerate(rows, start=1):
            entry = Entry(number, row.left, row.right_id or row.right.casefold(), row.form)
            self._entries[clean(row.left).casefold()].append(entry)

    def of(self, name: str) -> list[Entry]:
        """Entries of a name."""
        return self._entries.get(clean(name).casefold(), [])

    def meant(self, printed: Printed, others: Iterable[str]) -> list[Entry]:
        """Entries that a spelling may mean: of its payee, or of none that other spellings of the name are paid to."""
        found = self.of(printed.name)
        if printed.paid_to:
            return [entry for entry in found if printed.paid_to in self.ids(entry)]
        taken = set(others)
        return [entry for entry in found if taken.isdisjoint(self.ids(entry))]

    def ids(self, entry: Entry) -> set[str]:
        """What an outlet's spelling may have as the id of an entry's publisher."""
        number = valid_id(self.country, entry.publisher)
        keys = {person_key(self.salt, entry.publisher)} if self.salt else set()
        return keys | ({number} if number else set())


def _several_publishers(
    connection: Connection, decisions: Decisions, register: _Register, said: Said
) -> Iterator[str]:
    """Lines about names that the register enters for several publishers, of which one at least was paid."""
    payee = Payee(decisions, register.salt)
    paid: dict[str, set[str]] = defaultdict(set)
    for one in paid_for_outlets(connection, register.country):
        paid[clean(one.outlet)].add(payee.of(register.country, one.payee, one.id, is_person=one.is_person))
    for name, ids in sorted(paid.items()):
        entries = register.of(name)
        by_id = {one: entry for entry in entries for one in sorted(register.ids(entry) & ids)}
        publishers = {entry.publisher for entry in entries}
        if len(publishers) < 2:
            continue
        ends = [(Spelling("outlet", register.country, name, one), entry) for one, entry in sorted(by_id.items())]
        for (left, entry), (right, other) in combinations(ends, 2):
            if decisions.verdict(left, right) is None:
                yield _line(left, right, (entry, other), said)
        # what is paid to nobody else's outlet may be that of a publisher who is not named here
        unnamed = [entry for entry in entries if entry.publisher not in {named.publisher for _, named in ends}]
        rest = Spelling("outlet", register.country, name)
        for left, entry in ends if unnamed else ():
            if decisions.verdict(left, rest) is None:
                yield _line(left, rest, (entry, *unnamed), said)


def _pairs(
    connection: Connection, decisions: Decisions, register: _Register, said: Said, left_out: Counter[str]
) -> list[str]:
    """Lines about pairs that are asked about, or made one by likeness."""
    outlets = next(one for one in resolve_registry(connection, decisions, register.salt) if one.kind == "outlet")
    printed = [one for one in read_spellings(connection, "outlet") if one.country.lower() == register.country]
    told_apart: dict[str, set[str]] = defaultdict(set)
    for one in printed:
        if one.paid_to:
            told_apart[one.name].add(one.paid_to)
    asked = [(left, right) for left, right, _ in outlets.questions if left.country.lower() == register.country]
    lines = []
    for left, right in (*asked, *_made_one(printed)):
        ends = spelling_of("outlet", left), spelling_of("outlet", right)
        if decisions.verdict(*ends) is not None:
            continue
        ones, others = (register.meant(one, told_apart[one.name]) for one in (left, right))
        why_not = _unanswered(left, right, ones, others)
        if why_not:
            left_out[why_not] += 1
        else:
            lines.append(_line(*ends, (*ones, *others), said))
    return lines


def _made_one(printed: Sequence[Printed]) -> Iterator[tuple[Printed, Printed]]:
    by_entity = sorted(printed, key=lambda one: one.entity_id)
    for _, members in groupby(by_entity, key=lambda one: one.entity_id):
        yield from combinations(list(members), 2)


def _unanswered(left: Printed, right: Printed, ones: Sequence[Entry], others: Sequence[Entry]) -> str:
    """Why the register says nothing about two names; "" where it enters them as two."""
    if clean(left.name) == clean(right.name):
        return "of one name, paid to nobody who publishes it by the register"
    if not ones or not others:
        return "the register does not hold both names"
    if not {entry.number for entry in ones}.isdisjoint(entry.number for entry in others):
        return "both names lead to one entry"
    alike = normalise(left.name).whole == normalise(right.name).whole
    if alike and {(one.publisher, one.form) for one in ones} & {(one.publisher, one.form) for one in others}:
        return "the register may hold one outlet twice: the same letters, publisher and form"
    return ""


def _line(left: Spelling, right: Spelling, entries: Iterable[Entry], said: Said) -> str:
    seen = sorted(set(entries))
    told = [f"entry {entry.number}: {entry.name}" for entry in seen]
    first, second = sorted((left, right))
    try:
        return decision_line(
            first, second, "different", who=said.who, when=said.when, why=said.why,
            evidence=[*said.evidence, *told],
        )  # fmt: skip
    except DecisionError as error:
        raise DecisionError(f"entry {seen[0].number} of the register: {error}") from None


def answered(stated: Stated) -> Mapping[str, int]:
    """How many lines are about one printed name, and how many about two."""
    alike = sum(one["left"]["name"] == one["right"]["name"] for one in map(msgspec.json.decode, stated.lines))
    return {"one name": alike, "two names": len(stated.lines) - alike}
