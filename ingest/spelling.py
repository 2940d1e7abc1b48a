"""Spellings to ids through memory: no query per row, one statement per table and batch for what is new.

A spelling is what a row prints: country, name and, where it identifies, the registry id. Spellings with the same
registry id belong to one entity; without an id an entity is its exact spelling, until a decision says more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Table

from db.bulk import insert_rows
from db.entity_key import entity_key
from db.model import Body, BodyName, Organisation, OrganisationName, Outlet, OutletName
from ingest.names.normalise import normalise
from ingest.record import Party

Spelling = tuple[str, str, str, str]
"""Country, name, id scheme, registry id."""


def medium_of(wording: str, name: str) -> str:
    """The kind of an outlet: our class of its source's wording, else that wording, else what its name says.

    Args:
        wording: the kind as its source words it, or nothing.
        name: the printed name, such as «Газета …».
    """
    if wording:
        return normalise(wording).medium or wording
    return normalise(name).medium or ""


def legal_form_of(name: str) -> str:
    """The class of the legal form that a printed name states; empty where it states none."""
    return normalise(name).legal_form or ""


def _of_body(party: Party) -> tuple[Any, ...]:
    return (party.level,)


def _of_organisation(party: Party) -> tuple[Any, ...]:
    return (legal_form_of(party.name), party.is_person)


def _of_outlet(party: Party) -> tuple[Any, ...]:
    return (medium_of(party.medium, party.name),)


class _Spellings:
    """The spellings of one kind of entity, and the entities they belong to."""

    def __init__(
        self,
        entities: Any,  # noqa: ANN401 - a mapped class
        names: Any,  # noqa: ANN401 - a mapped class
        reference: str,
        more: Callable[[Party], tuple[Any, ...]],
    ) -> None:
        self._more = more
        self.entities: Table = entities.__table__
        self.names: Table = names.__table__
        self.reference = reference
        self.with_id = "registry_id" in self.names.c
        self.by_spelling: dict[Spelling, int] = {}
        self.by_key: dict[str, int] = {}
        self.own_entity: dict[int, int] = {}
        self._by_id: dict[int, Spelling] = {}
        self._told_apart: dict[int, Spelling] = {}
        self._seen_entity = 0
        self._seen_name = 0
        self._new_entities: list[tuple[Any, ...]] = []
        self._new_names: list[tuple[Any, ...]] = []

    def refresh(self, connection: Connection) -> None:
        """Read what other writers added since the last batch."""
        for row in connection.exec_driver_sql(
            f"SELECT id, key FROM {self.entities.name} WHERE id > {self._seen_entity} ORDER BY id"
        ):
            self.by_key[row[1]] = self._seen_entity = row[0]
        ids = "id_scheme, registry_id" if self.with_id else "'', ''"
        paid_to = "paid_to" if "paid_to" in self.names.c else "''"
        for row in connection.exec_driver_sql(
            f"SELECT id, {self.reference}, country, name, {ids}, {paid_to} FROM {self.names.name} "
            f"WHERE id > {self._seen_name} ORDER BY id"
        ):
            spelling: Spelling = (row[2], row[3], row[4], row[5])
            self._seen_name = row[0]
            if row[6]:
                # which of several outlets printed alike is meant is settled later, for new records as for these
                self._told_apart[row[0]] = spelling
                continue
            self.by_spelling[spelling] = row[0]
            own = self.by_key.get(entity_key(*spelling))
            self.own_entity[row[0]] = row[1] if own is None else own

    def id_of(self, country: str, party: Party) -> int:
        """The spelling's id; a new one is remembered and written by `flush`."""
        spelling = (
            (country, party.name, party.id_scheme, party.registry_id)
            if self.with_id
            else (country, party.name, "", "")
        )
        known = self.by_spelling.get(spelling)
        if known is not None:
            return known
        key = entity_key(*spelling)
        entity = self.by_key.get(key)
        if entity is None:
            self._seen_entity += 1
            entity = self.by_key[key] = self._seen_entity
            ids = (party.id_scheme, party.registry_id) if self.with_id else ()
            self._new_entities.append((entity, key, country, party.name, *ids, *self._more(party)))
        self._seen_name += 1
        self.by_spelling[spelling] = self._seen_name
        self.own_entity[self._seen_name] = entity
        ids = spelling[2:] if self.with_id else ()
        self._new_names.append((self._seen_name, entity, country, party.name, party.lang, *ids))
        return self._seen_name

    def spelling_of(self, name_id: int | None) -> Spelling:
        """The spelling behind an id; four empty strings for none."""
        if name_id is None:
            return ("", "", "", "")
        if len(self._by_id) != len(self.by_spelling) + len(self._told_apart):
            self._by_id = {known: spelling for spelling, known in self.by_spelling.items()} | self._told_apart
        return self._by_id[name_id]

    def flush(self, connection: Connection, extra: tuple[str, ...]) -> None:
        """Write the new entities and spellings of this batch."""
        ids = ("id_scheme", "registry_id") if self.with_id else ()
        insert_rows(connection, self.entities, ("id", "key", "country", "name", *ids, *extra), self._new_entities)
        insert_rows(connection, self.names, ("id", self.reference, "country", "name", "lang", *ids), self._new_names)
        self._new_entities, self._new_names = [], []

    def forget(self) -> None:
        """Drop what a rolled-back batch had numbered; the next `refresh` reads it all again."""
        self.by_spelling, self.by_key, self.own_entity, self._by_id, self._told_apart = {}, {}, {}, {}, {}
        self._seen_entity = self._seen_name = 0
        self._new_entities, self._new_names = [], []


class Spellings:
    """Bodies, organisations and outlets of the registry, by spelling."""

    def __init__(self, country: str) -> None:
        self.country = country
        self.bodies = _Spellings(Body, BodyName, "body_id", _of_body)
        self.organisations = _Spellings(Organisation, OrganisationName, "organisation_id", _of_organisation)
        self.outlets = _Spellings(Outlet, OutletName, "outlet_id", _of_outlet)

    def refresh(self, connection: Connection) -> None:
        """Read what other writers added since the last batch."""
        for kind in (self.bodies, self.organisations, self.outlets):
            kind.refresh(connection)

    def flush(self, connection: Connection) -> None:
        """Write what is new in this batch, before the records that point at it."""
        self.bodies.flush(connection, ("level",))
        self.organisations.flush(connection, ("legal_form", "is_person"))
        self.outlets.flush(connection, ("medium",))

    def forget(self) -> None:
        """Start over after a rolled-back batch."""
        for kind in (self.bodies, self.organisations, self.outlets):
            kind.forget()

    def body(self, party: Party) -> int:
        """Id of a body's spelling."""
        return self.bodies.id_of(self.country, party)

    def body_entity(self, name_id: int) -> int:
        """The body that a spelling is by itself; a decision that makes it another one is followed by the release."""
        return self.bodies.own_entity[name_id]

    def organisation(self, party: Party) -> int | None:
        """Id of an organisation's spelling, or nothing where the source names none."""
        if party.state != "named":
            return None
        return self.organisations.id_of(self.country, party)

    def outlet(self, party: Party) -> int | None:
        """Id of an outlet's spelling, or nothing where the source names none."""
        return self.outlets.id_of(self.country, party) if party.state == "named" else None
