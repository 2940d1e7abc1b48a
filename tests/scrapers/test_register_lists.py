"""Lists of the register that count otherwise than they show, and what of them the next crawl asks for again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ingest.crawl_plan import CrawlPlan
from ingest.goszakup.register import register_page
from ingest.load import Loader
from scrapers.crawl import crawl
from scrapers.shapes import public_register
from tests.portal.double import Asked, Fault, PortalDouble, portal_double
from tests.portal.invented import BODY, TV, contract
from tests.scrapers.kept import QUICK, crawled, now, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,), page_size=50))
NOTHING = '<tr><td class="dataTables_empty" colspan="10">Ничего не найдено</td></tr>'
WINDOW = "2024-06-01"


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [
        contract(70_000_000 + n, **{"crdate": f"2023-{1 + n % 12:02d}-{1 + n % 28:02d} 10:00:00"} | changes)
        for n in range(count)
    ]


def test_a_page_that_finds_nothing_and_counts_rows_is_not_believed(tmp_path: Path) -> None:
    """It was a complete crawl of no contract, after which all of them had vanished."""
    page = f'<html><p class="dataTables_info">из 3 записей</p><table id="search-result">{NOTHING}</table></html>'
    fault = Fault("instead", "/ru/registry", body=page.encode(), times=9)
    with portal_double(contracts=many(3), faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, kept.records) == ("failed", False, [])
    assert "says 3 rows but gave 0, twice" in result.reason


def test_rows_beside_a_row_that_says_nothing_was_found_are_read(tmp_path: Path) -> None:
    fault = Fault("replace", "/ru/registry", swap=(b"<tbody>", b"<tbody>" + NOTHING.encode()))
    with portal_double(contracts=many(3), faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, len(kept.records)) == ("finished", True, 3)


def test_a_list_with_headings_and_nothing_under_them_is_empty(tmp_path: Path) -> None:
    with portal_double(contracts=many(1)) as double:
        headed = double.answer(Asked("GET", "/ru/registry/contract", {}, b"", 0))[2].decode()
        begin, end = headed.index("<tbody>"), headed.index("</tbody>")
        page = headed[:begin].replace("dataTables_info", "other") + f"<tbody>{NOTHING}" + headed[end:]
        double.faults.append(Fault("instead", "/ru/registry", body=page.encode()))
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, kept.records) == ("finished", True, [])


def test_a_count_that_stops_at_the_cap_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the count itself is cut off at 10 000, the rows that are shown agree with it, and the rest was lost."""
    monkeypatch.setattr(public_register, "CAP", 20)
    cut = Fault("replace", "/ru/registry", swap=("из 70 записей".encode(), "из 20 записей".encode()))
    with portal_double(contracts=many(70), cap=20, faults=[cut]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, len(kept.by_key)) == ("finished", True, 70)


@pytest.mark.parametrize("day", ["2024-07-02", "2013-05-01"])
def test_rows_of_any_day_are_found_above_the_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str) -> None:
    """A list that is read beyond midnight holds rows of the next day; they were counted and not found, twice."""
    monkeypatch.setattr(public_register, "CAP", 20)
    rows = [*many(30), *(contract(70_000_100 + n, crdate=f"{day} 00:05:00") for n in range(5))]
    with portal_double(contracts=rows, cap=20) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, len(kept.by_key)) == ("finished", True, 35)


def test_rows_that_come_in_between_two_pages_are_all_found(tmp_path: Path) -> None:
    """The pages move by a row: the list is read once more."""

    class Moving(PortalDouble):
        def answer(self, asked: Asked) -> tuple[int, str, bytes]:
            if "page=2" in asked.target and len(self.contracts) == 120:
                self.contracts.insert(0, contract(69_999_999))
            return super().answer(asked)

    with portal_double(Moving, contracts=many(120)) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.complete, len(kept.by_key)) == ("finished", True, 121)


class Restless(PortalDouble):
    """A register that changes while the second page of a list is asked for, so often."""

    changes = 1

    def answer(self, asked: Asked) -> tuple[int, str, bytes]:
        if "page=2" in asked.target and self.changes:
            self.changes -= 1
            self.change()
        return super().answer(asked)

    def change(self) -> None:
        del self.contracts[0]


class Exchanging(Restless):
    """One row leaves as another comes in: the count stays."""

    def change(self) -> None:
        super().change()
        self.contracts.append(contract(70_001_000))


class NeverStill(Exchanging):
    changes = 99


@pytest.mark.parametrize("since", ["", WINDOW])
def test_a_row_that_leaves_between_two_pages_hides_no_other(tmp_path: Path, since: str) -> None:
    """The rows moved up by one: the first of the second page was on none that was read, and the count agreed."""
    with portal_double(Restless, contracts=many(120)) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since=since)
        assert set(kept.by_key) == {str(one["id"]) for one in double.contracts}
    assert (result.state, result.complete, len(kept.by_key)) == ("finished", not since, 119)


