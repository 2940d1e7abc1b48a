"""Which spellings are one entity: replays decisions and merges what merges by itself, over the whole registry.

Spellings move between entities; records never change, but that they point at the outlet that is meant where decisions
tell outlets of one printed name apart by the firm that is paid (`ingest.paid_spellings`). The outcome depends on the
spellings, on who was paid for them and on the decisions, not on the order they came in, so a registry that grew and
one made from nothing agree, and taking a decision back restores the sums of before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Table

from db.bulk import insert_rows, next_id, table_of, update_rows
from db.entity_key import apart_key, entity_key, paid_key
from db.fold import clean
from db.model import Body, BodyName, Organisation, OrganisationName, Outlet, OutletName
from ingest.decision_lines import with_shipped
from ingest.names.decisions import FILES, Decisions
from ingest.names.identifiers import valid_id
from ingest.names.identity_lines import Spelling, person_key
from ingest.names.normalise import normalise
from ingest.names.resolve import Question, resolve
from ingest.paid_spellings import point_paid
from ingest.same_bodies import same_bodies
from ingest.spelling import legal_form_of, medium_of

Kind = Literal["outlet", "organisation", "body"]


class Kept(NamedTuple):
    """Where a kind of party is kept: entities, their spellings, and how spellings and records point at them."""

    entities: Table
    names: Table
    reference: str
    used: str


KEPT: Mapping[Kind, Kept] = {
    "outlet": Kept(table_of(Outlet), table_of(OutletName), "outlet_id", "outlet_name_id"),
    "organisation": Kept(table_of(Organisation), table_of(OrganisationName), "organisation_id", "recipient_name_id"),
    "body": Kept(table_of(Body), table_of(BodyName), "body_id", "payer_name_id"),
}


_PAID = """
SELECT DISTINCT r.outlet_name_id, f.registry_id, f.name FROM record r
JOIN organisation_name f ON f.id = r.recipient_name_id
JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
WHERE r.outlet_name_id IS NOT NULL AND c.retracted_why = '' AND u.retracted_why = ''
"""


class Printed(msgspec.Struct, frozen=True):
    """One spelling of the registry with the entity it belongs to now and the number of records that carry it.

    `is_person`: its entity is marked as a natural person, or the name says by its legal form that it is one.
    `paid_to`: of one of several outlets that are printed alike, the id of the firm that is paid for it.
    """

    id: int
    entity_id: int
    country: str
    name: str
    id_scheme: str
    registry_id: str
    is_person: bool
    records: int
    paid_to: str = ""

    @property
    def base_key(self) -> str:
        """The entity it is before any decision."""
        if self.paid_to:
            return paid_key(self.country, self.name, self.paid_to)
        return entity_key(self.country, self.name, self.id_scheme, self.registry_id)


class Resolved(msgspec.Struct):
    """What came of resolving one kind: how many spellings make how many entities, and what a person is asked."""

    kind: Kind
    spellings: int
    entities: int
    moved: int
    questions: list[tuple[Printed, Printed, Question]]


def load_decisions(home: Path) -> Decisions:
    """Read the shipped decisions, then the installation's own.

    Raises:
        ingest.decision_lines.DecisionError: a line is wrong, or two contradict each other.
    """
    return Decisions.load(with_shipped((home / "decisions").glob(FILES), FILES))


def resolve_registry(connection: Connection, decisions: Decisions, salt: bytes = b"") -> list[Resolved]:
    """Bring every spelling to its entity.

    Args:
        connection: inside the transaction that settles the registry.
        decisions: the decisions in force.
        salt: see `ingest.salt`; without it lines about natural persons are not looked up.
    """
    point_paid(connection, decisions, salt)
    return [_resolve_kind(connection, kind, decisions, salt) for kind in KEPT]


def _resolve_kind(connection: Connection, kind: Kind, decisions: Decisions, salt: bytes) -> Resolved:
    printed = read_spellings(connection, kind)
    by_country: dict[str, list[Printed]] = defaultdict(list)
    for spelling in printed:
        by_country[spelling.country].append(spelling)
    paid = _paid(connection) if kind == "outlet" else {}
    clusters: list[list[Printed]] = []
    questions: list[tuple[Printed, Printed, Question]] = []
    for _, members in sorted(by_country.items()):
        found, asked = _clusters(kind, members, decisions, salt, paid)
        clusters += found
        questions += asked
    moved = _move(connection, kind, clusters)
    return Resolved(kind, len(printed), len(clusters), moved, questions)


def read_spellings(connection: Connection, kind: Kind) -> list[Printed]:
    """Every spelling of a kind, in an order that does not depend on how it came in."""
    kept = KEPT[kind]
    ids = "n.id_scheme, n.registry_id" if kind != "outlet" else "'' AS id_scheme, '' AS registry_id"
    paid_to = "n.paid_to" if kind == "outlet" else "'' AS paid_to"
    person = "e.is_person" if kind == "organisation" else "0 AS is_person"
    rows = connection.exec_driver_sql(
        f"SELECT n.id, n.{kept.reference}, n.country, n.name, {ids}, {person}, coalesce(u.records, 0), {paid_to} "
        f"FROM {kept.names.name} n JOIN {kept.entities.name} e ON e.id = n.{kept.reference} "
        f"LEFT JOIN (SELECT {kept.used} AS name_id, count(*) AS records FROM record GROUP BY 1) u "
        "ON u.name_id = n.id"
    )
    by_name = kind == "organisation"
    found = [
        Printed(
            r[0], r[1], r[2], r[3], r[4], r[5], bool(r[6]) or (by_name and normalise(r[3]).person), int(r[7]), r[8]
        )
        for r in rows
    ]
    return sorted(found, key=_in_order)


def _in_order(printed: Printed) -> tuple[str, ...]:
    return (printed.country, printed.name, printed.id_scheme, printed.registry_id, printed.paid_to)


def _paid(connection: Connection) -> dict[int, frozenset[str]]:
    """Registry ids and names of those who were paid, by spelling of the outlet; nothing of a retracted reading."""
    found: dict[int, set[str]] = defaultdict(set)
    for outlet, number, name in connection.exec_driver_sql(_PAID):
        # one source prints the number of a firm and another does not
        found[outlet] |= {number, normalise(name).key} - {""}
    return {name: frozenset(numbers) for name, numbers in found.items()}


def spelling_of(kind: Kind, printed: Printed) -> Spelling:
    """The spelling as decisions name it."""
    return Spelling(kind, printed.country.lower(), clean(printed.name), printed.paid_to or printed.registry_id.strip())


def _clusters(
    kind: Kind, members: list[Printed], decisions: Decisions, salt: bytes, paid: Mapping[int, frozenset[str]]
) -> tuple[list[list[Printed]], list[tuple[Printed, Printed, Question]]]:
    """Group spellings of one country; natural persons merge with nobody by likeness."""
    likeable = [p for p in members if not p.is_person]
    apart = [p for p in members if p.is_person]
    groups: dict[tuple[str, int], list[Printed]] = defaultdict(list)
    questions: list[tuple[Printed, Printed, Question]] = []
    if kind == "body":
        named = [spelling_of(kind, p) for p in likeable]
        for spelling, body in zip(
            likeable, same_bodies(named, [p.base_key for p in likeable], decisions), strict=True
        ):
            groups["", body].append(spelling)
    else:
        ids = [valid_id(p.country, p.registry_id) or (p.registry_id and p.base_key) or None for p in likeable]
        resolution = resolve(
            [p.name for p in likeable],
            ids,
            decisions=decisions,
            spellings=[spelling_of(kind, p) for p in likeable],
            paid=[paid.get(p.id, frozenset()) for p in likeable] if kind == "outlet" else None,
        )
        for spelling, cluster in zip(likeable, resolution.cluster_of, strict=True):
            groups["", cluster].append(spelling)
        questions = [(likeable[q.left], likeable[q.right], q) for q in resolution.questions]
    decided = {spelling for cluster in decisions.clusters() for spelling in cluster} if apart and salt else set()
    for spelling in apart:
        person = _person(kind, spelling, salt) if decided else None
        name = decisions.find(person).name if person and person in decided else spelling.base_key
        groups[name, -1].append(spelling)
    return list(groups.values()), questions


def _person(kind: Kind, printed: Printed, salt: bytes) -> Spelling:
    """A natural person as decisions name it: by its number, else by its name, under the installation's secret."""
    return Spelling(kind, printed.country.lower(), person_key(salt, printed.registry_id or printed.name))


