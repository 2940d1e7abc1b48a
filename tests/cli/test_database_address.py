"""A registry on a server: what keeps it from answering is told with what to do, and no password is shown."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from commands import mediacontracts_here
from sqlalchemy import Engine, text
from test_kill import edition, home_with_source, wait_for

from db.engine import open_engine, registry_url

ROWS = 6_000


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nonsense://user:geheim@127.0.0.1/none", "DATABASE_URL names 'nonsense'; a registry is PostgreSQL"),
        ("mysql://user:geheim@127.0.0.1/none", "write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE"),
        ("postgresql+psycopg://user:geheim@127.0.0.1/none", "DATABASE_URL names 'postgresql+psycopg'"),
        ("geheim", "DATABASE_URL is no address of a database"),
        ("postgresql://user:geheim@127.0.0.1:port/none", "DATABASE_URL is no address of a database"),
        ("postgresql://user:ge@heim@127.0.0.1:9/none", "has two @; in a user's name or password write %40"),
        ("postgresql://user:geheim@127.0.0.1:9/none?sslmode=require", "DATABASE_URL: sslmode cannot be set there"),
    ],
)
def test_an_address_that_names_no_registry_is_refused(tmp_path: Path, address: str, told: str) -> None:
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL=address)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "heim" not in done.stderr


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL="postgresql://user:geheim@127.0.0.1:9/none")
    assert done.returncode == 3, done.stderr
    assert "see that the server that DATABASE_URL names is up" in done.stderr
    assert "geheim" not in done.stderr


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("postgresql://postgres:geheim@/none?", 'database "none" does not exist; make it, with ENCODING'),
        ("postgresql://nobody:geheim@/postgres?", 'role "nobody" does not exist; write the right user and password'),
    ],
)
def test_what_the_server_refuses_is_told_in_its_words(
    tmp_path: Path, postgresql_server: str, address: str, told: str
) -> None:
    where = postgresql_server.partition("?")[2]
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL=address + where)
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "geheim" not in done.stderr


def admin(server: str, *statements: str) -> None:
    engine = open_engine(registry_url(Path(), server)).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.mark.postgres
def test_a_database_that_cannot_hold_every_letter_is_refused(tmp_path: Path, postgresql_server: str) -> None:
    admin(postgresql_server, "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL=postgresql_server.replace("/postgres?", "/latin?"))
    assert done.returncode == 2, done.stderr
    assert "keeps text as LATIN1, which has not every letter; make one with CREATE DATABASE" in done.stderr


@pytest.mark.postgres
def test_a_user_who_may_not_write_is_told(tmp_path: Path, postgresql: str) -> None:
    admin(postgresql, "CREATE ROLE reader LOGIN")
    address = postgresql.replace("//postgres:", "//reader:")
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL=address)
    assert done.returncode == 2, done.stderr
    assert "permission denied for schema public; make the user of DATABASE_URL the owner" in done.stderr


@pytest.mark.postgres
def test_a_connection_that_is_cut_in_the_middle_is_told_and_the_next_command_completes(
    tmp_path: Path, postgresql: str
) -> None:
    home, file = home_with_source(tmp_path / "home"), edition(tmp_path / "many.csv", raised=0, rows=ROWS)
    assert mediacontracts_here(home, "sources", DATABASE_URL=postgresql).returncode == 0
    watching = open_engine(registry_url(home, postgresql))

    def cut() -> None:
        wait_for(lambda: records(watching) > 0)
        watching.dispose()
        admin(
            postgresql,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database()",
        )

    cutter = threading.Thread(target=cut)
    cutter.start()
    done = mediacontracts_here(home, "ingest", "zz_many", str(file), DATABASE_URL=postgresql)
    cutter.join()
    assert done.returncode == 3, done.stderr
    assert 0 < records(watching) < ROWS, "cut too late to prove anything"
    assert "try again" in done.stderr
    assert "Traceback" not in done.stderr, "the pool of connections tells it as well"
    again = mediacontracts_here(home, "ingest", "zz_many", str(file), DATABASE_URL=postgresql)
    assert again.returncode == 0, again.stderr
    assert records(watching) == ROWS
    watching.dispose()


def records(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM record")).scalar_one())
