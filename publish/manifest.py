"""What lies beside the database of a release: `manifest.json` (hashes, counts, sums) and `ATTRIBUTION.md`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import file_digest
from importlib.metadata import version
from pathlib import Path
from typing import Any

from publish.diff import DiffCounts
from publish.ledger import Ledger
from publish.money import decimal_text, minor_digits
from publish.schema import SCHEMA_VERSION
from publish.schema_contracts import HOW_TO_SUM

_KINDS = (("sums", "amount"), ("equivalents", "equivalent"))


def program() -> str:
    """Name and version of the program, as a release states them."""
    return f"mediacontracts {version('mediacontracts')}"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as handle:
        return file_digest(handle, "sha256").hexdigest()


def write_manifest(
    path: Path,
    files: dict[str, int | None],
    *,
    name: str,
    data_as_of: str,
    sample: bool,
    ledger: Ledger,
    as_sources_say: Ledger,
    previous: str,
    diff: DiffCounts | None,
) -> str:
    """Write the manifest of a release and give its SHA-256.

    Args:
        path: where to; the files it lists lie beside it.
        files: name and number of rows of each file, None where it has none.
        name: name of the release.
        data_as_of: latest reading of a source in it, ISO 8601 UTC.
        sample: whether it holds invented figures.
        ledger: its books.
        as_sources_say: the same before corrections; shown where it differs.
        previous: name of the release before; "" if there is none.
        diff: what changed since.
    """
    told: dict[str, Any] = {
        "release": name,
        "data_as_of": data_as_of,
        "sample": sample,
        "schema_version": SCHEMA_VERSION,
        "program": program(),
        "how_to_sum": HOW_TO_SUM,
        "tables": ledger.rows,
        "sums": _sums(ledger, "amount"),
        "equivalents": _sums(ledger, "equivalent"),
        **_uncorrected(ledger, as_sources_say),
        "previous": previous,
        "since_previous": None if diff is None else asdict(diff),
        "files": {
            file: {
                "sha256": sha256_of(path.parent / file),
                "bytes": (path.parent / file).stat().st_size,
                **({} if rows is None else {"rows": rows}),
            }
            for file, rows in sorted(files.items())
        },
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return sha256_of(path)


def _uncorrected(ledger: Ledger, as_sources_say: Ledger) -> dict[str, Any]:
    """The sums without our corrections, where there are any: no correction moves a total in silence."""
    if ledger.sums == as_sources_say.sums:
        return {}
    said = {f"{name}_as_sources_say": _sums(as_sources_say, kind) for name, kind in _KINDS}
    return {name: sums for name, sums in said.items() if sums}


def _sums(ledger: Ledger, kind: str) -> list[dict[str, Any]]:
    """Counted rows of `contracts` by currency and measure, over all sources."""
    totals: dict[tuple[str, str], list[int]] = {}
    for (table, _, measure, counted, of, currency), figures in ledger.sums.items():
        if table == "contracts" and counted and of == kind and currency:
            total = totals.setdefault((currency, measure), [0, 0, 0])
            for at, figure in enumerate(figures):
                total[at] += figure
    return [
        {
            "currency": currency,
            "measure": measure,
            "rows": rows,
            "rows_with_sum": stated,
            "sum_minor": minor,
            "sum": decimal_text(minor, minor_digits(currency)),
        }
        for (currency, measure), (rows, stated, minor) in sorted(totals.items())
    ]


def manifest_matches(path: Path) -> bool:
    """Whether every file that a manifest lists is there and has the hash it gives."""
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return all(sha256_of(path.parent / name) == told["sha256"] for name, told in files.items())
    except (OSError, ValueError, KeyError):
        return False


def write_attribution(path: Path, database: sqlite3.Connection, *, name: str, sample: bool) -> None:
    """Write who publishes each source, under which terms, and what to know before using it."""
    lines = [f"# Sources of release {name}", ""]
    if sample:
        lines += ["**This is a sample. Figures of the sources marked as invented are not real.**", ""]
    found: Sequence[Any] = database.execute(
        "SELECT name, title, publisher, obtained, url, licence, licence_url, caveats, invented "
        "FROM sources ORDER BY id"
    ).fetchall()
    for source, title, publisher, obtained, url, licence, licence_url, caveats, invented in found:
        lines += [f"## {title}", ""]
        lines += [f"- source: `{source}`" + (" (invented figures)" if invented else "")]
        lines += [f"- publisher: {publisher}"] if publisher else []
        lines += [f"- obtained: {obtained}"] if obtained else []
        lines += [f"- address: {url}"] if url else []
        lines += [f"- licence: {licence}" + (f" ({licence_url})" if licence_url else "")]
        lines += [f"- caveats: {caveats}"] if caveats else []
        lines += [""]
    path.write_text("\n".join(lines), encoding="utf-8")
