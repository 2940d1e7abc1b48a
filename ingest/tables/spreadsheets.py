"""Tables of workbooks: XLSX, XLS, XLSB and ODS through calamine, merges with them.

calamine reads the values that the workbook shows; formulas are never calculated and macros never run. What it
does not tell (macros, links to other workbooks, formulas) is looked up in the file's own parts, so that a
reader knows which figures were computed elsewhere.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from lxml import etree
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest.readers.number_formats import objection
from ingest.readers.ods_marks import ods_marks
from ingest.readers.raised import raised_texts
from ingest.readers.sheet_marks import Marks, MarksError
from ingest.readers.xls_marks import xls_marks
from ingest.readers.xlsx_marks import xlsx_marks
from ingest.tables.model import DocumentRefused, Grid, Merge, Place, Table
from ingest.tables.semantics import filled
from ingest.tables.totals import figure_columns
from ingest.tables.understand import understand

MAX_CELLS = 5_000_000
"""A sheet with more cells is data to be loaded by a source description, not a reply to be read."""

_GROUP = 3
"""Digits after a point that may as well be a group of thousands."""
Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def cell_text(value: Value) -> str:
    """A value as text of one reading: whole numbers without a point, dates in ISO form, nothing rounded."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        text = format(Decimal(repr(value)), "f")
        # beside cells that are text and have a comma, "143.125" would be read as 143125
        return f"{text}0" if len(text.rpartition(".")[2]) == _GROUP else text
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()


def cell_range(row: int, column: int, row1: int | None = None, column1: int | None = None) -> str:
    """Address of a cell or range as spreadsheets write it; rows and columns from 0."""
    first = f"{get_column_letter(column + 1)}{row + 1}"
    if row1 is None or column1 is None or (row1, column1) == (row, column):
        return first
    return f"{first}:{get_column_letter(column1 + 1)}{row1 + 1}"


def sheet_grids(
    rows: list[list[str]], merges: list[tuple[tuple[int, int], tuple[int, int]]], sheet: str
) -> list[Grid]:
    """One grid per block of a sheet; blank rows part blocks when a new header follows them."""
    used = [r for r, row in enumerate(rows) if filled(row)]
    blocks: list[list[int]] = []
    for r in used:
        if blocks and (r - blocks[-1][-1] <= 1 or not _fresh(rows, blocks[-1], r)):
            blocks[-1].extend(range(blocks[-1][-1] + 1, r + 1))
        else:
            blocks.append([r])
    grids: list[Grid] = []
    for block in blocks:
        columns = [k for k in range(len(rows[0])) if any(rows[r][k] for r in block)]
        if len(block) < 2 or len(columns) < 2:
            continue
        first, last = columns[0], columns[-1]
        top = block[0]
        kept = [r for r in block if filled(rows[r])]
        index = {r: i for i, r in enumerate(kept)}
        own: list[Merge] = []
        spans: dict[tuple[int, int], tuple[int, int]] = {}
        for (r0, k0), (r1, k1) in merges:
            if r0 < top or r0 > block[-1] or k0 > last:
                continue
            inside = [index[r] for r in range(r0, r1 + 1) if r in index]
            if inside and r0 in index and (inside[-1], k1) != (inside[0], k0) and k0 >= first:
                own.append(Merge(inside[0], k0 - first, inside[-1], min(k1, last) - first))
                spans[r0, k0] = (r1, k1)
        grids.append(
            Grid(
                cells=[rows[r][first : last + 1] for r in kept],
                places=[
                    [
                        [Place(sheet=sheet, range=cell_range(r, k, *spans.get((r, k), (None, None))))]
                        for k in range(first, last + 1)
                    ]
                    for r in kept
                ],
                merges=sorted(own, key=lambda m: (m.row0, m.column0)),
                sheet=sheet,
            )
        )
    return grids


def _fresh(rows: list[list[str]], block: list[int], row: int) -> bool:
    """A row after blank rows begins another table, rather than going on with the one above."""
    if all(len(filled(rows[r])) <= 1 for r in block):
        return False  # title lines above a table
    return row - block[-1] > 2 or not any(re.search(r"\d", t) for t in rows[row])


def _sheet_rows(sheet: CalamineSheet, name: str, raised: Mapping[str, str]) -> list[list[str]]:
    if (sheet.total_height + 1) * (sheet.total_width + 1) > MAX_CELLS:
        raise DocumentRefused(name, "too-large", f"sheet {sheet.name} has more than {MAX_CELLS} cells")
    rows = sheet.to_python(skip_empty_area=False)
    if raised:
        return [[cell_text(raised.get(v, v) if isinstance(v, str) else v) for v in row] for row in rows]
    return [[cell_text(v) for v in row] for row in rows]


def _members(data: bytes) -> dict[str, bytes]:
    """The XML of a workbook in a ZIP archive, whose size was looked at before."""
    if not data.startswith(b"PK"):
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {n: archive.read(n) for n in archive.namelist() if n.endswith((".xml", ".rels"))}


def _is_xlsx(members: Mapping[str, bytes]) -> bool:
    return "xl/workbook.xml" in members


