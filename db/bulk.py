"""Batches through the driver: many rows in one statement, without the cost of the ORM or of one dict a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from db.model.base import Base

CHUNK = 500
"""Values in one IN list: below every driver's limit of parameters."""

PARAMETERS = 32_000
"""Parameters of one statement: PostgreSQL's protocol counts them in 16 bits, SQLite takes 32,766."""

SQLITE_ROWS = (200, 50, 10, 1)
"""Rows of one statement: a page of the portal at once, and a few sizes more, so that the driver keeps each prepared.
Against a statement a row this takes half the time, and the driver lets go of the interpreter once a statement."""

T = TypeVar("T")


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut an iterable into lists of at most `size`."""
    iterator = iter(items)
    while part := list(islice(iterator, size)):
        yield part


def table_of(mapped: type[Base]) -> Table:
    """The table of a mapped class."""
    found = mapped.__table__
    assert isinstance(found, Table)  # noqa: S101 - narrows the type; every mapped class here has a Table
    return found


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def insert_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows given as tuples in the order of `columns`."""
    if not rows:
        return
    marks = "(" + ", ".join([_mark(connection)] * len(columns)) + ")"
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES "
    if connection.dialect.name == "sqlite":
        sizes = [size for size in SQLITE_ROWS if size * len(columns) <= PARAMETERS]
    else:
        # a server is asked once per statement, so as many rows as it takes go into one
        sizes = [max(1, PARAMETERS // len(columns))]
    start = 0
    while start < len(rows):
        left = len(rows) - start
        part = rows[start : start + next((size for size in sizes if size <= left), left)]
        connection.exec_driver_sql(insert + ", ".join([marks] * len(part)), tuple(chain.from_iterable(part)))
        start += len(part)


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], where: str, rows: Sequence[tuple[Any, ...]]
) -> None:
    """Update rows given as tuples: the values of `columns`, then the value of `where`."""
    if rows:
        mark = _mark(connection)
        sets = ", ".join(f"{column} = {mark}" for column in columns)
        connection.exec_driver_sql(f"UPDATE {table.name} SET {sets} WHERE {where} = {mark}", list(rows))


def next_id(connection: Connection, table: Table) -> int:
    """The first free id; safe because one loader writes at a time (see `db.engine.writing`)."""
    value = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) + 1 FROM {table.name}").scalar_one()
    return int(value)
