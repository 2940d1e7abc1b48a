"""Answers that are broken on the wire, lie about themselves, are far too large, or ask to be left alone."""

from __future__ import annotations

import errno
import gzip
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from db.archive import Archive, RunEnded
from ingest.crawl_plan import CrawlPlan
from scrapers import settings
from scrapers.job import Pace
from scrapers.patience import seconds_until
from tests.portal.double import TOKEN, Fault, portal_double
from tests.portal.invented import BODY, contract
from tests.scrapers.kept import QUICK, crawled, events, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,)))
ROWS = [contract(70_000_001)]
LIST = "/ru/registry"
CAPTCHA = b'<html><div class="g-recaptcha"></div></html>'


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_is_not_compressed_as_it_says_is_asked_for_again(tmp_path: Path, encoding: str) -> None:
    """It was a defect that ended the crawl, or trouble with the certificate."""
    lie = Fault("instead", LIST, body=b"\x8b no page", headers={"Content-Encoding": encoding})
    with portal_double(contracts=ROWS, faults=[lie]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets(LIST)) == 2
    assert (result.state, len(kept.records)) == ("finished", 1)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 two OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<html></html>",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<html></html>",
        b"HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nX: \xff\xfe\x01\r\nContent-Length: 2\r\n\r\nhi",
    ],
)  # fmt: skip
def test_what_is_broken_on_the_wire_is_asked_for_again(tmp_path: Path, answer: bytes) -> None:
    with portal_double(contracts=ROWS, faults=[Fault("raw", LIST, body=answer)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets(LIST)) == 2
    assert (result.state, result.complete, len(kept.records)) == ("finished", True, 1)


@pytest.mark.parametrize("compressed", [False, True])
def test_a_body_larger_than_any_page_is_refused_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compressed: bool
) -> None:
    """A gigabyte was read into memory, and asked for four times; a bomb was said to be unwanted by the portal."""
    monkeypatch.setattr(settings, "LARGEST_BODY", 100_000)
    body = b"<html>" + b" " * 200_000 + b"</html>"
    large = Fault("instead", "/show/", body=gzip.compress(body) if compressed else body, times=9)
    large.headers = {"Content-Encoding": "gzip"} if compressed else {"Content-Encoding": "identity"}
    with portal_double(contracts=ROWS, faults=[large]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets("/show/")) == 1
    assert (result.complete, result.responses_bad, kept.records) == (False, 1, [])
    assert ("when decompressed" if compressed else "larger than download max size") in result.reason
    assert "GOSZAKUP_CA_BUNDLE" not in result.reason
    assert settings.settings_for(Pace())["DOWNLOAD_MAXSIZE"] == 100_000


@pytest.mark.parametrize(("way", "at"), [("html", LIST), ("rest", "/v3/contract")])
@pytest.mark.parametrize("status", [200, 403, 429, 503])
def test_a_captcha_is_a_captcha_whatever_its_status(tmp_path: Path, way: str, at: str, status: int) -> None:
    """With 403 it said that the page is not public, or sent the maintainer for a new token."""
    fault = Fault("instead", at, body=CAPTCHA, status=status, times=99)
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, _ = crawled(double, tmp_path, way, source=ONE_BODY)
        assert len(double.targets(at)) == QUICK.captcha_tries
    assert result.state == "failed"
    assert f"a captcha with status {status}" in result.reason


def test_a_page_that_is_not_there_is_no_captcha_whatever_form_stands_on_it(tmp_path: Path) -> None:
    fault = Fault("instead", "/show/", body=CAPTCHA, status=404, times=99)
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets("/show/")) == 1
    assert (result.state, result.complete) == ("finished", False)
    assert "not there (404)" in kept.rejected[0].reason


@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_the_portal_asks_for_is_kept(tmp_path: Path, status: int) -> None:
    """`Retry-After` was not read."""
    fault = Fault("instead", LIST, status=status, headers={"Retry-After": "1"})
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
        first, second = (one.at for one in double.asked if LIST in one.target)
    assert result.state == "finished"
    assert second - first >= 0.95


