"""A wrong edition is taken back: the one before it counts again, and a rebuild comes to the same."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, environment, mediacontracts, mediacontracts_here
from test_kill import YML, dump, value

from ingest.retract import Retraction, read_retractions, write_retraction


def edition(path: Path, *sums: str) -> Path:
    lines = [f"{n},Invented akimat,Invented outlet {n},2020,{money}" for n, money in enumerate(sums, start=1)]
    path.write_text("\n".join(["Number,Payer,Outlet,Year,Sum", *lines]), encoding="utf-8")
    return path


def runs(home: Path) -> list[str]:
    connection = sqlite3.connect(home / "registry.db")
    found = [ref for (ref,) in connection.execute("SELECT ref FROM run ORDER BY id")]
    connection.close()
    return found


def rows(home: Path, sql: str) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(home / "registry.db")
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def two_editions(folder: Path) -> tuple[Path, Path]:
    """An installation with an edition and a wrong one after it, and the file of the wrong one."""
    home = folder / "home"
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "zz_many.yml").write_text(YML.replace("records: 10", "records: 2"), encoding="utf-8")
    file = folder / "rows.csv"
    for sums in (("100.25", "7.50"), ("10025.00", "7.50")):
        done = mediacontracts_here(home, "ingest", "zz_many", str(edition(file, *sums)))
        assert done.returncode == 0, done.stderr
    return home, file


def test_the_edition_before_counts_again_at_once_and_after_a_rebuild(tmp_path: Path) -> None:
    home, file = two_editions(tmp_path)
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 1_003_250
    right, wrong = runs(home)
    done = mediacontracts_here(home, "retract", wrong, "--why", "the point was lost")
    assert done.returncode == 0, done.stderr
    assert f"1 of them had other values before; the edition of {right} is read again" in done.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 10_775
    # a retraction may itself be an error: what is read later counts, whatever was retracted before it
    again = mediacontracts_here(home, "ingest", "zz_many", str(file))
    assert again.returncode == 0, again.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 1_003_250
    checked = mediacontracts_here(home, "check")
    assert checked.returncode == 0, checked.stderr
    before = dump(home)
    rebuilt = mediacontracts(home, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert dump(home) == before


def test_a_retraction_after_one_without_its_end_is_a_line_of_its_own(tmp_path: Path) -> None:
    home, _ = two_editions(tmp_path)
    right, wrong = runs(home)
    assert mediacontracts_here(home, "retract", right, "--why", "a draft").returncode == 0
    lines = home / "corrections" / "retractions.jsonl"
    lines.write_bytes(lines.read_bytes()[:-1])
    assert mediacontracts_here(home, "retract", wrong, "--why", "the point was lost").returncode == 0
    assert mediacontracts_here(home, "sources").returncode == 0
    assert [one.target for one in read_retractions(lines)] == [right, wrong]


@pytest.mark.parametrize("name", ["retractions", "accepted"])
def test_a_line_that_is_cut_short_stops_with_its_place_and_what_to_do(tmp_path: Path, name: str) -> None:
    home, _ = two_editions(tmp_path)
    _, wrong = runs(home)
    lines = home / "corrections" / f"{name}.jsonl"
    write_retraction(lines, Retraction(target=wrong, why="kept", at="2026-01-01T00:00:00Z"))
    lines.write_bytes(cut := lines.read_bytes()[:-9])
    for command in (["check"], ["check", "--accept", wrong, "--why", "once more"]):
        done = mediacontracts_here(home, *command)
        assert done.returncode == 1, done.stderr
        assert f"{lines} line 1: " in done.stderr
        assert "mend the line, or restore the file from a backup" in done.stderr
    assert lines.read_bytes() == cut


KILLED_AT = """
import os
import sys
import cli.collect, cli.keeping, ingest.files, ingest.load, ingest.replay, ingest.retract
from cli.main import main
from db.archive import Archive, RunEnded

def dies_after(room, name, dies=lambda *_: True):
    real = getattr(room, name)
    def done(*given, **named):
        found = real(*given, **named)
        if dies(*given):
            os._exit(9)
        return found
    setattr(room, name, done)

def dies_at(room, name):
    setattr(room, name, lambda *_, **__: os._exit(9))

{
    "kept": lambda: dies_after(ingest.retract, "write_retraction"),
    "applied": lambda: dies_after(cli.keeping, "retract_run"),
    "begun": lambda: dies_at(ingest.files, "load_capture"),
    "one of two files": lambda: dies_after(ingest.files, "load_capture"),
    "closing": lambda: dies_after(ingest.replay, "load_capture"),
    "both files": lambda: dies_at(ingest.files, "_end"),
    "in the registry": lambda: dies_after(ingest.load.Loader, "finish"),
    "in the journal": lambda: dies_after(Archive, "write", lambda _, event: isinstance(event, RunEnded)),
}[sys.argv.pop(1)]()
main()
"""
PLACES = ["kept", "applied", "begun", "one of two files", "both files", "in the registry", "in the journal"]


def killed_at(home: Path, place: str, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place, *command],
        env=environment(home), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr


def wrong_of_two_files(folder: Path) -> tuple[Path, str]:
    """An installation with an edition of two files and a wrong one after it, and the run of the wrong one."""
    home = folder / "home"
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "zz_many.yml").write_text(YML.replace("records: 10", "records: 2"), encoding="utf-8")
    files = [folder / "first.csv", folder / "second.csv"]
    for money in ("100.25", "10025.00"):
        files[0].write_text(f"Number,Payer,Outlet,Year,Sum\n1,Invented akimat,Outlet,2020,{money}\n", encoding="utf-8")
        files[1].write_text(f"Number,Payer,Outlet,Year,Sum\n2,Invented akimat,Outlet,2020,{money}\n", encoding="utf-8")
        done = mediacontracts_here(home, "ingest", "zz_many", *map(str, files))
        assert done.returncode == 0, done.stderr
    return home, runs(home)[1]


@pytest.mark.parametrize("next_one", ["check", "retract"])
@pytest.mark.parametrize("place", PLACES)
def test_a_retraction_that_was_killed_is_completed_by_the_next_command(
    tmp_path: Path, place: str, next_one: str
) -> None:
    """Killed at its very end it left a failed run, which stopped every release until the source was read once more."""
    home, wrong = wrong_of_two_files(tmp_path)
    retract = ("retract", wrong, "--why", "the point was lost")
    killed_at(home, place, *retract)
    if next_one == "retract":
        again = mediacontracts_here(home, *retract)
        assert again.returncode == (0 if place in ("kept", "applied") else 2), again.stderr
        assert again.returncode == 0 or f"{wrong} is retracted already: the point was lost" in again.stderr
    checked = mediacontracts_here(home, "check")
    assert checked.returncode == 0, checked.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 2 * 10_025
    assert [state for (state,) in rows(home, "SELECT state FROM run")] == ["finished"] * 3
    assert mediacontracts_here(home, "check").returncode == 0
    assert len(runs(home)) == 3, "an edition is read again once"
    before = dump(home)
    assert mediacontracts_here(home, "rebuild").returncode == 0
    assert dump(home) == before


def test_a_completion_that_is_killed_is_completed(tmp_path: Path) -> None:
    home, wrong = wrong_of_two_files(tmp_path)
    killed_at(home, "kept", "retract", wrong, "--why", "the point was lost")
    for place in ("one of two files", "closing", "closing"):
        killed_at(home, place, "check")
    checked = mediacontracts_here(home, "check")
    assert checked.returncode == 0, checked.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 2 * 10_025
