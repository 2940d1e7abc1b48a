"""Takes files into the registry: archived first, then read as declared, then loaded batch by batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec
from sqlalchemy import Engine, text

from db.archive import Archive, Captured, RunEnded, RunStarted, name_of, new_run
from ingest.load import Counts, Loader
from ingest.reader import LayoutChangedError, Material, Reader, SourceRefusedError
from ingest.readers import READERS
from ingest.record import Record
from ingest.source import Source

Progress = Callable[[str], None]
READER = "table"
"""The reader of every declared file."""

_HALF = (
    "Loaded before it, and kept: {loaded}. This file and those after it are not. There is no release until the "
    "edition is whole: give all its files again with this one mended, which doubles nothing, or take the run back: "
    "mediacontracts retract {run} --why …"
)
"""What is said of an edition one of whose files is refused: alone, the mended file would be the whole edition."""
_LATEST = """
SELECT u.ref FROM run u JOIN source s ON s.id = u.source_id
WHERE s.name = :source AND u.kind = 'ingest' AND u.state = 'finished' AND u.retracted_why = ''
  AND NOT EXISTS (SELECT 1 FROM capture c WHERE c.run_id = u.id AND c.retracted_why <> '')
ORDER BY u.id DESC LIMIT 1
"""


class Ingested(msgspec.Struct):
    """What came of one ingest: the run's reference and its counts."""

    run: str
    counts: Counts


def silent(_: str) -> None:
    """Progress that nobody watches."""


def load_capture(
    loader: Loader,
    archive: Archive,
    captured: Captured,
    context: Sequence[Captured] = (),
    *,
    passed_over: Counter[str] | None = None,
    read: Reader | None = None,
) -> Counts:
    """Read one archived capture and load what it gives; the same function serves a first load and a rebuild.

    A source without ids is read whole before anything is loaded, since its keys come from pairing with what is
    stored. Rows that the declaration passes over are counted by reason into `passed_over`. `read` stands in for the
    capture's reader where its document is read already.
    """
    source = loader.source
    material = Material(
        captured,
        archive.get(captured.sha256),
        tuple((other, archive.get(other.sha256)) for other in context),
    )
    total = Counts()
    batches = (read or READERS[captured.reader])(material, source)
    if source.identity:
        whole = list(batches)
        records: list[Record] = [record for batch in whole for record in batch.records]
        loader.assign_keys(whole[0].slice, records)
        batches = iter(whole)
    for batch in batches:
        total.add(loader.load(batch, captured))
        if passed_over is not None:
            passed_over.update(batch.passed_over)
    return total


def ingest_files(
    engine: Engine,
    archive: Archive,
    source: Source,
    files: Sequence[Path],
    *,
    at: str,
    origin: str = "",
    progress: Progress = silent,
) -> Ingested:
    """Archive and load files as one run of a source.

    Args:
        engine: the registry.
        archive: where the bytes go before they are read.
        source: its declaration.
        files: the files of this edition, together the whole of what each of their slices publishes.
        at: the instant of the run, ISO 8601 UTC.
        origin: the address the files were taken from, where it is not the source's own.
        progress: told a line per file.

    Raises:
        LayoutChangedError: a file is not laid out as declared; the run is kept as failed. What was read before it
            stays loaded, and the message says what that is and how it goes on.
    """
    given = ((name_of(path), path.read_bytes(), origin or source.url) for path in files)
    return _ingest(engine, archive, source, given, at=at, progress=progress)


def latest_edition(engine: Engine, source: Source) -> str:
    """The reference of the newest run of files of a source that stands whole; "" where none does."""
    with engine.connect() as connection:
        return connection.execute(text(_LATEST), {"source": source.name}).scalar() or ""


def read_again(
    engine: Engine, archive: Archive, source: Source, run: str, *, at: str, progress: Progress = silent
) -> Ingested:
    """Load the files of an earlier run once more, from the archive, as the newest edition of their source.

    Raises:
        db.archive.ArchiveError: a body is missing or damaged.
        LayoutChangedError: the declaration has changed since, and a file does not fit it.
    """
    given = ((one.file_name, archive.get(one.sha256), one.url) for one in captures_of(archive, run))
    return _ingest(engine, archive, source, given, at=at, progress=progress, again=run)


def captures_of(archive: Archive, run: str) -> list[Captured]:
    """The captures of a run, in their order."""
    return [event for event in archive.events() if isinstance(event, Captured) and event.run == run]


def _ingest(
    engine: Engine,
    archive: Archive,
    source: Source,
    files: Iterable[tuple[str, bytes, str]],
    *,
    at: str,
    progress: Progress,
    again: str = "",
) -> Ingested:
    """Load files, given by name, bytes and address, as one run."""
    run = new_run(source.name, at)
    started = RunStarted(run=run, source=source.name, kind="ingest", at=at, again=again)
    archive.write(started)
    loader = Loader(engine, source, started)
    loaded: list[str] = []
    try:
        for number, (name, body, url) in enumerate(files, start=1):
            captured = Captured(
                ref=f"{run}/{number}",
                run=run,
                source=source.name,
                sha256=archive.put(body),
                url=url,
                at=at,
                byte_count=len(body),
                file_name=name,
                reader=READER,
            )
            archive.write(captured)
            passed_over: Counter[str] = Counter()
            counts = load_capture(loader, archive, captured, passed_over=passed_over)
            loaded.append(f"{name}: {_said(counts, passed_over)}")
            progress(loaded[-1])
    except (LayoutChangedError, SourceRefusedError) as error:
        _end(archive, loader, RunEnded(run=run, at=at, state="failed", reason=str(error)))
        if loaded:
            raise type(error)(f"{error}\n{_HALF.format(loaded='; '.join(loaded), run=run)}") from error
        raise
    return Ingested(run, _end(archive, loader, RunEnded(run=run, at=at, state="finished", complete=True)))


def _end(archive: Archive, loader: Loader, ended: RunEnded) -> Counts:
    """End a run in the registry, then in the journal: what the journal leaves open, the next command ends."""
    counts = loader.finish(ended)
    archive.write(ended)
    return counts


def _said(counts: Counts, passed_over: Counter[str]) -> str:
    said = (
        f"{counts.rows} rows, {counts.inserted} new, {counts.updated} changed, {counts.unchanged} unchanged, "
        f"{counts.rejected} rejected"
    )
    return said + "".join(f", {rows} passed over: {why}" for why, rows in sorted(passed_over.items()))
