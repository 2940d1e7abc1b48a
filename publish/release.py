"""Builds a release from nothing, verifies it, and shows it in place of the last one.

A release is a directory: the database, its metadata, CSV and Parquet files, manifest, attribution, the difference to
the release before, and the folder `proofs` where pages may be shown. The same registry gives the same bytes (on the
same library versions): rows stand in the order of their uids, and no clock is read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from shutil import copyfile
from typing import Any

from sqlalchemy import Connection, Engine, Row, select

from db.bulk import table_of
from db.model import Release
from db.privacy import mask_person_ids
from publish.corrections import Correction, read_corrections, standing
from publish.diff import DiffCounts, write_diff
from publish.entities import write_entities
from publish.exports import write_exports
from publish.fill import Filled, fill, write
from publish.keys import read_keys
from publish.ledger import Ledger, registry_ledger
from publish.link_rows import read_links
from publish.manifest import manifest_matches, program, sha256_of, write_attribution, write_manifest
from publish.metadata import as_yaml, release_metadata
from publish.moved import moved_addresses
from publish.names_file import write_names
from publish.registry import bytewise, reading
from publish.request_rows import asked_bodies
from publish.schema import BY_NAME, DATABASE, SAMPLE_PREFIX, SCHEMA_VERSION, create_statements, index_statements
from publish.schema_contracts import HOW_TO_SUM
from publish.slugs import Slugs
from publish.swap import building, current, put_in_place, show
from publish.verify import verify
from publish.withdrawal import Withdrawal

PROOFS = "proofs"
"""The folder of a release with pictures of pages, and of tables as they were read."""


class NothingToReleaseError(Exception):
    """The registry holds no record."""


class MixedSourcesError(Exception):
    """Invented and real sources stand in one registry, outside the demo."""


@dataclass(frozen=True)
class ReleaseResult:
    """A release that is verified and shown.

    Attributes:
        name: date of the latest reading and a hash of the content; "sample-" in front for a sample.
        directory: where its files lie.
        data_as_of: latest reading of a source, ISO 8601 UTC.
        manifest_sha256: hash of its manifest.
        records: rows of `contracts`.
        other_records: rows of `other_records`.
        sample: whether it holds invented figures.
        is_new: False where the same content had been released before, and that release is shown again.
        diff: what changed since the previous release; None if there was none.
    """

    name: str
    directory: Path
    data_as_of: str
    manifest_sha256: str
    records: int
    other_records: int
    sample: bool
    is_new: bool
    diff: DiffCounts | None


def build_release(
    engine: Engine,
    out_dir: Path,
    *,
    slugs: Path,
    previous: Path | None = None,
    salt: bytes = b"",
    corrections: Path | None = None,
    proofs: Sequence[Path] = (),
    allow_mixed: bool = False,
) -> ReleaseResult:
    """Build, verify and show a release of the registry as it stands.

    Args:
        engine: the registry, opened by `db.engine.open_engine`.
        out_dir: the directory of releases; `current` in it names the one shown.
        slugs: the file of slugs fixed at first publication; new ones are added to it.
        previous: directory of the release to compare with; by default the one shown.
        salt: the installation's secret, needed where a natural person has a registry number.
        corrections: the file of corrections and takedowns, if there is one.
        proofs: pictures of pages and tables as read, which are copied into the folder `proofs` of the release.
        allow_mixed: whether invented and real sources may stand together (the demo).

    Raises:
        NothingToReleaseError: the registry holds no record.
        MixedSourcesError: it holds invented and real sources and `allow_mixed` is not set.
        VerificationError: what was built is not what the registry says; the last release stays.
        BuildRunningError: another build is running in `out_dir`.
        CorrectionError: the file of corrections cannot be read, or one of them cannot be applied.
    """
    set_right = read_corrections(corrections) if corrections else []
    with building(out_dir) as staging:
        fixed = Slugs(slugs, salt)
        copied = _copy_proofs(staging, proofs)
        built = _build_database(engine, staging, fixed, set_right, salt, proofs=copied, allow_mixed=allow_mixed)
        verify(built.database, built.metadata, built.ledger)
        name = built.name
        earlier = previous or current(out_dir)
        withdrawal = Withdrawal(word for one in standing(set_right) for word in one.words)
        compared = None if earlier is None or earlier.name == name else earlier
        beside: dict[str, int | None] = dict.fromkeys(copied)
        beside |= write_entities(built.database, staging, built.prefix)
        beside |= write_names(engine, fixed, built.database, staging, built.prefix)
        diff = _write_beside(staging, built, compared, withdrawal, beside)
        manifest = staging / f"{built.prefix}manifest.json"
        fixed.save()
        target = out_dir / name
        known = target / manifest.name
        # the name says what is in it: a whole release of that name is never written over
        is_new = not (known.is_file() and manifest_matches(known))
        if is_new:
            if target.exists():
                target.rename(staging.with_name(f"{staging.name}-damaged"))
            put_in_place(staging, target)
        show(out_dir, name)
    return ReleaseResult(
        name=name,
        directory=target,
        data_as_of=built.filled.data_as_of,
        manifest_sha256=sha256_of(known),
        records=built.ledger.rows["contracts"],
        other_records=built.ledger.rows["other_records"],
        sample=bool(built.prefix),
        is_new=is_new,
        diff=diff,
    )


@dataclass(frozen=True)
class _Built:
    database: Path
    metadata: Path
    name: str
    prefix: str
    filled: Filled
    ledger: Ledger
    as_sources_say: Ledger


_SAMPLE = "SAMPLE: this release holds invented figures and must not be cited."
_MIXED = (
    "SAMPLE: this release holds invented figures beside real ones; the table sources says which are invented, and "
    "those must not be cited."
)


def _name(data_as_of: str, digest: str, *, sample: bool) -> str:
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


def _build_database(
    engine: Engine,
    staging: Path,
    slugs: Slugs,
    corrections: list[Correction],
    salt: bytes,
    *,
    proofs: Sequence[str],
    allow_mixed: bool,
) -> _Built:
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
            filled = fill(connection, out, keys, links=links, corrections=corrections, salt=salt)
            write(out, BY_NAME["addresses"], moved_addresses(connection, slugs, keys))
            out.execute("COMMIT")
            corrected = ledger.with_moved(filled.set_right.sums)
            sample = _is_sample(filled.sources, allow_mixed=allow_mixed)
            earlier = _earlier_releases(connection, filled.data_as_of)
        with raw.open("rb") as handle:
            content = file_digest(handle, "sha256").hexdigest()
        shown = "".join(f" {proof} {sha256_of(staging / proof)}" for proof in proofs)
        digest = sha256(f"{content} {program()}{shown}".encode()).hexdigest()
        name = _name(filled.data_as_of, digest, sample=sample)
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
    return _Built(database, metadata, name, prefix, filled, corrected, ledger)


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
        "warning": "" if not sample else _SAMPLE if all(one.invented for one in filled.sources) else _MIXED,
        "how_to_sum": HOW_TO_SUM,
        "records": str(ledger.rows["contracts"]),
        "other_records": str(ledger.rows["other_records"]),
        "rejected_rows": str(ledger.rows["rejected_rows"]),
        "corrections": str(filled.set_right.applied),
        "takedowns": str(filled.set_right.withdrawn),
        "privacy": "Identity numbers of natural persons are masked in every text.",
        "schema_version": str(SCHEMA_VERSION),
        "program": program(),
    }
    return [(at, *fact) for at, fact in enumerate(facts.items(), start=1)]


def _copy_proofs(staging: Path, proofs: Sequence[Path]) -> list[str]:
    """Copy proofs into the release; gives their names in it."""
    if proofs:
        (staging / PROOFS).mkdir()
    for proof in proofs:
        copyfile(proof, staging / PROOFS / proof.name)
    return sorted(f"{PROOFS}/{proof.name}" for proof in proofs)


def _write_beside(
    staging: Path, built: _Built, earlier: Path | None, withdrawal: Withdrawal, beside: dict[str, int | None]
) -> DiffCounts | None:
    """Write exports, attribution, the difference to the release before, and the manifest of them all."""
    files: dict[str, int | None] = {built.database.name: None, built.metadata.name: None, **beside}
    files.update(write_exports(built.database, staging, built.prefix))
    attribution = staging / f"{built.prefix}ATTRIBUTION.md"
    out = sqlite3.connect(f"file:{built.database}?mode=ro", uri=True)
    try:
        write_attribution(attribution, out, name=built.name, sample=bool(built.prefix))
    finally:
        out.close()
    files[attribution.name] = None
    diff = None
    old = sorted(earlier.glob(f"*{DATABASE}.db")) if earlier else []
    if earlier and old:
        path = staging / f"{built.prefix}diff.csv"
        diff = write_diff(old[0], built.database, path, withdrawal.hidden)
        files[path.name] = None
    write_manifest(
        staging / f"{built.prefix}manifest.json",
        files,
        name=built.name,
        data_as_of=built.filled.data_as_of,
        sample=bool(built.prefix),
        ledger=built.ledger,
        as_sources_say=built.as_sources_say,
        previous=earlier.name if earlier and old else "",
        diff=diff,
    )
    return diff
