"""PDF tables drawn here: grids, merges, page breaks, turned pages, doubled letters, and the oracle."""

import io
import re

import pdfplumber
import pytest

from ingest.tables.formats import document_tables
from ingest.tables.model import Table
from ingest.tables.pdf_borderless import REVIEW
from tests.tables.documents import HEADER, ROWS, TOTAL, Paper, borderless_pdf, ruled_pdf, turned


def read(data: bytes) -> list[Table]:
    return document_tables(data, "reply.pdf")


def figures(rows: list[list[str]]) -> list[str]:
    """Every figure of a table in reading order, spaces inside figures removed."""
    return [re.sub(r"\s", "", text) for row in rows for text in row if re.fullmatch(r"[\d\s.,]+", text or "")]


def agree(ours: list[Table], oracle: list[list[list[str | None]]]) -> None:
    """Every figure that one reader sees in a table, the other sees in the same order."""
    theirs = [[[(text or "").replace("\n", " ") for text in row] for row in table] for table in oracle]
    assert [figures([*t.header, *t.rows]) for t in ours] == [figures(rows) for rows in theirs]


def test_a_ruled_table_is_read_cell_by_cell() -> None:
    (table,) = read(ruled_pdf())
    assert table.header == [HEADER]
    assert table.rows == [*ROWS, TOTAL]
    assert table.kinds == ["data", "data", "data", "total"]
    assert table.columns[3].unit.factor == 1000
    assert table.columns[3].unit.currency == "KZT"
    assert [t.verdict for t in table.totals] == ["equal"]
    assert table.needs_review == []


def test_the_oracle_sees_the_same_figures() -> None:
    data = ruled_pdf()
    with pdfplumber.open(io.BytesIO(data)) as document:
        agree(read(data), [t for page in document.pages for t in page.extract_tables()])


def test_the_oracle_check_can_fail() -> None:
    data = ruled_pdf()
    other = ruled_pdf([*ROWS[:2], ["3", "ЖШС «Қырмұн тынысы»", "Тіл саясаты", "376 322"], TOTAL])
    with pdfplumber.open(io.BytesIO(other)) as document, pytest.raises(AssertionError):
        agree(read(data), [t for page in document.pages for t in page.extract_tables()])


def test_every_cell_knows_its_box_on_the_page() -> None:
    (table,) = read(ruled_pdf())
    with pdfplumber.open(io.BytesIO(ruled_pdf())) as document:
        page = document.pages[0]
        for row, places in zip(table.rows, table.boxes, strict=True):
            for text, boxes in zip(row, places, strict=True):
                assert len(boxes) == (1 if text else 0)
                for box in boxes:
                    assert box.page == 1
                    cut = page.within_bbox((box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 2)).extract_text()
                    assert re.sub(r"\s", "", cut) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_page_shown_turned_is_read_and_boxed_as_it_is_shown(rotate: int) -> None:
    upright, shown = read(ruled_pdf())[0], read(turned(ruled_pdf(), rotate))[0]
    assert shown.rows == upright.rows
    a, b = upright.boxes[0][1][0], shown.boxes[0][1][0]
    width, height = 595, 842
    expected = {
        90: (height - a.y1, a.x0, height - a.y0, a.x1),
        180: (width - a.x1, height - a.y1, width - a.x0, height - a.y0),
        270: (a.y0, width - a.x1, a.y1, width - a.x0),
    }[rotate]
    assert (b.x0, b.y0, b.x1, b.y1) == pytest.approx(expected, abs=0.5)


def test_text_drawn_sideways_is_read() -> None:
    paper = Paper()
    paper.canvas.translate(842 - 247, 0)
    paper.canvas.rotate(90)
    for row in (HEADER, *ROWS, TOTAL):
        paper.row(row)
    (table,) = read(paper.done())
    assert table.header == [HEADER]
    assert table.rows == [*ROWS, TOTAL]


