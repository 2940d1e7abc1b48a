"""Documents that were taken are read once more: a table is accepted, a cell is set right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from db.archive import Captured
from ingest.requests.acceptance import Acceptance
from ingest.requests.answer_plan import AnswerPlan, place_ids
from ingest.requests.answer_table import Answerer, read_answer_table
from ingest.requests.answering import Taken, load
from ingest.requests.correcting import page_of
from ingest.requests.desk import Desk
from ingest.requests.events import Accepted, Corrected, DocumentTaken, RegisterError, TableSeen
from ingest.requests.register import Request
from ingest.requests.settling import Taking, table_seen
from ingest.tables import Table, read_tables


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
    table = _table_of(document, number)
    if not table.blocks:
        raise RegisterError(f"{document.file_name}, table {number}: nothing stands against it")
    if not why.strip():
        raise RegisterError(f"{document.file_name}, table {number}: give the reason (--why)")
    accepted = Accepted(
        request=request.ref, at=desk.at, sha256=document.sha256, table=number, blocks=table.blocks, why=why.strip()
    )
    return read_again(desk, request, document, accepted)


def correct_cell(desk: Desk, request: Request, document: DocumentTaken, spot: Spot, said: Said) -> Taken:
    """Set the text of one cell right, and read the document again with it.

    Raises:
        RegisterError: there is no such cell, or it is not said who reads it so and why.
    """
    _table_of(document, spot.table)
    plan = plan_of(desk, document)
    tables = read_tables(desk.archive.get(document.sha256), document.file_name, scan=plan.scan)
    made = correction(tables, spot, said, request=request.ref, sha256=document.sha256, at=desk.at)
    desk.enter(made)
    return read_again(desk, request, document)


def correction(tables: Sequence[Table], spot: Spot, said: Said, *, request: str, sha256: str, at: str) -> Corrected:
    """The correction of one cell, with the text that was read there.

    Raises:
        RegisterError: there is no such cell.
    """
    number, row, column = spot
    if not 1 <= number <= len(tables):
        raise RegisterError(f"the document has {len(tables)} tables, so no table {number}")
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


def _table_of(document: DocumentTaken, number: int) -> TableSeen:
    table = next((table for table in document.tables if table.number == number), None)
    if table is None:
        raise RegisterError(f"{document.file_name} has no table {number}; it has {len(document.tables)}")
    return table


def plan_of(desk: Desk, document: DocumentTaken) -> AnswerPlan:
    """How a document was read when it was last taken."""
    captured = next(
        event for event in desk.archive.events() if isinstance(event, Captured) and event.ref == document.capture
    )
    return msgspec.convert(captured.request, AnswerPlan)


def read_again(
    desk: Desk, request: Request, document: DocumentTaken, *accepted: Accepted, plan: AnswerPlan | None = None
) -> Taken:
    """Read a document that was taken once more and load it, with all that was corrected and accepted since.

    Args:
        desk: where to.
        request: the request that it answers.
        document: the document as it was last taken.
        accepted: what a person accepts now.
        plan: how it is read, where that is otherwise than before.
    """
    plan = plan_of(desk, document) if plan is None else plan
    plan = with_said(plan, request, document.sha256, accepted)
    body = desk.archive.get(document.sha256)
    tables = read_tables(body, document.file_name, scan=plan.scan)
    answerer = Answerer(document.sha256, plan, desk.source)
    seen = [
        table_seen(place, one, read_answer_table(table, place, one, answerer))
        for table, place, one in zip(tables, place_ids(tables), plan.tables, strict=True)
    ]
    return load(desk, request, Taking(document.file_name, document.sha256, len(body), seen, plan, [], [*accepted]))


def with_said(plan: AnswerPlan, request: Request, sha256: str, accepted: Sequence[Accepted] = ()) -> AnswerPlan:
    """The plan with what the register holds of each table: acceptances and corrections, and those made just now."""
    return msgspec.structs.replace(
        plan,
        tables=tuple(
            msgspec.structs.replace(
                one,
                corrected=request.corrections(sha256, one.number),
                accepted=(
                    *request.acceptances(sha256, one.number),
                    *(Acceptance(new.blocks, new.why) for new in accepted if new.table == one.number),
                ),
            )
            for one in plan.tables
        ),
    )
