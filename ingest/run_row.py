"""The rows of the registry that say which run read what: source, run and captures."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection

from db.archive import Captured, RunStarted
from db.bulk import insert_rows, next_id, table_of
from db.model import Capture, Run
from db.model import Source as SourceRow
from ingest.source import Source


class OpenRun(msgspec.Struct):
    """A run that batches are being loaded for; `resumed` when it was begun before and killed."""

    id: int
    source_id: int
    resumed: bool
    captures: dict[str, int]


def open_run(connection: Connection, source: Source, started: RunStarted) -> OpenRun:
    """Begin a run, or take up one that a kill left open: its counts, rejected rows and end are taken anew.

    One that was killed between its end here and its end in the journal is open too, and nothing vanishes by it.
    """
    source_id = write_source(connection, source)
    runs, captures = table_of(Run), table_of(Capture)
    known = connection.execute(runs.select().with_only_columns(runs.c.id).where(runs.c.ref == started.run)).scalar()
    if known is not None:
        connection.exec_driver_sql(f"DELETE FROM rejected WHERE run_id = {known}")
        connection.exec_driver_sql(
            "UPDATE run SET rows = 0, inserted = 0, updated = 0, unchanged = 0, rejected = 0, vanished = 0, "
            f"state = 'running' WHERE id = {known}"
        )
        connection.exec_driver_sql(f"UPDATE record SET vanished_run_id = NULL WHERE vanished_run_id = {known}")
        found = connection.execute(
            captures.select().with_only_columns(captures.c.ref, captures.c.id).where(captures.c.run_id == known)
        )
        return OpenRun(int(known), source_id, resumed=True, captures={row[0]: row[1] for row in found})
    run_id = next_id(connection, runs)
    zeros = dict.fromkeys(("rows", "inserted", "updated", "unchanged", "vanished", "rejected"), 0)
    values: dict[str, Any] = {
        "id": run_id,
        "ref": started.run,
        "source_id": source_id,
        "kind": started.kind,
        "started_at": started.at,
        "state": "running",
        "reason": "",
        "window_from": started.window_from,
        "window_to": started.window_to,
        **zeros,
        "responses": 0,
        "responses_bad": 0,
        "retracted_why": "",
    }
    insert_rows(connection, runs, tuple(values), [tuple(values.values())])
    return OpenRun(run_id, source_id, resumed=False, captures={})


def capture_id(connection: Connection, run: OpenRun, captured: Captured) -> int:
    """The id of a capture, written when it is met for the first time."""
    known = run.captures.get(captured.ref)
    if known is not None:
        return known
    new = next_id(connection, table_of(Capture))
    values: dict[str, Any] = {
        "id": new,
        "ref": captured.ref,
        "run_id": run.id,
        "source_id": run.source_id,
        "sha256": captured.sha256,
        "url": captured.url,
        "file_name": captured.file_name,
        "fetched_at": captured.at,
        "http_status": captured.status,
        "byte_count": captured.byte_count,
        "retracted_why": "",
    }
    insert_rows(connection, table_of(Capture), tuple(values), [tuple(values.values())])
    run.captures[captured.ref] = new
    return new


def write_source(connection: Connection, source: Source) -> int:
    """Bring the source's row in step with its yml and give its id."""
    values = {
        "title": source.title,
        "country": source.country,
        "publisher": source.publisher,
        "obtained": source.obtained,
        "url": source.url,
        "licence": source.licence.name,
        "licence_url": source.licence.url,
        "publish": source.licence.publish,
        "frequency": source.frequency,
        "caveats": source.caveats,
        "invented": source.invented,
    }
    sources = table_of(SourceRow)
    found = connection.execute(
        sources.select().with_only_columns(sources.c.id).where(sources.c.name == source.name)
    ).scalar()
    if found is None:
        found = next_id(connection, sources)
        connection.execute(sources.insert().values(id=found, name=source.name, **values))
    else:
        connection.execute(sources.update().where(sources.c.id == found).values(**values))
    return int(found)
