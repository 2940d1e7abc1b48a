"""Workbooks, Word, pages, delimited text, archives and letters made here."""

import io
import struct
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from test_sheet_marks import ods_of, ods_row
from test_xls_marks import book, compound, record

from ingest.tables import read_tables
from ingest.tables.amounts import decimal_mark
from ingest.tables.formats import detect, document_tables
from ingest.tables.model import DocumentRefused, Merge, Table
from ingest.tables.semantics import fill_down
from ingest.values import amount as money
from tests.tables.documents import HEADER, ROWS, TOTAL, archive, letter, part_of, ruled_pdf, with_parts, word, workbook

TABLE = [HEADER, *ROWS, TOTAL]


def read(data: bytes, name: str = "reply") -> list[Table]:
    return document_tables(data, name)


def test_a_workbook_with_a_title_and_merged_headers() -> None:
    rows = [
        ["Акимат Вымышленной области", None, None, None],
        [None, None, None, None],
        ["№", "СМИ", "Сумма, тыс. тенге", None],
        [None, None, "2010 год", "2011 год"],
        [1, "газета «Самғар»", 10.5, 20],
        [2, "ЖШС «Қырмұн»", 1.25, None],
        [None, "Итого", 11.75, 20],
    ]
    (table,) = read(workbook(rows, ["A3:A4", "B3:B4", "C3:D3"]))
    assert table.title == "Акимат Вымышленной области"
    assert table.header == [["№", "СМИ", "Сумма, тыс. тенге", ""], ["", "", "2010 год", "2011 год"]]
    assert table.rows == [
        ["1", "газета «Самғар»", "10.5", "20"],
        ["2", "ЖШС «Қырмұн»", "1.25", ""],
        ["", "Итого", "11.75", "20"],
    ]
    assert table.merges == [Merge(0, 0, 1, 0), Merge(0, 1, 1, 1), Merge(0, 2, 0, 3)]
    assert table.boxes[0][2][0].sheet == "Sheet"
    assert table.boxes[0][2][0].range == "C5"
    assert [c.year for c in table.columns] == [None, None, 2010, 2011]
    assert [t.verdict for t in table.totals] == ["equal", "equal"]


def test_labels_merged_downwards_are_filled_only_where_they_are_merged() -> None:
    rows = [["Вид", "СМИ", "Сумма, тенге"], ["Газеты", "а", 1], [None, "б", 2], [None, "в", 3], ["ТВ", "г", 4]]
    (table,) = read(workbook(rows, ["A2:A3"]))
    assert [row[0] for row in table.rows] == ["Газеты", "", "", "ТВ"]
    assert [row[0] for row in fill_down(table.rows, table.merges, 1)] == ["Газеты", "Газеты", "", "ТВ"]


def test_two_tables_on_a_sheet_are_two_tables() -> None:
    rows = [*TABLE, [None] * 4, [None] * 4, ["Год", "Орган", "Сумма, тенге", None], ["2010", "а", 5, None]]
    tables = read(workbook(rows))
    assert [t.header[0][0] for t in tables] == ["№", "Год"]


def test_word_merges_are_told_by_identity_not_by_equal_text() -> None:
    data = word([["№", "Атауы", "Атауы", "Сомасы, теңге"], ["1", "5", "5", "5"]])
    (table,) = read(data)
    assert table.rows == [["1", "5", "5", "5"]]
    assert table.merges == []


def test_word_text_above_is_the_title_and_inserted_text_is_read() -> None:
    data = word(TABLE, above="Сведения за 2010 год, тыс. тенге")
    document = part_of(data, "word/document.xml").decode()
    inserted = document.replace(
        "<w:r><w:t>1 439,0</w:t></w:r>",
        '<w:ins w:id="1" w:author="a"><w:r><w:t>1 440,0</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="a"><w:r><w:delText>1 439,0</w:delText></w:r></w:del>',
    )
    assert inserted != document
    (table,) = read(with_parts(data, {"word/document.xml": inserted.encode()}))
    assert table.title == "Сведения за 2010 год, тыс. тенге"
    assert table.rows[0][3] == "1 440,0"
    assert any("not accepted" in reason for reason in table.needs_review)
    assert [t.verdict for t in table.totals] == ["differs"]


PAGE = """<html><body><table><tr><td><p>меню</p></td><td><p>Сумма, тыс. тенге</p><table>
<thead><tr><th rowspan=2>№</th><th rowspan=2>СМИ</th><th colspan=2>Сумма</th></tr>
<tr><th>2010</th><th>2011</th></tr></thead>
<tr><td>1</td><td>газета «Самғар»</td><td>10&nbsp;500,5</td><td>-</td></tr>
<tr><td>2</td><td>ЖШС<br>«Қырмұн»</td><td>1</td><td>2</td></tr>
<tr><td></td><td>Всего</td><td>10&nbsp;501,5</td><td>2</td></tr></table></td></tr></table></body></html>"""


