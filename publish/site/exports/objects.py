"""JSON and JSON Lines of a view. SQLite writes the objects, so that no cell passes through Python."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from publish.site.core.filters import View
from publish.site.core.release import Release
from publish.site.exports.about import about
from publish.site.exports.columns import CONTEXT, Field, context, fields, select

_PIECE = 1_000
_MOST_FIELDS = 50
"""Columns of one call of `json_object`, which takes at most 127 arguments."""


def json_lines_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """One JSON object a line; sums as exact decimal text."""
    told = dict(zip([one.name for one in CONTEXT], context(release, view), strict=True))
    # the columns that are the same in every row are put in at the end of each object
    end = b"," + msgspec.json.encode(told)[1:] + b"\n"
    for found in _objects(connection, view):
        yield end.join([*(text[:-1] for text in found), b""])


def json_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """One JSON object: what the file is, the sums of its counted rows, then the rows."""
    yield msgspec.json.encode(about(connection, release, view))[:-1] + b',"rows":['
    before = b"\n"
    for found in _objects(connection, view):
        yield before + b",\n".join(found)
        before = b",\n"
    yield b"\n]}\n"


def _objects(connection: sqlite3.Connection, view: View) -> Iterator[list[bytes]]:
    """The rows of a view as JSON objects, some at a time."""
    cursor = connection.execute(select(view, (Field("object", _object(fields()), "text", ""),)), view.values)
    while found := cursor.fetchmany(_PIECE):
        yield [text for (text,) in found]


def _object(columns: tuple[Field, ...]) -> str:
    """SQL of the JSON object of a row, as bytes."""
    parts = [columns[at : at + _MOST_FIELDS] for at in range(0, len(columns), _MOST_FIELDS)]
    # every value is a text, a number or null: the only bracket at either end is the object's own
    inner = " || ',' || ".join(
        "trim(json_object(" + ", ".join(f"'{one.name}', {one.sql}" for one in part) + "), '{}')" for part in parts
    )
    return f"CAST('{{' || {inner} || '}}' AS BLOB)"
