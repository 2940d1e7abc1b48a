"""Rows of the table `changes`: what changed between two readings, in a reader's words, and whose change it was.

A value may change because the source changed it, or because we read the same bytes by another declaration. The
registry tells the two apart without a column for it: where the bytes that a record was read from had been read before,
and nothing had changed on the record since, the value before came from these very bytes. A load that was retracted
says nothing of the source: neither the change that came with it nor the one that undid it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, or_, select

from db.model import Record, Region, Revision, Run
from db.model.provenance import Capture
from publish.money import decimal_text, minor_digits
from publish.registry import bytewise, instant
from publish.schema_books import AT_THE_SOURCE, OUR_READING, TAKEN_BACK

_SUMS = {"amount_minor": ("amount", "currency"), "equivalent_minor": ("equivalent", "equivalent_currency")}

_MINOR = re.compile(r"-?[0-9]+")


class _Readings:
    """Which bytes were read in which run. Of files only: a page of a portal is read together with others."""

    def __init__(self, connection: Connection) -> None:
        self.sha256: dict[int, str] = {}
        self._of_run: dict[int, set[str]] = defaultdict(set)
        self._runs: dict[tuple[int, str], list[int]] = defaultdict(list)
        query = (
            select(Capture.id, Capture.run_id, Capture.source_id, Capture.sha256)
            .join(Run, Run.id == Capture.run_id)
            .where(Run.kind == "ingest")
            .order_by(Capture.run_id)
        )
        for capture, run, source, sha256 in connection.execute(query):
            self.sha256[capture] = sha256
            self._of_run[run].add(sha256)
            self._runs[source, sha256].append(run)
        of_run = select(Capture.id).where(Capture.run_id == Run.id)
        whole = of_run.exists() & ~of_run.where(Capture.retracted_why == "").exists()
        taken_back = select(Run.id).where(or_(Run.retracted_why != "", whole))
        self._taken_back = set(connection.scalars(taken_back))

    def cause(self, change: Any, before: int) -> str:  # noqa: ANN401 - a row of the query below
        """Whose change it was, `before` being the run that had last changed the record.

        A run counts as taken back where all of it is. Which of several files of an earlier run a record was read
        from is not kept; without it the source is named.
        """
        if self._taken_back & {change.run_id, before}:
            return TAKEN_BACK
        read = {self.sha256.get(change.capture_id, "")} if change.changed_run_id == change.run_id else set()
        read = read or self._of_run[change.run_id]
        if len(read) != 1:
            return AT_THE_SOURCE
        earlier = [run for run in self._runs[change.source_id, *read] if run < change.run_id]
        return OUR_READING if earlier and earlier[-1] >= before else AT_THE_SOURCE


def changes(connection: Connection) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The record's id in the registry, and uid, run, instant, cause, field, old and new of each change."""
    v = Revision
    query = (
        select(
            Record.uid, v.record_id, v.run_id, instant(Run.started_at).label("seen_at"), v.field, v.old, v.new,
            Record.source_id, Record.capture_id, Record.first_run_id, Record.changed_run_id, Record.currency,
            Record.equivalent_currency,
        )
        .join(Record, Record.id == v.record_id)
        .join(Run, Run.id == v.run_id)
        .order_by(
            bytewise(connection, Record.uid), bytewise(connection, Run.started_at), bytewise(connection, Run.ref),
            bytewise(connection, v.field), v.id,
        )
    )  # fmt: skip
    readings = _Readings(connection)
    names = connection.execute(select(Region.id, Region.name))
    regions = {str(at): name for at, name in names}
    found = connection.execute(query, execution_options={"yield_per": 1000})
    for record, group in groupby(found, key=lambda change: change.record_id):
        of_record = list(group)
        runs = sorted({of_record[0].first_run_id, *(change.run_id for change in of_record)})
        currencies = _currencies(of_record)
        for change in of_record:
            before = max(run for run in runs if run < change.run_id)
            told = _told(change, currencies[change.run_id], regions)
            yield record, (change.uid, change.run_id, change.seen_at, readings.cause(change, before), *told)


def _currencies(of_record: list[Any]) -> dict[int, dict[str, tuple[str, str]]]:
    """By run, the currency before and after it of both sums; told backwards from what the record says today."""
    now = {"currency": of_record[-1].currency, "equivalent_currency": of_record[-1].equivalent_currency}
    found: dict[int, dict[str, tuple[str, str]]] = {}
    for run, group in groupby(reversed(of_record), key=lambda change: change.run_id):
        were = {change.field: change.old or "" for change in group if change.field in now}
        found[run] = {field: (were.get(field, code), code) for field, code in now.items()}
        now |= were
    return found


def _told(
    change: Any,  # noqa: ANN401 - as above
    currencies: dict[str, tuple[str, str]],
    regions: dict[str, str],
) -> tuple[str, str | None, str | None]:
    """Field, old and new: a sum as decimal text with its currency, a region by its name."""
    if change.field in _SUMS:
        field, of = _SUMS[change.field]
        was, is_ = currencies[of]
        return field, _money(change.old, was), _money(change.new, is_)
    if change.field == "region_id":
        return "region", regions.get(change.old), regions.get(change.new)
    return change.field, change.old, change.new


def _money(minor: str | None, currency: str) -> str | None:
    if minor is None or not _MINOR.fullmatch(minor):
        return minor
    return f"{decimal_text(int(minor), minor_digits(currency))} {currency}"
