"""What a file says of itself: release, filter, coverage, sums, and the sources its rows come from."""

from __future__ import annotations

import sqlite3
from typing import Any

from publish.schema_contracts import HOW_TO_SUM
from publish.site.core.filters import View
from publish.site.core.release import Release, rows
from publish.site.core.sums import not_counted, sum_told, totals
from publish.site.exports.columns import coverage


def about(connection: sqlite3.Connection, release: Release, view: View) -> dict[str, Any]:
    """What a view is: release, filter, coverage, sums of its counted rows, and how many rows do not count."""
    media = view.table == "contracts"
    return {
        "release": release.name,
        "data_as_of": release.data_as_of,
        "sample": release.sample,
        "table": view.table,
        "filter": view.wording,
        "coverage": coverage(release),
        "how_to_sum": HOW_TO_SUM,
        "sums": [sum_told(one) for one in (totals(connection, view) if media else [])],
        "not_counted": not_counted(connection, view) if media else [],
    }


def sources_of(connection: sqlite3.Connection, view: View) -> list[dict[str, Any]]:
    """The sources of a view's rows with their terms, and whether their figures are invented."""
    sql = (
        "SELECT name, title, publisher, licence, licence_url, caveats, url, invented FROM sources AS s WHERE id IN"
        f" (SELECT c.source FROM {view.table} AS c WHERE {view.where}) ORDER BY name"
    )
    return rows(connection, sql, view.values)
