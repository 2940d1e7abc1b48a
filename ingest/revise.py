"""What changed on a record that came again: field by field, in words a reader understands (names, not ids)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from db.bulk import chunks
from ingest.record import Record
from ingest.rows import FACTS
from ingest.spelling import Spellings

Change = tuple[int, str, str | None, str | None]
"""Record id, field, old text, new text."""

_PARTIES = {
    "payer_name_id": ("payer", "body_name"),
    "ministry_name_id": ("ministry", "body_name"),
    "organiser_name_id": ("organiser", "body_name"),
    "recipient_name_id": ("recipient", "organisation_name"),
    "intermediary_name_id": ("intermediary", "organisation_name"),
    "outlet_name_id": ("outlet", "outlet_name"),
}
_DERIVED = frozenset({"ministry_id", "rank", "relevance", "relevance_by"})
"""Columns that follow others and are no news of their own."""


def changed_fields(
    connection: Connection, spellings: Spellings, records: list[tuple[int, Record]], facts: list[tuple[Any, ...]]
) -> list[Change]:
    """Compare the new facts of records with what is stored; two reads per batch, none per row."""
    before: dict[int, tuple[Any, ...]] = {}
    for part in chunks([record_id for record_id, _ in records]):
        listed = ", ".join(map(str, part))
        for row in connection.exec_driver_sql(f"SELECT id, {', '.join(FACTS)} FROM record WHERE id IN ({listed})"):
            before[row[0]] = tuple(row[1:])
    changes: list[Change] = []
    for (record_id, _), new in zip(records, facts, strict=True):
        for column, was, now in zip(FACTS, before[record_id], new, strict=True):
            if was == now or column in _DERIVED:
                continue
            if column in _PARTIES:
                changes += _party_change(record_id, column, was, now, spellings)
            else:
                changes.append((record_id, column, _text(was), _text(now)))
    return changes


def _party_change(record_id: int, column: str, was: Any, now: Any, spellings: Spellings) -> list[Change]:  # noqa: ANN401
    field, _ = _PARTIES[column]
    kind = (
        spellings.bodies
        if column in {"payer_name_id", "ministry_name_id", "organiser_name_id"}
        else spellings.outlets
        if column == "outlet_name_id"
        else spellings.organisations
    )
    old, new = kind.spelling_of(was), kind.spelling_of(now)
    changes: list[Change] = []
    if old[1] != new[1]:
        changes.append((record_id, field, old[1] or None, new[1] or None))
    if old[2:] != new[2:]:
        changes.append(
            (record_id, f"{field}.id", ":".join(old[2:]).strip(":") or None, ":".join(new[2:]).strip(":") or None)
        )
    return changes


def _text(value: Any) -> str | None:  # noqa: ANN401 - any column's value
    return None if value is None else str(value)
