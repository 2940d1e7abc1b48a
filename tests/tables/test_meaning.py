"""Headers, kinds, units, figures and the arithmetic of totals."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tables.amounts import decimal_mark, is_blank, looks_like_amount, read_figure, reading_of
from ingest.tables.model import Grid, Kind, Merge, Table, Total, Unit
from ingest.tables.semantics import is_numbering
from ingest.tables.totals import check_totals, judge, year_of_rows
from ingest.tables.understand import understand
from ingest.tables.words import unit_in


def table(cells: list[list[str]], merges: list[Merge] | None = None, title: str = "") -> Table:
    grid = Grid(cells=cells, places=[[[] for _ in row] for row in cells], merges=merges or [], title=title)
    return understand(grid, "reply")


HEAD = ["№", "СМИ", "Сумма, тенге"]


@pytest.mark.parametrize(
    ("raw", "mark", "value"),
    [
        ("55\u00a0068\u00a0113,2", None, "55068113.2"),
        ("1 439,0", ",", "1439.0"),
        ("80 330,6", None, "80330.6"),
        ("632 426-00 тг.", None, "632426.00"),
        ("17,3 млн. тенге", None, "17300000.0"),
        ("1 037 736,97 тыс.тг", None, "1037736970.00"),
        ("5 мың теңге", None, "5000"),
        ("1.393,4", None, "1393.4"),
        ("1,234,567", None, "1234567"),
        ("$51.24", None, "51.24"),
        ("(498,5)", None, "-498.5"),
        ("△747", None, "-747"),
        ("1 234²", None, "1234"),
        ("9742860089", None, "9742860089"),
    ],
)
def test_figures_as_bodies_print_them(raw: str, mark: str | None, value: str) -> None:
    assert read_figure(raw, mark) == Decimal(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "raw",
    ["12 34", "1 2345", "1.234", "1,234", "12.05.2011", "5 %", "№ 5", "1/2", "10-12-13", "5 шт", "газета", "1 234 5"],
)
def test_what_allows_no_or_two_readings_is_no_figure(raw: str) -> None:
    assert read_figure(raw) is None


def test_the_column_settles_what_a_cell_leaves_open() -> None:
    assert decimal_mark(["1.234", "5,5"]) == ","
    assert decimal_mark(["1.234", "5.5"]) == "."
    assert decimal_mark(["1.234", "2.345"]) is None
    assert decimal_mark(["1,5", "1.5"]) is None
    assert read_figure("1.234", ",") == 1234
    assert read_figure("1.234", ".") == Decimal("1.234")


@pytest.mark.parametrize("raw", ["", "-", "—", "–", " ", "X", "…"])
def test_blanks_and_dashes(raw: str) -> None:
    assert is_blank(raw)
    assert not looks_like_amount(raw)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**15), st.sampled_from([" ", "\u00a0", ""]), st.sampled_from([",", "."]))
def test_a_printed_sum_is_read_back(kopecks: int, group: str, mark: str) -> None:
    whole, rest = divmod(kopecks, 100)
    printed = f"{whole:,}".replace(",", group) + f"{mark}{rest:02d}"
    value = Decimal(kopecks) / 100
    assert read_figure(printed, mark) == value  # type: ignore[arg-type]
    assert reading_of(Unit("KZT", 1, "тенге"), [printed])(printed) == value


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 .,-()тысмлнгX%$\u00a0", max_size=16))
def test_any_text_is_read_or_refused(raw: str) -> None:
    value = read_figure(raw)
    assert value is None or any(c.isdigit() for c in raw)


@pytest.mark.parametrize(
    ("heading", "currency", "factor"),
    [
        ("Сумма, тыс. тенге", "KZT", 1000),
        ("Сомасы, мың теңге", "KZT", 1000),
        ("Расходы (тыс. руб.), годы", "RUB", 1000),
        ("Сумма договора, тенге", "KZT", 1),
        ("млн. тг", "KZT", 1_000_000),
        ("Объем госзаказа", None, None),
        ("тыс.", None, 1000),
        ("тенге / руб.", None, None),
        ("Тенгизский район", None, None),
    ],
)
def test_units_are_read_and_never_guessed(heading: str, currency: str | None, factor: int | None) -> None:
    assert (unit_in(heading).currency, unit_in(heading).factor) == (currency, factor)


def test_the_title_names_the_unit_when_the_heading_is_silent() -> None:
    found = table([["№", "СМИ", "Сумма"], ["1", "а", "5"], ["2", "б", "6"]], title="Сведения, тыс. тенге")
    assert found.columns[2].unit.factor == 1000
    silent = table([["№", "СМИ", "Сумма"], ["1", "а", "5"], ["2", "б", "6"]])
    assert silent.columns[2].unit == Unit()
    assert "no unit is printed for column 3" in silent.needs_review


@pytest.mark.parametrize(
    ("title", "sums", "doubts"),
    [
        ("", ["10", "20", "в млн. тенге", "3"], ["row 3 names another unit than a heading: × 1000000 KZT"]),
        ("", ["10", "20", "|Сумма, млн. тенге", "3"], ["row 3 names another unit than a heading: × 1000000 KZT"]),
        ("", ["10", "|тенге / руб.", "3"], ["row 2 names another unit than a heading: several at once"]),
        ("Сведения, тенге", ["10", "20"], ["the text above names another unit than a heading: × 1 KZT"]),
        ("Сведения, тыс. тенге", ["10", "в тысячах тенге", "3 тыс.", "|нет данных", "3"], []),
        ("На 2024 год выделено 150,5 млн. тенге:", ["10", "договор на 2 000 000 тенге", "20"], []),
    ],
)
def test_a_unit_that_is_not_that_of_the_heading_is_told(title: str, sums: list[str], doubts: list[str]) -> None:
    rows = [["", text, ""] if text.startswith(("в ", "дог")) else ["1", "а", text.strip("|")] for text in sums]
    assert table([["№", "СМИ", "Сумма, тыс. тенге"], *rows], title=title).needs_review == doubts


def test_a_unit_in_a_column_of_its_own_is_told_where_it_is_not_that_of_the_heading() -> None:
    rows = [["а", "10", "тыс. тенге"], ["б", "5", "млн. тенге"], ["в", "7", "выпуск"]]
    found = table([["СМИ", "Сумма, тыс. тенге", "Ед. изм."], *rows])
    assert found.needs_review == ["row 2 names another unit than a heading: × 1000000 KZT"]
    subject = table([["СМИ", "Сумма, тыс. тенге", "Тема"], *rows])
    assert subject.needs_review == []


def test_a_sum_that_is_told_above_is_no_unit() -> None:
    for title, factor in (("Выделено 150 млн. тенге", None), ("План на 2024 год, млн. тенге", 1_000_000)):
        found = table([["№", "СМИ", "Сумма"], ["1", "а", "5"], ["2", "б", "6"]], title=title)
        assert found.columns[2].unit.factor == factor


def test_year_headings_and_totals_per_year() -> None:
    rows = [
        HEAD,
        ["2009 год", "", ""],
        ["1", "а", "5"],
        ["2", "б", "6"],
        ["Итого за 2009 год", "", "11"],
        ["2010 жыл", "", ""],
        ["3", "в", "7"],
        ["Итого за 2010 год", "", "7"],
        ["Всего", "", "18"],
    ]
    found = table(rows)
    assert found.kinds == ["year", "data", "data", "subtotal", "year", "data", "subtotal", "total"]
    assert [t.verdict for t in found.totals] == ["equal"] * 3
    assert [t.covers for t in found.totals] == [(1, 2), (5,), (1, 2, 5)]
    assert year_of_rows(found.rows, found.kinds) == [2009, 2009, 2009, 2009, 2010, 2010, 2010, 2010]


def test_groups_with_subtotals() -> None:
    rows = [["СМИ", "Тираж", "Сумма, тенге"], ["Газеты", "", ""], ["а", "x", "5"], ["Итого: газеты", "", "5"]]
    rows += [["Радио", "", ""], ["б", "x", "6"], ["Итого: радио", "", "6"], ["Барлығы", "", "11"]]
    found = table(rows)
    assert found.kinds == ["group", "data", "subtotal", "group", "data", "subtotal", "total"]
    assert [t.verdict for t in found.totals] == ["equal"] * 3


def test_a_total_over_subtotals_only() -> None:
    rows = [
        HEAD,
        ["1", "а", "5"],
        ["", "Итого газеты", "5"],
        ["2", "б", "6"],
        ["", "Итого радио", "6"],
        ["", "Всего", "11"],
    ]
    assert [t.verdict for t in table(rows).totals] == ["equal"] * 3


def test_a_numbered_outlet_called_total_is_data() -> None:
    found = table([HEAD, ["1", "Всего доброго, газета", "5"], ["2", "б", "6"], ["", "Всего", "11"]])
    assert found.kinds == ["data", "data", "total"]


def test_parts_are_not_added_twice() -> None:
    found = table(
        [HEAD, ["1", "а", "5"], ["", "в том числе на каз. языке", "3"], ["2", "б", "6"], ["", "Итого", "11"]]
    )
    assert found.kinds == ["data", "part", "data", "total"]
    assert [t.verdict for t in found.totals] == ["equal"]


def test_a_column_that_is_a_part_is_told() -> None:
    header = [["СМИ", "Объем, тенге", ""], ["", "2010 г.", "в т.ч. на гос. языке"]]
    found = table([*header, ["а", "5", "3"], ["б", "6", "1"]], [Merge(0, 0, 1, 0), Merge(0, 1, 0, 2)])
    assert [c.part for c in found.columns] == [False, False, True]
    assert found.columns[1].heading == ("Объем, тенге", "2010 г.")


def test_headers_without_merges_are_spread_to_the_right() -> None:
    found = table(
        [["№", "СМИ", "Сумма, тенге", ""], ["", "", "2010", "2011"], ["1", "а", "5", "6"], ["2", "б", "5", "6"]]
    )
    assert len(found.header) == 2
    assert found.columns[3].heading == ("Сумма, тенге", "2011")
    assert [c.year for c in found.columns] == [None, None, 2010, 2011]


def test_the_row_that_numbers_columns_is_no_data() -> None:
    found = table([HEAD, ["1", "2", "3"], ["1", "а", "5"], ["2", "б", "6"], ["", "Итого", "11"]])
    assert found.kinds == ["numbering", "data", "data", "total"]
    assert is_numbering(["1", "2", "3"])
    assert not is_numbering(["1", "2", "4"])


def test_identity_numbers_and_codes_are_never_added() -> None:
    found = table(
        [["№", "БИН", "Код", "Сумма, тенге"], ["1", "070340007367", "412", "5"], ["2", "000340001900", "413", "6"]]
    )
    assert [c.role for c in found.columns] == ["number", "number", "number", "amount"]


@pytest.mark.parametrize(
    ("printed", "verdict"),
    [("11", "equal"), ("110", "×10"), ("1.1", "×10"), ("11000", "×1000"), ("0.011", "×1000"), ("12", "differs")],
)
def test_slips_are_named(printed: str, verdict: str) -> None:
    assert judge(Decimal(printed), Decimal(11)) == verdict


def one_total(rows: list[list[str]]) -> Total:
    (found,) = table([HEAD, *rows]).totals
    return found


def test_a_wrong_total_is_kept_and_described() -> None:
    found = table([HEAD, ["1", "а", "5"], ["2", "б", "6"], ["", "Итого", "12"]])
    assert found.rows[2][2] == "12"
    assert (found.totals[0].printed, found.totals[0].computed) == (Decimal(12), Decimal(11))
    assert "total in row 3 does not agree with its rows" in found.needs_review


def test_rounding_is_told_from_a_slip() -> None:
    rows = [["1", "а", "5,4"], ["2", "б", "6,4"], ["3", "в", "1,1"]]
    assert one_total([*rows, ["", "Итого", "13,0"]]).rounding
    assert not one_total([*rows, ["", "Итого", "14,0"]]).rounding


def test_an_unreadable_row_makes_the_total_unreadable_not_wrong() -> None:
    found = one_total([["1", "а", "5"], ["2", "б", "6 или 7"], ["3", "в", "8"], ["", "Итого", "13"]])
    assert found.verdict == "unreadable"
    assert found.computed is None


def test_a_withheld_sum_is_not_a_zero() -> None:
    found = one_total([["1", "а", "5"], ["2", "б", "ДСП"], ["3", "в", "8"], ["", "Итого", "13"]])
    assert found.verdict == "unreadable"


def test_sums_that_look_like_years_are_sums_where_the_heading_states_a_unit() -> None:
    rows = [["а", "1900"], ["б", "2011"]]
    assert [column.role for column in table([["СМИ", "Сумма, тенге"], *rows]).columns] == ["text", "amount"]
    assert [column.role for column in table([["СМИ", "Год"], *rows]).columns] == ["text", "year"]


sums = st.lists(st.integers(0, 10**9), min_size=1, max_size=8)


@settings(max_examples=150, deadline=None)
@given(st.lists(sums, min_size=1, max_size=4), st.booleans())
def test_right_totals_are_equal_and_a_changed_digit_is_seen(groups: list[list[int]], grand: bool) -> None:
    rows: list[list[str]] = []
    kinds: list[Kind] = []
    for group in groups:
        rows += [["а", str(v)] for v in group] + [["Итого", str(sum(group))]]
        kinds += ["data"] * len(group) + ["total"]
    if grand:
        rows.append(["Всего", str(sum(map(sum, groups)))])
        kinds.append("total")
    columns = table([["СМИ", "Сумма, тенге"], *rows]).columns
    _, totals = check_totals(rows, kinds, columns)
    assert [t.verdict for t in totals] == ["equal"] * len(totals)
    assert len(totals) == kinds.count("total")
    wrong = [list(row) for row in rows]
    wrong[len(groups[0])][1] = str(sum(groups[0]) + 1)
    _, changed = check_totals(wrong, kinds, columns)
    assert changed[0].verdict != "equal" or sum(groups[0]) + 1 == sum(map(sum, groups))
