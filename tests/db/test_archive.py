"""Bytes first, once, whole, and checked when they are read."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.archive import Archive, ArchiveError, Captured, RunEnded, RunStarted

AT = "2026-11-24T10:00:00Z"


@settings(max_examples=30, deadline=None)
@given(body=st.binary(max_size=3000))
def test_what_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    archive = Archive(tmp_path_factory.mktemp("archive"))
    digest = archive.put(body)
    assert digest == sha256(body).hexdigest()
    assert archive.get(digest) == body


def test_the_same_bytes_are_stored_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(b"one body")
    archive.put(b"one body")
    assert len([*tmp_path.rglob("*.zst")]) == 1


def test_a_missing_body_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no body 0000"):
        Archive(tmp_path).get("0" * 64)


def test_a_damaged_body_is_noticed(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    digest, other = archive.put(b"the sum is 100"), archive.put(b"the sum is 900")
    path = archive.path(digest)
    path.write_bytes(archive.path(other).read_bytes())
    with pytest.raises(ArchiveError, match="does not hold what its name says"):
        archive.get(digest)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(ArchiveError, match="damaged"):
        archive.get(digest)


@pytest.mark.parametrize("left", [0, 5, -3])
def test_a_damaged_body_that_comes_again_is_stored_anew(tmp_path: Path, left: int) -> None:
    archive = Archive(tmp_path)
    path = archive.path(archive.put(b"the sum is 100"))
    path.write_bytes(path.read_bytes()[:left])
    assert archive.get(archive.put(b"the sum is 100")) == b"the sum is 100"


def test_the_journal_keeps_order_and_survives_a_torn_last_line(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    events = [
        RunStarted(run="r1", source="s", kind="ingest", at=AT),
        Captured(ref="r1/1", run="r1", source="s", sha256="0" * 64, url="u", at=AT, byte_count=3, context=["r0/1"]),
        RunEnded(run="r1", at=AT, state="finished", complete=True),
    ]
    for event in events:
        archive.write(event)
    assert list(archive.events()) == events
    with archive.journal.open("ab") as out:
        out.write(b'{"event":"run","run":"r2","sou')
    assert list(archive.events()) == events


def test_damage_in_the_middle_of_the_journal_is_no_torn_line(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write(RunStarted(run="r1", source="s", kind="ingest", at=AT))
    archive.journal.write_bytes(b"{broken\n" + archive.journal.read_bytes())
    with pytest.raises(ArchiveError, match="line 1"):
        list(archive.events())


def test_a_torn_line_does_not_swallow_the_next(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.write(RunStarted(run="r1", source="s", kind="ingest", at=AT))
    with archive.journal.open("ab") as out:
        out.write(b'{"event":"capture","ref":"r1/1"')
    archive = Archive(tmp_path)  # the next process
    archive.write(RunEnded(run="r1", at=AT, state="failed"))
    assert [type(event).__name__ for event in archive.events()] == ["RunStarted", "RunEnded"]
