"""Corrections of single cells: what a person reads where the program read something else.

A correction says which text it corrects. Where the reader gives another text there by now, the correction is refused
and stands against the table: it is never laid over something that nobody compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from db.privacy import LONG_NUMBER
from ingest.tables import Table
from ingest.tables.understand import with_texts


class CellCorrection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One cell set right.

    Attributes:
        page: the page it stands on, from 1; 0 where the document has no pages.
        row: row of the table below its headings, from 1.
        column: from 1.
        was: the text that the reader gave.
        text: what a person reads there; equal to `was` to take a correction back.
        why: the reason.
        who: who read it; published, as `why` is.
        at: the instant, ISO 8601 UTC.
    """

    page: int = 0
    row: int
    column: int
    was: str
    text: str
    why: str
    who: str
    at: str

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column from 0."""
        return self.row - 1, self.column - 1


class CorrectedTable(msgspec.Struct, frozen=True):
    """A table with its corrections laid over it, those laid by their cell, and why others were refused."""

    table: Table
    laid: Mapping[tuple[int, int], CellCorrection]
    refused: tuple[str, ...]


def page_of(table: Table, row: int, column: int) -> int:
    """The page that a cell stands on; the table's where the cell is empty, 0 where there are no pages."""
    places = table.boxes[row][column]
    return places[0].page if places else table.page


def corrected_table(table: Table, corrections: Iterable[CellCorrection]) -> CorrectedTable:
    """Lay corrections over a table as it was read; of several for one cell the newest holds. Totals are added anew."""
    newest = {one.cell: one for one in corrections}
    laid: dict[tuple[int, int], CellCorrection] = {}
    refused: list[str] = []
    for (row, column), one in newest.items():
        if not (0 <= row < len(table.rows) and 0 <= column < len(table.columns)):
            refused.append(f"row {one.row}, column {one.column}: corrected on {one.at[:10]}, and not there any more")
        elif (table.rows[row][column], page_of(table, row, column)) != (one.was, one.page):
            refused.append(
                f"row {one.row}, column {one.column}: the text read there is not the one that was corrected on "
                f"{one.at[:10]}; correct it anew"
            )
        elif one.text != one.was:
            laid[row, column] = one
    shown = with_texts(table, {cell: one.text for cell, one in laid.items()}) if laid else table
    return CorrectedTable(shown, laid, tuple(refused))


def told(laid: Sequence[CellCorrection], headings: Mapping[int, str], sums: Iterable[int]) -> str:
    """Corrections as the text that a record keeps: a JSON list of what was read, what stands instead, who, when, why.

    Args:
        laid: the corrections that the record rests on.
        headings: heading of each column, by column from 0.
        sums: columns of sums, from 0; in others long numbers, which may be a person's, are not repeated.
    """
    plain = set(sums)

    def shown(one: CellCorrection, text: str) -> str:
        return text if one.cell[1] in plain else LONG_NUMBER.sub("…", text)

    lines = [
        {
            "row": one.row,
            "column": one.column,
            "heading": headings.get(one.cell[1], ""),
            "read": shown(one, one.was),
            "text": shown(one, one.text),
            "who": one.who,
            "on": one.at[:10],
            "why": one.why,
        }
        for one in laid
    ]
    return json.dumps(lines, ensure_ascii=False)
