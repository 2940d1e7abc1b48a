"""Commands that bring data in: crawl, ingest, rebuild."""

from __future__ import annotations

import os
import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from cli.dry_run import show_file
from cli.main import Refused, TryAgain
from cli.progress import say
from db.engine import is_damaged, open_engine
from db.migrate import migrate
from ingest.files import ingest_files, latest_edition, read_again
from ingest.installation import Installation, now
from ingest.reference import load_reference
from ingest.replay import Runs, close_interrupted, hold_whole, replay, runs_of
from ingest.requests.fill import fill_from_journal
from ingest.retract import Retracted, apply_pending, left_unread, read_retractions
from ingest.settle import settle
from ingest.source import Source
from ingest.wholeness import hold_beside_registry, hold_files


def prepared(installation: Installation, sources: dict[str, Source]) -> list[str]:
    """Bring the registry to this version, close what a kill left open and clear it up; call it under the lock.

    Returns:
        What was retracted by a command that was killed, and is taken out by this one.

    Raises:
        ingest.wholeness.NotWholeError: a part of the home is missing.
        ingest.replay.BehindError: the registry lacks what the archive holds.
    """
    installation.archive.clear()
    _remove(_rebuilt(installation))
    runs = runs_of(installation.archive)
    hold_files(installation.home, installation.archive, runs)
    engine = installation.engine()
    try:
        if not installation.database_url:  # into a database elsewhere another home may have read, too
            hold_beside_registry(engine, installation.home, runs)
        hold_whole(engine, runs)
        return _completed(installation, engine, sources, runs)
    finally:
        engine.dispose()


def whole_registry(installation: Installation) -> Engine:
    """Open the registry for a command that answers from it.

    Raises:
        ingest.replay.BehindError: it lacks what the archive holds, and the answer would be of a part.
    """
    engine = installation.engine()
    try:
        hold_whole(engine, runs_of(installation.archive))
    except BaseException:
        engine.dispose()
        raise
    return engine


def _completed(installation: Installation, engine: Engine, sources: dict[str, Source], runs: Runs) -> list[str]:
    """Bring to its end what a kill left open; gives what was to be retracted."""
    with engine.begin() as connection:
        load_reference(connection)
    retractions = read_retractions(installation.retractions)
    # before the runs that a kill left open: they began later than any retraction that was kept and not applied
    applied = apply_pending(engine, sources, retractions)
    for target in applied:
        say(f"the retraction of {target} had been interrupted; it is applied")
    for run in close_interrupted(engine, installation.archive, sources, runs):
        say(f"run {run} had been interrupted; its captures are loaded")
    taken = left_unread(engine, retractions)
    if taken is not None and read_before(installation, engine, sources, taken):
        applied.append(retractions[-1].target)
    return applied


def read_before(installation: Installation, engine: Engine, sources: dict[str, Source], taken: Retracted) -> bool:
    """Read the newest edition that stands again where a retraction took out values that had others before.

    Gives whether there was one. Values of a crawl come back with the next crawl.
    """
    source = sources.get(taken.source)
    edition = latest_edition(engine, source) if source and source.access == "file" and taken.had_changed else ""
    if not source or not edition:
        return False
    say(f"{taken.had_changed} of them had other values before; the edition of {edition} is read again")
    read_again(engine, installation.archive, source, edition, at=now(), progress=say)
    return True


def declared(sources: dict[str, Source], name: str) -> Source:
    """The declared source of this name, or a message that lists what there is."""
    if name not in sources:
        open_ends = Installation.from_environment(os.environ).drafts()
        if name in open_ends:
            raise Refused(open_ends[name])
        raise click.BadParameter(f"no source is called {name!r}; declared are: {', '.join(sources) or 'none'}")
    return sources[name]


@click.command()
@click.argument("source")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--origin", default="", help="The address the files were taken from, if not the source's own.")
@click.option("--dry-run", is_flag=True, help="Read and show, load nothing.")
def ingest(source: str, files: tuple[Path, ...], origin: str, dry_run: bool) -> None:
    """Read the files of SOURCE into the registry; together they are its newest edition.

    \b
    Examples:
      mediacontracts ingest rs_cofinancing Projektno-sufinansiranje.xlsx --dry-run
      mediacontracts ingest rs_cofinancing Projektno-sufinansiranje.xlsx
    """
    installation = Installation.from_environment(os.environ)
    if dry_run:
        one = declared(installation.sources(), source)
        for path in _chosen(one, files):
            show_file(one, path)
        return
    with installation.locked():
        sources = installation.sources()
        one = declared(sources, source)
        chosen = _chosen(one, files)
        prepared(installation, sources)
        engine = installation.engine()
        result = ingest_files(engine, installation.archive, one, chosen, at=now(), origin=origin, progress=say)
        engine.dispose()
    counts = result.counts
    say(
        f"{source}: {counts.rows} rows read: {counts.inserted} new, {counts.updated} changed, "
        f"{counts.unchanged} unchanged, {counts.rejected} rejected, {counts.vanished} vanished (run {result.run})"
    )


def _chosen(source: Source, files: tuple[Path, ...]) -> list[Path]:
    """The files to read: those named, else the one that ships with the source."""
    if source.access == "goszakup":
        raise click.UsageError(f"{source.name} is crawled, not ingested: mediacontracts crawl {source.name}")
    if source.access == "answers":
        raise click.UsageError(
            f"{source.name} holds answers to requests, taken in by: mediacontracts requests answer REQUEST FILE…"
        )
    chosen = list(files) or ([source.bundled_file] if source.bundled_file else [])
    if not chosen:
        raise click.UsageError(f"name the files of {source.name}: mediacontracts ingest {source.name} FILE…")
    _hold_each_once(source, chosen)
    return chosen


