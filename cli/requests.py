"""The command `mediacontracts requests`: whom we asked, what is due, what came of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click

from cli.main import Refused
from cli.progress import say
from db.model.requests import ANSWERS, RequestState, TableState
from ingest.installation import Installation, now
from ingest.requests.answering import accept_table, take_answer
from ingest.requests.deadlines import bases
from ingest.requests.desk import Asker, Desk
from ingest.requests.events import (
    Answered,
    Appealed,
    Channel,
    Drawn,
    Event,
    Extended,
    Lettered,
    Looked,
    Sent,
    Withdrawn,
    journal_at,
)
from ingest.requests.fill import fill_requests
from ingest.requests.forms import Forms, read_form
from ingest.requests.register import Register, fold
from ingest.source import Source

ZONE = ZoneInfo("Asia/Almaty")
"""Days of the register are those of Kazakhstan."""


class _Day(click.ParamType[date]):
    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:  # noqa: ANN401
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write YYYY-MM-DD", param, ctx)


DAY = _Day()
on_day = partial(click.option, "--on", type=DAY, help="The day it happened (YYYY-MM-DD), a local date.")


def today() -> date:
    """This day in Kazakhstan."""
    return datetime.now(ZONE).date()


def _not_in_future(on: date) -> date:
    if on > today():
        raise click.BadParameter(f"{on} has not come yet; enter what happened when it has")
    return on


@contextmanager
def desk_of(installation: Installation, source: str = "") -> Iterator[Desk]:
    """The desk with everything entered so far; on leaving, the registry's tables follow the register."""
    from cli.collect import prepared  # noqa: PLC0415 - brings in the rest of the collecting side

    sources = installation.sources()
    chosen = _answer_source(sources, source)
    with installation.locked():
        prepared(installation, sources)
        engine = installation.engine()
        journal = journal_at(installation.home)
        desk = Desk(
            engine,
            installation.archive,
            fold(journal.events()),
            journal,
            Forms(installation.home / "forms"),
            chosen,
            now(),
        )
        try:
            yield desk
            fill_requests(engine, desk.register)
        finally:
            engine.dispose()


def _answer_source(sources: dict[str, Source], name: str) -> Source:
    answers = {one.name: one for one in sources.values() if one.access == "answers"}
    if name:
        if name not in answers:
            raise click.BadParameter(f"{name!r} is no source of answers; there are: {', '.join(answers) or 'none'}")
        return answers[name]
    if not answers:
        raise click.UsageError("no source with `access: answers` is declared")
    return answers.get("kz_answers") or next(iter(answers.values()))


def enter(make: Callable[[Register, str], list[Event]]) -> Register:
    """Enter events that are made from the register and the instant; gives the register after them."""
    installation = Installation.from_environment(os.environ)
    with desk_of(installation) as desk:
        desk.enter(*make(desk.register, desk.at))
        return desk.register


def register_of(installation: Installation) -> Register:
    """The register as it stands, for reading."""
    return fold(journal_at(installation.home).events())


@click.group()
def requests() -> None:
    """Information requests: draw up, send, follow, take the answers.

    \b
    Example:
      mediacontracts requests new --body "Управление внутренней политики области" --years 2023-2025
    """


