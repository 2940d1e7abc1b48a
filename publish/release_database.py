"""The database of a release: filled from the registry, named by its date and content, and written anew in one piece.

The same registry gives the same bytes: rows stand in the order of their uids, and no clock is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from db.bulk import table_of
from db.model import Release
from db.privacy import mask_person_ids
from publish.corrections import Correction
from publish.fill import Filled, fill, write
from publish.keys import read_keys
from publish.ledger import Ledger, registry_ledger
from publish.link_rows import read_links
from publish.manifest import program, sha256_of
from publish.metadata import as_yaml, release_metadata
from publish.moved import moved_addresses
from publish.registry import bytewise, reading
from publish.request_rows import asked_bodies
from publish.schema import BY_NAME, DATABASE, SAMPLE_PREFIX, SCHEMA_VERSION, create_statements, index_statements
from publish.schema_contracts import HOW_TO_SUM
from publish.slugs import Slugs


class NothingToReleaseError(Exception):
    """The registry holds no record."""


class MixedSourcesError(Exception):
    """Invented and real sources stand in one registry, outside the demo."""


@dataclass(frozen=True)
class Built:
    """A database that is written and not yet verified.

    Attributes:
        database: its file.
        metadata: what Datasette is told about it.
        name: of the release.
        prefix: of the names of its files, where it is a sample.
        filled: what the registry gave.
        ledger: rows and sums that must stand in it, corrections among them.
        as_sources_say: the same without corrections.
    """

    database: Path
    metadata: Path
    name: str
    prefix: str
    filled: Filled
    ledger: Ledger
    as_sources_say: Ledger


PRIVACY = "Identity numbers of natural persons are masked in every text."
SAMPLE_WARNING = "SAMPLE: this release holds invented figures and must not be cited."
MIXED_WARNING = (
    "SAMPLE: this release holds invented figures beside real ones; the table sources says which are invented, and "
    "those must not be cited."
)


def release_name(data_as_of: str, digest: str, *, sample: bool) -> str:
    """Date and hash; ten digits of the hash that do not look like the number of a natural person behind the date."""
    begin = f"{'sample-' if sample else ''}{data_as_of[:10]}-"
    names = (begin + digest[at : at + 10] for at in range(len(digest) - 9))
    return next(name for name in names if mask_person_ids(name) == name)


def _is_sample(sources: list[Row[Any]], *, allow_mixed: bool) -> bool:
    invented = [source.name for source in sources if source.invented]
    real = [source.name for source in sources if not source.invented]
    if invented and real and not allow_mixed:
        raise MixedSourcesError(
            f"the registry holds invented figures ({', '.join(invented)}) beside real ones ({', '.join(real)}); "
            "keep the sample in an installation of its own"
        )
    return bool(invented)


def build_database(
    engine: Engine,
    staging: Path,
    slugs: Slugs,
    corrections: list[Correction],
    salt: bytes,
    *,
    proofs: Sequence[str],
    allow_mixed: bool,
) -> Built:
    """Write the database of a release and its metadata into a folder.

    Args:
        engine: the registry, opened by `db.engine.open_engine`.
        staging: the folder.
        slugs: those given before; new ones are taken in and not yet saved.
        corrections: all corrections and takedowns.
        salt: the installation's secret.
        proofs: files of the folder that belong to the release, and so to its name.
        allow_mixed: whether invented and real sources may stand together (the demo).

    Raises:
        NothingToReleaseError: the registry holds no record.
        MixedSourcesError: it holds invented and real sources and `allow_mixed` is not set.
    """
    raw = staging / ".raw.db"
    out = sqlite3.connect(raw, isolation_level=None)
    try:
        for pragma in ("page_size=4096", "journal_mode=OFF", "synchronous=OFF", "cache_size=-64000"):
            out.execute(f"PRAGMA {pragma}")
        for statement in create_statements():
            out.execute(statement)
        with reading(engine) as connection:
            ledger = registry_ledger(connection)
            if not ledger.rows["contracts"] + ledger.rows["other_records"]:
                raise NothingToReleaseError("the registry holds no record; crawl or ingest a source first")
            keys = read_keys(connection, slugs, asked_bodies(connection))
            links = read_links(connection, keys, slugs)
            out.execute("BEGIN")
            # before what is withdrawn goes: an earlier address may be made of the words, or lead to one that is
            write(out, BY_NAME["addresses"], moved_addresses(connection, slugs, keys))
            filled = fill(connection, out, keys, links=links, corrections=corrections, salt=salt)
            out.execute("COMMIT")
            corrected = ledger.with_moved(filled.set_right.sums)
            sample = _is_sample(filled.sources, allow_mixed=allow_mixed)
            earlier = _earlier_releases(connection, filled.data_as_of)
        with raw.open("rb") as handle:
            content = file_digest(handle, "sha256").hexdigest()
        shown = "".join(f" {proof} {sha256_of(staging / proof)}" for proof in proofs)
        digest = sha256(f"{content} {program()}{shown}".encode()).hexdigest()
        name = release_name(filled.data_as_of, digest, sample=sample)
        prefix = SAMPLE_PREFIX if sample else ""
        out.execute("BEGIN")
        kept = [row for row in earlier if row[0] != name]
        write(out, BY_NAME["releases"], ((at, *row) for at, row in enumerate(kept, start=1)))
        write(out, BY_NAME["about"], _about(name, filled, corrected, sample=sample))
        out.execute("COMMIT")
        for statement in index_statements():
            out.execute(statement)
        out.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        database = staging / f"{prefix}{DATABASE}.db"
        out.execute("VACUUM INTO ?", (str(database),))
        licences = out.execute("SELECT title, licence FROM sources ORDER BY id").fetchall()
    finally:
        out.close()
    raw.unlink()
    metadata = staging / f"{prefix}metadata.yml"
    metadata.write_text(as_yaml(release_metadata(database.stem, name, licences, sample=sample)), encoding="utf-8")
    return Built(database, metadata, name, prefix, filled, corrected, ledger)


def _earlier_releases(connection: Connection, data_as_of: str) -> list[tuple[Any, ...]]:
    """Releases up to this date: later ones must not change what an older registry gives."""
    table = table_of(Release)
    query = (
        select(table.c.name, table.c.data_as_of, table.c.manifest_sha256, table.c.records, table.c.other_records)
        .where(table.c.data_as_of <= data_as_of)
        .order_by(bytewise(connection, table.c.data_as_of), bytewise(connection, table.c.name))
    )
    return [tuple(row) for row in connection.execute(query)]


def _about(name: str, filled: Filled, ledger: Ledger, *, sample: bool) -> list[tuple[Any, ...]]:
    facts = {
        "release": name,
        "data_as_of": filled.data_as_of,
        "sample": "yes" if sample else "no",
        "warning": _warning(filled, sample=sample),
        "how_to_sum": HOW_TO_SUM,
        "records": str(ledger.rows["contracts"]),
        "other_records": str(ledger.rows["other_records"]),
        "rejected_rows": str(ledger.rows["rejected_rows"]),
        "corrections": str(filled.set_right.applied),
        "takedowns": str(filled.set_right.withdrawn),
        "privacy": PRIVACY,
        "schema_version": str(SCHEMA_VERSION),
        "program": program(),
    }
    return [(at, *fact) for at, fact in enumerate(facts.items(), start=1)]


def _warning(filled: Filled, *, sample: bool) -> str:
    if not sample:
        return ""
    return SAMPLE_WARNING if all(one.invented for one in filled.sources) else MIXED_WARNING
