"""Parquet of a view: exact typed columns, and in the file itself what it is, how to sum it and whose licence it has.

Sums are DECIMAL in units of the currency and INT64 in minor units, dates DATE, instants TIMESTAMP in UTC. What is no
single year stays a word, as in the CSV. Rows go through in row groups, so memory does not grow with the table.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from arro3.core import Array, DataType, RecordBatch, RecordBatchReader, Schema
from arro3.core import Field as ArrowField
from arro3.io import read_parquet, write_parquet

from db.currencies import MINOR_DIGITS
from publish.site.core.filters import View
from publish.site.core.release import Release
from publish.site.exports.about import about, sources_of
from publish.site.exports.columns import CONTEXT, Field, context, fields, select
from publish.site.exports.ready import beside

KEY = "mediacontracts"
"""Key of the file's metadata under which it says, as JSON, what it is; one key, since their order is not fixed."""
ROW_GROUP = 16_384
_BATCH = 2_048
_PIECE = 1 << 18
_MAGIC = b"PAR1"
_LEAST = 12
"""Bytes of the smallest file: the mark at both ends and the length."""
_DIGITS = max(MINOR_DIGITS.values())
_TYPES = {
    "text": DataType.string(),
    "year": DataType.string(),
    "number": DataType.int64(),
    # room for any number of minor units that fits 64 bits, in a currency without decimals too
    "money": DataType.decimal128(19 + _DIGITS, _DIGITS),
    "date": DataType.date32(),
    "instant": DataType.timestamp("us", tz="UTC"),
}
_READ_FROM_TEXT = frozenset({"money", "date", "instant"})


class UntypedValueError(ValueError):
    """A value is not of the type of its column, so the file would lose it."""


def parquet_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """The file: the one that lies beside the release for the whole table, else written into a nameless one."""
    with _ready(connection, release, view) or TemporaryFile() as out:
        if out.writable():
            write_view(connection, release, view, out)
            out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


def _ready(connection: sqlite3.Connection, release: Release, view: View) -> IO[bytes] | None:
    """The whole table as it was written when the release was built; None where it is not there, or not its own."""
    path = beside(connection, f"{view.table}.parquet") if view.where == View().where else None
    if path is None or path.stat().st_size < _LEAST:
        return None
    # what a file says of itself stands at its end, as it is, before the length of that end and a mark
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
        if content[-len(_MAGIC) :] != _MAGIC:
            return None
        length = int.from_bytes(content[-8:-4], "little")
        told = _told(connection, release, view).encode()
        own = content.find(told, max(len(content) - length - 8, 0)) >= 0
    return path.open("rb") if own else None


def write_view(connection: sqlite3.Connection, release: Release, view: View, out: IO[bytes]) -> None:
    """Write a view.

    Raises:
        UntypedValueError: a date or an instant is none.
    """
    failed: list[Exception] = []

    def batches() -> Iterator[RecordBatch]:
        try:
            yield from _batches(connection, release, view)
        except Exception as error:
            failed.append(error)  # the writer gives on its words alone
            raise

    try:
        write_parquet(
            RecordBatchReader.from_batches(_schema(), batches()),
            out,
            compression="zstd(3)",
            max_row_group_size=ROW_GROUP,
            key_value_metadata={KEY: _told(connection, release, view)},
        )
    except Exception as error:
        if failed:
            raise failed[0] from error
        raise


def _schema() -> Schema:
    return Schema(
        [ArrowField(one.name, _TYPES[one.kind], metadata={"description": one.text}) for one in (*fields(), *CONTEXT)]
    )


def _batches(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[RecordBatch]:
    schema, columns, told = _schema(), fields(), context(release, view)
    cursor = connection.execute(select(view), view.values)
    while found := cursor.fetchmany(_BATCH):
        arrays = [_array(one, list(cells)) for one, cells in zip(columns, zip(*found, strict=True), strict=True)]
        arrays += [Array([text] * len(found), DataType.string()) for text in told]
        yield RecordBatch.from_arrays(arrays, schema=schema)


def _array(field: Field, cells: list[str | int | None]) -> Array:
    if field.kind not in _READ_FROM_TEXT:
        return Array(cells, _TYPES[field.kind])
    typed = Array(cells, DataType.string()).cast(_TYPES[field.kind])
    if typed.null_count != cells.count(None):  # what cannot be read becomes empty without a word
        lost = next(
            cell for cell, kept in zip(cells, typed.to_pylist(), strict=True) if kept is None and cell is not None
        )
        raise UntypedValueError(f"{field.name} {lost!r}: no {field.kind} that Parquet can hold")
    return typed


def _told(connection: sqlite3.Connection, release: Release, view: View) -> str:
    """What the file says of itself, as JSON."""
    warning = release.about.get("warning", "")
    told = {
        **about(connection, release, view),
        **({"warning": warning} if warning else {}),
        "privacy": release.about.get("privacy", ""),
        "sources": sources_of(connection, view),
    }
    return json.dumps(told, ensure_ascii=False)


def holds(connection: sqlite3.Connection, table: str, path: Path) -> bool:
    """Whether a file has every row of a table, in its order, with its sum."""
    there = connection.execute(f"SELECT uid, amount_minor FROM {table} ORDER BY id")
    for batch in read_parquet(path, batch_size=_BATCH):
        kept = list(zip(batch["uid"].to_pylist(), batch["amount_minor"].to_pylist(), strict=True))
        if kept != there.fetchmany(len(kept)):
            return False
    return there.fetchone() is None
