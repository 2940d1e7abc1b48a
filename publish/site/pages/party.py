"""The page of an outlet, ministry, payer, recipient, intermediary, topic, region, year or source."""

from __future__ import annotations

import sqlite3
from typing import Any

from publish.schema_contracts import STATE_IDS
from publish.site.core.filters import View
from publish.site.core.naming import PARTIES, naming
from publish.site.core.release import rows, value
from publish.site.core.sums import Group, Sum, groups, invented_parties, main_key, not_counted, totals
from publish.site.core.ties import Ties, party_of
from publish.site.pages.chart import Chart, by_year
from publish.site.pages.owner import owned
from publish.site.pages.ranking import Top, first_groups, tops

BREAKDOWNS = {
    "outlet": ("payer", "ministry", "topic", "recipient"),
    "ministry": ("outlet", "payer", "topic", "recipient"),
    "payer": ("outlet", "topic", "recipient", "ministry"),
    "recipient": ("payer", "outlet", "topic"),
    "intermediary": ("payer", "outlet", "recipient"),
    "topic": ("outlet", "ministry", "region"),
    "region": ("outlet", "payer", "topic"),
    "year": ("outlet", "ministry", "topic", "region"),
    "source": ("outlet", "payer", "topic"),
}
"""Beside the years, the keys by which a page breaks its sums down."""

WRITTEN = {
    "outlet": "outlet_written",
    "payer": "payer_written",
    "recipient": "recipient_written",
    "intermediary": "intermediary_written",
    "region": "region_written",
}
"""Columns that keep how the source wrote the party."""

_ACROSS = {"outlet": "payer", "payer": "outlet", "ministry": "outlet", "recipient": "payer", "intermediary": "payer"}
ROWS_SHOWN = 25
LINES_SHOWN = 10
"""Lines of the lists beside the sums; each has in `found` how many there are."""
_LAST_STATE = max(STATE_IDS.values())
"""Rows of key tables up to this one name nobody."""

_LISTED = (
    "c.uid, c.amount_minor, c.currency, c.measure, c.counted, c.counted_why, c.amount_state, c.subject,"
    " c.subject_lang, c.signed_on, c.locator, y.name AS year, o.name AS outlet, o.uid AS outlet_uid,"
    " o.state AS outlet_state, p.name AS payer, p.uid AS payer_uid, p.state AS payer_state,"
    " r.name AS recipient, r.uid AS recipient_uid, r.state AS recipient_state, t.name AS topic, t.uid AS topic_uid,"
    " t.state AS topic_state, s.name AS source, s.title AS source_title, s.invented"
)
_JOINED = (
    "JOIN years y ON y.id = c.year JOIN outlets o ON o.id = c.outlet JOIN payers p ON p.id = c.payer"
    " JOIN recipients r ON r.id = c.recipient JOIN topics t ON t.id = c.topic JOIN sources s ON s.id = c.source"
)


def listed(
    connection: sqlite3.Connection, view: View, order: str, limit: int, offset: int = 0
) -> list[dict[str, Any]]:
    """Rows of a view with names, as tables on pages show them.

    The rows are chosen first and named afterwards, so that a large table is never sorted or joined whole.
    """
    chosen = f"SELECT c.id FROM {view.table} AS c WHERE {view.where} ORDER BY {order} LIMIT {limit} OFFSET {offset}"
    sql = f"SELECT {_LISTED} FROM {view.table} AS c {_JOINED} WHERE c.id IN ({chosen}) ORDER BY {order}"
    return rows(connection, sql, view.values)


def find(connection: sqlite3.Connection, kind: str, uid: str) -> dict[str, Any] | None:
    """The row of a party in its key table, with `uid` and `name`; None where there is none."""
    known = naming(kind)
    sql = f"SELECT *, {known.uid} AS uid, {known.state} AS state FROM {known.table} WHERE {known.uid} = ?"
    found = rows(connection, sql, (uid,))
    return found[0] if found else None


