"""The table of contracts: filtered rows, their sums, and facets that sum."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from publish.site.core.filters import ORDERS, View
from publish.site.core.naming import PARTIES
from publish.site.core.paging import paged
from publish.site.core.release import rows, value
from publish.site.core.sums import Group, groups, not_counted, ranked, totals
from publish.site.pages.party import listed
from publish.site.pages.tiles import tile_map

FIRST_FACETS = ("outlet", "ministry", "year")
FACETS = ("outlet", "ministry", "year", "payer", "recipient", "topic", "region", "source", "intermediary")
PAGE_ROWS, FACET_VALUES, MOST_PAGES = 50, 12, 2_000


@dataclass(frozen=True)
class Facet:
    """One facet: its values with counts and sums, and those that are chosen.

    Attributes:
        name: the column.
        values: the fullest values, chosen ones first.
        chosen: lasting names that the address asks for.
        left: values that are not shown.
    """

    name: str
    values: list[Group]
    chosen: frozenset[str]
    left: int

    def without(self, uid: str) -> list[str]:
        """The chosen values but one, which a reader takes back."""
        return sorted(self.chosen - {uid})


def facets(connection: sqlite3.Connection, view: View, names: tuple[str, ...]) -> list[Facet]:
    """Facets of a view. The counts and sums are those of the rows shown, so that each adds up to the whole."""
    found = []
    for name in names:
        values = groups(connection, view, name)
        chosen = frozenset(text for key, text in view.args if key == name)
        values.sort(key=lambda group: group.uid not in chosen)
        found.append(Facet(name, values[:FACET_VALUES], chosen, max(len(values) - FACET_VALUES, 0)))
    return found


def page(connection: sqlite3.Connection, view: View, number: int, names: tuple[str, ...]) -> dict[str, Any]:
    """One page of a view.

    Args:
        connection: to the release.
        view: what is shown.
        number: page, counted from 1.
        names: columns whose facets are open.
    """
    count = value(connection, f"SELECT count(*) FROM {view.table} AS c WHERE {view.where}", view.values)
    shown = paged(count, PAGE_ROWS, number, MOST_PAGES)
    media = view.table == "contracts"
    return {
        "view": view,
        "count": count,
        "rows": listed(connection, view, ORDERS[view.order], PAGE_ROWS, shown.start),
        "page": shown.page,
        "pages": shown.pages,
        "sums": totals(connection, view) if media else [],
        "not_counted": not_counted(connection, view) if media else [],
        "facets": facets(connection, view, names),
        "open": names,
        "currencies": [row["code"] for row in rows(connection, "SELECT code FROM currencies ORDER BY code")],
        "chosen": dict(view.args),
    }


def listing(connection: sqlite3.Connection, kind: str) -> dict[str, Any]:
    """All values of one key, with rows and sums: the list of outlets, of payers, of years."""
    view = View()
    found = groups(connection, view, kind)
    if kind == "year":
        found.sort(key=lambda group: group.id)
    else:
        found.sort(key=lambda group: (group.state != "named", group.name.casefold(), group.uid))
    stated = {one.key for group in found if group.state == "named" for one in group.sums}
    keys = [one.key for one in totals(connection, view) if one.kind == "amount" and one.key in stated]
    tiles = tile_map(connection, found, keys) if kind == "region" else None
    return {"kind": kind, "groups": found, "keys": keys, "table": PARTIES[kind], "map": tiles}


def sorted_by(found: list[Group], keys: list[tuple[str, str]], wanted: str) -> list[Group]:
    """A listing in the order of one of its columns, the largest first; as it is where there is no such column.

    Rows that name nobody stand behind the others.

    Args:
        found: groups, by name.
        keys: measures and currencies that have a column.
        wanted: "records" (the counted ones), or a measure and a currency as "paid KZT".
    """
    if wanted == "records":
        return sorted(found, key=lambda group: (group.state != "named", -group.counted, -group.records))
    key = next((key for key in keys if " ".join(key) == wanted), None)
    if key is None:
        return found
    first = [group for group, _ in ranked(found, key)]
    placed = [*first, *(group for group in found if group.of(key) is None)]
    return sorted(placed, key=lambda group: group.state != "named")
