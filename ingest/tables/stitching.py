"""Pieces of one table on following pages become one table again.

A page break cuts a table in three ways: the header is printed again, the columns go on without one, or a row
itself is cut and its rest stands on the next page beside empty key cells. A rest counted as a row of its own
would be a record without a name; a name without its rest would be another outlet.
"""

from rapidfuzz import fuzz

from ingest.tables.amounts import looks_like_amount
from ingest.tables.lettering import join_lines
from ingest.tables.model import READ_FROM_PICTURE, Grid, Merge, Place
from ingest.tables.semantics import filled, split_grid, tight
from ingest.tables.words import PART, YEAR_HEADING, unit_over
from ingest.values.total_words import TOTAL

NEAR = 6.0
"""Borders closer than this (points) are the same column border."""


def stitch(grids: list[Grid]) -> list[Grid]:
    """Joins pieces in page order and drops columns that stay empty throughout."""
    tables: list[Grid] = []
    for grid in grids:
        if tables and _continues(tables[-1], grid):
            joined = _join(tables[-1], grid)
            if joined is not None:
                tables[-1] = joined
                continue
        tables.append(grid)
    return [drop_empty_columns(table) for table in tables]


def _pages(table: Grid) -> int:
    """Page of the last piece."""
    return max((p.page for row in table.places[-1:] for cell in row for p in cell), default=table.page)


def _continues(table: Grid, piece: Grid) -> bool:
    if not table.edges or not piece.edges or piece.page != _pages(table) + 1:
        return False
    told = unit_over(piece.title)
    if told.raw and told != unit_over(table.title):
        return False  # "continued, in millions": what follows is counted otherwise
    if _repeated(table, piece) and len(table.cells[0]) == len(piece.cells[0]):
        return piece.first
    return table.last and piece.first and _map(table, piece) is not None


def _repeated(table: Grid, piece: Grid) -> int:
    """Number of leading rows that both print; pictures of pages may differ in some letters."""
    read = any(READ_FROM_PICTURE in reason for reason in piece.needs_review)
    count = 0
    for a, b in zip(table.cells, piece.cells, strict=False):
        one, other = [tight(t) for t in a], [tight(t) for t in b]
        if one != other and not (read and fuzz.ratio("|".join(one), "|".join(other)) > 75):
            break
        count += 1
    return count


def _column_map(wide: tuple[float, ...], narrow: tuple[float, ...]) -> list[int] | None:
    """Column of `wide` in which each column of `narrow` begins, None when the borders are not the same."""
    shift = narrow[0] - wide[0]
    if abs(shift) > 60 or abs((narrow[-1] - wide[-1]) - shift) > NEAR:
        return None
    found: list[int] = []
    for edge in narrow[:-1]:
        nearest = min(range(len(wide) - 1), key=lambda k: abs(wide[k] + shift - edge))
        if abs(wide[nearest] + shift - edge) > NEAR or nearest in found:
            return None
        found.append(nearest)
    return found


def _map(wide: Grid, narrow: Grid) -> list[int] | None:
    if bool(wide.ink) != bool(narrow.ink):
        return None
    if not wide.ink:
        return _column_map(wide.edges, narrow.edges)
    found: list[int] = []
    for left, right in narrow.ink:
        near = [
            k
            for k, (a, b) in enumerate(wide.ink)
            if min(b, right) > max(a, left) and (abs(a - left) < NEAR or abs(b - right) < NEAR)
        ]
        if len(near) != 1 or near[0] in found:
            return None
        found.append(near[0])
    return found


def _widen(grid: Grid, onto: list[int], edges: tuple[float, ...], *, merge: bool) -> Grid:
    """The same rows over more columns; a cell that now spans several becomes a merge."""
    width = len(edges) - 1
    starts = [*onto, width]
    cells = [["" for _ in range(width)] for _ in grid.cells]
    places: list[list[list[Place]]] = [[[] for _ in range(width)] for _ in grid.cells]
    merges = [Merge(m.row0, starts[m.column0], m.row1, starts[m.column1 + 1] - 1) for m in grid.merges]
    covered = {(m.row0, m.column0) for m in merges}
    for r, row in enumerate(grid.cells):
        for k, text in enumerate(row):
            cells[r][starts[k]] = text
            places[r][starts[k]] = grid.places[r][k]
            if merge and text and starts[k + 1] - starts[k] > 1 and (r, starts[k]) not in covered:
                merges.append(Merge(r, starts[k], r, starts[k + 1] - 1))
    grid.cells, grid.places, grid.merges, grid.edges = cells, places, merges, edges
    return grid


