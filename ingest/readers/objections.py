"""What stands against a row of a sheet although each of its values can be read: formulas, errors, merges, formats."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.column import SUMS
from ingest.readers.cells import raw_text, unit_of
from ingest.readers.number_formats import objection
from ingest.readers.sheet_marks import Merged, Place
from ingest.readers.workbook import Grid
from ingest.source import Source
from ingest.values.amount import Unit

_ERROR = "{!r} is an error of the spreadsheet; what stood there is not told"


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
        for (row, column), why in (*_shown(grid, units).items(), *_merged(grid, used, units, first).items())
    }
    for (row, column), text in grid.marks.errors.items():
        if column in used:
            told[row] = f"{used[column]}: {_ERROR.format(text)}"
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
        if column in units and (why := objection(code, units[column].currency))
    }


def _merged(grid: Grid, used: Mapping[int, str], units: Mapping[int, Unit], first: int) -> dict[Place, str]:
    """Rows of merged cells that do not say the same of each of them, or say what is no value."""
    found: dict[Place, str] = {}
    for merged in grid.marks.merged:
        across = sorted(column for column in used if merged.left <= column <= merged.right)
        if not across or not _text(grid, merged.top, merged.left):
            continue
        for row in range(merged.top, min(merged.bottom, len(grid.rows)) + 1):
            if merged.left < merged.right:
                why = _over_columns(merged, row, across)
            elif merged.top < first:
                why = f"is merged with its heading ({merged}); what it says of the row is not told"
            else:
                why = _downwards(grid, merged, row, is_sum=merged.left in units)
            if why:
                found[row, across[0]] = why
    return found


def _over_columns(merged: Merged, row: int, across: list[int]) -> str:
    """What stands against a row of a range of several columns, unless it is read from its first cell alone."""
    if row == merged.top == merged.bottom and across == [merged.left]:
        return ""
    return f"one cell stands over several columns ({merged}); a label over rows is passed over with `only:`"


def _downwards(grid: Grid, merged: Merged, row: int, *, is_sum: bool) -> str:
    """What stands against a row of a range of one column; what its first cell says is else read in each row."""
    own, above = _text(grid, row, merged.left), _text(grid, merged.top, merged.left)
    if is_sum and merged.downwards:
        return f"one sum is merged over rows {merged.top} to {merged.bottom}, and how it divides is not stated"
    if row == merged.top:
        return ""
    if (merged.top, merged.left) in grid.marks.errors:
        return _ERROR.format(above)
    if (merged.top, merged.left) in grid.marks.computed:
        return f"is merged with row {merged.top}, where it is a formula"
    if own and own != above:
        return (
            f"{own[:40]!r} is hidden under {above[:40]!r}, which is merged over it; which of them is meant is not told"
        )
    return ""


def _text(grid: Grid, row: int, column: int) -> str:
    return raw_text(grid.cell(row, column)).strip()
