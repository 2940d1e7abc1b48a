"""What a spreadsheet would run or change gets an apostrophe, and gives it back."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.spreadsheet import csv_lines, defused, restored

TEMPTING = st.text(alphabet="'=+-@\t\r\n,\"0123456789eE./ аб", max_size=20)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1",  # run
     "118236896259e235", "0286034176860643", "070440004564", "1234567890123456", "1e5",  # taken for a number
     "3/12", "12-05", "12.05.2012", "2012/11", "2012-11",  # taken for a date
     "'=1", "''3/12"],
)  # fmt: skip
def test_what_is_not_safe_in_a_spreadsheet(text: str) -> None:
    assert defused(text) == f"'{text}"
    assert restored(f"'{text}") == text


@pytest.mark.parametrize(
    "text",
    ["", "text", "№ -5", " =1", "2025", "0", "12.5", "990440000505", "2012-12-31", "2026-11-25T08:01:16Z",
     "'Абай'", "1-2-3-4", "99", "2009-2012"],
)  # fmt: skip
def test_harmless_cells_stay(text: str) -> None:
    assert defused(text) == text
    assert restored(text) == text


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEMPTING, st.integers(), TEMPTING), min_size=1, max_size=8))
def test_every_text_comes_back(rows: list[tuple[str, int, str]]) -> None:
    found = list(csv.reader(io.StringIO(csv_lines(rows, (0, 2)), newline="")))
    assert [(restored(a), int(b), restored(c)) for a, b, c in found] == rows
    for first, _, last in found:
        for cell in (first, last):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    plain = list(csv.reader(io.StringIO(csv_lines(rows), newline="")))
    assert [(a, int(b), c) for a, b, c in plain] == rows


@settings(max_examples=200, deadline=None)
@given(st.lists(TEMPTING, min_size=1, max_size=8))
def test_no_cell_of_a_line_is_overlooked(row: list[str]) -> None:
    found = next(csv.reader(io.StringIO(csv_lines([row], range(len(row))), newline="")))
    assert found == [defused(text) for text in row]