def test_a_row_that_leaves_as_another_comes_in_hides_no_other(tmp_path: Path) -> None:
    with portal_double(Exchanging, contracts=many(120)) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert set(kept.by_key) == {str(one["id"]) for one in double.contracts}
    assert (result.state, result.complete) == ("finished", True)


def test_a_list_that_never_stands_still_is_no_whole_one(sqlite_engine: Engine, tmp_path: Path) -> None:
    for kind in (PortalDouble, NeverStill):
        with portal_double(kind, contracts=many(120)) as double:
            result = crawl(
                ONE_BODY, tmp_path, lambda started: Loader(sqlite_engine, ONE_BODY, started), now=now,
                access="html", environment=double.environment(), pace=QUICK,
            )  # fmt: skip
    assert (result.state, result.complete) == ("finished", False)
    assert f"the list of customer {BODY} changed while it was read, 3 times: rows" in result.reason
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record WHERE vanished_run_id IS NOT NULL")).scalar() == 0


UNREAD = Fault("replace", "/show/70000001", swap=(b"1 120.00", "112О".encode()))


def test_beside_a_row_that_cannot_be_read_nothing_vanishes(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A contract whose card could not be read once was taken for one that the register no longer shows."""
    with portal_double(contracts=many(3)) as double:
        for faults in ([], [Fault(UNREAD.kind, UNREAD.at, swap=UNREAD.swap)]):
            double.faults[:] = faults
            result = crawl(
                ONE_BODY, tmp_path, lambda started: Loader(sqlite_engine, ONE_BODY, started), now=now,
                access="html", environment=double.environment(), pace=QUICK,
            )  # fmt: skip
    assert (result.state, result.complete, result.rejected) == ("finished", False, 1)
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record WHERE vanished_run_id IS NULL")).scalar() == 3


@pytest.mark.parametrize("sample", [None, 2])
def test_a_card_that_could_not_be_read_is_asked_for_again(tmp_path: Path, sample: int | None) -> None:
    """Its row had been seen and was not to be read again before it changed; its contract was never loaded."""
    with portal_double(contracts=many(3), faults=[Fault(UNREAD.kind, UNREAD.at, swap=UNREAD.swap)]) as double:
        first, kept = crawled(double, tmp_path, "html", source=ONE_BODY, sample=sample)
        assert (first.rejected, "70000001" in kept.by_key) == (1, False)
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since=WINDOW)
        assert "70000001" in kept.by_key
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since=WINDOW)
        assert kept.by_key == {}


def test_a_card_that_stopped_a_run_is_asked_for_again(tmp_path: Path) -> None:
    """The maintainer declares the new heading, and the contract is read with the next crawl."""
    new = Fault("replace", "/units/70000001", swap=(b"<th>#</th>", "<th>#</th><th>Новое</th>".encode()), times=1)
    with portal_double(contracts=many(3), faults=[new]) as double:
        first, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert (first.state, first.refused) == ("failed", True)
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since=WINDOW)
    assert sorted(kept.by_key) == ["70000001", "70000002"]


def test_a_contract_in_two_lists_is_read_once_and_stays_one_with_its_first_version(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    """In the list of its new supplier the first version does not stand: both counted, as two contracts."""
    later = contract(
        70_000_002, supplierBiin=TV, contractNumberSys=contract(70_000_001)["contractNumberSys"][:-2] + "01"
    )
    declared = source(crawl=CrawlPlan(customers=(BODY,), suppliers=(TV,), page_size=50))
    with portal_double(contracts=[contract(70_000_001), later]) as double:
        for since in ("", WINDOW):
            result = crawl(
                declared, tmp_path, lambda started: Loader(sqlite_engine, declared, started), now=now, since=since,
                access="html", environment=double.environment(), pace=QUICK,
            )  # fmt: skip
            later["refContractStatusId"] = 390  # it is read again
        assert len(double.targets("/show/")) == 3
    assert result.state == "finished"
    with sqlite_engine.connect() as connection:
        assert list(connection.execute(text("SELECT key FROM record WHERE counted"))) == [("70000002",)]


def test_of_earlier_lists_only_those_are_read_under_which_cards_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every list of every earlier crawl was read again before each crawl: it took longer from day to day."""
    with portal_double(contracts=many(60)) as double:
        for since in ("", WINDOW, WINDOW, WINDOW):
            crawled(double, tmp_path, "html", source=ONE_BODY, since=since)
        read: list[str] = []

        def counted(source: Any, captured: Any, body: bytes) -> Any:
            read.append(captured.run)
            return register_page(source, captured, body)

        monkeypatch.setattr(public_register, "register_page", counted)
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY, since=WINDOW)
    assert (result.state, result.pages) == ("finished", 0)
    assert len([run for run in read if run != result.run]) == 2
