"""How requests stand: what is due, and what came of each."""

from __future__ import annotations

import os
from datetime import date

import click

from cli.requests.desk import DAY, enter, not_in_future, register_of, today
from ingest.installation import Installation
from ingest.requests.events import Looked


@click.command()
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
    from cli.requests.showing import show_due  # noqa: PLC0415

    day = on or today()
    if record:
        not_in_future(day)
        enter(lambda _, at: [Looked(request="", at=at, on=day)])
    show_due(register_of(Installation.from_environment(os.environ)), day, ahead, as_json=as_json)


@click.command()
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
    from cli.requests.showing import show_all, show_bodies, show_coverage, show_one  # noqa: PLC0415

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
