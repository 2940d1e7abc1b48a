"""Documents as they come: names that are no text, files inside that cannot be read, an answer corrected later."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ingest.requests.answer_plan import DeclaredUnit
from tests.requests.answers import HEADER, ROWS, TOTAL, asked_and_answered, paper, sent
from tests.tables.documents import archive, word, workbook

Go = Callable[..., str]
SHOWN = ("--source", "answers_shown")


def test_a_file_whose_name_is_no_text_is_taken_under_a_name_in_letters(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / os.fsdecode("ответ.pdf".encode("cp1251"))
    file.write_bytes(paper([*ROWS, TOTAL]))
    told = go("requests", "answer", ref, file, *SHOWN, say="\n")
    assert r"\xee\xf2\xe2\xe5\xf2.pdf" in told
    assert "4 new" in told
    go("tables", file)
    go("requests", "review", ref, file, "--load", *SHOWN)


def test_an_answer_that_a_body_corrects_does_not_count_beside_the_old_one(home: Path, go: Go, tmp_path: Path) -> None:
    ref = asked_and_answered(go, tmp_path, [*ROWS, TOTAL])
    other = [["3", *ROWS[0][1:3], "1 539,0", "2 000,5"], ["4", *ROWS[1][1:]]]
    new = tmp_path / "corrected.pdf"
    new.write_bytes(paper([*other, ["", "Итого", "", "66 819,8", "2 000,5"]]))
    told = go("requests", "answer", ref, new, "--yes", *SHOWN, code=1)
    assert f"the same rows count already: answer.pdf, table 1 ({ref}), 1 of 2 rows" in told
    go("requests", "accept", "corrected.pdf", 1, "--why", "instead of answer.pdf", *SHOWN)
    other_body = tmp_path / "other.pdf"
    other_body.write_bytes(paper([ROWS[0], ["2", *ROWS[1][1:3], "3,0", "4,0"]]))
    told = go("requests", "answer", sent(go, "Вымышленный отдел"), other_body, "--yes", *SHOWN)
    assert "table 1: taken" in told, "two bodies may well pay one outlet the same"
    unlike = tmp_path / "unlike.pdf"
    unlike.write_bytes(paper([["1", *ROWS[0][1:3], "7,0", "8,0"], ["2", *ROWS[1][1:3], "9,0", "-"]]))
    assert "table 1: taken" in go("requests", "answer", ref, unlike, "--yes", *SHOWN)


def test_a_document_of_a_request_that_was_a_mistake_is_taken_for_the_right_one(
    home: Path, go: Go, tmp_path: Path
) -> None:
    wrong = asked_and_answered(go, tmp_path, [*ROWS, TOTAL])
    assert "answer.pdf still counts" in go("requests", "withdraw", wrong, "--why", "entered for the wrong body")
    right = sent(go, "Вымышленный отдел")
    again = tmp_path / "again.docx"
    again.write_bytes(word([HEADER, *ROWS, TOTAL]))
    told = go("requests", "answer", right, again, "--yes", *SHOWN, code=1)
    assert f"the same rows count already: answer.pdf, table 1 ({wrong})" in told
    told = go("requests", "answer", right, tmp_path / "answer.pdf", "--yes", *SHOWN)
    assert "0 new, 4 changed" in told
    assert "answer.pdf" not in go("requests", "status", wrong)
    assert "answer.pdf: 1 table" in go("requests", "status", right)
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        assert registry.execute("SELECT count(*) FROM record WHERE counted").fetchone() == (4,)


def test_a_file_inside_an_archive_that_cannot_be_read_is_told_with_its_reason(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / "answer.zip"
    file.write_bytes(archive({"annex.pdf": b"%PDF-1.4 and no more"}))
    told = "answer.zip/annex.pdf: not read: broken"
    assert told in go("requests", "answer", ref, file, "--yes", *SHOWN, code=1)
    shown = go("requests", "answer", ref, file, *SHOWN, say="out asked for again\n")
    assert "inside: answer.zip/annex.pdf" in shown
    assert "LOOK: not read: broken" in shown


def test_a_unit_is_of_a_currency_that_there_is(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / "answer.xlsx"
    file.write_bytes(workbook([["№", "Поставщик", "Сумма"], ["1", "ТОО «Көкдала»", 10], ["2", "ТОО «Самғар»", 20]]))
    told = go("requests", "answer", ref, file, *SHOWN, say="\n1 TNG\n1000 KZT\nby telephone\n2024\nthe letter\n")
    assert "the code of a currency in ISO 4217" in told
    assert "table 1: taken" in told
    with pytest.raises(ValueError, match="'TNG' is no currency"):
        DeclaredUnit("TNG", 1, "by telephone")


def test_sums_of_a_currency_without_decimals_are_read(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / "answer.xlsx"
    file.write_bytes(workbook([["№", "Поставщик", "Сумма"], ["1", "ТОО «Көкдала»", 10], ["2", "ТОО «Самғар»", 20]]))
    told = go("requests", "answer", ref, file, *SHOWN, say="\n1 JPY\nby telephone\n2024\nthe letter\n")
    assert "2 new" in told
