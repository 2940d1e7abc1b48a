"""The marks of a sheet of an .xlsx (`ingest.readers.sheet_marks`), from its own XML."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from ingest.readers.number_formats import PER_CENT, speaks
from ingest.readers.sheet_marks import MOST_COLUMNS, Marks, MarksError, Place, column_number, times, walk

_AGAIN = "it holds a cell twice or out of order, at row {}; which value is meant is not told, ask for it again"
_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_REF = re.compile(r"([A-Za-z]+)([0-9]+)")
_TRUE = frozenset({"1", "true"})


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
            left, right = times(attributes.get("min")), times(attributes.get("max"))
            self.marks.hidden_columns.update(range(left, min(right, MOST_COLUMNS) + 1))
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
