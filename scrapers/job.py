"""One crawl: what it sets out to do, how fast it may go, and what has come of it so far."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from scrapy.crawler import Crawler

from db.archive import Archive, Captured, RunStarted
from ingest.checks import GOOD_RESPONSES
from ingest.reader import LayoutChangedError, Material, SourceRefusedError
from ingest.source import Source

Access = Literal["graphql", "rest", "html"]
ALMATY = ZoneInfo("Asia/Almaty")
"""The portal's local time."""


class TokenRefusedError(SourceRefusedError):
    """401 or 403: asking again cannot help."""


class CaptchaError(SourceRefusedError):
    """The portal keeps asking for a captcha: the crawl stops and does not go round it."""


class FilterIgnoredError(Exception):
    """The server answered with rows that the filter excludes: it ignored the filter, and nothing it sent is sure."""


class TooMuchError(Exception):
    """The plan asks for more than a crawl may take: asking again cannot help, the plan has to be narrower."""


class PlanError(Exception):
    """What was asked for cannot be crawled: an empty plan, no token, a way that does not exist."""


class Pace(msgspec.Struct, frozen=True):
    """How politely to ask. Seconds; `per_second` requests at most, one or two at a time.

    `longest` is the longest wait that the portal may ask for; where it asks for more, the next crawl takes it up.
    """

    per_second: float = 5.0
    too_many: float = 10.0
    server_error: float = 2.0
    captcha: float = 120.0
    longest: float = 900.0
    timeout: float = 90.0
    tries: int = 4
    captcha_tries: int = 3


class Window(msgspec.Struct, frozen=True):
    """A stretch of the portal's local time, both ends within it."""

    first: datetime
    last: datetime

    def written(self) -> tuple[str, str]:
        """Both ends as the interface wants them."""
        return (f"{self.first:%Y-%m-%d %H:%M:%S}", f"{self.last:%Y-%m-%d %H:%M:%S}")

    def holds(self, moment: str) -> bool:
        """Whether a moment of the portal, `YYYY-MM-DD HH:MM:SS`, lies within."""
        first, last = self.written()
        return first <= moment[:19] <= last


class Tally(msgspec.Struct):
    """What has come of a crawl so far."""

    responses: int = 0
    bad: int = 0
    pages: int = 0
    rejected: int = 0

    @property
    def enough_good(self) -> bool:
        """Whether the share of good responses is high enough to trust the run."""
        return self.responses == 0 or (self.responses - self.bad) / self.responses >= GOOD_RESPONSES


class Job(msgspec.Struct, kw_only=True):
    """What one crawl needs to know. The token is held here alone: never in a setting, a capture or a log line.

    `retracted` names the runs and captures of earlier crawls that were taken back: what they read is to be read again.
    `distance` is how many seconds robots.txt wants between two requests.
    """

    source: Source
    started: RunStarted
    archive: Archive
    access: Access
    api_url: str
    portal_url: str
    clock: Callable[[], str]
    put: Callable[[Material], int]
    windows: list[Window]
    sample: int | None = None
    retracted: Collection[str] = ()
    token: str = ""
    pace: Pace = Pace()
    distance: float = 0.0
    tally: Tally = msgspec.field(default_factory=Tally)
    captures: int = 0
    failure: str = ""
    refused: bool = False
    defect: BaseException | None = None
    gaps: list[str] = []
    unread: dict[str, None] = {}
    """Captures that wait to be read, in their order."""

    @property
    def is_full(self) -> bool:
        """Whether the whole of what the plan lists is asked for, and not a window of it."""
        return not self.windows

    @property
    def may_vanish(self) -> bool:
        """Whether a contract that is not seen may be taken for one that the portal no longer shows."""
        return self.is_full and self.sample is None

    @property
    def is_sampled_out(self) -> bool:
        """Whether a sample has all the pages it wanted."""
        return self.sample is not None and self.tally.pages >= self.sample

    def slice_of(self, role: str, number: str) -> str:
        """The part of the source that a full crawl of one BIN republishes whole; a window republishes nothing."""
        return f"{role} {number}" if self.may_vanish else ""

    @property
    def slice_of_search(self) -> str:
        """The part that a search gives: one of its own in every run, so that nothing can vanish from it.

        That a search does not find a contract any more says nothing about the contract.
        """
        return f"search of {self.started.run}"

    def next_ref(self) -> str:
        """The reference of the next capture."""
        self.captures += 1
        return f"{self.started.run}/{self.captures}"

    def stop_for(self, error: Exception) -> None:
        """Take note of what stopped the run: what the source sent, or a defect of our own."""
        if isinstance(error, FilterIgnoredError | LayoutChangedError | TooMuchError):
            self.fail(str(error), refused=True)
        elif isinstance(error, SourceRefusedError):
            self.fail(str(error))
        elif self.defect is None:
            self.defect = error

    def journal(self, captured: Captured) -> None:
        """Write a capture into the journal; what has a reader waits to be read from then on."""
        self.archive.write(captured)
        if captured.reader:
            self.unread[captured.ref] = None

    def read(self, material: Material) -> int:
        """Read a page of the journal and hand it on, as `put`."""
        self.unread.pop(material.capture.ref, None)
        return self.put(material)

    def fail(self, reason: str, *, refused: bool = False) -> None:
        """Remember why the run failed; the first reason holds. `refused`: the data is wrong, not the connection."""
        if not self.failure:
            self.failure, self.refused = reason, refused


class Fetched(msgspec.Struct, frozen=True):
    """A good response: its capture and its bytes."""

    captured: Captured
    body: bytes


def job_of(crawler: Crawler) -> Job:
    """The job of a crawl, for its middlewares."""
    job = getattr(crawler.spider, "job", None)
    if not isinstance(job, Job):
        raise TypeError("these middlewares serve spiders of the portal, which carry a job")
    return job


def windows_between(since: str, until: str, days: int, overlap: int) -> list[Window]:
    """The windows from a day (less the overlap) to an instant; none when there is no first day.

    Args:
        since: First day, YYYY-MM-DD, or an instant, in which case its day in Almaty; blank for no window.
        until: The instant the crawl began, ISO 8601 UTC.
        days: How many days one window holds at most.
        overlap: How many days the first window reaches back.
    """
    if not since:
        return []
    end = datetime.fromisoformat(until).astimezone(ALMATY).replace(tzinfo=None)
    start = datetime.combine(_local_day(since) - timedelta(days=overlap), datetime.min.time())
    found = []
    while start <= end:
        last = min(start + timedelta(days=days) - timedelta(seconds=1), end)
        found.append(Window(start, last))
        start = last + timedelta(seconds=1)
    return found


def _local_day(text: str) -> date:
    if len(text) == len("YYYY-MM-DD"):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(ALMATY).date()
