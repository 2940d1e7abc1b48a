"""The pages about the work itself: coverage, claims, sources, unread rows, changes, corrections, method."""

from __future__ import annotations

import sqlite3
from typing import Any

from db.words import LinkRelation
from publish.schema_books import AT_THE_SOURCE, OUR_READING, TAKEN_BACK
from publish.site.core.paging import paged
from publish.site.core.release import has_column, rows, value
from publish.site.core.ties import read_ties
from publish.site.pages.start import missing

ROWS = 100
_NOT_SAID = {"scope_said": "", "arithmetic_said": ""}
MOST_REQUESTS, MOST_CORRECTIONS = 500, 1_000
"""Lines of a page that is not leafed through; it says how many there are, and the whole table is beside it."""


def coverage(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """Payer × year: who answered. Years are columns, payers lines."""
    found = rows(
        connection,
        "SELECT p.uid, p.name, v.year, v.state, v.note, r.uid AS request FROM coverage AS v"
        " JOIN payers AS p ON p.id = v.payer LEFT JOIN requests AS r ON r.id = v.request"
        " ORDER BY p.name, p.uid, v.year",
    )
    years = sorted({row["year"] for row in found})
    lines: dict[str, dict[str, Any]] = {}
    for row in found:
        line = lines.setdefault(row["uid"], {"uid": row["uid"], "name": row["name"], "cells": {}})
        line["cells"][row["year"]] = row
    states = rows(connection, "SELECT state, count(*) AS cells FROM coverage GROUP BY 1 ORDER BY 2 DESC")
    requests = rows(
        connection,
        "SELECT r.*, p.name AS payer_name, p.uid AS payer_uid FROM requests AS r JOIN payers AS p ON p.id = r.payer"
        f" ORDER BY r.asked_on DESC, r.uid LIMIT {MOST_REQUESTS}",
    )
    count = value(connection, "SELECT count(*) FROM requests")
    return {"years": years, "lines": list(lines.values()), "states": states, "requests": requests, "count": count}


def claims(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """Published figures beside ours."""
    return {
        # a release of an older program has the English words alone
        "claims": [_NOT_SAID | row for row in rows(connection, "SELECT * FROM claims ORDER BY id")],
        "verdicts": rows(connection, "SELECT verdict, count(*) AS claims FROM claims GROUP BY 1 ORDER BY 2 DESC"),
    }


def sources(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """Every source: licence, last run, counts."""
    return {
        "sources": rows(
            connection,
            "SELECT s.*,"
            " (SELECT state FROM runs WHERE source = s.id ORDER BY started_at DESC, id DESC LIMIT 1) AS run_state,"
            " (SELECT max(started_at) FROM runs WHERE source = s.id) AS run_at FROM sources AS s ORDER BY s.title",
        )
    }


def source_runs(connection: sqlite3.Connection, source: int) -> list[dict[str, Any]]:
    """The last runs of a source."""
    return rows(
        connection, "SELECT * FROM runs WHERE source = ? ORDER BY started_at DESC, id DESC LIMIT 20", (source,)
    )


def rejected(connection: sqlite3.Connection, page: int) -> dict[str, Any]:
    """Rows that could not be read: those of the last readings first, which alone are counted."""
    every = value(connection, "SELECT count(*) FROM rejected_rows")
    shown = paged(every, ROWS, page)
    latest = "j.latest" if has_column(connection, "rejected_rows", "latest") else "1"
    found = rows(
        connection,
        f"SELECT j.*, s.name AS source_name, s.title AS source_title, NOT {latest} AS earlier FROM rejected_rows AS j"
        f" JOIN sources AS s ON s.id = j.source ORDER BY earlier, j.id LIMIT {ROWS} OFFSET ?",
        (shown.start,),
    )
    reasons = rows(
        connection,
        "SELECT s.title AS source_title, s.name AS source_name, count(*) AS records FROM rejected_rows AS j"
        f" JOIN sources AS s ON s.id = j.source WHERE {latest} GROUP BY s.id ORDER BY 3 DESC",
    )
    count = sum(reason["records"] for reason in reasons)
    told = {"count": count, "earlier": every - count, "by_source": reasons}
    return {"rows": found, **told, "page": shown.page, "pages": shown.pages}


def changes(connection: sqlite3.Connection, page: int) -> dict[str, Any]:
    """Values that changed, by whose change it was, newest first, and earlier releases."""
    counts = dict(connection.execute("SELECT cause, count(*) FROM changes GROUP BY 1"))
    shown = paged(max(counts.values(), default=0), ROWS, page)
    return {
        "rows": _changed(connection, AT_THE_SOURCE, shown.start),
        "ours": _changed(connection, OUR_READING, shown.start),
        "taken_back": _changed(connection, TAKEN_BACK, shown.start),
        "releases": rows(connection, "SELECT * FROM releases ORDER BY data_as_of DESC, id DESC"),
        "page": shown.page,
        "pages": shown.pages,
    }


def _changed(connection: sqlite3.Connection, cause: str, start: int) -> list[dict[str, Any]]:
    return rows(
        connection,
        "SELECT h.*, r.ref AS run_ref FROM changes AS h JOIN runs AS r ON r.id = h.run WHERE h.cause = ?"
        f" ORDER BY h.seen_at DESC, h.id LIMIT {ROWS} OFFSET ?",
        (cause, start),
    )


def corrections(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """What we set right, in force or not."""
    sql = f"SELECT * FROM corrections ORDER BY corrected_on DESC, id DESC LIMIT {MOST_CORRECTIONS}"
    return {"rows": rows(connection, sql), "count": value(connection, "SELECT count(*) FROM corrections")}


def links(connection: sqlite3.Connection, page: int) -> dict[str, Any]:
    """Every link, and the owners at their upper ends."""
    ties = read_ties(connection)
    every = sorted(
        (tie for above in ties.above.values() for tie in above),
        key=lambda tie: (ties.nodes[tie.party].name, tie.party, tie.relation, tie.since, ties.nodes[tie.other].name),
    )
    owners = {tie.other for tie in every if tie.relation == LinkRelation.OWNER}
    shown = paged(len(every), ROWS, page)
    return {
        "rows": [
            (ties.nodes[tie.party], ties.nodes[tie.other], tie) for tie in every[shown.start : shown.start + ROWS]
        ],
        "owners": sorted((ties.nodes[at] for at in owners), key=lambda node: (node.kind != "group", node.name)),
        "page": shown.page,
        "pages": shown.pages,
    }


def method(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """How to read and sum, and what is missing."""
    return {
        "facts": rows(connection, "SELECT name, value FROM about WHERE value <> '' ORDER BY id"),
        "missing": missing(connection),
        "bases": rows(
            connection, "SELECT year_basis, count(*) AS records FROM contracts GROUP BY 1 ORDER BY 2 DESC, 1"
        ),
        "why": rows(
            connection,
            "SELECT counted_why AS why, count(*) AS records FROM contracts WHERE counted = 0"
            " GROUP BY 1 ORDER BY 2 DESC",
        ),
    }


BOOKS = {
    "coverage": coverage,
    "claims": claims,
    "sources": sources,
    "rejected": rejected,
    "changes": changes,
    "corrections": corrections,
    "links": links,
    "method": method,
}
"""Address of each of these pages, and what it reads."""
