"""A sink that keeps what it is given, and a crawl against the double."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from db.archive import Archive, Captured, Event, RunEnded, RunStarted
from db.words import Instrument, Measure, Relevance, YearBasis
from ingest.crawl_plan import CrawlPlan
from ingest.record import Batch, Deletion, Record, Rejected
from ingest.source import Expect, Licence, Source
from scrapers.crawl import CrawlResult, crawl
from scrapers.job import Pace
from tests.plain import plain
from tests.portal.double import PortalDouble
from tests.portal.invented import BODY, OTHER_BODY

QUICK = Pace(per_second=5000, too_many=0.01, server_error=0.01, captcha=0.02, timeout=1)


def now() -> str:
    """A clock that stands still."""
    return "2024-07-01T06:00:00Z"


def source(**changes: Any) -> Source:
    """A source over the double's two bodies."""
    values: dict[str, Any] = {
        "name": "kz_double", "title": "The double", "country": "KZ", "publisher": "nobody", "obtained": "invented",
        "url": "https://portal.invalid", "licence": Licence(name="none", publish="facts"), "frequency": "daily",
        "relevance": Relevance.UNDECIDED, "measure": Measure.CONTRACTED, "instrument": Instrument.CONTRACT,
        "currency": "KZT", "year_basis": YearBasis.BUDGET, "access": "goszakup", "invented": True,
        "crawl": CrawlPlan(customers=(BODY, OTHER_BODY), page_size=50), "expect": Expect(min={}),
    }  # fmt: skip
    return Source(**values | changes)


class Kept:
    """What a run gave."""

    def __init__(self, started: RunStarted | None = None) -> None:
        self.started = started
        self.batches: list[Batch] = []
        self.captures: list[Captured] = []
        self.ended: RunEnded | None = None

    def load(self, batch: Batch, captured: Captured) -> None:
        self.batches.append(batch)
        self.captures.append(captured)

    def finish(self, ended: RunEnded) -> str:
        self.ended = ended
        return "counts"

    @property
    def records(self) -> list[Record]:
        return [record for batch in self.batches for record in batch.records]

    @property
    def by_key(self) -> dict[str, Record]:
        return {record.key: record for record in self.records}

    @property
    def rejected(self) -> list[Rejected]:
        return [row for batch in self.batches for row in batch.rejected]

    @property
    def deletions(self) -> list[Deletion]:
        return [one for batch in self.batches for one in batch.deletions]


def crawled(double: PortalDouble, home: Path, way: str, **options: Any) -> tuple[CrawlResult, Kept]:
    """Crawl the double and keep what comes."""
    kept = Kept()

    def open_sink(started: RunStarted) -> Kept:
        kept.started = started
        return kept

    values = {"environment": double.environment(), "pace": QUICK, "now": now} | options
    declared = values.pop("source", None) or source()
    return crawl(declared, home, open_sink, access=way, **values), kept  # type: ignore[arg-type]


def events(home: Path) -> list[Event]:
    """The journal of an installation."""
    return list(Archive(home / "archive").events())


def captures(home: Path) -> list[Captured]:
    """The captures of an installation."""
    return [event for event in events(home) if isinstance(event, Captured)]


def facts(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Records as plain values, for comparing."""
    return [plain(record) for record in records]
