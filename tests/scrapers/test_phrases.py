"""Phrases: searched for among announced lots, then contracts by announcement; refused where a way cannot search."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.crawl_plan import CrawlPlan
from ingest.goszakup.lot_search import resembles
from ingest.load import Loader
from ingest.replay import replay
from scrapers.crawl import crawl
from scrapers.job import PlanError
from tests.portal.double import Fault, PortalDouble, portal_double
from tests.portal.invented import BODY, contract, unit
from tests.scrapers.kept import QUICK, captures, crawled, now, source

PHRASE = "в печатных изданиях"
PLAN = CrawlPlan(phrases=(PHRASE,), page_size=50)


def about(contract_id: int, name: str, description: str, **changes: Any) -> dict[str, Any]:
    """A contract whose only line has this plan point."""
    line = unit(contract_id * 10, 1120.0, 1000.0)
    line["Plans"] |= {"nameRu": name, "descRu": description}
    return contract(contract_id, ContractUnits=[line], **changes)


def register() -> list[dict[str, Any]]:
    """Two contracts in print, one of another customer; one about chairs; one about television."""
    return [
        about(70_000_101, "Услуги по размещению материалов", "в печатном издании"),
        about(70_000_102, "Стул", "деревянный"),
        about(70_000_103, "Услуги телевидения", "эфир"),
        about(70_000_104, "Публикация в печатных изданиях", "", refContractStatusId=390),
    ]


def asked_for(double: PortalDouble) -> list[dict[str, Any]]:
    return [json.loads(one.body)["variables"] for one in double.asked if one.target == "/v3/graphql"]


def test_contracts_are_found_through_their_lots(tmp_path: Path) -> None:
    with portal_double(contracts=register()) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
        asked = asked_for(double)
    assert (result.state, result.complete) == ("finished", True)
    assert sorted(kept.by_key) == ["70000101", "70000104"]
    assert asked == [
        {"phrase": PHRASE, "limit": 50},
        {"announcements": [70_000_101, 70_000_104], "limit": 50},
    ]
    assert [one.reader for one in captures(tmp_path) if one.url.endswith("graphql")] == ["", "goszakup_graphql"]


def test_pages_of_lots_are_followed_and_announcements_asked_for_in_parts(tmp_path: Path) -> None:
    rows = [about(70_000_000 + number, "Газета", "подписка") for number in range(1, 231)]
    with portal_double(contracts=rows) as double:
        result, kept = crawled(
            double, tmp_path, "graphql", source=source(crawl=CrawlPlan(phrases=("газеты",), page_size=200))
        )
        asked = asked_for(double)
    assert (result.rows, len(kept.by_key)) == (230, 230)
    assert [len(one["announcements"]) for one in asked if "announcements" in one] == [100, 100, 30]
    assert [one.get("after") for one in asked if "phrase" in one] == [None, 700_002_000]


def test_a_search_that_finds_nothing_reads_nothing(tmp_path: Path) -> None:
    with portal_double(contracts=register()) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=CrawlPlan(phrases=("радиоэфир",))))
        assert len(asked_for(double)) == 1
    assert (result.state, kept.records) == ("finished", [])


def test_a_search_is_read_whole_also_by_window(tmp_path: Path) -> None:
    """What changed today may belong to a lot of last year."""
    with portal_double(contracts=register()) as double:
        crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
        double.asked.clear()
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN), since="2024-06-15")
        assert not [one for one in asked_for(double) if "from" in one]
    assert not result.complete
    assert sorted(kept.by_key) == ["70000101", "70000104"]


def test_nothing_vanishes_from_a_search(tmp_path: Path) -> None:
    """That a search does not find a contract any more says nothing about the contract."""
    with portal_double(contracts=register()) as double:
        _, first = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
        _, second = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
    (one,), (other,) = ({batch.slice for batch in kept.batches} for kept in (first, second))
    assert one != other
    assert "" not in {one, other}


def test_a_contract_that_is_not_found_any_more_still_counts_and_a_rebuild_agrees(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    declared = source(crawl=PLAN)

    def counted(engine: Engine) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text("SELECT key, amount_minor, counted FROM record"))]

    with portal_double(contracts=register()) as double:
        for _ in range(2):
            result = crawl(
                declared, tmp_path, lambda started: Loader(sqlite_engine, declared, started), now=now,
                environment=double.environment(), pace=QUICK,
            )  # fmt: skip
            double.contracts[0]["ContractUnits"][0]["Plans"] |= {"nameRu": "Стул", "descRu": ""}
    assert (result.complete, result.counts.unchanged, result.counts.vanished) == (True, 1, 0)
    assert counted(sqlite_engine) == [("70000101", 112_000, 1), ("70000104", 112_000, 1)]
    again = open_engine(registry_url(tmp_path, f"sqlite:///{tmp_path / 'again.db'}"))
    migrate(again)
    assert replay(again, Archive(tmp_path / "archive"), {declared.name: declared}) > 0
    assert counted(again) == counted(sqlite_engine)
    again.dispose()


def test_without_a_token_a_plan_with_phrases_says_that_no_other_way_searches(tmp_path: Path) -> None:
    with portal_double() as double, pytest.raises(PlanError, match=r"GOSZAKUP_TOKEN is not set.*have to come out"):
        crawled(double, tmp_path, None, source=source(crawl=PLAN), environment=double.environment(GOSZAKUP_TOKEN=""))  # type: ignore[arg-type]


def test_a_search_that_the_server_ignored_fails_the_run(tmp_path: Path) -> None:
    with portal_double(contracts=register(), faults=[Fault("as it is", "filter of lots", times=9)]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
    assert (result.state, result.refused, kept.records) == ("failed", True, [])
    assert "ignored the filter nameDescriptionRu" in result.reason


def test_announcements_that_the_server_ignored_fail_the_run(tmp_path: Path) -> None:
    with portal_double(contracts=register(), faults=[Fault("as it is", "filter of GraphQL", times=9)]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
    assert (result.state, result.refused, kept.records) == ("failed", True, [])
    assert "ignored the filter trdBuyId" in result.reason


def test_errors_of_a_search_fail_the_run(tmp_path: Path) -> None:
    with portal_double(contracts=register(), faults=[Fault("graphql errors", "/v3/graphql", times=9)]) as double:
        result, _ = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
    assert result.state == "failed"
    assert "answered with an error" in result.reason


def test_a_phrase_that_narrows_nothing_is_refused(tmp_path: Path) -> None:
    much = Fault("replace", "/v3/graphql", swap=(b'"totalCount": 2', b'"totalCount": 2000001'))
    with portal_double(contracts=register(), faults=[much]) as double:
        result, kept = crawled(double, tmp_path, "graphql", source=source(crawl=PLAN))
        assert len(asked_for(double)) == 1
    assert (result.state, result.refused, kept.records) == ("failed", True, [])
    assert f"the phrase «{PHRASE}» finds 2000001 lots" in result.reason
    assert "make it narrower under crawl: phrases: in kz_double.yml" in result.reason


@pytest.mark.parametrize(("way", "why"), [("rest", "no search by words"), ("html", "not by words")])
def test_a_way_that_cannot_search_says_so_before_anything_is_asked(tmp_path: Path, way: str, why: str) -> None:
    plan = CrawlPlan(customers=(BODY,), phrases=(PHRASE,))
    with portal_double() as double:
        with pytest.raises(PlanError, match=f"{why}; crawl it with --via graphql, or take phrases: out of kz_double"):
            crawled(double, tmp_path, way, source=source(crawl=plan))
        assert double.asked == []


@pytest.mark.parametrize("phrase", ["", "  ", "ТВ", "12345", " газета", "размещение  материалов"])
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"phrases: entry 2 needs a word of three letters"):
        CrawlPlan(phrases=("газета", phrase))


def test_a_phrase_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="listed twice"):
        CrawlPlan(phrases=("газета", "Газета"))


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("газеты", "Подписка на газету", True),
        ("услуги в СМИ", "Размещение в сми", True),
        ("съёмка", "Съемки видеоролика", True),
        ("размещение материалов", "Стул деревянный", False),
        ("СМИ", "Список смежных", False),
        ("в эфире", "в", False),
    ],
)
def test_a_lot_resembles_the_phrase_whatever_its_ending(phrase: str, text: str, expected: bool) -> None:
    assert resembles(phrase, text) is expected


@given(words=st.lists(st.text("абвгдежзийклмно", min_size=3, max_size=9), min_size=1, max_size=4), before=st.text())
@settings(max_examples=100, deadline=None)
def test_a_lot_that_holds_the_phrase_always_resembles_it(words: list[str], before: str) -> None:
    phrase = " ".join(words)
    assert resembles(phrase, before + " " + phrase.upper())
