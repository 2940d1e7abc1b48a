"""Where a crawl's batches go. The loader of the registry is one; a test may bring another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from db.archive import Captured, RunEnded, RunStarted
from ingest.record import Batch


class Sink(Protocol):
    """Takes the batches of one run in the order of their captures, from one thread."""

    def load(self, batch: Batch, captured: Captured) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """Take one batch."""

    def finish(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """End the run and give its counts."""


OpenSink = Callable[[RunStarted], Sink]
"""Opens the sink of a run; called in the thread that will use it."""
