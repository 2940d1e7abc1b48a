"""`crawl --due` as a timer calls it: due by the registry, the sample portal over loopback, checks, a release."""

from __future__ import annotations

import json
import sqlite3
import threading
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from commands import mediacontracts, mediacontracts_here
from sqlalchemy import create_engine, text

from cli.sample.contracts import customers, sample_contracts
from cli.sample_portal import handler_of, sample_portal
from cli.schedule import due
from db.archive import RunEnded, RunStarted
from ingest.installation import Installation
from ingest.load import Loader

DECLARED = """\
name: {name}
title: Sample portal (invented)
country: KZ
publisher: nobody; the portal is invented
obtained: served by this test
url: https://sample-portal.invalid
licence: {{name: Invented data, publish: files}}
frequency: {frequency}
relevance: media
measure: contracted
instrument: contract
currency: KZT
year_basis: budget
lang: ru
invented: true
access: goszakup
crawl:
  customers: ["{customer}"]
expect:
  min: {{records: 1}}
"""

CUSTOMER = customers()[0]
SHOWN = [contract for contract in sample_contracts() if contract.customer_bin == CUSTOMER][:2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "zz_sample.yml").write_text(DECLARED.format(name="zz_sample", frequency="daily", customer=CUSTOMER))
    # an installation's own yml stands in for the shipped one of the same name
    (sources / "kz_goszakup.yml").write_text(DECLARED.format(name="kz_goszakup", frequency="never", customer=CUSTOMER))
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal of these tests is asked without the distance that a real one is owed."""
    monkeypatch.setattr("scrapers.crawl.HTML_PER_SECOND", 50)


def runs(home: Path) -> list[tuple[str, str, int]]:
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT s.name, r.state, r.inserted FROM run r JOIN source s ON s.id = r.source_id ORDER BY r.id")
        ).all()
    engine.dispose()
    return [(row.name, row.state, row.inserted) for row in found]


def backdate(home: Path, instant: str) -> None:
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET started_at = :at"), {"at": instant})
    engine.dispose()


def test_what_is_due_is_crawled_checked_and_released_and_then_nothing_is_due(home: Path, quick: None) -> None:
    with sample_portal(SHOWN[:1]) as address:
        first = mediacontracts(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
        assert first.returncode == 0, first.stderr
        again = mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
        assert again.returncode == 0, again.stderr
        assert "nothing is due" in again.stderr + again.stdout
        assert runs(home) == [("zz_sample", "finished", 1)]
        current = home / "releases" / "current"
        manifest = json.loads((current / "sample_manifest.json").read_text(encoding="utf-8"))
        assert manifest["release"].startswith("sample-")

    backdate(home, "2026-01-01T00:00:00Z")
    with sample_portal(SHOWN) as address:
        third = mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
        assert third.returncode == 0, third.stderr
    assert runs(home) == [("zz_sample", "finished", 1), ("zz_sample", "finished", len(SHOWN) - 1)]
    release = sqlite3.connect(current / "sample_media_contracts.db")
    earlier = release.execute("SELECT name, records FROM releases").fetchall()
    release.close()
    assert earlier == [(manifest["release"], 1)]


def test_a_crawl_from_before_the_clock_was_put_back_is_no_reason_to_wait(home: Path, quick: None) -> None:
    with sample_portal(SHOWN[:1]) as address:
        for _ in range(2):
            done = mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
            assert done.returncode == 0, done.stderr
            if len(runs(home)) == 1:
                backdate(home, "2099-01-01T00:00:00Z")
        assert [state for _, state, _ in runs(home)] == ["finished", "finished"]
        again = mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
    assert "nothing is due" in again.stderr + again.stdout


def test_without_a_token_it_says_what_to_do_and_fails(home: Path) -> None:
    done = mediacontracts_here(home, "crawl", "--due")
    assert done.returncode == 1
    assert "GOSZAKUP_TOKEN is not set" in done.stderr
    assert not (home / "releases" / "current").exists()


@pytest.mark.parametrize(
    ("frequency", "last", "expected"),
    [
        ("yearly", "", True), ("once", "", True), ("never", "", False),
        ("yearly", "2026-07-01T00:00:00Z", False), ("yearly", "2025-05-01T00:00:00Z", True),
        ("once", "2016-01-01T00:00:00Z", False),
        ("monthly", "2026-06-10T00:00:00Z", False), ("weekly", "2026-06-20T00:00:00Z", True),
        ("daily", "2026-06-29T00:30:00Z", True),
        # a clock that was wrong: nothing would be due for as long as it was ahead, and nobody would be told
        ("daily", "2099-01-01T00:00:00Z", True),
    ],
)  # fmt: skip
def test_what_is_due(home: Path, frequency: str, last: str, expected: bool) -> None:
    (home / "sources" / "zz_sample.yml").write_text(
        DECLARED.format(name="zz_sample", frequency=frequency, customer=CUSTOMER), encoding="utf-8"
    )
    mediacontracts_here(home, "check")
    sources = Installation(home).sources()
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    if last:
        source = sources["zz_sample"]
        loader = Loader(engine, source, RunStarted(run="one", source="zz_sample", kind="crawl", at=last))
        loader.finish(RunEnded(run="one", at=last, state="finished", complete=True))
    found = due(engine, sources, datetime(2026, 7, 1, tzinfo=UTC))
    engine.dispose()
    assert ("zz_sample" in {one.name for one in found}) is expected


class Rebuilt:
    """A portal that was rebuilt: every address answers with another page."""

    def page(self, _path: str) -> str:
        return "<html><body><h1>Новый портал</h1></body></html>"


def test_a_rebuilt_portal_fails_the_run_and_leaves_the_release_as_it_was(home: Path, quick: None) -> None:
    with sample_portal(SHOWN) as address:
        mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=address)
    before = (home / "releases" / "current").readlink()
    backdate(home, "2026-01-01T00:00:00Z")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(Rebuilt()))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        other = f"http://127.0.0.1:{server.server_port}"
        done = mediacontracts_here(home, "crawl", "--due", "--via", "html", GOSZAKUP_PORTAL_URL=other)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 1, done.stderr
    assert "zz_sample" in done.stderr
    assert runs(home)[-1][:2] == ("zz_sample", "failed")
    assert (home / "releases" / "current").readlink() == before
