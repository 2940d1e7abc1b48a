"""Takes the batches of a run to its sink beside the crawl, so that asking and reading go on meanwhile."""

from __future__ import annotations

import queue
import threading
from typing import Any, Protocol

from db.archive import Captured, RunEnded, RunStarted
from ingest.record import Batch
from scrapers.sink import OpenSink, Sink

WAITING = 4
"""How many batches may wait; beyond that the crawl waits, so that memory stays flat."""


class Writer(Protocol):
    """Opens the sink of a run, loads every batch in order, and ends the run."""

    def put(self, batch: Batch, captured: Captured) -> None:
        """Hand a batch over; waits while too many are waiting.

        Raises:
            Exception: what the sink raised on an earlier batch.
        """

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """End the run and give the sink's counts.

        Raises:
            Exception: what the sink raised.
        """


class WriterThread(threading.Thread):
    """A `Writer` in a thread of this process."""

    def __init__(self, open_sink: OpenSink, started: RunStarted) -> None:
        super().__init__(name=f"writer of {started.run}", daemon=True)
        self._open_sink = open_sink
        self._begun = started
        self._queue: queue.Queue[tuple[Batch, Captured] | RunEnded] = queue.Queue(maxsize=WAITING)
        self._counts: Any = None
        self.error: BaseException | None = None
        self.start()

    def put(self, batch: Batch, captured: Captured) -> None:
        """As `Writer.put`."""
        if self.error is not None:
            raise self.error
        self._queue.put((batch, captured))

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """As `Writer.end`."""
        self._queue.put(ended)
        self.join()
        if self.error is not None:
            raise self.error
        return self._counts

    def run(self) -> None:
        """The thread's work; after an error what still comes is taken from the queue and left."""
        sink: Sink | None = None
        while True:
            task = self._queue.get()
            try:
                if self.error is None:
                    sink = sink or self._open_sink(self._begun)
                    if isinstance(task, RunEnded):
                        self._counts = sink.finish(task)
                    else:
                        sink.load(*task)
            except BaseException as error:  # noqa: BLE001 - handed to the crawl, which raises it
                self.error = error
            if isinstance(task, RunEnded):
                return
