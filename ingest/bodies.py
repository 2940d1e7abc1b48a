"""The ministry or akimat above a body on a date, from `ingest/data/bodies.csv`.

A body and its parent hold between two dates, the second one excluded. A date with a question mark is good to its year
only: nothing is answered inside that year. A row without a parent says when a ministry existed under its name; no
parent is given beyond that. What is uncertain beyond a day does not stand in the file. Where it has no line for a
body, the body's own name may say whose office it is (`ingest.offices`). A name that several ministries bore one after
another is given with the years of the one that is meant.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from db.bulk import table_of
from db.model import Body, BodyParent
from db.words import PartyState
from ingest.offices import akimat_above, codes_of, ministry_named, read_akimats, region_above
from ingest.record import Party
from ingest.reference import DATA, Loaded, ReferenceFileError, bring_in_step, read_rows
from ingest.values.text import clean

BODIES = DATA / "bodies.csv"
"""The bodies whose parent is known."""

_COLUMNS = ("country", "id_scheme", "registry_id", "name", "parent", "valid_from", "valid_to", "evidence")
_DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}\??)?", re.ASCII)
_LONGEST_CHAIN = 5

Span = tuple[date, date]
"""First and last day, both included."""


class BodyRow(msgspec.Struct, frozen=True):
    """One line of the file; `parent` is empty where the line says when a ministry existed."""

    country: str
    id_scheme: str
    registry_id: str
    name: str
    parent: str
    valid_from: str
    valid_to: str
    evidence: str

    def holds_for(self, span: Span) -> bool:
        """Whether the line is certain on every day of a span."""
        return _holds(self.valid_from, self.valid_to, span)


def _holds(valid_from: str, valid_to: str, span: Span) -> bool:
    return _certain_from(valid_from) <= span[0] and span[1] <= _certain_to(valid_to)


def _certain_from(text: str) -> date:
    if not text:
        return date.min
    return date(int(text[:4]) + 1, 1, 1) if text.endswith("?") else date.fromisoformat(text)


def _certain_to(text: str) -> date:
    """The last certain day; the date in the file is the first day on which the line does not hold."""
    if not text:
        return date.max
    end = date(int(text[:4]), 1, 1) if text.endswith("?") else date.fromisoformat(text)
    return end - timedelta(days=1)


def name_of_years(name: str, valid_from: str, valid_to: str) -> str:
    """The name of one of several bodies that bore it one after another."""
    return f"{name} ({valid_from[:4]}–{valid_to[:4]})"


class Parents:
    """Which body stands above a payer; see `of`."""

    def __init__(self, rows: Iterable[BodyRow]) -> None:
        self.rows = tuple(rows)
        self._akimats = read_akimats()
        self._by_id: dict[tuple[str, str], list[BodyRow]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[BodyRow]] = defaultdict(list)
        self._existing: dict[tuple[str, str], list[BodyRow]] = defaultdict(list)
        for row in self.rows:
            name = (row.country, _folded(row.name))
            if not row.parent:
                self._existing[name].append(row)
                continue
            self._by_name[name].append(row)
            if row.registry_id:
                self._by_id[row.id_scheme, row.registry_id].append(row)

    @classmethod
    def load(cls, path: Path = BODIES) -> Parents:
        """Read the file of bodies.

        Raises:
            ReferenceFileError: a line is not as described, two lines give a body two parents at once, or a body
                stands above itself.
        """
        rows = [BodyRow(**row) for row in read_rows(path, _COLUMNS)]
        for row in rows:
            if not (_DATE.fullmatch(row.valid_from) and _DATE.fullmatch(row.valid_to)):
                raise ReferenceFileError(
                    f"{path.name}: {row.name}: dates are YYYY-MM-DD, with ? where unsure, or blank"
                )
            if not row.evidence or not row.name:
                raise ReferenceFileError(
                    f"{path.name}: {row.name or row.registry_id}: a name and its evidence are needed"
                )
            if bool(row.id_scheme) != bool(row.registry_id):
                raise ReferenceFileError(f"{path.name}: {row.name}: an id and its register go together")
        parents = cls(rows)
        parents._refuse_contradictions(path.name)
        return parents

    def _refuse_contradictions(self, where: str) -> None:
        for rows in (*self._by_name.values(), *self._by_id.values(), *self._existing.values()):
            for at, row in enumerate(rows):
                if any(_overlap(row, other) for other in rows[:at]):
                    raise ReferenceFileError(f"{where}: {row.name} stands there twice for one time")
        above = {(r.country, _folded(r.name)): (r.country, _folded(r.parent)) for r in self.rows if r.parent}
        for row in self.rows:
            name, steps = (row.country, _folded(row.name)), 0
            while name in above:
                name, steps = above[name], steps + 1
                if steps > _LONGEST_CHAIN:
                    raise ReferenceFileError(f"{where}: the parents of {row.name} run in a circle")

    def of(self, country: str, payer: Party, on: date | None = None, year: int | None = None) -> Party | None:
        """The ministry or akimat above a payer, where it is certain for the whole of what is known.

        Args:
            country: ISO 3166-1 alpha-2.
            payer: the paying body as the row names it; its registry id is asked first.
            on: the day of the record, where it has one.
            year: its year, where it has no day. A year in which the parent changed has no answer.

        Returns:
            The topmost body above the payer; None where none is known, so that the body is its own.
        """
        if payer.state is not PartyState.NAMED:
            return None
        rows = self._by_id.get((payer.id_scheme, payer.registry_id)) if payer.registry_id else None
        if rows is None:
            rows = [
                row
                for row in self._by_name.get((country, _folded(payer.name)), ())
                if not (row.registry_id and payer.registry_id)
            ]
        span = _span(on, year)
        if not rows:
            read = self._by_reading(country, payer.name, span)
            is_itself = read is not None and not payer.registry_id and _folded(read.name) == _folded(payer.name)
            return None if is_itself else read
        found = next((row for row in rows if row.country == country and row.holds_for(span)), None)
        return self._top(found, span) if found else None

    def answers(self, country: str, payer: Party) -> bool:
        """Whether `of` has an answer on any day: most payers are their own, and need not be asked day by day."""
        if (payer.id_scheme, payer.registry_id) in self._by_id or (country, _folded(payer.name)) in self._by_name:
            return True
        return region_above(payer.name) is not None or "ministry" in codes_of(payer.name)

    def _by_reading(self, country: str, name: str, span: Span) -> Party | None:
        """What the name itself says: the akimat of its region, or the ministry it names, as they were called then."""
        akimat = akimat_above(self._akimats, country, name, lambda start, end: _holds(start, end, span))
        if akimat is not None:
            return Party(name=akimat, lang="ru")
        then = {
            line.name: self._dated(line)
            for lines in self._existing.values()
            for line in lines
            if line.country == country and line.holds_for(span)
        }
        ministry = ministry_named(name, then)
        return Party(name=then[ministry], lang="ru") if ministry else None

    def _dated(self, row: BodyRow) -> str:
        """A ministry's name, with its years where another ministry bore the same name before or after it."""
        if len(self._existing[row.country, _folded(row.name)]) == 1:
            return row.name
        return name_of_years(row.name, row.valid_from, row.valid_to)

    def _top(self, row: BodyRow, span: Span) -> Party | None:
        """The body at the end of the chain of parents; None where it did not exist on every day of the span."""
        while True:
            name = (row.country, _folded(row.parent))
            existing = self._existing.get(name)
            then = next((line for line in existing or () if line.holds_for(span)), None)
            if existing is not None and then is None:
                return None
            above = next((line for line in self._by_name.get(name, ()) if line.holds_for(span)), None)
            if above is None:
                name_then = self._dated(then) if then else row.parent
                return Party(name=name_then, lang="ru" if row.country == "KZ" else "")
            row = above


