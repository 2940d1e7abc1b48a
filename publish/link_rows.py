"""Links as a release shows them: each party under its lasting name, and what ties it to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from db.bulk import table_of
from db.model import LinkedParty, PartyLink
from db.privacy import mask_person_ids
from db.words import LinkedKind
from publish.keys import Keys, Party
from publish.slugs import Slugs

NATURAL_PERSON = "natural person"
"""What stands in place of the name of a person whom no source names."""


@dataclass(frozen=True)
class Links:
    """Rows of `linked_parties` and of `links`."""

    parties: list[tuple[Any, ...]]
    links: list[tuple[Any, ...]]


def read_links(connection: Connection, keys: Keys, slugs: Slugs) -> Links:
    """Read every link; ids follow from names and lines, never from the registry's ids."""
    table = table_of(LinkedParty)
    # new slugs are given in the order of the keys, so that two databases give the same ones
    stored = sorted(connection.execute(select(table)), key=lambda row: row.key)
    made = [(_party(row, keys, slugs), row) for row in stored]
    made.sort(key=lambda pair: (pair[0][2], pair[0][0], pair[1].key))
    parties = [(at, *fields) for at, (fields, _) in enumerate(made, start=1)]
    ids = {row.id: at for at, (_, row) in enumerate(made, start=1)}
    found = sorted(
        (ids[link.party_id], ids[link.other_id], link.relation, link.since, link.until, link.decision, link)
        for link in connection.execute(select(table_of(PartyLink)))
    )
    links = [
        (at, link.decision, link.relation, party, other, link.since, link.until, link.evidence, link.why,
         link.decided_by, link.decided_on)
        for at, (party, other, *_, link) in enumerate(found, start=1)
    ]  # fmt: skip
    return Links(parties, links)


def _party(row: Row[Any], keys: Keys, slugs: Slugs) -> tuple[Any, ...]:
    """uid, name, kind, state, country, and the rows of the key tables; the key says under which kind the uid lasts."""
    outlet, firm, body = row.outlet_id, row.organisation_id, row.body_id
    places = (
        _place(keys.outlets, outlet), _place(keys.recipients, firm), _place(keys.intermediaries, firm),
        _place(keys.payers, body), _place(keys.ministries, body),
    )  # fmt: skip
    of, _, key = row.key.partition(":")
    if not row.name:
        # known by its key alone, which goes into no release
        uid = slugs.of("person", row.key, NATURAL_PERSON)
        return (uid, NATURAL_PERSON, row.kind, "withheld", row.country, *places)
    uid = slugs.of(of, key, mask_person_ids(row.name), is_person=row.kind == LinkedKind.PERSON)
    # of several outlets printed alike the key table tells more than the name
    name = row.name if outlet is None else keys.outlets.names.get(outlet, row.name)
    return (uid, name, row.kind, "named", row.country, *places)


def _place(party: Party, entity: int | None) -> int | None:
    return None if entity is None else party.by_entity.get(entity)
