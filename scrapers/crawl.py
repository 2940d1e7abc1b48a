"""Crawls one portal source: checks what was asked for, runs the spider, ends the run."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from db.archive import Archive, RunEnded, RunStarted, new_run
from ingest.crawl_plan import EARLIEST, CrawlPlan
from ingest.source import Source
from scrapers.doors import doors_of
from scrapers.history import SAMPLE
from scrapers.intake import Intake
from scrapers.job import Access, Job, Pace, PlanError, Window, windows_between
from scrapers.loop import run_spider
from scrapers.portal import PortalSpider
from scrapers.redact import redacted_logs
from scrapers.settings import settings_for
from scrapers.sink import OpenSink
from scrapers.spiders.goszakup_graphql import GoszakupGraphqlSpider
from scrapers.spiders.goszakup_html import GoszakupHtmlSpider
from scrapers.spiders.goszakup_rest import GoszakupRestSpider
from scrapers.writer import Writer, WriterThread
from scrapers.writer_apart import WriterApart

HTML_PER_SECOND = 1.4
"""Pages of the public register are asked for more slowly than the interface made for programs."""

SPIDERS: Mapping[Access, type[PortalSpider]] = {
    "graphql": GoszakupGraphqlSpider,
    "rest": GoszakupRestSpider,
    "html": GoszakupHtmlSpider,
}


class CrawlResult(msgspec.Struct, kw_only=True):
    """What came of one crawl.

    `refused` says that the data was wrong (a filter ignored, another layout), so that asking again cannot help;
    a failed run that is not refused may be tried again.
    """

    run: str
    state: str
    reason: str
    complete: bool
    refused: bool
    window_from: str
    window_to: str
    pages: int
    rows: int
    rejected: int
    responses: int
    responses_bad: int
    counts: Any = None


def crawl(
    source: Source,
    home: Path,
    open_sink: OpenSink,
    *,
    now: Callable[[], str],
    access: Access | None = None,
    since: str = "",
    sample: int | None = None,
    retracted: Collection[str] = (),
    environment: Mapping[str, str] = os.environ,
    pace: Pace | None = None,
    apart: bool = False,
) -> CrawlResult:
    """Crawl a portal source into the archive and a sink; may be called again in the same process.

    Args:
        source: The declared source; its plan says whose contracts are asked for.
        home: The installation; its `archive/` takes every response.
        open_sink: Opens the registry's loader for the run, in the thread or process that will load.
        now: The clock, as the journal writes instants (ISO 8601 UTC).
        access: The way; with a token GraphQL unless told otherwise.
        since: First day of the window or the instant the last run began; blank for a full crawl of the plan.
        sample: Stop after this many pages.
        retracted: Runs and captures that were taken back; what they read is asked for again.
        environment: GOSZAKUP_TOKEN, GOSZAKUP_CA_BUNDLE, GOSZAKUP_API_URL, GOSZAKUP_PORTAL_URL.
        pace: How politely to ask; by default 5 requests a second at most, 1.4 for the public pages.
        apart: Load in a process of its own; `open_sink` must then be picklable.

    Returns:
        How the run ended. A run that failed is in the archive and in the registry as failed.

    Raises:
        PlanError: an empty plan, no token for a way that needs one, a setting that cannot be meant (`doors_of`), or a
            first day that is yet to come; nothing was asked of the portal.
        Exception: a defect of a reader, which ends the run as failed first; or what the sink raised, which leaves it
            open for the next command (`ingest.replay.close_interrupted`).
    """
    began = now()
    doors = doors_of(environment, began)
    way = access or ("graphql" if doors.token else None)
    _check(source, way, doors.token)
    if way is None:
        raise _without_token(source)
    windows = _windows(source, since, began)
    archive = Archive(home / "archive")
    started = RunStarted(
        run=new_run(source.name, began),
        source=source.name,
        kind="crawl",
        at=began,
        window_from=windows[0].written()[0] if windows else "",
        window_to=began,
    )
    archive.write(started)
    writer: Writer = (WriterApart if apart else WriterThread)(open_sink, started)
    intake = Intake(source, writer)
    job = Job(
        source=source,
        started=started,
        archive=archive,
        access=way,
        api_url=doors.api_url,
        portal_url=doors.portal_url,
        clock=now,
        put=intake.put,
        windows=windows,
        sample=sample,
        retracted=retracted,
        token=doors.token,
        pace=pace or Pace(per_second=HTML_PER_SECOND if way == "html" else Pace().per_second),
        gaps=[],
    )
    try:
        with redacted_logs(doors.token):
            run_spider(SPIDERS[way], settings_for(job.pace), job, doors.ca_bundle)
    except BaseException as error:
        job.fail(f"{type(error).__name__}: {error}")
        _end(archive, writer, job, now())
        raise
    if job.defect is not None:
        job.fail(f"{type(job.defect).__name__}: {job.defect}")
    ended, counts = _end(archive, writer, job, now())
    if job.defect is not None:
        raise job.defect
    return CrawlResult(
        run=started.run,
        state=ended.state,
        reason=ended.reason,
        complete=ended.complete,
        refused=job.refused,
        window_from=started.window_from,
        window_to=started.window_to,
        pages=job.tally.pages,
        rows=intake.rows,
        rejected=intake.rejected,
        responses=job.tally.responses,
        responses_bad=job.tally.bad,
        counts=counts,
    )


_WITHOUT_ONE = (
    "{name}: GOSZAKUP_TOKEN is not set. A token is given by letter to the operator, АО «Центр электронных финансов» "
    "(ecc.kz); put it into GOSZAKUP_TOKEN. Without one the public register can be read: --via html"
)
_BUT_NOT_SEARCHED = ", of the customers and suppliers; phrases: cannot be searched for there and have to come out"


def _without_token(source: Source) -> PlanError:
    phrases = source.crawl is not None and source.crawl.phrases
    return PlanError(_WITHOUT_ONE.format(name=source.name) + (_BUT_NOT_SEARCHED if phrases else ""))


def _windows(source: Source, since: str, began: str) -> list[Window]:
    """The windows to ask for; none for a full crawl, which is only made where no first day is given."""
    plan = source.crawl or CrawlPlan()
    first = since or plan.since
    if first and first < str(EARLIEST):
        raise PlanError(f"{source.name}: the window begins on {first[:10]}, before {EARLIEST}")
    found = windows_between(first, began, plan.window_days, plan.overlap_days)
    if first and not found:
        raise PlanError(f"{source.name}: the window begins on {first[:10]}, and that day is yet to come")
    return found


def _check(source: Source, way: Access | None, token: str) -> None:
    if source.access != "goszakup":
        instead = "requests answer REQUEST FILE…" if source.access == "answers" else f"ingest {source.name} FILE…"
        raise PlanError(f"{source.name} is no portal source; it comes in with: mediacontracts {instead}")
    if source.crawl is None or source.crawl.is_empty:
        raise PlanError(
            f"{source.name}: its plan lists no supplier, no customer and no phrase; the portal is never crawled "
            f"whole. List BINs under crawl: in {source.name}.yml"
        )
    if way is not None and source.crawl.phrases and SPIDERS[way].cannot_search:
        raise PlanError(
            f"{source.name}: its plan lists phrases, but {SPIDERS[way].cannot_search}; crawl it with --via graphql, "
            f"or take phrases: out of {source.name}.yml"
        )
    if way is not None and SPIDERS[way].needs_token and not token:
        raise _without_token(source)


def _shortfall(job: Job) -> str:
    """What a finished run did not see."""
    if job.sample is not None:
        return f"{SAMPLE} of {job.sample} pages"
    return f"{len(job.gaps)} that were asked for could not be had: {job.gaps[0]}" if job.gaps else ""


def _end(archive: Archive, writer: Writer, job: Job, at: str) -> tuple[RunEnded, Any]:
    """End the run in the sink, then in the journal.

    Where the sink fails, the journal leaves the run open: the next command loads what was captured, and closes it.
    """
    tally = job.tally
    if not job.failure and not tally.enough_good:
        such_as = f", such as: {job.gaps[0]}" if job.gaps else ""
        job.fail(f"only {tally.responses - tally.bad} of {tally.responses} responses were good{such_as}")
    ended = RunEnded(
        run=job.started.run,
        at=at,
        state="failed" if job.failure else "finished",
        reason=job.failure or _shortfall(job),
        # a row that could not be read is still shown by its source: nothing may be taken for vanished beside it
        complete=not (job.failure or job.windows or job.sample or job.gaps or tally.rejected),
        responses=tally.responses,
        responses_bad=tally.bad,
        unread=list(job.unread),
    )
    counts = writer.end(ended)
    archive.write(ended)
    return ended, counts
