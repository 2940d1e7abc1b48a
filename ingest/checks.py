"""Expectations: whether what was loaded may be published. A bad run never replaces a good release.

Each source declares its own floor and ceiling; beside them every run is held against the run before it. `fatal`
findings end with exit code 1 and keep the last release, `warning` findings are shown.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Engine, Row, text

from ingest.source import Source

GOOD_RESPONSES = 0.85
"""Least share of good responses of a crawl; the floor that a registry of procurement data publishes for its own."""


_NOT_ADDED = 2**63
"""A sum of minor units from which on SQLite, and so every page, adds up no more."""


class Finding(msgspec.Struct, frozen=True):
    """One expectation that was not met."""

    source: str
    rule: str
    level: Literal["fatal", "warning"]
    message: str


_COUNTS = """
SELECT count(*) AS records, count(DISTINCT b.body_id) AS payers, count(DISTINCT o.organisation_id) AS recipients,
  count(DISTINCT t.outlet_id) AS outlets, count(DISTINCT r.year) AS years,
  sum(CASE WHEN r.recipient_name_id IS NULL THEN 0 ELSE 1 END) AS with_recipient,
  sum(CASE WHEN r.outlet_name_id IS NULL THEN 0 ELSE 1 END) AS with_outlet,
  sum(CASE WHEN r.year_state = 'no date' THEN 0 ELSE 1 END) AS with_year,
  sum(CASE WHEN r.amount_minor IS NULL THEN 0 ELSE 1 END) AS with_amount
FROM record r JOIN body_name b ON b.id = r.payer_name_id
LEFT JOIN organisation_name o ON o.id = r.recipient_name_id LEFT JOIN outlet_name t ON t.id = r.outlet_name_id
WHERE r.source_id = :source AND r.vanished_run_id IS NULL
"""
_SUMS = """
SELECT currency, sum(amount_minor) FROM record WHERE source_id = :source AND counted GROUP BY currency
"""
_ADDED_UP = """
SELECT coalesce(sum(abs({0}) / 1000000000), 0), coalesce(sum(abs({0}) % 1000000000), 0) FROM record r
JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id WHERE c.retracted_why = '' AND u.retracted_why = ''
"""
# In two halves, since a sum that is too large for the database raises there.
_LARGEST = """
SELECT s.name, r.locator, c.file_name, r.raw_amount FROM record r JOIN source s ON s.id = r.source_id
JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
WHERE c.retracted_why = '' AND u.retracted_why = '' AND r.{0} IS NOT NULL ORDER BY abs(r.{0}) DESC, r.id LIMIT 1
"""
_RUNS = """
SELECT ref, kind, state, reason, rows, rejected, responses, responses_bad, inserted + updated + vanished AS changes
FROM run
WHERE source_id = :source AND retracted_why = '' AND (state <> 'failed' OR id = (
  SELECT max(id) FROM run WHERE source_id = :source AND retracted_why = ''))
ORDER BY id DESC
"""
# The last run and those before that did not fail: what failed is no edition that the next could be smaller than.
_STRANDED = """
SELECT u.ref, count(*) AS records FROM record r JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
JOIN run f ON f.id = r.first_run_id LEFT JOIN run v ON v.id = r.vanished_run_id AND v.retracted_why = ''
WHERE r.source_id = :source AND (u.retracted_why <> '' OR c.retracted_why <> '') AND f.id <> u.id
  AND f.retracted_why = '' AND v.id IS NULL
