"""Documents that were taken are read once more: a table is accepted, a cell is set right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ingest.requests.answering import Taken
from ingest.requests.correcting import page_of
from ingest.requests.desk import Desk
from ingest.requests.events import Accepted, Corrected, DocumentTaken, RegisterError
from ingest.requests.register import Request
from ingest.requests.reviewing import Sheet, lay_out, load_sheet
from ingest.tables import Table


class Spot(NamedTuple):
    """A cell of a document: number of the table, row below its headings, column, each from 1."""

    table: int
    row: int
    column: int


class Said(msgspec.Struct, frozen=True):
    """What a person says of a cell: the text that really stands there, why, and who reads it so."""

    text: str
    why: str
    who: str


def accept_table(desk: Desk, request: Request, document: DocumentTaken, number: int, why: str) -> Taken:
    """Accept what stands against one table of a document, and read the document again so that it counts.

    Raises:
        RegisterError: nothing stands against it, or no reason is given.
    """
    table = next((table for table in document.tables if table.number == number), None)
    if table is None:
        raise RegisterError(f"{document.file_name} has no table {number}; it has {len(document.tables)}")
    if not table.blocks:
        raise RegisterError(f"{document.file_name}, table {number}: nothing stands against it")
    if not why.strip():
        raise RegisterError(f"{document.file_name}, table {number}: give the reason (--why)")
    accepted = Accepted(
        request=request.ref, at=desk.at, sha256=document.sha256, table=number, blocks=table.blocks, why=why.strip()
    )
    return load_sheet(desk, _sheet(desk, request, document), accepted)


def correct_cell(desk: Desk, request: Request, document: DocumentTaken, spot: Spot, said: Said) -> Taken:
    """Set the text of one cell right, and read the document again with it.

    Raises:
        RegisterError: there is no such cell, or it is not said who reads it so and why.
    """
    sheet = _sheet(desk, request, document)
    made = correction(sheet.tables, spot, said, request=request.ref, sha256=document.sha256, at=desk.at)
    desk.enter(made)
    return load_sheet(desk, sheet)


def _sheet(desk: Desk, request: Request, document: DocumentTaken) -> Sheet:
    return lay_out(desk, request, document.file_name, desk.archive.get(document.sha256))


def correction(tables: Sequence[Table], spot: Spot, said: Said, *, request: str, sha256: str, at: str) -> Corrected:
    """The correction of one cell, with the text that was read there.

    Raises:
        RegisterError: there is no such cell.
    """
    number, row, column = spot
    if not 1 <= number <= len(tables):
        raise RegisterError(f"the document has no table {number}; it has {len(tables)}")
    table = tables[number - 1]
    if not (1 <= row <= len(table.rows) and 1 <= column <= len(table.columns)):
        raise RegisterError(
            f"table {number} has {len(table.rows)} rows below its headings and {len(table.columns)} columns, "
            f"so no row {row}, column {column}"
        )
    return Corrected(
        request=request,
        at=at,
        sha256=sha256,
        table=number,
        page=page_of(table, row - 1, column - 1),
        row=row,
        column=column,
        was=table.rows[row - 1][column - 1],
        text=said.text.strip(),
        why=said.why.strip(),
        who=said.who.strip(),
    )
