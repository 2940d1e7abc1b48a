"""What a sheet of an .xls says beside its values, as `sheet_marks` tells it of an .xlsx.

An .xls is a small file system (a compound file) that holds one stream of records. Its counts are held against its
length before it is opened: the program that reads the values believes them and asks for gigabytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ingest.readers.number_formats import PER_CENT, speaks
from ingest.readers.sheet_marks import Marks, MarksError

_BOF, _EOF = 0x0809, 0x000A
_EXCEL_97 = 0x0600
_SHEET, _STRINGS, _FORMAT, _STYLE, _PASSWORD = 0x0085, 0x00FC, 0x041E, 0x00E0, 0x002F
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_NUMBERS = frozenset({0x0203, 0x027E})
_TEXTS = frozenset({0x00FD, 0x0204, 0x00D6})
_SEVERAL_NUMBERS, _TRUTH_OR_ERROR, _MERGED, _DIMENSIONS = 0x00BD, 0x0205, 0x00E5, 0x0200
_CELLS = _FORMULAS | _NUMBERS | _TEXTS | {_TRUTH_OR_ERROR}
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_ROW, _ROW_HIDDEN, _COLUMN, _COLUMN_HIDDEN = 0x0208, 0x20, 0x007D, 0x01
_ROWS, _COLUMNS = 65_536, 256
_LAST = 0xFFFFFFFA
"""The first number of a sector that names none: the end of a chain, or a free one."""

Records = Iterator[tuple[int, bytes]]


def xls_marks(body: bytes) -> list[Marks]:
    """The marks of every sheet of an .xls, in their order.

    Raises:
        MarksError: it is damaged, opens with a password only, or its counts are more than it can hold.
    """
    try:
        stream = _Compound(body).stream("Workbook", "Book")
        starts, speaking = _globals(stream)
        return [_sheet(stream, start, speaking) for start in starts]
    except (struct.error, IndexError) as error:
        raise MarksError(f"its records are damaged ({error}); ask for it again") from None


def _globals(stream: bytes) -> tuple[list[int], dict[int, str]]:
    """Where the sheets begin, and the styles of cells whose format says something."""
    starts: list[int] = []
    codes = dict(PER_CENT)
    styles: list[int] = []
    for kind, held in _records(stream, 0):
        if kind == _SHEET:
            starts.append(struct.unpack_from("<I", held)[0])
        elif kind == _PASSWORD:
            raise MarksError("opens with a password only; ask for an open copy")
        elif kind == _STRINGS and max(struct.unpack_from("<II", held)) > len(stream):
            raise MarksError("it says that it holds more texts than it has bytes; ask for it again")
        elif kind == _FORMAT and len(held) > 5:
            codes[struct.unpack_from("<H", held)[0]] = _format(held, stream)
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", held, 2)[0])
    speaking = {style: codes[number] for style, number in enumerate(styles) if speaks(codes.get(number, ""))}
    return starts, speaking


def _format(held: bytes, stream: bytes) -> str:
    """The code of a format; before Excel 97 it was one of bytes."""
    if struct.unpack_from("<H", stream, 4)[0] < _EXCEL_97:
        return held[3:].decode("latin-1")
    return held[5:].decode("utf-16-le" if held[4] & 1 else "latin-1", "replace")


def _sheet(stream: bytes, start: int, speaking: dict[int, str]) -> Marks:
    marks = Marks()
    for kind, held in _records(stream, start):
        if kind in _CELLS:
            row, column, style = struct.unpack_from("<HHH", held)
            marks.reach(row + 1, column + 1)
            if kind in _FORMULAS:
                marks.formula(row + 1, column + 1)
            elif kind == _TRUTH_OR_ERROR and held[7]:
                marks.errors[row + 1, column + 1] = _ERRORS.get(held[6], "#?")
            elif kind in _NUMBERS and style in speaking:
                marks.shown[row + 1, column + 1] = speaking[style]
        elif kind == _SEVERAL_NUMBERS:
            _several_numbers(marks, held, speaking)
        elif kind == _MERGED:
            for top, bottom, left, right in struct.iter_unpack("<HHHH", held[2 : 2 + 8 * (len(held) // 8)]):
                marks.merge(top + 1, left + 1, bottom + 1, right + 1)
        elif kind in {_ROW, _COLUMN}:
            _hide(marks, kind, held)
        elif kind == _DIMENSIONS:
            _hold_dimensions(held)
    return marks


def _several_numbers(marks: Marks, held: bytes, speaking: dict[int, str]) -> None:
    row, first = struct.unpack_from("<HH", held)
    for at, (style, _) in enumerate(struct.iter_unpack("<HI", held[4:-2]), start=first + 1):
        marks.reach(row + 1, at)
        if style in speaking:
            marks.shown[row + 1, at] = speaking[style]


def _hide(marks: Marks, kind: int, held: bytes) -> None:
    first, last = struct.unpack_from("<HH", held)
    if kind == _ROW and struct.unpack_from("<H", held, 12)[0] & _ROW_HIDDEN:
        marks.hidden_rows.add(first + 1)
    elif kind == _COLUMN and struct.unpack_from("<H", held, 8)[0] & _COLUMN_HIDDEN:
        marks.hidden_columns.update(range(first + 1, min(last, _COLUMNS) + 2))


def _hold_dimensions(held: bytes) -> None:
    top, bottom, left, right = struct.unpack_from("<IIHH" if len(held) > 10 else "<HHHH", held)
    if not (top <= bottom <= _ROWS and left <= right <= _COLUMNS):
        raise MarksError(f"it says that it has rows {top} to {bottom} and columns {left} to {right}; ask for it again")


def _records(stream: bytes, at: int) -> Records:
    """The records from a beginning to the end that belongs to it, with those of charts in between left out."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", stream, at)
        held = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth == 1:
            yield kind, held


