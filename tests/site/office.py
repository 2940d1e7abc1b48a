"""An invented answer of an akimat as a workbook, and the proof that the real reader makes of it.

Its content is what tests try to break a page with: markup, a formula, numbers of persons, more rows than a page shows.
"""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from ingest.requests.answer_image import document_proofs
from ingest.requests.answer_plan import locator
from ingest.requests.picture_order import ProofOrder
from ingest.tables.formats import document_tables

AT = 97
"""The record that was read from it, by its place among the invented contracts."""
SHA = "0f1e2d3c4b5a6978" * 4
NAME = "Ответ <b>2012.xlsx"
SHEET = "Бюджет, row 7"
ROW, COLUMN, ROWS = 240, 4, 450
RANGE = f"D{ROW + 2}"
LOCATOR = f"sheet {SHEET}, table 1, row {ROW}, column {COLUMN}, range {RANGE}"
PERSON = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""
HOSTILE = '<script>alert(1)</script><img src="https://evil.invalid/x">'


def workbook(*, plain: bool = False) -> bytes:
    """The answer: two rows of headings, the lower one under a merged cell; a plain one breaks nothing."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = SHEET
    sheet.append(["№", "Издание", "Оплата", None])
    sheet.append([None, None, "тема", "сумма, тыс. тенге"])
    sheet.merge_cells("C1:D1")
    for number in range(1, ROWS + 1):
        what = HOSTILE if number == ROW + 1 else f"ИИН {PERSON}" if number == ROW - 1 else f"Статья {number}"
        what = f"Освещение работы, {number % 12 + 1}-й месяц" if plain else what
        sheet.append([str(number), f"Газета «Дала {number}»", what, f"{AT} тыс." if number == ROW else f"{number},5"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_proofs(directory: Path, *, plain: bool = False) -> None:
    """Write the proofs of the answer as they stand in a release.

    Raises:
        AssertionError: the real reader puts the record elsewhere than `LOCATOR` says.
    """
    data, name = workbook(plain=plain), "Ответ 2012.xlsx" if plain else NAME
    [table] = document_tables(data, name)
    assert locator(table, 1, ROW - 1, COLUMN - 1) == LOCATOR
    folder = directory / "proofs"
    folder.mkdir(exist_ok=True)
    for file, content in document_proofs(data, ProofOrder(name=name, sha256=SHA, tables=(1,))).items():
        (folder / file).write_bytes(content)