class _Stored(NamedTuple):
    id: int
    name: str
    is_person: bool


def _entities(connection: Connection, kind: Kind) -> dict[str, _Stored]:
    """The entities of a kind as they are stored, by key."""
    person = "is_person" if kind == "organisation" else "0"
    rows = connection.exec_driver_sql(f"SELECT key, id, name, {person} FROM {KEPT[kind].entities.name}")
    return {row[0]: _Stored(row[1], row[2], bool(row[3])) for row in rows}


def _move(connection: Connection, kind: Kind, clusters: Iterable[list[Printed]]) -> int:
    """Point each spelling at its cluster's entity; gives the number of spellings that moved."""
    table, names, reference, _ = KEPT[kind]
    entities = _entities(connection, kind)
    claimed: set[str] = set()
    moves: list[tuple[int, int]] = []
    renamed: list[tuple[str, int]] = []
    new: list[tuple[Any, ...]] = []
    first_new = next_id(connection, table)
    people: list[tuple[bool, int]] = []
    for cluster in sorted(clusters, key=lambda c: _in_order(c[0])):
        wanted = sorted({p.base_key for p in cluster}, key=lambda key: ("|" in key, key))
        free = [key for key in wanted if key not in claimed]
        best = max(cluster, key=lambda p: (p.records, p.name, p.paid_to))
        # two clusters of one printed id: the second becomes an entity of its own
        key = free[0] if free else apart_key(best.country, best.name)
        claimed.add(key)
        is_person = any(p.is_person for p in cluster)
        if key not in entities:
            entities[key] = _Stored(first_new + len(new), best.name, best.is_person)
            new.append(_new_entity(kind, entities[key].id, key, best))
        target = entities[key]
        if target.name != best.name:
            renamed.append((best.name, target.id))
        if is_person and not target.is_person:
            people.append((True, target.id))
        moves += [(target.id, p.id) for p in cluster if p.entity_id != target.id]
    insert_rows(connection, table, _ENTITY_COLUMNS[kind], new)
    update_rows(connection, names, (reference,), "id", moves)
    if kind == "organisation":
        # a natural person's number is never published, so one spelling that shows it is enough
        update_rows(connection, table, ("is_person",), "id", people)
    update_rows(connection, table, ("name",), "id", renamed)
    return len(moves)


_ENTITY_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "outlet": ("id", "key", "country", "name", "medium"),
    "organisation": ("id", "key", "country", "name", "id_scheme", "registry_id", "legal_form", "is_person"),
    "body": ("id", "key", "country", "name", "id_scheme", "registry_id", "level"),
}


def _new_entity(kind: Kind, entity_id: int, key: str, best: Printed) -> tuple[Any, ...]:
    head = (entity_id, key, best.country, best.name)
    if kind == "outlet":
        return (*head, medium_of("", best.name))
    if kind == "organisation":
        return (*head, "", "", legal_form_of(best.name), best.is_person)
    return (*head, "", "", "")
