"""Opens a spreadsheet whose size on disk says nothing about its size in memory.

An .xlsx or .ods is a ZIP archive: a few kilobytes can hold hundreds of megabytes of zeros. Each member is measured by
unpacking it in pieces before the workbook is opened, and what a sheet says beside its values is found in its XML
(`sheet_marks`): a formula's stored result is what some program once computed and not what the publisher wrote.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from ingest.reader import LayoutChangedError
from ingest.readers.ods_marks import ods_marks
from ingest.readers.raised import raised_texts
from ingest.readers.sheet_marks import Marks, MarksError, column_letters, hold_whole
from ingest.readers.xls_marks import xls_marks
from ingest.readers.xlsx_marks import xlsx_marks

Cell = object
"""A cell as the workbook types it: text, int, float, bool, date, datetime or an empty text."""

LARGEST_MEMBER = 192 * 1024 * 1024
LARGEST_TOTAL = 256 * 1024 * 1024
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE = 1024 * 1024


class Grid(msgspec.Struct, frozen=True):
    """The cells of one sheet or table, and what stands against some of them.

    `broken` names rows (from 1) whose cells cannot be told apart, each with the reason; such a row is one cell.
    `marks` are those of a sheet: formulas, errors, merged ranges, formats.
    """

    sheet: str
    rows: list[list[Cell]]
    marks: Marks = msgspec.field(default_factory=Marks)
    broken: dict[int, str] = {}

    def cell(self, row: int, column: int) -> Cell:
        """A cell, by its row and column from 1; blank where the grid does not reach."""
        cells = self.rows[row - 1] if row <= len(self.rows) else []
        return cells[column - 1] if column <= len(cells) else ""

    def place(self, row: int) -> str:
        """Where a row (from 1) stands, as a reader would look it up."""
        width = len(self.rows[row - 1]) if row <= len(self.rows) else 1
        return f"sheet {self.sheet}, range A{row}:{column_letters(max(width, 1))}{row}"


def open_sheet(body: bytes, where: str, sheet: str) -> Grid:
    """Read one sheet of an .xlsx, .xls or .ods.

    Args:
        body: the file.
        where: source and file, for messages.
        sheet: the declared sheet, or nothing where the workbook has only one.

    Raises:
        LayoutChangedError: the file is no workbook, is too large when unpacked, or has not the declared sheet.
    """
    workbook, members, known = _opened(body, where)
    chosen = _chosen(workbook.sheet_names, sheet, where)
    try:
        # before the sheet is laid out in memory: a cell far outside makes it thousands of millions of cells
        marks = known.get(chosen) or (xlsx_marks(members, chosen) if members else Marks())
        with _no_panic():
            rows: list[list[Cell]] = [
                [*row] for row in workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
            ]
    except MarksError as error:
        raise LayoutChangedError(f"{where}: sheet {chosen}: {error}") from None
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise LayoutChangedError(f"{where}: {_what_it_is(body, str(error))}") from None
    if marks.rows and not rows:
        raise LayoutChangedError(f"{where}: sheet {chosen} is filled and cannot be read; save it anew as .xlsx")
    raised = raised_texts(members)
    if raised:
        rows = [[raised.get(cell, cell) if isinstance(cell, str) else cell for cell in cells] for cells in rows]
    for (row, column), told in marks.errors.items():
        _cell_of(rows, row, column)[column - 1] = told
    return Grid(chosen, rows, marks)


def sheet_names(body: bytes, where: str) -> list[str]:
    """The sheets of an .xlsx, .xls or .ods, in their order.

    Raises:
        LayoutChangedError: the file is no workbook, or is too large when unpacked.
    """
    names: list[str] = _opened(body, where)[0].sheet_names
    return names


def _opened(body: bytes, where: str) -> tuple[CalamineWorkbook, Mapping[str, bytes], Mapping[str, Marks]]:
    """A workbook with its XML, and the marks of its sheets where opening it lays them all out, as that of an .ods."""
    members = measured_members(body, where) if body[:2] == b"PK" else {}
    known: Mapping[str, Marks] = {}
    try:
        sheets = xls_marks(body) if body.startswith(_COMPOUND) and not _is_encrypted(body) else []
        if "content.xml" in members and not any(name.startswith("xl/") for name in members):
            known = ods_marks(members["content.xml"])
        for name, xml in members.items():
            if not name.startswith("xl/worksheets/"):
                hold_whole(xml)
        with _no_panic():
            workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        if sheets:
            known = dict(zip(workbook.sheet_names, sheets, strict=True))
    except MarksError as error:
        raise LayoutChangedError(f"{where}: {error}") from None
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise LayoutChangedError(f"{where}: {_what_it_is(body, str(error))}") from None
    return workbook, members, known


def _is_encrypted(body: bytes) -> bool:
    return "EncryptedPackage".encode("utf-16-le") in body


def _what_it_is(body: bytes, error: str) -> str:
    """What a file is that opens as no workbook, and what to do with it."""
    if _is_encrypted(body):
        return "opens with a password only; ask for an open copy"
    head = body[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return "is empty; ask for it again"
    if head[:2] in {b"PK", b"\xd0\xcf"}:
        return f"not a readable workbook ({error}); ask for it again"
    if head[:1] == b"<":
        return "is a web page or XML and no workbook; a web page is read with `format: html` in the source's yml"
    if b"\0" not in head:
        return "is text and no workbook; text in columns is read with `format: csv` in the source's yml"
    return f"not a workbook ({error}); ask for it as .xlsx"


def _chosen(names: list[str], sheet: str, where: str) -> str:
    chosen = sheet or (names[0] if len(names) == 1 else "")
    if not names:
        raise LayoutChangedError(f"{where}: holds no sheets; ask for it again")
    if chosen not in names:
        asked = f"no sheet called {sheet!r}" if sheet else "several sheets and none declared"
        raise LayoutChangedError(f"{where}: {asked}; its sheets are {names}. Set `sheet:` in the source's yml")
    return chosen


def _cell_of(rows: list[list[Cell]], row: int, column: int) -> list[Cell]:
    """The row, made to reach as far as the cell: where the last of a sheet is an error, it was left out as blank."""
    while len(rows) < row:
        rows.append([])
    rows[row - 1].extend([""] * (column - len(rows[row - 1])))
    return rows[row - 1]


@contextmanager
def _no_panic() -> Iterator[None]:
    """Turn what the reading program gives up on into an error: it raises no `Exception` there."""
    try:
        yield
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise OSError(str(error)) from None
        raise


def measured_members(body: bytes, where: str) -> dict[str, bytes]:
    """Unpack the sheets of a ZIP workbook within bounds.

    Raises:
        LayoutChangedError: a member or the whole is larger than any table of contracts can be.
    """
    kept: dict[str, bytes] = {}
    sizes: dict[str, int] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for info in archive.infolist():
                size = 0
                pieces: list[bytes] = []
                keep = info.filename.endswith((".xml", ".rels"))
                if info.filename in sizes:
                    raise LayoutChangedError(
                        f"{where}: holds two members called {info.filename}; which of them is meant is not said, ask "
                        "for it again"
                    )
                with archive.open(info) as member:
                    while piece := member.read(_PIECE):
                        size += len(piece)
                        total += len(piece)
                        if size > LARGEST_MEMBER or total > LARGEST_TOTAL:
                            raise LayoutChangedError(
                                f"{where}: {info.filename} unpacks to more than {LARGEST_MEMBER // 2**20} MB; "
                                "no table of contracts is that large, so the file is refused"
                            )
                        if keep:
                            pieces.append(piece)
                sizes[info.filename] = size
                if keep:
                    kept[info.filename] = b"".join(pieces)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        if "encrypted" in str(error):
            raise LayoutChangedError(f"{where}: opens with a password only; ask for an open copy") from None
        raise LayoutChangedError(f"{where}: a damaged workbook ({error}); ask for it again") from None
    return kept
