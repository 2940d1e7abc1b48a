"""`names.csv`: every spelling of every party, by source, with the first and the last reading that showed it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import aliased

from db.bulk import table_of
from db.model import (
    Body,
    BodyName,
    Organisation,
    OrganisationName,
    Outlet,
    OutletName,
    Record,
    RecordSeen,
    Run,
    Source,
)
from db.model.base import Base
from db.privacy import mask_person_ids
from db.words import PartyRole
from publish.keys import uid_of
from publish.read_only import read_only
from publish.registry import instant, reading
from publish.schema_keys import TABLES_OF_KIND
from publish.slugs import Slugs
from publish.spreadsheet import BOM, csv_lines

FILE_NAME = "names.csv"
COLUMNS = ("uid", "kind", "name", "spelling", "lang", "source", "first_seen_at", "last_seen_at", "records")
"""`kind` is body, organisation or outlet, and a uid is unique within it; instants are ISO 8601, UTC: the starts of the
runs that first and last showed a record with that spelling. A spelling without a source stands on no record of its
own: a ministry above payers, or a body that was asked."""

_PIECE = 1_000


@dataclass(frozen=True)
class _Kind:
    name: str
    entities: type[Base]
    names: type[Base]
    reference: str
    roles: dict[PartyRole, Any]


_KINDS = (
    _Kind("body", Body, BodyName, "body_id", {PartyRole.PAYER: Record.payer_name_id}),
    _Kind(
        "organisation", Organisation, OrganisationName, "organisation_id",
        {PartyRole.RECIPIENT: Record.recipient_name_id, PartyRole.INTERMEDIARY: Record.intermediary_name_id},
    ),
    _Kind("outlet", Outlet, OutletName, "outlet_id", {PartyRole.OUTLET: Record.outlet_name_id}),
)  # fmt: skip

_Seen = dict[tuple[str, str], dict[str, tuple[str, str, int]]]
"""By uid and masked spelling: by source the first and last reading, and the number of records."""


def write_names(engine: Engine, slugs: Slugs, database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write the file; gives its number of rows by its name.

    Names and spellings come from the finished release, so what was masked or withdrawn there is so here; only their
    dates come from the registry.

    Args:
        engine: the registry that the release was built from.
        slugs: the slugs it was built with.
        database: the file of the release.
        directory: where it lies.
        prefix: of the names of files, where the release is a sample.
    """
    name = f"{prefix}{FILE_NAME}"
    written = 0
    with read_only(database) as out, reading(engine) as connection, (directory / name).open("wb") as handle:
        handle.write((BOM + csv_lines([COLUMNS])).encode())
        for kind in _KINDS:
            rows = _rows(out, kind, _seen(connection, kind, slugs))
            while piece := list(islice(rows, _PIECE)):
                handle.write(csv_lines(piece, range(len(COLUMNS) - 1)).encode())
                written += len(piece)
    return {name: written}


def _rows(out: sqlite3.Connection, kind: _Kind, seen: _Seen) -> Iterator[Sequence[Any]]:
    names: dict[str, str] = {}
    for table in TABLES_OF_KIND[kind.name]:
        names.update(out.execute(f"SELECT uid, name FROM {table} WHERE state = 'named'"))
    roles = [role.value for role in kind.roles]
    marks = ", ".join("?" * len(roles))
    spellings = out.execute(
        f"SELECT DISTINCT entity_uid, name, lang FROM spellings WHERE role IN ({marks}) ORDER BY 1, 2, 3", roles
    )
    for uid, spelling, lang in spellings:
        head = (uid, kind.name, names.get(uid, ""), spelling, lang)
        by_source = seen.get((uid, spelling), {})
        for source, (first, last, records) in sorted(by_source.items()):
            yield (*head, source, first, last, records)
        if not by_source:
            yield (*head, "", "", "", 0)


def _seen(connection: Connection, kind: _Kind, slugs: Slugs) -> _Seen:
    """Read when each spelling was seen, one grouped pass over the records for each part a party plays."""
    entities, names = table_of(kind.entities), table_of(kind.names)
    rows = {row.id: row for row in connection.execute(select(entities))}
    spelled = {
        row[0]: (row[1], mask_person_ids(row[2]))
        for row in connection.execute(select(names.c.id, names.c[kind.reference], names.c.name))
    }
    found: _Seen = defaultdict(dict)
    first, last = aliased(Run), aliased(Run)
    for column in kind.roles.values():
        query = (
            select(
                column, Source.name, func.min(instant(first.started_at)), func.max(instant(last.started_at)),
                func.count(),
            )
            .join(Source, Source.id == Record.source_id)
            .join(first, first.id == Record.first_run_id)
            .join(RecordSeen, RecordSeen.record_id == Record.id)
            .join(last, last.id == RecordSeen.run_id)
            .where(column.is_not(None))
            .group_by(column, Source.name)
        )  # fmt: skip
        for name_id, source, since, until, records in connection.execute(query):
            entity, spelling = spelled[name_id]
            by_source = found[uid_of(kind.name, rows[entity], slugs, rows[entity].name), spelling]
            one = by_source.get(source, (since, until, 0))
            by_source[source] = (min(one[0], since), max(one[1], until), one[2] + records)
    return found
