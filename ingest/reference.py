"""Loads the reference tables: regions with the dates they existed, and the codes of the portals.

They come from `ingest/data/regions.csv` and `ingest/data/codes.csv`. The tables are seeds that give codes their names;
a code that stands in neither is kept on its record as the source printed it and is never fatal.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Table

from db.bulk import insert_rows, next_id, table_of, update_rows
from db.model import Code, Region

DATA = Path(__file__).resolve().parent / "data"
"""The folder of what ships as data."""

_COUNTS = {"yes": True, "no": False, "": None}


class ReferenceFileError(Exception):
    """A reference file is not as described; the message names the file and the line."""


class Loaded(msgspec.Struct, frozen=True):
    """How many rows of a reference table were new and how many said something else than before."""

    new: int
    changed: int


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Read a CSV of ours whose heading must be exactly `columns`.

    Raises:
        ReferenceFileError: the heading is another, or a line has more or fewer cells.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        heading = next(reader, [])
        if heading != list(columns):
            raise ReferenceFileError(f"{path.name}: the heading is {heading}, expected is {list(columns)}")
        rows = []
        for cells in reader:
            if len(cells) != len(heading):
                raise ReferenceFileError(
                    f"{path.name} line {reader.line_num}: {len(cells)} cells under {len(heading)} headings"
                )
            rows.append(dict(zip(heading, cells, strict=True)))
    return rows


def load_reference(connection: Connection) -> dict[str, Loaded]:
    """Bring regions and codes in step with the shipped files; the same files again change nothing.

    A row that has left a file stays in the table, since records may point at it.

    Returns:
        Counts by table: `region`, `code`.

    Raises:
        ReferenceFileError: a file is not as described, or names a row twice.
    """
    return {"region": _load_regions(connection), "code": _load_codes(connection)}


def _load_regions(connection: Connection) -> Loaded:
    columns = ("country", "code", "name", "name_local", "name_en", "valid_from", "valid_to", "note")
    rows = (tuple(row[name] for name in columns) for row in read_rows(DATA / "regions.csv", columns))
    return bring_in_step(connection, table_of(Region), ("country", "code", "valid_from"), columns, rows)


def _load_codes(connection: Connection) -> Loaded:
    columns = ("list_name", "code", "name", "name_local", "counts", "evidence")
    rows = []
    for row in read_rows(DATA / "codes.csv", columns):
        if row["counts"] not in _COUNTS:
            raise ReferenceFileError(
                f"codes.csv: {row['list_name']} {row['code']}: counts is {row['counts']!r}; yes, no or blank is meant"
            )
        rows.append(
            (row["list_name"], row["code"], row["name"], row["name_local"], _COUNTS[row["counts"]], row["evidence"])
        )
    return bring_in_step(connection, table_of(Code), ("list_name", "code"), columns, rows)


def bring_in_step(
    connection: Connection, table: Table, key: Sequence[str], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> Loaded:
    """Insert what is new and update what differs, found by `key`; the same rows again change nothing.

    Raises:
        ReferenceFileError: two rows have one key.
    """
    at = [columns.index(name) for name in key]
    stored = {
        tuple(row[1 + place] for place in at): (row[0], tuple(row[1:]))
        for row in connection.execute(table.select().with_only_columns(table.c.id, *(table.c[c] for c in columns)))
    }
    new: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    changed: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        name = tuple(row[place] for place in at)
        if name in seen:
            raise ReferenceFileError(f"{table.name}: {name} stands there twice")
        seen.add(name)
        known = stored.get(name)
        if known is None:
            new[name] = row
        elif known[1] != row:
            changed[name] = (*row, known[0])
    first = next_id(connection, table) if new else 0
    insert_rows(
        connection, table, ("id", *columns), [(number, *row) for number, row in enumerate(new.values(), start=first)]
    )
    update_rows(connection, table, columns, "id", list(changed.values()))
    return Loaded(len(new), len(changed))
