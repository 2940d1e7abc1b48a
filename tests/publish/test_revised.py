"""Whose change a revision is: the source's, or ours who read the same bytes by another declaration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sources import DECLARED, ROW, csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.archive import Archive
from ingest.files import latest_edition, read_again
from ingest.retract import Retraction, retract_run
from publish.revised import changes

SOURCE, OURS, BACK = "changed at the source", "read differently by us", "an earlier reading taken back"
OTHER = [*ROW[:5], "Другое", "10,00", ""]
FIRST = csv_of(ROW, OTHER)
SECOND = csv_of([*ROW[:6], "1 300 000,50", ROW[7]], OTHER)
THOUSANDS = declare(
    columns={**DECLARED["columns"], "Sum": {"to": "amount", "decimal": ",", "unit": 1000, "unit_words": "in the text"}}
)
IN_ROUBLES = declare(currency="RUB")


def told(engine: Engine) -> list[tuple[Any, ...]]:
    """Cause, field, old and new of each change, in the order of runs."""
    with engine.connect() as connection:
        found = [change for _, change in changes(connection)]
    return [tuple(change[3:]) for change in sorted(found, key=lambda change: (change[1], change[5] or ""))]


def test_the_same_bytes_read_by_another_declaration_are_our_change(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, declare(), FIRST)
    ingested(engine, tmp_path, THOUSANDS, FIRST, minute=1)
    assert told(engine) == [
        (OURS, "amount", "10.00 KZT", "10000.00 KZT"),
        (OURS, "amount", "1250000.50 KZT", "1250000500.00 KZT"),
    ]


def test_other_bytes_are_the_sources_change_also_where_they_were_seen_before(engine: Engine, tmp_path: Path) -> None:
    for minute, body in enumerate((FIRST, SECOND, FIRST, FIRST)):
        ingested(engine, tmp_path, declare(), body, minute=minute)
    assert told(engine) == [
        (SOURCE, "amount", "1250000.50 KZT", "1300000.50 KZT"),
        (SOURCE, "amount", "1300000.50 KZT", "1250000.50 KZT"),
    ], "an edition that came back is no reading of ours"


def test_a_later_change_does_not_hide_whose_the_earlier_was(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, declare(), FIRST)
    ingested(engine, tmp_path, IN_ROUBLES, FIRST, minute=1)
    ingested(engine, tmp_path, IN_ROUBLES, SECOND, minute=2)
    found = told(engine)
    assert [change for change in found if change[1] == "amount"] == [
        (SOURCE, "amount", "1250000.50 RUB", "1300000.50 RUB")
    ]
    assert {change for change in found if change[1] == "currency"} == {(OURS, "currency", "KZT", "RUB")}


def test_a_sum_and_its_currency_that_change_together_each_keep_their_own(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, declare(), FIRST)
    ingested(engine, tmp_path, IN_ROUBLES, SECOND, minute=1)
    assert (SOURCE, "amount", "1250000.50 KZT", "1300000.50 RUB") in told(engine)


def retracted(engine: Engine, folder: Path, target: str) -> None:
    line = Retraction(target=target, why="the file was a draft", at="2026-11-24T10:02:00Z")
    retract_run(engine, {}, folder / "retractions.jsonl", line)


@pytest.mark.parametrize("of", ["run", "capture"])
def test_a_load_that_was_taken_back_changed_nothing_at_the_source(engine: Engine, tmp_path: Path, of: str) -> None:
    ingested(engine, tmp_path, declare(), FIRST)
    ingested(engine, tmp_path, declare(), SECOND, minute=1)
    with engine.connect() as connection:
        wrong = connection.execute(text(f"SELECT ref FROM {of} ORDER BY id DESC LIMIT 1")).scalar_one()
    retracted(engine, tmp_path, wrong)
    right = latest_edition(engine, declare())
    read_again(engine, Archive(tmp_path / "archive"), declare(), right, at="2026-11-24T10:03:00Z")
    assert told(engine) == [
        (BACK, "amount", "1250000.50 KZT", "1300000.50 KZT"),
        (BACK, "amount", "1300000.50 KZT", "1250000.50 KZT"),
    ]
    # what comes after it is the source's again
    ingested(engine, tmp_path, declare(), SECOND, minute=4)
    assert told(engine)[-1] == (SOURCE, "amount", "1250000.50 KZT", "1300000.50 KZT")
