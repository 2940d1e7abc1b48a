"""Scheduled crawls: which source is due, decided from the runs in the registry, and what follows a crawl."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Literal

from sqlalchemy import Engine, text

from cli.progress import say
from cli.publishing import checked, released
from ingest.installation import Installation, now
from ingest.load import open_loader
from ingest.retract import Retraction, read_retractions
from ingest.source import Source
from scrapers.crawl import CrawlResult, crawl
from scrapers.history import SAMPLE
from scrapers.job import PlanError

EVERY = {
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=28),
    "yearly": timedelta(days=365),
    "once": timedelta.max,
}
_SLACK = timedelta(hours=1)
"""A timer that fires a little early still finds yesterday's source due."""

_STANDS = "r.kind = 'crawl' AND r.state = 'finished' AND r.reason NOT LIKE :sample AND r.retracted_why = ''"
_LAST = f"""
SELECT r.started_at FROM run r JOIN source s ON s.id = r.source_id WHERE s.name = :name AND {_STANDS}
ORDER BY r.id DESC LIMIT 1
"""
_OWED = f"""
SELECT t.window_from FROM run t JOIN source s ON s.id = t.source_id
WHERE s.name = :name AND t.kind = 'crawl'
  AND (t.ref = :target OR t.id = (SELECT c.run_id FROM capture c WHERE c.ref = :target))
  AND NOT EXISTS (SELECT 1 FROM run r WHERE r.source_id = t.source_id AND {_STANDS}
    AND r.id > (SELECT a.id FROM run a WHERE a.ref = :after))
"""


def last_crawl(engine: Engine, name: str) -> str:
    """When the last crawl of a source that finished and stands had begun; blank if there was none."""
    with engine.connect() as connection:
        return connection.execute(text(_LAST), {"name": name, "sample": f"{SAMPLE}%"}).scalar() or ""


def first_day(engine: Engine, name: str, retractions: Sequence[Retraction]) -> str:
    """From when a crawl of a source has to read: its last crawl, or the window of one that was taken back after it.

    Returns:
        A day or an instant; blank for a crawl of everything, also where the last one is dated in a time to come: the
        clock was wrong then, and nobody knows since when.
    """
    last = last_crawl(engine, name)
    if last > now():
        say(f"{name}: its last crawl is dated {last[:10]}, which is yet to come; everything is asked for again")
        return ""
    since = [last]
    with engine.connect() as connection:
        for one in retractions:
            asked = {"name": name, "target": one.target, "after": one.after, "sample": f"{SAMPLE}%"}
            since += connection.execute(text(_OWED), asked).scalars()
    return min(since, key=lambda moment: moment[: len("YYYY-MM-DD")])


def due(engine: Engine, sources: dict[str, Source], at: datetime) -> list[Source]:
    """The portal sources whose declared frequency has gone by since their last finished crawl began.

    One whose last crawl begins later than now is due as well: the clock was wrong then, and waiting for that day would
    be waiting in silence (`first_day` says so).
    """
    found = []
    for source in sources.values():
        every = EVERY.get(source.frequency)
        if source.access != "goszakup" or every is None:
            continue
        last = last_crawl(engine, source.name)
        gone_by = at - datetime.fromisoformat(last) if last else timedelta.max
        if gone_by >= every - _SLACK or gone_by < timedelta(0):
            found.append(source)
    return found


def crawl_one(
    installation: Installation,
    source: Source,
    *,
    since: str = "",
    sample: int | None = None,
    via: str | None = None,
) -> CrawlResult:
    """Crawl one source into the registry, and tell what came of it."""
    engine = installation.engine()
    retractions = read_retractions(installation.retractions)
    since = since or first_day(engine, source.name, retractions)
    engine.dispose()
    access: Literal["graphql", "rest", "html"] | None = via  # type: ignore[assignment]  # click checked the choice
    result: CrawlResult = crawl(
        source,
        installation.home,
        partial(open_loader, installation.registry_url, source),
        now=now,
        access=access,
        since=since,
        sample=sample,
        retracted={retraction.target for retraction in retractions},
        environment=os.environ,
        apart=True,
    )
    say(
        f"{source.name}: run {result.run} {result.state}: {result.pages} pages, {result.rows} rows, "
        f"{result.rejected} rejected{': ' + result.reason if result.reason else ''}"
    )
    return result


def crawl_due(installation: Installation, sources: dict[str, Source], via: str | None = None) -> list[str]:
    """Crawl what is due, then check and release; gives the names of what failed.

    A source that cannot be asked (no token, an empty plan) is told and does not hold up the others.
    """
    engine = installation.engine()
    chosen = due(engine, sources, datetime.now(UTC))
    engine.dispose()
    if not chosen:
        say("nothing is due")
        return []
    failed = []
    for source in chosen:
        try:
            state = crawl_one(installation, source, via=via).state
        except PlanError as error:
            say(str(error))
            state = "not begun"
        if state != "finished":
            failed.append(source.name)
    engine = installation.engine()
    try:
        if not checked(installation, engine, sources):
            return failed or ["check"]
        released(installation, engine, sources)
    finally:
        engine.dispose()
    return failed
