"""Takes a wrong load out of the totals and leaves it in the history. Each retraction is a line that says why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import Engine, text

from db.engine import writing
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


def read_retractions(path: Path) -> list[Retraction]:
    """Read the retractions of an installation, oldest first."""
    if not path.exists():
        return []
    decoder = msgspec.json.Decoder(Retraction)
    return [decoder.decode(line) for line in path.read_bytes().splitlines() if line.strip()]


def write_retraction(path: Path, retraction: Retraction) -> None:
    """Append one retraction."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as out:
        out.write(msgspec.json.encode(retraction) + b"\n")


def named_run(engine: Engine, ref: str) -> None:
    """Make sure that a run of this reference is held.

    Raises:
        UnknownTargetError: none is.
    """
    with engine.connect() as connection:
        found = connection.execute(text("SELECT 1 FROM run WHERE ref = :ref"), {"ref": ref}).first()
    if found is None:
        raise UnknownTargetError(f"no run is called {ref!r}; `mediacontracts sources --runs` lists them")


def apply_retraction(engine: Engine, sources: Mapping[str, Source], retraction: Retraction) -> Retracted:
    """Mark a run or capture as retracted and decide anew what counts.

    Raises:
        UnknownTargetError: nothing has this reference.
    """
    with writing(engine) as connection:
        for table in ("run", "capture"):
            found = connection.execute(
                text(f"SELECT id, source_id, retracted_why FROM {table} WHERE ref = :ref"), {"ref": retraction.target}
            ).one_or_none()
            if found is None:
                continue
            if found.retracted_why:
                raise UnknownTargetError(f"{retraction.target} is retracted already: {found.retracted_why}")
            connection.execute(
                text(f"UPDATE {table} SET retracted_why = :why WHERE id = :id"),
                {"why": retraction.why, "id": found.id},
            )
            name = connection.execute(
                text("SELECT name FROM source WHERE id = :id"), {"id": found.source_id}
            ).scalar_one()
            recount(connection, found.source_id, superseded_why(sources, name))
            column = "run_id" if table == "run" else "id"
            within = f"capture_id IN (SELECT id FROM capture WHERE {column} = :id)"
            changed = connection.execute(
                text(
                    f"SELECT count(*) FROM record r WHERE {within} AND EXISTS "
                    "(SELECT 1 FROM capture c WHERE c.id = r.capture_id AND c.run_id <> r.first_run_id)"
                ),
                {"id": found.id},
            ).scalar_one()
            taken = connection.execute(
                text(
                    # without its hash a record is loaded anew when a later run reads the same of it, and counts again
                    f"UPDATE record SET facts_hash = :nothing WHERE {within}"
                ),
                {"id": found.id, "nothing": b""},
            ).rowcount
            return Retracted(name, taken, int(changed))
    raise UnknownTargetError(
        f"no run or capture is called {retraction.target!r}; `mediacontracts sources --runs` lists them"
    )
