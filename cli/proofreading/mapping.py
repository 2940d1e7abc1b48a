"""What a person says of the columns of a table, from the fields of the page to a plan."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from db.words import Measure
from ingest.requests.answer_plan import DeclaredUnit, TablePlan
from ingest.requests.forms import Form, FormColumn, FormError, contradiction, fingerprint_of, form_name, heading_of
from ingest.requests.proposing import amount_column, propose
from ingest.requests.reviewing import Sheet
from ingest.source import Source

_UNIT = re.compile(r"(\d[\d ]*) ?([A-Za-z]{3})")
_KEPT = frozenset({"century_from", "instrument"})
"""Settings that only the terminal or the form's file can change."""
SETTINGS = ("year_from", "year_basis", "groups", "date_order")


def form_shown(sheet: Sheet, number: int, source: Source) -> tuple[list[FormColumn | None], dict[str, str]]:
    """The columns and settings that the page proposes: those in force, else those that the headings suggest."""
    plan, usual = sheet.plan(number), {"groups": "detail", "date_order": "dmy"}
    if plan.form is not None and len(plan.form.columns) == len(sheet.tables[number - 1].columns):
        told = msgspec.to_builtins(plan.form)
        return list(plan.form.columns), {name: told.get(name, usual.get(name, "")) for name in SETTINGS}
    proposal = propose(sheet.tables[number - 1], source)
    columns = [proposed.column for proposed in proposal.columns]
    return columns, {**usual, "year_from": proposal.year_from, "year_basis": str(proposal.year_basis)}


def plan_of_fields(sheet: Sheet, number: int, fields: Mapping[str, str], source: Source, today: str) -> TablePlan:
    """The plan that the fields of the page say.

    Raises:
        FormError: a field is missing or cannot be understood, or the columns contradict each other.
    """
    try:
        return _plan(sheet, number, fields, source, today)
    except (ValueError, msgspec.ValidationError) as error:
        raise FormError(f"table {number}: {error}") from None


def _plan(sheet: Sheet, number: int, fields: Mapping[str, str], source: Source, today: str) -> TablePlan:
    table = sheet.tables[number - 1]
    shown, _ = form_shown(sheet, number, source)
    fingerprint = fingerprint_of(table)
    columns = [_column(sheet, number, index, fields, before) for index, before in enumerate(shown)]
    settings: dict[str, Any] = {name: fields[name] for name in SETTINGS if fields.get(name)}
    kept = sheet.plan(number).form
    told = {
        **({name: value for name, value in msgspec.to_builtins(kept).items() if name in _KEPT} if kept else {}),
        "name": form_name(fingerprint),
        "fingerprint": fingerprint,
        "columns": msgspec.to_builtins(columns),
        "confirmed_on": today,
    }
    form = msgspec.convert({**told, **settings}, Form)
    problem = contradiction(form)
    if problem:
        raise ValueError(problem)
    unit, year = None, None
    if form.unit_is_asked and fields.get("unit", "").strip():
        found = _UNIT.fullmatch(fields["unit"].strip())
        if found is None or not fields.get("unit_why", "").strip():
            raise ValueError(
                "the unit is a whole number and a currency, for example 1000 KZT, and says where it stands"
            )
        unit = DeclaredUnit(found[2].upper(), int(found[1].replace(" ", "")), fields["unit_why"].strip())
    if form.year_from == "document" and fields.get("year", "").strip():
        year = int(fields["year"])
        if not (1990 <= year <= 2100 and fields.get("year_why", "").strip()):
            raise ValueError("the year lies between 1990 and 2100, and says where it stands")
    return TablePlan(
        number=number,
        form=form,
        unit=unit,
        year=year,
        year_why=fields.get("year_why", "").strip() if year is not None else "",
    )


def _column(sheet: Sheet, number: int, index: int, fields: Mapping[str, str], before: FormColumn | None) -> FormColumn:
    table = sheet.tables[number - 1]
    to = fields.get(f"to-{index + 1}", "")
    measure, blank = fields.get(f"measure-{index + 1}", ""), fields.get(f"blank-{index + 1}", "")
    if not to:
        raise ValueError(f"column {index + 1}: say what it is")
    same = (
        before is not None
        and before.to == to
        and (to != "amount" or (before.measure, before.blank) == (measure, blank))
    )
    if before is not None and same:
        return before
    if to == "amount":
        if not measure:
            raise ValueError(f"column {index + 1}: say what the amount measures")
        column = amount_column(table, index, Measure(measure), "said by a person")
        told = {**msgspec.to_builtins(column), "blank": blank or str(column.blank)}
        return msgspec.convert(told, FormColumn)
    heading = heading_of(table.columns[index].heading)
    return msgspec.convert({"heading": heading, "to": to, "why": "said by a person"}, FormColumn)
