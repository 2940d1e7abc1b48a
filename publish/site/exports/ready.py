"""Lines of the CSV files that lie beside a release: an export of any view is cut out of them.

A release is made once and read many times, so each line is written once, when the release is built. A line of an
export differs from it only in its end, which says release, filter and coverage. Where the files do not lie beside the
database, or are not its own, the lines are made from the tables.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path

from publish.schema import DATABASE
from publish.site.core.filters import View

PIECE_BYTES = 1 << 18
_LINES = 2_000


@dataclass(frozen=True)
class ReadyLines:
    """A CSV file of a release in which every line is found by its row.

    Attributes:
        path: the file.
        tail: bytes that end each of its lines.
        starts: byte at which the line of row id n starts, at place n - 1, and at last the end of the file.
    """

    path: Path
    tail: bytes
    starts: array[int]

    def lines(self, connection: sqlite3.Connection, view: View, tail: bytes) -> Iterator[bytes]:
        """The lines of a view, in the order of the file, each with its own end."""
        cursor = connection.execute(
            f"SELECT c.id FROM {view.table} AS c WHERE {view.where} ORDER BY c.id", view.values
        )
        starts, ending = self.starts, len(self.tail)
        with self.path.open("rb") as handle, mmap(handle.fileno(), 0, access=ACCESS_READ) as text:
            while found := cursor.fetchmany(_LINES):
                yield b"".join([text[starts[at - 1] : starts[at] - ending] + tail for (at,) in found])

    def whole(self) -> Iterator[bytes]:
        """All lines as they are."""
        with self.path.open("rb") as handle:
            handle.seek(self.starts[0])
            while piece := handle.read(PIECE_BYTES):
                yield piece


def beside(connection: sqlite3.Connection, name: str) -> Path | None:
    """A file of the release that lies beside the database of a connection; None where there is none.

    Args:
        connection: to the database of the release.
        name: of the file, without the prefix of a sample.
    """
    database = Path(connection.execute("PRAGMA database_list").fetchone()[2])
    if not database.name.endswith(f"{DATABASE}.db"):
        return None
    path = database.with_name(f"{database.name.removesuffix(f'{DATABASE}.db')}{name}")
    return path if path.is_file() else None


def ready_lines(
    connection: sqlite3.Connection, table: str, ending: str, head: bytes, tail: bytes
) -> ReadyLines | None:
    """The file that lies beside the database of a connection, if it is its own.

    Args:
        connection: to the database of the release.
        table: `contracts` or `other_records`.
        ending: "" or "-raw".
        head: bytes of its first line, byte order mark included.
        tail: bytes that end each line of the whole table; they hold the release's name.
    """
    path = beside(connection, f"{table}{ending}.csv")
    if path is None:
        return None
    known = path.stat()
    count, last = connection.execute(f"SELECT count(*), coalesce(max(id), 0) FROM {table}").fetchone()
    if not count or count != last:
        return None
    starts = _starts(path, (known.st_size, known.st_mtime_ns), head, tail)
    return ReadyLines(path, tail, starts) if len(starts) == count + 1 else None


@lru_cache(maxsize=8)
def _starts(path: Path, _version: tuple[int, int], head: bytes, tail: bytes) -> array[int]:
    """Where each line starts: after the end of the one before. Empty where the file is another one.

    No cell can hold such an end: the name of a release follows from its content.
    """
    starts = array("Q")
    with path.open("rb") as handle:
        if handle.read(len(head)) != head:
            return starts
        starts.append(len(head))
        with mmap(handle.fileno(), 0, access=ACCESS_READ) as text:
            at = text.find(tail, len(head))
            while at >= 0:
                starts.append(at + len(tail))
                at = text.find(tail, at + len(tail))
            if starts[-1] != len(text):
                return array("Q")
    return starts
