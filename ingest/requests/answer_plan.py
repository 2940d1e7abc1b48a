"""How the tables of one document are read: what its capture carries, and whether a table still fits it."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from db.currencies import MINOR_DIGITS
from ingest.readers.cells import row_hash
from ingest.requests.acceptance import Acceptance
from ingest.requests.correcting import CellCorrection
from ingest.requests.forms import Form, fingerprint_of
from ingest.tables import Place, Table
from ingest.tables.semantics import ordinal_column
from ingest.values.text import clean

_SHORT = 16
"""Hex digits of the hash of a row: two rows of one installation are never of one hash by chance."""


class DeclaredUnit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The unit of a table that prints none, as a person gave it for this document, with the evidence.

    Raises:
        ValueError: the currency is none of ISO 4217.
    """

    currency: str
    factor: int
    why: str

    def __post_init__(self) -> None:
        """Refuse a currency that there is not."""
        if self.currency not in MINOR_DIGITS:
            raise ValueError(f"{self.currency!r} is no currency; write its code of ISO 4217, such as KZT")


class TablePlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How one table of one document is read: its form, and what had to be said for this document.

    `form` is None for a table that is left out, with the reason; `twins` names tables with the same rows that count.
    """

    number: int
    form: Form | None = None
    left_out: str = ""
    unit: DeclaredUnit | None = None
    year: int | None = None
    year_why: str = ""
    twins: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    corrected: tuple[CellCorrection, ...] = ()


class AnswerPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How a document of an answer is read; it travels in the capture, so that a rebuild reads it the same way.

    `scan` says that pictures of pages are read with character recognition.
    """

    request: str
    payer: str
    payer_lang: str = ""
    level: str = ""
    scan: bool = False
    tables: tuple[TablePlan, ...] = ()


def heading_text(table: Table, column: int) -> str:
    """One column's headings as printed, on one line."""
    return " / ".join(clean(text) for text in table.columns[column].heading)


def rows_hash(table: Table) -> str:
    """Equal for two tables that print the same rows, whatever their format."""
    tight = [[re.sub(r"\s+", "", cell) for cell in row] for row in table.rows]
    return row_hash(["\x1e".join(row) for row in tight]).hex()


def data_hashes(table: Table) -> tuple[str, ...]:
    """One for each row of data, equal for two that print the same, whatever number the table gives them."""
    number = ordinal_column(table.columns, table.rows)
    return tuple(
        row_hash([re.sub(r"\s+", "", cell) for column, cell in enumerate(row) if column != number]).hex()[:_SHORT]
        for row, kind in zip(table.rows, table.kinds, strict=True)
        if kind == "data"
    )


def place_ids(tables: list[Table]) -> list[str]:
    """The part of a record's key that names the table: where it begins, and which one it is there."""
    seen: Counter[str] = Counter()
    names = []
    for table in tables:
        where = f"page {table.page}" if table.page else table.sheet or "document"
        inside = table.source if "/" in table.source else ""
        name = f"{inside}:{where}" if inside else where
        seen[name] += 1
        names.append(f"{name}#{seen[name]}")
    return names


def locator(table: Table, table_number: int, row: int, column: int | None) -> str:
    """Where a row or a cell stands: page, table, row, column and box in points, or sheet and range."""
    columns = range(len(table.columns)) if column is None else (column,)
    places = [place for one in columns for place in table.boxes[row][one]]
    page = places[0].page if places else table.page
    parts = [table.source] if "/" in table.source else []
    if page:
        parts.append(f"page {page}")
    elif not re.fullmatch(r"table \d+", table.sheet):  # a document without pages and sheets only counts its tables
        parts.append(f"sheet {table.sheet}")
    parts += [f"table {table_number}", f"row {row + 1}"]
    if column is not None:
        parts.append(f"column {column + 1}")
        parts += [_place_text(place, page) for place in places]
    return ", ".join(parts)


def _place_text(place: Place, page: int) -> str:
    if place.range:
        return f"range {place.range}"
    box = ",".join(f"{edge:.1f}" for edge in (place.x0, place.y0, place.x1, place.y1))
    return f"box {box}" if place.page == page else f"page {place.page}, box {box}"


def misfit(table: Table, plan: TablePlan) -> str:
    """Why a table cannot be read by its plan at all; empty when it can. No person can accept this away."""
    form = plan.form
    if form is None:
        unread = f"{table.source}: {table.needs_review[0]}" if table.needs_review and not table.rows else ""
        return unread or "no form says how to read this table"
    if fingerprint_of(table) != form.fingerprint:
        return f"its headings are not those of {form.name}"
    if form.year_from == "document" and plan.year is None:
        return "no year is printed, and none was given for this document"
    if form.year_from == "heading" and any(
        table.columns[number].year is None for number, column in enumerate(form.columns) if column.to == "amount"
    ):
        return "the heading of an amount column names no single year"
    problems = (_unit_misfit(table, plan, form, number) for number in range(len(form.columns)))
    return next((problem for problem in problems if problem), "")


def _unit_misfit(table: Table, plan: TablePlan, form: Form, number: int) -> str:
    column, printed = form.columns[number], table.columns[number].unit
    said = (printed.currency, printed.factor) if printed.currency and printed.factor else None
    problem = ""
    if column.to == "amount" and column.unit_is_asked:
        if said:
            problem = f"column {number + 1} prints the unit «{printed.raw}», which {form.name} does not know"
        elif plan.unit is None:
            problem = f"column {number + 1} prints no unit, and none was given for this document"
    elif column.to == "amount" and said != (column.currency, column.factor):
        problem = (
            f"column {number + 1}: {form.name} reads × {column.factor} {column.currency}, "
            f"the table prints {printed.raw or 'no unit'!r}"
        )
    return problem
