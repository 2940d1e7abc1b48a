"""The public register against the double: no token, the cap, captchas, pages that are no pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.crawl_plan import CrawlPlan
from scrapers.shapes import public_register
from tests.portal.double import Fault, portal_double
from tests.portal.invented import BODY, OTHER_BODY, contract
from tests.scrapers.kept import captures, crawled, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,), page_size=50))


def many(count: int) -> list[dict[str, Any]]:
    return [contract(70_000_000 + n, crdate=f"2023-{1 + n % 12:02d}-{1 + n % 28:02d} 10:00:00") for n in range(count)]


def without_token(double: Any) -> dict[str, str]:
    return double.environment(GOSZAKUP_TOKEN="")


def test_no_token_is_needed_and_none_is_sent(tmp_path: Path) -> None:
    with portal_double(contracts=many(3)) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY, environment=without_token(double))
        assert not any("authorization" in one.headers for one in double.asked)
        assert not any("cookie" in one.headers for one in double.asked)
    assert (result.state, len(kept.records)) == ("finished", 3)


def test_an_empty_list_is_empty(tmp_path: Path) -> None:
    with portal_double(contracts=[]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, kept.records) == ("finished", True, [])


def test_all_pages_of_a_list_are_read_and_counted(tmp_path: Path) -> None:
    with portal_double(contracts=many(120)) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets("/ru/registry/contract")) == 2 * 3  # twice, to know that nothing moved meanwhile
    assert (result.state, len(kept.by_key)) == ("finished", 120)


def test_above_the_cap_the_days_are_halved_until_they_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_register, "CAP", 20)
    with portal_double(contracts=many(70), cap=20) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert any("start_date_from" in target for target in double.targets("/ru/registry"))
    assert (result.state, len(kept.by_key)) == ("finished", 70)


def test_more_on_one_day_than_are_shown_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(public_register, "CAP", 20)
    rows = [contract(70_000_000 + n, crdate="2023-05-05 10:00:00") for n in range(30)]
    with portal_double(contracts=rows, cap=20) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert result.state == "failed"
    assert "30 rows on 2023-05-05" in result.reason


def test_a_list_that_gives_fewer_rows_than_it_says_fails_the_run(tmp_path: Path) -> None:
    with portal_double(contracts=many(60), cap=55) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, kept.records) == ("failed", [])
    assert "says 60 rows but gave 55, twice" in result.reason


def test_a_captcha_with_status_200_is_waited_for(tmp_path: Path) -> None:
    with portal_double(contracts=many(2), faults=[Fault("captcha", "/ru/", times=2)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.responses_bad, len(kept.records)) == ("finished", 0, 2)


@pytest.mark.parametrize("at", ["/ru/registry", "/ru/egzcontract"])
def test_a_captcha_that_stays_stops_the_crawl_after_three(tmp_path: Path, at: str) -> None:
    with portal_double(contracts=many(9), faults=[Fault("captcha", at, times=99)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert len(double.targets(at)) == 3
    assert (result.state, kept.records) == ("failed", [])
    assert "captcha" in result.reason


def test_json_with_status_200_in_place_of_a_page_is_asked_for_again(tmp_path: Path) -> None:
    with portal_double(contracts=many(1), faults=[Fault("json error", "/cpublic/show", times=1)]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, len(kept.records)) == ("finished", 1)


def test_a_card_that_cannot_be_had_is_said_and_the_run_is_not_complete(tmp_path: Path) -> None:
    fault = Fault("status", "/cpublic/show/70000003", times=99, status=500)
    with portal_double(contracts=many(9), faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert (result.state, result.complete, len(kept.records)) == ("finished", False, 8)
        assert result.reason.startswith("1 that were asked for could not be had")
        (rejected,) = kept.rejected
        assert "status 500" in rejected.reason
        assert '"number_sys":"' in rejected.raw
        double.faults.clear()
        again, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since="2024-06-01")
    assert (again.rows, sorted(kept.by_key)) == (1, ["70000003"])  # the next crawl asks for it once more


def test_too_few_good_responses_fail_the_run(tmp_path: Path) -> None:
    with portal_double(contracts=many(9), faults=[Fault("status", "/cpublic/", times=999, status=500)]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert result.state == "failed"
    assert result.responses_bad / result.responses > 0.15


def test_another_heading_stops_the_run_and_is_named(tmp_path: Path) -> None:
    fault = Fault("replace", "/ru/registry", swap=("Дата создания".encode(), "Дата ввода".encode()))
    with portal_double(contracts=many(1), faults=[fault]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.refused) == ("failed", True)
    assert "Дата создания" in result.reason
    assert "Дата ввода" in result.reason


def test_a_card_without_its_sum_is_rejected_not_guessed(tmp_path: Path) -> None:
    fault = Fault("replace", "/cpublic/show", swap=("Общая итоговая сумма".encode(), "Сумма по смете".encode()))
    with portal_double(contracts=many(2), faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (len(kept.records), len(kept.rejected), result.rows) == (1, 1, 2)
    assert "Общая итоговая сумма договора" in kept.rejected[0].reason


def test_with_a_window_only_cards_whose_row_is_new_or_changed_are_read(tmp_path: Path) -> None:
    rows = many(5)
    with portal_double(contracts=rows) as double:
        crawled(double, tmp_path, "html", source=ONE_BODY)
        rows[2]["refContractStatusId"] = 390
        rows.append(contract(70_000_050))
        double.asked.clear()
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since="2024-06-01")
        assert len(double.targets("/cpublic/show/")) == 2
    assert (result.state, result.complete) == ("finished", False)
    assert sorted(kept.by_key) == ["70000002", "70000050"]


def test_a_version_on_another_page_finds_its_first_version(tmp_path: Path) -> None:
    rows = many(60)
    rows[55] |= {"contractNumberSys": rows[0]["contractNumberSys"][:-2] + "01", "rootId": rows[0]["id"]}
    with portal_double(contracts=rows) as double:
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert kept.by_key["70000055"].root_key == kept.by_key["70000000"].root_key == "root/70000000"


def test_context_of_a_card_is_archived_before_it(tmp_path: Path) -> None:
    with portal_double() as double:
        crawled(double, tmp_path, "html", source=source(crawl=CrawlPlan(customers=(OTHER_BODY,))))
    cards = [one for one in captures(tmp_path) if one.reader]
    order = [one.ref for one in captures(tmp_path)]
    assert len(cards) == 2
    assert all(order.index(ref) < order.index(card.ref) for card in cards for ref in card.context)
