"""Whether a home is all there: what a restore that stopped half way, or a copy of a part of it, has left out.

What was left out would be missing without a word: a rebuild without the journal makes an empty registry, a release
without the decisions gives every party another address. Each part is known to have been there from what stands beside
it. Only what is seen quickly is looked for, since every command looks; a single body that is lost is told by who reads
it, and by `restore`.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, text

from db.archive import Archive, Captured
from ingest.replay import Runs

_TOLD_BY_RELEASE = ("decisions/salt", "decisions/slugs.jsonl")
"""Files that the first release makes."""
_TOLD_BY_REGISTRY = {
    "corrections/retractions.jsonl": (
        "the registry holds loads that were taken back",
        "SELECT 1 FROM run WHERE retracted_why <> '' UNION SELECT 1 FROM capture WHERE retracted_why <> '' LIMIT 1",
    ),
    "requests/requests.jsonl": (
        "the registry holds requests",
        "SELECT 1 FROM information_request LIMIT 1",
    ),
}


class NotWholeError(Exception):
    """Parts of an installation are missing; the message names each and says what to do."""


def hold_files(home: Path, archive: Archive, runs: Runs) -> None:
    """Make sure that the parts of a home that tell of each other are there.

    Raises:
        NotWholeError: some are not.
    """
    missing = []
    if not archive.journal.exists() and archive.folders():
        missing.append("archive/captures.jsonl (bodies lie beside it)")
    absent = runs.folders - archive.folders()
    if absent:
        wanted = {event.sha256 for event in archive.events() if isinstance(event, Captured)}
        lost = sum(not archive.path(digest).exists() for digest in wanted)
        missing.append(f"{lost} of {len(wanted)} bodies in archive/ (captures.jsonl names them)")
    if (home / "releases" / "current").exists():
        missing += [f"{name} (a release was made)" for name in _TOLD_BY_RELEASE if not (home / name).exists()]
    _refuse(home, missing)


def hold_beside_registry(engine: Engine, home: Path, runs: Runs) -> None:
    """Make sure that what the registry of a home was made from is there.

    Raises:
        NotWholeError: some of it is not.
    """
    begun = {*runs.ended, *(started.run for started, _ in runs.left_open)}
    missing = []
    with engine.connect() as connection:
        unknown = [ref for (ref,) in connection.execute(text("SELECT ref FROM run ORDER BY id")) if ref not in begun]
        if unknown:
            told = f"the registry holds {len(unknown)} runs that it does not name, {unknown[0]} first"
            missing.append(f"archive/captures.jsonl, or its newer lines ({told})")
        for name, (why, sql) in _TOLD_BY_REGISTRY.items():
            if not (home / name).exists() and connection.execute(text(sql)).first():
                missing.append(f"{name} ({why})")
    _refuse(home, missing)


def _refuse(home: Path, missing: list[str]) -> None:
    if missing:
        raise NotWholeError(
            f"{home} is not whole, as after a restore that stopped half way. Missing: {'; '.join(missing)}. Nothing "
            "was read or changed. Copy what is missing from a backup, or restore the backup into a new "
            "MEDIACONTRACTS_HOME; where there is no backup of it, take the files in again in a new one"
        )
