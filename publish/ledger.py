"""The books of a registry and of a release, kept apart and compared: row counts and exact sums must be the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from db.bulk import table_of
from db.model import Claim, PartyLink, Record, RecordAmount, RecordLine, RejectedRow, Revision, Run, Source
from db.model.base import Base
from db.words import Relevance

SumKey = tuple[str, str, str, int, str, str]
"""Table of the release, source, measure, counted, "amount" or "equivalent", currency."""


@dataclass(frozen=True)
class Ledger:
    """Rows by table, and rows, stated sums and their total in minor units by table, source, measure and currency."""

    rows: dict[str, int]
    sums: dict[SumKey, tuple[int, int, int]]

    def differences(self, other: Ledger) -> list[str]:
        """What differs, in words, this one being the registry and `other` the release; empty if all is equal."""
        found = [
            f"table {table}: {self.rows.get(table, 0)} rows in the registry, {other.rows.get(table, 0)} in the release"
            for table in sorted(self.rows.keys() | other.rows.keys())
            if self.rows.get(table, 0) != other.rows.get(table, 0)
        ]
        none = (0, 0, 0)
        found += [
            f"{' / '.join(map(str, key))}: rows, stated sums and minor units are {self.sums.get(key, none)} in the "
            f"registry, {other.sums.get(key, none)} in the release"
            for key in sorted(self.sums.keys() | other.sums.keys())
            if self.sums.get(key, none) != other.sums.get(key, none)
        ]
        return found

    def with_moved(self, moved: Iterable[tuple[SumKey, tuple[int, int, int]]]) -> Ledger:
        """The books after corrections, which take a figure out of one sum and put it into another."""
        sums = dict(self.sums)
        for key, figures in moved:
            before = sums.get(key, (0, 0, 0))
            sums[key] = (before[0] + figures[0], before[1] + figures[1], before[2] + figures[2])
        return Ledger(self.rows, {key: figures for key, figures in sums.items() if any(figures)})


_TABLES: tuple[tuple[str, type[Base]], ...] = (
    ("amounts", RecordAmount),
    ("lines", RecordLine),
    ("changes", Revision),
    ("rejected_rows", RejectedRow),
    ("claims", Claim),
    ("runs", Run),
    ("links", PartyLink),
)


def registry_ledger(connection: Connection) -> Ledger:
    """Add up the registry, in its own database."""
    rows = {"contracts": 0, "other_records": 0}
    by_relevance = select(Record.relevance, func.count()).group_by(Record.relevance)
    for relevance, count in connection.execute(by_relevance):
        rows[_table(relevance)] += count
    for name, mapped in _TABLES:
        rows[name] = int(connection.execute(select(func.count()).select_from(table_of(mapped))).scalar_one())
    sums: dict[SumKey, tuple[int, int, int]] = {}
    for kind, minor, currency in (
        ("amount", Record.amount_minor, Record.currency),
        ("equivalent", Record.equivalent_minor, Record.equivalent_currency),
    ):
        keys = (Record.relevance, Source.name, Record.measure, Record.counted, currency)
        query = (
            select(*keys, func.count(), func.count(minor), func.coalesce(func.sum(minor), 0))
            .select_from(Record)
            .join(Source, Source.id == Record.source_id)
            .group_by(*keys)
        )
        _add(sums, kind, ((_table(row[0]), *row[1:]) for row in connection.execute(query)))
    return Ledger(rows, sums)


def release_ledger(out: sqlite3.Connection) -> Ledger:
    """Add up the file of a release, from its own columns."""
    tables = ("contracts", "other_records", *(name for name, _ in _TABLES))
    rows = {name: int(out.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables}
    sums: dict[SumKey, tuple[int, int, int]] = {}
    for table in ("contracts", "other_records"):
        for kind, minor, currency in (
            ("amount", "amount_minor", "currency"),
            ("equivalent", "equivalent_minor", "equivalent_currency"),
        ):
            found = out.execute(
                f"SELECT '{table}', s.name, r.measure, r.counted, r.{currency}, count(*), count(r.{minor}), "
                f"coalesce(sum(r.{minor}), 0) FROM {table} r JOIN sources s ON s.id = r.source "
                f"GROUP BY s.name, r.measure, r.counted, r.{currency}"
            )
            _add(sums, kind, found)
    return Ledger(rows, sums)


def _table(relevance: str) -> str:
    return "contracts" if relevance == Relevance.MEDIA else "other_records"


def _add(sums: dict[SumKey, tuple[int, int, int]], kind: str, found: Iterable[Any]) -> None:
    for table, source, measure, counted, currency, rows, stated, total in found:
        key = (table, source, measure, int(counted), kind, currency)
        before = sums.get(key, (0, 0, 0))
        sums[key] = (before[0] + int(rows), before[1] + int(stated), before[2] + int(total))
