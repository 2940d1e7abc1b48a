"""Delimited text and HTML tables as grids; the encoding, delimiter and place are declared, never sniffed."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator

import lxml.html
from lxml.etree import ParserError

from ingest.reader import LayoutChangedError
from ingest.readers.sheet_marks import LARGEST_AREA, Marks, Merged
from ingest.readers.workbook import Cell, Grid

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")

MOST_COLUMNS = 1000
"""Columns that one cell may span, as the HTML standard has it."""


class TextGrid(Grid, frozen=True):
    """Rows of a text file, numbered as a spreadsheet program would show them."""

    def place(self, row: int) -> str:
        """The row, counted from 1 with the heading."""
        return f"{self.sheet}row {row}"


def decode(body: bytes, encoding: str, where: str) -> str:
    """Decode bytes strictly in the declared encoding; a mark of byte order before the first letter is no text.

    Raises:
        LayoutChangedError: they are in another encoding; the message names the first byte that cannot be.
    """
    if not codecs.lookup(encoding).name.startswith("utf") and _is_utf_8(body):
        raise LayoutChangedError(
            f"{where}: is written in utf-8, which as {encoding} would give other letters; set `encoding: utf-8` in "
            "the source's yml"
        )
    try:
        return body.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise LayoutChangedError(
            f"{where}: byte 0x{body[error.start]:02x} near line {line} is not {encoding}; set `encoding:` in the "
            "source's yml to what the file is written in (`mediacontracts new-source` proposes one)"
        ) from None


def _is_utf_8(body: bytes) -> bool:
    """Whether bytes are letters of UTF-8: what other encodings write gives its patterns in no text of some length."""
    if body.isascii():
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def read_csv(body: bytes, where: str, *, delimiter: str, encoding: str) -> Grid:
    """Read delimited text with any mix of line ends.

    A quote that is not where it belongs would join lines to one cell, and rows would be gone. Lines that it joins are
    given as one broken row.

    Raises:
        LayoutChangedError: another encoding, or a quote that is opened and never closed.
    """
    text = decode(body, encoding, where)
    if "\0" in text:
        raise LayoutChangedError(
            f"{where}: holds NUL characters, so it is no text in {encoding}; a file that Excel calls Unicode "
            "text is read with `encoding: utf-16-le`"
        )
    csv.field_size_limit(4 * 1024 * 1024)
    lines: list[str] = []  # of the row that is being read
    reader = csv.reader(_kept(io.StringIO(text, newline=""), lines), delimiter=delimiter, strict=True)
    rows: list[list[Cell]] = []
    broken: dict[int, str] = {}
    while True:
        lines.clear()
        try:
            rows.append(next(reader))  # type: ignore[arg-type]
        except StopIteration:
            return TextGrid("", rows, broken=broken)
        except csv.Error as error:
            row = len(rows) + 1
            if "unexpected end" in str(error):
                raise LayoutChangedError(
                    f"{where}: a quote that is opened in row {row} is never closed, and all after it would be one "
                    "cell; ask for the file again, or close it there"
                ) from None
            if "field limit" in str(error):
                raise LayoutChangedError(
                    f"{where}: row {row} has a cell of over {csv.field_size_limit() // 2**20} MB; ask for it again"
                ) from None
            broken[row] = (
                f"a quoted cell goes on behind its closing quote, which makes one row of {len(lines)} lines; "
                "a quote inside a cell is written twice"
            )
            rows.append(["".join(lines)])


def _kept(lines: Iterable[str], kept: list[str]) -> Iterator[str]:
    for line in lines:
        kept.append(line)
        yield line


def open_page(text: str, where: str) -> lxml.html.HtmlElement:
    """Parse a web page whole; scripts are never run, entities never fetched.

    Raises:
        LayoutChangedError: it is empty, or the parser gave up amid it, and what follows would be lost.
    """
    parser = lxml.html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        # a text is decoded already, so what it says of its own encoding is past
        document = lxml.html.document_fromstring(_XML_DECLARATION.sub("", text), parser=parser)
    except (ParserError, ValueError) as error:
        raise LayoutChangedError(f"{where}: not a page ({error})") from None
    given_up = [entry for entry in parser.error_log if entry.level_name == "FATAL"]
    if given_up:
        raise LayoutChangedError(
            f"{where}: the page cannot be read to its end, from line {given_up[0].line} on ({given_up[0].message}); "
            "ask for the table as a file"
        )
    return document


def read_html(body: bytes, where: str, *, selector: str, encoding: str) -> Grid:
    """Read the one table that the declared CSS selector finds.

    Cells are laid out as a browser does, each under its column. A row with a table in a cell is broken: what stands in
    which column is not told.

    Raises:
        LayoutChangedError: another encoding, a page that is not whole, not one table, or one that spans more cells
            than any table of contracts.
    """
    from ingest.tables.web import visible_text  # noqa: PLC0415 - brings in readers of documents, for web pages alone

    document = open_page(decode(body, encoding, where), where)
    found: list[lxml.html.HtmlElement] = document.cssselect(selector or "table")
    if len(found) != 1:
        raise LayoutChangedError(
            f"{where}: the selector {selector or 'table'!r} finds {len(found)} tables, not one; the page has changed, "
            "or name its table under `selector:`, such as table#sums"
        )
    table = found[0]
    lines = [
        list(row.iterchildren("th", "td")) for row in table.iter("tr") if next(row.iterancestors("table")) is table
    ]
    broken = {
        number: "has a table in a cell"
        for number, cells in enumerate(lines, start=1)
        if any(next(cell.iter("table"), None) is not None for cell in cells)
    }
    texts = ({cell: visible_text(cell) for cell in cells} for cells in lines)
    rows, merged = _laid_out(texts, len(lines), where)
    return TextGrid(f"table {selector or 'table'}, ", rows, marks=Marks(merged=merged), broken=broken)


def _laid_out(
    lines: Iterable[dict[lxml.html.HtmlElement, str]], height: int, where: str
) -> tuple[list[list[Cell]], list[Merged]]:
    """The cells of a table each under its column, and those that span several.

    Args:
        lines: the cells of each row with their texts.
        height: how many rows there are.
        where: source and file, for messages.

    Raises:
        LayoutChangedError: what they span is larger than any table of contracts can be.
    """
    rows: list[list[Cell]] = []
    merged: list[Merged] = []
    laid = 0
    below: dict[int, int] = {}  # column → the last row, from 1, that a cell above reaches down to
    for number, cells in enumerate(lines, start=1):
        row: dict[int, Cell] = {column: "" for column, last in below.items() if last >= number}
        column = 0
        for cell, text in cells.items():
            while column in row:
                column += 1
            wide, high = _span(cell, "colspan", MOST_COLUMNS) or 1, _span(cell, "rowspan", height) or height
            bottom = min(number + high - 1, height)
            for covered in range(column, column + wide):
                row[covered] = ""
                below[covered] = bottom
            row[column] = text
            if wide > 1 or bottom > number:
                merged.append(Merged(number, column + 1, bottom, column + wide))
            if laid + len(row) > LARGEST_AREA:
                raise LayoutChangedError(
                    f"{where}: its table spans more cells than any table of contracts; look at the page"
                )
        rows.append([row.get(at, "") for at in range(max(row, default=-1) + 1)])
        laid += len(rows[-1])
    return rows, merged


def _span(cell: lxml.html.HtmlElement, name: str, most: int) -> int:
    """How many rows or columns a cell takes; 0 is as many as there are."""
    said = (cell.get(name) or "1").strip()
    return min(int(said[:9]), most) if said.isascii() and said.isdecimal() else 1
