"""Shows what a file would give, without loading anything: the look before the leap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import click

from db.archive import Captured, name_of
from db.currencies import written
from db.words import AmountState, YearState
from ingest.installation import now
from ingest.reader import Material
from ingest.readers.table import read_table
from ingest.record import Party, Record, Rejected, Sum
from ingest.source import Source

SHOWN = 3
REJECTED_SHOWN = 20


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
        file_name=name_of(path),
        reader="table",
    )
    records: list[Record] = []
    rejected: list[Rejected] = []
    passed_over: Counter[str] = Counter()
    for batch in read_table(Material(captured, body), source):
        records += batch.records
        rejected += batch.rejected
        passed_over.update(batch.passed_over)
    click.echo(f"{captured.file_name}: {len(records)} records, {len(rejected)} rejected rows")
    for line in (*sums(records), *(line for record in records[:SHOWN] for line in shown(record))):
        click.echo(f"  {line}")
    for why, rows in sorted(passed_over.items()):
        click.echo(f"  {rows} rows passed over: {why}")
    for row in rejected[:REJECTED_SHOWN]:
        click.echo(f"  rejected {row.locator}: {row.reason}")
    if len(rejected) > REJECTED_SHOWN:
        click.echo(f"  … and {len(rejected) - REJECTED_SHOWN} more rejected rows")


def sums(records: list[Record]) -> Iterator[str]:
    """The sum of all rows by currency and measure, and how many rows state none."""
    stated: Counter[tuple[str, str]] = Counter()
    unstated: Counter[str] = Counter()
    for record in records:
        if record.amount.minor is None:
            unstated[record.amount.state] += 1
        else:
            stated[record.amount.currency, record.measure] += record.amount.minor
    for (currency, measure), minor in sorted(stated.items()):
        yield f"sum of all rows, {measure}: {written(minor, currency)}"
    for state, rows in sorted(unstated.items()):
        yield f"rows without a sum, {state}: {rows}"


def shown(record: Record) -> Iterator[str]:
    """One record as a person compares it with the file: its place, then a line for each thing it says."""
    yield record.locator
    roles = ("payer", "ministry", "organiser", "recipient", "intermediary", "outlet")
    told: dict[str, str] = {role: _party(getattr(record, role)) for role in roles}
    told |= {
        record.amount.role: _sum(record.amount) + f", {record.measure}",
        **{str(one.role): _sum(one) for one in record.other_sums},
        "equivalent": _sum(record.equivalent) if record.equivalent else "",
        "year": _year(record),
        "standing": f"{record.standing}{f' ({record.standing_why})' if record.standing_why else ''}",
    }
    for field in ("instrument", "relevance", "signed_on", "period_from", "period_to", "opened_at", "closed_at",
                  "source_topic", "subject", "region_text", "method", "status", "number", "version", "url",
                  "identity", "rank", "root_key"):  # fmt: skip
        told[field] = str(getattr(record, field) or "")
    for line in record.lines:
        told |= {field: str(getattr(line, field) or "") for field in ("plan_point", "code", "description", "quantity",
                                                                      "unit", "place")}  # fmt: skip
    told |= record.details
    for name, text in told.items():
        if text:
            yield f"  {name}: {text}"


def _party(party: Party | None) -> str:
    if party is None:
        return ""
    if not party.name:
        return f"({party.state})"
    number = f", {party.id_scheme} {party.registry_id}" if party.registry_id else ""
    also = "".join(
        f", {word}" for word in (party.medium, party.level, "a natural person" if party.is_person else "") if word
    )
    return f"{party.name}{number}{also}"


def _sum(one: Sum) -> str:
    money = one.state if one.minor is None else written(one.minor, one.currency)
    zero = f" ({one.state})" if one.state is AmountState.ZERO else ""
    return f"{money}{zero}, read from {one.raw!r}, {one.rule}"


def _year(record: Record) -> str:
    if record.year_state is YearState.NO_DATE:
        return "(no date)"
    last = f" to {record.year_to}" if record.year_state is YearState.SEVERAL_YEARS else ""
    return f"{record.year}{last}, by {record.year_basis}"
