"""A document under review: how each of its tables is read, what stands against it, and what a person decides.

What was read is kept beside what is decided; nothing is loaded until the person says so. Corrections and forms are
kept at once; units, years and acceptances with the load.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ingest.requests.acceptance import COUNTING, Acceptance
from ingest.requests.answer_plan import AnswerPlan, TablePlan, data_hashes, misfit, place_ids, rows_hash
from ingest.requests.answer_table import Answerer, ReadTable, read_answer_table
from ingest.requests.answering import Taken, capture_of, load, new_plan, refuse_double
from ingest.requests.correcting import corrected_table
from ingest.requests.desk import Desk, LeftOut, NeedsPersonError
from ingest.requests.events import Accepted, Asked, RegisterError, TableSeen
from ingest.requests.forms import fingerprint_of
from ingest.requests.register import Register, Request
from ingest.requests.settling import Taking, said_of, table_seen
from ingest.source import Source
from ingest.tables import Table, read_tables


class Sheet(msgspec.Struct):
    """One document under review.

    Attributes:
        name: its file name.
        sha256: its hash.
        byte_count: its size.
        tables: its tables as they were read.
        answer: whose answer it is, and how each table is read: one without a form waits for a person, if it is not
            left out.
    """

    name: str
    sha256: str
    byte_count: int
    tables: list[Table]
    answer: AnswerPlan

    def plan(self, number: int) -> TablePlan:
        """How one table is read."""
        return self.answer.tables[number - 1]

    def decide(self, plan: TablePlan) -> None:
        """Read one table by this plan from now on."""
        tables = tuple(plan if one.number == plan.number else one for one in self.answer.tables)
        self.answer = msgspec.structs.replace(self.answer, tables=tables)

    def open_question(self, number: int) -> str:
        """What a person has to decide before a table can be read; empty when nothing."""
        plan = self.plan(number)
        return "" if plan.left_out else misfit(self.tables[number - 1], plan)


class Reading(msgspec.Struct):
    """A sheet as it stands: how its tables are read with all that the register holds, and what they give."""

    answer: AnswerPlan
    tables: list[ReadTable] = []
    seen: list[TableSeen] = []


def lay_out(desk: Desk, request: Request, name: str, body: bytes) -> Sheet:
    """Put a document under review: as it was taken, or for the first time by the forms that are stored.

    Raises:
        RegisterError: it is the answer to another request, or was taken with another source.
        ingest.tables.DocumentRefused: it is not read at all.
    """
    digest = desk.archive.put(body)
    refuse_double(desk, request, digest, name)
    taken = request.documents.get(digest)
    before = new_plan(request, scan=desk.scan)
    if taken is not None:
        before = msgspec.convert(capture_of(desk, taken).request, AnswerPlan)
    tables = read_tables(body, taken.file_name if taken else name, scan=before.scan)
    known = {plan.number: plan for plan in before.tables}
    plans = tuple(
        known.get(number) or TablePlan(number=number, form=desk.forms.find(fingerprint_of(table)))
        for number, table in enumerate(tables, start=1)
    )
    answer = msgspec.structs.replace(before, tables=plans)
    return Sheet(taken.file_name if taken else name, digest, len(body), tables, answer)


def _with_said(plan: AnswerPlan, request: Request, sha256: str, accepted: Sequence[Accepted] = ()) -> AnswerPlan:
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


def read_sheet(sheet: Sheet, register: Register, source: Source, *accepted: Accepted) -> Reading:
    """Read all tables of a sheet; nothing is loaded.

    Args:
        sheet: the document.
        register: what is entered so far: corrections, acceptances, other documents with the same rows.
        source: the source that the records belong to.
        accepted: what a person accepts now.
    """
    request = register.find(sheet.answer.request)
    reading = Reading(_with_said(sheet.answer, request, sheet.sha256, accepted))
    for table, place, plan in zip(sheet.tables, place_ids(sheet.tables), reading.answer.tables, strict=True):
        shown = corrected_table(table, plan.corrected).table
        own = rows_hash(shown)
        here = [
            f"{sheet.name}, table {other.number} ({request.ref})"
            for other in reading.seen
            if other.rows_hash == own and other.state in COUNTING
        ]
        twins: tuple[str, ...] = ()
        if not plan.left_out:
            twins = (*register.twins_of(own, data_hashes(shown), sheet.sha256, request.drawn.body), *here)
        plan = msgspec.structs.replace(plan, twins=twins)  # noqa: PLW2901 - the plan as it is known here
        read = read_answer_table(table, place, plan, Answerer(sheet.sha256, reading.answer, source))
        reading.answer = msgspec.structs.replace(
            reading.answer, tables=tuple(plan if one.number == plan.number else one for one in reading.answer.tables)
        )
        reading.tables.append(read)
        reading.seen.append(table_seen(place, plan, read))
    return reading


def decide_form(desk: Desk, sheet: Sheet, plan: TablePlan) -> None:
    """Read a table by this plan from now on; its form is stored, and the answers are entered in the register.

    Raises:
        RegisterError: the table cannot be read so.
    """
    problem = misfit(sheet.tables[plan.number - 1], plan)
    if plan.form is None or problem:
        raise RegisterError(f"{sheet.name}, table {plan.number}: {problem}")
    said = {f"form {plan.form.fingerprint[:12]}": said_of(plan.form)}
    if plan.unit is not None:
        said["unit, since none is printed"] = f"× {plan.unit.factor} {plan.unit.currency}: {plan.unit.why}"
    if plan.year is not None:
        said["year, since none is printed"] = f"{plan.year}: {plan.year_why}"
    desk.forms.store(plan.form)
    _enter(desk, sheet, plan.number, said)
    sheet.decide(plan)


def leave_out(desk: Desk, sheet: Sheet, number: int, why: str) -> None:
    """A table is none of payments.

    Raises:
        RegisterError: no reason is given.
    """
    if not why.strip():
        raise RegisterError(f"{sheet.name}, table {number}: say why it is left out")
    fingerprint = fingerprint_of(sheet.tables[number - 1])
    _enter(desk, sheet, number, {f"form {fingerprint[:12]}": said_of(LeftOut(why.strip()))})
    sheet.decide(TablePlan(number=number, left_out=why.strip()))


def _enter(desk: Desk, sheet: Sheet, number: int, said: dict[str, str]) -> None:
    desk.enter(
        *(
            Asked(
                request=sheet.answer.request, at=desk.at, document=sheet.sha256, table=number,
                question=question, answer=answer,
            )
            for question, answer in said.items()
        )
    )  # fmt: skip


def load_sheet(desk: Desk, sheet: Sheet, *accepted: Accepted) -> Taken:
    """Load a document as it was decided.

    Raises:
        NeedsPersonError: a table is not decided yet.
        db.archive.ArchiveError: the document is gone from the archive.
    """
    for number in range(1, len(sheet.tables) + 1):
        question = sheet.open_question(number)
        if question:
            raise NeedsPersonError(f"{sheet.name}, table {number}: {question}; decide that before it is loaded")
    desk.archive.get(sheet.sha256)  # before a run is begun that could not be ended
    reading = read_sheet(sheet, desk.register, desk.source, *accepted)
    taking = Taking(sheet.name, sheet.sha256, sheet.byte_count, sheet.tables, reading.answer, reading.seen)
    taking.accepted = [*accepted]
    return load(desk, desk.register.find(sheet.answer.request), taking)
