"""GraphQL against the double: paging, windows, and a server that errs or ignores what it is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from db.archive import RunEnded
from ingest.crawl_plan import CrawlPlan
from scrapers.job import PlanError
from tests.portal.double import Fault, PortalDouble, portal_double
from tests.portal.invented import BODY, OUTLET, contract
from tests.scrapers.kept import captures, crawled, events, source


def queries(double: PortalDouble) -> list[dict[str, Any]]:
    return [json.loads(one.body)["variables"] for one in double.asked if one.target == "/v3/graphql"]


def many(count: int) -> list[dict[str, Any]]:
    return [contract(70_000_000 + number) for number in range(1, count + 1)]


def test_pages_follow_the_cursor_whatever_their_size(tmp_path: Path) -> None:
    with portal_double(contracts=many(23), page_limit=5) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
        asked = [one.get("after") for one in queries(double)]
    assert asked == [None, 70_000_005, 70_000_010, 70_000_015, 70_000_020]
    assert (result.state, result.pages, result.rows, len(kept.by_key)) == ("finished", 5, 23, 23)


def test_a_window_asks_only_for_its_days_and_is_not_complete(tmp_path: Path) -> None:
    plan = CrawlPlan(customers=(BODY,), window_days=10, overlap_days=2)
    with portal_double() as double:
        first, _ = crawled(double, tmp_path, "graphql", source=source(crawl=plan))
        double.asked.clear()
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=plan), since="2024-06-15")
        windows = [(one["from"], one["to"]) for one in queries(double)]
    assert first.complete
    assert (result.state, result.complete) == ("finished", False)
    assert windows == [
        ("2024-06-13 00:00:00", "2024-06-22 23:59:59"),
        ("2024-06-23 00:00:00", "2024-07-01 11:00:00"),
    ]
    assert sorted(kept.by_key) == ["70000020"]
    assert {batch.slice for batch in kept.batches} == {""}


def test_a_body_new_in_the_plan_is_read_from_the_beginning(tmp_path: Path) -> None:
    """A window would miss everything that was older when the body was added."""
    with portal_double() as double:
        result, kept = crawled(double, tmp_path, "graphql", since="2024-06-15")
    assert result.state == "finished"
    assert "70000001" in kept.by_key


def test_a_full_crawl_names_the_slice_it_republishes(tmp_path: Path) -> None:
    with portal_double() as double:
        _, kept = crawled(
            double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,), suppliers=(OUTLET,)))
        )
    assert [batch.slice for batch in kept.batches] == [f"customer {BODY}", f"supplier {OUTLET}"]


def test_null_data_is_an_empty_page(tmp_path: Path) -> None:
    with portal_double(faults=[Fault("null data", "/v3/graphql", times=9)]) as double:
        result, kept = crawled(double, tmp_path, "graphql")
    assert (result.state, result.rows, kept.records) == ("finished", 0, [])


def test_errors_with_status_200_fail_the_run_and_are_archived(tmp_path: Path) -> None:
    with portal_double(faults=[Fault("graphql errors", "/v3/graphql")]) as double:
        result, kept = crawled(double, tmp_path, "graphql")
    assert result.state == "failed"
    assert "invented failure" in result.reason
    assert (kept.records, result.refused) == ([], False)
    assert [one.status for one in captures(tmp_path) if one.url.endswith("graphql")] == [200]


def test_a_filter_that_the_server_ignored_fails_the_run(tmp_path: Path) -> None:
    with portal_double(faults=[Fault("as it is", "filter of GraphQL", times=9)]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
    assert (result.state, result.refused) == ("failed", True)
    assert "ignored the filter customerBin" in result.reason
    assert kept.records == []


def test_a_window_that_the_server_ignored_fails_the_run(tmp_path: Path) -> None:
    one = [contract(70_000_001)]
    plan = CrawlPlan(customers=(BODY,))
    with portal_double(contracts=one) as double:
        crawled(double, tmp_path, "graphql", source=source(crawl=plan))
        double.faults = [Fault("as it is", "filter of GraphQL", times=9)]
        result, _ = crawled(double, tmp_path, "graphql", source=source(crawl=plan), since="2024-06-15")
    assert (result.state, result.refused) == ("failed", True)


def test_a_repeated_cursor_ends_the_run_instead_of_turning_in_circles(tmp_path: Path) -> None:
    with portal_double(contracts=many(3), faults=[Fault("repeated cursor", "/v3/graphql", times=99)]) as double:
        result, _ = crawled(double, tmp_path, "graphql")
        assert len(double.targets("/v3/graphql")) <= 3
    assert result.state == "failed"
    assert "cursor" in result.reason


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_at_once(tmp_path: Path, status: int) -> None:
    with portal_double(faults=[Fault("status", "/v3/", times=99, status=status)]) as double:
        result, _ = crawled(double, tmp_path, "graphql")
        assert len(double.targets("/v3/graphql")) == 1
    assert result.state == "failed"
    assert "GOSZAKUP_TOKEN" in result.reason
    assert [one.reader for one in captures(tmp_path)] == ["", ""]  # robots.txt and the refusal


@pytest.mark.parametrize(
    "bad", [b"null", b"7", b'{"id": "x"}', b'{"id": 70000002, "customerBin": {"bin": 1}}', b"[1]"]
)
def test_a_row_that_is_no_contract_does_not_take_its_page_or_the_next_with_it(tmp_path: Path, bad: bytes) -> None:
    fault = Fault("replace", "/v3/graphql", swap=(b'{"id": 70000002,', bad + b', {"id": 70000002,'))
    with portal_double(contracts=many(5), page_limit=3, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
    assert (result.state, result.pages, sorted(kept.by_key)) == (
        "finished", 2, [str(70_000_000 + number) for number in range(1, 6)],
    )  # fmt: skip
    assert [(one.locator, one.raw) for one in kept.rejected] == [("/data/Contract/1", bad.decode())]


def test_numbers_sent_as_text_are_held_against_the_filter_as_numbers(tmp_path: Path) -> None:
    fault = Fault("replace", "/v3/graphql", swap=(b'"id": 70000001,', b'"id": "70000001",'))
    with portal_double(contracts=many(2), faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
    assert (result.state, sorted(kept.by_key), kept.rejected) == ("finished", ["70000001", "70000002"], [])


def test_words_of_a_captcha_in_a_contract_are_no_captcha(tmp_path: Path) -> None:
    rows = many(2)
    rows[0]["descriptionRu"] = "Настройка g-recaptcha и страницы 429 Too Many Requests на сайте газеты"
    with portal_double(contracts=rows) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
    assert (result.state, sorted(kept.by_key)) == ("finished", ["70000001", "70000002"])


def test_one_bad_row_does_not_take_its_page_with_it(tmp_path: Path) -> None:
    rows = many(3)
    rows[1]["contractSum"] = -5.0
    with portal_double(contracts=rows) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(customers=(BODY,))))
    assert sorted(kept.by_key) == ["70000001", "70000003"]
    (rejected,) = kept.rejected
    assert (rejected.locator, rejected.reason) == ("/data/Contract/1", "contract 70000002: -5.0 is negative")
    assert json.loads(kept.rejected[0].raw)["contractSum"] == -5.0
    assert (result.rows, result.rejected) == (3, 1)


def test_an_empty_plan_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with portal_double() as double:
        with pytest.raises(PlanError, match="never crawled whole"):
            crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan()))
        assert double.asked == []
    assert events(tmp_path) == []


@pytest.mark.parametrize("way", ["graphql", "rest", None])
def test_without_a_token_the_crawl_says_what_to_do(tmp_path: Path, way: str | None) -> None:
    with portal_double() as double:
        with pytest.raises(PlanError, match=r"ecc\.kz.*--via html"):
            crawled(double, tmp_path, way, environment=double.environment(GOSZAKUP_TOKEN=""))  # type: ignore[arg-type]
        assert double.asked == []


def test_a_sample_stops_after_its_pages_and_says_so(tmp_path: Path) -> None:
    with portal_double(contracts=many(20), page_limit=5) as double:
        result, _ = crawled(double, tmp_path, "graphql", sample=2)
        assert len(double.targets("/v3/graphql")) == 2
    assert (result.state, result.pages, result.complete, result.reason) == ("finished", 2, False, "sample of 2 pages")


def test_the_run_stands_in_the_journal_from_begin_to_end(tmp_path: Path) -> None:
    with portal_double() as double:
        result, kept = crawled(double, tmp_path, "graphql")
    first, *_, last = events(tmp_path)
    assert first == kept.started
    assert isinstance(last, RunEnded)
    assert last == kept.ended
    assert (last.run, last.responses, last.complete) == (result.run, 2, True)


def test_where_the_sink_fails_the_run_is_left_for_the_next_command(tmp_path: Path) -> None:
    class Broken:
        def __init__(self, *_: Any) -> None:
            raise RuntimeError("the disk is full")

    from scrapers.crawl import crawl
    from tests.scrapers.kept import QUICK, now

    with portal_double() as double, pytest.raises(RuntimeError, match="the disk is full"):
        crawl(source(), tmp_path, Broken, now=now, environment=double.environment(), pace=QUICK)
    assert captures(tmp_path) != []
    assert not [event for event in events(tmp_path) if isinstance(event, RunEnded)]
