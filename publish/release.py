"""Builds a release from nothing, verifies it, and shows it in place of the last one.

A release is a directory: the database, its metadata, CSV and Parquet files, manifest, attribution, the difference to
the release before, and the folder `proofs` where pages may be shown. The same registry gives the same bytes (on the
same library versions): rows stand in the order of their uids, and no clock is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from sqlalchemy import Engine

from publish.corrections import read_corrections, standing
from publish.diff import DiffCounts, write_diff
from publish.entities import write_entities
from publish.exports import write_exports
from publish.manifest import manifest_matches, sha256_of, write_attribution, write_manifest
from publish.names_file import write_names
from publish.ocds import write_ocds
from publish.read_only import read_only
from publish.release_database import Built, build_database
from publish.schema import DATABASE
from publish.slugs import Slugs
from publish.swap import building, current, put_in_place, show
from publish.verify import verify
from publish.withdrawal import Withdrawal
from publish.yearly import write_yearly

PROOFS = "proofs"
"""The folder of a release with pictures of pages, and of tables as they were read."""


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
        built = build_database(engine, staging, fixed, set_right, salt, proofs=copied, allow_mixed=allow_mixed)
        verify(built.database, built.metadata, built.ledger)
        name = built.name
        earlier = previous or current(out_dir)
        withdrawal = Withdrawal(word for one in standing(set_right) for word in one.words)
        compared = None if earlier is None or earlier.name == name else earlier
        beside: dict[str, int | None] = dict.fromkeys(copied)
        beside |= write_entities(built.database, staging, built.prefix)
        beside |= write_ocds(built.database, staging, name, built.prefix)
        beside |= write_yearly(built.database, staging, built.prefix)
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


def _copy_proofs(staging: Path, proofs: Sequence[Path]) -> list[str]:
    """Copy proofs into the release; gives their names in it."""
    if proofs:
        (staging / PROOFS).mkdir()
    for proof in proofs:
        copyfile(proof, staging / PROOFS / proof.name)
    return sorted(f"{PROOFS}/{proof.name}" for proof in proofs)


def _write_beside(
    staging: Path, built: Built, earlier: Path | None, withdrawal: Withdrawal, beside: dict[str, int | None]
) -> DiffCounts | None:
    """Write exports, attribution, the difference to the release before, and the manifest of them all."""
    files: dict[str, int | None] = {built.database.name: None, built.metadata.name: None, **beside}
    files.update(write_exports(built.database, staging, built.prefix))
    attribution = staging / f"{built.prefix}ATTRIBUTION.md"
    with read_only(built.database) as out:
        write_attribution(attribution, out, name=built.name, sample=bool(built.prefix))
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