@requests.command()
@click.option("--body", default="", help="The body that is asked, as it is officially called.")
@click.option(
    "--list",
    "listed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A CSV with the columns body and, if you like, lang, level, address: one request for each row.",
)
@click.option("--years", required=True, help="Years asked about: 2024, 2020-2024 or 2019,2021.")
@click.option("--subject", default="", help="What is asked for; the state information order when left out.")
@click.option("--basis", type=click.Choice(bases()), default="kz-access", show_default=True, help="Legal basis.")
@click.option("--lang", type=click.Choice(["ru", "kk"]), default="ru", show_default=True, help="Language.")
@click.option("--level", default="", help="Level of the body: central, region, district.")
@click.option("--address", default="", help="Where the letter goes.")
def new(**given: Any) -> None:  # noqa: ANN401 - the options above
    """Draw up a request to one body, or to each body of a list; prints the references.

    \b
    Examples:
      mediacontracts requests new --body "Министерство …" --years 2020-2024
      mediacontracts requests new --list bodies.csv --years 2024 --lang kk
    """
    from cli.request_lists import bodies_of, default_subject, years_of  # noqa: PLC0415

    if bool(given["body"]) == bool(given["listed"]):
        raise click.UsageError("say either --body NAME or --list FILE.csv")
    bodies = bodies_of(given["listed"], given)
    years = years_of(given["years"])

    def drawn(register: Register, at: str) -> list[Event]:
        first = register.next_ref(today().year)
        start, year = int(first[5:]), first[:4]
        return [
            Drawn(
                request=f"{year}-{start + place:04d}",
                at=at,
                body=body["body"],
                body_lang=body["lang"],
                level=body["level"],
                address=body["address"],
                subject=given["subject"] or default_subject(body["lang"]),
                years=years,
                basis=given["basis"],
                lang=body["lang"],
            )
            for place, body in enumerate(bodies)
        ]

    known = set(register_of(Installation.from_environment(os.environ)).requests)
    register = enter(drawn)
    for ref, request in register.requests.items():
        if ref not in known:
            click.echo(f"{ref}  {request.drawn.body}")


