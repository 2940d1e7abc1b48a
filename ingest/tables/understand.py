"""From a grid to a table: header, columns, kinds of rows, totals."""

from collections.abc import Mapping

import msgspec

from ingest.tables.model import Column, Doubt, Grid, Kind, Merge, Place, Table, Total
from ingest.tables.semantics import columns_of, filled, ordinal_column, other_units, row_kinds, split_grid
from ingest.tables.totals import check_totals, figure_columns


def understand(grid: Grid, source: str) -> Table:
    """Reads the meaning of a grid; its text is not changed."""
    grid = without_blank_rows(grid)
    titles, depth = split_grid(grid)
    cells, places = grid.cells, grid.places
    width = len(cells[0]) if cells else 0
    header = cells[titles : titles + depth]
    body = titles + depth
    above = [row[k].strip() for row in cells[:titles] for k in filled(row)]
    title = "\n".join(text for text in [grid.title, *above] if text)
    merges = [Merge(m.row0 - titles, m.column0, m.row1 - titles, m.column1) for m in grid.merges if m.row0 >= titles]
    rows, boxes = cells[body:], places[body:]
    columns = columns_of(header, merges, rows, title, width)
    kinds, totals, wrong = _proved(rows, columns, merges, depth)
    review = list(grid.needs_review)
    if not header and rows:
        review.append("no heading row was found")
    if any("\ufffd" in text for row in cells for text in row):
        review.append("letters without a known character")
    review.extend(other_units(title, rows, kinds, columns))
    review.extend(wrong)
    review.extend(
        f"no unit is printed for column {k + 1}" for k in figure_columns(columns) if columns[k].unit.factor is None
    )
    return Table(
        page=grid.page,
        sheet=grid.sheet,
        source=source,
        header=header,
        rows=rows,
        boxes=boxes,
        merges=merges,
        title=title,
        columns=columns,
        kinds=kinds,
        totals=totals,
        notes=list(grid.notes),
        needs_review=review,
        doubts=[
            Doubt(r, k, other)
            for place, other in grid.doubts
            for r, row in enumerate(boxes)
            for k, cell in enumerate(row)
            if any(_holds(one, place) for one in cell)
        ],
    )


def _holds(cell: Place, inner: Place) -> bool:
    """Whether the middle of one place lies in another."""
    x, y = (inner.x0 + inner.x1) / 2, (inner.y0 + inner.y1) / 2
    return cell.page == inner.page and cell.x0 <= x <= cell.x1 and cell.y0 <= y <= cell.y1


def with_texts(table: Table, texts: Mapping[tuple[int, int], str]) -> Table:
    """The table with other texts in some cells, by row and column from 0: its rows are told apart and added anew.

    Headings, and what a column is, stay as they were read.
    """
    rows = [[texts.get((r, k), text) for k, text in enumerate(row)] for r, row in enumerate(table.rows)]
    before = _disagreements(table.totals)
    kinds, totals, wrong = _proved(rows, table.columns, table.merges, len(table.header))
    review = [*(reason for reason in table.needs_review if reason not in before), *wrong]
    doubts = [doubt for doubt in table.doubts if (doubt.row, doubt.column) not in texts]
    return msgspec.structs.replace(table, rows=rows, kinds=kinds, totals=totals, needs_review=review, doubts=doubts)


def _proved(
    rows: list[list[str]], columns: list[Column], merges: list[Merge], depth: int
) -> tuple[list[Kind], list[Total], list[str]]:
    """Kinds of rows, totals compared, and the totals that disagree as reasons for review."""
    covered = frozenset(r - depth for m in merges for r in range(m.row0 + 1, m.row1 + 1) if r >= depth)
    kinds = row_kinds(rows, ordinal_column(columns, rows), set(figure_columns(columns)), covered)
    kinds, totals = check_totals(rows, kinds, columns, merges, depth)
    return kinds, totals, _disagreements(totals)


def _disagreements(totals: list[Total]) -> list[str]:
    wrong = sorted({t.row for t in totals if t.verdict != "equal"})
    return [f"total in row {r + 1} does not agree with its rows" for r in wrong]


def without_blank_rows(grid: Grid) -> Grid:
    """The grid without rows that hold no text; merges shrink with them."""
    keep = [r for r, row in enumerate(grid.cells) if filled(row)]
    if len(keep) == len(grid.cells):
        return grid
    index = {r: i for i, r in enumerate(keep)}
    merges: list[Merge] = []
    for m in grid.merges:
        left = [index[r] for r in range(m.row0, m.row1 + 1) if r in index]
        if m.row0 in index and (left[0], m.column0) != (left[-1], m.column1):
            merges.append(Merge(left[0], m.column0, left[-1], m.column1))
    grid.cells = [grid.cells[r] for r in keep]
    grid.places = [grid.places[r] for r in keep]
    grid.merges = merges
    if grid.header_rows is not None:
        grid.header_rows = sum(r < grid.header_rows for r in keep) or None
    return grid