class _Compound:
    """A compound file: sectors in chains, and a directory of the streams that they make."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        shift, mini_shift = struct.unpack_from("<HH", body, 30)
        if shift not in {9, 12} or mini_shift != 6:
            raise MarksError("its sectors have no size that there is; ask for it again")
        self.size = 1 << shift
        tables, directory, _, _, minis, _, more, further = struct.unpack_from("<IIIIIIII", body, 44)
        most = len(body) // self.size + 1
        if tables > most or further > most:
            raise MarksError("it says that it has more sectors than bytes; ask for it again")
        listed = list(struct.unpack_from("<109I", body, 76))
        while more < _LAST and len(listed) < most + 109:
            *held, more = struct.unpack(f"<{self.size // 4}I", self._sector(more))
            listed += held
        self.table = [n for at in listed[:tables] for n in struct.unpack(f"<{self.size // 4}I", self._sector(at))]
        entries = self._chain(directory)
        self.entries = [entries[at : at + 128] for at in range(0, len(entries) - 127, 128)]
        self.minis = struct.unpack(f"<{len(mini := self._chain(minis)) // 4}I", mini) if minis < _LAST else ()

    def stream(self, *names: str) -> bytes:
        """The first stream of these names."""
        for entry in self.entries:
            start, length = struct.unpack_from("<II", entry, 116)
            if length > len(self.body):
                raise MarksError("it says that it holds more than it has bytes; ask for it again")
            if entry[: max(entry[64] - 2, 0)].decode("utf-16-le", "replace") in names:
                return self._chain(start)[:length] if length >= 4096 else self._small(start)[:length]
        raise MarksError("holds no workbook; ask for it as .xlsx")

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self.size
        held = self.body[at : at + self.size]
        if not held:
            raise MarksError("it is cut short; ask for it again")
        return held.ljust(self.size, b"\0")

    def _chain(self, number: int) -> bytes:
        held: list[bytes] = []
        while number < _LAST:
            if len(held) > len(self.table):
                raise MarksError("its sectors run in a circle; ask for it again")
            held.append(self._sector(number))
            number = self.table[number]
        return b"".join(held)

    def _small(self, number: int) -> bytes:
        """A stream of less than 4096 bytes: in pieces of 64, in the stream of the first entry."""
        pieces = self._chain(struct.unpack_from("<I", self.entries[0], 116)[0])
        held: list[bytes] = []
        while number < _LAST:
            if len(held) > len(self.minis):
                raise MarksError("its sectors run in a circle; ask for it again")
            held.append(pieces[number * 64 : number * 64 + 64])
            number = self.minis[number]
        return b"".join(held)
