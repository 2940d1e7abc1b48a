"""What senders send, through the command: each is told with its file and place, and ends with the right exit code."""

from __future__ import annotations

import os
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
