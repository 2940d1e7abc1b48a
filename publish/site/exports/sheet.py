"""XLSX of a view: typed numbers and dates, and a sheet that says where it is from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from publish.site.core.filters import FilterError, View
from publish.site.core.release import Release, value
from publish.site.exports.about import about, sources_of
from publish.site.exports.columns import fields, select
from publish.site.reader.language import mark

MOST_ROWS = 100_000
LONGEST_CELL = 32_767
"""Characters that a cell of XLSX can hold."""
CUT = " … [cut: too long for a cell, whole in the CSV]"
_PIECE = 1 << 16


class TooManyRowsError(FilterError):
    """The view is larger than a sheet of this site; it is refused, never cut."""


def check_size(connection: sqlite3.Connection, view: View) -> None:
    """Refuse a view that does not fit.

    Raises:
        TooManyRowsError: it has more than `MOST_ROWS` rows.
    """
    count = value(connection, f"SELECT count(*) FROM {view.table} AS c WHERE {view.where}", view.values)
    if count > MOST_ROWS:
        raise TooManyRowsError(
            mark("{count} rows: a spreadsheet takes {most} here; filter further or take the CSV"),
            count=count, most=MOST_ROWS,
        )  # fmt: skip


def xlsx_file(connection: sqlite3.Connection, release: Release, view: View) -> Iterator[bytes]:
    """The workbook, written row by row into a nameless file and read out piece by piece."""
    book = Workbook(write_only=True)
    columns = fields()
    sheet = book.create_sheet(view.table)
    sheet.freeze_panes = "B2"
    sheet.append([one.name for one in columns])
    kinds = [one.kind for one in columns]
    for row in connection.execute(select(view), view.values):
        sheet.append([_cell(sheet, kind, told) for kind, told in zip(kinds, row, strict=True)])
        # an empty piece: the reader may stop here when nobody waits any more
        yield b""
    _provenance(book, connection, release, view)
    with TemporaryFile() as out:
        book.save(out)
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


def _cell(sheet: Any, kind: str, told: Any) -> Any:  # noqa: ANN401 - openpyxl has no types
    if told is None or told == "":
        return None
    if kind == "money":
        return Decimal(told)
    if kind == "date":
        return date.fromisoformat(told)
    if kind == "instant":
        return _instant(told)
    if kind == "year" and told.isdecimal():  # "no date" and "several years" stay words
        told = int(told)
    if isinstance(told, str):
        # a cell of type "s" is never run as a formula, whatever it starts with
        cell = WriteOnlyCell(sheet)
        text = ILLEGAL_CHARACTERS_RE.sub("", told)
        cell.value = text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT
        cell.data_type = "s"
        return cell
    return told


def _instant(told: str) -> datetime | str:
    """A sheet knows no time zones: the instant is UTC, as its column says."""
    try:
        return datetime.fromisoformat(told).replace(tzinfo=None)
    except ValueError:
        return told


def _provenance(book: Workbook, connection: sqlite3.Connection, release: Release, view: View) -> None:
    sheet = book.create_sheet("about")
    told = about(connection, release, view)
    for name in ("release", "data_as_of", "sample", "table", "filter", "coverage", "how_to_sum"):
        sheet.append([name, _cell(sheet, "text", str(told[name]))])
    sheet.append([])
    sheet.append(["sum_of", "measure", "currency", "sum_minor", "counted_rows", "without_sum", "not_exact"])
    for one in told["sums"]:
        sheet.append(list(one.values()))
    sheet.append([])
    sheet.append(["does not count because", "rows"])
    for one in told["not_counted"]:
        sheet.append([_cell(sheet, "text", one["why"]), one["records"]])
    sheet.append([])
    sheet.append(["source", "title", "publisher", "licence", "caveats", "address", "invented"])
    for one in sources_of(connection, view):
        listed = (one[name] for name in ("name", "title", "publisher", "licence", "caveats", "url"))
        sheet.append([*(_cell(sheet, "text", text) for text in listed), one["invented"]])
    sheet.append([])
    sheet.append(["column", "what it holds"])
    for one in fields():
        sheet.append([one.name, one.text])
