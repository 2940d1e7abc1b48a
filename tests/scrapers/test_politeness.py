"""How a crawl asks: honestly, slowly, patiently, and never past a refusal; what it archives and what it logs."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path

import pytest

from db.archive import Archive, Captured
from ingest.crawl_plan import CrawlPlan
from ingest.record import Batch
from scrapers.crawl import crawl
from scrapers.job import Pace
from scrapers.settings import settings_for
from tests.portal.double import TOKEN, Fault, portal_double
from tests.portal.invented import BODY, PERSON, contract
from tests.scrapers.kept import QUICK, Kept, captures, crawled, now, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,)))
MANY = [contract(70_000_000 + number) for number in range(1, 8)]

PASSING = [
    Fault("status", "/v3/graphql", times=2, status=429),
    Fault("status", "/v3/graphql", times=2, status=503),
    Fault("status", "/v3/graphql", times=1, status=500),
    Fault("slow", "/v3/graphql", times=1),
    Fault("cut connection", "/v3/graphql", times=1),
    Fault("truncated gzip", "/v3/graphql", times=1),
    Fault("html", "/v3/graphql", times=1),
    Fault("captcha", "/v3/graphql", times=1),
]


@pytest.mark.parametrize("fault", PASSING, ids=lambda fault: f"{fault.kind} {fault.status}")
def test_trouble_that_passes_is_waited_for(tmp_path: Path, fault: Fault) -> None:
    fault.seen = 0
    with portal_double(contracts=MANY, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=ONE_BODY)
        assert len(double.targets("/v3/graphql")) == 1 + fault.times
    assert (result.state, result.responses_bad, len(kept.by_key)) == ("finished", 0, 7)


@pytest.mark.parametrize("kind", ["status", "truncated gzip", "html", "cut connection"])
def test_trouble_that_stays_fails_the_run_after_a_few_tries(tmp_path: Path, kind: str) -> None:
    with portal_double(contracts=MANY, faults=[Fault(kind, "/v3/graphql", times=99, status=503)]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=ONE_BODY)
        assert len(double.targets("/v3/graphql")) == QUICK.tries
    assert (result.state, result.refused, kept.records) == ("failed", False, [])
    assert (result.responses, result.responses_bad) == (1, 1)


@pytest.mark.parametrize("way", ["html"])
def test_a_page_cut_short_is_not_taken_for_a_page(tmp_path: Path, way: str) -> None:
    with portal_double(contracts=MANY, faults=[Fault("truncated gzip", "/ru/registry", times=1)]) as double:
        result, kept = crawled(double, tmp_path, way, source=ONE_BODY)
        assert len(double.targets("/ru/registry")) == 2
    assert (result.state, len(kept.records)) == ("finished", 7)


def test_waits_grow_as_the_portal_asks() -> None:
    from scrapy import Request
    from scrapy.http import Response

    from scrapers.patience import PatienceMiddleware

    patience = PatienceMiddleware(Pace())
    waits = []
    for status, tried in ((429, 0), (429, 1), (429, 2), (503, 0), (503, 1), (503, 2)):
        request = Request("http://portal.invalid/", meta={"tried": tried, "expects": "json"})
        again = patience.process_response(request, Response("http://portal.invalid/", status=status))
        assert isinstance(again, Request)
        waits.append(again.meta["wait"])
    assert waits == [10, 20, 30, 2, 4, 8]


def test_robots_txt_is_obeyed(tmp_path: Path) -> None:
    with portal_double(robots="User-agent: *\nDisallow: /ru/egzcontract\n", contracts=MANY) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert double.targets("/ru/egzcontract") == []
    assert kept.records == []
    assert not result.complete
    assert "robots.txt" in result.reason


def test_requests_keep_their_distance_and_say_who_asks(tmp_path: Path) -> None:
    pace = Pace(per_second=20)
    with portal_double(contracts=MANY) as double:
        crawled(double, tmp_path, "html", source=ONE_BODY, pace=pace)
        times = [one.at for one in double.asked]
        agents = {one.headers["user-agent"] for one in double.asked}
    assert len(times) == 23
    assert times[-1] - times[0] >= 22 / 20 * 0.95
    assert len(agents) == 1
    assert agents.pop().startswith("mediacontracts/")


def test_a_pause_holds_back_every_request(tmp_path: Path) -> None:
    """After a 429 nothing is asked until the wait is over, not only the page that was refused."""
    pace = Pace(per_second=5000, too_many=0.5, timeout=5)
    with portal_double(contracts=MANY, faults=[Fault("status", "/units", status=429)]) as double:
        crawled(double, tmp_path, "rest", source=ONE_BODY, pace=pace)
        refused = next(one.at for one in double.asked if "/units" in one.target)
        later = [one.at - refused for one in double.asked if one.at > refused]
    assert sum(gap < 0.4 for gap in later) <= 1  # one may have been under way


def test_settings_are_safe() -> None:
    settings = settings_for(Pace())
    assert settings["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert settings["ROBOTSTXT_OBEY"] is True
    off = ("TELNETCONSOLE", "REMOTE_CONTROL", "COOKIES", "HTTPPROXY", "REDIRECT", "METAREFRESH")
    assert not any(settings[f"{name}_ENABLED"] for name in off)
    assert Pace().per_second <= 5


def test_the_token_and_persons_numbers_are_in_no_log_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [contract(70_000_011, supplierBiin=PERSON)]
    with caplog.at_level(logging.DEBUG), portal_double(contracts=rows) as double:
        crawled(double, tmp_path, "rest", source=ONE_BODY)
        assert double.targets(PERSON)  # it was asked for, so there was something to hide
        logging.getLogger("after").warning("afterwards %s", "nothing is changed")
    assert "/v3/subject/biin/••••••••••••" in caplog.text
    assert TOKEN not in caplog.text
    assert PERSON not in caplog.text
    assert "afterwards nothing is changed" in caplog.text


def test_the_token_is_neither_archived_nor_journaled(tmp_path: Path) -> None:
    with portal_double() as double:
        crawled(double, tmp_path, "rest")
    written = (tmp_path / "archive" / "captures.jsonl").read_text()
    assert TOKEN not in written
    assert not any(TOKEN.encode() in Archive(tmp_path / "archive").get(one.sha256) for one in captures(tmp_path))


def test_what_is_archived_is_the_decoded_body_of_every_final_answer(tmp_path: Path) -> None:
    fault = Fault("status", "/cpublic/units/70000002", times=99, status=404)
    with portal_double(contracts=MANY, faults=[fault]) as double:
        crawled(double, tmp_path, "html", source=ONE_BODY)
        asked = Counter(one.target for one in double.asked)
    archive = Archive(tmp_path / "archive")
    found = captures(tmp_path)
    assert len(found) == sum(asked.values())
    assert all(not archive.get(one.sha256).startswith(b"\x1f\x8b") for one in found)
    assert [one.reader for one in found if one.status == 404] == [""]
    assert all(one.byte_count == len(archive.get(one.sha256)) for one in found)


def test_a_body_is_on_disk_and_in_the_journal_before_its_batch_is_handed_on(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    checked = []

    class Checking(Kept):
        def load(self, batch: Batch, captured: Captured) -> None:
            super().load(batch, captured)
            assert archive.get(captured.sha256)
            assert captured in list(archive.events())
            checked.append(captured.ref)

    with portal_double(contracts=MANY) as double:
        crawl(ONE_BODY, tmp_path, Checking, now=now, environment=double.environment(), pace=QUICK)
    assert len(checked) == 1
