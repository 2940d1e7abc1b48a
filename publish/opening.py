"""Opens a built release in stock Datasette, in process, and looks at every page somebody would open there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from datasette.app import Datasette

from publish.queries import READY_QUERIES
from publish.read_only import read_only
from publish.schema import TABLES

SETTINGS: dict[str, Any] = {
    "suggest_facets": False,  # scans every column of the table for each page
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 2000,
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "default_facet_size": 30,
    "max_csv_mb": 0,
    "truncate_cells_html": 300,
}
"""How we serve. `facet_time_limit_ms` is wall time and has no effect above `sql_time_limit_ms`."""

PUBLIC_SETTINGS: dict[str, Any] = {
    **SETTINGS,
    "default_allow_sql": False,  # one opcode can eat memory or hold a thread, and no limit interrupts it
    "allow_csv_stream": False,  # goes on after the client has left; the files of the release serve instead
    "allow_download": False,
    "num_sql_threads": 3,
}
"""How we serve to everybody."""

PATIENT_SETTINGS: dict[str, Any] = {**SETTINGS, "sql_time_limit_ms": 60_000, "facet_time_limit_ms": 60_000}
"""How a built release is looked at: limits are wall time, and a busy machine is no reason to refuse a good release."""

NONSENSE = "qzxjvwkq"
"""A word that no record holds: a search for it that finds something means that the search was ignored."""


def open_release(database: Path, metadata: Path, settings: dict[str, Any] | None = None) -> Datasette:
    """A Datasette of one release, not listening anywhere."""
    told = yaml.safe_load(metadata.read_text(encoding="utf-8"))
    return Datasette([], immutables=[str(database)], metadata=told, settings=settings or SETTINGS)


def broken_stock_pages(database: Path, metadata: Path) -> list[str]:
    """Open every page; gives what is wrong with each that fails, in words."""
    return asyncio.run(_look(database, metadata))


async def _look(database: Path, metadata: Path) -> list[str]:
    site = open_release(database, metadata, PATIENT_SETTINGS)
    await site.invoke_startup()
    broken: list[str] = []
    try:
        for path, expected in _pages(database):
            answer = await site.client.get(path)
            if answer.status_code != 200:
                broken.append(f"{path}: status {answer.status_code} {answer.text[:200]!r}")
            elif "These facets timed out" in answer.text:
                broken.append(f"{path}: facets timed out")
            elif expected not in answer.text:
                broken.append(f"{path}: does not show {expected!r}")
        broken += await _search(site, database)
    finally:
        close(site)
    return broken


def close(site: Datasette) -> None:
    """Close the connections and threads of a Datasette that was opened in process."""
    for database in site.databases.values():
        database.close()
    if site.executor is not None:
        site.executor.shutdown(wait=True)


def _pages(database: Path) -> Iterator[tuple[str, str]]:
    """Addresses, each with a text that its page must show."""
    base = f"/{database.stem}"
    yield "/", database.stem
    yield base, "contracts"
    with read_only(database) as out:
        for table in TABLES:
            yield f"{base}/{table.name}", table.title
            yield f"{base}/{table.name}.json?_size=1", '"rows"'
            first = out.execute(f'SELECT min(id) FROM "{table.name}"').fetchone()[0]
            if first is not None:
                yield f"{base}/{table.name}/{first}", table.name
        for facet in ("outlet", "ministry", "year"):
            row = out.execute(f"SELECT {facet} FROM contracts GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1").fetchone()
            if row:
                yield f"{base}/contracts?{facet}={row[0]}", "Contracts with media"
                yield f"{base}/contracts.csv?{facet}={row[0]}&_labels=on&_dl=1&_size=10", f"{facet}_label"
        row = out.execute("SELECT min(uid) FROM contracts").fetchone()
        if row[0] is not None:
            # of one record only: a stream of all rows is slow, and the exports of the release hold them
            yield f"{base}/contracts.csv?uid={row[0]}&_labels=on&_stream=on&_dl=1", "outlet_label"
    for query in READY_QUERIES:
        yield f"{base}/{query.name}", query.title
        yield f"{base}/{query.name}.csv", "sum_minor"
        # what does not fit is cut from the CSV without a word
        yield f"{base}/{query.name}.json", '"truncated": false'


async def _search(site: Datasette, database: Path) -> list[str]:
    """A search narrows: a word of a record finds it, a word of none finds nothing."""
    expected = {NONSENSE: (0, 0)}
    with read_only(database) as out:
        for name, records in out.execute(
            "SELECT name, records FROM payers WHERE records > 0 AND folded <> '' ORDER BY records, id LIMIT 1"
        ):
            expected[name] = (records, out.execute("SELECT count(*) FROM contracts").fetchone()[0])
    wrong: list[str] = []
    for words, (least, most) in expected.items():
        path = f"/{database.stem}/contracts.json?_size=0&_search={quote(words)}"
        answer = await site.client.get(path)
        rows = answer.json().get("filtered_table_rows_count") if answer.status_code == 200 else None
        if rows is None:
            wrong.append(f"{path}: status {answer.status_code}, no number of rows")
        elif not least <= rows <= most:
            wrong.append(f"{path}: finds {rows} rows where {least} to {most} hold the words")
    return wrong
