"""Where a crawl's pages go: each is read by its pure reader, and its batches are handed to the writer."""

from __future__ import annotations

from ingest.reader import Material
from ingest.readers import READERS
from ingest.source import Source
from scrapers.writer import Writer


class Intake:
    """Reads the pages of one run in the order of their captures, while its writer loads what was read before."""

    def __init__(self, source: Source, writer: Writer) -> None:
        self._source = source
        self._writer = writer
        self.rows = self.rejected = 0

    def put(self, material: Material) -> int:
        """Read one page and hand its batches on; waits while too many are waiting.

        Returns:
            How many of its rows could not be read.

        Raises:
            LayoutChangedError: the page is not laid out as its reader knows it.
            SourceRefusedError: the page holds no data but an error.
            Exception: a defect of the reader, or what the sink raised on an earlier page.
        """
        before = self.rejected
        for batch in READERS[material.capture.reader](material, self._source):
            self.rows += batch.rows
            self.rejected += len(batch.rejected)
            self._writer.put(batch, material.capture)
        return self.rejected - before
