"""Turns a record of the registry into a row of `contracts` or `other_records`."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, select
from sqlalchemy.orm import aliased

from db.model import Capture, Record, Run, Source
from db.privacy import mask_person_ids
from db.split_letters import joined
from db.words import PartyState, YearState
from publish.keys import Keys, folded
from publish.money import minor_digits
from publish.registry import bytewise, instant, stream
from publish.schema_contracts import RECORD_COLUMNS, STATE_IDS, YEAR_NONE, YEAR_SEVERAL

_SAME = (
    "uid", "amount_minor", "currency", "measure", "counted_why", "equivalent_minor", "equivalent_currency",
    "amount_state", "amount_precision", "amount_role", "instrument", "subject", "subject_lang", "source_topic",
    "year_basis", "signed_on", "period_from", "period_to", "opened_at", "closed_at", "number", "version", "method",
    "method_code", "status", "status_code", "details", "relevance", "relevance_by", "standing", "standing_why",
    "deleted_at", "locator", "raw_amount", "unit_rule", "wording",
)  # fmt: skip
"""Columns that the registry and the release share by name."""

_READ = (
    "id", "counted", "year_state", "year", "year_to", "source_id", "root_key", "key", "url", "payer_name_id",
    "ministry_id", "organiser_name_id", "recipient_state", "recipient_name_id", "intermediary_state",
    "intermediary_name_id", "outlet_state", "outlet_name_id", "region_id", "region_text", "topic",
    "topic_by", "topic_score",
)  # fmt: skip
"""Columns that become something else in the release."""

_NAMES = tuple(column.name for column in RECORD_COLUMNS if column.name != "id")
_UNKNOWN = STATE_IDS[PartyState.UNKNOWN]


def record_rows(
    connection: Connection, keys: Keys, source_ids: dict[int, int], condition: ColumnElement[bool]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Registry id and release row (without its id) of every record that meets the condition, in the order of uids."""
    first, changed, vanished = aliased(Run), aliased(Run), aliased(Run)
    query = (
        select(
            *(getattr(Record, name) for name in _SAME),
            *(getattr(Record, name).label(f"_{name}") for name in _READ),
            Source.name.label("_source"),
            Capture.sha256.label("capture_sha256"),
            Capture.url.label("_capture_url"),
            instant(Capture.fetched_at).label("fetched_at"),
            instant(first.started_at).label("first_seen_at"),
            instant(changed.started_at).label("changed_at"),
            instant(vanished.started_at).label("vanished_at"),
        )
        .join(Source, Source.id == Record.source_id)
        .join(Capture, Capture.id == Record.capture_id)
        .join(first, first.id == Record.first_run_id)
        .join(changed, changed.id == Record.changed_run_id)
        .join(vanished, vanished.id == Record.vanished_run_id, isouter=True)
        .where(condition)
        .order_by(bytewise(connection, Record.uid))
    )
    labels = [column.name for column in query.selected_columns]
    for row in stream(connection, query):
        values = dict(zip(labels, row, strict=True))
        _parties(values, keys)
        _when_and_how_much(values)
        values["source"] = source_ids[values["_source_id"]]
        values["topic"] = keys.topic_ids[values["_topic"]] if values["_topic"] else _UNKNOWN
        score = values["_topic_score"]
        values["topic_by"] = f"{values['_topic_by']}, score {score}" if score else values["_topic_by"]
        root = f"{values['_source']}\n{values['_root_key']}"
        values["root_uid"] = sha256(root.encode()).hexdigest()[:16]
        values["source_key"] = values["_key"]
        values["url"] = values["_url"] or values["_capture_url"]
        yield values["_id"], tuple(map(values.__getitem__, _NAMES))


def _parties(values: dict[str, Any], keys: Keys) -> None:
    payer = keys.bodies[values["_payer_name_id"]]
    ministry = values["_ministry_id"]
    values["payer"] = keys.payers.by_entity[payer.entity]
    values["payer_written"] = payer.text
    values["ministry"] = keys.ministries.by_entity[ministry]
    organiser = values["_organiser_name_id"]
    values["organiser_written"] = "" if organiser is None else keys.bodies[organiser].text
    search = [keys.payers.search[payer.entity], keys.ministries.search[ministry], payer.text]
    for role, party, spelled in (
        ("outlet", keys.outlets, keys.titles),
        ("recipient", keys.recipients, keys.organisations),
        ("intermediary", keys.intermediaries, keys.organisations),
    ):
        name = values[f"_{role}_name_id"]
        if name is None:
            values[role], values[f"{role}_written"] = STATE_IDS[PartyState(values[f"_{role}_state"])], ""
            continue
        written = spelled[name]
        values[role], values[f"{role}_written"] = party.by_entity[written.entity], written.text
        search += (party.search[written.entity], written.text)
    region = values["_region_id"]
    values["region"] = _UNKNOWN if region is None else keys.regions.by_entity[region]
    values["region_written"] = values["_region_text"]
    # a bar between the parts: two numbers that stand side by side must not read as one
    for text in (values["subject"], values["source_topic"]):
        masked = mask_person_ids(text) if text else ""
        # a word written letter by letter is found by the plain word too; look-alike letters are undone by folding
        search += (folded(masked), folded(joined(masked)))
    values["search_text"] = " | ".join(dict.fromkeys(filter(None, search)))


def _when_and_how_much(values: dict[str, Any]) -> None:
    state = values["_year_state"]
    several = state == YearState.SEVERAL_YEARS
    values["year"] = YEAR_SEVERAL if several else YEAR_NONE if state == YearState.NO_DATE else values["_year"]
    values["year_from"] = values["_year"] if several else None
    values["year_to"] = values["_year_to"] if several else None
    minor = values["amount_minor"]
    values["amount"] = None if minor is None else minor / 10 ** minor_digits(values["currency"])
    values["counted"] = int(values["_counted"])
    values["corrected"] = 0  # corrections come once the rows are in
