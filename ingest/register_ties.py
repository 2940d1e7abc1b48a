"""Ties that a register states, such as a state register of media with publishers, as decision lines of one person.

A row makes a line only where both names lead to one party each: the registry id first, else the name without regard to
case. Where the register ties one name to several parties nobody can say which is meant, so it makes none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from db.fold import clean
from db.words import LinkRelation
from ingest.media_register import Row, Stated
from ingest.names.decisions import Decisions
from ingest.names.identifiers import valid_id
from ingest.names.identity_lines import Kind, Spelling, decision_line, person_key
from ingest.printed_parties import printed_parties


class Terms(msgspec.Struct, frozen=True):
    """What all lines of a register say alike; see `ingest.names.identity_lines.decision_line`."""

    country: str
    kinds: tuple[Kind, Kind]
    relation: LinkRelation
    who: str
    when: date
    why: str
    evidence: tuple[str, ...]
    since: str = ""
    until: str = ""


class _Name(NamedTuple):
    entity: int
    name: str
    id: str
    is_person: bool


class _Printed:
    """What sources print of one kind in one country, by registry id and by name without regard to case."""

    def __init__(self, connection: Connection, kind: Kind, country: str) -> None:
        self.kind, self.country = kind, country
        self._ids: dict[str, list[_Name]] = defaultdict(list)
        self._names: dict[str, list[_Name]] = defaultdict(list)
        for one in sorted(printed_parties(connection, kind), key=lambda one: (one.name, one.id)):
            if one.country.lower() == country:
                printed = _Name(one.entity, clean(one.name), one.id.strip(), one.is_person)
                self._names[printed.name.casefold()].append(printed)
                if printed.id and kind != "outlet":
                    self._ids[printed.id].append(printed)

    def of(self, name: str, number: str, paid_to: str = "") -> _Name | None:
        """The one party that is meant, under the spelling that fits best; None for none, or more than one.

        Where decisions tell outlets of the name apart, it is the one for which ``paid_to`` is paid, or the rest.
        """
        found = self._ids.get(number, []) if number else []
        found = found or self._names.get(name.casefold(), [])
        if self.kind == "outlet" and any(one.id for one in found):
            found = [one for one in found if one.id == paid_to] or [one for one in found if not one.id]
        if len({one.entity for one in found}) != 1:
            return None
        return next((one for one in found if one.name == name), found[0])

    def spelling(self, one: _Name, salt: bytes) -> Spelling:
        """The party as decisions name it."""
        if one.is_person:
            return Spelling(self.kind, self.country, person_key(salt, one.id or one.name))
        return Spelling(self.kind, self.country, one.name, one.id)


def stated_ties(
    connection: Connection, decisions: Decisions, salt: bytes, rows: Sequence[Row], terms: Terms
) -> Stated:
    """The lines that a register gives, each tie once, those in force left out.

    Args:
        connection: the registry, settled.
        decisions: the decisions in force.
        salt: the installation's secret, under which natural persons are named.
        rows: of the register.
        terms: what all lines say.

    Raises:
        ingest.decision_lines.DecisionError: the terms cannot stand.
    """
    country = terms.country.lower()
    lefts, rights = (_Printed(connection, kind, country) for kind in terms.kinds)
    left_out: Counter[str] = Counter()
    ties: dict[tuple[int, int], tuple[Spelling, Spelling]] = {}
    ends: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        right = rights.of(row.right, row.right_id)
        left = lefts.of(row.left, row.left_id, _payee(right, row, terms, salt))
        if left is not None:
            ends[left.entity].add(row.right_id or row.right.casefold())
        if left is None or right is None:
            side, kind = ("left", terms.kinds[0]) if left is None else ("right", terms.kinds[1])
            left_out[f"the {side} name leads to no {kind}, or to more than one"] += 1
        elif (left.entity, right.entity) in ties:
            left_out["said in another row"] += 1
        else:
            ties[left.entity, right.entity] = lefts.spelling(left, salt), rights.spelling(right, salt)
    known = {
        (decisions.find(one.left), decisions.find(one.right))
        for one in decisions.links
        if one.relation == terms.relation
    }
    lines: list[str] = []
    for (entity, _), (one, other) in ties.items():
        if len(ends[entity]) > 1:
            left_out["the register ties the left one to several"] += 1
        elif (decisions.find(one), decisions.find(other)) in known:
            left_out["said already"] += 1
        else:
            lines.append(_line(one, other, terms))
    return Stated(lines, dict(sorted(left_out.items())))


def _payee(right: _Name | None, row: Row, terms: Terms, salt: bytes) -> str:
    """The id that an outlet's spelling has where the right one of a row is paid for it."""
    if right is not None and right.is_person:
        return person_key(salt, right.id or right.name)
    return valid_id(terms.country, row.right_id) or ""


def _line(left: Spelling, right: Spelling, terms: Terms) -> str:
    return decision_line(
        left, right, "same", who=terms.who, when=terms.when, why=terms.why, relation=terms.relation.value,
        evidence=terms.evidence, since=terms.since, until=terms.until,
    )  # fmt: skip
