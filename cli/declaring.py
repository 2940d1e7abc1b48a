"""Commands about declared sources: list them, draft a new one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
from sqlalchemy import text

from cli.main import Refused
from cli.progress import say
from ingest.drafting import NoTableError, draft
from ingest.installation import Installation

_LAST = """
SELECT s.name, r.ref, r.state, r.finished_at, r.rows, r.inserted, r.updated, r.vanished, r.rejected
FROM run r JOIN source s ON s.id = r.source_id ORDER BY r.id
"""


@click.command()
@click.option("--runs", is_flag=True, help="List every run with its reference, as retract needs it.")
def sources(runs: bool) -> None:
    """List the declared sources and what was last read of each.

    \b
    Examples:
      mediacontracts sources
      mediacontracts sources --runs
    """
    installation = Installation.from_environment(os.environ)
    declared = installation.sources()
    engine = installation.engine()
    with engine.connect() as connection:
        found = connection.execute(text(_LAST)).all()
    engine.dispose()
    if runs:
        for run in found:
            click.echo(
                f"{run.ref}  {run.state}  {run.finished_at or 'not ended'}  {run.rows} rows: {run.inserted} new, "
                f"{run.updated} changed, {run.vanished} vanished, {run.rejected} rejected"
            )
        return
    last = {run.name: run for run in found}
    for name, source in declared.items():
        newest = last.get(name)
        state = f"{newest.rows} rows, {newest.state} {newest.finished_at}" if newest else "nothing read yet"
        click.echo(f"{name:<24} {source.country}  {source.measure:<10} {source.frequency:<8} {state}")
        click.echo(f"{'':<24} {source.title}")


@click.command("new-source")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def new_source(name: str, file: Path) -> None:
    """Draft the declaration of a new source NAME from one of its files.

    The draft is refused until a person has replaced every TODO.

    \b
    Example:
      mediacontracts new-source md_revizia contracte-2024.csv
    """
    if not re.fullmatch(r"[a-z]{2}_[a-z0-9_]+", name):
        raise click.BadParameter("a name is the country and the body: kz_astana_akimat, md_revizia")
    installation = Installation.from_environment(os.environ)
    target = installation.home / "sources" / f"{name}.yml"
    if target.exists() or name in installation.sources():
        raise click.BadParameter(f"a source called {name} exists already")
    try:
        drafted = draft(name, file)
    except NoTableError as error:
        raise Refused(str(error)) from None
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(drafted, encoding="utf-8")
    say(f"wrote {target}; replace every TODO, then: mediacontracts ingest {name} {file} --dry-run")
