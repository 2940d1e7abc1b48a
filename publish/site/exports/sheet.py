"""XLSX of a view: typed numbers and dates, and a sheet that says where it is from.

Written with constant memory: a row goes to a nameless place on the disk as soon as the next one begins.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any
from xml.sax.saxutils import escape

from xlsxwriter import Workbook

from publish.site.core.filters import FilterError, View
from publish.site.core.release import Release, value
from publish.site.exports.about import about, sources_of
from publish.site.exports.columns import fields, select
from publish.site.reader.language import mark

MOST_ROWS = 100_000
LONGEST_CELL = 32_767
"""UTF-16 units that a cell of XLSX can hold."""
CUT = " … [cut: too long for a cell, whole in the CSV]"
MOST_DIGITS = 15
"""Digits that a spreadsheet keeps of a number; one with more is written as text, so that none becomes a zero."""
_FIRST_YEAR = 1901
"""Spreadsheets know no day before 1900, and count one in 1900 that never was."""
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
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
    with TemporaryFile() as out, TemporaryDirectory() as place:
        book = Workbook(out, {"constant_memory": True, "tmpdir": place})
        columns = fields()
        table, told = _Sheet(book, view.table), _Sheet(book, "about")
        try:
            table.freeze()
            table.append([one.name for one in columns])
            kinds = [one.kind for one in columns]
            for row in connection.execute(select(view), view.values):
                table.append(row, kinds)
                # an empty piece: the reader may stop here when nobody waits any more
                yield b""
            _provenance(told, connection, release, view)
            book.close()
        finally:
            table.close()
            told.close()
        out.seek(0)
        while piece := out.read(_PIECE):
            yield piece


class _Sheet:
    """One sheet, to which rows are appended."""

    def __init__(self, book: Workbook, name: str) -> None:
        self._sheet: Any = book.add_worksheet(name)
        self._days = book.add_format({"num_format": "yyyy-mm-dd"})
        self._instants = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._row = 0

    def freeze(self) -> None:
        """Keep the headings and the first column in sight."""
        self._sheet.freeze_panes(1, 1)

    def append(self, cells: Sequence[Any] = (), kinds: Sequence[str] = ()) -> None:
        """Write a row; without kinds its cells are texts and whole numbers."""
        for at, cell in enumerate(cells):
            if cell is not None and cell != "":
                self._put(at, cell, kinds[at] if kinds else "")
        self._row += 1

    def close(self) -> None:
        """Let go of what is kept on the disk, also where the file is not made to its end."""
        self._sheet.row_data_fh.close()

    def _put(self, at: int, told: str | int, kind: str) -> None:
        if kind in ("date", "instant"):
            moment = _moment(str(told), kind)
            if moment is not None:
                self._sheet.write_datetime(self._row, at, moment, self._days if kind == "date" else self._instants)
                return
        elif (isinstance(told, int) or kind == "money" or (kind == "year" and told.isdecimal())) and _kept(str(told)):
            # "no date" and "several years" stay words
            self._sheet.write_number(self._row, at, Decimal(told))
            return
        # a text is never run as a formula, whatever it starts with
        self._sheet.write_string(self._row, at, _text(str(told)))


def _moment(told: str, kind: str) -> date | None:
    """The day or the instant as a sheet can hold it; None where it cannot.

    A sheet knows no time zones: the instant is UTC, as its column says.
    """
    try:
        moment = date.fromisoformat(told) if kind == "date" else datetime.fromisoformat(told).replace(tzinfo=None)
    except ValueError:
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def _kept(number: str) -> bool:
    """Whether a spreadsheet keeps every digit of a number."""
    return len(number.replace(".", "").strip("-0")) <= MOST_DIGITS


def _text(told: str) -> str:
    """A text that a cell can hold."""
    text = _fitting(_NO_XML.sub("", told))
    if "\r" in text or (text.startswith("<r>") and text.endswith("</r>")):
        # the writer takes "<r>" for marks of its own, and writes a return as an escape that some programs show
        marked = f'<r><t xml:space="preserve">{escape(text, {chr(13): "&#13;"})}</t></r>'
        text = marked if len(marked.encode("utf-16-le")) <= 2 * LONGEST_CELL else text[: LONGEST_CELL // 2] + CUT
    return text


def _fitting(text: str) -> str:
    if 2 * len(text) <= LONGEST_CELL or len(coded := text.encode("utf-16-le")) <= 2 * LONGEST_CELL:
        return text
    return coded[: 2 * (LONGEST_CELL - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def _provenance(sheet: _Sheet, connection: sqlite3.Connection, release: Release, view: View) -> None:
    told = about(connection, release, view)
    for name in ("release", "data_as_of", "sample", "table", "filter", "coverage", "how_to_sum"):
        sheet.append([name, str(told[name])])
    sheet.append()
    sheet.append(["sum_of", "measure", "currency", "sum_minor", "counted_rows", "without_sum", "not_exact"])
    for one in told["sums"]:
        sheet.append(list(one.values()))
    sheet.append()
    sheet.append(["does not count because", "rows"])
    for one in told["not_counted"]:
        sheet.append([one["why"], one["records"]])
    sheet.append()
    sheet.append(["source", "title", "publisher", "licence", "caveats", "address", "invented"])
    for one in sources_of(connection, view):
        sheet.append([one[name] for name in ("name", "title", "publisher", "licence", "caveats", "url", "invented")])
    sheet.append()
    sheet.append(["column", "what it holds"])
    for one in fields():
        sheet.append([one.name, one.text])