def page(connection: sqlite3.Connection, kind: str, entity: dict[str, Any], ties: Ties) -> dict[str, Any]:
    """Everything on the page of one party; `ties` are all links of the release."""
    at = entity["id"]
    view = View(where=f"c.{kind} = ?", values=(at,), args=((kind, entity["uid"]),))
    records = value(connection, f"SELECT count(*) FROM contracts AS c WHERE c.{kind} = ?", (at,))
    # a body that was only asked has no record, invented or not
    invented = records > 0 and entity["state"] == "named" and at in invented_parties(connection, kind)
    sums = totals(connection, view)
    key = main_key(sums)
    years = [] if kind == "year" else sorted(groups(connection, view, "year"), key=lambda group: group.id)
    broken = {name: groups(connection, view, name) for name in BREAKDOWNS[kind]}
    listed_tops = {name: tops(found, sums) for name, found in broken.items()}
    return {
        "kind": kind,
        "invented": invented,
        "entity": entity,
        "view": view,
        "records": records,
        "others": value(connection, f"SELECT count(*) FROM other_records AS c WHERE c.{kind} = ?", (at,)),
        "sums": sums,
        "not_counted": not_counted(connection, view),
        "years": years,
        "charts": charts(years, sums),
        "broken": listed_tops,
        "groups": {name: first_groups(found, key) for name, found in broken.items()},
        "payer_shares": _payer_shares(connection, listed_tops["payer"]) if kind == "outlet" else {},
        "methods": _methods(connection, view),
        "states": _states(connection, view),
        "rows": listed(connection, view, "c.year DESC, c.amount DESC, c.id", ROWS_SHOWN),
        "names": _names(connection, kind, entity),
        "alike": _alike(connection, entity) if kind == "outlet" and entity["state"] == "named" else [],
        "documents": _documents(connection, view),
        "changes": _changes(connection, kind, at),
        "neighbours": _neighbours(connection, kind, at),
        "coverage": _coverage(connection, at) if kind == "payer" else [],
        "near_years": _near_years(connection, at) if kind == "year" else [],
        **_ties(connection, kind, entity, ties),
    }


def _ties(connection: sqlite3.Connection, kind: str, entity: dict[str, Any], ties: Ties) -> dict[str, Any]:
    """Who publishes, owns and follows the party, and what its members were paid where it owns any."""
    party = party_of(connection, kind, entity["id"]) if entity["state"] == "named" else None
    if party is None:
        return {"ties": [], "owned": None}
    return {"ties": ties.told(party), "owned": owned(connection, ties, party) if ties.owns(party) else None}


def charts(years: list[Group], sums: list[Sum]) -> list[Chart]:
    """A chart for each measure and currency that has a sum, in the order of totals, at most four."""
    keys = [one.key for one in sums if one.kind == "amount" and one.minor is not None][:4]
    drawn = (by_year(years, key) for key in keys)
    return [one for one in drawn if one is not None]


def _payer_shares(connection: sqlite3.Connection, payers: list[Top]) -> dict[tuple[str, str], dict[int, int]]:
    """All that each payer spent, by measure and currency: the whole of which the outlet has a share."""
    found = {}
    for top in payers:
        if top.key is None:
            continue
        shown = [group.id for group, _ in top.pairs]
        marks = ", ".join("?" * len(shown))
        sql = (
            f"SELECT payer, sum(amount_minor) FROM contracts WHERE payer IN ({marks}) AND counted = 1"
            " AND measure = ? AND currency = ? GROUP BY payer"
        )
        spent = connection.execute(sql, (*shown, *top.key))
        found[top.key] = {row[0]: row[1] for row in spent if row[1] is not None}
    return found


def _methods(connection: sqlite3.Connection, view: View) -> list[dict[str, Any]]:
    sql = (
        f"SELECT c.method, c.instrument, count(*) AS records, count(*) OVER () AS found FROM contracts AS c"
        f" WHERE {view.where} GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT {LINES_SHOWN}"
    )
    return rows(connection, sql, view.values)


def _states(connection: sqlite3.Connection, view: View) -> list[dict[str, Any]]:
    sql = (
        f"SELECT c.amount_state AS state, count(*) AS records FROM contracts AS c WHERE {view.where}"
        " AND c.amount_minor IS NULL GROUP BY 1 ORDER BY 2 DESC"
    )
    return rows(connection, sql, view.values)


