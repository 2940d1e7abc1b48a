"""What is wrong with a response, and whether waiting helps: 429, 5xx, captchas, pages where JSON was due, timeouts.

Nothing here evades a refusal: the crawl waits, asks again a few times as itself, and then stops.
"""

from __future__ import annotations

import logging
from typing import Literal, NamedTuple, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Response

from scrapers.job import Pace, job_of

log = logging.getLogger(__name__)

NETWORK_TROUBLE = (
    OSError,
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)

Kind = Literal["token", "gone", "too many", "server", "captcha", "garbled", "status"]


class Complaint(NamedTuple):
    """What is wrong with a response."""

    kind: Kind
    reason: str


def complaint_of(response: Response, expects: str) -> Complaint | None:
    """What is wrong with a response where `expects` ("json", "html" or "robots") was due; None when it is good."""
    status = response.status
    kind = _BY_STATUS.get(status, "server" if status >= 500 else "status")
    if status != 200:
        return Complaint(kind, f"status {status}")
    check = _BY_BODY.get(expects)
    return check(response.body) if check else None


def _not_json(body: bytes) -> Complaint | None:
    ends = body.strip()[:1] + body.strip()[-1:]
    if ends in {b"{}", b"[]"}:
        return None
    if b"g-recaptcha" in body or b"429 Too" in body:
        return Complaint("captcha", "a captcha instead of JSON")
    return Complaint("garbled", "a page instead of JSON" if ends[:1] == b"<" else "JSON that was cut short")


def _not_a_page(body: bytes) -> Complaint | None:
    if b"g-recaptcha" in body or b"429 Too" in body:
        return Complaint("captcha", "a captcha with status 200")
    if body.lstrip()[:1] == b"{":
        return Complaint("garbled", f"JSON instead of a page: {body[:200].decode(errors='replace')}")
    if b"</html>" not in body[-2000:].lower():
        return Complaint("garbled", "a page that was cut short")
    return None


_BY_STATUS: dict[int, Kind] = {401: "token", 403: "token", 404: "gone", 408: "server", 429: "too many"}
_BY_BODY = {"json": _not_json, "html": _not_a_page}


class PatienceMiddleware:
    """Asks again where waiting may help. Takes the place of Scrapy's own retrying."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Take the pace of the crawl's job."""
        return cls(job_of(crawler).pace)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass a response on, or ask again after a pause."""
        complaint = complaint_of(response, request.meta.get("expects", "robots"))
        if complaint is None:
            return response
        return self._again(request, complaint.kind, complaint.reason) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again after trouble of the network."""
        if not isinstance(exception, NETWORK_TROUBLE):
            return None
        return self._again(request, "server", f"{type(exception).__name__}: {exception}")

    def _again(self, request: Request, kind: Kind, reason: str) -> Request | None:
        tried = int(request.meta.get("tried", 0)) + 1
        limit = self._pace.captcha_tries if kind == "captcha" else self._pace.tries
        if kind in {"token", "gone", "status"} or tried >= limit:
            return None
        seconds = self._seconds(kind, tried)
        log.warning("%s: %s; asking again in %g s (try %d of %d)", request.url, reason, seconds, tried + 1, limit)
        return request.replace(meta=request.meta | {"tried": tried, "wait": seconds}, dont_filter=True)

    def _seconds(self, kind: Kind, tried: int) -> float:
        if kind == "captcha":
            return self._pace.captcha
        if kind == "too many":
            return self._pace.too_many * tried
        return self._pace.server_error * 2.0 ** (tried - 1)
