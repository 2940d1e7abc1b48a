"""A file that is written anew holds its old lines until it holds all of the new ones."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from db.whole_file import add_line, write_whole
from tests.db.test_journal import full_at


def test_a_full_disk_leaves_the_file_as_it_was_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    add_line(path, b"first")
    with full_at(10), pytest.raises(OSError, match=r"lines\.jsonl"):
        add_line(path, b"second, which does not fit")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"first\n"


def test_what_a_kill_left_beside_it_does_not_stop_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    (tmp_path / ".lines.jsonl.part").write_bytes(b"half of it")
    write_whole(path, b"whole", mode=0o600)
    assert path.read_bytes() == b"whole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_last_line_that_an_editor_did_not_end_stays_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"by hand")
    add_line(path, b"by a command")
    assert path.read_bytes() == b"by hand\nby a command\n"
