"""The ministry or akimat of every record, found anew each time the registry is settled.

A source may state it; else it is the body above the payer on the day of the record (`ingest.bodies`), and without one
the payer itself. A rule that was added or set right so reaches the records that were loaded before it, and a decision
that two bodies are one reaches what stands above. Distinct payers, days and years are asked about, not rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, text

from db.bulk import chunks, table_of, update_rows
from db.model import Record
from ingest.bodies import Parents
from ingest.record import Party
from ingest.spelling import Spellings

_DAY = "substr(coalesce(nullif(r.signed_on, ''), nullif(r.opened_at, ''), ''), 1, 10)"
_ASKED = f"""
SELECT s.country, r.payer_name_id, {_DAY} AS day, r.year, r.ministry_name_id, r.ministry_id
FROM record r JOIN source s ON s.id = r.source_id GROUP BY 1, 2, 3, 4, 5, 6
"""


class Asked(NamedTuple):
    """What the ministry of a record follows from, and the one that is stored."""

    payer: int
    day: str
    year: int | None
    stated: int | None
    stored: int


def name_ministries(connection: Connection, parents: Parents) -> dict[Asked, int]:
    """The spelling of the ministry for all that records ask about; new ones are written, to be resolved with the rest.

    Args:
        connection: inside the transaction that settles the registry, before identities are resolved.
        parents: who stands above whom.
    """
    by_country: dict[str, list[Asked]] = defaultdict(list)
    for country, *asked in connection.execute(text(_ASKED)):
        by_country[country].append(Asked(*asked))
    payers = {
        row[0]: Party(name=row[1], id_scheme=row[2], registry_id=row[3])
        for row in connection.execute(text("SELECT id, name, id_scheme, registry_id FROM body_name ORDER BY id"))
    }
    named: dict[Asked, int] = {}
    for country, listed in sorted(by_country.items()):
        spellings = Spellings(country)
        spellings.bodies.refresh(connection)
        answered = {payer for payer in {one.payer for one in listed} if parents.answers(country, payers[payer])}
        above: dict[tuple[int, str, int | None], int] = {}
        # in an order of the world's, so that the ids of new spellings are the same wherever it is run
        for one in sorted(listed, key=lambda one: (payers[one.payer].name, one.payer, one.day, one.year or 0)):
            key = one[:3]
            if one.stated is not None:
                named[one] = one.stated
            elif one.payer not in answered:
                named[one] = one.payer
            else:
                if key not in above:
                    on = date.fromisoformat(one.day) if one.day else None
                    found = parents.of(country, payers[one.payer], on, one.year)
                    above[key] = spellings.body(found) if found else one.payer
                named[one] = above[key]
        spellings.bodies.flush(connection, ("level",))
    return named


def write_ministries(connection: Connection, named: Mapping[Asked, int]) -> int:
    """Point every record at the body of its ministry's spelling; gives the number of records that changed.

    Args:
        connection: the same transaction, identities being resolved.
        named: see `name_ministries`.
    """
    bodies = {row[0]: row[1] for row in connection.execute(text("SELECT id, body_id FROM body_name"))}
    wrong = {asked: bodies[name] for asked, name in named.items() if bodies[name] != asked.stored}
    changes: list[tuple[int, int]] = []
    for part in chunks(sorted({asked.payer for asked in wrong})):
        listed = ", ".join(map(str, part))
        for record, *asked in connection.execute(
            text(
                f"SELECT r.id, r.payer_name_id, {_DAY}, r.year, r.ministry_name_id, r.ministry_id FROM record r "
                f"WHERE r.payer_name_id IN ({listed})"
            )
        ):
            ministry = wrong.get(Asked(*asked))
            if ministry is not None:
                changes.append((ministry, record))
    update_rows(connection, table_of(Record), ("ministry_id",), "id", changes)
    return len(changes)
