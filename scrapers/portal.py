"""What every spider of the portal does: ask, archive, read with the pure reader, hand on, and stop rightly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, Literal

import msgspec
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest

from db.archive import Captured
from ingest.reader import Material, SourceRefusedError
from scrapers.job import CaptchaError, Fetched, Job, TokenRefusedError
from scrapers.patience import NETWORK_TROUBLE, complaint_of, trouble_of

log = logging.getLogger(__name__)
AT_ONCE = 2
"""How many requests may be under way together."""


class SampleDone(Exception):  # noqa: N818 - no error: a sample has its pages
    """A sample has all the pages it wanted."""


class GoneError(SourceRefusedError):
    """404: the object is not there."""


class PortalSpider(Spider):
    """Base of the portal's spiders. One crawl is one coroutine, `collect`, which a shape of access writes.

    Batches do not go through the engine as items: an item costs more than reading a contract, and the order of
    captures would be lost. Pages are put to the intake, which reads them, has them loaded, and makes the crawl wait
    when loading is behind.
    """

    reader: ClassVar[str]
    expects: ClassVar[Literal["json", "html"]] = "json"
    needs_token: ClassVar[bool] = True
    cannot_search: ClassVar[str] = ""
    """Why this way cannot look for phrases; blank where it can."""

    def __init__(self, job: Job) -> None:
        super().__init__(self.name)
        self.job = job
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._working: asyncio.Future[None] | None = None

    async def start(self) -> AsyncIterator[Any]:
        """Run the crawl. Nothing is yielded: Scrapy's part is the asking."""
        for item in await self._run():
            yield item

    def stop(self, reason: str) -> None:
        """End the crawl now, in the middle of a pause if need be; what was captured stays."""
        self.job.fail(reason)
        if self._working is not None:
            self._working.cancel()

    async def collect(self) -> None:
        """Ask for everything the job wants and keep it."""
        raise NotImplementedError

    async def _run(self) -> Sequence[Any]:
        job = self.job
        self._working = asyncio.ensure_future(self.collect())
        try:
            await self._working
        except asyncio.CancelledError:
            if not job.failure:
                raise
        except SampleDone:
            log.info("%s: sample of %d pages taken", job.source.name, job.tally.pages)
        except Exception as error:  # noqa: BLE001 - Scrapy would log it and call the crawl finished
            job.stop_for(error)
        return ()

    def ask(
        self,
        url: str,
        *,
        reader: str = "",
        asked: dict[str, Any] | None = None,
        context: Sequence[Captured] = (),
        body: bytes | None = None,
        journal_later: bool = False,
        expects: str = "",
    ) -> Request:
        """A request that knows what its response is for.

        `asked` goes into the journal, so it never holds the token; `journal_later` leaves the journal line to
        `keep`, for a page that is read together with captures made after it.
        """
        headers = {"Authorization": f"Bearer {self.job.token}"} if self.needs_token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return Request(
            url,
            method="GET" if body is None else "POST",
            headers=headers,
            body=body,
            dont_filter=True,
            meta={
                "expects": expects or self.expects,
                "reader": reader,
                "asked": asked or {},
                "context": [captured.ref for captured in context],
                "journal_later": journal_later,
            },
        )

    async def fetch(self, request: Request) -> Fetched:
        """The good response to a request.

        Raises:
            TokenRefusedError: 401 or 403.
            GoneError: 404.
            CaptchaError: the portal keeps asking for a captcha.
            SourceRefusedError: any other answer that is no data, also after asking again, or no answer.
        """
        tally, source = self.job.tally, self.job.source.name
        if self.crawler.engine is None:
            raise RuntimeError("the crawl has not begun")
        try:
            async with self._at_once:
                response = await self.crawler.engine.download_async(request)
        except IgnoreRequest as error:
            raise SourceRefusedError(f"{source}: {request.url}: {error}") from None
        except NETWORK_TROUBLE as error:
            tally.responses += 1
            tally.bad += 1
            raise SourceRefusedError(f"{source}: {request.url}: {trouble_of(error)}") from None
        complaint = complaint_of(response, request.meta["expects"])
        answered = response.request or request
        tally.responses += 1
        if complaint is None:
            return Fetched(answered.meta["captured"], response.body)
        if complaint.kind == "gone":
            raise GoneError(f"{source}: {request.url}: not there (404)")
        tally.bad += 1
        if complaint.kind == "token":
            hint = "get a new GOSZAKUP_TOKEN from the operator" if self.needs_token else "the page is not public"
            raise TokenRefusedError(f"{source}: {request.url}: {complaint.reason}; {hint}")
        kind = CaptchaError if complaint.kind == "captcha" else SourceRefusedError
        raise kind(f"{source}: {request.url}: {complaint.reason}")

    async def fetch_if_there(self, request: Request) -> Fetched | None:
        """The response, or None where the object is absent (404)."""
        try:
            return await self.fetch(request)
        except GoneError:
            return None

    async def keep(self, fetched: Fetched, context: Sequence[Fetched] = ()) -> None:
        """Hand a page on to be read and loaded; the capture is in the archive and in the journal by then.

        Raises:
            LayoutChangedError: this page or one before it is not laid out as the reader knows it.
            SourceRefusedError: this page or one before it holds no data but an error.
            SampleDone: this was the last page of a sample.
        """
        job = self.job
        material = Material(fetched.captured, fetched.body, tuple((other.captured, other.body) for other in context))
        job.tally.rejected += await asyncio.to_thread(job.read, material)
        job.tally.pages += 1
        if job.is_sampled_out:
            raise SampleDone

    async def journal(self, fetched: Fetched, context: Sequence[Fetched]) -> Fetched:
        """Write the journal line of a page asked for with `journal_later`, now that its context is known."""
        captured = msgspec.structs.replace(fetched.captured, context=[other.captured.ref for other in context])
        await asyncio.to_thread(self.job.journal, captured)
        return Fetched(captured, fetched.body)
