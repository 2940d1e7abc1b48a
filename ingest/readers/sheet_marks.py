"""What a sheet says beside its values: which are formulas and errors, what is merged, how a number is shown.

The program that reads the values gives an error such as #REF! as a blank, a formula as its stored result, a merged
cell as blanks, and 50 % as 0.5. What really stands there is found in the sheet's own XML. The same look tells how far
the sheet reaches before anything of that size is laid out in memory: one cell in the last corner of a sheet makes it
17,000 million cells.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.parsers import expat

import msgspec

Place = tuple[int, int]
"""Row and column of a cell, both from 1."""

LARGEST_AREA = 8_000_000
"""Cells between the first and the last that is filled: more than XML within our bounds can fill."""

MOST_COLUMNS = 16_384
"""Columns that a sheet can have."""


class Merged(NamedTuple):
    """A range of cells shown as one; rows and columns are counted from 1. What it says stands in its first cell."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def downwards(self) -> bool:
        """Whether it is several rows of one column, so that it says the same of each of them."""
        return self.left == self.right and self.top < self.bottom

    def __str__(self) -> str:
        """The range as a spreadsheet names it."""
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


def column_letters(number: int) -> str:
    """The spreadsheet's name of the n-th column: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@functools.lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """The number of a column that a spreadsheet names so: A → 1, AA → 27."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column


class MarksError(Exception):
    """The XML of a sheet is damaged, or the sheet reaches too far; the message says what to do."""


class Marks(msgspec.Struct):
    """What was found in one sheet; rows and columns are counted from 1.

    Attributes:
        formulas: rows that hold a formula.
        computed: cells that are one; of cells repeated as one, the first of each row.
        errors: cells that hold an error, with its text.
        merged: ranges of cells shown as one.
        shown: cells whose format says something beside the number, with the format.
        hidden_rows: rows that are not shown.
        hidden_columns: columns that are not shown.
        rows: the last row in which a cell is filled.
        columns: the last column likewise.
        spanned: how many rows the merged ranges have together.
    """

    formulas: set[int] = msgspec.field(default_factory=set)
    computed: set[Place] = msgspec.field(default_factory=set)
    errors: dict[Place, str] = msgspec.field(default_factory=dict)
    merged: list[Merged] = msgspec.field(default_factory=list)
    shown: dict[Place, str] = msgspec.field(default_factory=dict)
    hidden_rows: set[int] = msgspec.field(default_factory=set)
    hidden_columns: set[int] = msgspec.field(default_factory=set)
    rows: int = 0
    columns: int = 0
    spanned: int = 0

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Remember a merged range.

        Raises:
            MarksError: the ranges have more rows together than a sheet has cells, so they lie upon each other.
        """
        self.spanned += bottom - top + 1
        if self.spanned > LARGEST_AREA:
            raise MarksError("its merged cells lie upon each other; ask for the table without merged cells")
        self.merged.append(Merged(top, left, bottom, right))

    def formula(self, row: int, column: int) -> None:
        """Remember that a cell is a formula."""
        self.formulas.add(row)
        self.computed.add((row, column))

    def reach(self, row: int, column: int) -> None:
        """Remember that a cell is filled.

        Raises:
            MarksError: the filled cells lie further apart than any table reaches.
        """
        if row <= self.rows and column <= self.columns:
            return
        self.rows = max(self.rows, row)
        self.columns = max(self.columns, column)
        if self.rows * self.columns > LARGEST_AREA:
            raise MarksError(
                f"its filled cells reach to row {self.rows} and column {self.columns}, further than any table of "
                "contracts; delete what stands far outside of the table, or ask for the table alone"
            )


def hold_whole(xml: bytes) -> None:
    """Refuse XML that is not whole, or that counts more than it holds.

    The program that reads the values may never come to an end of the one, and asks for gigabytes for the other.

    Raises:
        MarksError: it is damaged, declares entities, or says that it has more parts than bytes.
    """

    def start(name: str, attributes: Mapping[str, str]) -> None:
        for key in ("count", "uniqueCount"):
            if times(attributes.get(key)) > len(xml):
                raise MarksError(
                    f"says that it has {attributes[key]} of {name!r}, more than its bytes; ask for it again"
                )

    walk(xml, start)


def walk(
    xml: bytes,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Tell every element of a document, by its name without prefix.

    Raises:
        MarksError: it is not XML, or declares entities, which no sheet needs.
    """

    def refuse(*_: object) -> None:
        raise MarksError("its XML declares entities, which no spreadsheet program does; ask for it again")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(
        name.rpartition(":")[2] if ":" in name else name, attributes
    )
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    if not xml:
        return
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - pyexpat's signature
    except expat.ExpatError as error:
        raise MarksError(f"its XML is damaged ({error}); ask for it again") from None


def times(repeated: str | None) -> int:
    """How often something is repeated, or how many there are; once where that is not said."""
    return int(repeated[:12]) if repeated and repeated.isdecimal() else 1
