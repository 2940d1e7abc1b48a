"""Reads the registry for a release: one consistent view, by batches, in an order both databases agree on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    String,
    collate,
    func,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute

from db.bulk import table_of
from db.model import Capture, Record, RejectedRow, Run, Source
from db.words import Relevance

BATCH = 2000
"""Rows fetched at a time."""


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees the registry as it stood at its first read, whatever loaders write meanwhile."""
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def bytewise(connection: Connection, column: Any) -> ColumnElement[Any]:  # noqa: ANN401 - a column or an expression
    """A column to sort by, compared byte by byte: a locale of the database must not reorder a release."""
    return collate(column, "C" if connection.dialect.name == "postgresql" else "BINARY")


def instant(column: InstrumentedAttribute[Any]) -> ColumnElement[str | None]:
    """An instant as the registry keeps it, as text; saves a parse and a format per row."""
    return type_coerce(column, String)


def stream(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Rows of a query, `BATCH` at a time."""
    for row in connection.execute(query, execution_options={"yield_per": BATCH}):
        yield tuple(row)


def used_sources(connection: Connection) -> list[Row[Any]]:
    """Sources that gave records, runs or rejected rows, whole, in the order of their names."""
    used = union(select(Record.source_id), select(RejectedRow.source_id), select(Run.source_id))
    table = table_of(Source)
    query = select(table).where(table.c.id.in_(used)).order_by(bytewise(connection, table.c.name))
    return list(connection.execute(query))


def data_as_of(connection: Connection) -> str:
    """The latest moment at which anything was read: the date of a release never comes from the clock."""
    moments = union(
        select(func.max(instant(Run.started_at))),
        select(func.max(instant(Run.finished_at))),
        select(func.max(instant(Capture.fetched_at))),
    )
    return max((row[0] for row in connection.execute(moments) if row[0] is not None), default="")


def in_contracts(*, media: bool) -> ColumnElement[bool]:
    """The condition that sends a record to `contracts` or to `other_records`."""
    return Record.relevance == Relevance.MEDIA if media else Record.relevance != Relevance.MEDIA
