"""Batches through the driver: many rows in one statement, without the cost of the ORM or of one dict a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from db.model.base import Base

CHUNK = 500
"""Values in one IN list: below every driver's limit of parameters."""

PARAMETERS = 32_000
"""Parameters of one statement: PostgreSQL's protocol counts them in 16 bits, SQLite takes 32,766."""

PAGE = 200
SQLITE_ROWS = (PAGE, 50, 10, 1)
"""Rows of one statement: a page of the portal at once, and a few sizes more, so that the driver keeps each prepared.
Against a statement a row this takes half the time, and the driver lets go of the interpreter once a statement."""

_VARYING = "mediacontracts: columns that vary"
"""Where a connection keeps which columns of a table have ever differed within a page."""

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
        if len(part) == PAGE and connection.dialect.name == "sqlite":
            _insert_page(connection, table.name, tuple(columns), part)
        else:
            connection.exec_driver_sql(insert + ", ".join([marks] * len(part)), tuple(chain.from_iterable(part)))
        start += len(part)


def _insert_page(
    connection: Connection, table: str, columns: tuple[str, ...], page: Sequence[tuple[Any, ...]]
) -> None:
    """Insert a page of rows; a value that all of them share is bound once and not with every row.

    Most columns of a page say the same in each row: the source, the run, the kind of record, what is not stated. Which
    ones do is remembered and only ever shrinks, so that the statement is soon the same for every page. The first
    column is always each row's own.
    """
    known: dict[tuple[str, tuple[str, ...]], frozenset[int]] = connection.info.setdefault(_VARYING, {})
    varying = known.get((table, columns), frozenset({0}))
    values = list(zip(*page, strict=True))
    new = {at for at, column in enumerate(values) if at not in varying and column.count(column[0]) < len(page)}
    if new:
        varying = known[table, columns] = varying | new
    own = sorted(varying)
    shared = [at for at in range(len(columns)) if at not in varying]
    statement = _page_statement(table, tuple(columns[at] for at in own), tuple(columns[at] for at in shared))
    connection.exec_driver_sql(
        statement,
        (*(values[at][0] for at in shared), *chain.from_iterable(zip(*(values[at] for at in own), strict=True))),
    )


@lru_cache(maxsize=64)
def _page_statement(table: str, own: tuple[str, ...], shared: tuple[str, ...]) -> str:
    row = f"({', '.join('?' * len(own))})"
    taken = ", ".join(["own.*", *"?" * len(shared)])
    return (
        f"INSERT INTO {table} ({', '.join((*own, *shared))}) SELECT {taken} "
        f"FROM (VALUES {', '.join([row] * PAGE)}) AS own"
    )


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
