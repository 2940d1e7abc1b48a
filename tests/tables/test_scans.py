"""Scans: pages turned, blurred and noisy are read like print; every figure twice, and doubt is said."""

import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.main import main_group
from ingest.tables import read_tables, scan
from ingest.tables.model import READ_FROM_PICTURE, DocumentRefused, Table
from ingest.tables.pdf import pdf_tables
from ingest.tables.picture_words import Word, plain_letters, with_kazakh
from ingest.tables.understand import with_texts
from tests.tables.documents import HEADER, Paper
from tests.tables.scanning import Paper as Condition
from tests.tables.scanning import as_pdf, scanned, scanned_pages

pytestmark = pytest.mark.slow

ROWS = [
    ["1", "газета «Көкдала шұғыласы»", "Жастар саясаты", "1 439,0"],
    ["2", "телеканал «Самғар ТВ»", "Публикация актов", "65 280,8"],
    ["3", "ЖШС «Қырмұн тынысы»", "Тіл саясаты", "-"],
    ["11", "газета «Тасөзек»", "Тіл саясаты", "37 632,2"],
]
TOTAL = ["", "Итого", "", "104 352,0"]


def answer() -> bytes:
    paper = Paper()
    for row in (HEADER, *ROWS, TOTAL):
        paper.row(row)
    return paper.done()


def only(tables: list[Table]) -> Table:
    assert len(tables) == 1
    return tables[0]


@pytest.mark.parametrize(
    ("seed", "condition"),
    [(1, Condition(turned=0.0)), (2, Condition()), (5, Condition(turned=2.0, blur=0.8, noise=14.0, quality=45))],
    ids=["straight", "turned and noisy", "bad"],
)
def test_figures_of_a_scan_are_those_of_the_page(seed: int, condition: Condition) -> None:
    table = only(pdf_tables(scanned(answer(), seed, condition), "scan.pdf", scan=True))
    assert [row[3].replace(" ", "") for row in table.rows] == [row[3].replace(" ", "") for row in (*ROWS, TOTAL)]
    assert [total.verdict for total in table.totals] == ["equal"]
    assert f"page 1: {READ_FROM_PICTURE}" in table.needs_review
    assert not any("differently" in doubt for doubt in table.needs_review)
    # a box lies where the figure stands on the page as it was scanned
    place = table.boxes[1][3][0]
    assert 395 < place.x0 < place.x1 < 515
    assert 90 < place.y0 < place.y1 < 115


def test_kazakh_letters_are_read_from_a_scan() -> None:
    table = only(pdf_tables(scanned(answer(), 2), "scan.pdf", scan=True))
    assert set("қғұө") <= set("".join(row[1] for row in table.rows).casefold())


def test_two_readings_that_differ_send_the_table_to_review(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = scan._strips

    def slipped(boxes: list[Any], *others: Any, **more: Any) -> list[str]:
        read = honest(boxes, *others, **more)
        # a third reading, of the one cell alone, is left as it is
        return [text.replace("65", "66") for text in read] if len(boxes) > 1 else read

    monkeypatch.setattr(scan, "_strips", slipped)
    table = only(pdf_tables(scanned(answer(), 2), "scan.pdf", scan=True))
    assert "page 1: 1 figures were read differently the second time" in table.needs_review
    assert table.rows[1][3].replace(" ", "") == "65280,8"
    # the cell is named with the reading that does not stand; a person's word ends the doubt
    assert [(doubt.row, doubt.column, doubt.other.replace(" ", "")) for doubt in table.doubts] == [(1, 3, "66280,8")]
    assert with_texts(table, {(1, 3): "65 280,8"}).doubts == []


@pytest.mark.parametrize(
    ("first", "again", "stands", "sure"),
    [
        ("1 439,0", "1 439,0", "1 439,0", True),
        ("5:759,9.", "5 759,9", "5 759,9", True),  # dust
        ("395.912", "395 912", "395 912", True),
        ("2009 год", "2009", "2009 год", True),
        ("5:/58,9", "5 759,9", "5 759,9", False),
        ("ІШ", "11", "11", False),
        ("З", "3", "3", False),
        ("дсп", "91", "дсп", False),  # letters are never made into figures
        ("1 439,0", "1 489,0", "1 439,0", False),
        ("1 439,0", "", "1 439,0", False),
        ("", "17", "17", True),
    ],
)
def test_which_reading_stands(first: str, again: str, stands: str, sure: bool) -> None:
    assert scan._chosen(first, again) == (stands, sure)


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789,.-абкнорТСә ғқ", max_size=12), st.text("0123456789,.- ", max_size=12))
def test_no_reading_changes_digits_and_says_it_is_sure(first: str, again: str) -> None:
    stands, sure = scan._chosen(first, again)
    digits = "".join(c for c in first if c.isdigit())
    assert stands in {first, again}
    if sure and first:
        assert "".join(c for c in stands if c.isdigit()) == digits


WORD = st.text("абгқғұүөіәТСМ0123«»", min_size=1, max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(WORD, WORD), max_size=6))
def test_the_second_language_adds_letters_of_kazakh_and_nothing_else(pairs: list[tuple[str, str]]) -> None:
    def words(which: int) -> list[Word]:
        return [Word(pair[which], 100.0 * n, 50, 100.0 * n + 40, 70, 70) for n, pair in enumerate(pairs)]

    out = with_kazakh(words(0), words(1), 200 / 72)
    for (first, again), word in zip(pairs, out, strict=True):
        assert word.text in {first, again}
        assert [c for c in word.text if c.isdigit()] == [c for c in first if c.isdigit()]
        if word.text != first:
            assert plain_letters(word.text) == plain_letters(first)


def test_an_image_file_is_read_through_the_command(tmp_path: Path) -> None:
    out = io.BytesIO()
    [page] = scanned_pages(answer(), 3)
    page.save(out, "JPEG", quality=60)
    picture = tmp_path / "answer.jpg"
    picture.write_bytes(out.getvalue())
    done = CliRunner().invoke(main_group, ["tables", str(picture), "--scan"])
    assert done.exit_code == 0, done.output
    assert "65280,8" in done.output.replace(" ", "")
    with pytest.raises(DocumentRefused, match="it is a picture; read it as a scan"):
        read_tables(out.getvalue(), "answer.jpg")


def test_a_pdf_of_pictures_is_read_only_when_asked() -> None:
    document = as_pdf(scanned_pages(answer(), 3))
    with pytest.raises(DocumentRefused, match="pictures of pages and no text; read it as a scan"):
        read_tables(document, "answer.pdf")
