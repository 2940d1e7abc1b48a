"""A file of a register of media: its rows under the headings that a person names, and the lines it gives."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from db.fold import clean
from ingest.decision_lines import DecisionError
from ingest.person_csv import PersonCsvError, read_person_csv


class RegisterError(DecisionError):
    """A file of a register that cannot be read; the message names the file and what is missing."""


class Columns(msgspec.Struct, frozen=True):
    """Headings of the file; "" for what it has not."""

    left: str
    right: str = ""
    left_id: str = ""
    right_id: str = ""
    form: str = ""


class Row(NamedTuple):
    """One row of the register."""

    left: str
    left_id: str
    right: str
    right_id: str
    form: str = ""


class Stated(msgspec.Struct, frozen=True):
    """The lines, and how many rows made none, by the reason."""

    lines: list[str]
    left_out: Mapping[str, int]


def read_register(path: Path, columns: Columns) -> list[Row]:
    """Read a CSV file (UTF-8, by commas or semicolons) or the first sheet of a workbook.

    Raises:
        RegisterError: it cannot be read, or has no such heading.
    """
    cells = _csv(path) if path.suffix.casefold() in {".csv", ".txt"} else _workbook(path)
    heading = [_text(cell) for cell in next(iter(cells), [])]
    wanted = (columns.left, columns.left_id, columns.right, columns.right_id, columns.form)
    missing = [name for name in wanted if name and name not in heading]
    if missing:
        raise RegisterError(f"{path}: no heading {', '.join(map(repr, missing))}; it has {', '.join(heading)}")
    places = [heading.index(name) if name else None for name in wanted]
    rows = ([_text(row[at]) if at is not None and at < len(row) else "" for at in places] for row in cells[1:])
    return [Row(*row) for row in rows]


def _csv(path: Path) -> list[list[Any]]:
    try:
        file = read_person_csv(path)
    except PersonCsvError as error:
        raise RegisterError(str(error)) from None
    return [list(file.headings), *(list(line.cells) for line in file.lines)]


def _workbook(path: Path) -> list[list[Any]]:
    try:
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, IndexError) as error:
        raise RegisterError(f"{path}: is no CSV file and no workbook that can be read: {error}") from None


def _text(cell: object) -> str:
    return clean(str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
