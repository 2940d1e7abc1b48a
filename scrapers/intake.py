"""Where a crawl's pages go: each is read by its pure reader, and its batches are handed to the writer."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from db.archive import RunEnded, RunStarted
from ingest.reader import Material
from ingest.readers import READERS
from ingest.source import Source
from scrapers.sink import OpenSink
from scrapers.writer import Writer


class Read(NamedTuple):
    """What the pages of a run gave so far."""

    rows: int
    rejected: int


class Intake(Protocol):
    """Takes the pages of one run in the order of their captures. The crawl asks on while pages are read and loaded."""

    def put(self, material: Material) -> None:
        """Take one page; waits while too many are waiting.

        Raises:
            LayoutChangedError: this page or one before it is not laid out as its reader knows it.
            SourceRefusedError: this page or one before it holds no data but an error.
            Exception: a defect of a reader, or what the sink raised.
        """

    def all_read(self) -> Read:
        """Wait until every page taken is read.

        Raises:
            Exception: as `put`.
        """

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """End the run once every page is loaded, and give the sink's counts.

        Raises:
            Exception: what the sink raised.
        """


class IntakeHere:
    """Reads in the thread that puts, and loads in the writer's thread."""

    def __init__(self, open_sink: OpenSink, source: Source, started: RunStarted) -> None:
        self._source = source
        self._writer = Writer(open_sink, started)
        self._writer.start()
        self._rows = self._rejected = 0

    def put(self, material: Material) -> None:
        """As `Intake.put`."""
        for batch in READERS[material.capture.reader](material, self._source):
            self._rows += batch.rows
            self._rejected += len(batch.rejected)
            self._writer.put(batch, material.capture)

    def all_read(self) -> Read:
        """As `Intake.all_read`."""
        return Read(self._rows, self._rejected)

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """As `Intake.end`."""
        return self._writer.end(ended)
