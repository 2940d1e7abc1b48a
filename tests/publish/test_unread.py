"""Rows that could not be read count as missing until what they stand in is read again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sources import DECLARED, ROW, csv_of, declare, ingested
from sqlalchemy import Engine, insert, select, text

from db.archive import Archive
from db.model import Capture, RejectedRow, Run
from ingest.files import Ingested, latest_edition, read_again
from ingest.retract import Retraction, retract_run
from publish.unread import unread_rows

OTHER = [*ROW[:5], "Другое", "10,00", ""]
ODD = [*ROW[:5], "Третье", "1 2 3", ""]
ODDER = [*ROW[:5], "Четвёртое", "ничего", ""]
FIRST, SECOND = csv_of(ROW, OTHER, ODD), csv_of(ROW, ODD, ODDER)


def told(engine: Engine) -> list[tuple[str, int]]:
    """The run of each row, and whether it is of the last reading."""
    with engine.connect() as connection:
        refs = dict(connection.execute(select(Run.id, Run.ref)).all())
        return [(refs[row[1]], row[-1]) for row in unread_rows(connection)]


def test_a_newer_edition_takes_the_place_of_the_one_before(engine: Engine, tmp_path: Path) -> None:
    first = ingested(engine, tmp_path, declare(), FIRST)
    assert told(engine) == [(first.run, 1)]
    # under another name, with other bytes
    second = ingested(engine, tmp_path, declare(), SECOND, minute=1, name="edition-2.csv")
    assert told(engine) == [(first.run, 0), (second.run, 1), (second.run, 1)]


def test_the_same_bytes_read_again_take_the_place_also_where_they_gave_nothing(engine: Engine, tmp_path: Path) -> None:
    body = csv_of(ODD, ODDER)
    first = ingested(engine, tmp_path, declare(), body)
    assert told(engine) == [(first.run, 1)] * 2
    lenient = declare(
        columns={**DECLARED["columns"], "Sum": {"to": "amount", "decimal": ",", "instead": {"ничего": "unknown"}}}
    )
    second = ingested(engine, tmp_path, lenient, body, minute=1)
    assert told(engine) == [(first.run, 0)] * 2 + [(second.run, 1)]


def test_an_edition_without_one_row_that_was_read_stays_until_its_bytes_are_read_again(
    engine: Engine, tmp_path: Path
) -> None:
    first = ingested(engine, tmp_path, declare(), csv_of(ODD))
    second = ingested(engine, tmp_path, declare(), FIRST, minute=1)
    assert told(engine) == [(first.run, 1), (second.run, 1)], "nothing tells that the one follows the other"


@pytest.mark.parametrize("of", ["run", "capture"])
def test_a_load_that_is_taken_back_counts_no_row_and_gives_the_place_back(
    engine: Engine, tmp_path: Path, of: str
) -> None:
    first = ingested(engine, tmp_path, declare(), FIRST)
    wrong = ingested(engine, tmp_path, declare(), SECOND, minute=1)
    target = wrong.run if of == "run" else f"{wrong.run}/1"
    line = Retraction(target=target, why="a draft", at="2026-11-24T10:02:00Z")
    retract_run(engine, {}, tmp_path / "retractions.jsonl", line)
    assert told(engine) == [(first.run, 1), (wrong.run, 0), (wrong.run, 0)]
    right = latest_edition(engine, declare())
    again: Ingested = read_again(engine, Archive(tmp_path / "archive"), declare(), right, at="2026-11-24T10:03:00Z")
    assert told(engine) == [(first.run, 0), (wrong.run, 0), (wrong.run, 0), (again.run, 1)]


def test_a_later_run_that_failed_takes_no_place(engine: Engine, tmp_path: Path) -> None:
    first = ingested(engine, tmp_path, declare(), FIRST)
    second = ingested(engine, tmp_path, declare(), FIRST, minute=1)
    assert told(engine) == [(first.run, 0), (second.run, 1)]
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET state = 'failed' WHERE ref = :ref"), {"ref": second.run})
    assert told(engine) == [(first.run, 1), (second.run, 1)]


def test_another_page_of_a_portal_takes_no_place(engine: Engine, tmp_path: Path) -> None:
    """Of a crawl only the same bytes are known to be the same."""
    first = ingested(engine, tmp_path, declare(), FIRST)
    second = ingested(engine, tmp_path, declare(), SECOND, minute=1)
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET kind = 'crawl'"))
    assert told(engine) == [(first.run, 1), (second.run, 1), (second.run, 1)]
    with engine.begin() as connection:
        held = connection.execute(select(Capture.__table__).where(Capture.ref == f"{first.run}/1")).mappings().one()
        later = connection.execute(select(Run.id).where(Run.ref == second.run)).scalar_one()
        again = {**held, "id": 99, "ref": "again/2", "run_id": later}
        connection.execute(insert(Capture), [again])
        odd = {"id": 99, "source_id": held["source_id"], "capture_id": 99, "run_id": later, "locator": "row 4"}
        connection.execute(insert(RejectedRow), [{**odd, "reason": "no sum", "raw": "x"}])
    assert sorted(told(engine)) == sorted([(first.run, 0), *[(second.run, 1)] * 3])
