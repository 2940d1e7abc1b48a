"""Runs the queries of one page in one go, on one connection, within a time limit; keeps what is dear to make.

A release never changes while it is shown, so what is kept is kept for as long as its database is.
"""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import sqlite_timelimit

from publish.schema import DATABASE, SAMPLE_PREFIX
from publish.site.core.release import Release, read_release
from publish.site.core.search import Names, read_names
from publish.site.core.spoken import Spoken, read_spoken

Value = TypeVar("Value")
PAGE_LIMIT_MS = 10_000
"""Longest time the queries of a page may take; then the page says that it took too long."""
FIRST_READING_MS = 120_000
"""The same for what is read once for each release."""
KEPT = 200

RELEASE: ContextVar[Release | None] = ContextVar("release", default=None)
"""The release that answers the present request; None where the server has none."""

SPOKEN: ContextVar[Spoken] = ContextVar("spoken", default={})  # noqa: B039 - never changed
"""Its names in other languages."""

_kept: WeakKeyDictionary[Database, OrderedDict[str, Any]] = WeakKeyDictionary()


class NoReleaseError(Exception):
    """No database of this server is a release."""


def database(datasette: Datasette) -> Database:
    """The database of the release.

    Raises:
        NoReleaseError: the server has none.
    """
    for name, found in datasette.databases.items():
        if name.endswith(DATABASE):
            return found
    raise NoReleaseError(f"no database named {DATABASE} or {SAMPLE_PREFIX}{DATABASE} is served")


async def read(
    datasette: Datasette, ask: Callable[[sqlite3.Connection], Value], limit_ms: int = PAGE_LIMIT_MS
) -> Value:
    """What `ask` reads from the release."""

    def within(connection: sqlite3.Connection) -> Value:
        with sqlite_timelimit(connection, limit_ms):
            return ask(connection)

    found: Value = await database(datasette).execute_fn(within)
    return found


async def keep(datasette: Datasette, key: str, ask: Callable[[sqlite3.Connection], Value]) -> Value:
    """The same, read once for each release while it is among the last `KEPT` things asked for."""
    kept = _kept.setdefault(database(datasette), OrderedDict())
    if key in kept:
        kept.move_to_end(key)
        found: Value = kept[key]
        return found
    found = await read(datasette, ask, FIRST_READING_MS)
    kept[key] = found
    if len(kept) > KEPT:
        kept.popitem(last=False)
    return found


async def release(datasette: Datasette) -> Release:
    """The release that is shown."""
    return await keep(datasette, "release", read_release)


async def spoken(datasette: Datasette) -> Spoken:
    """Its names in other languages."""
    return await keep(datasette, "spoken", read_spoken)


async def names(datasette: Datasette) -> Names:
    """Every name in it."""
    return await keep(datasette, "names", read_names)