def _folded(name: str) -> str:
    """A name without differences of case, spaces and quotation marks."""
    return re.sub(r"\s+", " ", re.sub(r"[\"'«»“”„]", "", clean(name))).strip().casefold()


def _span(on: date | None, year: int | None) -> Span:
    if on is not None:
        return on, on
    if year is not None:
        return date(year, 1, 1), date(year, 12, 31)
    return date.min, date.max


def _overlap(one: BodyRow, other: BodyRow) -> bool:
    def bounds(row: BodyRow) -> tuple[str, str]:
        return row.valid_from.rstrip("?") or "0000", row.valid_to.rstrip("?") or "9999"

    return bounds(one)[0] < bounds(other)[1] and bounds(other)[0] < bounds(one)[1]


def write_parents(connection: Connection, parents: Parents) -> Loaded:
    """Bring the table of parents in step for the bodies that are stored; the same again changes nothing.

    Raises:
        ReferenceFileError: two lines give one stored body a parent from the same day on.
    """
    ids: dict[tuple[str, str], list[int]] = defaultdict(list)
    bodies: dict[tuple[str, str], int] = {}
    for body_id, country, name, scheme, registry_id in connection.execute(
        select(Body.id, Body.country, Body.name, Body.id_scheme, Body.registry_id).order_by(Body.id)
    ):
        if registry_id:
            ids[scheme, registry_id].append(body_id)
        bodies.setdefault((country, _folded(name)), body_id)
    rows = []
    for row in parents.rows:
        ministry = bodies.get((row.country, _folded(row.parent))) if row.parent else None
        if ministry is None:
            continue
        named = bodies.get((row.country, _folded(row.name)))
        found = ids.get((row.id_scheme, row.registry_id), []) if row.registry_id else [named] if named else []
        rows += [(body_id, ministry, row.valid_from, row.valid_to, row.evidence) for body_id in found]
    columns = ("body_id", "ministry_id", "valid_from", "valid_to", "evidence")
    return bring_in_step(connection, table_of(BodyParent), ("body_id", "valid_from"), columns, rows)
