"""A release that is not what the registry says is never shown; the last one stays, whatever happens."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import Engine, update

from db import model as m
from db.engine import open_engine, registry_url
from publish import release_database
from publish.fill import DoubledUidError
from publish.ledger import release_ledger
from publish.manifest import manifest_matches
from publish.release import build_release
from publish.swap import BuildRunningError, building
from publish.verify import VerificationError, verify

PROJECT = Path(__file__).parents[2]
Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]


@pytest.fixture
def registry(own_home: Path) -> Iterator[Engine]:
    engine = open_engine(registry_url(own_home))
    yield engine
    engine.dispose()


@pytest.fixture
def built(own_home: Path) -> Path:
    return (own_home / "out/current").resolve()


FAULTS = {
    "a row is missing": ("DELETE FROM lines", "table lines: 1 rows in the registry, 0 in the release"),
    "a tiyn is missing": (
        "UPDATE contracts SET amount_minor = amount_minor - 1 WHERE source_key = 'k2'",
        "contracts / kz_invented / contracted / 1 / amount / KZT",
    ),
    "a row counts that should not": (
        "UPDATE contracts SET counted = 1 WHERE source_key = 'k7'",
        "contracts / kz_invented / contracted / 0 / amount / KZT",
    ),
    "an equivalent is wrong": ("UPDATE contracts SET equivalent_minor = 1 WHERE equivalent_minor IS NOT NULL", "EUR"),
    "a key leads nowhere": (
        "UPDATE contracts SET outlet = 999 WHERE source_key = 'k1'",
        "points at no row of outlets",
    ),
    "a table without description": (
        "CREATE TABLE extra (id INTEGER) STRICT",
        "table extra and its description differ",
    ),
    "a column without description": (
        "ALTER TABLE about ADD COLUMN more TEXT",
        "table about and its description differ in more",
    ),
    "one contract counts twice": (
        "UPDATE contracts SET counted = 1 WHERE source_key = 'k1-old'",
        "2 records of root",
    ),
    "no search index": ("DROP TABLE contracts_fts", "no search index that Datasette would find"),
    "a search index with a hole": (
        "DELETE FROM contracts_fts_docsize WHERE id = 1",
        "10 rows, 9 in the search index",
    ),
    "a person's number in a plain column": (
        "UPDATE payers SET uid = '990101300013' WHERE id = 6",
        "payers.uid: holds the number of a natural person",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.usefixtures("unopened")
def test_every_fault_is_found(built: Path, fault: str) -> None:
    statement, says = FAULTS[fault]
    database = built / "media_contracts.db"
    out = sqlite3.connect(database)
    expected = release_ledger(out)
    out.execute(statement)
    out.commit()
    out.close()
    with pytest.raises(VerificationError) as refused:
        verify(database, built / "metadata.yml", expected)
    assert says in str(refused.value)


def test_damaged_bytes_are_found(built: Path) -> None:
    database = built / "media_contracts.db"
    out = sqlite3.connect(database)
    expected = release_ledger(out)
    out.close()
    content = bytearray(database.read_bytes())
    content[4096 : 4096 + 64] = b"\xff" * 64
    database.write_bytes(content)
    with pytest.raises((VerificationError, sqlite3.DatabaseError)):
        verify(database, built / "metadata.yml", expected)


def test_a_page_that_does_not_open_is_found(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datasette.handle_exception.rich", None)  # its traceback of all locals takes seconds
    database, metadata = built / "media_contracts.db", built / "metadata.yml"
    out = sqlite3.connect(database)
    expected = release_ledger(out)
    out.close()
    told = yaml.safe_load(metadata.read_text(encoding="utf-8"))
    told["databases"]["media_contracts"]["tables"]["contracts"]["sort_desc"] = "no_such_column"
    metadata.write_text(yaml.safe_dump(told), encoding="utf-8")
    with pytest.raises(VerificationError, match=r"/media_contracts/contracts: status \d+"):
        verify(database, metadata, expected)


def test_a_search_that_is_ignored_is_found(built: Path) -> None:
    """Datasette finds no index that is declared in single quotes, and then gives every row."""
    database, metadata = built / "media_contracts.db", built / "metadata.yml"
    out = sqlite3.connect(database)
    expected = release_ledger(out)
    out.execute("DROP TABLE contracts_fts")
    out.execute(
        "CREATE VIRTUAL TABLE contracts_fts USING fts5(subject, source_topic, search_text, content='contracts')"
    )
    out.commit()
    out.close()
    with pytest.raises(VerificationError, match="no search index that Datasette would find"):
        verify(database, metadata, expected)


@pytest.mark.usefixtures("unopened")
def test_a_failed_build_leaves_the_last_release(
    registry: Engine, built: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(path.name for path in (own_home / "out").iterdir())
    slugs = (own_home / "s.jsonl").read_bytes()
    with registry.begin() as connection:
        connection.execute(update(m.Record).where(m.Record.id == 2).values(amount_minor=1))
        connection.execute(update(m.Outlet).where(m.Outlet.id == 2).values(key="KZ|another"))
    real = release_database.fill

    def loses_a_row(connection: Any, out: sqlite3.Connection, *more: Any, **named: Any) -> Any:
        filled = real(connection, out, *more, **named)
        out.execute("DELETE FROM amounts WHERE contract IS NOT NULL")
        out.execute("DELETE FROM lines")
        return filled

    monkeypatch.setattr(release_database, "fill", loses_a_row)
    with pytest.raises(VerificationError, match="table amounts: 3 rows in the registry, 1 in the release"):
        build_release(registry, own_home / "out", slugs=own_home / "s.jsonl")
    assert sorted(path.name for path in (own_home / "out").iterdir()) == before
    assert (own_home / "out/current").resolve() == built
    assert (own_home / "s.jsonl").read_bytes() == slugs


KILLED = """
import os, signal, sys
from pathlib import Path
from db.engine import open_engine
from publish import release, release_database
def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(release_database if sys.argv[3] == "fill" else release, sys.argv[3], killed)
home = Path(sys.argv[1])
release.build_release(open_engine(sys.argv[2]), home / "out", slugs=home / "s.jsonl")
"""


@pytest.mark.usefixtures("unopened")
@pytest.mark.parametrize("point", ["fill", "verify", "write_manifest", "put_in_place", "show"])
def test_a_killed_build_leaves_the_last_release_whole(
    registry: Engine, built: Path, own_home: Path, point: str
) -> None:
    before = {path.name: sha256(path.read_bytes()).hexdigest() for path in built.iterdir()}
    with registry.begin() as connection:
        connection.execute(update(m.Record).where(m.Record.id == 2).values(amount_minor=1))
    url = registry.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(own_home), url, point], cwd=PROJECT, check=False, env=os.environ.copy()
    )
    assert done.returncode == -signal.SIGKILL
    assert (own_home / "out/current").resolve() == built
    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in built.iterdir()} == before
    after = build_release(registry, own_home / "out", slugs=own_home / "s.jsonl")
    assert (own_home / "out/current").resolve() == after.directory != built
    assert manifest_matches(after.directory / "manifest.json")
    assert not list((own_home / "out").glob(".building-*"))


@pytest.mark.usefixtures("unopened")
def test_a_release_is_never_written_over(registry: Engine, built: Path, own_home: Path) -> None:
    stamp = built.stat().st_mtime_ns
    again = build_release(registry, own_home / "out", slugs=own_home / "s.jsonl")
    assert not again.is_new
    assert again.directory == built
    assert built.stat().st_mtime_ns == stamp


@pytest.mark.usefixtures("unopened")
def test_a_damaged_release_is_made_again(registry: Engine, built: Path, own_home: Path) -> None:
    (built / "contracts.csv").write_text("lost", encoding="utf-8")
    again = build_release(registry, own_home / "out", slugs=own_home / "s.jsonl")
    assert again.is_new
    assert manifest_matches(built / "manifest.json")


def test_one_build_at_a_time(tmp_path: Path) -> None:
    with (
        building(tmp_path),
        pytest.raises(BuildRunningError, match="another release is being built"),
        building(tmp_path),
    ):
        pass


@pytest.mark.usefixtures("unopened")
def test_two_records_of_one_uid_are_refused(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    rows[m.Record][0]["uid"] = rows[m.Record][11]["uid"] = "0" * 16
    fill_registry(sqlite_engine, rows)
    with pytest.raises(DoubledUidError, match="0000000000000000 occurs twice"):
        build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")


def test_a_release_that_breaks_a_page_of_the_site_is_refused(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publish.own_pages import broken_pages
    from publish.site.pages import record, start

    given = built / "media_contracts.db", built / "metadata.yml"
    assert broken_pages(*given) == []
    monkeypatch.setattr(start, "totals", {}.__getitem__)
    monkeypatch.setattr(record, "_details", {}.__getitem__)
    broken = broken_pages(*given)
    assert broken[0] == "page / of the site: status 500"
    assert [line for line in broken if not line.startswith(("page / of", "page /record/"))] == []
    assert len(broken) > 10
