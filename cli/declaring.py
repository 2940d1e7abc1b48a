"""Commands about declared sources: list them, draft a new one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import click
from sqlalchemy import text

from cli.collect import whole_registry
from cli.incoming import fetched, is_address
from cli.main import Refused
from cli.progress import say
from ingest.drafting import NoTableError, draft
from ingest.installation import Installation

_LAST = """
SELECT s.name, r.ref, r.state, r.retracted_why, r.finished_at, r.rows, r.inserted, r.updated, r.vanished, r.rejected
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
    engine = whole_registry(installation)
    with engine.connect() as connection:
        found = connection.execute(text(_LAST)).all()
    engine.dispose()
    if runs:
        for run in found:
            click.echo(
                f"{run.ref}  {run.state}  {run.finished_at or 'not ended'}  {run.rows} rows: {run.inserted} new, "
                f"{run.updated} changed, {run.vanished} vanished, {run.rejected} rejected"
                f"{f'; retracted: {run.retracted_why}' if run.retracted_why else ''}"
            )
        return
    last = {run.name: run for run in found}
    for name, source in declared.items():
        newest = last.get(name)
        state = f"{newest.rows} rows, {newest.state} {newest.finished_at}" if newest else "nothing read yet"
        click.echo(f"{name:<24} {source.country}  {source.measure:<10} {source.frequency:<8} {state}")
        click.echo(f"{'':<24} {source.title}")
    for draft_name, open_ends in installation.drafts().items():
        click.echo(f"{draft_name:<24} {open_ends.partition(': ')[2]}")


@click.command("new-source")
@click.argument("name")
@click.argument("file_or_address", metavar="FILE|URL")
def new_source(name: str, file_or_address: str) -> None:
    """Draft the declaration of a new source NAME from one of its files, or from the address of one.

    The draft is refused until a person has replaced every TODO.

    \b
    Examples:
      mediacontracts new-source md_revizia contracte-2024.csv
      mediacontracts new-source md_revizia https://example.org/contracte-2024.csv
    """
    if not re.fullmatch(r"[a-z]{2}_[a-z0-9_]+", name):
        raise click.BadParameter("a name is the country and the body: kz_astana_akimat, md_revizia")
    installation = Installation.from_environment(os.environ)
    target = installation.home / "sources" / f"{name}.yml"
    # Looked up by name, not read: another draft with its TODOs must not stand in the way of this one.
    if any((folder / f"{name}.yml").exists() for folder in (*installation.sources_from, target.parent)):
        raise click.BadParameter(f"a source called {name} exists already")
    file = (
        fetched(file_or_address, installation.home / "incoming")
        if is_address(file_or_address)
        else Path(file_or_address)
    )
    if not file.is_file():
        raise click.BadParameter(f"{file}: no such file")
    try:
        drafted = draft(name, file)
    except NoTableError as error:
        raise Refused(str(error)) from None
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(drafted, encoding="utf-8")
    say(f"wrote {target}; replace every TODO, then: mediacontracts ingest {name} {file} --dry-run")
