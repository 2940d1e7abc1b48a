"""Reads a declared table file: yml in, records and rejected rows out, no Python per source.

Headings are matched by text. A new, missing or doubled heading stops the reading before a single row is taken, since
a column that moved silently shifts every sum. A row that cannot be read is kept as rejected with its raw cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from typing import Any

import msgspec
from rapidfuzz import process

from db.currencies import written
from db.words import AmountState, PartyState, Standing, YearState
from ingest.column import PARTIES
from ingest.editions import LONGEST_KEY
from ingest.reader import LayoutChangedError, Material
from ingest.readers.cells import CellError, Row, Setter, raw_text, row_hash, setter, take, unit_of
from ingest.readers.objections import objections
from ingest.readers.sheet_marks import Merged, column_letters
from ingest.readers.text_table import read_csv, read_html
from ingest.readers.workbook import Cell, Grid, open_sheet
from ingest.record import (
    NONE_YET,
    NOT_APPLICABLE,
    UNKNOWN_PARTY,
    WITHHELD_PARTY,
    Batch,
    Line,
    Party,
    Record,
    Rejected,
    Sum,
)
from ingest.source import Source, TableShape
from ingest.values.amount import AmountError, read_amount
from ingest.values.text import clean, cyrillic_folded
from ingest.values.total_words import is_total

BATCH_ROWS = 2000
"""Rows of one batch and so of one transaction."""

_CONSTANT_PARTY = {
    PartyState.UNKNOWN: UNKNOWN_PARTY,
    PartyState.NOT_APPLICABLE: NOT_APPLICABLE,
    PartyState.NONE_YET: NONE_YET,
    PartyState.WITHHELD: WITHHELD_PARTY,
}


def read_table(material: Material, source: Source) -> Iterator[Batch]:
    """Read a captured file as its source declares.

    Raises:
        LayoutChangedError: the file is not laid out as declared; nothing of it is taken.
    """
    shape = source.table
    if shape is None:
        raise LayoutChangedError(f"{source.name}: its yml has no `table:` section")
    where = f"{source.name}: {material.capture.file_name or material.capture.url}"
    grid = open_grid(material.body, where, shape)
    plan = _Plan(source, grid, where, _slice(shape, material, where))
    yield from plan.batches(material.capture.ref)


def open_grid(body: bytes, where: str, shape: TableShape) -> Grid:
    """Open the declared table of a file as a grid of cells."""
    if shape.format == "csv":
        return read_csv(body, where, delimiter=shape.delimiter, encoding=shape.encoding)
    if shape.format == "html":
        return read_html(body, where, selector=shape.selector, encoding=shape.encoding)
    return open_sheet(body, where, shape.sheet)


def headings_of(grid: Grid, shape: TableShape, declared: Container[str] | None = None) -> list[str]:
    """The heading of each column; a column that has cells and no heading is called by its place, "column C".

    A heading that is merged over several rows of its column, as beside a group of columns, is read in each of them.
    A column without a heading is one where it has cells in more than half of the rows and stands before the last
    heading, or is declared; a cell that strays into a column without a heading rejects its row, not the file.

    Args:
        grid: the cells of the table.
        shape: which row holds the headings.
        declared: the headings that the source declares; without them, as in a draft, one cell makes a column.
    """
    headings = [clean(raw_text(cell)) for cell in grid.rows[shape.header_row - 1]]
    for merged in _merged_in(grid, shape.header_row):
        if merged.left == merged.right <= len(headings):
            headings[merged.left - 1] = clean(raw_text(grid.cell(merged.top, merged.left)))
    while headings and not headings[-1]:
        headings.pop()
    between = {index for index, heading in enumerate(headings) if not heading}
    headings += [""] * (max(map(len, grid.rows)) - len(headings))
    below = [_filled(cells) for cells in grid.rows[shape.first_row - 1 :]] if between else []
    least = sum(map(bool, below)) // 2 if declared else 0
    columns = {index for index in between if sum(index in filled for filled in below) > least}
    for index in (index for index, heading in enumerate(headings) if not heading):
        placed = f"column {column_letters(index + 1)}"
        if index in columns or placed in (declared or ()):
            headings[index] = placed
    while headings and not headings[-1]:
        headings.pop()
    return headings


def merged_over_columns(grid: Grid, row: int) -> list[Merged]:
    """The merged ranges of a row that stand over several columns, so that none of them has a heading of its own."""
    return [merged for merged in _merged_in(grid, row) if merged.left < merged.right]


def _merged_in(grid: Grid, row: int) -> Iterator[Merged]:
    return (merged for merged in grid.marks.merged if merged.top <= row <= merged.bottom)


def _filled(cells: list[Cell]) -> set[int]:
    return {index for index, cell in enumerate(cells) if raw_text(cell).strip()}


def _slice(shape: TableShape, material: Material, where: str) -> str:
    if not shape.slice_from_name:
        return ""
    found = re.fullmatch(shape.slice_from_name, material.capture.file_name)
    if not found or found[1] is None:
        raise LayoutChangedError(
            f"{where}: the file name does not have the declared form {shape.slice_from_name}; "
            "rename the file as it was published, or correct `slice_from_name:`"
        )
    return found[1]


class _Plan:
    """The declaration compiled against the headings of one file."""

    def __init__(self, source: Source, grid: Grid, where: str, slice_name: str) -> None:
        self.source = source
        self.grid = grid
        self.where = where
        self.slice = slice_name
        shape = source.table
        assert shape is not None  # noqa: S101 - checked by the caller
        self.first = shape.first_row
        self.headings = self._headings(shape)
        self.positions = {heading: index for index, heading in enumerate(self.headings) if heading}
        self.setters: list[tuple[int, str, Setter]] = [
            (self.positions[heading], heading, setter(source, heading, rule))
            for heading in source.columns
            for rule in source.column_rules(heading)
        ]
        self.parties = [
            self.positions[heading]
            for heading in source.columns
            if any(rule.to in PARTIES for rule in source.column_rules(heading))
        ]
        self.identity = [self.positions[heading] for heading in source.identity]
        self.rank = [self.positions[heading] for heading in source.rank]
        self.objections = objections(grid, source, self.positions, self.first)
        self.merged_from: dict[int, list[Merged]] = {}
        for merged in grid.marks.merged:
            if merged.downwards and merged.top >= self.first:
                self.merged_from.setdefault(merged.top, []).append(merged)
        self.merged_here: dict[int, Merged] = {}
        self.total_seen: list[tuple[int, list[str]]] = []
        self.passed_over: dict[str, int] = {}

    def _headings(self, shape: TableShape) -> list[str]:
        rows = self.grid.rows
        if len(rows) < shape.header_row:
            raise LayoutChangedError(
                f"{self.where}: the table is empty; if the publisher emptied it, say so in the source's caveats"
            )
        wide = merged_over_columns(self.grid, shape.header_row)
        if wide:
            raise LayoutChangedError(
                f"{self.where}: row {shape.header_row} has merged headings ({', '.join(map(str, wide))}), and each "
                "column needs one of its own; where the row below names each column, set `header_row:` to that row, "
                "else ask the publisher for a table with one heading a column"
            )
        declared = {clean(name): name for name in (*self.source.columns, *self.source.ignored)}
        headings = headings_of(self.grid, shape, declared)
        found = [heading for heading in headings if heading]
        twice = sorted({heading for heading in found if found.count(heading) > 1})
        new = sorted(set(found) - set(declared))
        missing = sorted(set(declared) - set(found))
        if twice or new or missing:
            raise LayoutChangedError(
                f"{self.where}: headings in row {shape.header_row} are not as declared: "
                f"{_headings_said(shape, twice, new, missing)}. "
                f"Compare the file with {self.source.name}.yml and declare each under `columns:` or `ignored:`"
            )
        if shape.numbering_row:
            numbers = (
                [raw_text(cell).strip() for cell in rows[shape.header_row]] if len(rows) > shape.header_row else []
            )
            if numbers[: len(headings)] != [str(n + 1) for n in range(len(headings))]:
                raise LayoutChangedError(
                    f"{self.where}: row {shape.header_row + 1} does not number the columns as declared"
                )
        return [declared.get(heading, "") for heading in headings]

    def batches(self, capture: str) -> Iterator[Batch]:
        records: list[Record] = []
        rejected: list[Rejected] = []
        running: dict[str, int] = {}
        for number, own in enumerate(self.grid.rows[self.first - 1 :], start=self.first):
            self._go_to(number)
            if not any(raw_text(cell).strip() for cell in own):
                continue
            cells = self._with_merged(own)
            raws = [raw_text(cell) for cell in cells]
            if number in self.grid.broken:
                rejected.append(self._rejected(self.grid.broken[number], number, raws))
                continue
            if self._is_total(raws):
                self.total_seen.append((number, raws))
                continue
            if self._is_passed_over(raws):
                continue
            try:
                record = self._record(number, cells, raws)
            except ValueError as error:
                rejected.append(self._rejected(str(error), number, raws))
            else:
                records.append(record)
                running[record.amount.currency] = running.get(record.amount.currency, 0) + (record.amount.minor or 0)
            if len(records) + len(rejected) >= BATCH_ROWS:
                yield self._batch(capture, records, rejected)
                records, rejected = [], []
        self._reconcile(running)
        yield self._batch(capture, records, rejected)

    def _go_to(self, row: int) -> None:
        """Keep the merged ranges, at most one a column, that a row is part of."""
        for merged in self.merged_from.get(row, ()):
            self.merged_here[merged.left] = merged
        self.merged_here = {left: merged for left, merged in self.merged_here.items() if row <= merged.bottom}

    def _with_merged(self, own: list[Cell]) -> list[Cell]:
        """A row with what is merged down to it: the workbook shows it beside each of the rows."""
        if not self.merged_here:
            return own
        cells = own + [""] * (max(self.merged_here) - len(own))
        for left, merged in self.merged_here.items():
            cells[left - 1] = self.grid.cell(merged.top, left)
        return cells

    def _rejected(self, reason: str, number: int, raws: list[str]) -> Rejected:
        return Rejected(reason, self.grid.place(number), json.dumps(raws, ensure_ascii=False))

    def _batch(self, capture: str, records: list[Record], rejected: list[Rejected]) -> Batch:
        passed_over, self.passed_over = self.passed_over, {}
        return Batch(
            source=self.source.name,
            capture=capture,
            rows=len(records) + len(rejected),
            records=records,
            rejected=rejected,
            slice=self.slice,
            passed_over=passed_over,
        )

    def _is_passed_over(self, raws: list[str]) -> bool:
        """Whether the row is one that the source does not take; it is counted under the declared reason."""
        for rule in self.source.only:
            cells = [clean(raws[at]) if (at := self.positions[name]) < len(raws) else "" for name in rule.columns]
            if not any(cell in rule.values if rule.values else cell for cell in cells):
                self.passed_over[rule.why] = self.passed_over.get(rule.why, 0) + 1
                return True
        return False

    def _is_total(self, raws: list[str]) -> bool:
        total = self.source.total_row
        if total is None or (at := self.positions[total.column]) >= len(raws):
            return False
        return clean(raws[at]) == total.text

    def _reconcile(self, sums: dict[str, int]) -> None:
        """Compare a printed total with the rows above it.

        Raises:
            LayoutChangedError: they differ, or the declared total row is not there.
        """
        if self.source.total_row is None:
            return
        if len(self.total_seen) != 1:
            raise LayoutChangedError(f"{self.where}: {len(self.total_seen)} total rows found, one is declared")
        number, raws = self.total_seen[0]
        heading, rule = next(
            (heading, rule)
            for heading in self.source.columns
            for rule in self.source.column_rules(heading)
            if rule.to == self.source.amount
        )
        unit = unit_of(self.source, rule)
        at = self.positions[heading]
        try:
            printed = read_amount(raws[at] if at < len(raws) else "", unit).minor
        except AmountError as error:
            raise LayoutChangedError(
                f"{self.where}: {self.grid.place(number)} is the total row, and its {heading} cannot be read: {error}"
            ) from None
        rows = sums.get(unit.currency, 0)
        if printed != rows:
            raise LayoutChangedError(
                f"{self.where}: {self.grid.place(number)} prints a total of "
                f"{'nothing' if printed is None else written(printed, unit.currency)}, the rows add up to "
                f"{written(rows, unit.currency)}; a column may have shifted or rows may be missing"
            )

    def _record(self, number: int, cells: list[Cell], raws: list[str]) -> Record:
        source = self.source
        if number in self.objections:
            raise CellError(self.objections[number])
        if len(raws) < len(self.headings) and isinstance(source.table, TableShape) and source.table.format != "xlsx":
            raise CellError(f"{len(raws)} cells under {len(self.headings)} headings")
        if any(raw.strip() for raw in raws[len(self.headings) :]):
            raise CellError(f"{len(raws)} cells under {len(self.headings)} headings")
        for at, (heading, raw) in enumerate(zip(self.headings, raws, strict=False), start=1):
            if raw.strip() and not heading:
                raise CellError(
                    f"{raw.strip()[:40]!r} stands in column {column_letters(at)}, which has no heading; "
                    f"declare `column {column_letters(at)}:`"
                )
        total = next((raws[at] for at in self._names_at(raws) if is_total(clean(raws[at]))), "")
        if total:
            raise CellError(f"says {total.strip()!r}: a printed total is no record; declare it under `total_row:`")
        cells = cells + [""] * (len(self.headings) - len(cells))
        raws = raws + [""] * (len(self.headings) - len(raws))
        row = Row(source)
        for index, heading, read in self.setters:
            try:
                read(row, cells[index], raws[index])
            except ValueError as error:
                raise CellError(f"{heading}: {error}") from None
        return self._assemble(row, number, raws)

    def _names_at(self, raws: list[str]) -> list[int]:
        """Where the words stand under which a total is printed: in the first cell that is filled, or as a name."""
        first = next(at for at, raw in enumerate(raws) if raw.strip())
        return [first, *(at for at in self.parties if at < len(raws))]

    def _assemble(self, row: Row, number: int, raws: list[str]) -> Record:
        source, constants = self.source, self.source.constants
        fields: dict[str, Any] = dict(row.fields)
        if "year" not in fields and "year_state" not in fields:
            fields |= {"year": constants.year} if constants.year else {"year_state": YearState.NO_DATE}
        equivalent = row.sums.pop("equivalent", None)
        amount = take(row, source.amount)
        identity = " | ".join(raws[index] for index in self.identity)
        if amount.state is AmountState.ZERO and amount.minor != 0:
            raise CellError("a zero that is not zero")
        amount = msgspec.structs.replace(amount, precision=fields.pop("precision", amount.precision))
        return Record(
            measure=fields.pop("measure", source.measure),
            instrument=fields.pop("instrument", source.instrument),
            relevance=source.relevance,
            payer=self._payer(row),
            ministry=row.party("ministry"),
            organiser=row.party("organiser"),
            recipient=self._party(row, "recipient", constants.recipient or PartyState.UNKNOWN),
            intermediary=self._party(row, "intermediary", constants.intermediary or PartyState.NOT_APPLICABLE),
            outlet=self._party(row, "outlet", constants.outlet or PartyState.UNKNOWN),
            amount=amount,
            equivalent=equivalent,
            other_sums=tuple(row.sums.values()),
            lines=self._lines(row, amount, fields),
            year_basis=source.year_basis,
            locator=self.grid.place(number),
            identity=identity,
            raw_hash=row_hash(raws),
            root_key=self._root(raws),
            rank=" | ".join(_sortable(raws[index]) for index in self.rank),
            details=row.details,
            **{"region_text": constants.region, **self._standing(raws), **fields},
        )

    def _payer(self, row: Row) -> Party:
        constants = self.source.constants
        payer = row.party("payer") or (
            Party(name=constants.payer, id_scheme=constants.payer_scheme, registry_id=constants.payer_id)
            if constants.payer
            else None
        )
        if payer is None:
            raise CellError("names no payer, and the source declares no constant one")
        if constants.payer_from_slice:
            return Party(name=payer.name, lang=payer.lang, id_scheme=constants.payer_scheme, registry_id=self.slice)
        return payer

    def _party(self, row: Row, role: str, otherwise: PartyState) -> Party:
        return row.party(role) or _CONSTANT_PARTY[otherwise]

    def _lines(self, row: Row, amount: Sum, fields: dict[str, Any]) -> tuple[Line, ...]:
        if not row.line:
            return ()
        line: dict[str, Any] = dict(row.line)
        return (Line(name=fields.get("subject", ""), minor=amount.minor, **line),)

    def _root(self, raws: list[str]) -> str:
        """What the records of one thing share: declared parts of cells, "" where the row itself is the thing."""
        if self.source.root is None:
            return ""
        parts = []
        for heading, pattern in self.source.root.columns.items():
            found = re.search(pattern, raws[self.positions[heading]])
            if not found or found[1] is None:
                raise CellError(f"{heading}: {raws[self.positions[heading]]!r} does not have the form {pattern}")
            parts.append(found[1])
        root = "/".join(parts)
        if len(root.encode()) > LONGEST_KEY:
            raise CellError(
                f"{root[:40]!r}… names the thing of this row in {len(root)} characters; choose a part of it"
            )
        return root

    def _standing(self, raws: list[str]) -> dict[str, Any]:
        source = self.source
        if source.constants.counted_why:
            return {"standing": Standing.NEVER, "standing_why": source.constants.counted_why}
        if source.standing is None:
            return {}
        status = clean(raws[self.positions[source.standing.column]])
        rule = source.standing.values.get(status)
        if rule is None:
            raise CellError(f"{source.standing.column}: {status!r} is not declared under `standing:`")
        return {"standing": rule.standing, "standing_why": rule.why}


def _sortable(text: str) -> str:
    """Text that sorts as a reader expects: numbers by size, everything else as it stands."""
    return re.sub(r"\d+", lambda number: number[0].zfill(12), text)


def _headings_said(shape: TableShape, twice: list[str], new: list[str], missing: list[str]) -> str:
    """What is wrong with the headings, and what is most often behind it."""
    if len(new) == 1 and len(missing) > 1:
        marks = [mark for mark in (";", ",", "\t", "|") if mark != shape.delimiter and new[0].count(mark) > 1]
        if shape.format == "csv" and marks:
            return (
                f"the whole row is one heading ({new[0][:60]!r}…), so {shape.delimiter!r} is not the mark between "
                f"cells; set `delimiter:` to {marks[0]!r}"
            )
    listed = [
        f"{label} {', '.join(map(repr, names))}"
        for label, names in (("doubled", twice), ("new", new), ("missing", missing))
        if names
    ]
    unheaded = [name for name in new if re.fullmatch("column [A-Z]+", name)]
    if unheaded:
        listed.append(f"{', '.join(unheaded)} has cells and no heading")
    for name in missing:
        near = process.extractOne(name, new, processor=str.casefold, score_cutoff=80)
        if near:
            listed.append(_look_alikes(name, near[0]) or f"{near[0]!r} may be what {name!r} is called now")
    return "; ".join(listed)


def _look_alikes(declared: str, found: str) -> str:
    """Which letters two headings differ by where a reader sees none; empty where the difference can be seen."""
    if len(declared) != len(found) or cyrillic_folded(declared) != cyrillic_folded(found):
        return ""
    pairs = [(ours, theirs) for ours, theirs in zip(declared, found, strict=True) if ours != theirs]
    if any(ours.casefold() == theirs.casefold() for ours, theirs in pairs):
        return ""
    letters = ", ".join(f"{b!r} (U+{ord(b):04X}) where {a!r} (U+{ord(a):04X}) is declared" for a, b in pairs)
    return f"{found!r} looks like {declared!r} and has {letters}"
