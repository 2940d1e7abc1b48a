"""What is wrong with a response, and whether waiting helps: 429, 5xx, captchas, pages where JSON was due, timeouts.

Nothing here evades a refusal: the crawl waits, asks again a few times as itself, and then stops.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
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
from twisted.internet.error import ConnectError, ConnectionClosed

from scrapers.job import Pace, job_of

log = logging.getLogger(__name__)

NETWORK_TROUBLE = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    # what Scrapy does not put into words of its own: no route to the host, no network
    ConnectError,
    ConnectionClosed,
)
"""What keeps an answer from coming. No `OSError`: one of these is our own disk, and no fault of the portal's."""

Kind = Literal["token", "gone", "too many", "server", "captcha", "garbled", "status"]


class Complaint(NamedTuple):
    """What is wrong with a response."""

    kind: Kind
    reason: str


def complaint_of(response: Response, expects: str) -> Complaint | None:
    """What is wrong with a response where `expects` ("json", "html" or "robots") was due; None when it is good."""
    status, body = response.status, response.body
    if status == 200 and expects == "json" and _ends(body) in {b"{}", b"[]"}:
        return None  # also where a contract's own words hold those of a captcha
    # pages ask for patience by a page, whatever their status; the interfaces by 429, and a page may come with it
    if status != 404 and (b"g-recaptcha" in body or (expects != "json" and b"429 Too" in body)):
        return Complaint("captcha", f"a captcha with status {status}{_asked_for(response)}")
    if status != 200:
        kind = _BY_STATUS.get(status, "server" if status >= 500 else "status")
        return Complaint(kind, f"status {status}{_asked_for(response)}")
    check = _BY_BODY.get(expects)
    return check(body) if check else None


def trouble_of(error: Exception) -> str:
    """What kept a response from coming, in words that say what to do where something can be done."""
    reasons = getattr(error.__cause__, "reasons", [])  # Twisted's, whose own words are those of a debugger
    told = ", ".join(f"{one.type.__name__}: {one.getErrorMessage()}" for one in reasons) or str(error)
    if _is_certificate(error):
        return (
            f"its certificate was refused ({told}): no authority known here vouches for it, it has expired, or it is "
            "another host's; set GOSZAKUP_CA_BUNDLE to the file with the portal's root certificate"
        )
    return f"{type(error).__name__}: {told}"


def _asked_for(response: Response) -> str:
    """Where a response leads, and when it wants to be asked again."""
    told = {"Location": ", which leads to ", "Retry-After": ", to be asked again after "}
    found = ((words, response.headers.get(name)) for name, words in told.items())
    return "".join(words + value.decode("latin-1")[:200] for words, value in found if value)


def _is_certificate(error: Exception) -> bool:
    return "certificate" in str(error) or "VerificationError" in str(error)


def _ends(body: bytes) -> bytes:
    """First and last letter; a page is long, so blanks are first looked for at its ends alone."""
    return (body[:99].lstrip() or body.lstrip())[:1] + (body[-99:].rstrip() or body.rstrip())[-1:]


def _not_json(body: bytes) -> Complaint:
    return Complaint("garbled", "a page instead of JSON" if _ends(body)[:1] == b"<" else "JSON that was cut short")


def _not_a_page(body: bytes) -> Complaint | None:
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
        wait = seconds_until(response.headers.get("Retry-After"), datetime.now(UTC))
        return self._again(request, complaint.kind, complaint.reason, wait) or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask again after trouble of the network."""
        vain = isinstance(exception, DownloadCancelledError) or _is_certificate(
            exception
        )  # too large, or not to trust
        if vain or not isinstance(exception, NETWORK_TROUBLE):
            return None
        return self._again(request, "server", trouble_of(exception))

    def _again(self, request: Request, kind: Kind, reason: str, wait: float = 0.0) -> Request | None:
        tried = int(request.meta.get("tried", 0)) + 1
        limit = self._pace.captcha_tries if kind == "captcha" else self._pace.tries
        if kind in {"token", "gone", "status"} or tried >= limit or wait > self._pace.longest:
            return None
        seconds = max(self._seconds(kind, tried), wait)
        log.warning("%s: %s; asking again in %g s (try %d of %d)", request.url, reason, seconds, tried + 1, limit)
        return request.replace(meta=request.meta | {"tried": tried, "wait": seconds}, dont_filter=True)

    def _seconds(self, kind: Kind, tried: int) -> float:
        if kind == "captcha":
            return self._pace.captcha
        if kind == "too many":
            return self._pace.too_many * tried
        return self._pace.server_error * 2.0 ** (tried - 1)


def seconds_until(retry_after: bytes | None, now: datetime) -> float:
    """How long `Retry-After` asks to wait: so many seconds, or until a date of HTTP; 0 where it says neither."""
    text = (retry_after or b"").decode("latin-1").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return 0.0