def _names(connection: sqlite3.Connection, kind: str, entity: dict[str, Any]) -> list[dict[str, Any]]:
    if kind not in WRITTEN or entity["state"] != "named":
        return []
    column = WRITTEN[kind]
    dated = rows(
        connection,
        f"SELECT {column} AS name, min(CASE WHEN year > 1 THEN year END) AS first,"
        f" max(CASE WHEN year > 1 THEN year END) AS last, count(*) AS records FROM contracts"
        f" WHERE {kind} = ? AND {column} <> '' GROUP BY 1 ORDER BY 2, 1",
        (entity["id"],),
    )
    seen = {row["name"] for row in dated}
    role = kind if kind != "region" else ""
    sql = "SELECT DISTINCT name FROM spellings WHERE role = ? AND entity_uid = ? ORDER BY name"
    others = rows(connection, sql, (role, entity["uid"]))
    return dated + [
        {"name": row["name"], "first": None, "last": None, "records": 0} for row in others if row["name"] not in seen
    ]


def _alike(connection: sqlite3.Connection, outlet: dict[str, Any]) -> list[dict[str, Any]]:
    """Other outlets of the country that sources print by a name of this one."""
    sql = (
        "SELECT DISTINCT o.uid, o.name FROM spellings AS s JOIN spellings AS t ON t.name = s.name AND t.role = s.role"
        " JOIN outlets AS o ON o.uid = t.entity_uid WHERE s.role = 'outlet' AND s.entity_uid = ?"
        " AND t.entity_uid <> s.entity_uid AND o.country = ? ORDER BY o.name, o.uid"
    )
    return rows(connection, sql, (outlet["uid"], outlet["country"]))


def _documents(connection: sqlite3.Connection, view: View) -> list[dict[str, Any]]:
    sql = (
        "SELECT c.capture_sha256 AS sha256, min(c.url) AS url, max(c.fetched_at) AS fetched_at,"
        " min(s.title) AS source_title, min(s.name) AS source, count(*) AS records, count(*) OVER () AS found"
        f" FROM contracts AS c JOIN sources s ON s.id = c.source WHERE {view.where}"
        f" GROUP BY 1 ORDER BY 6 DESC, 1 LIMIT {LINES_SHOWN}"
    )
    return rows(connection, sql, view.values)


def _changes(connection: sqlite3.Connection, kind: str, at: int) -> list[dict[str, Any]]:
    sql = (
        "SELECT h.seen_at, h.cause, h.field, h.old, h.new, h.record_uid, count(*) OVER () AS found FROM changes AS h"
        f" JOIN contracts AS c ON c.id = h.contract WHERE c.{kind} = ?"
        f" ORDER BY h.seen_at DESC, h.id LIMIT {LINES_SHOWN}"
    )
    return rows(connection, sql, (at,))


def _neighbours(connection: sqlite3.Connection, kind: str, at: int) -> list[dict[str, Any]]:
    """Parties of the same kind that share the most counterparts with this one."""
    across = _ACROSS.get(kind)
    if across is None:
        return []
    sql = (
        f"SELECT k.uid, k.name, count(*) AS shared FROM (SELECT DISTINCT {kind} AS it, {across} FROM contracts"
        f" WHERE {across} IN (SELECT DISTINCT {across} FROM contracts WHERE {kind} = ?) AND {across} > {_LAST_STATE}"
        f" AND {kind} <> ?) JOIN {PARTIES[kind]} AS k ON k.id = it"
        " WHERE k.state = 'named' GROUP BY k.id ORDER BY shared DESC, k.records DESC, k.uid LIMIT 8"
    )
    return rows(connection, sql, (at, at))


def _coverage(connection: sqlite3.Connection, payer: int) -> list[dict[str, Any]]:
    sql = (
        "SELECT y.name AS year, v.state, v.note FROM coverage AS v JOIN years AS y ON y.id = v.year"
        " WHERE v.payer = ? ORDER BY y.id"
    )
    return rows(connection, sql, (payer,))


def _near_years(connection: sqlite3.Connection, year: int) -> list[dict[str, Any]]:
    sql = "SELECT CAST(id AS TEXT) AS uid, name, records FROM years WHERE id IN (?, ?) AND id > 1 ORDER BY id"
    return rows(connection, sql, (year - 1, year + 1))
