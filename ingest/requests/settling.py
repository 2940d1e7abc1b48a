"""Settles with a person how one table of a document is read, and keeps what was asked and answered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from db.model.requests import TableState
from ingest.requests.acceptance import COUNTING, Acceptance
from ingest.requests.answer_plan import (
    AnswerPlan,
    DeclaredUnit,
    TablePlan,
    data_hashes,
    heading_text,
    misfit,
    rows_hash,
)
from ingest.requests.answer_table import Answerer, ReadTable, read_answer_table
from ingest.requests.correcting import corrected_table
from ingest.requests.desk import Asker, Desk, LeftOut, Seen
from ingest.requests.events import Accepted, Asked, RegisterError, TableSeen, TotalSeen
from ingest.requests.forms import Form
from ingest.requests.proposing import propose
from ingest.requests.register import Request, twin_of
from ingest.tables import Table
from ingest.values.text import clean


class Taking(msgspec.Struct):
    """One document on its way in: its bytes' hash, its tables as read, how each is read, what a person was asked."""

    name: str
    sha256: str
    byte_count: int
    read: list[Table]
    plan: AnswerPlan
    tables: list[TableSeen] = []
    asked: list[Asked] = []
    accepted: list[Accepted] = []


class Settling:
    """Settles how one table is read."""

    def __init__(self, desk: Desk, request: Request, taking: Taking, seen: Seen, asker: Asker) -> None:
        self.desk, self.request, self.taking, self.seen, self.asker = desk, request, taking, seen, asker

    def settle(self, place: str, before: Sequence[Taking]) -> TablePlan:
        """Find or ask for its form, unit and year; read it; ask about what stands against it."""
        plan = self._plan()
        seen = self.seen
        answerer = Answerer(self.taking.sha256, self.taking.plan, self.desk.source)
        if not plan.left_out:
            digest, number = self.taking.sha256, seen.number
            plan = msgspec.structs.replace(
                plan,
                accepted=self.request.acceptances(digest, number),
                corrected=self.request.corrections(digest, number),
            )
            plan = msgspec.structs.replace(plan, twins=self._twins(plan, before))
        read = read_answer_table(seen.table, place, plan, answerer)
        if read.blocked:
            why = self.asker.accept(seen, read.blocks).strip()
            self._log(f"accept: {'; '.join(read.blocks)}", why or "left blocked")
            if why:
                acceptance = Acceptance(read.blocks, why)
                plan = msgspec.structs.replace(plan, accepted=(*plan.accepted, acceptance))
                self.taking.accepted.append(
                    Accepted(
                        request=self.request.ref,
                        at=self.desk.at,
                        sha256=self.taking.sha256,
                        table=seen.number,
                        blocks=read.blocks,
                        why=why,
                    )
                )
                read = read_answer_table(seen.table, place, plan, answerer)
        self.taking.tables.append(table_seen(place, plan, read))
        return plan

    def _plan(self) -> TablePlan:
        seen = self.seen
        form: Form | LeftOut | None = self.desk.forms.find(seen.fingerprint)
        said = self._said(form) if isinstance(form, Form) else TablePlan(number=seen.number)
        problem = misfit(seen.table, said) if isinstance(form, Form) or not seen.table.rows else ""
        if form is None or problem:
            stored = form if isinstance(form, Form) else None
            proposal = propose(seen.table, self.desk.source)
            form = self.asker.form(seen, proposal, stored, problem)
            self._log(f"form {proposal.fingerprint[:12]}{f': {problem}' if problem else ''}", said_of(form))
            if isinstance(form, LeftOut):
                return TablePlan(number=seen.number, left_out=form.why)
            said = self._said(form)
            problem = misfit(seen.table, said)
            if problem:
                raise RegisterError(f"{seen.document}, table {seen.number}: {problem}")
            self.desk.forms.store(form)
        return said

    def _said(self, form: Form) -> TablePlan:
        """The form with the unit and the year that the table does not print, asked for this document."""
        seen = self.seen
        unit: DeclaredUnit | None = None
        year: tuple[int | None, str] = (None, "")
        silent = all(
            not (table_column.unit.currency and table_column.unit.factor)
            for table_column, column in zip(seen.table.columns, form.columns, strict=False)
            if column.unit_is_asked
        )
        if form.unit_is_asked and silent:
            unit = self.asker.unit(seen, form)
            self._log("unit, since none is printed", f"× {unit.factor} {unit.currency}: {unit.why}")
        if form.year_from == "document":
            year = self.asker.year(seen)
            self._log("year, since none is printed", f"{year[0]}: {year[1]}")
        return TablePlan(number=seen.number, form=form, unit=unit, year=year[0], year_why=year[1])

    def _twins(self, plan: TablePlan, before: Sequence[Taking]) -> tuple[str, ...]:
        """Tables with the same rows that count already, in the register or earlier in this sitting."""
        shown, digest = corrected_table(self.seen.table, plan.corrected).table, self.taking.sha256
        whole, rows = rows_hash(shown), data_hashes(shown)
        sitting = (
            # years of one document may well print the same rows, but for the whole of a table
            twin_of(
                f"{taking.name}, table {table.number} ({self.request.ref})",
                table,
                whole,
                () if taking is self.taking else rows,
            )
            for taking in (*before, self.taking)
            if taking is self.taking or taking.sha256 != digest
            for table in taking.tables
            if table.state in COUNTING
        )
        entered = self.desk.register.twins_of(whole, rows, digest, self.request.drawn.body)
        return (*entered, *(name for name in sitting if name))

    def _log(self, question: str, answer: str) -> None:
        self.taking.asked.append(
            Asked(
                request=self.request.ref,
                at=self.desk.at,
                document=self.taking.sha256,
                table=self.seen.number,
                question=question,
                answer=answer,
            )
        )


def said_of(form: Form | LeftOut) -> str:
    """A person's answer on the columns of a table, as the register keeps it."""
    if isinstance(form, LeftOut):
        return f"left out: {form.why}"
    return f"{form.name}: " + ", ".join(f"{n}={column.to}" for n, column in enumerate(form.columns, start=1))


def table_seen(place: str, plan: TablePlan, read: ReadTable) -> TableSeen:
    """A table as the register keeps it, corrections laid over it."""
    table = read.table
    state = TableState.TAKEN
    if plan.left_out:
        state = TableState.LEFT_OUT
    elif read.blocks:
        state = TableState.ACCEPTED if read.accepted_why else TableState.BLOCKED
    return TableSeen(
        number=plan.number,
        place=place,
        heading=tuple(heading_text(table, column) for column in range(len(table.columns))),
        rows=len(table.rows),
        rows_hash=rows_hash(table),
        row_hashes=data_hashes(table),
        state=state,
        page=table.page,
        sheet=table.sheet,
        member=table.source if "/" in table.source else "",
        title=clean(table.title),
        form=plan.form.name if plan.form else "",
        records=len(read.records),
        rejected=len(read.rejected),
        blocks=read.blocks,
        totals=tuple(
            TotalSeen(
                row=total.row + 1,
                column=total.column + 1,
                heading=heading_text(table, total.column),
                raw=table.rows[total.row][total.column],
                printed="" if total.printed is None else f"{total.printed:f}",
                computed="" if total.computed is None else f"{total.computed:f}",
                verdict=total.verdict,
                rounding=total.rounding,
            )
            for total in table.totals
        ),
        why=plan.left_out or read.accepted_why,
    )