def test_letters_of_a_fallback_font_stay_in_their_words() -> None:
    """Kazakh letters are drawn after the rest of the line and from another font, as office programs do."""
    paper = Paper()
    paper.row(["№", "Атауы", "Сомасы, теңге"], widths=[40, 200, 150])
    top = paper.y
    paper.row(["1", "", "824 517"], widths=[40, 200, 150])
    paper.row(["2", "Жезказган", "1 000"], widths=[40, 200, 150])
    x, late = 94.0, []
    for letter in "Көкдала шұғыласы":
        if letter in "өұғ":
            late.append((x, letter))
        else:
            paper.words(x, top + 12, letter)
        x = paper.words(x, 2000, letter, font="Sans" if letter in "өұғ" else "Serif")
    for at, letter in late:
        paper.words(at, top + 12, letter, font="Sans")
    (table,) = read(paper.done())
    assert table.rows[0] == ["1", "Көкдала шұғыласы", "824 517"]


def test_letters_printed_twice_for_boldness_are_read_once() -> None:
    paper = Paper()
    for row in (HEADER, *ROWS, TOTAL):
        y = paper.y
        paper.row(row)
        left = 50.0
        for text, width in zip(row, [30, 170, 150, 110], strict=True):
            paper.words(left + 4.3, y + 12, text)
            left += width
    (table,) = read(paper.done())
    assert table.rows == [*ROWS, TOTAL]


def test_a_raised_note_mark_never_becomes_a_digit() -> None:
    paper = Paper()
    paper.row(["№", "Атауы", "Сомасы, теңге"], widths=[40, 200, 150])
    y = paper.y
    paper.row(["1", "газета «Самғар»", "1 234"], widths=[40, 200, 150])
    end = paper.words(294, 2000, "1 234")
    paper.words(end, y + 8, "2", size=6)
    paper.row(["", "Барлығы", "1 234"], widths=[40, 200, 150])
    (table,) = read(paper.done())
    assert table.rows[0][2] == "1 234²"
    assert [t.verdict for t in table.totals] == ["equal"]


def test_merged_headers_and_years() -> None:
    paper = Paper()
    widths = [30, 160, 100, 100]
    top = paper.y
    paper.row(["№", "Наименование СМИ", "Сумма, тыс. тенге"], widths=widths, spans=[1, 1, 2])
    middle = paper.y
    paper.row(["", "", "2010 год", "2011 год"], widths=widths)
    paper.canvas.setFillColorRGB(1, 1, 1)
    paper.row(["1", "газета «Самғар»", "10,5", "20,0"], widths=widths)
    assert top < middle
    (table,) = read(paper.done())
    assert [c.heading for c in table.columns] == [
        ("№",),
        ("Наименование СМИ",),
        ("Сумма, тыс. тенге", "2010 год"),
        ("Сумма, тыс. тенге", "2011 год"),
    ]
    assert [c.year for c in table.columns] == [None, None, 2010, 2011]
    assert {c.unit.factor for c in table.columns[2:]} == {1000}


def two_pages(first: list[list[str]], second: list[list[str]], *, repeat: bool = True, foot: str = "") -> bytes:
    paper = Paper()
    paper.row(HEADER)
    for row in first:
        paper.row(row)
    if foot:
        paper.words(280, 820, foot)
    paper.page()
    if repeat:
        paper.row(HEADER)
    for row in second:
        paper.row(row)
    return paper.done()


@pytest.mark.parametrize("repeat", [True, False])
def test_a_table_that_goes_on_over_the_page_is_one_table(*, repeat: bool) -> None:
    (table,) = read(two_pages(ROWS[:2], [ROWS[2], TOTAL], repeat=repeat))
    assert table.header == [HEADER]
    assert table.rows == [*ROWS, TOTAL]
    assert [box.page for row in table.boxes for box in row[1]] == [1, 1, 2, 2]
    assert [t.verdict for t in table.totals] == ["equal"]


