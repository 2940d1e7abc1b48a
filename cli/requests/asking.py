"""The person at the terminal: shown a table and its proposed form, asked what the table does not print."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args

import click
import msgspec

from db.currencies import MINOR_DIGITS
from db.privacy import mask_person_ids
from db.words import Measure
from ingest.requests.answer_plan import DeclaredUnit, heading_text
from ingest.requests.desk import LeftOut, NeedsPersonError, Seen
from ingest.requests.forms import Form, FormColumn, FormError, Target, contradiction, heading_of
from ingest.requests.proposing import Proposal, Proposed, amount_column

_HELP = """\
  Enter            take it as it stands
  4=recipient      column 4 is the recipient; fields: {fields}
  5=amount:paid    column 5 is an amount that was paid; measures: {measures}
  5.blank=zero     a dash in column 5 is a zero: unknown, zero, withheld, below threshold
  year_from=date   where the year stands: heading, row above, column, date, document
  year_basis=paid  what the year is: budget, decision, signed, announced, paid, period
  groups=medium    what the labels over rows are: medium, subject, source_topic, region, payer, detail
  date_order=dmy   century_from=1990   instrument=contract
  out REASON       this is no table of payments; leave it out"""
_UNIT = re.compile(r"(\d[\d ]*) ?([A-Za-z]{3})")
_SETTINGS = frozenset({"year_from", "year_basis", "groups", "date_order", "century_from", "instrument"})


class TerminalAsker:
    """Asks on the terminal. Control characters of a document are never sent to it."""

    def __init__(self, today: str, given: Form | None = None) -> None:
        self.today, self.given = today, given

    def form(self, seen: Seen, proposal: Proposal, stored: Form | None, problem: str) -> Form | LeftOut:
        """Show the table with its proposal until it is taken, mended or left out."""
        if self.given is not None and self.given.fingerprint == seen.fingerprint:
            return msgspec.structs.replace(self.given, confirmed_on=self.given.confirmed_on or self.today)
        _show_table(seen)
        if stored is not None:
            click.echo(f"  the stored {stored.name} does not fit: {problem}")
        settings: dict[str, Any] = {}
        columns = list(proposal.columns)
        while True:
            _show_proposal(seen, proposal, columns, settings)
            line = click.prompt("  take it, change it, ? or out REASON", default="", show_default=False).strip()
            if line == "?":
                click.echo(_HELP.format(fields=", ".join(get_args(Target)), measures=", ".join(Measure)))
            elif line.startswith("out "):
                return LeftOut(line[4:].strip())
            elif line:
                try:
                    _change(seen, columns, settings, line)
                except (ValueError, IndexError, msgspec.ValidationError) as error:
                    click.echo(f"  not understood: {error}; ? shows what can be said")
            else:
                try:
                    return _complete(proposal, columns, settings, self.today)
                except (ValueError, FormError, msgspec.ValidationError) as error:
                    click.echo(f"  not yet: {error}")

    def unit(self, seen: Seen, form: Form) -> DeclaredUnit:  # noqa: ARG002 - the Asker's signature
        """Ask for the unit of a table that prints none."""
        click.echo(f"  {plain(seen.document)}, table {seen.number} prints no unit for its amounts.")
        while True:
            found = _UNIT.fullmatch(click.prompt("  Unit, for example 1 KZT or 1000 KZT").strip())
            if found and int(found[1].replace(" ", "")) > 0 and found[2].upper() in MINOR_DIGITS:
                break
            click.echo("  a whole number and the code of a currency in ISO 4217, for example 1000 KZT")
        why = click.prompt("  Where does that stand, or who said so").strip()
        return DeclaredUnit(found[2].upper(), int(found[1].replace(" ", "")), why)

    def year(self, seen: Seen) -> tuple[int, str]:
        """Ask for the year of a table that prints none."""
        click.echo(f"  {plain(seen.document)}, table {seen.number} prints no year for its amounts.")
        year: int = click.prompt("  Year", type=click.IntRange(1990, 2100))
        why: str = click.prompt("  Where does that stand, or who said so")
        return year, why.strip()

    def accept(self, seen: Seen, blocks: Sequence[str]) -> str:
        """Show what stands against a table and ask for a reason to take it all the same."""
        click.echo(f"  {plain(seen.document)}, table {seen.number} does not prove itself:")
        for block in blocks:
            click.echo(f"    - {plain(block)}")
        answer: str = click.prompt(
            "  Reason to take it all the same (empty: it stays blocked)", default="", show_default=False
        )
        return answer


class NobodyAsker:
    """Nobody is there (`--yes`): a stored form is taken, every question ends the sitting, blocked tables stay so."""

    def __init__(self, given: Form | None = None) -> None:
        self.given = given

    def form(self, seen: Seen, proposal: Proposal, stored: Form | None, problem: str) -> Form | LeftOut:  # noqa: ARG002
        """Take the form that was given, if it is for this table."""
        if self.given is not None and self.given.fingerprint == seen.fingerprint and not problem:
            return self.given
        raise NeedsPersonError(
            f"{seen.document}, table {seen.number}: {problem or 'no stored form is for these headings'}; "
            "run the command without --yes, or give a form with --form FILE"
        )

    def unit(self, seen: Seen, form: Form) -> DeclaredUnit:
        """Nobody knows the unit."""
        raise NeedsPersonError(
            f"{seen.document}, table {seen.number}: {form.name} asks for the unit; run the command without --yes"
        )

    def year(self, seen: Seen) -> tuple[int, str]:
        """Nobody knows the year."""
        raise NeedsPersonError(f"{seen.document}, table {seen.number} prints no year; run the command without --yes")

    def accept(self, seen: Seen, blocks: Sequence[str]) -> str:
        """Leave it blocked."""
        del seen, blocks
        return ""


def plain(text: str) -> str:
    """Text of a document for the terminal: no control characters, no line ends, persons' numbers masked."""
    return mask_person_ids("".join(letter if letter.isprintable() else " " for letter in text))


