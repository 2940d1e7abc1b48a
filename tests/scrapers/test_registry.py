"""Crawls into the registry: loaded once, counted once, killed in the middle, built again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.crawl_plan import CrawlPlan
from ingest.load import Loader
from ingest.replay import close_interrupted, replay, runs_of
from ingest.source import Source
from scrapers.crawl import CrawlResult, crawl
from tests.portal.double import Fault, PortalDouble, portal_double
from tests.portal.invented import BODY, contract, invented_contracts
from tests.scrapers.kept import QUICK, now, source

EVERYTHING = "SELECT key, root_key, counted, counted_why, amount_minor, year, status, version FROM record ORDER BY key"


def loaded(
    double: PortalDouble, engine: Engine, home: Path, way: str, declared: Source, **options: Any
) -> CrawlResult:
    return crawl(
        declared, home, lambda started: Loader(engine, declared, started), now=now, access=way,  # type: ignore[arg-type]
        environment=double.environment(), pace=QUICK, **options,
    )  # fmt: skip


def new_registry(home: Path) -> Engine:
    home.mkdir(exist_ok=True)
    engine = open_engine(registry_url(home))
    migrate(engine)
    return engine


def rows(engine: Engine, sql: str = EVERYTHING) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def counted(engine: Engine, measure: str = "contracted") -> dict[str, int]:
    return {
        str(row[0]): int(row[1])
        for row in rows(engine, f"SELECT key, amount_minor FROM record WHERE counted AND measure = '{measure}'")
    }


def test_every_contract_counts_once(sqlite_engine: Engine, tmp_path: Path) -> None:
    with portal_double() as double:
        result = loaded(double, sqlite_engine, tmp_path, "graphql", source())
    assert (result.counts.inserted, result.counts.rejected) == (27, 0)
    found = counted(sqlite_engine)
    assert "70000002" not in found  # replaced by its supplementary agreement
    assert found["70000003"] == 168_028
    assert not {"70000004", "70000005", "70000006", "70000007", "70000010"} & set(found)  # terminated, void, deleted
    assert "70000009" not in found
    assert found["70000009:2023"] + found["70000009:2024"] == 112_000
    assert len({"70000016", "70000017"} & set(found)) == 1  # the rights went over: one of the two
    assert counted(sqlite_engine, "paid") == {
        "70000001:paid": 50_000, "70000004:paid": 33_600, "70000009:2023:paid": 10_000, "70000009:2024:paid": 5_050,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("older", "newer", "expected"),
    [
        (455, 190, ["70000002"]),  # replaced
        (450, 190, ["70000002"]),
        (455, 340, []),  # the newest is terminated: what was agreed before does not come back
        (190, 330, []),  # the newest never took effect: nothing of the root counts
        (455, 455, ["70000002"]),  # a newer version exists and was not read: the newest known stands in
        (190, 190, ["70000002"]),
    ],
)
def test_of_two_versions_at_most_one_counts(
    sqlite_engine: Engine, tmp_path: Path, older: int, newer: int, expected: list[str]
) -> None:
    rows = [
        contract(70_000_001, refContractStatusId=older),
        contract(
            70_000_002, refContractStatusId=newer, rootId=70_000_001, contractNumberSys=f"{BODY}/230001/01",
        ),
    ]  # fmt: skip
    with portal_double(contracts=rows) as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", MANY_SOURCE)
    assert list(counted(sqlite_engine)) == expected


def test_a_hole_in_the_crawl_lets_a_superseded_version_stand(sqlite_engine: Engine, tmp_path: Path) -> None:
    with portal_double(contracts=[contract(70_000_001, refContractStatusId=455)]) as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", MANY_SOURCE)
    assert list(counted(sqlite_engine)) == ["70000001"]


def test_the_same_crawl_again_changes_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    with portal_double() as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", source())
        before = rows(sqlite_engine)
        again = loaded(double, sqlite_engine, tmp_path, "graphql", source())
    assert (again.counts.unchanged, again.counts.inserted, again.counts.updated, again.counts.vanished) == (
        27,
        0,
        0,
        0,
    )
    assert rows(sqlite_engine) == before


def test_a_contract_that_left_the_list_vanishes_and_a_window_makes_nothing_vanish(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    with portal_double() as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", source())
        double.contracts = [one for one in double.contracts if one["id"] != 70_000_001]
        windowed = loaded(double, sqlite_engine, tmp_path, "graphql", source(), since="2024-06-15")
        whole = loaded(double, sqlite_engine, tmp_path, "graphql", source())
    assert windowed.counts.vanished == 0
    assert whole.counts.vanished == 2
    assert "70000001" not in counted(sqlite_engine)


def test_one_contract_by_two_ways_is_one_contract(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A crawl without a token after one with it may not double a sum."""
    with portal_double() as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", source())
        loaded(double, sqlite_engine, tmp_path, "html", source())
    found = counted(sqlite_engine)
    assert found["70000003"] == 168_028
    assert "70000002" not in found


