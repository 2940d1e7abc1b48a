"""The options by which a person signs a decision: who, why, on which day, and where it can be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import click

C = TypeVar("C", bound=Callable[..., object])

_OPTIONS = (
    click.option("--who", required=True, help="Who decides."),
    click.option("--why", required=True, help="The reason."),
    click.option("--when", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today without it."),
    click.option("--evidence", multiple=True, help="Where it can be seen; may be given several times."),
)


def signed(command: C) -> C:
    """Give a command `--who`, `--why`, `--when` and `--evidence`, in this order of its help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def day_of(when: datetime | None) -> date:
    """The day that was named, or today where the person who decides is."""
    return when.date() if when else date.today()  # noqa: DTZ011 - the day of the person
