"""Opens the database of a finished release to be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def read_only(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can change nothing, closed behind."""
    with closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as out:
        yield out
