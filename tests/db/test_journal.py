"""A journal holds whole lines or nothing, wherever a kill or a full disk cuts it."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db.archive import Archive, RunEnded, RunStarted
from db.journal import append_lines, whole_lines

AT = "2026-11-24T10:00:00Z"


@contextmanager
def full_at(size: int) -> Iterator[None]:
    """A disk on which a file may have this many bytes: what goes beyond is taken in part, then refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def lines(path: Path) -> list[bytes]:
    return [line for _, line in whole_lines(path)]


@pytest.mark.parametrize("left", range(1, 13))
def test_a_line_cut_at_any_byte_is_the_same_to_readers_and_writers(tmp_path: Path, left: int) -> None:
    path = tmp_path / "lines"
    append_lines(path, b"first\n")
    path.write_bytes(b"first\n" + b'{"last":"line"}'[:left])
    assert lines(path) == [b"first"]
    append_lines(path, b"next\n")
    assert path.read_bytes() == b"first\nnext\n"


def test_a_run_whose_last_line_lacks_its_end_alone_is_open_before_and_after_the_next_line(tmp_path: Path) -> None:
    """Else a capture would be loaded whose line the end of its run takes away, and a rebuild would lose it."""
    archive = Archive(tmp_path)
    archive.write(RunStarted(run="r1", source="s", kind="ingest", at=AT))
    archive.write(RunEnded(run="r1", at=AT, state="finished"))
    archive.journal.write_bytes(archive.journal.read_bytes()[:-1])
    assert [type(event) for event in archive.events()] == [RunStarted]
    archive.write(RunEnded(run="r1", at=AT, state="failed"))
    assert [event.state for event in archive.events() if isinstance(event, RunEnded)] == ["failed"]


@pytest.mark.parametrize("torn", [b"", b"x" * 70_000, b"x" * 140_000])
def test_a_long_torn_line_is_cut_whole(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"first\n" + torn)
    append_lines(path, b"next\n")
    assert lines(path) == [b"first", b"next"]


def test_a_file_of_one_torn_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"never ended")
    append_lines(path, b"first\n")
    assert lines(path) == [b"first"]


def test_a_disk_that_is_full_in_the_middle_of_a_line_leaves_no_piece_of_it_and_is_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write(RunStarted(run="r1", source="s", kind="ingest", at=AT))
    before = archive.journal.read_bytes()
    with full_at(len(before) + 20), pytest.raises(OSError, match=r"captures\.jsonl"):
        archive.write(RunEnded(run="r1", at=AT, state="finished"))
    assert archive.journal.read_bytes() == before
    archive.write(RunEnded(run="r1", at=AT, state="finished"))
    assert len(list(archive.events())) == 2
