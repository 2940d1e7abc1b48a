"""robots.txt comes first: nothing is asked of a host whose rules are not known, and nothing against them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import ProtegoRobotParser

from scrapers.job import job_of
from scrapers.patience import NETWORK_TROUBLE, complaint_of, trouble_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

PRODUCT = "mediacontracts"
"""The name by which robots.txt may speak of this client."""
_REDIRECTS = 5
_LEADS_ON = {301, 302, 303, 307, 308}


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's own takes rules that it cannot have for rules that allow everything; by RFC 9309 they allow nothing.

    Absent rules (4xx, but for 429) allow everything. `Crawl-delay` is kept: it sets the distance of all requests.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._job = job_of(crawler)
        self._rules: dict[str, RobotParser | None] = {}
        self._one_at_a_time = asyncio.Lock()

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host, asked for once; None where it has none.

        Raises:
            IgnoreRequest: they cannot be had, or ask for a distance that no crawl can keep.
        """
        parts = urlsplit(request.url)
        host = f"{parts.scheme}://{parts.netloc}"
        async with self._one_at_a_time:
            if host not in self._rules:
                self._rules[host] = self._heeded(await self._asked(f"{host}/robots.txt"))
        return self._rules[host]

    async def _asked(self, url: str) -> RobotParser | None:
        for _ in range(_REDIRECTS + 1):
            response = await self._answer(url)
            where = response.headers.get("Location")
            if response.status not in _LEADS_ON or not where:
                return self._rules_in(response)
            url = response.urljoin(where.decode("latin-1"))
        raise IgnoreRequest(f"robots.txt leads on and on, to {url}; nothing is asked for without knowing it")

    async def _answer(self, url: str) -> Response:
        if urlsplit(url).scheme not in {"http", "https"} or self.crawler.engine is None:
            raise IgnoreRequest(f"robots.txt leads to {url}; nothing is asked for without knowing it")
        request = Request(url, callback=NO_CALLBACK, meta={"dont_obey_robotstxt": True, "expects": "robots"})
        try:
            return await self.crawler.engine.download_async(request)
        except NETWORK_TROUBLE as error:
            raise IgnoreRequest(
                f"robots.txt cannot be had ({trouble_of(error)}); nothing is asked for without knowing it"
            ) from None

    def _rules_in(self, response: Response) -> RobotParser | None:
        complaint = complaint_of(response, "robots")
        if complaint is None:
            # a file of two bytes a letter is read by its ASCII letters
            return ProtegoRobotParser.from_crawler(self.crawler, response.body.replace(b"\0", b""))
        if complaint.kind in {"gone", "token", "status"} and 400 <= response.status < 500:
            return None
        raise IgnoreRequest(f"robots.txt cannot be had ({complaint.reason}); nothing is asked for without knowing it")

    def _heeded(self, rules: RobotParser | None) -> RobotParser | None:
        distance = rules.crawl_delay(PRODUCT) or 0.0 if rules else 0.0
        if distance > self._job.pace.longest:
            raise IgnoreRequest(
                f"robots.txt asks for {distance:g} s between two requests, and no crawl can be so slow"
            )
        self._job.distance = max(self._job.distance, distance)
        return rules
