"""What changed between two releases, record by record and field by field."""

from __future__ import annotations

import csv
import heapq
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from publish.read_only import read_only
from publish.schema_contracts import RECORD_COLUMNS
from publish.spreadsheet import defused

_NO_NEWS = frozenset({"id", "uid", "amount", "search_text", "capture_sha256", "fetched_at", "changed_at", "locator"})
"""Columns that follow others, or say only where and when the same thing was read again."""

HEADER = ("uid", "change", "field", "old", "new")


@dataclass
class DiffCounts:
    """Records by what became of them since the release before."""

    added: int = 0
    removed: int = 0
    changed: int = 0


Facts = dict[str, Any]


def _as_it_is(text: str) -> str:
    return text


def write_diff(old: Path, new: Path, path: Path, hidden: Callable[[str], str] = _as_it_is) -> DiffCounts:
    """Compare two database files and write one line for every record added or removed and every field changed.

    Args:
        old: the release before.
        new: this release.
        path: where to.
        hidden: takes withdrawn words out of a text: the old release may still hold them.
    """
    counts = DiffCounts()
    with (
        read_only(old) as before,
        read_only(new) as after,
        path.open("w", encoding="utf-8-sig", newline="") as handle,
    ):
        writer = csv.writer(handle)
        writer.writerow(HEADER)
        shared = _shared_columns(before)
        for uid, was, now in _paired(_facts(before, shared), _facts(after, shared)):
            for change in _changes(was, now, counts):
                writer.writerow((uid, *(defused(hidden(cell)) for cell in change)))
    return counts


def _changes(was: Facts | None, now: Facts | None, counts: DiffCounts) -> Iterator[tuple[str, ...]]:
    if was is None:
        counts.added += 1
        yield ("added", "", "", "")
    elif now is None:
        counts.removed += 1
        yield ("removed", "", "", "")
    elif was != now:
        counts.changed += 1
        for field, old in was.items():
            if old != now[field]:
                yield ("changed", field, _text(old), _text(now[field]))


def _text(value: Any) -> str:  # noqa: ANN401 - any cell
    return "" if value is None else str(value)


def _shared_columns(before: sqlite3.Connection) -> list[tuple[str, str]]:
    """Columns both releases have, with the key table of each; an older release may lack some."""
    there = {row[1] for row in before.execute("PRAGMA table_info(contracts)")}
    return [(c.name, c.ref) for c in RECORD_COLUMNS if c.name in there and c.name not in _NO_NEWS]


def _facts(database: sqlite3.Connection, columns: list[tuple[str, str]]) -> Iterator[tuple[str, Facts]]:
    def of(table: str) -> Iterator[tuple[str, Facts]]:
        selected = ", ".join(f"k_{name}.name" if ref else f'r."{name}"' for name, ref in columns)
        joins = " ".join(f'JOIN "{ref}" AS k_{name} ON k_{name}.id = r."{name}"' for name, ref in columns if ref)
        for row in database.execute(f'SELECT r.uid, {selected} FROM "{table}" AS r {joins} ORDER BY r.id'):
            yield row[0], {"table": table, **dict(zip((name for name, _ in columns), row[1:], strict=True))}

    return heapq.merge(of("contracts"), of("other_records"), key=itemgetter(0))


def _paired(
    before: Iterator[tuple[str, Facts]], after: Iterator[tuple[str, Facts]]
) -> Iterator[tuple[str, Facts | None, Facts | None]]:
    """Walk both releases by uid, side by side."""
    was, now = next(before, None), next(after, None)
    while was or now:
        if now is None or (was is not None and was[0] < now[0]):
            assert was is not None  # noqa: S101 - narrows the type: one of the two is there
            yield was[0], was[1], None
            was = next(before, None)
        elif was is None or now[0] < was[0]:
            yield now[0], None, now[1]
            now = next(after, None)
        else:
            yield was[0], was[1], now[1]
            was, now = next(before, None), next(after, None)
