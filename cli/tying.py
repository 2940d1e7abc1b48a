"""The command that takes the ties which a register states: `mediacontracts ties`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast, get_args

import click
from sqlalchemy import Engine

from cli.media_register import kept, register_rows
from cli.progress import say
from cli.signed import day_of, signed
from db.words import LinkRelation
from ingest.media_register import Columns, Stated
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import Kind
from ingest.register_ties import Terms, stated_ties

_KINDS = tuple(kind for kind in get_args(Kind) if kind != "group")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--left", required=True, metavar="HEADING", help="Column of the outlets, or of what is owned.")
@click.option("--right", required=True, metavar="HEADING", help="Column of the publishers or owners.")
@click.option("--left-id", default="", metavar="HEADING", help="Column of the left ones' registry ids.")
@click.option("--right-id", default="", metavar="HEADING", help="Column of the right ones' registry ids.")
@click.option("--relation", type=click.Choice([word.value for word in LinkRelation]), required=True,
              help="What the right one is to the left one.")  # fmt: skip
@click.option("--kind", type=click.Choice(_KINDS), default="outlet", show_default=True, help="What the left are.")
@click.option("--right-kind", type=click.Choice(_KINDS), default="organisation", show_default=True,
              help="What the right are.")  # fmt: skip
@click.option("--country", required=True, help="Two letters, as the source declares: kz.")
@click.option("--since", default="", help="When the ties began, if the register says so of all: 2014-05-31, 2014 …")
@click.option("--until", default="", help="When they ended, in the same way.")
@signed("Who decides; published.", "What the register is and of which day; published.", proved=True)
@click.option("--dry-run", is_flag=True, help="Tell what would be kept, and keep nothing.")
def ties(
    *, file: Path, left: str, right: str, left_id: str, right_id: str, relation: str, kind: str, right_kind: str,
    country: str, since: str, until: str, who: str, why: str, when: datetime | None, evidence: tuple[str, ...],
    dry_run: bool,
) -> None:  # fmt: skip
    """Keep the ties that a register states, a decision line for each row whose names the sources print.

    Each line can be taken back by `decide --undo`, all of a run by `--whole-run` beside it. Look at the registry of
    your sources first (`check`), since names are looked up in it.

    \b
    Example:
      mediacontracts ties media-register.xlsx --left Outlet --right Publisher --right-id Number --relation publisher \\
        --country rs --evidence https://example.org/register --who "A. B." --why "register of media, as of 2020"
    """
    kinds = (cast("Kind", kind), cast("Kind", right_kind))
    rows = register_rows(file, Columns(left, right, left_id, right_id))
    terms = Terms(country, kinds, LinkRelation(relation), who, day_of(when), why, evidence, since, until)

    def lines(engine: Engine, decisions: Decisions, salt: bytes) -> Stated:
        with engine.connect() as connection:
            return stated_ties(connection, decisions, salt, rows, terms)

    stated = kept(lines, things="rows left out", dry_run=dry_run)
    say(f"{len(stated.lines)} of {len(rows)} rows {'would be' if dry_run else 'are'} kept as ties")
