"""A token bucket over all requests of a crawl, with pauses that hold every request back."""

from __future__ import annotations

import asyncio
import time
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler

from scrapers.job import job_of


class ThrottleMiddleware:
    """Lets a request pass when its turn has come. Stands next to the downloader, so that retries wait as well."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0
        self.paused_until = 0.0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the pace of the crawl's job."""
        return cls(job_of(crawler).pace.per_second)

    async def process_request(self, request: Request) -> None:
        """Wait for the request's turn, and for the pause that a refusal asked for."""
        pause = float(request.meta.pop("wait", 0))
        now = time.monotonic()
        if pause:
            self.paused_until = max(self.paused_until, now + pause)
        turn = max(self._next, self.paused_until, now)
        self._next = turn + self._gap
        await asyncio.sleep(turn - now)
