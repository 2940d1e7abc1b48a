"""The command that keeps decisions about identity, one at a time: `mediacontracts decide`."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import Literal, cast

import click

from cli.lines import append_line
from cli.main import Refused
from cli.progress import say
from ingest.decision_lines import DecisionError, undo_line, with_shipped
from ingest.installation import Installation
from ingest.names.decisions import FILES, Decisions, Relation, Spelling, Verdict, decision_line

_KINDS = ("outlet", "organisation", "body")
_VERDICTS = ("same", "different", "unsure")
_RELATIONS = ("spelling", "rename", "merger", "owner", "wrong id")


@click.command()
@click.argument("verdict", type=click.Choice(_VERDICTS), required=False)
@click.argument("left", default="")
@click.argument("right", default="")
@click.option("--kind", type=click.Choice(_KINDS), default="outlet", show_default=True, help="What both names are.")
@click.option("--country", default="", help="Two letters, as the source declares: kz.")
@click.option("--left-id", default="", help="The registry id printed beside the first name.")
@click.option("--right-id", default="", help="The registry id printed beside the second name.")
@click.option("--relation", type=click.Choice(_RELATIONS), default="spelling", show_default=True)
@click.option("--undo", default="", metavar="ID", help="Take an earlier line back.")
@click.option("--who", required=True, help="Who decides.")
@click.option("--why", required=True, help="The reason.")
@click.option("--when", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day; today without it.")
@click.option("--evidence", multiple=True, help="Where it can be seen; may be given several times.")
def decide(
    *, verdict: str | None, left: str, right: str, kind: str, country: str, left_id: str, right_id: str, relation: str,
    undo: str, who: str, why: str, when: datetime | None, evidence: tuple[str, ...],
) -> None:  # fmt: skip
    """Say whether two printed names are one outlet, organisation or body, or take such a line back.

    \b
    Examples:
      mediacontracts decide same "Утро" "Таң" --country kz --who "A. B." --why "one masthead, two languages"
      mediacontracts decide --undo 3f2a9c0d11be --who "A. B." --why "the mastheads differ"
    """
    if bool(undo) == bool(verdict) or (verdict and not (left and right and country)):
        raise click.UsageError("give VERDICT LEFT RIGHT with --country, or --undo ID")
    day = when.date() if when else date.today()  # noqa: DTZ011 - the day of the person who decides
    installation = Installation.from_environment(os.environ)
    path = installation.home / "decisions" / "identity.jsonl"
    try:
        if undo:
            line = undo_line(undo, who=who, when=day, why=why)
        else:
            of = cast("Literal['outlet', 'organisation', 'body']", kind)
            line = decision_line(
                Spelling(of, country, left, left_id), Spelling(of, country, right, right_id), cast("Verdict", verdict),
                who=who, when=day, why=why, relation=cast("Relation", relation), evidence=evidence,
            )  # fmt: skip
        with installation.locked():
            decisions = append_decision(path, line)
    except DecisionError as error:
        raise Refused(str(error)) from None
    kept = f"took {undo} back" if undo else f"kept as {decisions.active[-1].id}"
    say(f"{kept}; the next check or release replays it")


def append_decision(path: Path, line: str) -> Decisions:
    """Append a line to an installation's decisions, if all lines together still stand; else leave the file as it is.

    Args:
        path: ``decisions/identity.jsonl`` of the installation; made if it is missing.
        line: one line of JSON without its end.

    Returns:
        All decisions in force with the new line.

    Raises:
        DecisionError: the line contradicts or repeats another, or undoes none; the message names the lines.
    """
    return append_line(
        path,
        line,
        lambda own: Decisions.load(with_shipped(own, FILES)),
        FILES,
    )
