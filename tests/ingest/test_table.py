"""A declared table: what is read, what is rejected, what stops."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest
from sources import DECLARED, HEADINGS, ROW, csv_of, declare, read, xlsx_of

from db.words import AmountState, PartyState, YearState
from ingest.reader import LayoutChangedError
from ingest.source import Source


def changed(**cells: str) -> list[str]:
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, ROW, strict=True)]


def test_a_row_becomes_a_record_with_its_place() -> None:
    records, rejected = read(declare(), csv_of(ROW))
    assert rejected == []
    [record] = records
    assert record.payer.name == "Акимат Кок Дала"
    assert (record.recipient.name, record.recipient.registry_id) == ("ТОО «Боз Дала Медиа»", "991240999991")
    assert (record.year, record.amount.minor, record.amount.raw) == (2024, 125_000_050, "1 250 000,50")
    assert record.equivalent is not None
    assert (record.equivalent.minor, record.equivalent.currency) == (250, "EUR")
    assert record.locator == "row 2"
    assert record.identity == "Акимат Кок Дала | 2024 | ТОО «Боз Дала Медиа» | Боз дала | Освещение"


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Sum": "12.03.2024"}, "Sum"),
        ({"Sum": "1 250 0O0"}, "Sum"),
        ({"Sum": "NaN"}, "Sum"),
        ({"Sum": "1,2 млн руб."}, "Sum"),
        ({"Year": "24"}, "Year"),
        ({"Payer": " "}, "Payer"),
        ({"BIN": "991240999992"}, "BIN"),
    ],
)
def test_a_bad_row_is_kept_and_the_good_rows_with_it(cells: dict[str, str], reason: str) -> None:
    records, rejected = read(declare(), csv_of(ROW, changed(**cells), ROW))
    assert len(records) == 2
    [row] = rejected
    assert row.reason.startswith(f"{reason}: ")
    assert row.locator == "row 3"
    assert all(cell in row.raw for cell in cells.values())


def test_quotes_that_join_rows_are_told_and_the_rows_around_them_kept() -> None:
    opened = [changed(Recipient='"ТОО Боз', Subject="a"), changed(Recipient='"ТОО Дала', Subject="b")]
    behind = changed(Recipient='"Боз Дала" ТОО')
    quoted = changed(Subject='"Освещение; ""Дала""\nи проза"')
    records, rejected = read(declare(), csv_of(ROW, *opened, behind, quoted))
    assert [r.subject for r in records] == ["Освещение", 'Освещение; "Дала" и проза']
    assert [(row.locator, "behind its closing quote" in row.reason) for row in rejected] == [
        ("row 3", True),
        ("row 4", True),
    ]
    assert "one row of 2 lines" in rejected[0].reason
    assert all(name in rejected[0].raw for name in ("ТОО Боз", "ТОО Дала"))
    with pytest.raises(LayoutChangedError, match="opened in row 3 is never closed"):
        read(declare(), csv_of(ROW, opened[0], ROW, ROW))


def test_blank_zero_and_withheld_are_different() -> None:
    rows = [changed(Sum=""), changed(Sum="0"), changed(Sum="для служебного пользования")]
    records, _ = read(declare(), csv_of(*rows))
    assert [record.amount.state for record in records] == [
        AmountState.UNKNOWN, AmountState.ZERO, AmountState.WITHHELD,
    ]  # fmt: skip
    assert [record.amount.minor for record in records] == [None, 0, None]


def test_a_declared_state_is_no_name() -> None:
    [record], _ = read(declare(), csv_of(changed(Outlet="-")))
    assert record.outlet.state is PartyState.WITHHELD
    assert record.details == {"outlet as printed": "-"}


@pytest.mark.parametrize("blank", ["\u200b", "\u00a0\ufeff", "\u202e\u202c"])
def test_what_cannot_be_seen_names_nobody(blank: str) -> None:
    records, rejected = read(declare(), csv_of(changed(Recipient=blank, Outlet=blank), changed(Payer=blank)))
    assert [(r.recipient.state, r.outlet.state) for r in records] == [(PartyState.UNKNOWN, PartyState.UNKNOWN)]
    assert [row.reason for row in rejected] == ["Payer: is blank: a sum without a payer is no record"]


def test_years_may_be_several_or_none() -> None:
    records, _ = read(declare(), csv_of(changed(Year="2009–2011 гг."), changed(Year="")))
    assert [(r.year_state, r.year, r.year_to) for r in records] == [
        (YearState.SEVERAL_YEARS, 2009, 2011), (YearState.NO_DATE, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (csv_of(ROW, headings=[*HEADINGS[:-1], "Dollar"]), "new 'Dollar'; missing 'Euro'"),
        (csv_of(ROW[:-1], headings=HEADINGS[:-1]), "missing 'Euro'"),
        (csv_of(ROW, headings=[*HEADINGS[:-1], "Sum"]), "doubled 'Sum'"),
        (csv_of(ROW, headings=[*HEADINGS[:-1], "Euros"]), "'Euros' may be what 'Euro' is called now"),
        (csv_of(ROW, delimiter="|"), r"';' is not the mark between cells; set `delimiter:` to '\|'"),
        (b"", "table is empty"),
        (csv_of(ROW, headings=["\u0420ayer", *HEADINGS[1:]]), r"'Р' \(U\+0420\) where 'P' \(U\+0050\) is declared"),
        (csv_of(ROW, headings=["PAYER", *HEADINGS[1:]]), "'PAYER' may be what 'Payer' is called now"),
        ("a;b\n".encode("utf-16-le"), "read with `encoding: utf-16-le`"),
        (csv_of(ROW).decode().encode("cp1251"), "is not utf-8"),
        (b"\x89PNG\0\0" + csv_of(ROW), "is not utf-8"),
    ],
)
def test_unknown_structure_stops(body: bytes, message: str) -> None:
    with pytest.raises(LayoutChangedError, match=message) as raised:
        read(declare(), body)
    assert "zz_invented" in str(raised.value)
    assert "invented.csv" in str(raised.value)


def test_a_mark_of_byte_order_is_no_part_of_the_first_heading() -> None:
    for shape, written in (({}, "utf-8-sig"), ({"encoding": "utf-16-le"}, "utf-16")):
        source = declare(table={"format": "csv", "delimiter": ";", **shape})
        assert len(read(source, csv_of(ROW).decode().encode(written))[0]) == 1


def test_a_file_in_utf_8_is_not_read_as_another_encoding() -> None:
    source = declare(table={"format": "csv", "delimiter": ";", "encoding": "cp1251"})
    assert read(source, csv_of(ROW).decode().encode("cp1251"))[0][0].outlet.name == "Боз дала"
    with pytest.raises(LayoutChangedError, match="is written in utf-8, which as cp1251 would give other letters"):
        read(source, csv_of(ROW))


def test_text_under_no_heading_is_not_dropped() -> None:
    headings = [*HEADINGS[:6], "", *HEADINGS[6:]]
    with_note, without = ([*ROW[:6], cell, *ROW[6:]] for cell in ("cancelled", " "))
    records, rejected = read(declare(), csv_of(without, with_note, headings=headings))
    assert len(records) == 1
    assert [row.reason for row in rejected] == [
        "'cancelled' stands in column G, which has no heading; declare `column G:`"
    ]


def test_a_column_without_a_heading_is_called_by_its_place_and_never_dropped() -> None:
    headings = [*HEADINGS[:2], "", *HEADINGS[2:]]
    body = csv_of([*ROW[:2], "№ 7", *ROW[2:]], headings=headings)
    with pytest.raises(LayoutChangedError, match="new 'column C'; column C has cells and no heading"):
        read(declare(), body)
    declared = declare(columns={**DECLARED["columns"], "column C": {"to": "number"}})
    assert read(declared, body)[0][0].number == "№ 7"
    empty = [*ROW[:2], "", *ROW[2:]]
    assert len(read(declare(), csv_of(empty, headings=headings))[0]) == 1
    assert [record.number for record in read(declared, csv_of(empty, headings=headings))[0]] == [""]


def test_a_cell_that_strays_behind_the_last_heading_rejects_its_row_unless_its_column_is_declared() -> None:
    body = csv_of([*ROW, ""], [*ROW, "a note"], headings=[*HEADINGS, ""])
    records, rejected = read(declare(), body)
    assert (len(records), rejected[0].reason) == (1, "9 cells under 8 headings")
    assert len(read(declare(ignored={"column I": "notes of a clerk"}), body)[0]) == 2
    with_note = declare(columns={**DECLARED["columns"], "column I": {"to": "number"}})
    records, rejected = read(with_note, csv_of(ROW, ROW[:-1]))
    assert [record.number for record in records] == [""], "in this month nobody wrote a note"
    assert [row.reason for row in rejected] == ["7 cells under 8 headings"]


def test_a_moved_column_shifts_nothing() -> None:
    order = [7, 3, 0, 6, 1, 2, 5, 4]
    body = csv_of([ROW[i] for i in order], headings=[HEADINGS[i] for i in order])
    assert read(declare(), body)[0][0].amount.minor == 125_000_050


def test_swapped_headings_reject_every_row_instead_of_shifting_sums() -> None:
    headings = [{"Sum": "Subject", "Subject": "Sum"}.get(h, h) for h in HEADINGS]
    records, rejected = read(declare(), csv_of(ROW, headings=headings))
    assert records == []
    assert "Sum: " in rejected[0].reason


XLSX = {"table": {"format": "xlsx"}}
SHEET_ROW = ["Акимат Кок Дала", 2024, "ТОО «Боз Дала Медиа»", "991240999991", "Боз дала", "Освещение", 1250000.5, 2.5]


def test_numbers_of_a_workbook_are_exact() -> None:
    [record], _ = read(declare(**XLSX), xlsx_of(SHEET_ROW), "invented.xlsx")
    assert (record.amount.minor, record.year) == (125_000_050, 2024)
    assert record.locator == "sheet Sheet, range A2:H2"


def test_a_formula_is_no_evidence() -> None:
    formula = [*SHEET_ROW[:6], "=1000*1250", 2.5]
    records, rejected = read(declare(**XLSX), xlsx_of(SHEET_ROW, formula), "invented.xlsx")
    assert len(records) == 1
    assert "formula" in rejected[0].reason


def test_merged_headings_stop() -> None:
    with pytest.raises(LayoutChangedError, match="merged headings"):
        read(declare(**XLSX), xlsx_of(SHEET_ROW, merge=["C1:D1"]), "invented.xlsx")


def test_the_lower_of_two_rows_of_headings_names_each_column() -> None:
    over = ["Payer", "Year", "Paid to", "", "Outlet", "Subject", "Money", ""]
    below = ["", "", *HEADINGS[2:4], "", "", *HEADINGS[6:]]
    merges = ("A1:A2", "B1:B2", "C1:D1", "E1:E2", "F1:F2", "G1:H1")
    body = xlsx_of(below, SHEET_ROW, headings=over, merge=merges)
    [record], rejected = read(declare(table={"format": "xlsx", "header_row": 2}), body, "invented.xlsx")
    assert (record.amount.minor, rejected) == (125_000_050, [])
    with pytest.raises(LayoutChangedError, match=r"headings \(C1:D1, G1:H1\), .* set `header_row:` to that row"):
        read(declare(**XLSX), body, "invented.xlsx")


def test_what_is_merged_downwards_is_read_in_each_row() -> None:
    body = xlsx_of(SHEET_ROW, ["", *SHEET_ROW[1:4], "", "Second", *SHEET_ROW[6:]], merge=["A2:A3", "E2:E3"])
    records, rejected = read(declare(**XLSX), body, "invented.xlsx")
    assert rejected == []
    assert [(record.payer.name, record.outlet.name) for record in records] == [("Акимат Кок Дала", "Боз дала")] * 2


def test_a_sum_merged_over_rows_is_the_sum_of_none_of_them() -> None:
    below = [*SHEET_ROW[:5], "Second", "", 2.5]
    body = xlsx_of(SHEET_ROW, below, [*SHEET_ROW[:5], "Third", *SHEET_ROW[6:]], merge=["G2:G3"])
    records, rejected = read(declare(**XLSX), body, "invented.xlsx")
    assert [record.subject for record in records] == ["Third"]
    assert {row.reason for row in rejected} == {
        "Sum: one sum is merged over rows 2 to 3, and how it divides is not stated"
    }


def test_a_date_under_the_sum_is_no_sum() -> None:
    import datetime as dt

    row = [*SHEET_ROW[:6], dt.datetime(2024, 3, 12), 2.5]  # noqa: DTZ001 - as a workbook gives it
    _, rejected = read(declare(**XLSX), xlsx_of(row), "invented.xlsx")
    assert "is no amount" in rejected[0].reason


def test_a_time_of_a_workbook_is_told_as_one_and_is_no_sum() -> None:
    import datetime as dt

    rows = [
        ["a", *SHEET_ROW[1:5], dt.timedelta(hours=30, minutes=5), *SHEET_ROW[6:]],
        ["b", *SHEET_ROW[1:5], dt.time(10, 30), *SHEET_ROW[6:]],
        [*SHEET_ROW[:6], dt.time(10, 30), 2.5],
        [*SHEET_ROW[:6], dt.timedelta(hours=30), 2.5],
    ]
    records, rejected = read(declare(**XLSX), xlsx_of(*rows), "invented.xlsx")
    assert [record.subject for record in records] == ["30:05:00", "10:30:00"]
    assert [row.reason for row in rejected] == ["Sum: '10:30:00' is no amount", "Sum: '30:00:00' is no amount"]


def test_a_pattern_takes_the_year_out_of_a_number_too() -> None:
    row = ["a", 20240315, *SHEET_ROW[2:]]
    source = with_columns(Year={"to": "year", "pattern": r"^(\d{4})\d{4}$"})
    (record,), _ = read(msgspec.structs.replace(source, table=declare(**XLSX).table), xlsx_of(row), "invented.xlsx")
    assert record.year == 2024


def test_a_pattern_that_matches_without_its_group_takes_nothing() -> None:
    source = with_columns(Subject={"to": "subject", "pattern": r"^№ (\w+)$|^-$"})
    records, rejected = read(source, csv_of(changed(Subject="№ a"), changed(Subject="-")))
    assert [record.subject for record in records] == ["a"]
    assert [row.reason[:14] for row in rejected] == ["Subject: '-' d"]
    rooted = declare(root={"columns": {"Subject": r"^№ (\w+)$|^-$"}})
    records, rejected = read(rooted, csv_of(changed(Subject="№ a"), changed(Subject="-")))
    assert ([record.root_key for record in records], len(rejected)) == (["a"], 1)
    parted = declare(table={"format": "csv", "delimiter": ";", "slice_from_name": r"(\d+)\.csv|all\.csv"})
    with pytest.raises(LayoutChangedError, match="does not have the declared form"):
        read(parted, csv_of(ROW), "all.csv")


@pytest.mark.parametrize("number", ["0", "00000000", "١٢٣٤٥٦٧٨", "１２３４５６７８"])
def test_a_number_that_is_none_identifies_nobody(number: str) -> None:
    source = with_columns(BIN={"to": "recipient.id", "scheme": "CZ-ICO", "digits": 8})
    (record,), _ = read(source, csv_of(changed(BIN=number)))
    assert (record.recipient.registry_id, record.details["BIN"]) == ("", number)


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    good = xlsx_of(SHEET_ROW)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename == "xl/worksheets/sheet1.xml":
                with new.open(info.filename, "w") as member:
                    for _ in range(300):
                        member.write(bytes(1024 * 1024))
            else:
                new.writestr(info, old.read(info))
    assert len(out.getvalue()) < 1024 * 1024
    with pytest.raises(LayoutChangedError, match="unpacks to more than"):
        read(declare(**XLSX), out.getvalue(), "bomb.xlsx")


def test_a_truncated_workbook_says_so() -> None:
    with pytest.raises(LayoutChangedError, match="damaged"):
        read(declare(**XLSX), xlsx_of(SHEET_ROW)[:900], "invented.xlsx")


def test_a_printed_total_must_equal_its_rows() -> None:
    source = declare(total_row={"column": "Payer", "text": "Итого"})
    total = ["Итого", "", "", "", "", "", "2 500 001,00", ""]
    assert len(read(source, csv_of(ROW, ROW, total))[0]) == 2
    with pytest.raises(LayoutChangedError, match=r"total of 2,500,001\.00 KZT, the rows add up to 1,250,000\.50 KZT"):
        read(source, csv_of(ROW, total))


@pytest.mark.parametrize("cells", [["Итого", *[""] * 5, "много", ""], ["Итого", "", ""], ["Итого"]])
def test_a_total_that_cannot_be_read_stops_and_is_told(cells: list[str]) -> None:
    source = declare(total_row={"column": "Payer", "text": "Итого"})
    with pytest.raises(LayoutChangedError, match=r"row 3 (is the total row, and its Sum|prints a total of nothing)"):
        read(source, csv_of(ROW, cells))


def test_a_row_too_short_for_the_total_row_s_column_is_rejected() -> None:
    source = declare(total_row={"column": "Sum", "text": "1,00"})
    zero = changed(Sum="1,00")
    with pytest.raises(LayoutChangedError, match="the rows add up to 0"):
        read(source, csv_of(["a", "b"], zero))


@pytest.mark.parametrize("word", ["Итого", "ВСЕГО:", " Барлығы ", "Total", "Ukupno"])
def test_a_total_that_is_not_declared_is_no_record(word: str) -> None:
    total = [word, *[""] * 5, "1 250 000,50", ""]
    behind = ["Акимат Кок Дала", "", word, *[""] * 3, "1 250 000,50", ""]
    records, rejected = read(declare(), csv_of(ROW, total, behind, ROW))
    assert len(records) == 2
    assert ["declare it under `total_row:`" in row.reason for row in rejected] == [True, True]


def test_a_name_that_begins_as_a_total_does_is_a_name() -> None:
    assert len(read(declare(), csv_of(changed(Recipient="Total Media", Outlet="Всего понемногу")))[0]) == 1


def web(*rows: str, before: str = "") -> bytes:
    """A page with one table under the headings."""
    return f"{before}<html><table id=t>{web_row(HEADINGS, 'th')}{''.join(rows)}</table></html>".encode()


def web_row(cells: list[str], tag: str = "td") -> str:
    return "<tr>" + "".join(cell if cell[:3] == "<td" else f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"


HTML = {"table": {"format": "html", "selector": "#t"}}


def test_an_html_table_is_read_by_its_selector() -> None:
    page = web(web_row(ROW)).replace(b"<html>", b"<html><table id=menu><tr><td>x</td></tr></table>")
    source = declare(**HTML)
    assert read(source, page, "page.html")[0][0].amount.minor == 125_000_050
    with pytest.raises(LayoutChangedError, match="finds 0 tables"):
        read(source, page.replace(b"id=t", b"id=u"), "page.html")


@pytest.mark.parametrize(
    "cell", ["ТОО<br>Боз дала", "<p>ТОО</p><p>Боз дала</p>", "ТОО <!-- x -->Боз<script>a</script> дала"]
)
def test_words_of_a_page_stay_apart_and_scripts_are_none(cell: str) -> None:
    page = web(web_row(changed(Recipient=cell)), before='<?xml version="1.0" encoding="utf-8"?>')
    (record,), _ = read(declare(**HTML), page, "page.html")
    assert record.recipient.name == "ТОО Боз дала"


def test_a_row_of_a_page_with_a_table_in_a_cell_is_rejected() -> None:
    inner = web_row(changed(Subject="<td><table><tr><td>a</td></tr></table></td>"))
    records, [row] = read(declare(**HTML), web(web_row(ROW), inner), "page.html")
    assert ([record.locator for record in records], row.locator) == (["table #t, row 2"], "table #t, row 3")
    assert row.reason == "has a table in a cell"


def test_cells_of_a_web_page_that_span_others_move_nothing() -> None:
    """Before, the row under a spanning cell was read one column to the left."""
    head = (
        "<tr>" + "".join(f"<th rowspan=2>{heading}</th>" for heading in HEADINGS[:6]) + "<th colspan=2>Money</th></tr>"
        "<tr>" + "".join(f"<th>{heading}</th>" for heading in HEADINGS[6:]) + "</tr>"
    )
    first = "".join(f"<td{' rowspan=2' * (at == 4)}>{cell}</td>" for at, cell in enumerate(ROW))
    second = "".join(f"<td>{'Other' if at == 5 else cell}</td>" for at, cell in enumerate(ROW) if at != 4)
    third = "".join(f"<td{' rowspan=0' * (at == 6)}>{cell}</td>" for at, cell in enumerate(ROW))
    page = f"<table>{head}<tr>{first}</tr><tr>{second}</tr><tr>{third}</tr><tr>{second}</tr></table>"
    records, rejected = read(declare(table={"format": "html", "header_row": 2}), page.encode(), "page.html")
    assert [(record.outlet.name, record.subject) for record in records] == [(ROW[4], ROW[5]), (ROW[4], "Other")]
    assert {row.reason for row in rejected} == {
        "Sum: one sum is merged over rows 5 to 6, and how it divides is not stated"
    }
    with pytest.raises(LayoutChangedError, match=r"merged headings \(G1:H1\)"):
        read(declare(table={"format": "html"}), page.encode(), "page.html")


def test_a_label_over_the_columns_is_no_record() -> None:
    """A row "Newspapers" over all columns would be a payer of this name with an unknown sum."""
    reason = "Payer: one cell stands over several columns (A3:H3); a label over rows is passed over with `only:`"
    label = ["Newspapers", *[""] * 7]
    sheet = xlsx_of(SHEET_ROW, label, SHEET_ROW, merge=["A3:H3"])
    assert [row.reason for row in read(declare(**XLSX), sheet, "invented.xlsx")[1]] == [reason]
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in (HEADINGS, ROW, ROW)]
    page = "<table><tr>{}</tr><tr>{}</tr><tr><td colspan=8>Newspapers</td></tr><tr>{}</tr></table>".format(*cells)
    records, rejected = read(declare(table={"format": "html"}), page.encode(), "page.html")
    assert (len(records), [row.reason for row in rejected]) == (2, [reason])


def test_a_web_page_that_spans_more_than_any_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.readers.text_table.LARGEST_AREA", 8000)
    wide = "<tr>" + "<td colspan=1000>x</td>" + "</tr>"
    with pytest.raises(LayoutChangedError, match="more cells than any table of contracts"):
        read(declare(table={"format": "html"}), f"<table>{wide * 9}</table>".encode(), "page.html")


def test_a_page_that_cannot_be_read_to_its_end_stops() -> None:
    deep = web_row(changed(Subject="<b>" * 400 + "x" + "</b>" * 400))
    with pytest.raises(LayoutChangedError, match="cannot be read to its end, from line 1 on"):
        read(declare(**HTML), web(web_row(ROW), deep, web_row(ROW)), "page.html")


def with_columns(**columns: object) -> Source:
    return declare(columns={**DECLARED["columns"], **columns})


def test_a_pattern_takes_its_part_of_an_id_a_day_and_a_sum() -> None:
    source = with_columns(
        BIN={"to": "recipient.id", "scheme": "HU-TAX", "pattern": r"^(\d{8})-\d-\d\d$"},
        Euro={"to": "signed_on", "order": "ymd", "pattern": r"^dated (.+)$"},
        Sum={"to": "amount", "decimal": ",", "pattern": r"^abt\. (.+)$"},
    )
    row = [*ROW[:3], "12345678-2-42", *ROW[4:6], "abt. 1 250,5", "dated 2024. 03. 15."]
    (record,), rejected = read(source, csv_of(row))
    assert rejected == []
    assert (record.recipient.registry_id, record.amount.minor, record.signed_on) == ("12345678", 125_050, "2024-03-15")
    assert record.amount.raw == "abt. 1 250,5", "the evidence is the whole cell"
    blank = [*row[:3], "", *row[4:7], ""]
    (record,), _ = read(source, csv_of(blank))
    assert (record.recipient.registry_id, record.signed_on) == ("", None)
    _, (told,) = read(source, csv_of([*row[:3], "12345678", *row[4:]]))
    assert "does not have the declared form" in told.reason


@pytest.mark.parametrize(
    ("currency", "cell", "minor"),
    [("ISK", "1 250", 1250), ("KWD", "1 250,125", 1_250_125), ("KZT", "1 250,5", 125_050)],
)
def test_a_currency_has_its_own_decimals(currency: str, cell: str, minor: int) -> None:
    source = with_columns(Sum={"to": "amount", "decimal": ",", "currency": currency})
    (record,), _ = read(source, csv_of([*ROW[:6], cell, ROW[7]]))
    assert (record.amount.minor, record.amount.currency) == (minor, currency)


def test_parentheses_and_years_of_two_digits_are_read_where_declared() -> None:
    plain = with_columns(Euro={"to": "signed_on", "order": "dmy"})
    said = with_columns(
        Euro={"to": "signed_on", "order": "dmy", "century_from": 1990},
        Sum={"to": "amount", "decimal": ",", "parentheses_negative": True},
    )
    row = [*ROW[:6], "(1 250,5)", "15.03.24"]
    (record,), _ = read(said, csv_of(row))
    assert (record.amount.minor, record.signed_on) == (-125_050, "2024-03-15")
    _, rejected = read(plain, csv_of(row, [*row[:6], "1", row[7]]))
    assert [("parentheses_negative" in r.reason, "century_from" in r.reason) for r in rejected] == [
        (True, False),
        (False, True),
    ]


def test_a_text_instead_of_a_sum_means_what_is_declared() -> None:
    source = with_columns(Sum={"to": "amount", "decimal": ",", "instead": {"Titkos": "withheld", "nem volt": "zero"}})
    records, rejected = read(source, csv_of(*([*ROW[:6], cell, ""] for cell in ("titkos", "nem volt", "más"))))
    assert [(r.amount.minor, r.amount.state, r.amount.raw) for r in records] == [
        (None, AmountState.WITHHELD, "titkos"),
        (0, AmountState.ZERO, "nem volt"),
    ]
    assert ["declare its meaning" in row.reason for row in rejected] == [True]
