"""What a sheet says beside its values: which are formulas and errors, what is merged, how a number is shown.

The program that reads the values gives an error such as #REF! as a blank, a formula as its stored result, a merged
cell as blanks, and 50 % as 0.5. What really stands there is found in the sheet's own XML. The same look tells how far
the sheet reaches before anything of that size is laid out in memory: one cell in the last corner of a sheet makes it
17,000 million cells.
"""

from __future__ import annotations

import functools
import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from xml.parsers import expat

import msgspec

from ingest.readers.number_formats import PER_CENT, speaks

Place = tuple[int, int]
"""Row and column of a cell, both from 1."""

LARGEST_AREA = 8_000_000
"""Cells between the first and the last that is filled: more than XML within our bounds can fill."""

_AGAIN = "it holds a cell twice or out of order, at row {}; which value is meant is not told, ask for it again"
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_REF = re.compile(r"([A-Za-z]+)([0-9]+)")
_MOST_COLUMNS = 16_384
_TRUE = frozenset({"1", "true"})
_HIDDEN = frozenset({"collapse", "filter"})


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


def xlsx_marks(members: Mapping[str, bytes], sheet: str) -> Marks:
    """The marks of one sheet of an .xlsx, by its name.

    Raises:
        MarksError: see `Marks.reach`; or no XML of the sheet is there, as in an .xlsb.
    """
    by_path = {name.casefold(): body for name, body in members.items()}
    path = _path_of(by_path, sheet)
    if path.casefold() not in by_path:
        raise MarksError(f"the XML of sheet {sheet!r} is not in it; save it anew as .xlsx")
    return _Xlsx(_speaking_styles(by_path.get("xl/styles.xml", b""))).read(by_path[path.casefold()])


def ods_marks(content: bytes) -> dict[str, Marks]:
    """The marks of every sheet of an .ods, by their names.

    Raises:
        MarksError: see `Marks.reach`.
    """
    reading = _Ods()
    walk(content, reading.start, reading.end, reading.text)
    return reading.sheets


def hold_whole(xml: bytes) -> None:
    """Refuse XML that is not whole, or that counts more than it holds.

    The program that reads the values may never come to an end of the one, and asks for gigabytes for the other.

    Raises:
        MarksError: it is damaged, declares entities, or says that it has more parts than bytes.
    """

    def start(name: str, attributes: Mapping[str, str]) -> None:
        for key in ("count", "uniqueCount"):
            if _times(attributes.get(key)) > len(xml):
                raise MarksError(
                    f"says that it has {attributes[key]} of {name!r}, more than its bytes; ask for it again"
                )

    walk(xml, start)