def test_the_journal_takes_a_contract_out_of_the_count(sqlite_engine: Engine, tmp_path: Path) -> None:
    journal = [
        {
            "action": "D", "object_id": number, "date_action": "2024-06-20 09:51:00", "service_name": "contract",
            "service_title": "Реестр договоров", "url": "",
        }
        for number in (70_000_001, 70_000_009)
    ]  # fmt: skip
    with portal_double(journal=journal) as double:
        loaded(double, sqlite_engine, tmp_path, "graphql", source())
        assert "70000001" in counted(sqlite_engine)
        loaded(double, sqlite_engine, tmp_path, "graphql", source(), since="2024-06-15")
    assert "70000001" not in counted(sqlite_engine)
    assert not [key for key in counted(sqlite_engine) if key.startswith("70000009")]
    assert counted(sqlite_engine, "paid") == {"70000004:paid": 33_600}
    assert "70000003" in counted(sqlite_engine)


def entry(action: str, number: int, at: str) -> dict[str, Any]:
    return {"action": action, "object_id": number, "date_action": at, "service_name": "contract", "url": ""}


@pytest.mark.parametrize("page_limit", [1, 50])
@pytest.mark.parametrize("way", ["graphql", "rest"])
def test_what_the_journal_has_again_after_it_deleted_it_counts_again(
    sqlite_engine: Engine, tmp_path: Path, way: str, page_limit: int
) -> None:
    """It was deleted anew by each window that reached back to its deletion, and then for good."""
    journal = [
        entry("U", 70_000_003, "2024-06-19 09:00:00"), entry("D", 70_000_001, "2024-06-20 09:51:00"),
        entry("D", 70_000_003, "2024-06-20 09:51:00"), entry("U", 70_000_001, "2024-06-20 12:00:00"),
        entry("U", 70_000_007, "2024-06-20 12:00:00"),
    ]  # fmt: skip
    with portal_double(journal=journal) as double:
        loaded(double, sqlite_engine, tmp_path, way, source())
        double.page_limit = page_limit
        for _ in range(2):
            loaded(double, sqlite_engine, tmp_path, way, source(), since="2024-06-15")
            assert "70000001" in counted(sqlite_engine)
            assert "70000001:paid" in counted(sqlite_engine, "paid")
            assert "70000003" not in counted(sqlite_engine)
            assert "70000007" not in counted(sqlite_engine)  # its own row says that it is deleted


@pytest.mark.parametrize("way", ["graphql", "rest", "html"])
def test_a_rebuild_gives_the_same_registry(sqlite_engine: Engine, tmp_path: Path, way: str) -> None:
    with portal_double() as double:
        loaded(double, sqlite_engine, tmp_path, way, source())
    again = new_registry(tmp_path / "again")
    declared = source()
    assert replay(again, Archive(tmp_path / "archive"), {declared.name: declared}) > 0
    assert rows(again) == rows(sqlite_engine)
    again.dispose()


