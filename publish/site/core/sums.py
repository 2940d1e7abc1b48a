"""Exact sums of a view: counted rows only, one for each measure and currency, never across them.

A sum of second currencies that sources print themselves (`equivalent`) has totals of its own.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from publish.site.core.filters import View
from publish.site.core.naming import PARTIES, naming
from publish.site.core.release import rows

KIND_AMOUNT, KIND_EQUIVALENT = "amount", "equivalent"
_MADE_UP = ("outlet", "ministry", "payer", "recipient", "intermediary")
"""Keys whose names an invented source makes up; years, topics and regions are those of the world."""
HOME_CURRENCY = "KZT"
"""Sums of the country whose media the project is about stand first; everything else by its number of rows."""


@dataclass(frozen=True)
class Sum:
    """One total.

    Attributes:
        measure: what it measures.
        currency: ISO 4217 code.
        minor: the total in minor units; None where no row states a sum, which is not zero.
        records: counted rows.
        without_sum: of those, rows that state no sum (withheld, below threshold, unknown).
        not_exact: of those, rows whose sum is rounded, at least or at most.
        kind: "amount", or "equivalent" for second currencies.
    """

    measure: str
    currency: str
    minor: int | None
    records: int
    without_sum: int
    not_exact: int = 0
    kind: str = KIND_AMOUNT

    @property
    def key(self) -> tuple[str, str]:
        """What may be added together at all."""
        return (self.measure, self.currency)


def sum_told(one: Sum) -> dict[str, Any]:
    """A total as programs read it, in files and answers alike."""
    return {
        "sum_of": one.kind,
        "measure": one.measure,
        "currency": one.currency,
        "sum_minor": one.minor,
        "counted_rows": one.records,
        "without_sum": one.without_sum,
        "not_exact": one.not_exact,
    }


@dataclass
class Group:
    """The rows of a view that share one value of a key, with their sums.

    Attributes:
        id: row of the key table.
        uid: its lasting name, for addresses.
        name: as shown.
        state: "named", or why there is no name.
        records: all rows, counted or not.
        sums: of the counted ones, in the order of totals.
        invented: a party that invented sources alone name.
    """

    id: int
    uid: str
    name: str
    state: str
    records: int = 0
    sums: list[Sum] = field(default_factory=list)
    invented: bool = False

    @property
    def counted(self) -> int:
        """Rows that its sums are of."""
        return sum(one.records for one in self.sums)

    @property
    def not_counted(self) -> int:
        """Rows that stand in no sum."""
        return self.records - self.counted

    def of(self, key: tuple[str, str]) -> Sum | None:
        """The sum of one measure and currency, if there is one."""
        return next((one for one in self.sums if one.key == key), None)


def in_order(key: tuple[str, str], records: int) -> tuple[bool, int, tuple[str, str]]:
    """What to sort measures and currencies by: the home currency, then the most rows."""
    return (key[1] != HOME_CURRENCY, -records, key)


def totals(connection: sqlite3.Connection, view: View) -> list[Sum]:
    """Totals of a view, those in the home currency and with the most rows first; equivalents behind them."""
    # one reading of the rows for both kinds: a search may find half of the table
    found: dict[tuple[str, str, str], Sum] = {}
    for measure, currency, second, minor, stated, equivalent, stated_too, records, inexact in connection.execute(
        "SELECT c.measure, c.currency, c.equivalent_currency, sum(c.amount_minor), count(c.amount_minor),"
        " sum(c.equivalent_minor), count(c.equivalent_minor), count(*), sum(c.amount_precision <> 'exact')"
        f" FROM {view.table} AS c WHERE ({view.where}) AND c.counted = 1 GROUP BY 1, 2, 3",
        view.values,
    ):
        _add(found, Sum(measure, currency, minor, records, records - stated, inexact))
        if second:
            _add(found, Sum(measure, second, equivalent, records, records - stated_too, inexact, KIND_EQUIVALENT))
    return sorted(found.values(), key=lambda one: (one.kind != KIND_AMOUNT, in_order(one.key, one.records)))


def _add(found: dict[tuple[str, str, str], Sum], one: Sum) -> None:
    key = (one.kind, *one.key)
    kept = found.get(key)
    if kept is not None:
        minor = one.minor if kept.minor is None else kept.minor + (one.minor or 0)
        records, without = kept.records + one.records, kept.without_sum + one.without_sum
        one = Sum(*one.key, minor, records, without, kept.not_exact + one.not_exact, one.kind)
    found[key] = one


def not_counted(connection: sqlite3.Connection, view: View) -> list[dict[str, object]]:
    """How many rows of a view do not count in its sums, by the reason."""
    return rows(
        connection,
        f"SELECT c.counted_why AS why, count(*) AS records FROM {view.table} AS c"
        f" WHERE ({view.where}) AND c.counted = 0 GROUP BY 1 ORDER BY 2 DESC, 1",
        view.values,
    )


def groups(connection: sqlite3.Connection, view: View, key: str) -> list[Group]:
    """Rows and sums of a view for every value of a key (outlet, payer, year …), most rows first."""
    names = _names(connection, key)
    found: dict[int, Group] = {}
    for at, measure, currency, records, counted, minor, without, inexact in connection.execute(
        f"SELECT c.{key}, c.measure, c.currency, count(*), sum(c.counted),"
        " sum(CASE WHEN c.counted = 1 THEN c.amount_minor END),"
        " sum(c.counted = 1 AND c.amount_minor IS NULL),"
        " sum(c.counted = 1 AND c.amount_precision <> 'exact')"
        f" FROM {view.table} AS c WHERE {view.where} GROUP BY 1, 2, 3",
        view.values,
    ):
        group = found.get(at)
        if group is None:
            group = found[at] = Group(at, *names[at])
        group.records += records
        if counted:
            group.sums.append(Sum(measure, currency, minor, counted, without, inexact))
    made_up = invented_parties(connection, key)
    for group in found.values():
        group.invented = group.state == "named" and group.id in made_up
        group.sums.sort(key=lambda one: in_order(one.key, one.records))
    return sorted(found.values(), key=lambda group: (-group.records, group.name))


def invented_parties(connection: sqlite3.Connection, key: str) -> frozenset[int]:
    """Parties of which every record is from an invented source; empty in a release without such sources."""
    if key not in _MADE_UP:
        return frozenset()
    sources = {row[0]: row[1] for row in connection.execute("SELECT id, invented FROM sources")}
    if not any(sources.values()):
        return frozenset()
    real = [at for at, invented in sources.items() if not invented]
    sql = f"SELECT id FROM {PARTIES[key]}"
    if real:  # without one nothing needs to be looked for among the records
        marks = ", ".join("?" * len(real))
        sql += f" WHERE id NOT IN (SELECT {key} FROM contracts WHERE source IN ({marks}))"
    return frozenset(row[0] for row in connection.execute(sql, real))


def _names(connection: sqlite3.Connection, key: str) -> dict[int, tuple[str, str, str]]:
    known = naming(key)
    sql = f"SELECT id, {known.uid}, {known.name}, {known.state} FROM {known.table}"
    return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(sql)}


def main_key(sums: list[Sum]) -> tuple[str, str] | None:
    """The measure and currency of the first total: what a page shows first, never in place of the others."""
    return next((one.key for one in sums if one.kind == KIND_AMOUNT), None)


def ranked(found: list[Group], key: tuple[str, str] | None) -> list[tuple[Group, Sum]]:
    """Groups that have a sum of one measure and currency, the largest first; those without a sum at the end."""
    if key is None:
        return []
    pairs = [(group, one) for group in found if (one := group.of(key)) is not None]
    return sorted(pairs, key=lambda pair: (pair[1].minor is None, -(pair[1].minor or 0), pair[0].name))
