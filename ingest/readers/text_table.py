"""Delimited text and HTML tables as grids; the encoding, delimiter and place are declared, never sniffed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import lxml.html
from lxml.etree import ParserError

from ingest.reader import LayoutChangedError
from ingest.readers.workbook import Cell, Grid


class TextGrid(Grid, frozen=True):
    """Rows of a text file, numbered as a spreadsheet program would show them."""

    def place(self, row: int) -> str:
        """The row, counted from 1 with the heading."""
        return f"{self.sheet}row {row}"


def decode(body: bytes, encoding: str, where: str) -> str:
    """Decode bytes strictly in the declared encoding.

    Raises:
        LayoutChangedError: they are in another encoding; the message names the first byte that cannot be.
    """
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise LayoutChangedError(
            f"{where}: byte 0x{body[error.start]:02x} near line {line} is not {encoding}; set `encoding:` in the "
            "source's yml to what the file is written in (`mediacontracts new-source` proposes one)"
        ) from None


def read_csv(body: bytes, where: str, *, delimiter: str, encoding: str) -> Grid:
    """Read delimited text with any mix of line ends.

    A quote that is not where it belongs would join lines to one cell, and rows would be gone. Lines that it joins are
    given as one broken row.

    Raises:
        LayoutChangedError: another encoding, or a quote that is opened and never closed.
    """
    text = decode(body, encoding, where)
    if "\0" in text:
        raise LayoutChangedError(f"{where}: holds NUL characters, so it is no text in {encoding}")
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


def read_html(body: bytes, where: str, *, selector: str, encoding: str) -> Grid:
    """Read the one table that the declared CSS selector finds; scripts are never run, entities never fetched."""
    text = decode(body, encoding, where)
    try:
        document = lxml.html.document_fromstring(text)
    except (ParserError, ValueError) as error:
        raise LayoutChangedError(f"{where}: not a page ({error})") from None
    found: list[lxml.html.HtmlElement] = document.cssselect(selector or "table")
    if len(found) != 1:
        raise LayoutChangedError(
            f"{where}: the selector {selector or 'table'!r} finds {len(found)} tables, not one; the page has changed"
        )
    table = found[0]
    rows: list[list[Cell]] = [
        ["".join(cell.itertext()).strip() for cell in row.iterchildren("th", "td")] for row in table.iter("tr")
    ]
    return TextGrid(f"table {selector or 'table'}, ", rows)
