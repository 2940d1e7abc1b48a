"""The key tables of a release: who stands behind which number, and which spelling leads to whom."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, select

from db.bulk import table_of
from db.fold import fold_word, words
from db.model import Body, BodyName, Organisation, OrganisationName, Outlet, OutletName, Record, Region, Topic
from db.model.base import Base
from db.privacy import mask_person_ids
from db.slug import slug
from db.words import PartyRole, PartyState
from publish.schema_contracts import STATE_IDS
from publish.slugs import PERSON_SCHEMES, STATE_UIDS, Slugs

_folded_word = lru_cache(maxsize=200_000)(fold_word)

FIRST_ID = max(STATE_IDS.values()) + 1
"""First id of a named row in every key table; the rows before it are the states."""


def folded(text: str) -> str:
    """`db.fold.fold` with a memory for words: the same words come back row after row."""
    return " ".join(filter(None, map(_folded_word, words(text))))


@dataclass(frozen=True)
class Spelled:
    """One spelling: the entity it belongs to and the text, masked."""

    entity: int
    text: str
    lang: str


@dataclass
class Party:
    """One key table: its rows, and by the registry's id the row, the name and what finds it."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)
    by_entity: dict[int, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    search: dict[int, str] = field(default_factory=dict)


@dataclass
class Keys:
    """All key tables that come from names, and the spellings of the registry by their id."""

    payers: Party
    ministries: Party
    recipients: Party
    intermediaries: Party
    outlets: Party
    regions: Party
    topics: Party
    topic_ids: dict[str, int]
    bodies: dict[int, Spelled]
    organisations: dict[int, Spelled]
    titles: dict[int, Spelled]

    def spellings(self) -> list[tuple[Any, ...]]:
        """Rows of `spellings`: every spelling of the parties that the release names."""
        found: set[tuple[str, str, str, str]] = set()
        for role, party, spelled in (
            (PartyRole.PAYER, self.payers, self.bodies),
            (PartyRole.PAYER, self.ministries, self.bodies),
            (PartyRole.RECIPIENT, self.recipients, self.organisations),
            (PartyRole.INTERMEDIARY, self.intermediaries, self.organisations),
            (PartyRole.OUTLET, self.outlets, self.titles),
        ):
            uids = {row[0]: row[1] for row in party.rows}
            for name in spelled.values():
                place = party.by_entity.get(name.entity)
                if place is not None:
                    found.add((role.value, uids[place], name.text, name.lang))
        return [(at, *row) for at, row in enumerate(sorted(found), start=1)]


def state_rows(states: Iterable[PartyState], blanks: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The first rows of a key table: id, uid, name, state, then what such a row has no value for."""
    for state in states:
        yield (STATE_IDS[state], STATE_UIDS[state], state.value, state.value, *blanks)


def read_keys(connection: Connection, slugs: Slugs, asked: set[int]) -> Keys:
    """Read every party that a record points at, and the bodies asked; ids follow the order of the uids."""
    bodies = _spelled(connection, BodyName, "body_id")
    organisations = _spelled(connection, OrganisationName, "organisation_id")
    titles = _spelled(connection, OutletName, "outlet_id")
    paying = {bodies[name].entity for name in _used(connection, Record.payer_name_id)} | asked
    ministries = _used(connection, Record.ministry_id)
    receiving = {organisations[name].entity for name in _used(connection, Record.recipient_name_id)}
    between = {organisations[name].entity for name in _used(connection, Record.intermediary_name_id)}
    carrying = {titles[name].entity for name in _used(connection, Record.outlet_name_id)}

    topics, topic_ids = _topics(connection)

    def bodies_of(used: set[int]) -> Party:
        return _party(connection, _BODIES, used, slugs)

    def organisations_of(used: set[int]) -> Party:
        return _party(connection, _ORGANISATIONS, used, slugs)

    return Keys(
        payers=bodies_of(paying),
        ministries=bodies_of(ministries),
        recipients=organisations_of(receiving),
        intermediaries=organisations_of(between),
        outlets=_party(connection, _OUTLETS, carrying, slugs, _printed_alike(connection, carrying)),
        regions=_regions(connection),
        topics=topics,
        topic_ids=topic_ids,
        bodies=bodies,
        organisations=organisations,
        titles=titles,
    )


def _used(connection: Connection, column: Any) -> set[int]:  # noqa: ANN401 - a mapped column of any nullability
    return {row[0] for row in connection.execute(select(column).where(column.is_not(None)).distinct())}


def _spelled(connection: Connection, names: type[Base], entity: str) -> dict[int, Spelled]:
    table = table_of(names)
    query = select(table.c.id, table.c[entity], table.c.name, table.c.lang)
    return {row[0]: Spelled(row[1], mask_person_ids(row[2]), row[3]) for row in connection.execute(query)}


def _printed_alike(connection: Connection, carrying: set[int]) -> dict[int, str]:
    """Who is paid for outlets that share their name with another one in the release, where decisions tell them apart.

    Without it two pages would bear one name. What no decision tells apart is the rest, under the plain name.
    """
    outlets, names = table_of(Outlet), table_of(OutletName)
    told_apart = {row[0] for row in connection.execute(select(names.c.outlet_id).where(names.c.paid_to != ""))}
    if not told_apart:
        return {}
    bearing = connection.execute(select(outlets.c.id, outlets.c.country, outlets.c.name))
    named = {row[0]: (row[1], row[2]) for row in bearing if row[0] in carrying}
    several = Counter(named.values())
    firms: defaultdict[int, set[str]] = defaultdict(set)
    paid = (
        select(names.c.outlet_id, Organisation.name)
        .join(Record, Record.outlet_name_id == names.c.id)
        .join(OrganisationName, OrganisationName.id == Record.recipient_name_id)
        .join(Organisation, Organisation.id == OrganisationName.organisation_id)
        .where(names.c.paid_to != "")
        .distinct()
    )
    for outlet, firm in connection.execute(paid):
        firms[outlet].add(firm)
    return {outlet: "; ".join(sorted(found)) for outlet, found in firms.items() if several[named[outlet]] > 1}


@dataclass(frozen=True)
class _Kind:
    """How one kind of entity becomes rows: its table, the kind its slugs stand under, its row, its first rows."""

    name: str
    mapped: type[Base]
    make: Callable[[Row[Any], int, str, str, str], tuple[Any, ...]]
    blanks: tuple[Any, ...]
    states: tuple[PartyState, ...]


def _party(
    connection: Connection, kind: _Kind, used: set[int], slugs: Slugs, paid_to: Mapping[int, str] | None = None
) -> Party:
    """The rows of one key table; ``paid_to`` tells those apart of which several would bear one name."""
    told = paid_to or {}
    party = Party(rows=list(state_rows(kind.states, kind.blanks)))
    table = table_of(kind.mapped)
    # new slugs are given in the order of the keys, so that two databases give the same ones
    entities = sorted((row for row in connection.execute(select(table)) if row.id in used), key=lambda row: row.key)
    names = {row.id: f"{row.name} ({told[row.id]})" if row.id in told else row.name for row in entities}
    given = [(uid_of(kind.name, row, slugs, names[row.id]), row) for row in entities]
    for at, (uid, row) in enumerate(sorted(given, key=lambda pair: pair[0]), start=FIRST_ID):
        printed = names[row.id]
        name = mask_person_ids(printed)
        party.rows.append(kind.make(row, at, uid, printed, told.get(row.id, "")))
        party.by_entity[row.id], party.names[row.id] = at, printed
        party.search[row.id] = f"{name} | {folded(name)}"
    return party


def uid_of(kind: str, row: Row[Any], slugs: Slugs, name: str) -> str:
    """The lasting name of an entity of the registry.

    Args:
        kind: body, organisation or outlet.
        row: of its table.
        slugs: those that were given, which takes a new one in.
        name: what a new one is made of.
    """
    return slugs.of(kind, row.key, mask_person_ids(name), is_person=_is_person(row))


def _is_person(row: Row[Any]) -> bool:
    scheme = row._mapping.get("id_scheme", "")  # noqa: SLF001 - SQLAlchemy's documented name
    return bool(row._mapping.get("is_person", False)) or scheme in PERSON_SCHEMES  # noqa: SLF001 - as above


def _registered(row: Row[Any]) -> tuple[str, str]:
    """Scheme and number, unless it is a natural person's."""
    return ("", "") if _is_person(row) else (row.id_scheme, row.registry_id)


def _body_row(row: Row[Any], at: int, uid: str, name: str, _paid_to: str) -> tuple[Any, ...]:
    return (at, uid, name, "named", row.country, row.level, row.lineage, *_registered(row), folded(name), 0)


def _organisation_row(row: Row[Any], at: int, uid: str, name: str, _paid_to: str) -> tuple[Any, ...]:
    person = int(_is_person(row))
    return (
        at, uid, name, "named", row.country, row.legal_form, person, *_registered(row), folded(name), 0
    )  # fmt: skip


def _outlet_row(row: Row[Any], at: int, uid: str, name: str, paid_to: str) -> tuple[Any, ...]:
    return (at, uid, name, "named", row.country, row.medium, paid_to, folded(name), 0)


_NAMED_STATES = (PartyState.UNKNOWN, PartyState.WITHHELD, PartyState.NOT_APPLICABLE)
_BODIES = _Kind("body", Body, _body_row, ("", "", "", "", "", "", 0), _NAMED_STATES)
_ORGANISATIONS = _Kind("organisation", Organisation, _organisation_row, ("", "", 0, "", "", "", 0), tuple(STATE_IDS))
_OUTLETS = _Kind("outlet", Outlet, _outlet_row, ("", "", "", "", 0), tuple(STATE_IDS))


def _regions(connection: Connection) -> Party:
    party = Party(rows=list(state_rows(_NAMED_STATES, ("", "", "", "", "", "", "", 0))))
    table = table_of(Region)
    used = _used(connection, Record.region_id)
    found = sorted(
        (row for row in connection.execute(select(table)) if row.id in used),
        key=lambda row: (row.country, row.code, row.valid_from),
    )
    for at, row in enumerate(found, start=FIRST_ID):
        uid = "-".join(filter(None, (row.country, row.code, row.valid_from))).lower()
        party.rows.append(
            (at, uid, row.name, "named", row.country, row.code, row.name_local, row.name_en, row.valid_from,
             row.valid_to, row.note, 0)
        )  # fmt: skip
        party.by_entity[row.id] = at
    return party


def _topics(connection: Connection) -> tuple[Party, dict[str, int]]:
    """The topics that records have, and the row of each by its name; a topic's name is ours, so its slug lasts."""
    party = Party(rows=list(state_rows(_NAMED_STATES, ("", 0))))
    used = connection.execute(select(Topic.name, Topic.description).where(Topic.name.in_(select(Record.topic))))
    named = sorted((slug(name, set(), key=name), name, text) for name, text in used)
    ids: dict[str, int] = {}
    for at, (uid, name, text) in enumerate(named, start=FIRST_ID):
        party.rows.append((at, uid, name, "named", text, 0))
        ids[name] = at
    return party, ids
