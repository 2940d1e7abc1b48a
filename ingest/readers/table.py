"""Reads a declared table file: yml in, records and rejected rows out, no Python per source.

A file that is not laid out as declared is refused before a single row is taken. A row that cannot be read is kept as
rejected with its raw cells.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ingest.column import PARTIES
from ingest.reader import LayoutChangedError, Material
from ingest.readers.assembly import Assembly
from ingest.readers.cells import CellError, Row, Setter, raw_text, setter
from ingest.readers.headings import column_placed, headings_as_declared
from ingest.readers.objections import objections
from ingest.readers.sheet_marks import Merged, column_letters
from ingest.readers.text_table import read_csv, read_html
from ingest.readers.total_row import TotalRow
from ingest.readers.workbook import Cell, Grid, open_sheet
from ingest.record import Batch, Record, Rejected
from ingest.source import Source, TableShape
from ingest.values.text import clean
from ingest.values.total_words import is_total

BATCH_ROWS = 2000
"""Rows of one batch and so of one transaction."""


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
        self.slice = slice_name
        shape = source.table
        assert shape is not None  # noqa: S101 - checked by the caller
        self.first = shape.first_row
        self.headings = headings_as_declared(grid, source, shape, where)
        self.least = max(
            (at for at, name in enumerate(self.headings, 1) if name and not column_placed(name)), default=0
        )
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
        self.assembly = Assembly(source, grid, self.positions, slice_name)
        self.total = TotalRow(source, grid, where, self.positions)
        self.objections = objections(grid, source, self.positions, self.first)
        self.merged_from: dict[int, list[Merged]] = {}
        for merged in grid.marks.merged:
            if merged.downwards and merged.top >= self.first:
                self.merged_from.setdefault(merged.top, []).append(merged)
        self.merged_here: dict[int, Merged] = {}
        self.passed_over: dict[str, int] = {}

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
            if self.total.takes(number, raws) or self._is_passed_over(raws):
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
        self.total.reconcile(running)
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

    def _record(self, number: int, cells: list[Cell], raws: list[str]) -> Record:
        source = self.source
        if number in self.objections:
            raise CellError(self.objections[number])
        if len(raws) < self.least and isinstance(source.table, TableShape) and source.table.format != "xlsx":
            raise CellError(f"{len(raws)} cells under {self.least} headings")
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
        return self.assembly.record(row, number, raws)

    def _names_at(self, raws: list[str]) -> list[int]:
        """Where the words stand under which a total is printed: in the first cell that is filled, or as a name."""
        first = next(at for at, raw in enumerate(raws) if raw.strip())
        return [first, *(at for at in self.parties if at < len(raws))]
