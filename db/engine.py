"""Opens the registry: SQLite by default, PostgreSQL where several machines write."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

WRITER_LOCK = 7_240_119
"""Number of the PostgreSQL advisory lock that lets one loader write at a time."""


_DRIVERS = {"postgresql", "postgres", "postgresql+pg8000", "sqlite"}
_PARAMETERS = {"host", "port", "unix_sock", "application_name"}


class DatabaseAddressError(Exception):
    """What `DATABASE_URL` names can be no registry; the message shows no password."""


def registry_url(home: Path, database_url: str = "") -> str:
    """The registry's address: `DATABASE_URL` where it is set, else a file in the installation.

    Raises:
        DatabaseAddressError: it is no address of a database.
    """
    if not database_url:
        return f"sqlite:///{home / 'registry.db'}"
    url = _read(database_url)
    if url.drivername in {"postgresql", "postgres"}:
        url = url.set(drivername="postgresql+pg8000")
        socket_folder = url.query.get("host")
        if isinstance(socket_folder, str) and socket_folder.startswith("/"):
            # libpq takes a socket's folder as the host; pg8000 wants the socket itself
            url = url.difference_update_query(["host"]).update_query_dict(
                {"unix_sock": f"{socket_folder}/.s.PGSQL.{url.query.get('port', '5432')}"}
            )
    return url.render_as_string(hide_password=False)


def _read(database_url: str) -> URL:
    expected = "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        raise DatabaseAddressError(f"DATABASE_URL is no address of a database; {expected}") from None
    if url.drivername not in _DRIVERS:
        raise DatabaseAddressError(
            f"DATABASE_URL names {url.drivername!r}; a registry is PostgreSQL, or a file without it; {expected}"
        )
    if "@" in (url.host or ""):
        raise DatabaseAddressError("DATABASE_URL has two @; in a user's name or password write %40 for it")
    unknown = sorted(url.query.keys() - _PARAMETERS)
    if unknown and url.drivername != "sqlite":
        raise DatabaseAddressError(
            f"DATABASE_URL: {', '.join(unknown)} cannot be set there, but {', '.join(sorted(_PARAMETERS))} can; the "
            "connection is encrypted where the server offers it"
        )
    return url


def open_engine(url: str) -> Engine:
    """Open the registry with foreign keys on and one writer at a time."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
    else:
        # a connection that is lost is told by the error itself; the pool would print its traceback besides
        logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    return engine


def _sqlite_connected(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.isolation_level = None  # SQLAlchemy sends BEGIN itself, below
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=30000",
        "cache_size=-16000",
        "wal_autocheckpoint=8000",  # pages: a checkpoint every 32 MB, not after every other batch of a long run
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes; other writers wait until it ends."""
    with engine.connect().execution_options(begin="BEGIN IMMEDIATE") as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
        yield connection


def is_damaged(error: DatabaseError) -> bool:
    """Whether an error says that the file of the registry is no whole SQLite database."""
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}  # the rest of a code says where
