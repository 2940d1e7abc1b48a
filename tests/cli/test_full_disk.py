"""A full disk, or a kill, in the middle of a release, a rebuild or a backup: told, cleared up, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import mediacontracts_here, started
from test_kill import dump, edition, home_with_source, wait_for

from tests.db.test_journal import full_at


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = home_with_source(tmp_path / "home")
    done = mediacontracts_here(home, "ingest", "zz_many", str(edition(tmp_path / "many.csv", raised=0, rows=600)))
    assert done.returncode == 0, done.stderr
    assert mediacontracts_here(home, "check").returncode == 0
    return home


def test_a_release_that_does_not_fit_is_told_with_its_folder_and_leaves_nothing(home: Path) -> None:
    registry = (home / "registry.db").stat().st_size
    with full_at(registry + 150_000):
        done = mediacontracts_here(home, "release")
    assert done.returncode == 3
    assert f"Error: {home / 'releases'}: " in done.stderr
    assert [path.name for path in (home / "releases").iterdir()] == [".lock"]
    assert mediacontracts_here(home, "release").returncode == 0


def test_a_rebuild_that_does_not_fit_leaves_the_registry_and_nothing_beside_it(home: Path) -> None:
    before, beside = dump(home), sorted(path.name for path in home.iterdir())
    with full_at((home / "registry.db").stat().st_size // 2):
        done = mediacontracts_here(home, "rebuild")
    assert done.returncode == 3, done.stderr
    assert dump(home) == before
    assert sorted(path.name for path in home.iterdir()) == beside


def test_what_a_kill_left_half_made_is_cleared_by_the_next_command(home: Path) -> None:
    for name in ("registry-rebuilt.db", "registry-rebuilt.db-wal", "archive/.part-abc"):
        (home / name).write_bytes(b"half")
    assert mediacontracts_here(home, "check").returncode == 0
    assert [path for path in home.rglob("*") if "rebuilt" in path.name or path.name.startswith(".part")] == []


def test_a_backup_that_does_not_fit_is_told_and_never_restored(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with full_at(50_000):
        done = mediacontracts_here(home, "backup", str(copy))
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert str(copy) in done.stderr
    restored = mediacontracts_here(tmp_path / "new", "restore", str(copy))
    assert restored.returncode == 1, restored.stderr
    assert f"{copy} is no whole backup" in restored.stderr
    assert not (tmp_path / "new").exists()
    assert mediacontracts_here(home, "backup", str(tmp_path / "other")).returncode == 0
    assert mediacontracts_here(tmp_path / "new", "restore", str(tmp_path / "other")).returncode == 0


def test_files_that_cannot_be_copied_are_told(home: Path, tmp_path: Path) -> None:
    with full_at(100):
        done = mediacontracts_here(home, "backup", str(tmp_path / "copy"))
    assert done.returncode == 3, done.stderr
    assert "could not be copied: " in done.stderr


def test_a_backup_that_was_killed_is_never_restored(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for number in range(3_000):  # enough to be killed among
        (home / "archive" / f"{number}").write_bytes(b"a body")
    process = started(home, "backup", str(copy))
    wait_for((copy / "archive").exists)
    process.kill()
    process.wait()
    assert not (copy / "registry.db").exists(), "killed too late to prove anything"
    assert mediacontracts_here(tmp_path / "new", "restore", str(copy)).returncode == 1
