"""What the reader of documents hands over: tables, where each cell stands, and what its totals prove.

A table keeps the text as it is printed. Nothing is corrected here: a wrong total stays in `rows` and is
described in `totals`.
"""

from decimal import Decimal
from typing import Literal

import msgspec

Kind = Literal["data", "year", "group", "subtotal", "total", "part", "numbering"]
"""Kind of a row. `part` is a row that repeats money of the row above it ("в том числе") and is never added."""

Verdict = Literal["equal", "differs", "×10", "×1000", "unreadable"]
Role = Literal["number", "text", "amount", "date", "year"]

READ_FROM_PICTURE = "read from a picture of the page"
"""Reason for review of whatever came through character recognition."""


class DocumentRefused(Exception):  # noqa: N818 - it is a decision, and reads as one where it is raised
    """A document that is not read at all; the message names the document and what to do.

    Attributes:
        reason: one word for logs and tests, such as `encrypted`, `empty`, `broken`, `too-large`, `timeout`.
        name: the name the document was given by its source.
    """

    def __init__(self, name: str, reason: str, advice: str) -> None:
        self.name = name
        self.reason = reason
        self.advice = advice
        super().__init__(f"{name}: {reason}: {advice}")


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a piece of a cell stands: a box on a page, or a range of a sheet.

    Attributes:
        page: page number from 1; 0 when the document has no pages.
        x0: left edge in PDF points (1/72 inch) from the left of the page as it is displayed.
        y0: upper edge in points from the top.
        x1: right edge.
        y1: lower edge.
        sheet: sheet of a workbook, or `table 2` for a document without pages.
        range: `B7` or `B7:C8` in that sheet.
    """

    page: int = 0
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0
    sheet: str = ""
    range: str = ""


class Merge(msgspec.Struct, frozen=True):
    """A merged cell, header rows counted first: rows and columns from 0, both ends included."""

    row0: int
    column0: int
    row1: int
    column1: int


class Unit(msgspec.Struct, frozen=True):
    """Unit of an amount column as it is printed; `None` means that nothing is printed, never a guess."""

    currency: str | None = None
    factor: int | None = None
    raw: str = ""


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column: its heading from the top row down, and what stands below it.

    Attributes:
        heading: texts of the header rows above the column, merged ones spread, without repeats.
        role: what most cells hold.
        unit: unit named in the heading, or in the title when the heading is silent.
        year: the year the heading names, when it names exactly one.
        part: the heading says that the column is a part of another ("в т.ч.") and must not be added to it.
    """

    heading: tuple[str, ...]
    role: Role = "text"
    unit: Unit = Unit()
    year: int | None = None
    part: bool = False


class Total(msgspec.Struct, frozen=True, omit_defaults=True):
    """A printed total or subtotal beside the sum of the rows it covers.

    Attributes:
        row: index in `rows` of the printed total.
        column: index of the column.
        printed: value as printed, in the unit of the column; None when it cannot be read.
        computed: sum of the covered rows in the same unit; None when one of them cannot be read.
        verdict: result of the comparison; `×10` and `×1000` are slips of exactly this size either way.
        covers: the rows that were added.
        rounding: the difference is small enough to come from rounding of the rows.
    """

    row: int
    column: int
    printed: Decimal | None
    computed: Decimal | None
    verdict: Verdict
    covers: tuple[int, ...] = ()
    rounding: bool = False


class Doubt(msgspec.Struct, frozen=True):
    """A cell whose figure was read differently the second time: row and column from 0, and the other reading."""

    row: int
    column: int
    other: str


class Table(msgspec.Struct, omit_defaults=False):
    """One table of a document, pieces on following pages joined.

    Attributes:
        page: page on which it begins, from 1; 0 when the document has no pages.
        sheet: sheet, or `table N` in a document without pages.
        source: name of the document; members of an archive or letter as `reply.zip/annex.pdf`.
        header: header rows, text only in the first cell of a merge.
        rows: body rows, all of the width of the header.
        boxes: per row and cell the places its text was read from (several when a page break cut the cell).
        merges: merged cells, header rows counted.
        title: text above the table that belongs to it.
        columns: meaning of each column.
        kinds: kind of each row.
        totals: printed totals compared with the rows.
        notes: facts for a reader, such as pieces joined or columns left empty.
        needs_review: reasons why a person should look before the figures are used.
        doubts: cells of a picture whose two readings differ.
    """

    page: int = 0
    sheet: str = ""
    source: str = ""
    header: list[list[str]] = []
    rows: list[list[str]] = []
    boxes: list[list[list[Place]]] = []
    merges: list[Merge] = []
    title: str = ""
    columns: list[Column] = []
    kinds: list[Kind] = []
    totals: list[Total] = []
    notes: list[str] = []
    needs_review: list[str] = []
    doubts: list[Doubt] = []


class Grid(msgspec.Struct):
    """A table as a format's reader found it, before anything is understood.

    Attributes:
        cells: text of every cell, the first cell of a merge holds the text and the others are empty.
        places: places of every cell, same shape as `cells`.
        merges: merged cells by row and column of `cells`.
        header_rows: number of header rows when the format says so, else None.
        edges: x of the column borders in points, for joining pieces on following pages.
        ink: left and right of the text of each column, when there are no ruled borders.
        bounds: top and bottom of the piece in points, and the height of the page.
        first: nothing but a running head stands above it on its page.
        last: nothing but a page number stands below it on its page.
        doubts: where figures of a picture were read differently the second time, with the other reading.
    """

    cells: list[list[str]]
    places: list[list[list[Place]]]
    merges: list[Merge] = []
    page: int = 0
    sheet: str = ""
    title: str = ""
    header_rows: int | None = None
    edges: tuple[float, ...] = ()
    ink: tuple[tuple[float, float], ...] = ()
    bounds: tuple[float, float, float] = (0.0, 0.0, 0.0)
    first: bool = False
    last: bool = False
    notes: list[str] = []
    needs_review: list[str] = []
    doubts: list[tuple[Place, str]] = []
