"""The start page: what this is, how much of it there is, and what is missing."""

from __future__ import annotations

import sqlite3
from typing import Any

from publish.site.core.filters import View
from publish.site.core.release import has_column, rows, value
from publish.site.core.sums import groups, not_counted, totals
from publish.site.pages.party import charts
from publish.site.pages.ranking import tops

COUNTED_TABLES = ("outlets", "ministries", "payers", "recipients")
TOP_SHOWN = 6


def page(connection: sqlite3.Connection) -> dict[str, Any]:
    """Everything on the start page."""
    view = View()
    sums = totals(connection, view)
    years = sorted(groups(connection, view, "year"), key=lambda group: group.id)
    named = [group.id for group in years if group.state == "named"]
    return {
        "records": value(connection, "SELECT count(*) FROM contracts"),
        "counts": {
            table: value(connection, f"SELECT count(*) FROM {table} WHERE state = 'named' AND records > 0")
            for table in COUNTED_TABLES
        },
        "first_year": min(named, default=None),
        "last_year": max(named, default=None),
        "years": years,
        "sums": sums,
        "not_counted": not_counted(connection, view),
        "charts": charts(years, sums),
        "outlets": tops(_named(groups(connection, view, "outlet")), sums, TOP_SHOWN),
        "ministries": tops(_named(groups(connection, view, "ministry")), sums, TOP_SHOWN),
        "missing": missing(connection),
    }


def _named(found: list[Any]) -> list[Any]:
    return [group for group in found if group.state == "named"]


def unread(connection: sqlite3.Connection) -> int:
    """How many rows were not understood when their source was last read."""
    latest = " WHERE latest" if has_column(connection, "rejected_rows", "latest") else ""
    return int(value(connection, f"SELECT count(*) FROM rejected_rows{latest}"))


def missing(connection: sqlite3.Connection) -> dict[str, Any]:
    """What is known to be missing: unread rows, withheld sums, rows without a date, bodies that did not answer."""
    return {
        "rejected": unread(connection),
        "undecided": value(connection, "SELECT count(*) FROM other_records WHERE relevance = 'undecided'"),
        "states": rows(
            connection,
            "SELECT amount_state AS state, count(*) AS records FROM contracts WHERE amount_minor IS NULL"
            " GROUP BY 1 ORDER BY 2 DESC",
        ),
        "no_date": value(connection, "SELECT count(*) FROM contracts WHERE year = 0"),
        "several_years": value(connection, "SELECT count(*) FROM contracts WHERE year = 1"),
        "vanished": value(connection, "SELECT count(*) FROM contracts WHERE vanished_at IS NOT NULL"),
        "requests": rows(connection, "SELECT state, count(*) AS requests FROM requests GROUP BY 1 ORDER BY 2 DESC"),
    }
