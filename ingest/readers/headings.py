"""The headings of a table, and whether they are those that its source declares.

Headings are matched by text. A new, missing or doubled one stops the reading before a single row is taken, since a
column that moved silently shifts every sum.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from rapidfuzz import process

from ingest.reader import LayoutChangedError
from ingest.readers.cells import raw_text
from ingest.readers.sheet_marks import Merged, column_letters, column_number
from ingest.readers.workbook import Cell, Grid
from ingest.source import Source, TableShape
from ingest.values.text import clean, cyrillic_folded


def headings_as_declared(grid: Grid, source: Source, shape: TableShape, where: str) -> list[str]:
    """The heading of each column as its source declares it; "" for a column that has none and no cells.

    Raises:
        LayoutChangedError: the headings, or the row that numbers the columns, are not as declared.
    """
    if len(grid.rows) < shape.header_row:
        raise LayoutChangedError(
            f"{where}: the table is empty; if the publisher emptied it, say so in the source's caveats"
        )
    wide = merged_over_columns(grid, shape.header_row)
    if wide:
        raise LayoutChangedError(
            f"{where}: row {shape.header_row} has merged headings ({', '.join(map(str, wide))}), and each "
            "column needs one of its own; where the row below names each column, set `header_row:` to that row, "
            "else ask the publisher for a table with one heading a column"
        )
    declared = {clean(name): name for name in (*source.columns, *source.ignored)}
    headings = headings_of(grid, shape, declared)
    found = [heading for heading in headings if heading]
    twice = sorted({heading for heading in found if found.count(heading) > 1})
    new = sorted(set(found) - set(declared))
    missing = sorted(set(declared) - set(found))
    if twice or new or missing:
        raise LayoutChangedError(
            f"{where}: headings in row {shape.header_row} are not as declared: "
            f"{_said(shape, twice, new, missing)}. "
            f"Compare the file with {source.name}.yml and declare each under `columns:` or `ignored:`"
        )
    if shape.numbering_row:
        below = grid.rows[shape.header_row] if len(grid.rows) > shape.header_row else []
        numbers = [raw_text(cell).strip() for cell in below]
        if numbers[: len(headings)] != [str(n + 1) for n in range(len(headings))]:
            raise LayoutChangedError(f"{where}: row {shape.header_row + 1} does not number the columns as declared")
    return [declared.get(heading, "") for heading in headings]


def headings_of(grid: Grid, shape: TableShape, declared: Collection[str] | None = None) -> list[str]:
    """The heading of each column; a column that has cells and no heading is called by its place, "column C".

    A heading that is merged over several rows of its column, as beside a group of columns, is read in each of them.
    A column without a heading is one where it has cells in more than half of the rows and stands before the last
    heading, or is declared, whether it has cells in this file or not; a cell that strays into a column without a
    heading rejects its row, not the file.

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
    widest = max([*map(len, grid.rows), *map(column_placed, declared or ())])
    headings += [""] * (widest - len(headings))
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


def column_placed(heading: str) -> int:
    """The number of the column that "column C" names by its place; 0 for a heading that is printed."""
    found = re.fullmatch("column ([A-Z]{1,3})", heading)
    return column_number(found[1]) if found else 0


def merged_over_columns(grid: Grid, row: int) -> list[Merged]:
    """The merged ranges of a row that stand over several columns, so that none of them has a heading of its own."""
    return [merged for merged in _merged_in(grid, row) if merged.left < merged.right]


def _merged_in(grid: Grid, row: int) -> Iterator[Merged]:
    return (merged for merged in grid.marks.merged if merged.top <= row <= merged.bottom)


def _filled(cells: list[Cell]) -> set[int]:
    return {index for index, cell in enumerate(cells) if raw_text(cell).strip()}


def _said(shape: TableShape, twice: list[str], new: list[str], missing: list[str]) -> str:
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