def test_page_numbers_do_not_part_a_table() -> None:
    assert len(read(two_pages(ROWS[:2], [ROWS[2], TOTAL], foot="стр. 1 из 2"))) == 1


def test_text_between_the_pieces_parts_them() -> None:
    paper = Paper()
    for row in (HEADER, *ROWS[:2]):
        paper.row(row)
    paper.page()
    paper.line("Сведения за другой год:")
    paper.y += 20
    for row in (HEADER, ROWS[2]):
        paper.row(row)
    assert [t.rows for t in read(paper.done())] == [ROWS[:2], [ROWS[2]]]


@pytest.mark.parametrize("repeat", [True, False])
def test_a_row_cut_by_the_page_is_one_row_with_two_boxes(*, repeat: bool) -> None:
    cut = ["2", "телеканал «Самғар ТВ»", "Публикация", "65 280,8"]
    (table,) = read(two_pages([ROWS[0], cut], [["", "", "нормативных актов", ""], ROWS[2], TOTAL], repeat=repeat))
    assert table.rows[1] == ["2", "телеканал «Самғар ТВ»", "Публикация нормативных актов", "65 280,8"]
    assert [box.page for box in table.boxes[1][2]] == [1, 2]
    assert len(table.rows) == 4
    assert any("cut by the end of page 1" in note for note in table.notes)


def test_a_full_first_row_of_a_page_is_never_swallowed() -> None:
    (table,) = read(two_pages(ROWS[:2], [ROWS[2], TOTAL], repeat=False))
    assert len(table.rows) == 4


def test_a_row_that_may_be_a_rest_is_left_alone_and_marked() -> None:
    unclear = ["", "продолжение", "", "99 000,0"]
    (table,) = read(two_pages(ROWS[:2], [unclear, ROWS[2], TOTAL]))
    assert unclear in table.rows
    assert any("may be the rest" in reason for reason in table.needs_review)


def test_a_table_without_lines_is_read_and_marked() -> None:
    (table,) = read(borderless_pdf())
    assert table.header == [HEADER]
    assert table.rows == [*ROWS, TOTAL]
    assert REVIEW in table.needs_review
    assert [t.verdict for t in table.totals] == ["equal"]


def test_a_body_ruled_only_between_rows_is_parted_by_its_header() -> None:
    paper = Paper()
    paper.row(HEADER)
    for row in (*ROWS, TOTAL):
        paper.open_row(row)
        paper.y += 4
        paper.rule(50, paper.y, 50 + 460, paper.y)
    bottom = paper.y
    paper.rule(50, 60, 50, bottom)
    paper.rule(510, 60, 510, bottom)
    (table,) = read(paper.done())
    assert table.rows == [*ROWS, TOTAL]
    assert any("no lines between their columns" in reason for reason in table.needs_review)


def test_plain_paragraphs_are_no_table() -> None:
    paper = Paper()
    for number in range(12):
        paper.line(f"Строка {number} обычного письма о работе органа в две тысячи двенадцатом году.")
    assert read(paper.done()) == []


def test_columns_keep_their_place_when_a_page_leaves_one_empty() -> None:
    second = [["3", "ЖШС «Қырмұн тынысы»", "", "37 632,2"], TOTAL]
    (table,) = read(two_pages(ROWS[:2], second, repeat=False))
    assert table.rows[2] == second[0]
    assert table.rows[3] == TOTAL


def test_a_table_that_goes_on_in_another_unit_is_another_table() -> None:
    paper = Paper()
    for above, rows in (("Сведения, тыс. тенге", ROWS[:2]), ("Продолжение, млн. тенге", ROWS[2:])):
        if above.startswith("Прод"):
            paper.page()
        paper.line(above)
        paper.y += 8
        for row in (["№", "Наименование СМИ", "Тематика", "Сумма"], *rows):
            paper.row(row)
    assert [table.columns[3].unit.factor for table in read(paper.done())] == [1000, 1_000_000]
