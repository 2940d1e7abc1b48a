"""The reader of answers: a document's bytes and the plan in its capture to batches of records, one batch a table."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ingest.reader import Material
from ingest.record import Batch, Rejected
from ingest.requests.answer_plan import AnswerPlan, TablePlan, place_ids
from ingest.requests.answer_table import Answerer, read_answer_table
from ingest.source import Source
from ingest.tables import Table, read_tables


def read_answer(material: Material, source: Source) -> Iterator[Batch]:
    """Read a document that a body answered with.

    Every table gives a batch. A table without a plan, or one that the plan does not fit any more, gives its rows as
    rejected; a planned table that is not found gives a rejected row that says so.

    Raises:
        ingest.tables.DocumentRefused: the document is not read at all.
    """
    captured = material.capture
    scan = msgspec.convert(captured.request, AnswerPlan).scan
    return batches_of(material, source, tables=read_tables(material.body, captured.file_name, scan=scan))


def batches_of(material: Material, source: Source, *, tables: list[Table]) -> Iterator[Batch]:
    """Batches of a document whose tables are read already; see `read_answer`."""
    captured = material.capture
    answer = msgspec.convert(captured.request, AnswerPlan)
    answerer = Answerer(captured.sha256, answer, source)
    plans = {plan.number: plan for plan in answer.tables}
    for number, (table, place) in enumerate(zip(tables, place_ids(tables), strict=True), start=1):
        plan = plans.pop(number, TablePlan(number=number))
        read = read_answer_table(table, place, plan, answerer)
        yield Batch(
            source=source.name,
            capture=captured.ref,
            rows=len(read.records) + len(read.rejected),
            records=read.records,
            rejected=read.rejected,
            slice=captured.sha256,
            passed_over=read.passed_over,
        )
    for plan in plans.values():
        lost = Rejected(
            f"table {plan.number} was there when the document was taken and is not found any more",
            f"table {plan.number}",
            "",
        )
        yield Batch(source=source.name, capture=captured.ref, rows=1, rejected=[lost], slice=captured.sha256)
