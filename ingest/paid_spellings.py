"""Outlets that sources print alike, told apart by the firm that is paid: records point at the spelling that is meant.

A decision may speak of "Radio Vymysla, paid to 12345678": the id of an outlet's spelling is the registry id of the
organisation that was paid. At each settling the records of such a name, whose recipient is printed with that id, point
at a spelling of its own (`OutletName.paid_to`); all others at the plain one. Nothing but records and decisions is
asked, so what was decided comes out the same whenever records came, and a line that is taken back leaves no trace.

A number decides only where it is a valid one of an organisation. A natural person is named by a salted key; without
the secret nobody is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from db.bulk import chunks, insert_rows, next_id, table_of, update_rows
from db.entity_key import entity_key, paid_key
from db.fold import clean
from db.model import Outlet, OutletName, Record
from ingest.names.decisions import Decisions
from ingest.names.identifiers import valid_id
from ingest.names.identity_lines import Spelling, person_key
from ingest.names.normalise import normalise
from ingest.spelling import medium_of

_CARRIED = """
SELECT r.id, r.outlet_name_id, f.name, f.registry_id, e.is_person FROM record r
LEFT JOIN organisation_name f ON f.id = r.recipient_name_id LEFT JOIN organisation e ON e.id = f.organisation_id
WHERE r.outlet_name_id IN ({listed}) ORDER BY r.id
"""

_Printed = tuple[str, str]
"""Country and name of an outlet as they are stored."""


class _Row(NamedTuple):
    id: int
    country: str
    name: str
    lang: str
    paid_to: str


class Payee:
    """What decisions call the one who was paid."""

    def __init__(self, decisions: Decisions, salt: bytes) -> None:
        self._wrong = decisions.wrong_ids
        self._salt = salt

    def of(self, country: str, name: str | None, registry_id: str | None, *, is_person: bool) -> str:
        """The id that an outlet's spelling may have for this payee; "" where none identifies it.

        Args:
            country: ISO 3166-1 alpha-2, of the record's source.
            name: of the recipient as printed; None where none is named.
            registry_id: the number printed beside it.
            is_person: whether the registry marks it as a natural person.
        """
        if not name:
            return ""
        where = country.lower()
        if is_person or normalise(name).person:
            return person_key(self._salt, registry_id or name) if self._salt else ""
        number = valid_id(where, registry_id) or ""
        wrong = number and Spelling("organisation", where, clean(name), (registry_id or "").strip()) in self._wrong
        return "" if wrong else number


def _payees_told(decisions: Decisions) -> Mapping[tuple[str, str], frozenset[str]]:
    """Whose outlets decisions tell apart: by country, lower case, and printed name the ids that spellings have."""
    told: dict[tuple[str, str], set[str]] = defaultdict(set)
    for decision in decisions.active:
        for end in (decision.left, decision.right):
            if end.kind == "outlet" and end.id:
                told[end.country, end.name].add(end.id)
    return {printed: frozenset(ids) for printed, ids in told.items()}


def point_paid(connection: Connection, decisions: Decisions, salt: bytes) -> int:
    """Point records at the outlet's spelling that is meant, and keep just the spellings of such names that are used.

    Args:
        connection: inside the transaction that settles the registry.
        decisions: the decisions in force.
        salt: the installation's secret; without it no natural person is found.

    Returns:
        the number of records that were pointed elsewhere.
    """
    told = _payees_told(decisions)
    names = _names(connection, told)
    if not names:
        return 0
    by_id = {row.id: row for rows in names.values() for row in rows}
    payee = Payee(decisions, salt)
    carried: list[tuple[int, int, _Printed, str]] = []
    for part in chunks(sorted(by_id)):
        for record, name_id, *paid, person in connection.exec_driver_sql(
            _CARRIED.format(listed=", ".join(map(str, part)))
        ):
            row = by_id[name_id]
            found = payee.of(row.country, *paid, is_person=bool(person))
            ids = told.get((row.country.lower(), clean(row.name)), frozenset())
            carried.append((record, name_id, (row.country, row.name), found if found in ids else ""))
    used: dict[_Printed, set[str]] = defaultdict(set)
    for _, _, printed, paid_to in carried:
        used[printed].add(paid_to)
    stored = {(row.country, row.name, row.paid_to): row.id for row in by_id.values()}
    stored |= _made(connection, names, used, stored)
    moves = [
        (stored[*printed, to], record) for record, name_id, printed, to in carried if stored[*printed, to] != name_id
    ]
    update_rows(connection, table_of(Record), ("outlet_name_id",), "id", moves)
    _drop(connection, [row.id for printed, rows in names.items() for row in rows if _idle(row, used.get(printed))])
    return len(moves)


def _names(connection: Connection, told: Mapping[tuple[str, str], frozenset[str]]) -> dict[_Printed, list[_Row]]:
    """Stored spellings of the names that decisions tell apart, or told apart when the registry was last settled."""
    rows: dict[_Printed, list[_Row]] = defaultdict(list)
    for found in connection.exec_driver_sql("SELECT id, country, name, lang, paid_to FROM outlet_name ORDER BY id"):
        rows[found[1], found[2]].append(_Row(*found))
    return {
        printed: stored
        for printed, stored in rows.items()
        if (printed[0].lower(), clean(printed[1])) in told or any(row.paid_to for row in stored)
    }


def _idle(row: _Row, used: set[str] | None) -> bool:
    """Whether no record means a spelling; one that no record carries at all stays as it came."""
    return bool(row.paid_to) if used is None else row.paid_to not in used


def _made(
    connection: Connection,
    names: Mapping[_Printed, Sequence[_Row]],
    used: Mapping[_Printed, set[str]],
    stored: Mapping[tuple[str, str, str], int],
) -> dict[tuple[str, str, str], int]:
    """Write the spellings that are missing, each with an outlet of its own until identities are resolved."""
    missing = [
        (*printed, paid_to) for printed in sorted(used) for paid_to in sorted(used[printed])
        if (*printed, paid_to) not in stored
    ]  # fmt: skip
    if not missing:
        return {}
    outlets = {row[1]: (row[0], row[2]) for row in connection.exec_driver_sql("SELECT id, key, medium FROM outlet")}
    first_outlet, first_name = next_id(connection, table_of(Outlet)), next_id(connection, table_of(OutletName))
    new_outlets: list[tuple[int, str, str, str, str]] = []
    new_names: list[tuple[int, int, str, str, str, str]] = []
    for country, name, paid_to in missing:
        plain = entity_key(country, name)
        key = paid_key(country, name, paid_to) if paid_to else plain
        if key not in outlets:
            medium = outlets[plain][1] if plain in outlets else medium_of("", name)
            outlets[key] = (first_outlet + len(new_outlets), medium)
            new_outlets.append((outlets[key][0], key, country, name, medium))
        lang = names[country, name][0].lang
        new_names.append((first_name + len(new_names), outlets[key][0], country, name, lang, paid_to))
    insert_rows(connection, table_of(Outlet), ("id", "key", "country", "name", "medium"), new_outlets)
    insert_rows(connection, table_of(OutletName), ("id", "outlet_id", "country", "name", "lang", "paid_to"), new_names)
    return {(row[2], row[3], row[5]): row[0] for row in new_names}


def _drop(connection: Connection, ids: Iterable[int]) -> None:
    for part in chunks(ids):
        connection.exec_driver_sql(f"DELETE FROM outlet_name WHERE id IN ({', '.join(map(str, part))})")
