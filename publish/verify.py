"""Holds a built release against the registry, the schema, Datasette and the site before anybody sees it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import yaml

from db.privacy import mask_person_ids
from publish.ledger import Ledger, release_ledger
from publish.metadata import database_metadata
from publish.read_only import read_only
from publish.schema import TABLES


class VerificationError(Exception):
    """A built release is not what the registry says, or cannot be opened; the last release stays."""


def verify(database: Path, metadata: Path, expected: Ledger) -> None:
    """Verify a release file.

    Args:
        database: the built file.
        metadata: its `metadata.yml`.
        expected: the books of the registry it was built from, read in the same transaction.

    Raises:
        VerificationError: with everything that is wrong, one line each.
    """
    with read_only(database) as out:
        wrong = [
            *_damage(out),
            *_undescribed(out, database, metadata),
            *expected.differences(release_ledger(out)),
            *_counted_twice(out),
            *_search_index(out),
            *_numbers_of_persons(out),
        ]
    if not wrong:
        wrong = broken_pages(database, metadata)
    if wrong:
        listed = "\n  ".join(wrong)
        raise VerificationError(f"{database.name} is not published, the last release stays:\n  {listed}")


def broken_pages(database: Path, metadata: Path) -> list[str]:
    """As `publish.own_pages.broken_pages`."""
    # brings in Datasette, which takes as long as the rest of a command and only a release needs
    from publish import own_pages  # noqa: PLC0415

    return own_pages.broken_pages(database, metadata)


def _damage(out: sqlite3.Connection) -> list[str]:
    integrity = [row[0] for row in out.execute("PRAGMA integrity_check") if row[0] != "ok"]
    foreign = [
        f"{row[0]} row {row[1]}: points at no row of {row[2]}" for row in out.execute("PRAGMA foreign_key_check")
    ]
    return integrity + foreign


def _undescribed(out: sqlite3.Connection, database: Path, metadata: Path) -> list[str]:
    """Tables and columns without a description, and descriptions of what is not there."""
    told = yaml.safe_load(metadata.read_text(encoding="utf-8"))["databases"].get(database.stem, {})
    wrong = [] if told.get("queries") == database_metadata()["queries"] else ["metadata: ready queries are missing"]
    described = {name: set(table.get("columns", {})) for name, table in told.get("tables", {}).items()}
    search = {f"{table.name}_fts" for table in TABLES if table.fts}
    there: dict[str, set[str]] = {}
    for (name,) in out.execute("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        if not any(name == index or name.startswith(f"{index}_") for index in search):
            there[name] = {row[1] for row in out.execute(f'PRAGMA table_info("{name}")')}
    for name in sorted(there.keys() | described.keys()):
        if there.get(name) != described.get(name):
            differing = sorted(there.get(name, set()) ^ described.get(name, set()))
            wrong.append(
                f"metadata: table {name} and its description differ in {', '.join(differing) or 'being there'}"
            )
    return wrong


def _counted_twice(out: sqlite3.Connection) -> list[str]:
    """Records of one thing of which more than one counts, for one measure."""
    found = out.execute(
        "SELECT root_uid, measure, count(*) FROM contracts WHERE counted = 1 "
        "GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1, 2 LIMIT 20"
    )
    return [f"contracts: {row[2]} records of root {row[0]} count as {row[1]}" for row in found]


def _search_index(out: sqlite3.Connection) -> list[str]:
    wrong: list[str] = []
    for table in TABLES:
        if not table.fts:
            continue
        sql = out.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (f"{table.name}_fts",)).fetchone()
        if sql is None or f'content="{table.name}"' not in sql[0]:
            wrong.append(f"{table.name}: no search index that Datasette would find")
            continue
        indexed = out.execute(f'SELECT count(*) FROM "{table.name}_fts_docsize"').fetchone()[0]
        rows = out.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]
        if indexed != rows:
            wrong.append(f"{table.name}: {rows} rows, {indexed} in the search index")
    return wrong


def _numbers_of_persons(out: sqlite3.Connection) -> list[str]:
    """Numbers of natural persons in columns that are thought to hold none and so were not masked."""
    wrong: list[str] = []
    for table in TABLES:
        for column in table.columns:
            if column.kind != "TEXT" or column.free or column.words or "hex" in column.unit:
                continue
            for (text,) in out.execute(f'SELECT DISTINCT "{column.name}" FROM "{table.name}"'):
                if text and mask_person_ids(text) != text:
                    wrong.append(f"{table.name}.{column.name}: holds the number of a natural person")
                    break
    return wrong
