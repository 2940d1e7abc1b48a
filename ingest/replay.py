"""Rebuilds a registry from the archive, and finishes runs that were killed.

Parsing is a pure function of archived bytes, so the journal and the bodies give the same registry again: runs in
their order, captures in theirs, retractions where they were written. A run that a kill or a power cut left open is
loaded to its last capture and closed as failed, in the living registry and in a rebuilt one alike. One that reads the
files of an earlier run again is read to its end: what was left of it is in the archive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import structs
from sqlalchemy import Engine, text

from db.archive import Archive, Captured, RunEnded, RunStarted
from ingest.files import captures_of, load_capture, silent
from ingest.load import Loader
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.retract import Retraction, apply_retraction
from ingest.source import Source

INTERRUPTED = "interrupted before its end; its captures were loaded when the next command started"
INTERRUPTED_BY_DEFECT = "interrupted before its end, and its captures could not all be loaded:"


class BehindError(Exception):
    """The registry lacks what the archive holds: it was lost, or a rebuild did not come to its end."""


class UndeclaredSourceError(Exception):
    """The journal holds captures of a source whose declaration is gone."""


def replay(
    engine: Engine,
    archive: Archive,
    sources: Mapping[str, Source],
    retractions: Sequence[Retraction] = (),
    progress: Callable[[str], None] = silent,
) -> int:
    """Load everything the journal names into an empty registry; gives the number of captures read.

    Args:
        engine: the empty registry.
        archive: bodies and journal.
        sources: what is declared.
        retractions: each is applied behind the run it was written after, those that name none at the end.
        progress: told a line per run.

    Raises:
        UndeclaredSourceError: a source's yml is missing.
        db.archive.ArchiveError: a body is missing or damaged.
    """
    loaders: dict[str, Loader] = {}
    captures: dict[str, Captured] = {}
    written_after: dict[str, list[Retraction]] = {}
    for retraction in retractions:
        written_after.setdefault(retraction.after, []).append(retraction)
    read = 0
    unread = {ref for event in archive.events() if isinstance(event, RunEnded) for ref in event.unread}
    for event in archive.events():
        if isinstance(event, RunStarted):
            loaders[event.run] = Loader(engine, _declared(sources, event.source), event)
        elif isinstance(event, Captured):
            captures[event.ref] = event
            if event.ref not in unread:
                read += _load(loaders[event.run], archive, event, captures)
        else:
            loader = loaders.pop(event.run)
            loader.finish(event)
            progress(f"{loader.source.name}: run {event.run}: {loader.counts.rows} rows")
            for retraction in written_after.pop(event.run, ()):
                apply_retraction(engine, sources, retraction)
    for retraction in chain.from_iterable(written_after.values()):
        apply_retraction(engine, sources, retraction)
    return read


class Runs(NamedTuple):
    """What the journal says: which runs have ended, those left open with their captures by reference.

    `folders` are those of the archive in which the bodies of its captures lie.
    """

    ended: list[str]
    left_open: list[tuple[RunStarted, dict[str, Captured]]]
    folders: set[str]


def runs_of(archive: Archive) -> Runs:
    """Read the journal for what a command has to know before it begins."""
    ended: list[str] = []
    left_open: dict[str, tuple[RunStarted, dict[str, Captured]]] = {}
    folders: set[str] = set()
    for event in archive.events():
        if isinstance(event, RunStarted):
            left_open[event.run] = (event, {})
        elif isinstance(event, RunEnded):
            ended.append(event.run)
            left_open.pop(event.run, None)
        else:
            folders.add(event.sha256[:2])
            if event.run in left_open:
                left_open[event.run][1][event.ref] = event
    return Runs(ended, list(left_open.values()), folders)


def hold_whole(engine: Engine, runs: Runs) -> None:
    """Make sure that the registry holds every run that the journal says has ended.

    To be called before a command that reads, loads or publishes: what is missing would be missing without a word.

    Raises:
        BehindError: it does not; the message says what to do.
    """
    with engine.connect() as connection:
        held = set(connection.execute(text("SELECT ref FROM run WHERE state <> 'running'")).scalars())
    lacking = [run for run in runs.ended if run not in held]
    if lacking:
        anew = "`mediacontracts rebuild` makes it anew"
        if engine.dialect.name != "sqlite":
            anew = "make an empty database, name it in DATABASE_URL, and `mediacontracts rebuild` fills it"
        told = f"the registry lacks {len(lacking)} runs that the archive holds, {lacking[0]} first"
        raise BehindError(f"{told}; nothing is lost: {anew}")


def close_interrupted(engine: Engine, archive: Archive, sources: Mapping[str, Source], runs: Runs) -> list[str]:
    """Bring the runs that never ended to an end; gives their references.

    To be called under the installation's lock, when no run can be going on.

    Raises:
        Exception: a defect met while loading; the run is closed as failed first.
    """
    for started, captures in runs.left_open:
        own = list(captures.values())
        loader = Loader(engine, _declared(sources, started.source), started)
        defect: Exception | None = None
        is_whole = bool(started.again)
        try:
            for captured in chain(own, _left_to_read_again(archive, started, own)):
                is_whole &= _load(loader, archive, captured, captures)
        except Exception as error:  # noqa: BLE001 - raised below, the run being closed: it must not meet every command
            defect = error
        at = own[-1].at if own else started.at
        if is_whole and defect is None:
            ended = RunEnded(run=started.run, at=at, state="finished", complete=True)
        else:
            reason = INTERRUPTED if defect is None else f"{INTERRUPTED_BY_DEFECT} {type(defect).__name__}: {defect}"
            ended = RunEnded(run=started.run, at=at, state="failed", reason=reason)
        loader.finish(ended)
        archive.write(ended)
        if defect is not None:
            raise defect
    return [started.run for started, _ in runs.left_open]


def _left_to_read_again(archive: Archive, started: RunStarted, own: Sequence[Captured]) -> Iterator[Captured]:
    """What a run that reads an earlier one again had not come to; each is in the journal when it is given."""
    earlier = captures_of(archive, started.again) if started.again else []
    for number, captured in enumerate(earlier[len(own) :], start=len(own) + 1):
        again = structs.replace(captured, ref=f"{started.run}/{number}", run=started.run, at=started.at)
        archive.write(again)
        yield again


def _load(loader: Loader, archive: Archive, captured: Captured, captures: Mapping[str, Captured]) -> bool:
    """Whether a capture was read: one without a reader, or whose reader refuses it, is not."""
    if not captured.reader:
        return False
    try:
        load_capture(loader, archive, captured, [captures[ref] for ref in captured.context])
    except (LayoutChangedError, SourceRefusedError):
        return False  # it was refused the first time too, and its run says so
    return True


def _declared(sources: Mapping[str, Source], name: str) -> Source:
    try:
        return sources[name]
    except KeyError:
        raise UndeclaredSourceError(
            f"the archive holds captures of {name!r}, but no source of that name is declared; restore {name}.yml"
        ) from None
