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
import ingest.retract, cli.keeping, ingest.files
from cli.main import main
where = {"apply": (ingest.retract, "apply_retraction"), "read again": (cli.keeping, "read_again"),
         "end": (ingest.files, "_end")}[sys.argv.pop(1)]
setattr(*where, lambda *_, **__: os._exit(9))
main()
"""


@pytest.mark.parametrize("place", ["apply", "read again", "end"])
def test_a_retraction_that_was_killed_is_completed_by_saying_it_again(tmp_path: Path, place: str) -> None:
    home, _ = two_editions(tmp_path)
    _, wrong = runs(home)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_AT, place, "retract", wrong, "--why", "the point was lost"],
        env=environment(home), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert killed.returncode == 9, killed.stderr
    again = mediacontracts_here(home, "retract", wrong, "--why", "the point was lost")
    if place == "end":  # its values are back, and the run that brought them is known as one that did not end
        assert "is retracted already" in again.stderr
    else:
        assert again.returncode == 0, again.stderr
        checked = mediacontracts_here(home, "check")
        assert checked.returncode == 0, checked.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 10_775
    assert mediacontracts_here(home, "check").returncode == (1 if place == "end" else 0)
    before = dump(home)
    assert mediacontracts_here(home, "rebuild").returncode == 0
    assert dump(home) == before
    assert len((home / "corrections" / "retractions.jsonl").read_bytes().splitlines()) == 1


KILLED_BEFORE_IT_IS_APPLIED = """
import os
import ingest.retract
from cli.main import main
ingest.retract.apply_retraction = lambda *_: os._exit(9)
main()
"""


def test_a_retraction_killed_before_it_is_applied_is_applied_by_the_next_command(tmp_path: Path) -> None:
    home, file = two_editions(tmp_path)
    _, wrong = runs(home)
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE_IT_IS_APPLIED, "retract", wrong, "--why", "the point was lost"],
        env=environment(home), cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert killed.returncode == 9, killed.stderr
    assert value(home, "SELECT count(*) FROM run WHERE retracted_why <> ''") == 0
    checked = mediacontracts_here(home, "check")
    assert f"the retraction of {wrong} had been interrupted; it is applied" in checked.stderr
    assert checked.returncode != 0, "neither value counts until an edition is read"
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 750
    again = mediacontracts_here(home, "ingest", "zz_many", str(edition(file, "100.25", "7.50")))
    assert again.returncode == 0, again.stderr
    assert "had been interrupted" not in again.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 10_775


def test_a_retraction_of_nothing_leaves_no_line(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    refused = mediacontracts_here(home, "retract", "nobody", "--why", "x")
    assert refused.returncode == 2, refused.stderr
    assert not (home / "corrections" / "retractions.jsonl").exists()