def _show_table(seen: Seen) -> None:
    table = seen.table
    where = f"page {table.page}" if table.page else f"sheet {plain(table.sheet)}"
    click.echo(f"\n{plain(seen.document)}, table {seen.number}, {where}: {len(table.rows)} rows")
    if "/" in table.source:
        click.echo(f"  inside: {plain(table.source)}")
    for doubt in table.needs_review:
        click.echo(f"  LOOK: {plain(doubt)}")
    if table.title:
        click.echo(f"  above it: {plain(table.title)[:300]}")
    for row in table.rows[:3]:
        click.echo("  | " + " | ".join(plain(cell)[:28] for cell in row))


def _show_proposal(seen: Seen, proposal: Proposal, columns: list[Proposed], settings: dict[str, Any]) -> None:
    for number, proposed in enumerate(columns, start=1):
        column = proposed.column
        meaning = "?" if column is None else _meaning(column)
        doubt = f"   LOOK: {proposed.doubt}" if proposed.doubt else ""
        click.echo(f"  {number}. {plain(heading_text(seen.table, number - 1)) or '(no heading)'} → {meaning}{doubt}")
    told = {"year_from": proposal.year_from, "year_basis": str(proposal.year_basis)} | settings
    click.echo("  " + ", ".join(f"{name}={value}" for name, value in told.items()))


def _meaning(column: FormColumn) -> str:
    if column.to != "amount":
        return f"{column.to} ({column.why})"
    unit = f"× {column.factor} {column.currency}" if column.factor else "unit asked for each document"
    return f"amount, {column.measure}, {unit}, a dash is {column.blank} ({column.why})"


def _change(seen: Seen, columns: list[Proposed], settings: dict[str, Any], line: str) -> None:
    name, equals, value = (part.strip() for part in line.partition("="))
    if not equals:
        raise ValueError("a change has the form NAME=VALUE")
    if name in _SETTINGS:
        settings[name] = value
        return
    at, _, what = name.partition(".")
    index = int(at) - 1
    if not 0 <= index < len(columns):
        raise ValueError(f"there is no column {at}")
    if what == "blank":
        column = columns[index].column
        if column is None or column.to != "amount":
            raise ValueError(f"column {at} is no amount")
        columns[index] = _proposed({**msgspec.to_builtins(column), "blank": value})
        return
    if what:
        raise ValueError(f"{what!r} is nothing that a column has")
    field, _, measure = value.partition(":")
    heading = heading_of(seen.table.columns[index].heading)
    if field == "amount":
        chosen = amount_column(seen.table, index, Measure(measure), "said by a person")
        columns[index] = Proposed(heading, chosen)
        return
    columns[index] = _proposed({"heading": heading, "to": field, "why": "said by a person"})


def _proposed(fields: dict[str, Any]) -> Proposed:
    column = msgspec.convert(fields, FormColumn)
    return Proposed(column.heading, column)


def _complete(proposal: Proposal, columns: list[Proposed], settings: dict[str, Any], today: str) -> Form:
    drawn = msgspec.structs.replace(proposal, columns=tuple(columns)).form(today)
    form = msgspec.convert({**msgspec.to_builtins(drawn), **settings}, Form, strict=False)
    problem = contradiction(form)
    if problem:
        raise FormError(problem)
    return form
