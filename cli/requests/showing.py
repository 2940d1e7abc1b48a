"""What the commands of requests print: requests, bodies and tables."""

from __future__ import annotations

import json
from datetime import date

import click
import msgspec

from db.privacy import mask_person_ids
from ingest.requests.answering import Taken
from ingest.requests.coverage import coverage, openness
from ingest.requests.events import TableSeen
from ingest.requests.register import Register, Request, state_of
from ingest.requests.reminders import reminders


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _told(text: str) -> str:
    return mask_person_ids(_shown(text))


def show_due(register: Register, day: date, ahead: int, *, as_json: bool) -> None:
    """Print what is due."""
    found = reminders(register, day, ahead)
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(found), ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(f"nothing is overdue on {day} or due within {ahead} days")
    for one in found:
        when = "" if one.days is None else f"{one.on} ({-one.days} days ago)" if one.days < 0 else f"{one.on}"
        click.echo(f"{one.request}  {one.what:<10} {when:<25} {_shown(one.body)}: {one.note}")


def show_all(register: Register, day: date) -> None:
    """Print a line for each request."""
    for request in register.requests.values():
        due = f"due {request.due_on}" if request.due_on else "not sent"
        click.echo(f"{request.ref}  {request.state(day):<16} {due:<15} {_shown(request.drawn.body)}")
    click.echo(
        f"{_count(len(register.requests), 'request')}; complete up to {register.as_of or 'no day yet (due --record)'}"
    )


def show_one(register: Register, request: Request, day: date) -> None:
    """Print one request with its documents and what a person was asked."""
    drawn = request.drawn
    click.echo(f"{request.ref}  {_shown(drawn.body)}: {request.state(day)}")
    click.echo(f"  asked: {_shown(drawn.subject)}, {', '.join(map(str, drawn.years))} ({drawn.basis})")
    if request.sent:
        click.echo(f"  sent {request.sent.on} by {request.sent.channel}, due {request.due_on}")
    for year in drawn.years:
        click.echo(f"  {year}: {request.year_state(year, day)}")
    for digest, document in request.documents.items():
        click.echo(f"  {digest[:12]}  {_shown(document.file_name)}: {_count(len(document.tables), 'table')}")
        for table in document.tables:
            _show_table(table, request, digest)
        waiting = request.unloaded.get(digest, 0)
        if waiting:
            click.echo(f"    {_count(waiting, 'correction')} not loaded yet: requests review {request.ref} --load")
    for digest, waiting in request.unloaded.items():
        if digest not in request.documents:
            told = f"{_count(waiting, 'correction')} of a document that was never loaded"
            click.echo(f"  {digest[:12]}  {told}: requests review {request.ref} FILE")
    if request.asked:
        click.echo(f"  asked of a person: {len(request.asked)}")
    for one in request.asked:
        click.echo(f"    {one.at}  table {one.table}: {_shown(one.question)} → {_shown(one.answer)}")
    del register


def _show_table(table: TableSeen, request: Request, digest: str) -> None:
    equal = sum(total.verdict == "equal" for total in table.totals)
    click.echo(
        f"    table {table.number}: {state_of(table, request, digest)}, {_count(table.records, 'record')}, "
        f"{table.rejected} rejected, {equal} of {len(table.totals)} totals equal"
    )
    for block in table.blocks:
        click.echo(f"      {_shown(block)}")
    for one in request.corrections(digest, table.number):
        click.echo(
            f"      row {one.row}, column {one.column}: read «{_told(one.was)}», set right to «{_told(one.text)}» "
            f"by {_told(one.who)} on {one.at[:10]}: {_told(one.why)}"
        )


def show_coverage(register: Register, day: date) -> None:
    """Print what is known of each body and year."""
    for one in coverage(register, (), (), day):
        click.echo(f"{one.year}  {one.state:<16} {one.request:<10} {_shown(one.body)}")


def show_bodies(register: Register, day: date) -> None:
    """Print how open each body is."""
    for one in openness(register, day):
        rank = f"{one.rank}." if one.rank else "asked too rarely for a rank"
        share = "nothing settled yet"
        if one.share is not None and one.low is not None and one.high is not None:
            share = f"{one.share:.0%} in full ({one.low:.0%} to {one.high:.0%})"
        days = "" if one.days_median is None else f", {one.days_median} days"
        click.echo(f"{rank} {_shown(one.body)}: asked {one.asked}, {share}{days}, late {one.late}")
        for ground, times in one.grounds.items():
            click.echo(f"     {times} × {_shown(ground)}")


def show_taken(taken: Taken) -> None:
    """Print what came of one document."""
    counts, document = taken.counts, taken.document
    click.echo(
        f"{_shown(document.file_name)} ({document.sha256[:12]}): {_count(len(document.tables), 'table')}; "
        f"{counts.inserted} new, {counts.updated} changed, {counts.unchanged} unchanged, "
        f"{counts.rejected} rejected, {counts.vanished} vanished"
    )
    for table in document.tables:
        equal = sum(total.verdict == "equal" for total in table.totals)
        click.echo(f"  table {table.number}: {table.state}, {equal} of {len(table.totals)} printed totals equal")
        for block in table.blocks:
            click.echo(f"    {_shown(block)}{f' — accepted: {_shown(table.why)}' if table.why else ''}")
        if table.state == "blocked":
            click.echo(f"    accept it: mediacontracts requests accept {document.sha256[:12]} {table.number} --why …")
