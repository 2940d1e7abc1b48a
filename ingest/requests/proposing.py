"""A first reading of a table's headings, for a person to confirm: nothing of it is taken by itself.

The words stand in `ingest/data/heading_words.yml`. A column whose heading says nothing known has no proposal, and a
form with such a column is not complete.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import msgspec

from db.words import Measure, YearBasis
from ingest.requests.forms import Form, FormColumn, Target, YearFrom, fingerprint_of, form_name, heading_of
from ingest.source import Source
from ingest.tables import Table

WORDS = Path(__file__).resolve().parent.parent / "data" / "heading_words.yml"


class _ColumnWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    to: Target
    sure: bool = True
    why: str = ""


class _MeasureWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    words: str
    measure: Measure


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    columns: tuple[_ColumnWords, ...]
    measures: tuple[_MeasureWords, ...]


class Proposed(msgspec.Struct, frozen=True):
    """What one column may be: `column` is None where its heading says nothing known, `doubt` is a reason to look."""

    heading: str
    column: FormColumn | None
    doubt: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """A form that a table's headings suggest, column by column."""

    fingerprint: str
    columns: tuple[Proposed, ...]
    year_from: YearFrom
    year_basis: YearBasis

    @property
    def open_columns(self) -> list[int]:
        """Columns, from 0, that nothing was found for."""
        return [number for number, proposed in enumerate(self.columns) if proposed.column is None]

    def form(self, confirmed_on: str = "") -> Form:
        """The form; every column has to be settled before.

        Raises:
            ValueError: a column has no meaning yet.
        """
        columns = tuple(proposed.column for proposed in self.columns if proposed.column is not None)
        if len(columns) != len(self.columns):
            raise ValueError(f"columns {[number + 1 for number in self.open_columns]} have no meaning yet")
        return Form(
            name=form_name(self.fingerprint),
            fingerprint=self.fingerprint,
            columns=columns,
            year_from=self.year_from,
            year_basis=self.year_basis,
            confirmed_on=confirmed_on,
        )


@lru_cache(maxsize=1)
def _words() -> _Words:
    return msgspec.yaml.decode(WORDS.read_bytes(), type=_Words)


def propose(table: Table, source: Source) -> Proposal:
    """Propose a form for a table from its headings, its units and its year rows."""
    columns = tuple(_column(table, number, source) for number in range(len(table.columns)))
    year_from = _year_from(table, columns)
    basis = YearBasis.SIGNED if year_from == "date" else source.year_basis
    return Proposal(fingerprint_of(table), columns, year_from, basis)


def amount_column(table: Table, number: int, measure: Measure, why: str) -> FormColumn:
    """An amount column with the unit that the table prints for it, or with none."""
    printed = table.columns[number].unit
    heading = heading_of(table.columns[number].heading)
    if printed.currency and printed.factor:
        return FormColumn(
            heading=heading,
            to="amount",
            measure=measure,
            currency=printed.currency,
            factor=printed.factor,
            unit_words=heading_of((printed.raw,)),
            why=why,
        )
    return FormColumn(heading=heading, to="amount", measure=measure, why=why)


def _column(table: Table, number: int, source: Source) -> Proposed:
    column = table.columns[number]
    heading = heading_of(column.heading)
    if column.role == "amount":
        return _amount(table, number, source)
    for rule in _words().columns:
        found = re.search(rule.words, heading, re.IGNORECASE)
        if found:
            why = rule.why or f"«{found[0].strip(' /')}» in the heading"
            doubt = "" if rule.sure else "the heading does not say whose name it is"
            return Proposed(heading, FormColumn(heading=heading, to=rule.to, why=why), doubt)
    return Proposed(heading, None, "nothing in the heading is known")


def _amount(table: Table, number: int, source: Source) -> Proposed:
    column = table.columns[number]
    heading = heading_of(column.heading)
    if column.part:
        part = FormColumn(heading=heading, to="part", why="a part of another column, never added")
        return Proposed(heading, part)
    doubts = [] if column.unit.currency and column.unit.factor else ["no unit is printed: it has to be said"]
    for rule in _words().measures:
        found = re.search(rule.words, heading, re.IGNORECASE)
        if found:
            proposed = amount_column(table, number, rule.measure, f"«{found[0]}» in the heading")
            return Proposed(heading, proposed, "; ".join(doubts))
    doubts.append(f"the heading does not say what it measures; {source.measure} is what the source declares")
    return Proposed(heading, amount_column(table, number, source.measure, "the source's measure"), "; ".join(doubts))


def _year_from(table: Table, columns: tuple[Proposed, ...]) -> YearFrom:
    targets = {proposed.column.to for proposed in columns if proposed.column is not None}
    amounts = [n for n, proposed in enumerate(columns) if proposed.column and proposed.column.to == "amount"]
    if amounts and all(table.columns[number].year is not None for number in amounts):
        return "heading"
    if "year" in table.kinds:
        return "row above"
    if "year" in targets:
        return "column"
    return "date" if targets & {"signed_on", "number and date"} else "document"
