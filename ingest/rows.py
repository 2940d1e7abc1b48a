"""How a typed record becomes rows of the registry, and what of a record is compared when it comes again."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import msgspec

from db.words import Standing
from ingest.record import Record, Sum

FACTS = (
    "root_key", "version", "measure", "instrument", "relevance", "relevance_by", "standing", "standing_why", "rank",
    "payer_name_id", "ministry_id", "ministry_name_id", "organiser_name_id", "recipient_state", "recipient_name_id",
    "intermediary_state", "intermediary_name_id", "outlet_state", "outlet_name_id", "year_state", "year", "year_to",
    "year_basis", "signed_on", "period_from", "period_to", "opened_at", "closed_at", "amount_state",
    "amount_precision", "amount_role", "amount_minor", "currency", "equivalent_minor", "equivalent_currency",
    "source_topic", "subject", "subject_lang", "region_id", "region_text", "method", "method_code", "status",
    "status_code", "number", "details", "deleted_at",
)  # fmt: skip
"""Columns that say something about the world; a change of one is a revision."""

PROVENANCE = ("facts_hash", "raw_hash", "capture_id", "locator", "url", "raw_amount", "unit_rule")
"""Columns that say where it was read; they follow the facts and are no change by themselves."""

INSERTED = (
    "id", "source_id", "key", "uid", "slice", "identity", *FACTS, *PROVENANCE, "counted", "counted_why",
    "first_run_id", "changed_run_id",
)  # fmt: skip

AMOUNT_COLUMNS = ("record_id", "role", "currency", "minor", "state", "raw", "rule")
LINE_COLUMNS = (
    "record_id", "position", "line_key", "plan_point", "code", "name", "description", "quantity", "unit", "place",
    "minor", "minor_without_vat",
)  # fmt: skip

_json = msgspec.json.Encoder(order="deterministic").encode


class Ids(msgspec.Struct, frozen=True):
    """The ids that the spellings and codes of one record resolved to."""

    payer: int
    ministry: int
    ministry_stated: int | None
    organiser: int | None
    recipient: int | None
    intermediary: int | None
    outlet: int | None
    region: int | None


def record_uid(source: str, key: str) -> str:
    """The public id of a record: first 16 hex digits of SHA-256 over source and key."""
    return sha256(f"{source}\n{key}".encode()).hexdigest()[:16]


def facts_of(record: Record, ids: Ids) -> tuple[Any, ...]:
    """The values of `FACTS`, in order.

    Words are given as plain text (`_value_`): the driver takes seven times as long to bind a `StrEnum`.
    """
    r, amount, equivalent = record, record.amount, record.equivalent
    return (
        r.root_key or r.key, r.version, r.measure._value_, r.instrument._value_, r.relevance._value_, r.relevance_by,
        r.standing._value_, r.standing_why, r.rank, ids.payer, ids.ministry, ids.ministry_stated, ids.organiser,
        r.recipient.state._value_, ids.recipient, r.intermediary.state._value_, ids.intermediary,
        r.outlet.state._value_, ids.outlet,
        r.year_state._value_, r.year, r.year_to, r.year_basis._value_, r.signed_on, r.period_from, r.period_to,
        r.opened_at, r.closed_at, amount.state._value_, amount.precision._value_, amount.role._value_, amount.minor,
        amount.currency, equivalent.minor if equivalent else None, equivalent.currency if equivalent else "",
        r.source_topic, r.subject, r.subject_lang, ids.region, r.region_text, r.method, r.method_code, r.status,
        r.status_code, r.number, _json(r.details).decode() if r.details else "", r.deleted_at,
    )  # fmt: skip


def first_counted(records: Sequence[Record], supersedes: str) -> list[tuple[bool, str]]:
    """Whether new records of a batch count before their roots are looked at, and if not, why.

    `ingest.counting` has the last word, at the end of the run. Of versions that come together only the newest begins
    as counted, so that the others need not be written twice.
    """
    roots = [(r.root_key or r.key, r.measure) for r in records]
    newest: dict[tuple[str, str], tuple[str, str]] = {}
    if len(set(roots)) < len(roots):
        for root, r in zip(roots, records, strict=True):
            if r.standing is Standing.COUNTS:
                newest[root] = max(newest.get(root, ("", "")), (r.rank, r.key))
    return [
        (True, "")
        if r.standing is Standing.COUNTS and newest.get(root, (r.rank, r.key)) == (r.rank, r.key)
        else (False, r.standing_why or supersedes)
        for root, r in zip(roots, records, strict=True)
    ]


def amount_rows(record_id: int, record: Record) -> list[tuple[Any, ...]]:
    """Every sum the row states; the sum of the record and its equivalent among them."""
    sums: list[Sum] = [record.amount, *record.other_sums]
    if record.equivalent:
        sums.append(record.equivalent)
    return [(record_id, s.role._value_, s.currency, s.minor, s.state._value_, s.raw, s.rule) for s in sums]


def line_rows(record_id: int, record: Record) -> list[tuple[Any, ...]]:
    """The lines of a contract, in the order of the source."""
    return [
        (record_id, position, n.line_key, n.plan_point, n.code, n.name, n.description, n.quantity, n.unit, n.place,
         n.minor, n.minor_without_vat)
        for position, n in enumerate(record.lines, start=1)
    ]  # fmt: skip
