"""Earlier addresses: where a party stands now that once had a page of its own.

When two parties are found to be one, the spellings of one move to the other. The file of slugs still knows what each
spelling alone was published under, so every address that ever stood in a release leads on, whatever it was made of.
One that stood for what are now known to be several leads to each of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from db.bulk import table_of
from db.entity_key import apart_key, entity_key, paid_key
from db.model import BodyName, OrganisationName, OutletName
from db.model.base import Base
from publish.keys import Keys, Party
from publish.slugs import Slugs


def moved_addresses(connection: Connection, slugs: Slugs, keys: Keys) -> list[tuple[Any, ...]]:
    """Rows of `addresses`.

    Args:
        connection: the registry.
        slugs: every slug that was ever given, those of this release among them.
        keys: the key tables of this release.
    """
    found: list[tuple[str, str, str]] = []
    for name, names, reference, parties in (
        ("outlet", OutletName, "outlet_id", {"outlet": keys.outlets}),
        ("body", BodyName, "body_id", {"payer": keys.payers, "ministry": keys.ministries}),
        (
            "organisation", OrganisationName, "organisation_id",
            {"recipient": keys.recipients, "intermediary": keys.intermediaries},
        ),
    ):  # fmt: skip
        entities: defaultdict[str, set[int]] = defaultdict(set)
        for uid, entity in _once_published(connection, slugs, name, names, reference):
            entities[uid].add(entity)
        for kind, party in parties.items():
            found += _leading(kind, party, entities)
    return [(at, *row) for at, row in enumerate(sorted(found), start=1)]


def _once_published(
    connection: Connection, slugs: Slugs, kind: str, names: type[Base], reference: str
) -> Iterator[tuple[str, int]]:
    """What each spelling was published under when it stood alone, and the entity it belongs to now."""
    table = table_of(names)
    for row in connection.execute(select(table)):
        printed = row._mapping  # noqa: SLF001 - SQLAlchemy's documented name
        number = (printed.get("id_scheme", ""), printed.get("registry_id", ""))
        plain = entity_key(row.country, row.name, *number)
        paid_to = printed.get("paid_to", "")
        keys = [plain, apart_key(row.country, row.name)]
        if paid_to:
            keys.append(paid_key(row.country, row.name, paid_to))
        elif kind == "outlet":
            # the rest of a name, or all of it again, takes the addresses of those that are told apart no more
            yield from ((uid, printed[reference]) for uid in slugs.told_apart(plain))
        for key in keys:
            # it may have been marked as a natural person's since, and its key is kept in another form then
            for is_person in (False, True):
                uid = slugs.known(kind, key, is_person=is_person)
                if uid is not None:
                    yield uid, printed[reference]


def _leading(kind: str, party: Party, entities: Mapping[str, set[int]]) -> Iterator[tuple[str, str, str]]:
    """Addresses that belong to no party of a key table, with each party that has taken over from them."""
    current = {row[0]: row[1] for row in party.rows}
    taken = set(current.values())
    for uid, owners in entities.items():
        if uid not in taken:
            there = {current[party.by_entity[owner]] for owner in owners if owner in party.by_entity}
            yield from ((kind, uid, one) for one in there)