LONGEST_STOP = 5
"""Seconds from a signal to the end; two on an idle machine."""

KILLED = """
import sys
from functools import partial
from pathlib import Path
from db.engine import registry_url
from ingest.load import open_loader
from scrapers.crawl import crawl
from scrapers.job import Pace
from tests.scrapers.kept import now
from tests.scrapers.test_registry import MANY_SOURCE
home, way, address, token = Path(sys.argv[1]), *sys.argv[2:]
crawl(
    MANY_SOURCE, home, partial(open_loader, registry_url(home), MANY_SOURCE), now=now, access=way,
    pace=Pace(per_second=40), apart=True,
    environment={"GOSZAKUP_API_URL": address, "GOSZAKUP_PORTAL_URL": address, "GOSZAKUP_TOKEN": token},
)
"""
MANY_SOURCE = source(crawl=CrawlPlan(customers=(BODY,), page_size=50))
MANY = [
    *(contract(70_100_000 + number) for number in range(1, 41)),
    *(one for one in invented_contracts() if one["customerBin"] == BODY),
]


@pytest.mark.parametrize("way", ["graphql", "html"])
def test_a_crawl_killed_in_the_middle_is_completed_by_the_next(tmp_path: Path, way: str) -> None:
    """kill -9 between two pages: what was captured is loaded, the next crawl brings the rest, nothing is doubled."""
    home, clean = tmp_path / "home", tmp_path / "clean"
    engines = {folder: new_registry(folder) for folder in (home, clean)}
    with portal_double(contracts=MANY, page_limit=3) as double:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        arguments = [sys.executable, "-c", KILLED, str(home), way, double.url, double.environment()["GOSZAKUP_TOKEN"]]
        process = subprocess.Popen(arguments, env=environment)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            if rows(engines[home], "SELECT count(*) FROM record")[0][0] >= 4:
                break
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it was over before it could be killed"

        sources = {MANY_SOURCE.name: MANY_SOURCE}
        archive = Archive(home / "archive")
        assert len(close_interrupted(engines[home], archive, sources, runs_of(archive))) == 1
        half = len(rows(engines[home]))
        result = loaded(double, engines[home], home, way, MANY_SOURCE)
        loaded(double, engines[clean], clean, way, MANY_SOURCE)
    assert (result.state, result.complete) == ("finished", True)
    assert 4 <= half < len(rows(engines[clean]))
    assert rows(engines[home]) == rows(engines[clean])
    assert len({row[0] for row in rows(engines[home])}) == len(rows(engines[home]))
    for engine in engines.values():
        engine.dispose()


@pytest.mark.parametrize(
    ("number", "way", "fault"),
    [
        (signal.SIGTERM, "html", Fault("captcha", "/cpublic/show", after=5, times=99)),  # it waits two minutes
        (signal.SIGINT, "graphql", Fault("hanging", "/v3/graphql", after=2, times=99)),  # no answer comes
    ],
    ids=["SIGTERM in a pause", "SIGINT in a request"],
)
def test_an_interrupt_ends_the_run_in_order_and_at_once(
    tmp_path: Path, number: signal.Signals, way: str, fault: Fault
) -> None:
    engine = new_registry(tmp_path)
    with portal_double(contracts=MANY, page_limit=3, faults=[fault]) as double:
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        arguments = [
            sys.executable,
            "-c",
            KILLED,
            str(tmp_path),
            way,
            double.url,
            double.environment()["GOSZAKUP_TOKEN"],
        ]
        process = subprocess.Popen(arguments, env=environment)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and fault.seen <= fault.after:
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(number)
        asked = time.monotonic()
        assert process.wait(timeout=20) == 0
        assert time.monotonic() - asked < LONGEST_STOP
    ((state, reason, count),) = rows(engine, "SELECT state, reason, rows FROM run")
    assert (state, count) == ("failed", len(rows(engine)))
    assert count >= 5
    assert f"stopped by {number.name}" in reason
    engine.dispose()
