"""Opens a spreadsheet whose size on disk says nothing about its size in memory.

An .xlsx or .ods is a ZIP archive: a few kilobytes can hold hundreds of megabytes of zeros. Each member is measured by
unpacking it in pieces before the workbook is opened, and formula cells and merged headings are found in the XML,
since a formula's stored result is what some program once computed and not what the publisher wrote.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from ingest.reader import LayoutChangedError

Cell = object
"""A cell as the workbook types it: text, int, float, bool, date, datetime or an empty text."""

LARGEST_MEMBER = 192 * 1024 * 1024
LARGEST_TOTAL = 256 * 1024 * 1024
_PIECE = 1024 * 1024


class Grid(msgspec.Struct, frozen=True):
    """The cells of one sheet or table, with the rows that hold formulas and the merged ranges.

    `broken` names rows (from 1) whose cells cannot be told apart, each with the reason; such a row is one cell.
    """

    sheet: str
    rows: list[list[Cell]]
    formulas: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int], ...] = ()
    broken: dict[int, str] = {}

    def place(self, row: int) -> str:
        """Where a row (from 1) stands, as a reader would look it up."""
        width = len(self.rows[row - 1]) if row <= len(self.rows) else 1
        return f"sheet {self.sheet}, range A{row}:{column_letters(max(width, 1))}{row}"


def column_letters(number: int) -> str:
    """The spreadsheet's name of the n-th column: 1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def open_sheet(body: bytes, where: str, sheet: str) -> Grid:
    """Read one sheet of an .xlsx, .xls or .ods.

    Args:
        body: the file.
        where: source and file, for messages.
        sheet: the declared sheet, or nothing where the workbook has only one.

    Raises:
        LayoutChangedError: the file is no workbook, is too large when unpacked, or has not the declared sheet.
    """
    members: dict[str, bytes] = {}
    if body[:2] == b"PK":
        members = measured_members(body, where)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(body))
        names = workbook.sheet_names
        chosen = sheet or (names[0] if len(names) == 1 else "")
        if chosen not in names:
            asked = f"no sheet called {sheet!r}" if sheet else "several sheets and none declared"
            raise LayoutChangedError(f"{where}: {asked}; its sheets are {names}. Set `sheet:` in the source's yml")
        rows: list[list[Cell]] = [
            [*row] for row in workbook.get_sheet_by_name(chosen).to_python(skip_empty_area=False)
        ]
    except (CalamineError, ValueError, OSError, EOFError) as error:
        raise LayoutChangedError(f"{where}: not a readable workbook ({error}); look at the file") from None
    xml = _sheet_xml(members, names.index(chosen))
    return Grid(chosen, rows, frozenset(_formula_rows(xml)), tuple(_merged_rows(xml)))


def measured_members(body: bytes, where: str) -> dict[str, bytes]:
    """Unpack the sheets of a ZIP workbook within bounds.

    Raises:
        LayoutChangedError: a member or the whole is larger than any table of contracts can be.
    """
    kept: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            for info in archive.infolist():
                size = 0
                pieces: list[bytes] = []
                keep = info.filename.startswith("xl/worksheets/") or info.filename == "xl/workbook.xml"
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
                if keep:
                    kept[info.filename] = b"".join(pieces)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise LayoutChangedError(f"{where}: a damaged or encrypted workbook ({error}); ask for it again") from None
    return kept


def _sheet_xml(members: dict[str, bytes], index: int) -> bytes:
    numbered = sorted(
        (name for name in members if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)),
        key=lambda name: int(re.sub(r"\D", "", name.rsplit("/", 1)[1])),
    )
    return members[numbered[index]] if index < len(numbered) else b""


def _formula_rows(xml: bytes) -> Iterable[int]:
    if b"<f>" not in xml and b"<f " not in xml:
        return
    for match in re.finditer(rb'<c\b[^>]*?\br="[A-Z]+(\d+)"[^>]*>\s*<f[ >/]', xml):
        yield int(match[1])


def _merged_rows(xml: bytes) -> Iterable[tuple[int, int]]:
    for match in re.finditer(rb'<mergeCell ref="[A-Z]+(\d+):[A-Z]+(\d+)"', xml):
        yield int(match[1]), int(match[2])
