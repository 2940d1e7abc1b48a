"""Files of a release that are not made of a view: they lie beside its database and are sent as they are."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from publish.site.exports.ready import beside
from publish.site.reader.language import mark


@dataclass(frozen=True)
class ReleaseFile:
    """One of them: its type for the browser, and what it holds."""

    content_type: str
    holds: str


RELEASE_FILES = {
    "yearly.csv": ReleaseFile(
        "text/csv; charset=utf-8",
        mark("what each body paid each provider in a year, with owners and the body's total"),
    ),
    "contracts.ocds.jsonl.gz": ReleaseFile(
        "application/gzip", mark("Open Contracting Data Standard, one process a line, packed")
    ),
    "entities.ftm.json": ReleaseFile(
        "application/x-ndjson; charset=utf-8", mark("FollowTheMoney entities, one a line")
    ),
    "names.csv": ReleaseFile("text/csv; charset=utf-8", mark("every spelling of every party")),
    "manifest.json": ReleaseFile("application/json; charset=utf-8", mark("hashes and rows of every file, and sums")),
    "ATTRIBUTION.md": ReleaseFile("text/markdown; charset=utf-8", mark("sources and their licences")),
}
"""By name, without the prefix of a sample."""


def lying_beside(connection: sqlite3.Connection) -> dict[str, ReleaseFile]:
    """Those that are there; a database that was opened alone has none."""
    return {name: file for name, file in RELEASE_FILES.items() if beside(connection, name) is not None}
