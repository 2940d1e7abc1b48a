"""Bytes first: every final response is stored and journaled before anything is read from it.

At 545 among the downloader middlewares a response has been decompressed (590) and has passed the retrying (550): what
is stored is the page and not its gzip, and only answers that were not asked for again.
"""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from db.archive import Captured
from scrapers.job import Job, job_of
from scrapers.patience import complaint_of
from scrapers.redact import body_without_token

_HEADERS = ("Content-Type", "Date", "Last-Modified", "ETag")


class ArchiveMiddleware:
    """Archives every response; a bad one as well, without a reader."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Archive for the crawl's job."""
        return cls(job_of(crawler))

    async def process_response(self, request: Request, response: Response) -> Response:
        """Store the body, journal the capture, and leave it on the request for the spider; no body holds the token."""
        shown = body_without_token(response.body, self._job.token)
        if shown != response.body:
            response = response.replace(body=shown)
        async with self._one_at_a_time:
            request.meta["captured"] = await asyncio.to_thread(self._store, request, response)
        return response

    def _store(self, request: Request, response: Response) -> Captured:
        job = self._job
        good = complaint_of(response, request.meta.get("expects", "robots")) is None
        captured = Captured(
            ref=job.next_ref(),
            run=job.started.run,
            source=job.source.name,
            sha256=job.archive.put(response.body),
            url=response.url,
            at=job.clock(),
            byte_count=len(response.body),
            status=response.status,
            headers={name: value.decode("latin-1") for name in _HEADERS if (value := response.headers.get(name))},
            request=request.meta.get("asked", {}),
            reader=request.meta.get("reader", "") if good else "",
            context=request.meta.get("context", []) if good else [],
        )
        if not (good and request.meta.get("journal_later")):
            job.journal(captured)
        return captured
