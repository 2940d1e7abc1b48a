"""A crawl that loads in a process of its own: the same records, and nothing lost with it."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from db.archive import Archive, Captured, RunEnded, RunStarted
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.load import open_loader
from ingest.reader import LayoutChangedError, Material
from ingest.record import Batch
from ingest.replay import close_interrupted
from scrapers.crawl import CrawlResult, crawl
from scrapers.intake import Intake
from scrapers.writer_apart import LoaderLostError, WriterApart
from tests.portal.double import PortalDouble, portal_double
from tests.scrapers.kept import QUICK, events, now, source

DECLARED = source()
STARTED = RunStarted(run="r", source=DECLARED.name, kind="crawl", at=now())
ENDED = RunEnded(run="r", at=now(), state="finished")


CAPTURED = Captured(
    ref="r/1", run="r", source=DECLARED.name, sha256="0" * 64, url="https://portal.invalid/v3/graphql", at=now(),
    byte_count=1, reader="goszakup_graphql",
)  # fmt: skip
BATCH = Batch(source=DECLARED.name, capture="r/1", rows=0)


def loaded(double: PortalDouble, home: Path, *, apart: bool) -> tuple[CrawlResult, list[tuple[Any, ...]]]:
    home.mkdir()
    engine = open_engine(registry_url(home))
    migrate(engine)
    result = crawl(
        DECLARED, home, partial(open_loader, registry_url(home), DECLARED), now=now, access="graphql",
        environment=double.environment(), pace=QUICK, apart=apart,
    )  # fmt: skip
    with engine.connect() as connection:
        rows = [
            tuple(row)
            for row in connection.execute(text("SELECT key, amount_minor, counted_why FROM record ORDER BY id"))
        ]
    engine.dispose()
    return result, rows


class Killed:
    """A sink whose process dies on the first batch, as by a machine that ran out of memory."""

    def __init__(self, started: RunStarted) -> None:
        self.started = started

    def load(self, _batch: Batch, _captured: Captured) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def finish(self, _ended: RunEnded) -> None:
        """Never reached."""


class UnportableError(Exception):
    """An error that cannot cross to another process."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one)
        self.other = other


class Failing(Killed):
    """A sink with a defect."""

    def load(self, _batch: Batch, _captured: Captured) -> None:
        raise UnportableError("cannot be written", "x")


def put_many(writer: WriterApart) -> None:
    for _ in range(1000):
        writer.put(BATCH, CAPTURED)


def test_the_same_records_as_in_one_process(tmp_path: Path) -> None:
    with portal_double() as double:
        here, expected = loaded(double, tmp_path / "here", apart=False)
        apart, found = loaded(double, tmp_path / "apart", apart=True)
    assert len(expected) > 5
    assert found == expected
    assert (apart.state, apart.rows, apart.rejected, apart.counts) == (
        here.state, here.rows, here.rejected, here.counts,
    )  # fmt: skip


def test_a_defect_of_the_sink_stops_the_crawl_at_the_next_batch_and_says_where_it_was_met() -> None:
    writer = WriterApart(Failing, STARTED)
    with pytest.raises(RuntimeError, match="cannot be written") as raised:
        put_many(writer)
    assert "in load" in str(raised.value)
    with pytest.raises(RuntimeError, match="cannot be written"):
        writer.put(BATCH, CAPTURED)
    with pytest.raises(RuntimeError, match="cannot be written"):
        writer.end(ENDED)


def test_a_defect_of_the_last_batch_is_raised_by_the_end() -> None:
    writer = WriterApart(Failing, STARTED)
    writer.put(BATCH, CAPTURED)
    with pytest.raises(RuntimeError, match="cannot be written"):
        writer.end(ENDED)


def test_a_page_of_another_layout_ends_the_run_as_failed(tmp_path: Path) -> None:
    migrate(engine := open_engine(registry_url(tmp_path)))
    writer = WriterApart(partial(open_loader, registry_url(tmp_path), DECLARED), STARTED)
    with pytest.raises(LayoutChangedError, match="rows have no contractNumberSys"):
        Intake(DECLARED, writer).put(Material(CAPTURED, b'{"data":{"Contract":[{"id":1}]}}'))
    writer.end(RunEnded(run="r", at=now(), state="failed", reason="layout"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT state, reason FROM run")).one() == ("failed", "layout")
    engine.dispose()


def test_a_loader_that_dies_leaves_its_pages_to_the_next_command(tmp_path: Path) -> None:
    migrate(engine := open_engine(registry_url(tmp_path)))
    with portal_double() as double, pytest.raises(LoaderLostError, match="ended with -9"):
        crawl(
            DECLARED, tmp_path, Killed, now=now, access="graphql", environment=double.environment(), pace=QUICK,
            apart=True,
        )  # fmt: skip
    assert not [event for event in events(tmp_path) if isinstance(event, RunEnded)]
    assert len(close_interrupted(engine, Archive(tmp_path / "archive"), {DECLARED.name: DECLARED})) == 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() > 5
    engine.dispose()
