"""Bytes first: every body is stored under its SHA-256 before anything is read from it.

`archive/ab/cdef….zst` holds a body once, whatever the number of captures. `captures.jsonl` beside it is an append-only
journal: a line when a run starts, a line for each capture, a line when the run ends. The journal and the bodies are
all that a rebuild needs. A body is stored after transfer and content decoding and before any character decoding.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import msgspec
import zstandard

from db.disk import writing_under
from db.journal import append_lines, whole_lines
from db.model.base import format_instant

_PART = ".part-"
"""How the name of a body begins that is being written."""


class ArchiveError(Exception):
    """Stored bytes are missing or are not what their name says."""


def new_run(source: str, at: str) -> str:
    """A reference for a run of a source that begins at an instant: readable, in order, and given once."""
    return f"{source}-{at.replace(':', '').replace('-', '')}-{uuid4().hex[:6]}"


class RunStarted(msgspec.Struct, tag="run", tag_field="event", kw_only=True, omit_defaults=True):
    """A run begins: which source, how, and for which window.

    `again` names the run whose files it reads again: it is known from it what a kill kept it from reading.
    """

    run: str
    source: str
    kind: Literal["crawl", "ingest"]
    at: str
    window_from: str = ""
    window_to: str = ""
    again: str = ""


class Captured(msgspec.Struct, tag="capture", tag_field="event", kw_only=True, omit_defaults=True):
    """One body: its hash, what was asked for, what came back.

    `reader` names the pure function that reads it; `context` lists the captures (refs) it is read together with, and
    `request` holds what of the request the reader needs. A capture without a reader is context, an error page, or a
    note that the crawl made for the next one.
    """

    ref: str
    run: str
    source: str
    sha256: str
    url: str
    at: str
    byte_count: int
    status: int | None = None
    file_name: str = ""
    headers: dict[str, str] = {}
    request: dict[str, Any] = {}
    reader: str = ""
    context: list[str] = []


class RunEnded(msgspec.Struct, tag="end", tag_field="event", kw_only=True, omit_defaults=True):
    """A run ends: `complete` says that it saw all of what it set out to see.

    `unread` lists captures (refs) that were never read: the run was stopped, or refused what came, before it came to
    them. A rebuild does not read them either.
    """

    run: str
    at: str
    state: Literal["finished", "failed"]
    reason: str = ""
    complete: bool = False
    responses: int = 0
    responses_bad: int = 0
    unread: list[str] = []


Event = RunStarted | Captured | RunEnded


class Archive:
    """Bodies by hash and the journal of captures of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.journal = root / "captures.jsonl"
        self._encode = msgspec.json.Encoder(order="deterministic").encode
        self._compress = zstandard.ZstdCompressor(level=1, write_checksum=True).compress

    def path(self, digest: str) -> Path:
        """Where the body of this hash lies."""
        return self.root / digest[:2] / f"{digest[2:]}.zst"

    def folders(self) -> set[str]:
        """The folders in which bodies lie, named by how their hashes begin."""
        return {path.name for path in self.root.iterdir() if len(path.name) == 2} if self.root.exists() else set()

    def put(self, body: bytes) -> str:
        """Store a body once and give its SHA-256; the file appears whole or not at all."""
        digest = sha256(body).hexdigest()
        target = self.path(digest)
        if target.exists() and self._holds(digest):
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing_under(self.root):
            self.journal.touch()  # a body without a journal beside it tells of a journal that was lost
            handle, temporary = tempfile.mkstemp(dir=self.root, prefix=_PART)
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(self._compress(body))
                    out.flush()
                    os.fsync(out.fileno())
                Path(temporary).replace(target)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
        return digest

    def _holds(self, digest: str) -> bool:
        """Whether the body of this hash can be given; a damaged one is stored anew when it comes again."""
        try:
            self.get(digest)
        except ArchiveError:
            return False
        else:
            return True

    def clear(self) -> None:
        """Take away bodies that a kill left half written; nobody may be storing one meanwhile."""
        for left in self.root.glob(f"{_PART}*"):
            left.unlink()

    def get(self, digest: str) -> bytes:
        """Give the body of this hash, checked against it.

        Raises:
            ArchiveError: the body is not there, or its bytes are not those that were stored.
        """
        target = self.path(digest)
        try:
            body = zstandard.ZstdDecompressor().decompress(target.read_bytes())
        except FileNotFoundError:
            raise ArchiveError(f"archive: no body {digest}; restore the archive from a backup") from None
        except zstandard.ZstdError as error:
            raise ArchiveError(f"archive: {target} is damaged ({error}); restore it from a backup") from None
        if sha256(body).hexdigest() != digest:
            raise ArchiveError(f"archive: {target} does not hold what its name says; restore it from a backup")
        return body

    def write(self, event: Event) -> None:
        """Append one line to the journal; the line is on disk when this returns."""
        append_lines(self.journal, self._encode(event) + b"\n")

    def last_run(self) -> str:
        """The reference of the last run that began; "" where none did."""
        return next((event.run for event in reversed([*self.events()]) if isinstance(event, RunStarted)), "")

    def events(self) -> Iterator[Event]:
        """Read the journal in order; a last line cut short by a crash is passed over, any other damage raises."""
        decoder = msgspec.json.Decoder(Event)
        for number, line in whole_lines(self.journal):
            if not line:
                continue
            try:
                yield decoder.decode(line)
            except msgspec.DecodeError as error:
                raise ArchiveError(
                    f"{self.journal} line {number}: {error}; restore the archive from a backup"
                ) from None


def name_of(path: Path) -> str:
    """The name of a file as it can be kept and shown: bytes of no letter and control characters are written out."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in name)


def instant(value: datetime) -> str:
    """An aware datetime as the journal writes it."""
    return format_instant(value)
