"""What sources print: each spelling of a kind with the party it leads to, and who was paid for outlets.

Read whole and looked up in memory by those who search for a name: decisions, ties, registers of media.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, text

from ingest.names.identity_lines import Kind

_SPELLINGS: dict[str, str] = {
    "outlet": "SELECT n.country, n.name, n.paid_to, 0, e.id, e.key, e.name "
    "FROM outlet_name n JOIN outlet e ON e.id = n.outlet_id ORDER BY n.id",
    "organisation": "SELECT n.country, n.name, n.registry_id, e.is_person, e.id, e.key, e.name "
    "FROM organisation_name n JOIN organisation e ON e.id = n.organisation_id ORDER BY n.id",
    "body": "SELECT n.country, n.name, n.registry_id, 0, e.id, e.key, e.name "
    "FROM body_name n JOIN body e ON e.id = n.body_id ORDER BY n.id",
}
_PAID = text(
    "SELECT DISTINCT n.name, f.name, f.registry_id, e.is_person FROM record r "
    "JOIN outlet_name n ON n.id = r.outlet_name_id JOIN organisation_name f ON f.id = r.recipient_name_id "
    "JOIN organisation e ON e.id = f.organisation_id WHERE lower(n.country) = :country"
)


class PrintedParty(NamedTuple):
    """One spelling as it is stored; `id` is the number printed beside it, of an outlet who is paid for it."""

    country: str
    name: str
    id: str
    is_person: bool
    entity: int
    key: str
    entity_name: str


class PaidFor(NamedTuple):
    """An outlet as printed, and one who was paid for it."""

    outlet: str
    payee: str
    id: str
    is_person: bool


def printed_parties(connection: Connection, kind: Kind) -> list[PrintedParty]:
    """Every spelling of a kind, in the order they came in; an owner group is printed nowhere."""
    return [
        PrintedParty(country, name, number, bool(person), entity, key, entity_name)
        for country, name, number, person, entity, key, entity_name in connection.execute(text(_SPELLINGS[kind]))
    ]


def paid_for_outlets(connection: Connection, country: str) -> list[PaidFor]:
    """Who was paid for the outlets of a country (lower case), each pair once."""
    return [
        PaidFor(outlet, payee, number, bool(person))
        for outlet, payee, number, person in connection.execute(_PAID, {"country": country})
    ]
