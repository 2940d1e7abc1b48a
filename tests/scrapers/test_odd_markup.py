"""Pages of the register in odd markup: what a reader of the page sees is read; what can be read two ways is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.crawl_plan import CrawlPlan
from scrapers.crawl import CrawlResult
from tests.portal.double import Asked, Fault, portal_double
from tests.portal.invented import BODY, contract, unit
from tests.scrapers.kept import Kept, crawled, source

LIST = "/ru/registry"
ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,), page_size=50))
SUM_OF_THE_CARD = "<td>1 120.00</td>"
SUM_OF_THE_LIST = "<strong>1 120.00</strong>"
TOTAL = "Общая итоговая сумма договора"


def read_with(home: Path, at: str, old: str, new: str, contracts: int = 1) -> tuple[CrawlResult, Kept]:
    """Crawl a body of so many contracts on whose pages something stands otherwise."""
    rows = [contract(70_000_001 + number) for number in range(contracts)]
    fault = Fault("replace", at, swap=(old.encode(), new.encode()), times=99)
    with portal_double(contracts=rows, faults=[fault]) as double:
        return crawled(double, home, "html", source=ONE_BODY)


@pytest.mark.parametrize(
    "unseen",
    [
        '<span style="display: none">1</span>', "<span hidden>1</span>", '<i class="sort hidden">1</i>',
        "<script>1</script>", "<style>1</style>", "<!-- 1 -->", '<input type="hidden" value="1">',
    ],
)  # fmt: skip
def test_what_a_page_hides_is_no_part_of_a_sum(tmp_path: Path, unseen: str) -> None:
    """A key for sorting before "120.00" made 1 120 of it."""
    result, kept = read_with(tmp_path, "/show/", SUM_OF_THE_CARD, f"<td>{unseen}120.00</td>")
    assert (result.state, [one.amount.minor for one in kept.records]) == ("finished", [12_000])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<!DOCTYPE html>", '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'),
        ("<!DOCTYPE html>", "\ufeff<!DOCTYPE html>"),
        ('<meta charset="utf-8">', '<meta charset="windows-1251">'),
        ("<body>", "<body>\0<script>if (1 < 2) { '<table id=\"search-result\">' }</script>"),
        ("</td>", ""),
        ("<tbody>", ""),
    ],
)
def test_pages_that_a_browser_would_show_are_read_whole(tmp_path: Path, old: str, new: str) -> None:
    result, kept = read_with(tmp_path, "/ru/", old, new, contracts=2)
    assert (result.state, result.complete, len(kept.records)) == ("finished", True, 2)
    assert [len(one.lines) for one in kept.records] == [1, 1]


@pytest.mark.parametrize("place", ["/ru/registry", "/show/"])
@pytest.mark.parametrize("body", ["<!-- nothing --></html>", "</html>"])
def test_a_page_of_nothing_is_refused_and_is_no_defect(tmp_path: Path, place: str, body: str) -> None:
    fault = Fault("instead", place, body=body.encode(), times=1)
    with portal_double(contracts=[contract(70_000_001)], faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (kept.records, result.complete) == ([], False)
    assert "Document is empty" in result.reason
    assert "/ru/" in result.reason


def test_a_page_too_deep_to_be_read_to_its_end_is_refused(tmp_path: Path) -> None:
    """The parser stops in silence at 256 elements in each other, and the lines behind them would be lost."""
    deep = "<td>" + "<b>" * 300 + "Одна услуга"
    result, kept = read_with(tmp_path, "/units/", "<td>Одна услуга", deep)
    assert (result.state, result.complete, kept.records) == ("finished", False, [])
    assert "cannot be read to its end" in kept.rejected[0].reason
    assert "/units/70000001" in kept.rejected[0].reason


@pytest.mark.parametrize("printed", ["12О500", "99.99 USD", "1,234", "не указано", "603.20<sup>1</sup>"])
def test_an_unreadable_sum_of_the_list_stops_nothing_and_stays_as_printed(tmp_path: Path, printed: str) -> None:
    """No record is made of it: the sum is the card's. It was a defect that ended the crawl."""
    result, kept = read_with(tmp_path, "/ru/registry", SUM_OF_THE_LIST, f"<strong>{printed}</strong>")
    assert (result.state, result.rejected) == ("finished", 0)
    (record,) = kept.records
    assert record.amount.minor == 112_000
    assert record.details["Сумма в реестре"].startswith(printed[:5])


