"""What senders send, through the command: each is told with its file and place, and ends with the right exit code."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import mediacontracts_here
from sources import DECLARED, ROW, csv_of


def installation(folder: Path, **declared: Any) -> Path:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    yml = yaml.safe_dump({**DECLARED, **declared}, allow_unicode=True)
    (folder / "sources" / "zz_invented.yml").write_text(yml, encoding="utf-8")
    return folder


@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["loaded", "dry"])
def test_a_file_that_is_named_twice_is_refused(tmp_path: Path, dry: tuple[str, ...]) -> None:
    home = installation(tmp_path / "home")
    one, other = tmp_path / "one.csv", tmp_path / "copy-of-one.csv"
    for path in (one, other):
        path.write_bytes(csv_of(ROW))
    for again in (one, other):
        done = mediacontracts_here(home, "ingest", "zz_invented", str(one), str(again), *dry)
        assert done.returncode == 2, done.stderr
        assert f"{again} is the same file as {one}" in done.stderr


@pytest.mark.parametrize(("name", "shown"), [(b"\xff\xfe.csv", r"\xff\xfe.csv"), (b"a\x1b[2J.csv", r"a\x1b[2J.csv")])
def test_a_file_of_any_name_is_read_and_its_name_told_in_letters(tmp_path: Path, name: bytes, shown: str) -> None:
    home = installation(tmp_path / "home")
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(csv_of(ROW))
    for command in (("ingest", "zz_invented", "--dry-run"), ("ingest", "zz_invented"), ("rebuild",), ("check",)):
        files = [str(path)] if command[0] == "ingest" else []
        done = mediacontracts_here(home, *command, *files)
        assert done.returncode == 0, done.stderr
        assert not files or f"{shown}: 1 r" in done.stdout + done.stderr
    path.write_bytes(b"a")
    drafted = mediacontracts_here(home, "new-source", "zz_drafted", str(path))
    assert (drafted.returncode, f"Error: {shown}: no row" in drafted.stderr) == (1, True)


def test_of_files_one_of_which_is_refused_each_is_told_and_what_to_do(tmp_path: Path) -> None:
    """The first was loaded without a word of it, and the mended one alone would have been the whole edition."""
    home = installation(tmp_path / "home")
    files = [tmp_path / f"{name}.csv" for name in ("good", "bad", "later")]
    other = [ROW[0] + "9", *ROW[1:]]
    files[0].write_bytes(csv_of(ROW))
    files[1].write_bytes(b"Another heading\n1\n")
    files[2].write_bytes(csv_of(other))
    done = mediacontracts_here(home, "ingest", "zz_invented", *map(str, files))
    assert done.returncode == 1
    (run,) = re.findall(r"mediacontracts retract (\S+) --why", done.stderr)
    assert "zz_invented: bad.csv: " in done.stderr
    assert "Loaded before it, and kept: good.csv: 1 rows, 1 new" in done.stderr
    assert "This file and those after it are not." in done.stderr
    assert "give all its files again with this one mended" in done.stderr
    checked = mediacontracts_here(home, "check")
    assert (checked.returncode, run in checked.stdout + checked.stderr) == (1, True)
    files[1].write_bytes(csv_of([ROW[0] + "8", *ROW[1:]]))
    mended = mediacontracts_here(home, "ingest", "zz_invented", *map(str, files))
    assert mended.returncode == 0, mended.stderr
    assert "3 rows read: 2 new, 0 changed, 1 unchanged, 0 rejected, 0 vanished" in mended.stdout + mended.stderr
    assert mediacontracts_here(home, "check").returncode == 0


def test_of_files_one_of_which_is_refused_the_run_can_be_taken_back(tmp_path: Path) -> None:
    home = installation(tmp_path / "home")
    files = [tmp_path / f"{name}.csv" for name in ("good", "bad")]
    files[0].write_bytes(csv_of(ROW))
    assert mediacontracts_here(home, "ingest", "zz_invented", str(files[0])).returncode == 0
    files[0].write_bytes(csv_of(ROW, [ROW[0] + "9", *ROW[1:]]))
    files[1].write_bytes(b"Another heading\n1\n")
    done = mediacontracts_here(home, "ingest", "zz_invented", *map(str, files))
    (run,) = re.findall(r"mediacontracts retract (\S+) --why", done.stderr)
    assert mediacontracts_here(home, "check").returncode == 1
    assert mediacontracts_here(home, "retract", run, "--why", "not whole").returncode == 0
    assert mediacontracts_here(home, "check").returncode == 0
