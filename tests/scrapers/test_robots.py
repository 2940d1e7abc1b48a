"""robots.txt in its odd forms: what cannot be known forbids, what is absent allows, and a distance is kept."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from ingest.crawl_plan import CrawlPlan
from scrapers.job import Pace
from tests.portal.double import Fault, portal_double
from tests.portal.invented import BODY, contract
from tests.scrapers.kept import QUICK, crawled, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,)))
ROWS = [contract(70_000_001)]
FORBIDS = "User-agent: *\nDisallow: /\n"


def robots(kind: str, body: bytes = b"", status: int = 200, times: int = 99, **headers: str) -> Fault:
    return Fault(kind, "/robots.txt", times=times, status=status, body=body, headers=headers)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (robots("status", status=503), "status 503"),
        (robots("status", status=429), "status 429"),
        (robots("captcha"), "a captcha"),
        (robots("instead", b"<div class='g-recaptcha'>", status=403), "a captcha"),
        (robots("raw"), "DownloadFailedError"),
        (robots("hanging"), "DownloadTimeoutError"),
        (robots("instead", status=302, Location="/robots.txt"), "leads on and on"),
        (robots("instead", status=302, Location="ftp://portal.invalid/"), "leads to ftp:"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_rules_that_cannot_be_had_allow_nothing(tmp_path: Path, fault: Fault, said: str) -> None:
    """They were taken for rules that allow everything, and the portal was crawled."""
    pace = Pace(per_second=5000, too_many=0.01, server_error=0.01, captcha=0.01, timeout=0.2)
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY, pace=pace)
        assert set(double.targets()) == {"/robots.txt"}
    assert (result.state, result.complete, kept.records) == ("failed", False, [])
    assert "kz_double: http://127.0.0.1" in result.reason
    assert "robots.txt" in result.reason
    assert said in result.reason


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_absent_rules_allow_everything(tmp_path: Path, status: int) -> None:
    with portal_double(contracts=ROWS, faults=[robots("status", status=status)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, len(kept.records)) == ("finished", 1)


def test_rules_that_come_late_are_waited_for(tmp_path: Path) -> None:
    with portal_double(contracts=ROWS, faults=[robots("status", status=503, times=2)]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert double.targets("/robots.txt") == ["/robots.txt"] * 3
    assert result.state == "finished"


def test_rules_elsewhere_are_followed(tmp_path: Path) -> None:
    moved = robots("instead", status=301, times=1, Location="/elsewhere/robots.txt")
    there = Fault("instead", "/elsewhere/", body=FORBIDS.encode())
    with portal_double(contracts=ROWS, faults=[moved, there]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert double.targets() == ["/robots.txt", "/elsewhere/robots.txt"]
    assert (kept.records, "Forbidden by robots.txt" in result.reason) == ([], True)


@pytest.mark.parametrize(
    "body",
    [
        FORBIDS.encode("utf-16"), FORBIDS.replace("*", "*\0").encode(), b"\xef\xbb\xbf" + FORBIDS.encode(),
        ("# Правила\n" + FORBIDS).encode("cp1251"), FORBIDS.replace("\n", "\r").encode(), FORBIDS.upper().encode(),
        b"User-agent: mediacontracts\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
        b"User-agent: public\nAllow: /\n\nUser-agent: *\nDisallow: /\n",
        b"User-agent: *\nDisallow: /*?*page=\n",
        b"#" * 600_000 + b"\n" + FORBIDS.encode(),
    ],
    ids=["utf-16", "NUL", "BOM", "cp1251", "CR", "capitals", "by name", "a word of the client's comment", "*", "long"],
)  # fmt: skip
def test_rules_in_odd_spelling_forbid_as_well(tmp_path: Path, body: bytes) -> None:
    with portal_double(contracts=ROWS, faults=[robots("instead", body)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert set(double.targets()) == {"/robots.txt"}
    assert (result.state, kept.records) == ("failed", [])
    assert "Forbidden by robots.txt" in result.reason


def test_the_distance_that_rules_ask_for_is_kept(tmp_path: Path) -> None:
    with portal_double(contracts=ROWS, robots="User-agent: *\nCrawl-delay: 0.2\n") as double:
        crawled(double, tmp_path, "html", source=ONE_BODY)
        times = [one.at for one in double.asked]
    assert len(times) == 5
    assert min(later - before for before, later in pairwise(times)) > 0.15


def test_a_distance_that_no_crawl_can_keep_ends_it(tmp_path: Path) -> None:
    with portal_double(contracts=ROWS, robots="User-agent: *\nCrawl-delay: 86400\n") as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY, pace=QUICK)
        assert double.targets() == ["/robots.txt"]
    assert result.state == "failed"
    assert "robots.txt asks for 86400 s" in result.reason
