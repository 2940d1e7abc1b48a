"""The options by which a person signs a decision: who, why, on which day, and where it can be seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TypeVar

import click

C = TypeVar("C", bound=Callable[..., object])


def signed(
    who: str = "Who decides.",
    why: str = "The reason.",
    evidence: str = "Where it can be seen; may be given several times.",
    *,
    proved: bool = False,
) -> Callable[[C], C]:
    """Give a command `--who`, `--why`, `--when` and `--evidence`, in this order of its help.

    Args:
        who: what its help says of `--who`.
        why: the same of `--why`.
        evidence: the same of `--evidence`.
        proved: whether it is refused without evidence.
    """
    options = (
        click.option("--who", required=True, help=who),
        click.option("--why", required=True, help=why),
        click.option("--when", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today without it."),
        click.option("--evidence", multiple=True, required=proved, help=evidence),
    )

    def decorated(command: C) -> C:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def day_of(when: datetime | None) -> date:
    """The day that was named, or today where the person who decides is."""
    return when.date() if when else date.today()  # noqa: DTZ011 - the day of the person