def _hold_each_once(source: Source, files: list[Path]) -> None:
    """Refuse a file that is named twice, also under two names: every row of it would be there twice."""
    parts = source.table.slice_from_name if source.table else ""
    seen: dict[tuple[str, bytes], Path] = {}
    for path in files:
        part = re.fullmatch(parts, path.name) if parts else None
        earlier = seen.setdefault((part[1] if part else "", sha256(path.read_bytes()).digest()), path)
        if earlier is not path:
            raise click.UsageError(
                f"{source.name}: {path} is the same file as {earlier}, byte for byte; name each file once"
            )


@click.command()
def rebuild() -> None:
    """Make the registry anew from the archive, the declarations, the requests and the corrections.

    The old registry is replaced only when the new one is complete. With DATABASE_URL an empty PostgreSQL database is
    filled, which is how an installation moves there.

    \b
    Examples:
      mediacontracts rebuild
      DATABASE_URL=postgresql://user@host/contracts mediacontracts rebuild
    """
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        sources = installation.sources()
        captures = (_filled_elsewhere if installation.database_url else _replaced)(installation, sources)
    say(f"rebuilt from {captures} captures")


def _replaced(installation: Installation, sources: dict[str, Source]) -> int:
    """Build a new SQLite registry beside the old one and put it in its place."""
    target = _rebuilt(installation)
    _remove(target)
    installation.archive.clear()
    runs = runs_of(installation.archive)
    hold_files(installation.home, installation.archive, runs)
    try:
        old = installation.engine()
        hold_beside_registry(old, installation.home, runs)
        _completed(installation, old, sources, runs)
        old.dispose()
    except DatabaseError as error:
        if not is_damaged(error):
            raise
        say(f"the registry is damaged ({error.orig}) and is not looked at")
    engine = open_engine(f"sqlite:///{target}")
    try:
        migrate(engine)
        captures = _filled(installation, engine, sources)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        _remove(installation.home / "registry.db", keep_file=True)
        target.replace(installation.home / "registry.db")
    finally:
        engine.dispose()
        _remove(target)
    return captures


def _rebuilt(installation: Installation) -> Path:
    """Where a registry is made anew before it takes the place of the old one."""
    return installation.home / "registry-rebuilt.db"


def _filled_elsewhere(installation: Installation, sources: dict[str, Source]) -> int:
    """Fill the database that DATABASE_URL names, if nothing was read into it yet."""
    hold_files(installation.home, installation.archive, runs_of(installation.archive))
    engine = installation.engine()
    try:
        with engine.connect() as connection:
            held = connection.exec_driver_sql("SELECT count(*) FROM run").scalar_one()
        if held:
            raise click.UsageError(
                f"the database of DATABASE_URL holds {held} runs already, and rebuild fills an empty one; make a new "
                "database and name that, then rebuild"
            )
        captures = _filled(installation, engine, sources)
    finally:
        engine.dispose()
    return captures


def _filled(installation: Installation, engine: Engine, sources: dict[str, Source]) -> int:
    """Read everything that the installation keeps into an empty registry; gives the number of captures."""
    with engine.begin() as connection:
        load_reference(connection)
    retractions = read_retractions(installation.retractions)
    captures = replay(engine, installation.archive, sources, retractions, say)
    close_interrupted(engine, installation.archive, sources, runs_of(installation.archive))
    fill_from_journal(engine, installation.home)
    settle(engine, sources, installation.home)
    return captures


def _remove(database: Path, *, keep_file: bool = False) -> None:
    for suffix in ("-wal", "-shm") if keep_file else ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


@click.command()
@click.argument("sources", nargs=-1)
@click.option("--due", is_flag=True, help="Crawl what is due by its declared frequency, then check and release.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="First day of the window instead of the day of the last crawl.",
)
@click.option("--sample", type=click.IntRange(min=1), help="Stop after this many pages: a smoke test.")
@click.option(
    "--via",
    type=click.Choice(["graphql", "rest", "html"]),
    help="The portal's door; by default GraphQL with a token.",
)
def crawl(sources: tuple[str, ...], due: bool, since: datetime | None, sample: int | None, via: str | None) -> None:
    """Crawl portal sources into the registry.

    \b
    Examples:
      mediacontracts crawl kz_goszakup --since 2026-11-01
      mediacontracts crawl --due
      mediacontracts crawl --due --via html
    """
    from cli.schedule import crawl_due, crawl_one  # noqa: PLC0415 - brings in Scrapy, which no other command needs

    if due == bool(sources):
        raise click.UsageError("name the sources to crawl, or say --due")
    if due and (since or sample):
        raise click.UsageError("--due goes by each source's last crawl: --since and --sample go with named sources")
    first_day = f"{since:%Y-%m-%d}" if since else ""
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        known = installation.sources()
        prepared(installation, known)
        if due:
            failed = crawl_due(installation, known, via)
        else:
            chosen = [declared(known, name) for name in sources]
            results = [crawl_one(installation, one, since=first_day, sample=sample, via=via) for one in chosen]
            failed = [one.name for one, result in zip(chosen, results, strict=True) if result.state != "finished"]
            if failed and not any(result.refused for result in results):
                raise TryAgain(f"not finished: {', '.join(failed)}; the next crawl takes it up again")
    if failed:
        raise Refused(f"not taken: {', '.join(failed)}; see the reason above")
