"""The pages about the work itself: coverage, claims, sources, unread rows, changes, corrections, method."""

from __future__ import annotations

import sqlite3
from typing import Any

from publish.schema_books import AT_THE_SOURCE, OUR_READING
from publish.site.core.release import rows, value
from publish.site.pages.start import missing

ROWS = 100


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
        " ORDER BY r.asked_on DESC, r.uid LIMIT 500",
    )
    return {"years": years, "lines": list(lines.values()), "states": states, "requests": requests}


def claims(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """Published figures beside ours."""
    return {
        "claims": rows(connection, "SELECT * FROM claims ORDER BY id"),
        "verdicts": rows(connection, "SELECT verdict, count(*) AS claims FROM claims GROUP BY 1 ORDER BY 2 DESC"),
    }


def sources(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """Every source: licence, caveats, last run, counts."""
    return {
        "sources": rows(
            connection,
            "SELECT s.*, (SELECT max(fetched_at) FROM contracts WHERE source = s.id) AS fetched_at,"
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
    """Rows that could not be read."""
    found = rows(
        connection,
        "SELECT j.*, s.name AS source_name, s.title AS source_title FROM rejected_rows AS j"
        f" JOIN sources AS s ON s.id = j.source ORDER BY j.id LIMIT {ROWS} OFFSET ?",
        ((page - 1) * ROWS,),
    )
    count = value(connection, "SELECT count(*) FROM rejected_rows")
    reasons = rows(
        connection,
        "SELECT s.title AS source_title, s.name AS source_name, count(*) AS records FROM rejected_rows AS j"
        " JOIN sources AS s ON s.id = j.source GROUP BY s.id ORDER BY 3 DESC",
    )
    return {"rows": found, "count": count, "by_source": reasons, "pages": max(1, -(-count // ROWS))}


def changes(connection: sqlite3.Connection, page: int) -> dict[str, Any]:
    """Values that changed at the sources and by another reading of ours, newest first, and earlier releases."""
    counts = dict(connection.execute("SELECT cause, count(*) FROM changes GROUP BY 1"))
    releases = rows(connection, "SELECT * FROM releases ORDER BY data_as_of DESC, id DESC")
    return {
        "rows": _changed(connection, AT_THE_SOURCE, page),
        "ours": _changed(connection, OUR_READING, page),
        "releases": releases,
        "pages": max(1, -(-max(counts.values(), default=0) // ROWS)),
    }


def _changed(connection: sqlite3.Connection, cause: str, page: int) -> list[dict[str, Any]]:
    return rows(
        connection,
        "SELECT h.*, r.ref AS run_ref FROM changes AS h JOIN runs AS r ON r.id = h.run WHERE h.cause = ?"
        f" ORDER BY h.seen_at DESC, h.id LIMIT {ROWS} OFFSET ?",
        (cause, (page - 1) * ROWS),
    )


def corrections(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """What we set right."""
    return {"rows": rows(connection, "SELECT * FROM corrections ORDER BY corrected_on DESC, id DESC LIMIT 1000")}


def method(connection: sqlite3.Connection, _page: int) -> dict[str, Any]:
    """How to read and sum, and what is missing."""
    return {
        "facts": rows(connection, "SELECT name, value FROM about ORDER BY id"),
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
    "method": method,
}
"""Address of each of these pages, and what it reads."""