def test_a_wait_too_long_for_a_crawl_is_left_to_the_next(tmp_path: Path) -> None:
    fault = Fault("instead", LIST, status=503, headers={"Retry-After": "3600"}, times=9)
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets(LIST)) == 1
    assert (result.state, result.refused) == ("failed", False)
    assert "status 503, to be asked again after 3600" in result.reason


def test_a_wait_may_be_written_as_a_date() -> None:
    moment = datetime(2024, 2, 29, 23, 59, 30, tzinfo=UTC)
    later = format_datetime(moment + timedelta(seconds=90), usegmt=True).encode()
    assert seconds_until(later, moment) == 90
    assert seconds_until(later, moment + timedelta(days=1)) == 0
    assert [seconds_until(one, moment) for one in (None, b"", b"soon", b"-5", b"1.5", b"\xb2")] == [0.0] * 6
    assert seconds_until(b" 120 ", moment) == 120


@pytest.mark.parametrize("where", ["https://elsewhere.invalid/login", "/ru/login"])
def test_a_redirect_is_not_followed_and_says_where_it_leads(tmp_path: Path, where: str) -> None:
    fault = Fault("instead", LIST, status=302, headers={"Location": where})
    with portal_double(contracts=ROWS, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert double.targets("login") == []
    assert (result.state, kept.records) == ("failed", [])
    assert f"status 302, which leads to {where}" in result.reason


@pytest.mark.parametrize("way", ["graphql", "rest"])
@pytest.mark.parametrize("token", [TOKEN, "abc/def+ghi=="])
@pytest.mark.parametrize("status", [200, 400, 401])
def test_a_token_that_is_sent_back_is_kept_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, way: str, token: str, status: int
) -> None:
    """An interface that repeats the request in its error brought the token into the archive and the run's reason."""
    said = token.replace("/", "\\/")
    body = f'{{"errors":[{{"message":"what is {said}, {token}?"}}]}}'.encode()
    with portal_double(contracts=ROWS, faults=[Fault("instead", "/v3/", body=body, status=status, times=9)]) as double:
        environment = double.environment(GOSZAKUP_TOKEN=token)
        result, _ = crawled(double, tmp_path, way, source=ONE_BODY, environment=environment)
    assert result.state == "failed"
    archive = Archive(tmp_path / "archive")
    bodies = b"".join(archive.get(one.parent.name + one.stem) for one in archive.root.glob("*/*.zst"))
    assert "what is ••••, ••••?".encode() in bodies
    for kept in (bodies.decode(), repr(events(tmp_path)), result.reason, caplog.text):
        assert token not in kept
        assert said not in kept


@pytest.mark.parametrize("address", ["http://127.255.255.255", "http://127.0.0.1:9"])
def test_a_portal_that_cannot_be_reached_is_no_defect(tmp_path: Path, address: str) -> None:
    """No way to the host, as to the broadcast address of this machine: it ended in a traceback."""
    with portal_double() as double:
        environment = double.environment(GOSZAKUP_PORTAL_URL=address)
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY, environment=environment)
    assert (result.state, result.refused) == ("failed", False)
    assert f"kz_double: {address}/" in result.reason


def test_a_full_disk_is_no_fault_of_the_portal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its contracts were rejected as unreadable, each with the words of our own disk."""
    kept_bodies = Archive.put
    written = []

    def put(self: Archive, body: bytes) -> str:
        if len(written) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(body)
        return kept_bodies(self, body)

    monkeypatch.setattr(Archive, "put", put)
    with portal_double(contracts=[contract(70_000_001 + number) for number in range(5)]) as double:
        with pytest.raises(OSError, match="No space left"):
            crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.asked) == 4
    *_, ended = events(tmp_path)
    assert isinstance(ended, RunEnded)
    assert ended.state == "failed"
