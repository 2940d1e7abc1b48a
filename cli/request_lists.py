"""What the requests command reads and shows: lists of bodies, years and fees; requests, bodies and tables."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from db.model.requests import RequestState
from ingest.installation import Installation
from ingest.requests.answering import Taken
from ingest.requests.coverage import coverage, openness
from ingest.requests.events import Drawn
from ingest.requests.letters import LetterError, Sender, as_docx, as_pdf, write_letter
from ingest.requests.register import Register, Request, state_of
from ingest.requests.reminders import reminders
from ingest.values.amount import AmountError, Unit, read_amount

_SUBJECT = {
    "ru": "государственный информационный заказ и иные средства, выделенные средствам массовой информации",
    "kk": "мемлекеттік ақпараттық тапсырыс және бұқаралық ақпарат құралдарына бөлінген өзге де қаражат",
}


def default_subject(lang: str) -> str:
    """What is asked for when nothing else is said."""
    return _SUBJECT[lang]


def years_of(text: str) -> tuple[int, ...]:
    """Years from 2024, 2020-2024 or 2019,2021."""
    years: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", part)
        if not found or int(found[2] or found[1]) < int(found[1]):
            raise click.BadParameter(f"{text!r}: write years as 2024, 2020-2024 or 2019,2021")
        years.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return tuple(sorted(years))


def bodies_of(listed: Path | None, given: dict[str, Any]) -> list[dict[str, str]]:
    """The bodies to ask: the one that was named, or the rows of a CSV with the column `body`.

    Raises:
        click.BadParameter: a column is missing or unknown, a row has no body, or a body stands there twice.
    """
    defaults = {name: given[name] for name in ("lang", "level", "address")}
    if listed is None:
        return [{"body": given["body"], **defaults}]
    with listed.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = set(rows[0]) if rows else set()
    if "body" not in columns or columns - {"body", *defaults}:
        raise click.BadParameter(f"{listed.name}: the columns are body and, if you like, lang, level, address")
    bodies: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=2):
        body = {"body": "", **defaults} | {name: text.strip() for name, text in row.items() if text and text.strip()}
        if not body["body"] or body["body"] in {one["body"] for one in bodies} or body["lang"] not in _SUBJECT:
            raise click.BadParameter(
                f"{listed.name}: line {number}: no body, one named before, or a lang not ru or kk"
            )
        bodies.append(body)
    return bodies


def year_states(texts: tuple[str, ...]) -> dict[int, RequestState]:
    """Years that were answered otherwise, from YEAR=STATE."""
    found: dict[int, RequestState] = {}
    for text in texts:
        year, _, state = text.partition("=")
        try:
            found[int(year)] = RequestState(state.strip())
        except ValueError:
            raise click.BadParameter(f"{text!r}: write YEAR=STATE, for example 2021=refused") from None
    return found


def fee_of(text: str) -> tuple[int | None, str]:
    """A fee in tenge as minor units and currency."""
    if not text:
        return None, ""
    try:
        return read_amount(text, Unit("KZT", decimal=",")).minor, "KZT"
    except AmountError as error:
        raise click.BadParameter(str(error)) from None


def sender_of(installation: Installation, name: str, reply_to: str) -> Sender:
    """Who asks: as given now, else as kept from the last letter."""
    kept = installation.home / "requests" / "sender.yml"
    before = msgspec.yaml.decode(kept.read_bytes(), type=Sender) if kept.exists() else Sender("", "")
    sender = Sender(name or before.name, reply_to or before.reply_to)
    if not sender.name or not sender.reply_to:
        raise click.UsageError("say who asks and where the answer goes: --sender NAME --reply-to ADDRESS")
    if sender != before:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(msgspec.yaml.encode(sender))
    return sender


def write_letters(
    drawn: Drawn, sender: Sender, on: date, *, lang: str, number: str, formats: str, out: Path
) -> list[Path]:
    """Write the letter of one request in one language; the file is named by its reference, never by the body."""
    letter = write_letter(drawn, sender, on, lang=lang, number=number)
    made = {"docx": as_docx, "pdf": as_pdf}
    chosen = list(made) if formats == "both" else [formats]
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for ending in chosen:
        path = out / f"{drawn.request}-{lang}.{ending}"
        try:
            path.write_bytes(made[ending](letter))
        except OSError as error:
            raise LetterError(f"{path}: {error}") from None
        files.append(path)
    return files


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


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
            equal = sum(total.verdict == "equal" for total in table.totals)
            click.echo(
                f"    table {table.number}: {state_of(table, request, digest)}, {_count(table.records, 'record')}, "
                f"{table.rejected} rejected, {equal} of {len(table.totals)} totals equal"
            )
            for block in table.blocks:
                click.echo(f"      {_shown(block)}")
    if request.asked:
        click.echo(f"  asked of a person: {len(request.asked)}")
    for one in request.asked:
        click.echo(f"    {one.at}  table {one.table}: {_shown(one.question)} → {_shown(one.answer)}")
    del register


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
