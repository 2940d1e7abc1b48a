"""A crawl that loads in a process of its own: the same records, and nothing lost with it."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from db.archive import Archive, Captured, RunEnded, RunStarted
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.words import AmountRole, Instrument, Measure, Relevance, YearBasis
from ingest.load import open_loader
from ingest.reader import LayoutChangedError, Material
from ingest.record import Batch, Party, Record, Sum
from ingest.replay import close_interrupted, runs_of
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


class Telling(Killed):
    """A sink that tells of its process in a file, and takes long where it is told to."""

    def __init__(self, folder: Path, slow: str, started: RunStarted) -> None:
        super().__init__(started)
        self.folder, self.slow = folder, slow
        told = {"pid": os.getpid(), "token": os.environ.get("GOSZAKUP_TOKEN")}
        (folder / "told.json").write_text(json.dumps(told))

    def load(self, _batch: Batch, _captured: Captured) -> None:
        if self.slow == "load":
            time.sleep(60)

    def finish(self, _ended: RunEnded) -> None:
        if self.slow == "finish":
            (self.folder / "finishing").touch()
            time.sleep(60)


CRAWL = """
import sys
from functools import partial
from pathlib import Path
from scrapers.writer_apart import WriterApart
from tests.scrapers.test_writer_apart import BATCH, CAPTURED, ENDED, STARTED, Telling
writer = WriterApart(partial(Telling, Path(sys.argv[1]), sys.argv[2]), STARTED)
for _ in range(20):
    writer.put(BATCH, CAPTURED)
writer.end(ENDED)
"""


def wait_for(what: Callable[[], bool]) -> bool:
    """Whether it comes about within half a minute."""
    return any(what() or time.sleep(0.05) for _ in range(600))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, reaped or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


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
    assert any("in load" in note for note in raised.value.__notes__)
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
    archive = Archive(tmp_path / "archive")
    assert len(close_interrupted(engine, archive, {DECLARED.name: DECLARED}, runs_of(archive))) == 1
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() > 5
    engine.dispose()


def test_an_error_that_holds_a_whole_page_crosses_while_the_crawl_sends_the_next(tmp_path: Path) -> None:
    """Both pipes may be full: an error with the values of a page must not wait for a crawl that waits itself."""
    migrate(engine := open_engine(registry_url(tmp_path)))
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER full BEFORE INSERT ON record BEGIN SELECT raise(ABORT, 'the disk is full'); END")
        )
    engine.dispose()
    page = [
        Record(
            key=str(n), measure=Measure.CONTRACTED, instrument=Instrument.CONTRACT, relevance=Relevance.MEDIA,
            payer=Party("Выдуманный акимат"), amount=Sum(AmountRole.AMOUNT, n, "KZT"), year=2024,
            year_basis=YearBasis.BUDGET, locator=f"/{n}", subject="Освещение выдуманных событий " * 60,
        )
        for n in range(200)
    ]  # fmt: skip
    writer = WriterApart(partial(open_loader, registry_url(tmp_path), DECLARED), STARTED)
    met: list[BaseException] = []

    def crawl_on() -> None:
        try:
            for n in range(50):
                captured = msgspec.structs.replace(CAPTURED, ref=f"r/{n}")
                writer.put(Batch(source=DECLARED.name, capture=captured.ref, rows=200, records=page), captured)
        except BaseException as error:  # noqa: BLE001 - looked at below
            met.append(error)

    crawling = threading.Thread(target=crawl_on, daemon=True)
    crawling.start()
    crawling.join(30)
    assert not crawling.is_alive()
    assert isinstance(met[0], IntegrityError)
    assert "the disk is full" in str(met[0])
    with pytest.raises(IntegrityError):
        writer.end(ENDED)


@pytest.mark.parametrize("slow", ["load", "finish"])
def test_a_loader_whose_crawl_is_killed_is_gone_at_once(tmp_path: Path, slow: str) -> None:
    """Also while it loads, with as much waiting as may wait, and while it ends the run."""
    (tmp_path / "queue.py").write_text("raise SystemExit('a file of this folder was taken for a module')")
    crawling = subprocess.Popen(
        [sys.executable, "-P", "-c", CRAWL, str(tmp_path), slow], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "GOSZAKUP_TOKEN": "not-a-token"},
    )  # fmt: skip
    try:
        sign = tmp_path / ("told.json" if slow == "load" else "finishing")
        assert wait_for(sign.exists)
        assert wait_for(lambda: bool((tmp_path / "told.json").read_text()))
        told = json.loads((tmp_path / "told.json").read_text())
        assert told["token"] is None
        assert not is_gone(told["pid"])
    finally:
        crawling.kill()
        crawling.wait()
    began = time.monotonic()
    assert wait_for(lambda: is_gone(told["pid"]))
    assert time.monotonic() - began < 20, "the sink sleeps for a minute"


def test_an_interrupt_while_the_loader_starts_is_the_crawls(tmp_path: Path) -> None:
    writer = WriterApart(partial(Telling, tmp_path, ""), STARTED)
    for number in (signal.SIGINT, signal.SIGTERM):
        os.kill(writer._process.pid, number)
    writer.put(BATCH, CAPTURED)
    assert writer.end(ENDED) is None


def test_a_sink_that_cannot_be_sent_starts_nothing() -> None:
    class Local(Killed):
        """A class that pickle does not find."""

    with pytest.raises((pickle.PicklingError, AttributeError)):
        WriterApart(Local, STARTED)
