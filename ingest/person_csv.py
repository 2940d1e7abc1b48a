"""A CSV file that a person wrote or saved: its headings, and its rows with the line each begins on.

A spreadsheet saves what it shows: with a mark in front or without, with commas, or with semicolons where the comma is
the decimal mark. Whoever reads such a file says what it must hold; here is told only what no such file may be.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple


class PersonCsvError(ValueError):
    """A file that cannot be read as CSV; the message names file, line and what to do."""


class Line(NamedTuple):
    """One row that is not blank, and the line of the file on which it begins, counted from 1."""

    number: int
    cells: list[str]


class PersonCsv(NamedTuple):
    """Headings as they are written, and the rows below them."""

    path: Path
    headings: list[str]
    lines: list[Line]

    def missing(self, needs: Sequence[str]) -> list[str]:
        """Those of some headings that the file does not have."""
        return [name for name in needs if name not in self.headings]

    def rows(self, *, may_end_early: bool = False) -> list[tuple[int, dict[str, str]]]:
        """Each row by heading, with its line.

        Args:
            may_end_early: whether the last cells of a row may be left out, as in a list that is typed by hand.

        Raises:
            PersonCsvError: a row has not one cell for each heading.
        """
        width = len(self.headings)
        for number, cells in self.lines:
            if len(cells) > width or (len(cells) < width and not may_end_early):
                raise PersonCsvError(f"{self.path}: line {number}: {len(cells)} cells, but {width} headings")
        return [(number, dict(zip(self.headings, cells, strict=False))) for number, cells in self.lines]


def read_person_csv(path: Path) -> PersonCsv:
    """Read a CSV file of a person.

    Raises:
        PersonCsvError: it is no UTF-8 text, no CSV, or empty.
        OSError: it cannot be opened.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PersonCsvError(f"{path}: not UTF-8 text; save it as 'CSV UTF-8'") from None
    heading = text.partition("\n")[0]
    mark = ";" if heading.count(";") > heading.count(",") else ","
    # line ends stay, since a quoted cell may hold one
    reader = csv.reader(StringIO(text, newline=""), delimiter=mark, strict=True)
    lines: list[Line] = []
    begins = 1
    try:
        for cells in reader:
            if cells:
                lines.append(Line(begins, cells))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise PersonCsvError(f"{path}: line {begins}: not readable as CSV: {error}") from None
    if not lines:
        raise PersonCsvError(f"{path}: line 1: nothing here, not even headings")
    return PersonCsv(path, lines[0].cells, lines[1:])
