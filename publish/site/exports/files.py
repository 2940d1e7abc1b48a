"""CSV of a view, made piece by piece. Money is written from whole minor units."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

from publish.schema import BY_NAME
from publish.site.core.filters import View
from publish.site.core.release import Release
from publish.site.exports.columns import CONTEXT, context, fields, select
from publish.site.exports.ready import ReadyLines, ready_lines
from publish.spreadsheet import BOM, csv_lines, defused

PIECE = 1_000

Make = Callable[[sqlite3.Connection, Release, View], Iterator[bytes]]


def csv_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """CSV for spreadsheets: UTF-8 with BOM, no cell runs as a formula or is changed on opening."""
    return _csv(connection, release, view, raw=False)


def raw_csv_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """CSV for programs: the same rows and columns, every cell as it is, no BOM."""
    return _csv(connection, release, view, raw=True)


def _csv(connection: sqlite3.Connection, release: Release, view: View, *, raw: bool) -> Iterator[bytes]:
    ready = written_csv(connection, release, view.table, raw=raw)
    if ready is None:
        yield from made_csv(connection, release, view, raw=raw)
        return
    yield _head(raw=raw)
    whole = view.where == View().where
    yield from ready.whole() if whole else ready.lines(connection, view, _end(release, view, raw=raw))


def written_csv(connection: sqlite3.Connection, release: Release, table: str, *, raw: bool) -> ReadyLines | None:
    """The whole table as it lies beside the database; None where it does not, or has not one line for each row."""
    end = _end(release, View(table), raw=raw)
    return ready_lines(connection, table, "-raw" if raw else "", _head(raw=raw), end)


def made_csv(connection: sqlite3.Connection, release: Release, view: View, *, raw: bool) -> Iterator[bytes]:
    """The same bytes, made from the tables: how the files of a release are written."""
    texts = [] if raw else [at for at, one in enumerate(fields()) if one.kind not in ("number", "money")]
    yield _head(raw=raw)
    told = context(release, view)
    tail = told if raw else tuple(map(defused, told))
    cursor = connection.execute(select(view), view.values)
    while found := cursor.fetchmany(PIECE):
        yield csv_lines([(*row, *tail) for row in found], texts).encode()


def _head(*, raw: bool) -> bytes:
    return (("" if raw else BOM) + csv_lines([[one.name for one in (*fields(), *CONTEXT)]])).encode()


def _end(release: Release, view: View, *, raw: bool) -> bytes:
    """What every line of a view ends with, the comma before it included."""
    told = context(release, view)
    return csv_lines([("", *(told if raw else map(defused, told)))]).encode()


def table_file(connection: sqlite3.Connection, table: str) -> Iterator[bytes]:
    """A whole table beside the records as CSV for spreadsheets."""
    cursor = connection.execute(f"SELECT * FROM {table} ORDER BY id")
    names = [column[0] for column in cursor.description]
    texts = [at for at, column in enumerate(BY_NAME[table].columns) if column.kind == "TEXT"]
    yield (BOM + csv_lines([names])).encode()
    while found := cursor.fetchmany(PIECE):
        yield csv_lines(found, texts).encode()
