"""A page of the change journal (`/v3/journal`): which contracts the portal deleted.

Created and changed contracts are found through `lastUpdateDate`; deletions (action `D`) are read here. What was
deleted stays in the history and is not counted any more: the contract, what was paid and its years alike. Where the
journal says later that the contract was created or changed (`U`), it is there again: its deletion no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from db.archive import instant
from ingest.goszakup.contract import ZONE
from ingest.goszakup.page import decoded
from ingest.reader import Material
from ingest.record import Batch, Deletion, Rejected
from ingest.source import Source
from ingest.values.date import read_local_datetime


class _Entry(msgspec.Struct):
    service_name: str


class _Change(msgspec.Struct):
    action: str
    object_id: int
    date_action: str


class _Journal(msgspec.Struct):
    items: list[msgspec.Raw]
    next_page: str | None = ""


_journal = msgspec.json.Decoder(_Journal)
_entry = msgspec.json.Decoder(_Entry)
_change = msgspec.json.Decoder(_Change, strict=False)


def read_journal(material: Material, source: Source) -> Iterator[Batch]:
    """One batch of deletions for one page; an entry that cannot be read is rejected.

    Raises:
        SourceRefusedError: the body is no JSON, or no page of the journal.
    """
    captured = material.capture
    page = decoded(material.body, _journal, source, captured)
    deletions: list[Deletion] = []
    rejected: list[Rejected] = []
    for place, row in enumerate(page.items):
        try:
            if _entry.decode(row).service_name == "contract":
                deletions.append(_deletion(_change.decode(row)))
        except (msgspec.ValidationError, ValueError) as error:
            rejected.append(Rejected(str(error), f"/items/{place}", bytes(row).decode(errors="replace")))
    yield Batch(source=source.name, capture=captured.ref, rows=len(rejected), rejected=rejected, deletions=deletions)


def _deletion(change: _Change) -> Deletion:
    if change.action not in {"U", "D"}:
        raise ValueError(f"action {change.action!r} is neither U nor D")
    at = instant(read_local_datetime(change.date_action, ZONE))
    return Deletion(str(change.object_id), at, undone=change.action == "U")
