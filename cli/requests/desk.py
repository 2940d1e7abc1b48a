"""What the commands of requests share: days, the register, the desk where answers are taken."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import click

from ingest.installation import Installation, now
from ingest.requests.desk import Desk
from ingest.requests.entering import fold
from ingest.requests.events import Event, journal_at
from ingest.requests.fill import fill_requests
from ingest.requests.forms import Forms
from ingest.requests.register import Register
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


def not_in_future(on: date) -> date:
    """The day itself.

    Raises:
        click.BadParameter: it has not come yet.
    """
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
