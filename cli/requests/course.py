"""What happens to a request: drawn up, written, sent, put off, answered, appealed, taken back."""

from __future__ import annotations

import os
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from cli.requests.desk import DAY, enter, not_in_future, on_day, today
from db.model.requests import ANSWERS, RequestState
from ingest.installation import Installation
from ingest.requests.deadlines import bases
from ingest.requests.events import Answered, Appealed, Channel, Drawn, Event, Extended, Lettered, Sent, Withdrawn
from ingest.requests.register import Register


@click.command()
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

    A request that is drawn up already, is the same and was not sent yet is not drawn up again.

    \b
    Examples:
      mediacontracts requests new --body "Министерство …" --years 2020-2024
      mediacontracts requests new --list bodies.csv --years 2024 --lang kk
    """
    from cli.requests.given import bodies_of, default_subject, years_of  # noqa: PLC0415

    if bool(given["body"]) == bool(given["listed"]):
        raise click.UsageError("say either --body NAME or --list FILE.csv")
    bodies = bodies_of(given["listed"], given)
    years = years_of(given["years"])

    def drawn(register: Register, at: str) -> list[Event]:
        first = register.next_ref(today().year)
        start, year = int(first[5:]), first[:4]
        before = {_without_ref(one.drawn): ref for ref, one in register.requests.items() if one.is_draft}
        events: list[Event] = []
        for body in bodies:
            made = Drawn(
                request=f"{year}-{start + len(events):04d}",
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
            if _without_ref(made) in before:
                told.append(f"{before[_without_ref(made)]}  {made.body} (drawn up before)")
            else:
                told.append(f"{made.request}  {made.body}")
                events.append(made)
        return events

    told: list[str] = []
    enter(drawn)
    for line in told:
        click.echo(line)


def _without_ref(drawn: Drawn) -> str:
    """What is asked of whom, whichever reference it has."""
    return repr(msgspec.structs.replace(drawn, request="", at=""))


@click.command()
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
    from cli.requests.given import sender_of, write_letters  # noqa: PLC0415 - brings in the letter writers

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


@click.command()
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
    not_in_future(on)
    if registered is not None:
        not_in_future(registered)
    register = enter(
        lambda _, at: [
            Sent(request=ref, at=at, on=on, channel=channel, number=number, registered_on=registered) for ref in refs
        ]
    )
    for ref in refs:
        click.echo(f"{ref}: answer due by {register.find(ref).due_on}")


@click.command()
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
    not_in_future(on)
    request = enter(lambda _, at: [Extended(request=ref, at=at, on=on, until=until, why=why)]).find(ref)
    if request.extended_in_time:
        click.echo(f"{ref}: answer due by {request.due_on}")
    else:
        click.echo(f"{ref}: told after its time, which moves nothing; it was due by {request.due_on}")


@click.command()
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
    from cli.requests.given import fee_of, year_states  # noqa: PLC0415

    not_in_future(on)
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


@click.command()
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
    not_in_future(on)
    enter(lambda _, at: [Appealed(request=ref, at=at, on=on, to=to, outcome=outcome)])
    click.echo(f"{ref}: appeal of {on} entered")


@click.command()
@click.argument("ref", metavar="REQUEST")
@click.option("--why", required=True, help="The reason; nothing is said of the body any more.")
def withdraw(ref: str, why: str) -> None:
    """Take a request back, or undo one that was entered by mistake.

    \b
    Example:
      mediacontracts requests withdraw 2026-0004 --why "entered twice"
    """
    request = enter(lambda _, at: [Withdrawn(request=ref, at=at, why=why)]).find(ref)
    click.echo(f"{ref}: withdrawn")
    for document in request.documents.values():
        click.echo(
            f"{document.file_name} still counts: take it for another request (requests answer), or take its records "
            "out (mediacontracts retract)"
        )
