"""A home of which only a part is there: each command says what is missing, and nothing is made of the rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment, mediacontracts_here
from test_kill import dump, edition, home_with_source

from db.archive import Archive

KILLED = """
import os, shutil
from cli.main import main
copy, copied = shutil.copy2, []
def dying(*given, **named):
    copied.append(copy(*given, **named))
    if len(copied) == 3:
        os._exit(9)
    return copied[-1]
tree = shutil.copytree
def begin(*given, **named):
    shutil.copytree = tree
    return tree(*given, copy_function=dying, **named)
shutil.copytree = begin
main()
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home that has a release, the file it was made from, and a backup of it."""
    folder = tmp_path_factory.mktemp("released")
    home, file = home_with_source(folder / "home"), edition(folder / "many.csv", raised=0, rows=40)
    for command in (["ingest", "zz_many", str(file)], ["release"], ["backup", str(folder / "backup")]):
        done = mediacontracts_here(home, *command)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def home(released: Path, tmp_path: Path) -> Path:
    shutil.copytree(released, tmp_path, symlinks=True, dirs_exist_ok=True)
    return tmp_path / "home"


def lose(home: Path, *names: str) -> None:
    for name in names:
        for path in sorted(home.glob(name)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def state_of(home: Path) -> tuple[str, list[Path]]:
    """What the registry holds, and which files lie in the home."""
    held = dump(home) if (home / "registry.db").exists() else ""
    return held, sorted(path for path in home.rglob("*") if path.name != "lock" and "registry.db-" not in path.name)


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        (["archive/??"], "1 of 1 bodies in archive/ (captures.jsonl names them)"),
        (["archive/captures.jsonl"], "archive/captures.jsonl (bodies lie beside it)"),
        (["archive/captures.jsonl", "registry.db"], "archive/captures.jsonl (bodies lie beside it)"),
        (["archive"], "archive/captures.jsonl, or its newer lines (the registry holds 1 runs that it does not name, "),
        (["decisions"], "decisions/salt (a release was made); decisions/slugs.jsonl (a release was made)"),
    ],
)
@pytest.mark.parametrize("command", [["check"], ["release"], ["rebuild"], ["ingest", "zz_many", "FILE"]])
def test_a_part_that_is_missing_is_named_and_nothing_is_made_of_the_rest(
    home: Path, tmp_path: Path, lost: list[str], said: str, command: list[str]
) -> None:
    """A rebuild without the journal put an empty registry in the place of the one that was left."""
    lose(home, *lost)
    before = state_of(home)
    given = [str(tmp_path / "many.csv") if word == "FILE" else word for word in command]
    done = mediacontracts_here(home, *given)
    assert done.returncode == 1, done.stderr
    assert f"{home} is not whole" in done.stderr
    assert said in done.stderr
    assert "Copy what is missing from a backup" in done.stderr
    assert state_of(home) == before


def test_nothing_is_rebuilt_elsewhere_of_a_part(home: Path, tmp_path: Path) -> None:
    lose(home, "archive/captures.jsonl")
    elsewhere = tmp_path / "elsewhere.db"
    done = mediacontracts_here(home, "rebuild", DATABASE_URL=f"sqlite:///{elsewhere}")
    assert done.returncode == 1, done.stdout
    assert "archive/captures.jsonl (bodies lie beside it)" in done.stderr
    assert not elsewhere.exists()


def test_retractions_that_are_missing_are_told_by_the_registry(home: Path) -> None:
    run = Archive(home / "archive").last_run()
    assert mediacontracts_here(home, "retract", run, "--why", "a draft").returncode == 0
    before = dump(home)
    lose(home, "corrections")
    done = mediacontracts_here(home, "rebuild")
    assert done.returncode == 1, done.stderr
    assert "corrections/retractions.jsonl (the registry holds loads that were taken back)" in done.stderr
    assert dump(home) == before


def test_a_document_that_is_not_yet_loaded_makes_no_home_a_half_one(tmp_path: Path) -> None:
    """Answers are archived before a person says how they are read."""
    home = home_with_source(tmp_path / "home")
    Archive(home / "archive").put(b"an answer that waits for a person")
    done = mediacontracts_here(home, "check")
    assert "is not whole" not in done.stderr
    assert "nothing is loaded" in done.stderr


def test_a_restore_that_was_killed_is_told_by_every_command_and_begun_anew(home: Path, tmp_path: Path) -> None:
    new, backup = tmp_path / "new", tmp_path / "backup"
    died = subprocess.run(
        [sys.executable, "-c", KILLED, "restore", str(backup)],
        env=environment(new), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert died.returncode == 9, died.stderr
    assert list(new.iterdir()), "killed too early to prove anything"
    for command in (["check"], ["sources"], ["rebuild"], ["claims"], ["backup", str(tmp_path / "other")]):
        done = mediacontracts_here(new, *command)
        assert done.returncode == 1, (command, done.stderr)
        assert f"{new} was restored only in part: give `mediacontracts restore` again" in done.stderr
    done = mediacontracts_here(new, "restore", str(backup))
    assert done.returncode == 0, done.stderr
    assert mediacontracts_here(new, "check").returncode == 0
    assert state_of(new)[0] == state_of(home)[0]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("archive/captures.jsonl", "new is not whole"),
        ("archive/??", "1 of 1 bodies in archive/"),
        ("archive/??/*.zst", "archive: no body "),
        ("decisions", "decisions/salt (a release was made)"),
    ],
)
def test_a_backup_that_lacks_a_part_is_no_home(home: Path, tmp_path: Path, part: str, said: str) -> None:
    """The half of it was left in the new home, which from then on was only `not empty`."""
    new, backup = tmp_path / "new", tmp_path / "backup"
    whole = tmp_path / "whole"
    shutil.copytree(backup, whole, symlinks=True)
    lose(backup, part)
    done = mediacontracts_here(new, "restore", str(backup))
    assert done.returncode == 1, done.stderr
    assert said in done.stderr
    assert mediacontracts_here(new, "check").returncode == 1
    done = mediacontracts_here(new, "restore", str(whole))
    assert done.returncode == 0, done.stderr
    assert mediacontracts_here(new, "check").returncode == 0
