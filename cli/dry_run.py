"""Shows what a file would give, without loading anything: the look before the leap."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import click
import msgspec

from db.archive import Captured
from ingest.installation import now
from ingest.reader import Material
from ingest.readers.table import read_table
from ingest.record import Record, Rejected
from ingest.source import Source

SHOWN = 3


def show_file(source: Source, path: Path) -> None:
    """Print counts, sums, the first records field by field and the rejected rows with their reasons."""
    body = path.read_bytes()
    captured = Captured(
        ref="dry-run",
        run="dry-run",
        source=source.name,
        sha256=sha256(body).hexdigest(),
        url=source.url,
        at=now(),
        byte_count=len(body),
        file_name=path.name,
        reader="table",
    )
    records: list[Record] = []
    rejected: list[Rejected] = []
    for batch in read_table(Material(captured, body), source):
        records += batch.records
        rejected += batch.rejected
    click.echo(f"{path.name}: {len(records)} records, {len(rejected)} rejected rows")
    for currency in sorted({record.amount.currency for record in records}):
        total = sum(r.amount.minor or 0 for r in records if r.amount.currency == currency)
        click.echo(f"  sum of all rows in minor units of {currency}: {total}")
    for record in records[:SHOWN]:
        click.echo(f"  {record.locator}")
        for field, value in msgspec.to_builtins(record, builtin_types=(bytes,)).items():
            if value and field not in {"raw_hash", "locator"}:
                click.echo(f"    {field}: {value}")
    for row in rejected[:20]:
        click.echo(f"  rejected {row.locator}: {row.reason}")
    if len(rejected) > 20:
        click.echo(f"  … and {len(rejected) - 20} more rejected rows")