@pytest.mark.parametrize(
    "printed", ["1 120,00", "1,120.00", "1.120,00", "1120", "1 120.00 тг", "<b>1</b>&nbsp;120.00"]
)
def test_a_sum_printed_otherwise_is_the_same_sum(tmp_path: Path, printed: str) -> None:
    _, kept = read_with(tmp_path, "/show/", SUM_OF_THE_CARD, f"<td>{printed}</td>")
    (record,) = kept.records
    assert record.amount.minor == 112_000
    assert "Сумма в реестре" not in record.details


@pytest.mark.parametrize("printed", ["около 1 120", "менее 5 000", "1,120", "112О", "99.99 USD", "-5.00", "1 120.005"])
def test_what_is_no_exact_sum_is_rejected(tmp_path: Path, printed: str) -> None:
    result, kept = read_with(tmp_path, "/show/", SUM_OF_THE_CARD, f"<td>{printed}</td>")
    assert (result.rows, kept.records) == (1, [])
    assert kept.rejected[0].locator == "card 70000001"


@pytest.mark.parametrize(
    ("label", "other"),
    [(TOTAL, "1.00"), ("Статус договора", "Отменен"), ("Финансовый год", "2022")],
)
def test_a_card_that_says_a_thing_in_two_ways_is_rejected(tmp_path: Path, label: str, other: str) -> None:
    """The first of the two was taken."""
    row = f"<tr><th>{label}</th>"
    _, kept = read_with(tmp_path, "/show/", row, f"<tr><th>{label}</th><td>{other}</td></tr>{row}")
    assert kept.records == []
    assert f"«{label}» is said in 2 ways: '{other}'" in kept.rejected[0].reason


def test_a_blank_or_a_hidden_row_is_no_second_way(tmp_path: Path) -> None:
    row = f"<tr><th>{TOTAL}</th>"
    more = f"<tr><th>{TOTAL}:</th><td></td></tr><tr style='display:none'><th>{TOTAL}</th><td>0.00</td></tr>"
    _, kept = read_with(tmp_path, "/show/", row, more + row)
    assert [one.amount.minor for one in kept.records] == [112_000]


def test_a_party_with_two_numbers_is_rejected(tmp_path: Path) -> None:
    row = "<tr><th>БИН/ИИН</th>"
    _, kept = read_with(tmp_path, "/customer_n_supplier/", row, f"<tr><th>БИН/ИИН</th><td>000340001583</td></tr>{row}")
    assert kept.records == []
    assert "«БИН/ИИН» is said in 2 ways" in kept.rejected[0].reason


@pytest.mark.parametrize(
    ("label", "its"),
    [("Номер договора в реестре договоров", "991240999991/220023/00"), ("Номер закупки", "9999903-1")],
)
def test_the_card_of_another_contract_is_rejected(tmp_path: Path, label: str, its: str) -> None:
    row = "<tr><th>Статус договора</th>"
    _, kept = read_with(tmp_path, "/show/70000001", row, f"<tr><th>{label}</th><td>{its}</td></tr>{row}", contracts=2)
    assert [one.key for one in kept.records] == ["70000002"]
    (rejected,) = kept.rejected
    assert "this is the card of another contract" in rejected.reason
    assert its in rejected.reason


def test_a_card_that_names_its_own_contract_is_read(tmp_path: Path) -> None:
    own = contract(70_000_001)["contractNumberSys"]
    row = "<tr><th>Статус договора</th>"
    more = f"<tr><th>Номер договора в реестре договоров</th><td>{own}</td></tr>"
    _, kept = read_with(tmp_path, "/show/", row, more + row)
    assert len(kept.records) == 1


