"""The command that takes from a register of media which names are outlets of their own: `mediacontracts entries`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from cli.media_register import kept, register_rows
from cli.progress import say
from cli.signed import day_of, signed
from ingest.media_register import Columns
from ingest.register_entries import Said, answered, stated_entries


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--outlet", required=True, metavar="HEADING", help="Column of the outlets.")
@click.option("--publisher-id", default="", metavar="HEADING", help="Column of their publishers' registry ids.")
@click.option("--publisher", default="", metavar="HEADING", help="Column of their publishers, if it has no ids.")
@click.option("--form", default="", metavar="HEADING", help="Column of their forms: newspaper, portal, radio …")
@click.option("--country", required=True, help="Two letters, as the source declares: kz.")
@click.option("--shareable", is_flag=True, help="No line by a key that only this installation can read.")
@signed("Who decides.", "What the register is and of which day.", proved=True)
@click.option("--dry-run", is_flag=True, help="Tell what would be kept, and keep nothing.")
def entries(
    *, file: Path, outlet: str, publisher_id: str, publisher: str, form: str, country: str, shareable: bool, who: str,
    why: str, when: datetime | None, evidence: tuple[str, ...], dry_run: bool,
) -> None:  # fmt: skip
    """Keep as different what a register of media enters as different outlets, a decision line for each pair.

    It answers what `review` would ask, parts what was made one by likeness, and tells outlets of one printed name
    apart by the publisher that is paid. Nothing is made one by it. Each line can be taken back by `decide --undo`, all
    of a run by `--whole-run` beside it. Look at the registry of your sources first (`check`), since names are looked
    up in it.

    \b
    Example:
      mediacontracts entries media-register.xlsx --outlet Outlet --publisher-id Number --form Form --country rs \\
        --evidence https://example.org/register --who "A. B." --why "register of media, as of 2020"
    """
    said = Said(country, who, day_of(when), why, evidence)
    rows = register_rows(file, Columns(outlet, publisher, "", publisher_id, form))
    stated = kept(
        lambda engine, decisions, salt: stated_entries(engine, decisions, salt, rows, said),
        things="pairs left open", dry_run=dry_run, shareable=shareable,
    )  # fmt: skip
    about = answered(stated)
    say(
        f"{len(stated.lines)} lines {'would be' if dry_run else 'are'} kept: {about['two names']} about two names, "
        f"{about['one name']} about outlets of one name; the next check or release replays them"
    )
