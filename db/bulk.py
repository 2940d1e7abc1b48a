"""Batches through the driver: many rows in one statement, without the cost of the ORM or of one dict a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from db.model.base import Base

CHUNK = 500
"""Values in one IN list: below every driver's limit of parameters."""

POSTGRESQL_PARAMETERS = 32_000
"""Parameters of one statement: the protocol counts them in 16 bits."""

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
        connection.exec_driver_sql(insert + marks, list(rows))
        return
    # a server is asked once per statement, so many rows go into one
    for part in chunks(rows, max(1, POSTGRESQL_PARAMETERS // len(columns))):
        values = tuple(value for row in part for value in row)
        connection.exec_driver_sql(insert + ", ".join([marks] * len(part)), values)


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
