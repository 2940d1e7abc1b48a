"""Sums beside the facets of Datasette's own page of `contracts`: of the rows its filters choose, exact and apart.

The page's own filters are read through Datasette, so the sums are of the very rows that it counts.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any

from datasette.app import Datasette
from datasette.filters import Filters
from datasette.utils import escape_fts
from datasette.utils.asgi import Request

from publish.site.core.filters import View
from publish.site.core.naming import PARTIES
from publish.site.core.sums import Sum, groups, not_counted, totals
from publish.site.web.reading import read

_NO_ROWS_CHOSEN = (
    "_facet",
    "_sort",
    "_sort_desc",
    "_next",
    "_size",
    "_labels",
    "_nofacet",
    "_nosuggest",
    "_facet_size",
)
MOST_FACETS = 4
_BOUND = re.compile(r":(p\d+|search)\b")


def facet_sums(
    datasette: Datasette, request: Request | None, table: str | None, view_name: str | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Template variables: `facet_sums` by column and value, and `stock_sums` of the whole view."""

    async def inner() -> dict[str, Any]:
        if view_name != "table" or table != "contracts" or request is None:
            return {}
        view = _view(request)
        if view is None:
            return {"facet_sums": {}, "stock_sums": None}
        names = [name for name in dict.fromkeys(_facets(datasette, request)) if name in PARTIES][:MOST_FACETS]
        try:
            found = await read(datasette, lambda connection: _sums(connection, view, names), limit_ms=3_000)
        except sqlite3.Error:
            return {"facet_sums": {}, "stock_sums": None}
        return found

    return inner


def _facets(datasette: Datasette, request: Request) -> list[str]:
    database = request.url_vars["database"]
    told = datasette.table_metadata(database, "contracts").get("facets", [])
    return [*request.args.getlist("_facet"), *(name for name in told if isinstance(name, str))]


def _view(request: Request) -> View | None:
    """The filters of the page; None where one is not understood, so that no wrong sum is shown."""
    pairs: list[tuple[str, str]] = []
    search = ""
    for name in request.args:
        if name == "_search":
            search = request.args[name]
        elif name.startswith("_"):
            if name not in _NO_ROWS_CHOSEN:
                return None
        else:
            pairs += [(name, text) for text in request.args.getlist(name)]
    clauses, named = Filters(sorted(pairs)).build_where_clauses("contracts")
    if search:
        clauses.append("c.id in (select rowid from contracts_fts where contracts_fts match :search)")
        named["search"] = escape_fts(search)
    values: list[Any] = []

    def placed(match: re.Match[str]) -> str:
        values.append(named.get(match.group(1)))
        return "?"

    where = _BOUND.sub(placed, " AND ".join(clauses))
    return View(where=where or "1", values=tuple(values))


def _sums(connection: sqlite3.Connection, view: View, names: list[str]) -> dict[str, Any]:
    found: dict[str, dict[int, list[Sum]]] = {
        name: {group.id: group.sums for group in groups(connection, view, name)} for name in names
    }
    return {"facet_sums": found, "stock_sums": totals(connection, view), "stock_left": not_counted(connection, view)}
