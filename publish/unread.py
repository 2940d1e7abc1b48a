"""Rows that could not be read, and whether each is of the last reading: what was read since takes its place.

A row of an earlier reading stays published, and is not counted as missing. The registry tells which one is: the same
bytes were read again, or a file has a newer edition, of which every record that the earlier one gave says so by having
been seen, or missed, there. Where neither can be told, the row counts: rather one too many than one too few.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Exists, and_, case, or_, select
from sqlalchemy.orm import aliased

from db.model import Capture, Record, RecordSeen, RejectedRow, Run
from db.words import RunState
from publish.registry import bytewise, instant, stream


def unread_rows(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Ids of source and run, hash, address and instant of the bytes, place, reason, cells, 1 where it is of the last.

    In the order of the bytes and of the places in them.
    """
    j = RejectedRow
    taken_back = or_(Run.retracted_why != "", Capture.retracted_why != "")
    earlier = or_(taken_back, _read_again(), j.run_id.in_(_earlier_editions(connection)))
    query = (
        select(j.source_id, j.run_id, Capture.sha256, Capture.url, instant(Capture.fetched_at), j.locator, j.reason,
               j.raw, case((earlier, 0), else_=1))
        .join(Capture, Capture.id == j.capture_id)
        .join(Run, Run.id == j.run_id)
        .order_by(bytewise(connection, Capture.fetched_at), bytewise(connection, Capture.ref),
                  bytewise(connection, j.locator))
    )  # fmt: skip
    return stream(connection, query)


def _read_again() -> Exists:
    """Whether the bytes of a capture were read again by a run that ended well and stands."""
    later, its_run = aliased(Capture), aliased(Run)
    same = and_(later.sha256 == Capture.sha256, later.source_id == Capture.source_id, later.id > Capture.id)
    return select(later.id).join(its_run, its_run.id == later.run_id).where(same, _stands(its_run, later)).exists()


def _earlier_editions(connection: Connection) -> list[int]:
    """Runs of files that gave records, none of which they were the last to show, and that were followed by another."""
    later, its_run = aliased(Capture), aliased(Run)
    followed = and_(later.source_id == Run.source_id, later.run_id > Run.id)
    runs = select(Run.id).where(
        Run.id.in_(select(RejectedRow.run_id)),
        Run.kind == "ingest",
        Run.rows > Run.rejected,
        select(later.id).join(its_run, its_run.id == later.run_id).where(followed, _stands(its_run, later)).exists(),
    )
    shown = (
        select(RecordSeen.run_id)
        .join(Record, Record.id == RecordSeen.record_id)
        .where(Record.vanished_run_id.is_(None))
        .distinct()
    )
    last = set(connection.scalars(shown))
    return [run for run in connection.scalars(runs) if run not in last]


def _stands(run: Any, capture: Any) -> ColumnElement[bool]:  # noqa: ANN401 - aliases, which have no type of their own
    return and_(run.state == RunState.FINISHED, run.retracted_why == "", capture.retracted_why == "")
