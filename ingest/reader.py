"""What a reader is: a pure function from archived bytes to batches.

A spider archives a response, then calls the same reader that a rebuild calls later with the bytes from the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from db.archive import Captured
from ingest.record import Batch
from ingest.source import Source


class Material(msgspec.Struct, frozen=True):
    """A capture with its bytes, and the captures it has to be read together with (a contract card and its parties)."""

    capture: Captured
    body: bytes
    context: tuple[tuple[Captured, bytes], ...] = ()


Reader = Callable[[Material, Source], Iterator[Batch]]


class LayoutChangedError(Exception):
    """The source has a structure that its declaration does not know: nothing of it is read until a person looks.

    The message names source, file and place, and says what to do.
    """


class SourceRefusedError(Exception):
    """The source did not answer with data: an error page, a captcha, an error body with status 200."""
