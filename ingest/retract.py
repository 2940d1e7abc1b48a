"""Takes a wrong load out of the totals and leaves it in the history. Each retraction is a line that says why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, text

from db.engine import writing
from db.whole_file import add_line
from ingest.counting import recount
from ingest.source import Source, superseded_why


class Retraction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run or capture that must not count, with the reason and the instant.

    `after` is the last run there was: a rebuild applies the retraction behind it, since what is read later may take
    over the records of the retracted load.
    """

    target: str
    why: str
    at: str
    after: str = ""


class Retracted(NamedTuple):
    """What a retraction took out: of which source, how many records, how many that had other values before."""

    source: str
    records: int
    had_changed: int


class UnknownTargetError(Exception):
    """No run or capture has this reference."""


class RetractionError(Exception):
    """A file of retractions that cannot be read; the message names the line and says what to do."""


def read_retractions(path: Path) -> list[Retraction]:
    """Read the retractions of an installation, oldest first.

    Raises:
        RetractionError: a line cannot be read.
    """
    if not path.exists():
        return []
    decoder = msgspec.json.Decoder(Retraction)
    found: list[Retraction] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(decoder.decode(line))
        except msgspec.DecodeError as error:
            raise RetractionError(
                f"{path} line {number}: {error}; mend the line, or restore the file from a backup"
            ) from None
    return found


def write_retraction(path: Path, retraction: Retraction) -> None:
    """Add one retraction; it is on disk when this returns.

    Raises:
        RetractionError: the lines before cannot be read; the file stays as it is.
    """
    read_retractions(path)
    add_line(path, msgspec.json.encode(retraction))


def named_run(engine: Engine, ref: str) -> None:
    """Make sure that a run of this reference is held.

    Raises:
        UnknownTargetError: none is.
    """
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM run WHERE ref = :ref"), {"ref": ref}).first()
    if found is None:
        raise UnknownTargetError(f"no run is called {ref!r}; `mediacontracts sources --runs` lists them")


def retract_run(engine: Engine, sources: Mapping[str, Source], path: Path, retraction: Retraction) -> Retracted:
    """Keep a retraction and apply it; one that is killed in between is applied by the next command.

    Args:
        engine: the registry.
        sources: what is declared.
        path: the file of retractions of the installation.
        retraction: what must not count.

    One that is there already, and whose values before were not read again since, is given once more.

    Raises:
        UnknownTargetError: nothing has this reference, or it is retracted already; no line is written then.
    """
    with engine.connect() as connection:
        known = _named(connection, retraction.target)
        if known is not None and known.retracted_why:
            left = _taken(connection, known)
            if left.had_changed:
                return left
        _standing(connection, retraction.target)
    write_retraction(path, retraction)
    return apply_retraction(engine, sources, retraction)


def apply_pending(engine: Engine, sources: Mapping[str, Source], retractions: Iterable[Retraction]) -> list[str]:
    """Apply what was kept and not applied, since its command was killed; gives what it took out.

    What the registry does not hold is left for the rebuild that brings it back.
    """
    with engine.connect() as connection:
        held = [(one, _named(connection, one.target)) for one in retractions]
    pending = [one for one, target in held if target is not None and not target.retracted_why]
    for one in pending:
        apply_retraction(engine, sources, one)
    return [one.target for one in pending]


def left_unread(engine: Engine, retractions: Sequence[Retraction]) -> Retracted | None:
    """What the last retraction took out, if nothing of its source was read since.

    Its command was killed before it read an earlier edition again, or there was none.
    """
    if not retractions:
        return None
    last = retractions[-1]
    with engine.connect() as connection:
        target = _named(connection, last.target)
        if target is None or not target.retracted_why or _was_read_since(connection, target, last.after):
            return None
        return _taken(connection, target)


def _was_read_since(connection: Connection, target: _Target, run: str) -> bool:
    # where that run is not known, any may be later
    later = "SELECT 1 FROM run WHERE source_id = :source AND id > coalesce((SELECT id FROM run WHERE ref = :run), 0)"
    found = connection.execute(text(f"{later} LIMIT 1"), {"source": target.source_id, "run": run})
    return found.first() is not None


def apply_retraction(engine: Engine, sources: Mapping[str, Source], retraction: Retraction) -> Retracted:
    """Mark a run or capture as retracted and decide anew what counts.

    Raises:
        UnknownTargetError: nothing has this reference, or it is retracted already.
    """
    with writing(engine) as connection:
        target = _standing(connection, retraction.target)
        connection.execute(
            text(f"UPDATE {target.table} SET retracted_why = :why WHERE id = :id"),
            {"why": retraction.why, "id": target.id},
        )
        recount(connection, target.source_id, superseded_why(sources, target.source))
        taken = _taken(connection, target)
        connection.execute(
            text(
                # without its hash a record is loaded anew when a later run reads the same of it, and counts again
                f"UPDATE record SET facts_hash = :nothing WHERE {_within(target)}"
            ),
            {"id": target.id, "nothing": b""},
        )
    return taken


def _taken(connection: Connection, target: _Target) -> Retracted:
    """What still holds values of a run or capture, and how much of it had others before."""
    found = connection.execute(
        text(
            "SELECT count(*), count(CASE WHEN c.run_id <> r.first_run_id THEN 1 END) "
            f"FROM record r JOIN capture c ON c.id = r.capture_id WHERE {_within(target)}"
        ),
        {"id": target.id},
    ).one()
    return Retracted(target.source, int(found[0]), int(found[1]))


def _within(target: _Target) -> str:
    column = "run_id" if target.table == "run" else "id"
    return f"capture_id IN (SELECT id FROM capture WHERE {column} = :id)"


class _Target(NamedTuple):
    table: str
    id: int
    source_id: int
    source: str
    retracted_why: str


def _standing(connection: Connection, ref: str) -> _Target:
    """The run or capture of this reference, if it still counts."""
    target = _named(connection, ref)
    if target is None:
        raise UnknownTargetError(f"no run or capture is called {ref!r}; `mediacontracts sources --runs` lists them")
    if target.retracted_why:
        raise UnknownTargetError(f"{ref} is retracted already: {target.retracted_why}")
    return target


def _named(connection: Connection, ref: str) -> _Target | None:
    for table in ("run", "capture"):
        found = connection.execute(
            text(
                f"SELECT t.id, t.source_id, s.name, t.retracted_why FROM {table} t "
                "JOIN source s ON s.id = t.source_id WHERE t.ref = :ref"
            ),
            {"ref": ref},
        ).one_or_none()
        if found is not None:
            return _Target(table, *found)
    return None