def test_a_page_table_inside_a_layout_table() -> None:
    (table,) = read(
        PAGE.encode("cp1251", "xmlcharrefreplace").replace(b"<html>", b"<html><meta charset=windows-1251>")
    )
    assert table.header == [["№", "СМИ", "Сумма", ""], ["", "", "2010", "2011"]]
    assert table.rows[0] == ["1", "газета «Самғар»", "10\u00a0500,5", "-"]
    assert table.rows[1][1] == "ЖШС «Қырмұн»"
    assert table.title == "Сумма, тыс. тенге"
    assert [c.unit.factor for c in table.columns] == [None, None, 1000, 1000]
    assert [t.verdict for t in table.totals] == ["equal", "equal"]


def csv_bytes(delimiter: str, encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join(delimiter.join(f'"{t}"' for t in row) for row in TABLE).encode(encoding)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimited_text(delimiter: str, end: str) -> None:
    (table,) = read(csv_bytes(delimiter, end=end))
    assert table.rows == [*ROWS, TOTAL]
    assert table.boxes[0][3][0].range == "D2"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_prove_themselves(encoding: str) -> None:
    (table,) = read(csv_bytes(";", encoding))
    assert table.header == [HEADER]


def test_single_byte_encodings_that_differ_are_not_guessed() -> None:
    with pytest.raises(DocumentRefused, match="cp1251 or kz1048; save it anew"):
        read(csv_bytes(";", "kz1048"), "reply.csv")


def test_blank_lines_of_a_text_keep_the_places_of_those_below() -> None:
    (table,) = read("Год;Сумма, тенге\n\n2010;5\n;\n2011;6\n".encode())
    assert table.rows == [["2010", "5"], ["2011", "6"]]
    assert [row[0][0].range for row in table.boxes] == ["A3", "A5"]


def test_single_byte_encodings_that_agree_need_no_declaration() -> None:
    (table,) = read("Год;Сумма, тенге\n2010;5\n2011;6\n".encode("cp1251"))
    assert table.header == [["Год", "Сумма, тенге"]]


def test_two_possible_delimiters_are_not_guessed() -> None:
    with pytest.raises(DocumentRefused, match="may be parted by ',' or ';'"):
        read(b"a;b,c;d\n1;2,3;4\n5;6,7;8\n")


def test_plain_words_are_no_table() -> None:
    with pytest.raises(DocumentRefused) as refused:
        read("Уважаемая редакция!\nСведений нет.\n".encode())
    assert refused.value.reason == "no-table"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (ruled_pdf, "pdf"),
        (lambda: workbook(TABLE), "workbook"),
        (lambda: word(TABLE), "docx"),
        (PAGE.encode, "html"),
        (lambda: csv_bytes(";"), "delimited"),
        (lambda: archive({"a.pdf": ruled_pdf()}), "zip"),
        (lambda: letter({"a.pdf": ruled_pdf()}), "letter"),
    ],
)
def test_content_decides_the_format_not_the_name(make: object, kind: str) -> None:
    assert callable(make)
    for name in ("reply.xls", "reply.pdf", "reply"):
        assert detect(make(), name) == kind


def test_a_letter_with_an_archive_and_a_table_in_its_text() -> None:
    data = letter({"annex.zip": archive({"Приложение 1.docx": word(TABLE)})}, html=PAGE)
    sources = {t.source: t.rows[0] for t in read(data, "reply.eml")}
    assert set(sources) == {"reply.eml/text.html", "reply.eml/annex.zip/Приложение 1.docx"}
    assert sources["reply.eml/annex.zip/Приложение 1.docx"] == ROWS[0]


def test_files_and_bytes_read_alike(tmp_path: Path) -> None:
    file = tmp_path / "reply.xlsx"
    file.write_bytes(workbook(TABLE))
    assert read_tables(file) == read_tables(file.read_bytes(), "reply.xlsx")
    assert read_tables(file)[0].source == "reply.xlsx"


def test_an_error_of_a_workbook_is_no_blank() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (["Получатель", "Сумма, тенге"], ["Боз дала", 1500], ["Кок дала", "#REF!"]):
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    (table,) = read(out.getvalue())
    assert [row[1] for row in table.rows] == ["1500", "#REF!"]


def test_an_error_of_an_old_workbook_is_no_blank() -> None:
    rows = [["Получатель", "Сумма, тенге"], ["Боз дала", 1500.0], ["Кок дала", b"\x17"], ["Самғар", b"\x2a"]]
    (table,) = read(compound(book(rows)), "reply.xls")
    assert [row[1] for row in table.rows] == ["1500", "#REF!", "#N/A"]


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("#,##0,", "B2 and 1 more: is shown in another unit than it holds"),
        ("0%", "B2 and 1 more: is shown as a share"),
        ("[$€-2] #,##0", "B2 and 1 more: is shown in EUR (format '[$€-2] #,##0'), its column is in KZT"),
        ("# ##0.00 [$₸-43F]", ""),
    ],
)
def test_a_sum_that_is_shown_otherwise_than_it_is_held_is_doubted(code: str, why: str) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (["Получатель", "Сумма, тенге"], ["Боз дала", 1439000], ["Кок дала", 65280]):
        sheet.append(cells)
    for row in (2, 3):
        sheet.cell(row, 2).number_format = code
    out = io.BytesIO()
    book.save(out)
    (table,) = read(out.getvalue())
    assert [reason.startswith(why) for reason in table.needs_review] == [True] * bool(why)


