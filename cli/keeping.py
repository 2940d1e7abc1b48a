"""Commands that keep the registry right and safe: retract, backup, restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import click

from cli.collect import prepared, read_before
from cli.main import Refused
from cli.progress import say
from db.archive import Captured
from db.disk import writing_under
from ingest.installation import Installation, now
from ingest.replay import runs_of
from ingest.retract import Retraction, retract_run
from ingest.wholeness import hold_files

_KEPT = ("archive", "sources", "decisions", "corrections", "forms", "requests", "releases")
_UNFINISHED = "backup-did-not-end"
"""A file that lies in a backup until it is whole."""


@click.command()
@click.argument("target", metavar="RUN|CAPTURE")
@click.option("--why", required=True, help="The reason, published with the records that no longer count.")
def retract(target: str, why: str) -> None:
    """Take a wrong load out of the totals; its rows stay in the history.

    Where it had changed records of a file, the newest edition that stands is read again from the archive. Values of a
    crawl come back with the next crawl; until then `check` stops a release.

    \b
    Example:
      mediacontracts retract br_secom-20261125T080000Z-4f2a1c --why "the file was the wrong month"
    """
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        sources = installation.sources()
        if target in prepared(installation, sources):
            return  # a command that was killed had begun it
        engine = installation.engine()
        retraction = Retraction(target=target, why=why, at=now(), after=installation.archive.last_run())
        taken = retract_run(engine, sources, installation.retractions, retraction)
        say(f"{taken.records} records of {target} no longer count")
        read_before(installation, engine, sources, taken)
        engine.dispose()


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def backup(folder: Path) -> None:
    """Copy the installation to FOLDER: the archive, the registry, every decision and release.

    decisions/salt is in it, the secret under which natural persons are known without their names and numbers: without
    it those decisions find nobody, and whoever has it can try names against them. Keep the copy where others cannot
    read it.

    \b
    Example:
      mediacontracts backup /media/disk/media-contracts
    """
    installation = Installation.from_environment(os.environ)
    if folder.resolve().is_relative_to(installation.home.resolve()):
        raise click.UsageError(
            f"{folder} is inside {installation.home}, and would be lost with it; name a folder elsewhere"
        )
    if folder.exists() and any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty; name a new folder")
    with installation.locked(), writing_under(folder):
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / _UNFINISHED
        unfinished.touch()
        for name in _KEPT:
            if (installation.home / name).exists():
                shutil.copytree(installation.home / name, folder / name, symlinks=True)
        registry = installation.home / "registry.db"
        if registry.exists():
            with (
                closing(sqlite3.connect(registry)) as source,
                closing(sqlite3.connect(folder / "registry.db")) as target,
            ):
                source.backup(target)
        unfinished.unlink()
    say(f"backed up to {folder}")
    if installation.database_url:
        say("the registry at DATABASE_URL is not in it: `mediacontracts rebuild` makes it anew from what is")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(folder: Path) -> None:
    """Bring an installation back from FOLDER into an empty MEDIACONTRACTS_HOME.

    Every archived body is checked against its hash. Until it has come to its end no command works in that home; one
    that was stopped, or whose backup lacked something, is given again.

    \b
    Example:
      MEDIACONTRACTS_HOME=/srv/media-contracts mediacontracts restore /media/disk/media-contracts
    """
    installation = Installation.from_environment(os.environ)
    if (folder / _UNFINISHED).exists():
        raise Refused(f"{folder} is no whole backup: it did not come to its end; restore from another one")
    home, unfinished = installation.home, installation.unfinished_restore
    if home.exists() and any(home.iterdir()) and not unfinished.exists():
        raise click.UsageError(f"{home} is not empty; set MEDIACONTRACTS_HOME to a new folder")
    home.mkdir(parents=True, exist_ok=True)
    unfinished.touch()
    for left in home.iterdir():  # of a restore that did not end
        if left.is_dir():
            shutil.rmtree(left)
        elif left != unfinished:
            left.unlink()
    shutil.copytree(folder, home, symlinks=True, dirs_exist_ok=True)
    hold_files(home, installation.archive, runs_of(installation.archive))
    digests = {event.sha256 for event in installation.archive.events() if isinstance(event, Captured)}
    for digest in sorted(digests):
        installation.archive.get(digest)
    unfinished.unlink()
    say(f"restored to {home}; {len(digests)} archived bodies are as they were stored")
