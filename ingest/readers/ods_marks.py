"""The marks of the sheets of an .ods (`ingest.readers.sheet_marks`), from its own XML."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.readers.number_formats import speaks
from ingest.readers.sheet_marks import MOST_COLUMNS, Marks, MarksError, Place, times, walk

_HIDDEN = frozenset({"collapse", "filter"})


def ods_marks(content: bytes) -> dict[str, Marks]:
    """The marks of every sheet of an .ods, by their names.

    Raises:
        MarksError: see `Marks.reach`.
    """
    reading = _Ods()
    walk(content, reading.start, reading.end, reading.text)
    return reading.sheets


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
            columns = times(own.get("number-columns-repeated"))
            if own.get("visibility") in _HIDDEN:
                last = min(self.column + columns, MOST_COLUMNS)
                self.marks.hidden_columns.update(range(self.column + 1, last + 1))
            self.column += columns
        elif name == "table-row":
            self.row, self.column = self.row + 1, 0
            self.rows = times(own.get("number-rows-repeated"))
            self.hidden = own.get("visibility") in _HIDDEN
        elif name in {"table-cell", "covered-table-cell"}:
            self.columns = times(own.get("number-columns-repeated"))
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
        down, across = times(own.get("number-rows-spanned")), times(own.get("number-columns-spanned"))
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