@pytest.mark.parametrize(("printed", "quantity"), [("1 000", "1000"), ("1.500", "1.5"), ("1,5", "1.5"), ("", "")])
def test_quantities_are_read(tmp_path: Path, printed: str, quantity: str) -> None:
    _, kept = read_with(tmp_path, "/units/", "<td>1</td><td>Одна", f"<td>{printed}</td><td>Одна")
    assert [line.quantity for one in kept.records for line in one.lines] == [quantity]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<td>1</td><td>Одна", "<td>1,500</td><td>Одна", "'1,500'"),  # one and a half, or fifteen hundred
        ("<td>700000010</td>", "<td></td>", "«Ид» of a line is ''"),
        ("<td>700000010</td>", "<td>7_0</td>", "«Ид» of a line is '7_0'"),
        ("<td>705000010</td>", "<td>705000010-ЗЦП1</td>", "«П/П» of a line is '705000010-ЗЦП1'"),
    ],
)
def test_a_cell_of_a_line_that_is_not_what_it_should_be_is_named(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    _, kept = read_with(tmp_path, "/units/", old, new)
    assert kept.records == []
    assert said in kept.rejected[0].reason


@pytest.mark.parametrize("lines", [(2,), (1, 3), (1, 2, 2)])
def test_a_line_that_is_missing_or_doubled_shows_by_its_number(tmp_path: Path, lines: tuple[int, ...]) -> None:
    rows = [contract(70_000_001, ContractUnits=[unit(number, 1120.0, 1000.0) for number in (1, 2, 3)])]
    with portal_double(contracts=rows) as double:
        page = double.answer(Asked("GET", "/ru/egzcontract/cpublic/units/70000001", {}, b"", 0))[2].decode()
        before, *printed = page.split("<tr><td>")
        *_, last = printed
        ends = [one.removesuffix(last[last.index("</tbody>") :]) for one in printed]
        body = before + "".join("<tr><td>" + ends[number - 1] for number in lines) + last[last.index("</tbody>") :]
        double.faults.append(Fault("instead", "/units/", body=body.encode()))
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert kept.records == []
    assert f"the lines are numbered {', '.join(map(str, lines))}" in kept.rejected[0].reason


@pytest.mark.parametrize("way", ["html", "rest", "graphql"])
def test_a_contract_without_lines_says_so(tmp_path: Path, way: str) -> None:
    """Its page of lines lists none: that it is about nothing is not what it says."""
    with portal_double(contracts=[contract(70_000_001, ContractUnits=[]), contract(70_000_002)]) as double:
        result, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    assert (result.state, result.complete) == ("finished", True)
    assert {key: one.details.get("lines") for key, one in kept.by_key.items()} == {
        "70000001": "not known: the portal gave none",
        "70000002": None,
    }


@pytest.mark.parametrize("way", ["html", "rest"])
def test_a_contract_whose_page_of_lines_is_absent_says_so(tmp_path: Path, way: str) -> None:
    absent = [Fault("status", at, status=404, times=9) for at in ("/units/70000001", "/70000001/units")]
    with portal_double(contracts=[contract(70_000_001)], faults=absent) as double:
        _, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    (record,) = kept.records
    assert (record.lines, record.details["lines"]) == ((), "not known: the portal gave none")


def test_a_card_without_the_number_that_was_asked_for_is_rejected_and_asked_for_again(tmp_path: Path) -> None:
    """It could not be held against the filter, and was taken all the same."""
    fault = Fault("replace", "/customer_n_supplier/70000001", swap=("<th>БИН</th>".encode(), "<th>Код</th>".encode()))
    rows = [contract(70_000_001), contract(70_000_002)]
    with portal_double(contracts=rows, faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
        assert (result.state, result.complete, sorted(kept.by_key)) == ("finished", False, ["70000002"])
        assert "/customer_n_supplier/70000001 states no number of the customer" in kept.rejected[0].reason
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY, since="2024-06-01")
    assert sorted(kept.by_key) == ["70000001"]


def test_a_mark_beside_the_number_of_a_contract_is_no_part_of_it(tmp_path: Path) -> None:
    """The number had another shape then, no version was found in it, and both versions counted."""
    first, later = contract(70_000_001, refContractStatusId=190), contract(70_000_002, refContractTypeId=2)
    later["contractNumberSys"] = first["contractNumberSys"][:-2] + "01"
    mark = Fault("replace", LIST, swap=(b"</a>", '</a> <span class="label">изменён</span>'.encode()), times=9)
    with portal_double(contracts=[first, later], faults=[mark]) as double:
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert {one.root_key for one in kept.records} == {"root/70000001"}
    assert [one.version for one in kept.records] == ["00", "01"]


def test_a_day_in_another_notation_is_no_date_of_the_portal(tmp_path: Path) -> None:
    _, kept = read_with(tmp_path, "/show/", "2023-03-01 16:20:00", "2023-W09-3")
    assert kept.records == []
    assert "date of signature '2023-W09-3'" in kept.rejected[0].reason
