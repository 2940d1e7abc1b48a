"""A token bucket over all requests of a crawl, with pauses that hold every request back."""

from __future__ import annotations

import asyncio
import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from scrapers.job import Job, job_of


class ThrottleMiddleware:
    """Lets a request pass when its turn has come. Stands next to the downloader, so that retries wait as well."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last = 0.0
        self.paused_until = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Keep the pace of the crawl's job, and the distance that robots.txt asks for."""
        return cls(job_of(crawler))

    async def process_request(self, request: Request) -> None:
        """Wait for the request's turn, and for the pause that a refusal asked for."""
        pause = float(request.meta.pop("wait", 0))
        now = time.monotonic()
        if pause:
            self.paused_until = max(self.paused_until, now + pause)
        gap = max(1 / self._job.pace.per_second, self._job.distance)
        self._last = max(self._last + gap, self.paused_until, now)
        await asyncio.sleep(self._last - now)
