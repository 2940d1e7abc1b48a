"""What stands against a row of a sheet although each of its values can be read: formulas, errors, merges, formats."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.column import SUMS
from ingest.readers.cells import raw_text, unit_of
from ingest.readers.number_formats import objection
from ingest.readers.sheet_marks import Place
from ingest.readers.workbook import Grid
from ingest.source import Source
from ingest.values.amount import Unit


def objections(grid: Grid, source: Source, positions: Mapping[str, int], first: int) -> dict[int, str]:
    """The rows of a sheet that cannot be taken, by their number, each with the reason.

    Args:
        grid: the sheet.
        source: its declaration; what stands under headings that are ignored is no matter.
        positions: where each declared heading stands, from 0.
        first: the first row of data, from 1.
    """
    if not (grid.marks.formulas or grid.marks.errors or grid.marks.merged or grid.marks.shown):
        return {}
    used = {positions[heading] + 1: heading for heading in _used(source)}
    units = {
        positions[heading] + 1: unit_of(source, rule)
        for heading in source.columns
        for rule in source.column_rules(heading)
        if rule.to in SUMS
    }
    told = {
        row: f"{used[column]}: {why}"
        for (row, column), why in (*_shown(grid, units).items(), *_merged(grid, used, units).items())
    }
    for (row, column), text in grid.marks.errors.items():
        if column in used:
            told[row] = f"{used[column]}: {text!r} is an error of the spreadsheet; what stood there is not told"
    told |= dict.fromkeys(
        grid.marks.formulas, "the row holds a formula; its shown result is not what the publisher wrote"
    )
    return {row: why for row, why in told.items() if row >= first}


def _used(source: Source) -> list[str]:
    """The headings whose cells make a record, its key, its rank or its standing."""
    also = [*source.identity, *source.rank, *(source.root.columns if source.root else ())]
    return list(dict.fromkeys([*source.columns, *also, *([source.standing.column] if source.standing else [])]))


def _shown(grid: Grid, units: Mapping[int, Unit]) -> dict[Place, str]:
    return {
        (row, column): why
        for (row, column), code in grid.marks.shown.items()
        if column in units and (why := objection(code, units[column]))
    }


def _merged(grid: Grid, used: Mapping[int, str], units: Mapping[int, Unit]) -> dict[Place, str]:
    """Cells that a merged one covers: they read as blank and are not; and sums that stand for several rows."""
    found: dict[Place, str] = {}
    for top, left, bottom, right in grid.marks.merged:
        across = [column for column in used if left <= column <= right]
        if not across or not raw_text(grid.cell(top, left)).strip():
            continue
        rows = range(top, min(bottom, len(grid.rows)) + 1)
        why = f"is merged with cells of rows {top} to {bottom}" if bottom > top else "is merged with cells beside it"
        why += "; what it says of each is not told, ask for the table without merged cells"
        for row in rows:
            covered = [
                column for column in across if (row, column) != (top, left) or (column in units and bottom > top)
            ]
            if covered:
                found[row, covered[0]] = why
    return found