GROUP BY u.ref ORDER BY u.ref
"""
# Records of an earlier run that hold values of a retracted one: neither their value counts nor the one before it.


def check(engine: Engine, sources: Mapping[str, Source], accepted: Container[str] = ()) -> list[Finding]:
    """Hold every loaded source against its expectations; the worst first.

    `accepted` holds references of runs that a person has looked at: having fewer rows is no finding for them.
    """
    findings: list[Finding] = []
    with engine.connect() as connection:
        loaded = connection.execute(text("SELECT id, name FROM source ORDER BY name")).all()
        if not loaded:
            findings.append(
                Finding("registry", "loaded", "fatal", "nothing is loaded; ingest or crawl a source first")
            )
        too_large = _too_large(connection)
        if too_large:
            return [too_large]
        for source_id, name in loaded:
            source = sources.get(name)
            if source is None:
                findings.append(
                    Finding(name, "declared", "fatal", "its yml is missing; restore it or retract its runs")
                )
                continue
            findings += _check_source(connection, source_id, source, accepted)
    return sorted(findings, key=lambda finding: finding.level)


def _too_large(connection: Connection) -> Finding | None:
    """The largest sum, where all of them together are more than can be added up here or on a page."""
    for column in ("amount_minor", "equivalent_minor"):
        billions, rest = connection.execute(text(_ADDED_UP.format(column))).one()
        if int(billions) * 10**9 + int(rest) < _NOT_ADDED:
            continue
        largest = connection.execute(text(_LARGEST.format(column))).one()
        place = f"{largest.file_name}, {largest.locator}" if largest.file_name else largest.locator
        return Finding(
            largest.name,
            "sums",
            "fatal",
            f"{place} reads {largest.raw_amount!r}, and with it all sums are more than can be added up; a sum "
            "this large is most often misread: correct the declaration, or retract the run",
        )
    return None


def _check_source(connection: Connection, source_id: int, source: Source, accepted: Container[str]) -> list[Finding]:
    row = connection.execute(text(_COUNTS), {"source": source_id}).one()
    found = {key: int(value or 0) for key, value in row._mapping.items()}  # noqa: SLF001 - SQLAlchemy's public name
    for currency, total in connection.execute(text(_SUMS), {"source": source_id}):
        found[f"sum {currency}"] = int(total or 0)
    runs = connection.execute(text(_RUNS), {"source": source_id}).all()
    found["rejected"] = runs[0].rejected if runs else 0
    findings = [
        *_limits(source, found),
        *_fill(source, found),
    ]
    if runs:
        findings += _run_findings(source, runs, accepted)
    again = f"mediacontracts {'ingest' if source.access == 'file' else 'crawl'} {source.name}"
    findings += [
        Finding(
            source.name,
            "retracted values",
            "fatal",
            f"{records} records hold values of the retracted run {ref}, and neither these nor the earlier ones count; "
            f"read the right edition, or the one before it, again: {again}",
        )
        for ref, records in connection.execute(text(_STRANDED), {"source": source_id})
    ]
    return findings


def _limits(source: Source, found: Mapping[str, int]) -> list[Finding]:
    findings = []
    for key, least in source.expect.min.items():
        if found.get(key, 0) < least:
            findings.append(
                Finding(source.name, f"min {key}", "fatal", f"{key}: {found.get(key, 0)}, at least {least} expected")
            )
    for key, most in source.expect.max.items():
        if found.get(key, 0) > most:
            findings.append(
                Finding(source.name, f"max {key}", "warning", f"{key}: {found.get(key, 0)}, at most {most} expected")
            )
    return findings


def _fill(source: Source, found: Mapping[str, int]) -> list[Finding]:
    findings = []
    total = found["records"]
    present = {
        "payer": total,
        "recipient": found["with_recipient"],
        "outlet": found["with_outlet"],
        "year": found["with_year"],
        "amount": found["with_amount"],
    }
    for field, share in source.expect.fill.items():
        if total and present[field] < share * total:
            findings.append(
                Finding(
                    source.name,
                    f"fill {field}",
                    "fatal",
                    f"{field} is given on {present[field]} of {total} records, a share of {share} expected",
                )
            )
    return findings


def _run_findings(source: Source, runs: Sequence[Row[Any]], accepted: Container[str]) -> list[Finding]:
    last, name, findings = runs[0], source.name, []
    if last.state == "running":
        findings.append(Finding(name, "run", "fatal", f"run {last.ref} has not ended"))
    if last.state == "failed":
        findings.append(
            Finding(
                name,
                "run",
                "fatal",
                f"run {last.ref} failed: {last.reason}. Take the source in again, or if that was the wrong file: "
                f"mediacontracts retract {last.ref} --why …",
            )
        )
    if last.responses and last.responses_bad > (1 - GOOD_RESPONSES) * last.responses:
        findings.append(
            Finding(
                name,
                "responses",
                "fatal",
                f"run {last.ref}: {last.responses_bad} of {last.responses} responses were bad",
            )
        )
    # a run of answers is one document of one body, no edition of the whole
    if source.access != "answers" and last.state != "failed":
        findings += _shrunken(name, runs, accepted)
    return findings


def _shrunken(name: str, runs: Sequence[Row[Any]], accepted: Container[str]) -> list[Finding]:
    """The edition that has fewer rows than the one before; reading it once more makes it no larger."""
    for run, before in pairwise(runs):
        if not run.kind == before.kind == "ingest" or run.ref in accepted:
            break
        if run.rows < before.rows:
            told = (
                f"run {run.ref} has {run.rows} rows, the one before had {before.rows}; "
                "retract it and read the right edition, or if the source really shrank: "
                f"mediacontracts check --accept {run.ref} --why …"
            )
            return [Finding(name, "fewer rows", "fatal", told)]
        if run.changes or run.rows != before.rows:
            break
    return []