def test_figures_on_lines_of_their_own_are_not_one_figure() -> None:
    rows = [["Получатель", "Сумма, тенге"], ["Боз\nдала", "100\n200"], ["Кок дала", "5 000\nтенге"], ["Самғар", "7"]]
    lines = "".join(f"<tr><td>{name}</td><td>{text}</td></tr>" for name, text in rows).replace("\n", "<br>")
    for body in (word(rows), f"<html><body><table>{lines}</table></body></html>".encode()):
        (table,) = read(body)
        assert [row[0] for row in table.rows] == ["Боз дала", "Кок дала", "Самғар"]
        assert [row[1] for row in table.rows] == ["100\n200", "5 000 тенге", "7"]
        with pytest.raises(money.AmountError, match="two numbers in one cell"):
            money.read_amount(table.rows[0][1], money.Unit("KZT"))


def raised_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    note = TextBlock(InlineFont(vertAlign="superscript"), "1")
    for cells in (["Получатель", "Сумма, тенге"], ["Боз дала", CellRichText("10", note)], ["Кок дала", "7"]):
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def raised_word() -> bytes:
    document = docx.Document(io.BytesIO(word([["Получатель", "Сумма, тенге"], ["Боз дала", "10"], ["Кок дала", "7"]])))
    line = document.tables[0].cell(1, 1).paragraphs[0]
    line.add_run("1").font.superscript = True
    line.add_run("000").font.hidden = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


RAISED_PAGE = """<html><body><table><tr><td>Получатель</td><td>Сумма, тенге</td></tr>
<tr><td>Боз дала</td><td>10<sup>1</sup></td></tr><tr><td>Кок дала</td><td>7</td></tr></table></body></html>"""


@pytest.mark.parametrize(
    "body", [raised_workbook(), raised_word(), RAISED_PAGE.encode()], ids=["xlsx", "docx", "html"]
)
def test_a_raised_mark_of_a_note_is_no_digit_and_what_is_not_printed_is_not_read(body: bytes) -> None:
    (table,) = read(body)
    assert [row[1] for row in table.rows] == ["10¹", "7"]


def test_a_number_of_a_cell_has_one_reading_whatever_stands_beside_it() -> None:
    (table,) = read(workbook([["Получатель", "Сумма, тыс. тенге"], ["а", "1 439,5"], ["б", 143.125], ["в", 7]]))
    sums = [row[1] for row in table.rows]
    unit = money.Unit("KZT", 1000, factor_declared_in="the heading", decimal=decimal_mark(sums))
    assert [money.read_amount(text, unit).minor for text in sums] == [143_950_000, 14_312_500, 700_000]


def test_what_a_workbook_hides_is_doubted() -> None:
    rows = [["Получатель", "Срок", "Сумма, тенге"], *([f"Боз дала {n}", "год", 1500.0 * n] for n in range(1, 5))]
    hidden = ["row 3 and 1 more of the sheet: hidden", "column B of the sheet: hidden"]
    shown = Workbook()
    sheet = shown.active
    assert sheet is not None
    for cells in rows:
        sheet.append(cells)
    for row in (3, 4, 900):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["B"].hidden = True
    out = io.BytesIO()
    shown.save(out)
    (table,) = read(out.getvalue())
    assert table.needs_review == hidden

    marked = b"".join(record(0x0208, struct.pack("<HHHHHHI", row, 0, 3, 255, 0, 0, 0x20)) for row in (2, 3))
    marked += record(0x007D, struct.pack("<HHHHHH", 1, 1, 2048, 0, 1, 0))
    (table,) = read(compound(book(rows, more=marked)), "reply.xls")
    assert table.needs_review == hidden

    columns = "<table:table-column/><table:table-column table:visibility='collapse'/><table:table-column/>"
    ods = [ods_row(cells, "table:visibility='filter'" if at in {2, 3} else "") for at, cells in enumerate(rows)]
    tables = read(ods_of(columns, *ods), "reply.ods")
    assert tables[-1].needs_review == hidden

    sheet.row_dimensions[3].hidden = sheet.row_dimensions[4].hidden = sheet.column_dimensions["B"].hidden = False
    shown.create_sheet("Лист").append(["x"])
    sheet.sheet_state = "hidden"
    out = io.BytesIO()
    shown.save(out)
    (table,) = read(out.getvalue())
    assert table.needs_review == ["the sheet is hidden"]
