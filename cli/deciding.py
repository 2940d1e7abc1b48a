"""The command that keeps decisions about identity, one at a time: `mediacontracts decide`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast, get_args

import click

from cli.collect import whole_registry
from cli.lines import append_line
from cli.main import Refused
from cli.progress import say
from cli.signed import day_of, signed
from ingest.decision_lines import DecisionError, undo_line, with_shipped
from ingest.identity import load_decisions
from ingest.installation import Installation
from ingest.known_names import Asked, spelling_given
from ingest.names.decisions import FILES, Decisions
from ingest.names.identity_lines import Kind, Relation, Spelling, Verdict, decision_line
from ingest.salt import kept_salt

_KINDS = get_args(Kind)
_ASK = "-"
"""In place of a name: it is asked for, so that no list of past commands holds it."""


@click.command()
@click.argument("verdict", type=click.Choice(get_args(Verdict)), required=False)
@click.argument("left", default="")
@click.argument("right", default="")
@click.option("--kind", type=click.Choice(_KINDS), default="outlet", show_default=True, help="What the left name is.")
@click.option("--right-kind", type=click.Choice(_KINDS), help="What the right name is, where it is something else.")
@click.option("--country", default="", help="Two letters, as the source declares: kz.")
@click.option("--right-country", default="", help="That of the right name, where it is another.")
@click.option(
    "--left-id", default="", help="The registry id printed beside the first name; of an outlet, who is paid."
)
@click.option("--right-id", default="", help="The registry id printed beside the second name, in the same way.")
@click.option("--left-person", is_flag=True, help="The left one is a natural person: kept as a key, not by name.")
@click.option("--right-person", is_flag=True, help="The right one is a natural person: kept as a key, not by name.")
@click.option(
    "--relation", type=click.Choice(get_args(Relation)), default="spelling", show_default=True,
    help="Spelling, rename and wrong id make one of two; the others tie two: RIGHT is LEFT's publisher, owner …",
)  # fmt: skip
@click.option("--since", default="", help="When a tie began: 2014-05-31, 2014-05, 2014, 2014? or unknown.")
@click.option("--until", default="", help="When it ended, in the same way.")
@click.option("--allow-unknown", is_flag=True, help="A name may be one that no source prints yet.")
@click.option("--undo", default="", metavar="ID", help="Take an earlier line back.")
@click.option(
    "--whole-run", is_flag=True,
    help="With --undo: also every line of the same person, day, reason and evidence, as a run of `ties` keeps them.",
)  # fmt: skip
@signed(
    "Who decides; published with a tie.", "The reason; published with a tie.",
    "Where it can be seen; a tie needs it; may be given several times.",
)  # fmt: skip
def decide(
    *, verdict: str | None, left: str, right: str, country: str, undo: str, whole_run: bool, who: str, why: str,
    when: datetime | None, **given: Any,  # noqa: ANN401 - click's options about the two names
) -> None:  # fmt: skip
    """Say whether two printed names are one, or what ties two that stay two; or take such a line back.

    A name that no source prints is refused and near ones are told. "-" in place of a name asks for it unseen.

    \b
    Examples:
      mediacontracts decide same "Утро" "Таң" --country kz --who "A. B." --why "one masthead, two languages"
      mediacontracts decide same "Утро" "ТОО «Утро Медиа»" --right-kind organisation --country kz \\
        --relation publisher --since 2014 --evidence https://example.org/imprint --who "A. B." --why "the imprint"
      mediacontracts decide different "Радио Вымысел" "Радио Вымысел" --country kz --left-id 991240999991 \\
        --right-id 040540000004 --who "A. B." --why "two stations of one name"
      mediacontracts decide --undo 3f2a9c0d11be --who "A. B." --why "the mastheads differ"
      mediacontracts decide --undo 3f2a9c0d11be --whole-run --who "A. B." --why "that file was of another year"
    """
    if bool(undo) == bool(verdict) or (verdict and not (left and right and country)):
        raise click.UsageError("give VERDICT LEFT RIGHT with --country, or --undo ID")
    if whole_run and not undo:
        raise click.UsageError("--whole-run goes with --undo ID")
    day = day_of(when)
    installation = Installation.from_environment(os.environ)
    path = installation.home / "decisions" / "identity.jsonl"
    try:
        with installation.locked():
            if undo:
                targets = run_of(load_decisions(installation.home), undo) if whole_run else [undo]
                line = "\n".join(undo_line(one, who=who, when=day, why=why) for one in targets)
            else:
                one, other = _spellings(installation, left, right, country, given)
                line = decision_line(
                    one, other, cast("Verdict", verdict), who=who, when=day, why=why,
                    relation=cast("Relation", given["relation"]), evidence=given["evidence"], since=given["since"],
                    until=given["until"],
                )  # fmt: skip
            decisions = append_decision(path, line)
    except DecisionError as error:
        raise Refused(str(error)) from None
    if not undo:
        kept = f"kept as {decisions.active[-1].id}"
    else:
        kept = f"took {undo} back" + (f" and {len(targets) - 1} lines of its run" if whole_run else "")
    say(f"{kept}; the next check or release replays it")


def run_of(decisions: Decisions, target: str) -> list[str]:
    """Ids of the lines in force that were signed as one of them was, that one included: what one command kept.

    Raises:
        DecisionError: no line in force has the id.
    """
    found = next((one for one in decisions.active if one.id == target), None)
    if found is None:
        raise DecisionError(f"no line {target} is in force, so there is no run to take back")
    signed_as = (found.who, found.when, found.why, found.evidence)
    return [one.id for one in decisions.active if (one.who, one.when, one.why, one.evidence) == signed_as]


def _spellings(
    installation: Installation, left: str, right: str, country: str, given: dict[str, Any]
) -> tuple[Spelling, Spelling]:
    """Both names as the registry has them; what is noteworthy about them is told."""
    salt = kept_salt(installation.home) if given["left_person"] or given["right_person"] else b""
    decisions = load_decisions(installation.home)
    engine = whole_registry(installation)
    try:
        with engine.connect() as connection:
            found = [
                spelling_given(connection, decisions, salt, asked, allow_unknown=given["allow_unknown"])
                for asked in _asked(left, right, country, given)
            ]
    finally:
        engine.dispose()
    for one in found:
        if one.told:
            say(one.told)
    return found[0].spelling, found[1].spelling


def _asked(left: str, right: str, country: str, given: dict[str, Any]) -> Iterator[Asked]:
    kinds = (given["kind"], given["right_kind"] or given["kind"])
    countries = (country, given["right_country"] or country)
    for side, name, kind, where in zip(("left", "right"), (left, right), kinds, countries, strict=True):
        text = click.prompt(f"the {side} name", hide_input=True, err=True) if name == _ASK else name
        yield Asked(kind, where, text, given[f"{side}_id"], given[f"{side}_person"], side)


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