def _join(table: Grid, piece: Grid) -> Grid | None:
    if len(table.edges) != len(piece.edges) or _map(table, piece) is None:
        if len(table.edges) >= len(piece.edges):
            onto = _map(table, piece)
            if onto is None:
                return None
            piece = _widen(piece, onto, table.edges, merge=not table.ink)
        else:
            onto = _map(piece, table)
            if onto is None:
                return None
            table = _widen(table, onto, piece.edges, merge=not table.ink)
            table.ink = piece.ink
    titles, depth = split_grid(table)
    # rows of the body may repeat; a header is dropped, a record never
    drop = min(_repeated(table, piece), titles + depth)
    cells, places = piece.cells[drop:], piece.places[drop:]
    merges = [m for m in piece.merges if m.row0 >= drop]
    taken = 0
    if cells and len(table.cells) > titles + depth:
        verdict = _rest_of_row(table, cells, titles + depth)
        if verdict == "rest":
            _append(table, cells[0], places[0])
            taken = 1
            table.notes = [*table.notes, f"a row cut by the end of page {piece.page - 1} was joined"]
        elif verdict == "unclear":
            table.needs_review = [
                *table.needs_review,
                f"first row of page {piece.page} may be the rest of the row before it",
            ]
    base = len(table.cells) - drop - taken
    table.cells = [*table.cells, *cells[taken:]]
    table.places = [*table.places, *places[taken:]]
    table.merges = [
        *table.merges,
        *(Merge(m.row0 + base, m.column0, m.row1 + base, m.column1) for m in merges if m.row0 - drop >= taken),
    ]
    table.last = piece.last
    table.needs_review = [*table.needs_review, *(r for r in piece.needs_review if r not in table.needs_review)]
    table.notes = [*table.notes, *piece.notes]
    table.doubts = [*table.doubts, *piece.doubts]
    return table


def _rest_of_row(table: Grid, cells: list[list[str]], header: int) -> str:
    """Whether the first row of a piece is the rest of the row cut by the page break.

    Returns:
        `rest`, `row`, or `unclear` when nothing but a reader can tell.
    """
    row, before = cells[0], table.cells[-1]
    texts = filled(row)
    others = [*table.cells[header:], *cells[1:]]
    body = [r for r in others if len(filled(r)) > 1 and not any(TOTAL.match(text) for text in r)]
    labels = [row[k] for k in texts if not looks_like_amount(row[k])]
    spread = any(YEAR_HEADING.match(row[k]) for k in texts) and len(texts) == 1
    if not texts or spread or any(TOTAL.match(t) or PART.match(t) for t in labels) or not body:
        return "row"
    always = [k for k in range(len(row)) if sum(bool(r[k].strip()) for r in body) >= 0.9 * len(body)]
    missing = [k for k in always if k not in texts]
    if not missing:
        return "row"
    new_columns = [k for k in texts if not before[k].strip()]
    whole_figures = [k for k in texts if looks_like_amount(row[k]) and looks_like_amount(before[k])]
    if whole_figures or not filled(before) or len(filled(before)) == 1:
        return "unclear"
    if texts == [0] and always and 0 in always:
        return "unclear" if row[0][:1].isupper() else "rest"
    return "rest" if not new_columns else "unclear"


def _append(table: Grid, rest: list[str], places: list[list[Place]]) -> None:
    for k, text in enumerate(rest):
        if text:
            table.cells[-1][k] = join_lines([table.cells[-1][k], text])
            table.places[-1][k] = [*table.places[-1][k], *places[k]]


def drop_empty_columns(table: Grid) -> Grid:
    """Removes columns without any text; borders drawn twice and margins make such columns."""
    keep = [k for k in range(len(table.cells[0])) if any(row[k] for row in table.cells)] if table.cells else []
    if not keep or len(keep) == len(table.cells[0]):
        return table
    index = {k: i for i, k in enumerate(keep)}
    table.cells = [[row[k] for k in keep] for row in table.cells]
    table.places = [[row[k] for k in keep] for row in table.places]
    merges: list[Merge] = []
    for m in table.merges:
        left = [index[k] for k in range(m.column0, m.column1 + 1) if k in index]
        if left and (m.row0, left[0]) != (m.row1, left[-1]):
            merges.append(Merge(m.row0, left[0], m.row1, left[-1]))
    table.merges = merges
    if table.edges:
        table.edges = (*(table.edges[k] for k in keep), table.edges[-1])
    return table
