"""The command that says of one record what no rule can: `mediacontracts judge`."""

from __future__ import annotations

import os
from datetime import datetime

import click

from cli.collect import whole_registry
from cli.lines import append_line
from cli.main import Refused
from cli.progress import say
from cli.signed import day_of, signed
from db.words import Relevance
from ingest.decision_lines import DecisionError, undo_line, with_shipped
from ingest.installation import Installation
from ingest.relevance import is_held
from ingest.topics.decisions import FILES, Judgements, Subject, judgement_line


@click.command()
@click.argument("source", default="")
@click.option("--root", default="", help="The whole thing, by the root key of its records.")
@click.option("--key", default="", help="One record, by its key at the source.")
@click.option("--relevance", type=click.Choice([word.value for word in Relevance]), help="Is it money for media?")
@click.option("--topic", default="", help="What it is about; ingest/data/topics/rules.yml lists the topics.")
@click.option("--undo", default="", metavar="ID", help="Take an earlier line back.")
@signed()
def judge(
    *, source: str, root: str, key: str, relevance: str | None, topic: str, undo: str, who: str, why: str,
    when: datetime | None, evidence: tuple[str, ...],
) -> None:  # fmt: skip
    """Say whether a record is money for media and what it is about, above every rule; or take such a line back.

    \b
    Examples:
      mediacontracts judge kz_goszakup_lots --key 12345678-ОЛ1 --relevance media --who "A. B." --why "a TV programme"
      mediacontracts judge --undo 3f2a9c0d11be --who "A. B." --why "it was a screen in a lobby"
    """
    if bool(undo) == bool(source) or (source and (bool(root) == bool(key) or not (relevance or topic))):
        raise click.UsageError("give SOURCE with --root or --key and --relevance or --topic; or --undo ID")
    installation = Installation.from_environment(os.environ)
    day = day_of(when)
    subject = Subject(source, root, key)
    held = True
    try:
        if undo:
            line = undo_line(undo, who=who, when=day, why=why)
        else:
            if source not in installation.sources():
                raise click.UsageError(f"no source is called {source!r}; `mediacontracts sources` lists them")
            line = judgement_line(
                subject, relevance=Relevance(relevance) if relevance else None, topic=topic,
                who=who, when=day, why=why, evidence=evidence,
            )  # fmt: skip
        with installation.locked():
            if not undo:
                engine = whole_registry(installation)
                with engine.connect() as connection:
                    held = is_held(connection, subject)
                engine.dispose()
            judgements = append_line(
                installation.home / "decisions" / "relevance.jsonl",
                line,
                lambda own: Judgements.load(with_shipped(own, FILES)),
                FILES,
            )
    except DecisionError as error:
        raise Refused(str(error)) from None
    kept = f"took {undo} back" if undo else f"kept as {judgements.active[-1].id}"
    say(f"{kept}; the next check or release replays it")
    if not held:
        say(
            f"{source} has no record with this {'root' if root else 'key'}; if it is written wrong, take the line "
            f"back with `mediacontracts judge --undo {judgements.active[-1].id}`"
        )