def _with_errors(rows: list[list[str]], marks: Marks) -> list[list[str]]:
    """Rows in which an error such as #REF! stands as it is shown, where calamine gives a blank."""
    for (row, column), text in marks.errors.items():
        if row <= len(rows) and column <= len(rows[row - 1]):
            rows[row - 1][column - 1] = text
    return rows


def _shown_otherwise(table: Table, marks: Marks) -> list[str]:
    """Sums whose cells show something else than they hold; what the body told us is what they show."""
    found: dict[str, list[str]] = {}
    for boxes in table.boxes if marks.shown else []:
        for column in figure_columns(table.columns):
            for cell in _cells(boxes[column]):
                code = marks.shown.get(coordinate_to_tuple(cell), "")
                why = objection(code, table.columns[column].unit.currency or "")
                if why:
                    found.setdefault(why, []).append(cell)
    return [f"{_first_of(cells)}: {why}" for why, cells in found.items()]


def _hidden(table: Table, marks: Marks) -> list[str]:
    """Rows and columns of a table that the sheet does not show, and whoever signed it may not have seen."""
    if not (marks.hidden_rows or marks.hidden_columns):
        return []
    places = [
        coordinate_to_tuple(cell) for row in table.boxes for cell in _cells(place for box in row for place in box)
    ]
    rows = sorted({row for row, _ in places} & marks.hidden_rows)
    columns = sorted({column for _, column in places} & marks.hidden_columns)
    told = [("row", [str(row) for row in rows]), ("column", [get_column_letter(column) for column in columns])]
    return [f"{what} {_first_of(names)} of the sheet: hidden" for what, names in told if names]


def _cells(places: Iterable[Place]) -> list[str]:
    return [place.range.partition(":")[0] for place in places]


def _first_of(names: Sequence[str]) -> str:
    return f"{names[0]} and {len(names) - 1} more" if names[1:] else names[0]


def workbook_tables(data: bytes, name: str) -> list[Table]:
    """Tables of all sheets.

    Raises:
        DocumentRefused: encrypted, broken or too large.
    """
    members = _members(data)
    try:
        # an .ods that is cut is never read to an end, an .xls is believed what it counts: they are looked at before
        known = ods_marks(members["content.xml"]) if "content.xml" in members else {}
        old = [] if data.startswith(b"PK") else xls_marks(data)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        metadata = book.sheets_metadata
        if old:
            known = dict(zip(book.sheet_names, old, strict=True))
    except (CalamineError, MarksError, OSError, ValueError) as error:
        reason = "encrypted" if "assword" in str(error) else "broken"
        raise DocumentRefused(name, reason, f"it is no readable workbook ({error})") from error
    raised = raised_texts(members)
    notes, review = workbook_warnings(data)
    tables: list[Table] = []
    for meta in metadata:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        try:
            marks = known.get(meta.name) or (xlsx_marks(members, meta.name) if _is_xlsx(members) else Marks())
            sheet = book.get_sheet_by_name(meta.name)
            rows = _with_errors(_sheet_rows(sheet, name, raised), marks)
        except (CalamineError, MarksError, OSError, ValueError) as error:
            raise DocumentRefused(name, "broken", f"sheet {meta.name} cannot be read ({error})") from error
        merges = sheet.merged_cell_ranges
        if merges is None:
            merges = [((top - 1, left - 1), (bottom - 1, right - 1)) for top, left, bottom, right in marks.merged]
        for grid in sheet_grids(rows, list(merges), meta.name) if rows else []:
            grid.notes = [*notes]
            grid.needs_review = [
                *review,
                *(["the sheet is hidden"] if meta.visible != SheetVisibleEnum.Visible else []),
            ]
            table = understand(grid, name)
            table.needs_review += [*_hidden(table, marks), *_shown_otherwise(table, marks)]
            tables.append(table)
    return tables


def workbook_warnings(data: bytes) -> tuple[list[str], list[str]]:
    """Macros, links to other workbooks and formulas of an OOXML workbook: notes, and reasons for review."""
    if not data.startswith(b"PK"):
        return [], []
    notes: list[str] = []
    review: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if any(n.lower().endswith("vbaproject.bin") for n in names):
            notes.append("the workbook carries macros; they were not run")
        if any(n.startswith("xl/externalLinks/") for n in names):
            review.append("cells are linked to another workbook; the values are those it had when last saved")
        formulas = unvalued = 0
        for n in names:
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n):
                more, without = _formulas(archive.read(n))
                formulas += more
                unvalued += without
        if formulas:
            notes.append(f"{formulas} cells hold formulas; the values are those saved with them")
        if unvalued:
            review.append(f"{unvalued} formulas were saved without a value")
    return notes, review


def _formulas(xml: bytes) -> tuple[int, int]:
    """Number of formulas of a sheet, and of those saved without a value."""
    formulas = unvalued = 0
    for _, element in etree.iterparse(
        io.BytesIO(xml), events=("end",), tag="{*}c", resolve_entities=False, no_network=True, huge_tree=False
    ):
        if element.find("{*}f") is not None:
            formulas += 1
            value = element.find("{*}v")
            if value is None or not (value.text or "").strip():
                unvalued += 1
        element.clear()
    return formulas, unvalued
