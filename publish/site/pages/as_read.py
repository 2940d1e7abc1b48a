"""The table that a figure of an office or web file was read from, as read, with the row and the figure marked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from db.proof_names import table_name
from publish.site.pages.proof import PICTURES
from publish.site.reader.language import mark

MOST_LINES = 400
"""Rows on one page; of a longer table those around the row that is asked for."""
_AT = re.compile(r"\btable (\d+), row (\d+)(?:, column (\d+))?(?P<places>(?:, (?:range|page|box) [^,]+)*)$")
"""The end of a locator: what stands before it may hold the same words, as the name of a sheet or file."""
_RANGE = re.compile(r"range ([A-Z]+\d+(?::[A-Z]+\d+)?)")

KINDS = {
    "year": mark("a year over the rows below it"),
    "group": mark("a label over the rows below it"),
    "numbering": mark("numbers of the columns"),
    "total": mark("a printed total"),
    "subtotal": mark("a printed subtotal"),
    "part": mark("a part of the row above"),
}
"""What a row is that gives no record."""


class _Read(msgspec.Struct):
    """The file of a table as read."""

    document: str
    header: list[list[str]]
    rows: list[list[str]]
    sheet: str = ""
    page: int = 0
    title: str = ""
    kinds: list[str] = []
    ranges: dict[str, str] = {}


@dataclass(frozen=True)
class Line:
    """One row of the table.

    Attributes:
        number: from 1, headings not counted.
        range: its cells in the sheet; "" where the file has no ranges.
        kind: why it gives no record, a key of `KINDS`; "" for a row of data.
        cells: as read.
    """

    number: int
    range: str
    kind: str
    cells: list[str]


@dataclass(frozen=True)
class AsRead:
    """A table with the row and the cell of one figure.

    Attributes:
        file: name of the file with all of it, below the directory of the release.
        document, sheet, page, title: where it stands; `page` is 0 where there are no pages.
        header: rows of headings.
        lines: rows, those around the marked one where there are many.
        count: rows in all.
        number: of the table in the document.
        row: number of the marked row.
        column: of the figure, from 1; 0 where the place names none.
        range: the cell of the figure; "" where the file has no ranges.
    """

    file: str
    document: str
    sheet: str
    page: int
    title: str
    header: list[list[str]]
    lines: list[Line]
    count: int
    number: int
    row: int
    column: int
    range: str


def as_read(directory: Path | None, record: dict[str, Any]) -> AsRead | None:
    """The table that a record was read from; None where the release has none, or it does not have that row.

    Args:
        directory: of the release.
        record: with its `locator` and `capture_sha256`.
    """
    found = _AT.search(record["locator"])
    if directory is None or found is None:
        return None
    number, row, column = int(found[1]), int(found[2]), int(found[3] or 0)
    file = f"{PICTURES}/{table_name(record['capture_sha256'], number)}"
    try:
        told = msgspec.json.decode((directory / file).read_bytes(), type=_Read)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if row > len(told.rows) or len(told.kinds) not in (0, len(told.rows)):
        return None
    first = min(max(row - 1 - MOST_LINES // 2, 0), max(len(told.rows) - MOST_LINES, 0))
    lines = [
        Line(at, told.ranges.get(str(at), ""), told.kinds[at - 1] if told.kinds else "", cells)
        for at, cells in enumerate(told.rows[first : first + MOST_LINES], start=first + 1)
    ]
    ranges = _RANGE.findall(found["places"])
    sheet = "" if re.fullmatch(r"table \d+", told.sheet) else told.sheet
    return AsRead(
        file, told.document, sheet, told.page, told.title, told.header, lines, len(told.rows), number, row, column,
        ", ".join(ranges),
    )  # fmt: skip
