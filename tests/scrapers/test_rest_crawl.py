"""REST against the double: relative next pages, the parts of a contract, the journal's deletions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.crawl_plan import CrawlPlan
from ingest.reader import LayoutChangedError
from tests.portal.double import Fault, portal_double
from tests.portal.invented import BODY, OUTLET, PERSON, contract
from tests.scrapers.kept import captures, crawled, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,), page_size=2))


def test_next_page_is_followed_as_given_until_it_is_blank(tmp_path: Path) -> None:
    rows = [contract(70_000_000 + number) for number in range(1, 6)]
    with portal_double(contracts=rows) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
        lists = double.targets("/v3/contract/customer/")
    assert lists == [
        f"/v3/contract/customer/{BODY}?limit=2",
        f"/v3/contract/customer/{BODY}?limit=2&page=next&search_after=70000002",
        f"/v3/contract/customer/{BODY}?limit=2&page=next&search_after=70000004",
    ]
    assert (result.state, len(kept.by_key)) == ("finished", 5)


def test_every_party_line_and_plan_point_is_asked_for_once(tmp_path: Path) -> None:
    rows = [contract(70_000_000 + number) for number in range(1, 6)]
    with portal_double(contracts=rows) as double:
        crawled(double, tmp_path, "rest", source=ONE_BODY)
        assert sorted(double.targets("/v3/subject/")) == sorted(f"/v3/subject/biin/{n}" for n in (BODY, OUTLET))
        assert len(double.targets("/units")) == len(double.targets("/v3/plans/view/")) == 5


def test_a_page_that_leads_back_ends_the_run(tmp_path: Path) -> None:
    with portal_double(faults=[Fault("repeated page", "/v3/contract/customer/", times=9)]) as double:
        result, _ = crawled(double, tmp_path, "rest", source=source(crawl=CrawlPlan(customers=(BODY,), page_size=50)))
        assert len(double.targets("/v3/contract/customer/")) == 1
    assert result.state == "failed"
    assert "again" in result.reason


def test_rows_of_somebody_else_fail_the_run(tmp_path: Path) -> None:
    fault = Fault(
        "replace", "/v3/contract/customer/", swap=(f'"customer_bin": "{BODY}"'.encode(), b'"customer_bin": "x"')
    )
    with portal_double(faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert (result.state, result.refused, kept.records) == ("failed", True, [])


def test_a_missing_field_stops_the_run_and_names_it(tmp_path: Path) -> None:
    fault = Fault("replace", "/v3/contract/customer/", swap=(b'"contract_sum_wnds"', b'"sum_with_tax"'))
    with portal_double(faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert (result.state, result.refused, kept.records) == ("failed", True, [])
    assert "contract_sum_wnds" in result.reason
    assert LayoutChangedError.__name__ not in result.reason


@pytest.mark.parametrize("bad", [b"null", b"7", b'{"id": "x"}', b'{"id": 1, "customer_bin": []}', b'["KZ00BANK"]'])
def test_a_row_that_is_no_contract_does_not_take_its_page_with_it(tmp_path: Path, bad: bytes) -> None:
    fault = Fault("replace", "/v3/contract/customer/", swap=(b'{"id": 70000002,', bad + b', {"id": 70000002,'))
    rows = [contract(70_000_000 + number) for number in range(1, 4)]
    with portal_double(contracts=rows, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert (result.state, sorted(kept.by_key)) == ("finished", ["70000001", "70000002", "70000003"])
    (rejected,) = kept.rejected
    assert rejected.locator == "/items/1"
    assert "KZ00BANK" not in repr(kept.batches)


PLAN_POINT = contract(70_000_001)["ContractUnits"][0]["plnPointId"]


@pytest.mark.parametrize("part", [f"/v3/subject/biin/{BODY}", "/70000001/units", f"/v3/plans/view/{PLAN_POINT}"])
@pytest.mark.parametrize("answer", [b'{"items": null}', b"[null]", b"[7]", b'{"items": [{"plnPointId": 1}, []]}'])
def test_a_part_that_cannot_be_read_rejects_its_contracts_and_says_which_answer(
    tmp_path: Path, part: str, answer: bytes
) -> None:
    fault = Fault("instead", part, body=answer)
    rows = [contract(70_000_000 + number) for number in range(1, 4)]
    with portal_double(contracts=rows, faults=[fault]) as double:
        result, kept = crawled(
            double, tmp_path, "rest", source=source(crawl=CrawlPlan(customers=(BODY,), page_size=9))
        )
        asked = [one.target for one in double.asked if part in one.target]
    assert result.state == "finished"
    bad = {"70000001", "70000002", "70000003"} if "subject" in part else {"70000001"}
    assert {one.locator for one in kept.rejected} == {f"/items/{int(key) - 70_000_001}" for key in bad}
    assert all(asked[0] in one.reason for one in kept.rejected)
    assert set(kept.by_key) == {"70000001", "70000002", "70000003"} - bad


def test_ids_sent_as_text_still_bring_their_lines(tmp_path: Path) -> None:
    fault = Fault("replace", "/v3/contract/customer/", swap=(b'"id": 70000001,', b'"id": "70000001",'))
    with portal_double(contracts=[contract(70_000_001)], faults=[fault]) as double:
        _, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert len(kept.by_key["70000001"].lines) == len(contract(70_000_001)["ContractUnits"])


def test_bank_accounts_are_never_kept(tmp_path: Path) -> None:
    rows = [contract(70_000_001), contract(70_000_002, contractSum=-1)]
    with portal_double(contracts=rows) as double:
        _, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert len(kept.rejected) == 1
    assert "KZ00BANK" not in repr([kept.batches])


def test_a_page_is_journaled_after_what_it_is_read_with(tmp_path: Path) -> None:
    """A rebuild reads captures in order: the context of a page must stand before it."""
    with portal_double() as double:
        crawled(double, tmp_path, "rest")
    seen: set[str] = set()
    read = 0
    for captured in captures(tmp_path):
        assert set(captured.context) <= seen
        seen.add(captured.ref)
        read += bool(captured.reader)
    assert read == 2
    assert len(seen) == len(captures(tmp_path))


def test_a_person_is_marked_and_its_number_stays_out_of_names_and_details(tmp_path: Path) -> None:
    with portal_double(contracts=[contract(70_000_011, supplierBiin=PERSON)]) as double:
        _, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    record = kept.by_key["70000011"]
    assert (record.recipient.is_person, record.recipient.id_scheme) == (True, "KZ-IIN")
    assert record.recipient.registry_id == PERSON
    assert PERSON not in record.recipient.name + repr(record.details) + record.url + record.subject


@pytest.mark.parametrize("way", ["rest", "graphql"])
def test_a_window_reads_what_the_journal_deleted(tmp_path: Path, way: str) -> None:
    entry = {"service_name": "contract", "service_title": "Реестр договоров", "url": ""}
    journal = [
        entry | {"action": "U", "object_id": 70_000_001, "date_action": "2024-06-20 09:50:00"},
        entry | {"action": "D", "object_id": 70_000_002, "date_action": "2024-02-29 09:51:00"},
        entry | {"action": "D", "object_id": 70_000_003, "date_action": "2024-06-20 09:51:00"},
        entry | {"action": "D", "object_id": 70_000_004, "date_action": "2024-06-20 09:51:00", "service_name": "lots"},
        entry | {"action": "X", "object_id": 70_000_005, "date_action": "2024-06-20 09:51:00"},
    ]
    with portal_double(journal=journal, page_limit=2) as double:
        result, kept = crawled(double, tmp_path, way, since="2024-06-15")
        assert len(double.targets("/v3/journal")) == 2
    assert result.state == "finished"
    assert [(one.key, one.at, one.undone) for one in kept.deletions] == [
        ("70000001", "2024-06-20T04:50:00Z", True),
        ("70000003", "2024-06-20T04:51:00Z", False),
    ]
    assert [row.reason for row in kept.rejected] == ["action 'X' is neither U nor D"]


def test_entries_of_other_services_are_passed_over_whatever_they_lack(tmp_path: Path) -> None:
    journal = [
        {"service_name": "lots", "action": "D", "object_id": None, "date_action": "2024-06-20 09:50:00"},
        {"service_name": "contract", "action": "D", "object_id": None, "date_action": "2024-06-20 09:50:00"},
        {"service_name": "contract", "action": "D", "object_id": 70_000_003, "date_action": "2024-06-20 09:50:00"},
    ]
    with portal_double(journal=journal) as double:
        answer = json.dumps({"items": journal, "next_page": ""}).encode()
        double.faults.append(Fault("instead", "/v3/journal", body=answer))
        _, kept = crawled(double, tmp_path, "rest", since="2024-06-15")
    assert [one.key for one in kept.deletions] == ["70000003"]
    assert [row.locator for row in kept.rejected] == ["/items/1"]


def test_a_further_page_that_is_absent_fails_the_run(tmp_path: Path) -> None:
    """The list was taken for whole, and what stood on the other pages vanished."""
    rows = [contract(70_000_000 + number) for number in range(1, 6)]
    with portal_double(contracts=rows, faults=[Fault("status", "search_after", status=404, times=9)]) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert (result.state, result.complete, len(kept.by_key)) == ("failed", False, 2)
    assert "search_after=70000002" in result.reason


def test_a_list_that_ends_before_its_count_fails_the_run(tmp_path: Path) -> None:
    rows = [contract(70_000_001), contract(70_000_002)]
    fault = Fault("replace", "/v3/contract/customer/", swap=(b'"total": 2', b'"total": 3'))
    with portal_double(contracts=rows, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "rest", source=ONE_BODY)
    assert (result.state, len(kept.by_key)) == ("failed", 2)
    assert "says 3 rows but gave 2" in result.reason


@pytest.mark.parametrize("way", ["rest", "graphql"])
def test_without_its_journal_a_run_says_that_it_knows_of_no_deletion(tmp_path: Path, way: str) -> None:
    with portal_double(faults=[Fault("status", "/v3/journal", status=404, times=9)]) as double:
        result, _ = crawled(double, tmp_path, way, since="2024-06-15")
    assert (result.state, result.complete) == ("finished", False)
    assert "/v3/journal" in result.reason
    assert "the journal of deletions is not there" in result.reason
