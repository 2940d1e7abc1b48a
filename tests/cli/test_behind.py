"""A registry that was lost, damaged or made anew only in part is told, and never published as if it were whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import mediacontracts_here, started
from sqlalchemy import text
from test_kill import YML, dump, edition, home_with_source, wait_for

from cli.collect import prepared
from db.archive import Archive
from db.engine import open_engine, registry_url
from ingest.installation import Installation
from tests.conftest import new_database

ROWS = 3_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = home_with_source(tmp_path / "home")
    (home / "sources" / "zz_other.yml").write_text(YML.replace("zz_many", "zz_other"), encoding="utf-8")
    for name, rows in (("zz_other", 40), ("zz_many", ROWS)):
        done = mediacontracts_here(home, "ingest", name, str(edition(tmp_path / f"{name}.csv", raised=0, rows=rows)))
        assert done.returncode == 0, done.stderr
    assert mediacontracts_here(home, "check").returncode == 0
    return home


def test_a_registry_that_is_gone_stops_every_command_until_it_is_made_anew(home: Path, tmp_path: Path) -> None:
    before = dump(home)
    (home / "registry.db").unlink()
    signed = ("--who", "A. B.", "--why", "a test")
    for command in (
        ("check",), ("release",), ("ingest", "zz_other", str(tmp_path / "zz_other.csv")), ("claims",), ("sources",),
        ("sources", "--runs"), ("correct", "0123456789abcdef"), ("review", "--who", "A. B."),
        ("decide", "same", "Invented outlet 1", "Invented outlet 2", "--country", "kz", *signed),
        ("judge", "zz_other", "--key", "1 #1", "--relevance", "not media", *signed),
    ):  # fmt: skip
        done = mediacontracts_here(home, *command)
        assert done.returncode == 1, done.stderr
        assert "the registry lacks 2 runs that the archive holds, zz_other-" in done.stderr
        assert "`mediacontracts rebuild` makes it anew" in done.stderr
    assert not (home / "releases").exists()
    assert not list((home / "decisions").glob("*.jsonl")), "an answer of a part decides nothing"
    assert mediacontracts_here(home, "rebuild").returncode == 0
    assert dump(home) == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda held: held[: len(held) // 2],
        lambda held: b"x" * 100 + held[100:],
        lambda held: held[:20_000] + b"\xff" * 30_000 + held[50_000:],
    ],
    ids=["cut short", "another file", "a hole in it"],
)
def test_a_damaged_registry_is_told_and_made_anew(home: Path, damage: Callable[[bytes], bytes]) -> None:
    before = dump(home)
    registry = home / "registry.db"
    registry.write_bytes(damage(registry.read_bytes()))
    done = mediacontracts_here(home, "check")
    assert done.returncode == 1, done.stderr
    assert "the registry is damaged: " in done.stderr
    rebuilt = mediacontracts_here(home, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert dump(home) == before


@pytest.mark.postgres
def test_a_database_that_a_killed_rebuild_filled_in_part_is_never_published(
    home: Path, postgresql_server: str
) -> None:
    half, whole = new_database(postgresql_server), new_database(postgresql_server)
    engine = open_engine(registry_url(home, half))

    def begun() -> bool:
        with engine.connect() as connection:
            made = connection.execute(text("SELECT to_regclass('record')")).scalar() is not None
            return made and connection.execute(text("SELECT count(*) FROM record")).scalar_one() > 0

    process = started(home, "rebuild", DATABASE_URL=half)
    wait_for(begun)
    process.kill()
    assert process.wait() < 0, "killed too late to prove anything"
    engine.dispose()
    done = mediacontracts_here(home, "release", DATABASE_URL=half)
    assert done.returncode == 1, done.stderr
    assert "make an empty database, name it in DATABASE_URL, and `mediacontracts rebuild` fills it" in done.stderr
    assert not (home / "releases").exists()
    assert mediacontracts_here(home, "rebuild", DATABASE_URL=whole).returncode == 0
    assert mediacontracts_here(home, "check", DATABASE_URL=whole).returncode == 0


def test_the_journal_is_read_once_when_a_command_begins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was read twice: once for the runs that have ended, once for those that have not."""
    read: list[Path] = []
    events = Archive.events
    monkeypatch.setattr(Archive, "events", lambda archive: read.append(archive.journal) or events(archive))
    installation = Installation(home)
    prepared(installation, installation.sources())
    assert read == [home / "archive" / "captures.jsonl"]
