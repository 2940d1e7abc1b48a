"""One table of an answer becomes records: row by row and amount by amount, as its form says.

Nothing is guessed: a year comes from where the form says, a unit from the heading or from a person, and an amount with
two readings is rejected. Printed totals are proved against the very amounts that went into the records; what stands
against a table keeps all its records from counting until a person accepts it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from db.currencies import MINOR_DIGITS
from db.words import AmountRole, Instrument, Standing, YearState
from ingest.readers.cells import row_hash
from ingest.record import Party, Record, Rejected, Sum
from ingest.requests.acceptance import accepted_why
from ingest.requests.answer_fields import RowError, RowFields, party_of, row_fields
from ingest.requests.answer_plan import AnswerPlan, TablePlan, heading_text, locator, misfit
from ingest.requests.answer_proof import blocks_of
from ingest.requests.correcting import CellCorrection, CorrectedTable, corrected_table, told
from ingest.requests.forms import Form, FormColumn
from ingest.source import Source
from ingest.tables import Table
from ingest.tables.amounts import decimal_mark
from ingest.tables.semantics import fill_down
from ingest.tables.totals import year_of_rows
from ingest.values.amount import Amount, AmountError, Unit, read_amount
from ingest.values.text import clean

_UNREAD_KINDS = {
    "year": "a year over the rows below it",
    "group": "a label over the rows below it",
    "numbering": "the numbers of the columns",
    "total": "a printed total, compared with its rows",
    "subtotal": "a printed subtotal, compared with its rows",
    "part": "a part of the row above, never added",
}
_FIELDS = ("subject", "source_topic", "number", "signed_on", "method")


class Answerer(msgspec.Struct, frozen=True):
    """What all tables of a document share: its hash, whose answer it is, the source that the records belong to."""

    sha256: str
    plan: AnswerPlan
    source: Source


class ReadTable(msgspec.Struct, kw_only=True):
    """What a table gave.

    Attributes:
        table: the table, corrections of its cells laid over it.
        corrected: those corrections, by row and column from 0.
        faults: why a cell, or with None a row, was not read, by row and column from 0.
        blocks: what stands against it.
        accepted_why: with which reason all of that was accepted.
    """

    table: Table
    corrected: Mapping[tuple[int, int], CellCorrection] = {}
    faults: dict[tuple[int, int | None], str] = {}
    records: list[Record] = []
    rejected: list[Rejected] = []
    passed_over: dict[str, int] = {}
    blocks: tuple[str, ...] = ()
    accepted_why: str = ""

    @property
    def blocked(self) -> bool:
        """Whether its records are kept from counting."""
        return bool(self.blocks) and not self.accepted_why


def read_answer_table(table: Table, place: str, plan: TablePlan, answerer: Answerer) -> ReadTable:
    """Read one table by its plan.

    Args:
        table: as the document reader gives it.
        place: its part of the records' keys, from `place_ids`.
        plan: its form, and what was said for this document.
        answerer: whose answer it is.
    """
    if plan.left_out:
        return ReadTable(table=table, passed_over={f"left out: {plan.left_out}": len(table.rows)})
    corrected = corrected_table(table, plan.corrected)
    problem = misfit(table, plan)
    if problem or plan.form is None:
        return _refused(corrected, plan, problem)
    return _Reading(corrected, place, plan, answerer).read(plan.form)


def _refused(corrected: CorrectedTable, plan: TablePlan, problem: str) -> ReadTable:
    """Every row that is no total or heading, kept as rejected."""
    table = corrected.table
    rows = [row for row, kind in enumerate(table.kinds) if kind == "data"]
    rejected = [_rejected(table, plan.number, row, None, problem) for row in rows]
    return ReadTable(table=table, corrected=corrected.laid, rejected=rejected)


def _rejected(table: Table, number: int, row: int, column: int | None, reason: str) -> Rejected:
    raw = json.dumps(table.rows[row], ensure_ascii=False)
    return Rejected(reason, locator(table, number, row, column), raw)


class _Reading:
    """The reading of one table, its corrections laid over it, by one form."""

    def __init__(self, corrected: CorrectedTable, place: str, plan: TablePlan, answerer: Answerer) -> None:
        self.table, self.plan, self.answerer = corrected.table, plan, answerer
        self.corrected = corrected
        table = corrected.table
        self.key = f"{answerer.sha256}/{place}"
        self.labels = fill_down(table.rows, table.merges, len(table.header))
        self.years = year_of_rows(table.rows, table.kinds)
        self.minor: dict[tuple[int, int], int | None] = {}
        self.unread: dict[int, str] = {}
        self.out = ReadTable(table=table, corrected=corrected.laid, faults={}, records=[], rejected=[], passed_over={})
        self.above: list[int] = []

    def read(self, form: Form) -> ReadTable:
        """Read all rows, prove the totals, and decide whether the records count."""
        group = ""
        units = {n: self._unit(n, column) for n, column in enumerate(form.columns) if column.to == "amount"}
        for row, cells in enumerate(self.table.rows):
            kind = self.table.kinds[row]
            if kind == "data":
                self._read_row(row, form, units, group)
                continue
            if kind == "group":
                group = clean(" ".join(cells))
            if kind in {"group", "year"}:
                self.above = [*(other for other in self.above if self.table.kinds[other] != kind), row]
            why = _UNREAD_KINDS[kind]
            self.out.passed_over[why] = self.out.passed_over.get(why, 0) + 1
        blocks = blocks_of(self.table, units, self.minor, self.unread, self.plan.twins)
        self.out.blocks = (*self.corrected.refused, *blocks)
        self._judge()
        return self.out

    def _judge(self) -> None:
        """Keep the records of a blocked table from counting; say so on those of an accepted one."""
        blocks = self.out.blocks
        if not blocks:
            return
        why = accepted_why(self.plan.accepted, blocks)
        self.out.accepted_why = why
        for record in self.out.records:
            if why:
                record.details = {**record.details, "table accepted": f"{blocks[0]}: {why}"}
            else:
                record.standing, record.standing_why = Standing.NEVER, f"table not accepted yet: {blocks[0]}"

    def _unit(self, number: int, column: FormColumn) -> Unit:
        mark = decimal_mark([row[number] for row in self.table.rows])
        said = self.plan.unit
        currency, factor = column.currency, column.factor
        words = f"«{column.unit_words}» in the heading" if column.unit_words else ""
        if column.unit_is_asked and said is not None:
            currency, factor, words = said.currency, said.factor, f"said by a person: {said.why}"
        return Unit(currency, factor, factor_declared_in=words, decimal=mark, minor_digits=MINOR_DIGITS[currency])

    def _read_row(self, row: int, form: Form, units: dict[int, Unit], group: str) -> None:
        try:
            fields = row_fields(self.table, form, self.labels[row], group)
        except RowError as error:
            self._reject(row, None, str(error))
            return
        for number, unit in units.items():
            try:
                amount = self._amount(row, number, form.columns[number], unit)
                record = self._record(row, number, form, fields, amount)
            except RowError as error:
                self._reject(row, number, str(error))
            else:
                self.minor[row, number] = amount.minor
                self.out.records.append(record)

    def _reject(self, row: int, column: int | None, reason: str) -> None:
        self.out.rejected.append(_rejected(self.table, self.plan.number, row, column, reason))
        self.out.faults[row, column] = reason
        self.unread.setdefault(row, reason)

    def _amount(self, row: int, number: int, column: FormColumn, unit: Unit) -> Amount:
        heading = heading_text(self.table, number)
        if self._over_several_rows(row, number):
            raise RowError(f"{heading}: one sum is printed over several rows; it belongs to none of them alone")
        try:
            return read_amount(self.table.rows[row][number], unit, blank=column.blank)
        except AmountError as error:
            raise RowError(f"{heading}: {error}") from None

    def _over_several_rows(self, row: int, number: int) -> bool:
        at = row + len(self.table.header)
        return any(
            m.row0 <= at <= m.row1 and m.row1 > m.row0 and m.column0 <= number <= m.column1 for m in self.table.merges
        )

    def _record(self, row: int, number: int, form: Form, fields: RowFields, amount: Amount) -> Record:
        source, measure = self.answerer.source, form.columns[number].measure
        if measure is None:
            raise RowError(f"{heading_text(self.table, number)}: the form does not say what it measures")
        year = self._year(row, number, form, fields)
        said: dict[str, Any] = {name: fields.texts[name] for name in _FIELDS if name in fields.texts}
        at = f"{self.key}/row {row + 1}"
        same_thing = f"/{year['year']}" if form.year_from == "heading" else ""
        record = Record(
            key=f"{at}/column {number + 1}",
            root_key=f"{at}{same_thing}",
            raw_hash=row_hash(self.table.rows[row]),
            measure=measure,
            instrument=form.instrument or Instrument(source.instrument),
            relevance=source.relevance,
            payer=self._payer(fields),
            recipient=fields.recipient(source.persons),
            outlet=party_of(fields.texts.get("outlet", ""), medium=fields.texts.get("medium", "")),
            amount=Sum(
                AmountRole.AMOUNT,
                amount.minor,
                amount.currency,
                amount.state,
                amount.precision,
                amount.raw,
                amount.rule,
            ),
            year_basis=form.year_basis,
            locator=locator(self.table, self.plan.number, row, number),
            region_text=fields.texts.get("region", ""),
            details=self._details(row, number, form, fields),
            **year,
            **said,
        )
        if "intermediary" in fields.texts:
            record.intermediary = party_of(fields.texts["intermediary"])
        return record

    def _details(self, row: int, number: int, form: Form, fields: RowFields) -> dict[str, str]:
        details = {**fields.details, "request": self.answerer.plan.request}
        if form.year_from == "document":
            details["year said by a person"] = self.plan.year_why
        if "medium" in fields.texts:  # the outlet has our class of it, this is the wording
            details["medium"] = fields.texts["medium"]
        if "payer" in fields.texts:
            details["answered by"] = self.answerer.plan.payer
        sums = [n for n, column in enumerate(form.columns) if column.to == "amount"]
        rests_on = [one for one in self._corrections(row) if one.cell[1] == number or one.cell[1] not in sums]
        if rests_on:
            headings = {one.cell[1]: heading_text(self.table, one.cell[1]) for one in rests_on}
            details["corrected cells"] = told(rests_on, headings, sums)
        return details

    def _corrections(self, row: int) -> list[CellCorrection]:
        """Corrections of a row, of the labels over it, and of labels merged down to it."""
        depth = len(self.table.header)
        cells = {(other, column) for other in (row, *self.above) for column in range(len(self.table.columns))}
        cells |= {(m.row0 - depth, m.column0) for m in self.table.merges if m.row0 - depth < row <= m.row1 - depth}
        return [one for cell, one in sorted(self.corrected.laid.items()) if cell in cells]

    def _payer(self, fields: RowFields) -> Party:
        plan = self.answerer.plan
        if "payer" in fields.texts:
            return Party(name=fields.texts["payer"])
        return Party(name=plan.payer, lang=plan.payer_lang, level=plan.level)

    def _year(self, row: int, number: int, form: Form, fields: RowFields) -> dict[str, Any]:
        """The year of a record from where the form says; a date or a year column may be empty, the others may not."""
        if form.year_from == "column":
            return fields.year or {"year_state": YearState.NO_DATE}
        if form.year_from == "date":
            on = fields.texts.get("signed_on")
            return {"year": date.fromisoformat(on).year} if on else {"year_state": YearState.NO_DATE}
        year = {
            "heading": self.table.columns[number].year,
            "row above": self.years[row],
            "document": self.plan.year,
        }[form.year_from]
        if year is None:
            raise RowError(f"{heading_text(self.table, number)}: no year stands where the form says")
        return {"year": year}