def _path_of(members: Mapping[str, bytes], sheet: str) -> str:
    """Where the XML of a sheet lies: its name gives a relation, the relation a path."""
    relations: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheets(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            own = {key.rpartition(":")[2]: value for key, value in attributes.items() if ":" in key}
            relations[attributes.get("name", "")] = own.get("id", "")

    def relation(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    walk(members.get("xl/workbook.xml", b""), sheets)
    walk(members.get("xl/_rels/workbook.xml.rels", b""), relation)
    target = targets.get(relations.get(sheet, ""), "")
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _speaking_styles(xml: bytes) -> dict[int, str]:
    """The styles of cells whose format says something, by their number."""
    codes = dict(PER_CENT)
    styles: list[int] = []
    within: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        within.append(name)
        if name == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "xf" and within[-2:-1] == ["cellXfs"]:
            number = attributes.get("numFmtId", "")
            styles.append(int(number) if number.isdecimal() else 0)

    walk(xml, start, end=lambda _: within.pop())
    return {style: codes[number] for style, number in enumerate(styles) if speaks(codes.get(number, ""))}


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


def _place(ref: str) -> Place | None:
    found = _REF.fullmatch(ref)
    if found is None:
        return None
    return int(found[2]), column_number(found[1])


class _Xlsx:
    """Reads the XML of one sheet of an .xlsx."""

    def __init__(self, odd: Mapping[int, str]) -> None:
        self.marks = Marks()
        self.odd = odd
        self.row = self.column = 0
        self.kind = ""
        self.style = 0
        self.value = False

    def read(self, xml: bytes) -> Marks:
        # texts are told only where an error may stand among them: there are half a million of them in a large sheet
        walk(xml, self.start, text=self.text if _ERROR.search(xml) else None)
        return self.marks

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        self.value = False
        if name == "c":
            place = _place(attributes.get("r", "")) or (self.row, self.column + 1)
            if place <= (self.row, self.column):
                raise MarksError(_AGAIN.format(place[0]))
            self.row, self.column = place
            self.kind = attributes.get("t", "n")
            self.style = int(attributes["s"]) if attributes.get("s", "").isdecimal() else -1
        elif name == "v":
            self._filled()
        elif name == "is":
            self.marks.reach(self.row, self.column)
        elif name == "f":
            self.marks.formula(self.row, self.column)
            self.marks.reach(self.row, self.column)
        elif name == "row":
            self._row(attributes)
        elif name == "col" and attributes.get("hidden") in _TRUE:
            left, right = _times(attributes.get("min")), _times(attributes.get("max"))
            self.marks.hidden_columns.update(range(left, min(right, _MOST_COLUMNS) + 1))
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            corners = _place(first), _place(last or first)
            if corners[0] and corners[1]:
                self.marks.merge(*corners[0], *corners[1])

    def _row(self, attributes: Mapping[str, str]) -> None:
        row = int(attributes["r"]) if attributes.get("r", "").isdecimal() else self.row + 1
        if row <= self.row:
            raise MarksError(_AGAIN.format(row))
        self.row, self.column = row, 0
        if attributes.get("hidden") in _TRUE:
            self.marks.hidden_rows.add(row)

    def _filled(self) -> None:
        self.marks.reach(self.row, self.column)
        if self.kind == "e":
            self.value = True
            self.marks.errors[self.row, self.column] = ""
        elif self.kind == "n" and self.style in self.odd:
            self.marks.shown[self.row, self.column] = self.odd[self.style]

    def text(self, text: str) -> None:
        if self.value:
            self.marks.errors[self.row, self.column] += text


class _Ods:
    """Reads the sheets of the XML of an .ods, where a cell or row that is repeated stands once."""

    def __init__(self) -> None:
        self.sheets: dict[str, Marks] = {}
        self.marks = Marks()
        self.within: list[str] = []
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.hidden = False
        self.error = ""
        self.is_error = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        own = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if not self.within and name != "table":
            return
        self.within.append(name)
        if len(self.within) == 1:
            if own.get("name", "") in self.sheets:
                raise MarksError(f"holds two sheets called {own.get('name', '')!r}; ask for it again")
            self.marks = self.sheets[own.get("name", "")] = Marks()
            self.row = self.column = 0
        elif name == "table-column":
            columns = _times(own.get("number-columns-repeated"))
            if own.get("visibility") in _HIDDEN:
                last = min(self.column + columns, _MOST_COLUMNS)
                self.marks.hidden_columns.update(range(self.column + 1, last + 1))
            self.column += columns
        elif name == "table-row":
            self.row, self.column = self.row + 1, 0
            self.rows = _times(own.get("number-rows-repeated"))
            self.hidden = own.get("visibility") in _HIDDEN
        elif name in {"table-cell", "covered-table-cell"}:
            self.columns = _times(own.get("number-columns-repeated"))
            self.column += 1
            self._cell(attributes, own)

    def _cell(self, attributes: Mapping[str, str], own: Mapping[str, str]) -> None:
        kinds = {value for key, value in attributes.items() if key.endswith(":value-type")}
        if kinds or "formula" in own:
            self.marks.reach(self.row + self.rows - 1, self.column + self.columns - 1)
            if self.hidden:
                self.marks.hidden_rows.update(range(self.row, self.row + self.rows))
        if "formula" in own:
            for row in range(self.row, self.row + self.rows):
                self.marks.formula(row, self.column)
        self.is_error, self.error = "error" in kinds, ""
        code = "0%" if "percentage" in kinds else f"0 [${own.get('currency', '')}]" if "currency" in kinds else ""
        if speaks(code):
            self.marks.shown.update(dict.fromkeys(self._places(), code))
        down, across = _times(own.get("number-rows-spanned")), _times(own.get("number-columns-spanned"))
        if down > 1 or across > 1:
            self.marks.merge(self.row, self.column, self.row + down - 1, self.column + across - 1)

    def _places(self) -> list[Place]:
        return [
            (row, column)
            for row in range(self.row, self.row + self.rows)
            for column in range(self.column, self.column + self.columns)
        ]

    def end(self, name: str) -> None:
        if not self.within:
            return
        self.within.pop()
        if name in {"table-cell", "covered-table-cell"}:
            if self.is_error:
                self.marks.errors.update(dict.fromkeys(self._places(), self.error))
            self.is_error = False
            self.column += self.columns - 1
        elif name == "table-row":
            self.row += self.rows - 1

    def text(self, text: str) -> None:
        if self.is_error:
            self.error += text


def _times(repeated: str | None) -> int:
    return int(repeated[:12]) if repeated and repeated.isdecimal() else 1
