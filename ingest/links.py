"""Ties between parties that stay two (publisher, owner, successor, merger), from decisions and the lines of bodies.

The tables are made anew each time, so the order in which lines and records came leaves no trace, and a line that was
taken back is gone. A party is found by its spelling as decided, by its registry id, or by a name that leads to one
entity alone; one that no source names stands under the name of the decision. An owner group is always such a one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from db.bulk import insert_rows, table_of
from db.fold import clean
from db.model import LinkedParty, PartyLink
from db.words import LinkedKind, LinkRelation
from ingest.lineage import LINEAGES, Succession
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import PERSON, Decision, Kind, Spelling, person_key
from ingest.printed_parties import printed_parties

_PARTY_COLUMNS = ("id", "key", "kind", "country", "name", "outlet_id", "organisation_id", "body_id")
_LINK_COLUMNS = (
    "id", "decision", "relation", "party_id", "other_id", "since", "until", "decided_by", "decided_on", "why",
    "evidence",
)  # fmt: skip


class Linked(msgspec.Struct):
    """What came of it: how many links stand, and what a person may want to look at, with the places of the lines."""

    links: int
    notes: list[str]


class _Entity(NamedTuple):
    """An entity of the registry that a spelling leads to."""

    id: int
    key: str
    name: str
    is_person: bool


class _Party(NamedTuple):
    """One end of a link, as it is written."""

    key: str
    kind: str
    country: str
    name: str
    entity: int | None


class _Link(NamedTuple):
    decision: str
    relation: str
    ends: tuple[_Party, _Party]
    since: str
    until: str
    by: str
    on: str
    why: str
    evidence: str


class Registered:
    """The entities of one kind: by spelling and id, by id alone, by name alone, and persons by their salted key."""

    def __init__(self, connection: Connection, kind: Kind, salt: bytes) -> None:
        self._exact: dict[tuple[str, str, str], _Entity] = {}
        self._ids: dict[tuple[str, str], set[_Entity]] = defaultdict(set)
        self._names: dict[tuple[str, str], set[_Entity]] = defaultdict(set)
        persons: dict[tuple[str, str], set[_Entity]] = defaultdict(set)
        for one in printed_parties(connection, kind):
            entity = _Entity(one.entity, one.key, one.entity_name, one.is_person)
            where = one.country.lower()
            if one.is_person:
                if salt:
                    persons[where, person_key(salt, one.id or one.name)].add(entity)
                continue
            named = clean(one.name)
            self._exact[where, named, one.id] = entity
            self._names[where, named].add(entity)
            # who is paid for an outlet is no number of its own
            if one.id and kind != "outlet":
                self._ids[where, one.id].add(entity)
        self._persons = persons

    def of(self, spelling: Spelling) -> _Entity | None:
        """The entity that a spelling of a decision leads to, if it is one and one alone."""
        where = spelling.country
        if spelling.name.startswith(PERSON):
            return _only(self._persons.get((where, spelling.name), ()))
        exact = self._exact.get((where, spelling.name, spelling.id))
        if exact is not None:
            return exact
        if spelling.id:
            return _only(self._ids.get((where, spelling.id), ()))
        return _only(self._names.get((where, spelling.name), ()))


def _only(found: Iterable[_Entity]) -> _Entity | None:
    entities = list(found)
    return entities[0] if len(entities) == 1 else None


class _Parties:
    """Finds the party that each spelling of a decision means; spellings of one cluster mean one party."""

    def __init__(self, connection: Connection, decisions: Decisions, salt: bytes) -> None:
        self._connection = connection
        self._decisions = decisions
        self._salt = salt
        self._registered: dict[str, Registered] = {}
        self._clusters = {decisions.find(next(iter(cluster))): sorted(cluster) for cluster in decisions.clusters()}
        self._found: dict[Spelling, _Party] = {}

    def of(self, spelling: Spelling) -> _Party:
        """The party; of those that no source names the first spelling in the order of the lines gives its name."""
        head = self._decisions.find(spelling)
        if head not in self._found:
            self._found[head] = self._party(spelling, self._clusters.get(head, [spelling]))
        return self._found[head]

    def _party(self, spelling: Spelling, members: Sequence[Spelling]) -> _Party:
        country = spelling.country.upper()
        if spelling.kind != "group":
            for member in (spelling, *members):
                entity = self._kind(spelling.kind).of(member)
                if entity is not None:
                    kind = LinkedKind.PERSON.value if entity.is_person else spelling.kind
                    return _Party(f"{spelling.kind}:{entity.key}", kind, country, entity.name, entity.id)
        if spelling.name.startswith(PERSON):
            return _Party(f"{country}|{spelling.name}", LinkedKind.PERSON, country, "", None)
        named = f"{spelling.kind}:{country}|{spelling.name}"
        return _Party(f"{named}|{spelling.id}" if spelling.id else named, spelling.kind, country, spelling.name, None)

    def _kind(self, kind: Kind) -> Registered:
        if kind not in self._registered:
            self._registered[kind] = Registered(self._connection, kind, self._salt)
        return self._registered[kind]


def write_links(
    connection: Connection, decisions: Decisions, salt: bytes = b"", successions: Iterable[Succession] = ()
) -> Linked:
    """Write what ties parties in force; the same decisions and spellings give the same rows.

    Args:
        connection: inside the transaction that settles the registry; identities are resolved already.
        decisions: the decisions in force.
        salt: the secret under which decisions name natural persons.
        successions: lines of bodies that took over from one another (`ingest.lineage`).
    """
    parties = _Parties(connection, decisions, salt)
    notes: list[str] = []
    links: list[_Link] = []
    for decision in decisions.links:
        ends = parties.of(decision.left), parties.of(decision.right)
        if ends[0].key == ends[1].key:
            notes.append(f"{decision.place}: ties as {decision.relation} two that are one party; no link is made")
            continue
        notes += [
            f"{decision.place}: no source names the {end.kind} {end.name or 'that its key means'} (yet)"
            for end in ends
            if end.entity is None and end.kind != LinkedKind.GROUP
        ]
        links.append(_decided(decision, ends))
    for one in successions:
        ends = parties.of(_body(one, one.party)), parties.of(_body(one, one.other))
        if any(end.entity is not None for end in ends) and ends[0].key != ends[1].key:
            said = (one.since, "", LINEAGES.name, "", one.lineage, one.evidence)
            links.append(_Link("", LinkRelation.SUCCESSOR.value, ends, *said))
    _write(connection, links)
    return Linked(len(links), notes)


def _body(one: Succession, name: str) -> Spelling:
    return Spelling("body", one.country.lower(), clean(name))


def _decided(decision: Decision, ends: tuple[_Party, _Party]) -> _Link:
    return _Link(
        decision.id, decision.relation, ends, decision.since, decision.until, decision.who, decision.when,
        decision.why, "\n".join(one.strip() for one in decision.evidence if one.strip()),
    )  # fmt: skip


def _write(connection: Connection, links: Sequence[_Link]) -> None:
    connection.exec_driver_sql(f"DELETE FROM {table_of(PartyLink).name}")
    connection.exec_driver_sql(f"DELETE FROM {table_of(LinkedParty).name}")
    parties = sorted({end for link in links for end in link.ends}, key=lambda party: party.key)
    ids = {party.key: at for at, party in enumerate(parties, start=1)}
    rows: list[tuple[Any, ...]] = [
        (ids[p.key], p.key, p.kind, p.country, p.name,
         p.entity if p.kind == "outlet" else None,
         p.entity if p.kind in {"organisation", "person"} else None,
         p.entity if p.kind == "body" else None)
        for p in parties
    ]  # fmt: skip
    insert_rows(connection, table_of(LinkedParty), _PARTY_COLUMNS, rows)
    insert_rows(
        connection,
        table_of(PartyLink),
        _LINK_COLUMNS,
        [
            (at, link.decision, link.relation, *(ids[end.key] for end in link.ends), *link[3:])
            for at, link in enumerate(links, start=1)
        ],
    )