@requests.command()
@click.argument("refs", metavar="REQUEST…", nargs=-1, required=True)
@click.option("--sender", default="", help="Who asks; kept for the next letter.")
@click.option("--reply-to", default="", help="Where the answer goes; kept for the next letter.")
@click.option("--on", type=DAY, help="The day of sending; today when left out.")
@click.option("--lang", type=click.Choice(["ru", "kk", "both"]), default=None, help="Language; the request's own.")
@click.option("--number", default="", help="Our outgoing number.")
@click.option("--format", "formats", type=click.Choice(["docx", "pdf", "both"]), default="both", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder; requests/letters by default.")
def letter(refs: tuple[str, ...], **given: Any) -> None:  # noqa: ANN401 - the options above
    """Write the letters of requests, as DOCX and PDF, in Russian and Kazakh.

    \b
    Example:
      mediacontracts requests letter 2026-0001 2026-0002 --sender "Legal Media Centre" --reply-to office@example.org
    """
    from cli.request_lists import sender_of, write_letters  # noqa: PLC0415 - brings in the letter writers

    installation = Installation.from_environment(os.environ)
    sender = sender_of(installation, given["sender"], given["reply_to"])
    out = given["out"] or installation.home / "requests" / "letters"

    def written(register: Register, at: str) -> list[Event]:
        events: list[Event] = []
        for ref in refs:
            drawn = register.find(ref).drawn
            for lang in ("ru", "kk") if given["lang"] == "both" else (given["lang"] or drawn.lang,):
                files = write_letters(
                    drawn,
                    sender,
                    given["on"] or today(),
                    lang=lang,
                    number=given["number"],
                    formats=given["formats"],
                    out=out,
                )
                events.append(Lettered(request=ref, at=at, files=tuple(file.name for file in files), lang=lang))
                for file in files:
                    click.echo(str(file))
        return events

    enter(written)


@requests.command()
@click.argument("refs", metavar="REQUEST…", nargs=-1, required=True)
@on_day(required=True)
@click.option("--channel", type=click.Choice(get_args(Channel)), required=True, help="How it went out.")
@click.option("--number", default="", help="Our outgoing number.")
@click.option("--registered", type=DAY, help="The day the body registered it; the time runs from there.")
def sent(refs: tuple[str, ...], on: date, channel: Channel, number: str, registered: date | None) -> None:
    """Enter that requests really went out; prints the last day for each answer.

    \b
    Example:
      mediacontracts requests sent 2026-0001 --on 2026-03-06 --channel portal --number 15
    """
    _not_in_future(on)
    register = enter(
        lambda _, at: [
            Sent(request=ref, at=at, on=on, channel=channel, number=number, registered_on=registered) for ref in refs
        ]
    )
    for ref in refs:
        click.echo(f"{ref}: answer due by {register.find(ref).due_on}")


@requests.command()
@click.argument("ref", metavar="REQUEST")
@on_day(required=True)
@click.option("--until", type=DAY, help="The day the body named.")
@click.option("--why", default="", help="The reason it gave.")
def extended(ref: str, on: date, until: date | None, why: str) -> None:
    """Enter that the body put its answer off.

    \b
    Example:
      mediacontracts requests extended 2026-0001 --on 2026-03-20 --why "сбор сведений"
    """
    _not_in_future(on)
    request = enter(lambda _, at: [Extended(request=ref, at=at, on=on, until=until, why=why)]).find(ref)
    if request.extended_in_time:
        click.echo(f"{ref}: answer due by {request.due_on}")
    else:
        click.echo(f"{ref}: told after its time, which moves nothing; it was due by {request.due_on}")


@requests.command()
@click.argument("ref", metavar="REQUEST")
@on_day(required=True)
@click.option("--state", type=click.Choice([str(state) for state in ANSWERS]), required=True, help="What it says.")
@click.option("--ground", default="", help="The ground of a refusal, in the body's words; 'none given' is one.")
@click.option("--wording", default="", help="The deciding sentence of the answer.")
@click.option("--year", "years", multiple=True, metavar="YEAR=STATE", help="A year that was answered otherwise.")
@click.option("--to", "forwarded_to", default="", help="The body it was forwarded to.")
@click.option("--fee", default="", help="What the answer cost, in tenge.")
@click.option("--pages", type=click.IntRange(min=0), help="Pages of the answer.")
def answered(ref: str, on: date, state: str, years: tuple[str, ...], fee: str, **told: Any) -> None:  # noqa: ANN401
    """Enter an answer; its documents come in with `requests answer`.

    \b
    Examples:
      mediacontracts requests answered 2026-0001 --on 2026-03-25 --state "in full" --pages 12
      mediacontracts requests answered 2026-0002 --on 2026-03-25 --state "in part" --year 2021=refused
      mediacontracts requests answered 2026-0003 --on 2026-03-25 --state refused --ground "none given"
    """
    from cli.request_lists import fee_of, year_states  # noqa: PLC0415

    _not_in_future(on)
    minor, currency = fee_of(fee)
    event = partial(
        Answered,
        request=ref,
        on=on,
        state=RequestState(state),
        years=year_states(years),
        fee_minor=minor,
        fee_currency=currency,
        **told,
    )
    request = enter(lambda _, at: [event(at=at)]).find(ref)
    late = f", {request.days_late} days late" if request.days_late else ""
    click.echo(f"{ref}: {state}, after {request.days_taken} days{late}")


@requests.command()
@click.argument("ref", metavar="REQUEST")
@on_day(required=True)
@click.option("--to", required=True, help="Where the appeal went: the higher body or the court.")
@click.option("--outcome", default="", help="What came of it, once it is known.")
def appealed(ref: str, on: date, to: str, outcome: str) -> None:
    """Enter an appeal, or what came of it.

    \b
    Example:
      mediacontracts requests appealed 2026-0003 --on 2026-04-10 --to "СМЭС"
    """
    _not_in_future(on)
    enter(lambda _, at: [Appealed(request=ref, at=at, on=on, to=to, outcome=outcome)])
    click.echo(f"{ref}: appeal of {on} entered")


@requests.command()
@click.argument("ref", metavar="REQUEST")
@click.option("--why", required=True, help="The reason; nothing is said of the body any more.")
def withdraw(ref: str, why: str) -> None:
    """Take a request back, or undo one that was entered by mistake.

    \b
    Example:
      mediacontracts requests withdraw 2026-0004 --why "entered twice"
    """
    enter(lambda _, at: [Withdrawn(request=ref, at=at, why=why)])
    click.echo(f"{ref}: withdrawn")


@requests.command()
@click.option("--on", type=DAY, help="As of this day; today when left out.")
@click.option("--ahead", type=click.IntRange(min=0), default=7, show_default=True, help="Days to look ahead.")
@click.option("--record", is_flag=True, help="The post is looked through: what is overdue now is silent.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def due(on: date | None, ahead: int, record: bool, as_json: bool) -> None:
    """List what is overdue or falls due soon. With --record, requests past their date count as silent from now on.

    \b
    Examples:
      mediacontracts requests due
      mediacontracts requests due --on 2026-03-27 --record
    """
    from cli.request_lists import show_due  # noqa: PLC0415

    day = on or today()
    if record:
        _not_in_future(day)
        enter(lambda _, at: [Looked(request="", at=at, on=day)])
    show_due(register_of(Installation.from_environment(os.environ)), day, ahead, as_json=as_json)


@requests.command()
@click.argument("ref", metavar="[REQUEST]", required=False)
@click.option("--on", type=DAY, help="As of this day; today when left out.")
@click.option("--coverage", "table", flag_value="coverage", help="Who answered for which year.")
@click.option("--bodies", "table", flag_value="bodies", help="How open each body is.")
def status(ref: str | None, on: date | None, table: str | None) -> None:
    """Show all requests, or one with its documents and all that a person was asked.

    \b
    Examples:
      mediacontracts requests status
      mediacontracts requests status 2026-0001
      mediacontracts requests status --bodies
    """
    from cli.request_lists import show_all, show_bodies, show_coverage, show_one  # noqa: PLC0415

    register = register_of(Installation.from_environment(os.environ))
    day = on or today()
    if ref:
        show_one(register, register.find(ref), day)
    elif table == "coverage":
        show_coverage(register, day)
    elif table == "bodies":
        show_bodies(register, day)
    else:
        show_all(register, day)


@requests.command()
@click.argument("ref", metavar="REQUEST")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Take only tables whose form is stored; ask nothing.")
@click.option(
    "--form",
    "form_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A form (yml) for tables with its headings.",
)
@click.option("--scan", is_flag=True, help="Read pictures of pages with character recognition.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
def answer(ref: str, files: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - the options above
    """Take the documents of an answer: archived, their tables confirmed, proved by their totals, and loaded.

    \b
    Example:
      mediacontracts requests answer 2026-0001 answer.pdf annex.xlsx
    """
    from cli.asking import NobodyAsker, TerminalAsker  # noqa: PLC0415
    from cli.request_lists import show_taken  # noqa: PLC0415

    form = read_form(given["form_file"]) if given["form_file"] else None
    asker: Asker = NobodyAsker(form) if given["yes"] else TerminalAsker(today().isoformat(), form)
    with desk_of(Installation.from_environment(os.environ), given["source"]) as desk:
        desk.scan = given["scan"]
        taken = take_answer(desk, desk.register.find(ref), files, asker)
        for one in taken:
            show_taken(one)
    blocked = sum(table.state is TableState.BLOCKED for one in taken for table in one.document.tables)
    if blocked:
        raise Refused(f"{blocked} tables are loaded but do not count: what stands against them is shown above")


@requests.command()
@click.argument("document")
@click.argument("table", type=click.IntRange(min=1))
@click.option("--why", required=True, help="The reason, published with each record of the table.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
def accept(document: str, table: int, why: str, source: str) -> None:
    """Take a blocked table all the same: DOCUMENT is a file name or the first letters of its hash.

    \b
    Example:
      mediacontracts requests accept answer.pdf 1 --why "the body's own slip, confirmed by telephone on 12 May"
    """
    from cli.request_lists import show_taken  # noqa: PLC0415

    with desk_of(Installation.from_environment(os.environ), source) as desk:
        request, taken = desk.register.document(document)
        show_taken(accept_table(desk, request, taken, table, why))
    say(f"{taken.file_name}, table {table}: accepted")
