"""Opens the site's own pages on a built release, in process, after the stock ones: a broken page is not published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from datasette.plugins import pm

from publish.opening import PATIENT_SETTINGS, broken_stock_pages, close, open_release
from publish.read_only import read_only
from publish.site.core.naming import PARTIES, naming
from publish.site.pages.books import BOOKS

_PLUGIN = "media-contracts-site"
_RECORDS = """SELECT min(uid) FROM contracts GROUP BY currency, measure, amount_state, counted
UNION SELECT min(uid) FROM other_records GROUP BY currency, amount_state ORDER BY 1 LIMIT 40"""
"""A record of each kind of sum: with and without a currency, stated, withheld, not counted."""


def broken_pages(database: Path, metadata: Path) -> list[str]:
    """Open every kind of page, of stock Datasette and of the site; gives what is wrong with each, in words."""
    broken = broken_stock_pages(database, metadata)
    if broken:
        return broken
    with _site_loaded():
        return asyncio.run(_look(database, metadata))


@contextmanager
def _site_loaded() -> Iterator[None]:
    """The plugin, for as long as this holds: Datasette keeps one list of plugins for the whole process."""
    from publish.site import plugin  # noqa: PLC0415 - must not be registered before Datasette's own plugins are

    if pm.is_registered(plugin):
        yield
        return
    pm.register(plugin, name=_PLUGIN)
    try:
        yield
    finally:
        pm.unregister(name=_PLUGIN)


async def _look(database: Path, metadata: Path) -> list[str]:
    site = open_release(database, metadata, PATIENT_SETTINGS)
    await site.invoke_startup()
    broken: list[str] = []
    try:
        for path in _pages(database):
            answer = await site.client.get(path)
            if answer.status_code != 200:
                broken.append(f"page {path} of the site: status {answer.status_code}")
    finally:
        close(site)
    return broken


def _pages(database: Path) -> Iterator[str]:
    yield from ("/", "/contracts", "/other-records", "/api", "/release.json")
    yield from dict.fromkeys(f"/{name}" for name in (*PARTIES.values(), *BOOKS))
    with read_only(database) as out:
        for kind in PARTIES:
            known = naming(kind)
            # the fullest of those that are named, and of those that say why there is no name
            fullest = (
                f"SELECT {known.uid}, max(records) FROM {known.table} GROUP BY {known.state} = 'named' ORDER BY 1"
            )
            for uid, _ in out.execute(fullest).fetchall():
                yield f"/{kind}/{uid}"
                yield f"/{kind}/{uid}.json"
        for (uid,) in out.execute(_RECORDS).fetchall():
            yield f"/record/{uid}"
            yield f"/record/{uid}.json"
