"""Tables drawn with ruled lines: a lattice to cells, letters into cells."""

from bisect import bisect_right
from collections import defaultdict
from itertools import pairwise

from ingest.components import Components
from ingest.tables.amounts import is_blank, looks_like_amount
from ingest.tables.chunks import cut_lines
from ingest.tables.lattice import Lattice, lattices
from ingest.tables.lettering import box_of, join_lines, line_text, lines_of
from ingest.tables.model import Grid, Merge, Place
from ingest.tables.pdf_page import Letter, Page

WIDE = 6.0
"""A narrower column without text is the space between two strokes; a wider one is an empty column."""


def _drawn(stretches: list[tuple[float, float]], start: float, end: float) -> bool:
    """Most of the way between two borders is drawn."""
    covered = sum(max(0.0, min(b, end) - max(a, start)) for a, b in stretches)
    return covered >= 0.6 * (end - start)


def _regions(lattice: Lattice) -> tuple[list[list[int]], bool]:
    """Number of the cell that owns each square of the lattice; True when some shape was no rectangle."""
    rows, columns = len(lattice.ys) - 1, len(lattice.xs) - 1
    cells = Components(rows * columns)
    for r in range(rows):
        for k in range(columns):
            here = r * columns + k
            if k + 1 < columns and not _drawn(lattice.down.get(k + 1, []), lattice.ys[r], lattice.ys[r + 1]):
                cells.join(here + 1, here)
            if r + 1 < rows and not _drawn(lattice.across.get(r + 1, []), lattice.xs[k], lattice.xs[k + 1]):
                cells.join(here + columns, here)
    owner = [[cells.find(r * columns + k) for k in range(columns)] for r in range(rows)]
    return owner, _cut_into_runs(owner)


def _cut_into_runs(owner: list[list[int]]) -> bool:
    """Cells that are no rectangle fall apart into one run per row, so that nothing is lost; True if there was one."""
    squares: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for r, row in enumerate(owner):
        for k, cell in enumerate(row):
            squares[cell].append((r, k))
    fresh = base = len(owner) * len(owner[0])
    for group in squares.values():
        rows, columns = {g[0] for g in group}, {g[1] for g in group}
        if len(group) == (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1):
            continue
        for r, k in group:
            left = owner[r][k - 1] if k and (r, k - 1) in group else None
            if left is None:
                left, fresh = fresh, fresh + 1
            owner[r][k] = left
    return fresh > base


Span = tuple[int, int, int, int]
"""First row, first column, last row, last column of a cell."""


def _spans(owner: list[list[int]]) -> dict[int, Span]:
    spans: dict[int, Span] = {}
    for r, row in enumerate(owner):
        for k, cell in enumerate(row):
            r0, k0, r1, k1 = spans.get(cell, (r, k, r, k))
            spans[cell] = (min(r0, r), min(k0, k), max(r1, r), max(k1, k))
    return spans


def _inside_cells(lattice: Lattice, owner: list[list[int]], letters: list[Letter]) -> dict[int, list[Letter]]:
    inside: dict[int, list[Letter]] = defaultdict(list)
    xs, ys, rows, columns = lattice.xs, lattice.ys, len(owner), len(owner[0])
    for letter in letters:
        _, x0, x1, _, top, bottom, _ = letter
        r = bisect_right(ys, (top + bottom) / 2) - 1
        k = bisect_right(xs, (x0 + x1) / 2) - 1
        if 0 <= r < rows and 0 <= k < columns:
            inside[owner[r][k]].append(letter)
    return inside


def _split_open_rows(lattice: Lattice, owner: list[list[int]], inside: dict[int, list[Letter]]) -> int:
    """Parts rows without vertical lines at the borders that other rows draw; returns how many were parted.

    Many printed tables rule the header in full and the body by horizontal lines only. A row is parted when its
    words stand apart and none of them crosses a border; one such row alone may be a merged cell, so three are
    asked for, and at least half of the merged rows.
    """
    found: list[tuple[int, Span]] = []
    wide = 0
    for cell, (r0, k0, r1, k1) in _spans(owner).items():
        if k1 == k0 or not inside.get(cell):
            continue
        wide += 1
        borders = lattice.xs[k0 + 1 : k1 + 1]
        chunks = [chunk for line in cut_lines(inside[cell]) for chunk in line.chunks]
        columns = {bisect_right(borders, (a.x0 + a.x1) / 2) for a in chunks}
        crossed = any(a.x0 + 1 < border < a.x1 - 1 for a in chunks for border in borders)
        if len(columns) > 1 and not crossed:
            found.append((cell, (r0, k0, r1, k1)))
    if len(found) < 3 or 2 * len(found) < wide:
        return 0
    fresh = max(cell for row in owner for cell in row) + 1
    for _, (r0, k0, r1, k1) in found:
        for k in range(k0, k1 + 1):
            for r in range(r0, r1 + 1):
                owner[r][k] = fresh
            fresh += 1
    return len(found)


def _with_open_lines(lattice: Lattice, owner: list[list[int]], inside: dict[int, list[Letter]]) -> tuple[Lattice, int]:
    """The lattice with borders added where a cell holds a whole column of figures, one on each line.

    Tables with vertical lines only print all rows into one tall cell. The lines are rows when two columns hold
    at least four figures, each alone on its line, and their base lines agree (or one column holds eight).
    """
    bases: dict[int, list[list[float]]] = defaultdict(list)
    for cell, (r0, _, r1, _) in _spans(owner).items():
        found = inside.get(cell, [])
        tall = r0 == r1 and len(found) > 3 and lattice.ys[r0 + 1] - lattice.ys[r0] > 4 * found[0].size
        if (
            not tall
            or len({round(a.base) for a in found}) < 4
            or 2 * sum(a.text.isdigit() for a in found) < len(found)
        ):
            continue
        lines = [a for a in cut_lines(found) if not is_blank(a.chunks[0].text)]
        if len(lines) >= 4 and all(len(a.chunks) == 1 and looks_like_amount(a.chunks[0].text) for a in lines):
            bases[r0].append([a.base for a in lines])
    added: list[float] = []
    for columns in bases.values():
        longest = max(columns, key=len)
        agree = sum(all(any(abs(y - z) < 2 for z in longest) for y in column) for column in columns)
        if agree >= 2 or len(longest) >= 8:
            added += [a + 0.25 * (b - a) for a, b in pairwise(longest)]
    if not added:
        return lattice, 0
    ys = sorted([*lattice.ys, *added])
    across = {ys.index(lattice.ys[i]): stretches for i, stretches in lattice.across.items()}
    for y in added:
        across[ys.index(y)] = [(lattice.xs[0], lattice.xs[-1])]
    return Lattice(lattice.xs, ys, across, lattice.down), len(added)


def _kept(extents: list[tuple[int, int]], borders: list[float]) -> list[int]:
    """Rows or columns in which cells begin; one of a double line's width is skipped for the next within the cell.

    Args:
        extents: first and last row (column) of every cell that counts.
        borders: the borders of the rows (columns).
    """
    kept: set[int] = set()
    for first, last in set(extents):
        wide = (k for k in range(first, last + 1) if borders[k + 1] - borders[k] > WIDE)
        kept.add(next(wide, first))
    return sorted(kept)


def read_grid(page: Page, lattice: Lattice, letters: list[Letter]) -> Grid | None:
    """The cells of one lattice with their text; None when it holds no table (a frame, a form line)."""
    owner, odd = _regions(lattice)
    inside = _inside_cells(lattice, owner, letters)
    lattice, lined = _with_open_lines(lattice, owner, inside)
    if lined:
        owner, odd = _regions(lattice)
        inside = _inside_cells(lattice, owner, letters)
    parted = _split_open_rows(lattice, owner, inside)
    if parted:
        inside = _inside_cells(lattice, owner, letters)
    printed = {cell: [line_text(line) for line in lines_of(found)] for cell, found in inside.items()}
    texts = {cell: join_lines(lines) for cell, lines in printed.items()}
    spans = _spans(owner)
    told = {cell: span for cell, span in spans.items() if texts.get(cell)}
    rows = _kept([(r0, r1) for r0, _, r1, _ in told.values()], lattice.ys)
    blank = [(k0, k1) for _, k0, _, k1 in spans.values() if k0 == k1 and lattice.xs[k0 + 1] - lattice.xs[k0] > WIDE]
    columns = _kept([(k0, k1) for _, k0, _, k1 in told.values()] + blank, lattice.xs)
    if len(columns) < 2 or not rows or sum(1 for text in texts.values() if text) < 3:
        return None
    grid = _lay_out(page, told, texts, inside, rows, columns=columns)
    grid.edges = (*(lattice.xs[k] for k in columns), lattice.xs[-1])
    grid.bounds = (lattice.ys[0], lattice.ys[-1], page.height)
    if odd:
        grid.needs_review = [*grid.needs_review, "a cell has no rectangular border"]
    stacked = sum(len(a) > 1 and all(looks_like_amount(t) and not is_blank(t) for t in a) for a in printed.values())
    if stacked:
        grid.needs_review = [*grid.needs_review, f"{stacked} cells hold figures on several lines"]
    if lined:
        grid.needs_review = [*grid.needs_review, f"{lined} rows have no lines between them"]
    if parted:
        grid.needs_review = [*grid.needs_review, f"{parted} rows have no lines between their columns"]
    return grid


def _lay_out(
    page: Page,
    spans: dict[int, Span],
    texts: dict[int, str],
    inside: dict[int, list[Letter]],
    rows: list[int],
    *,
    columns: list[int],
) -> Grid:
    """Cells with text onto the rows and columns that stay; a cell that begins in a dropped one moves to the next."""
    cells = [["" for _ in columns] for _ in rows]
    places: list[list[list[Place]]] = [[[] for _ in columns] for _ in rows]
    merges: list[Merge] = []
    for cell, (r0, k0, r1, k1) in spans.items():
        own_rows = [i for i, r in enumerate(rows) if r0 <= r <= r1]
        own_columns = [j for j, k in enumerate(columns) if k0 <= k <= k1]
        i = own_rows[0] if own_rows else min(bisect_right(rows, r0), len(rows) - 1)
        j = own_columns[0] if own_columns else max(bisect_right(columns, k0) - 1, 0)
        cells[i][j] = join_lines([cells[i][j], texts[cell]])
        box = box_of(inside[cell])
        if box:
            x0, y0, x1, y1 = page.to_display(*box)
            places[i][j] = [*places[i][j], Place(page=page.number, x0=x0, y0=y0, x1=x1, y1=y1)]
        if len(own_rows) > 1 or len(own_columns) > 1:
            merges.append(Merge(i, j, own_rows[-1] if own_rows else i, own_columns[-1] if own_columns else j))
    merges.sort(key=lambda m: (m.row0, m.column0))
    return Grid(cells=cells, places=places, merges=merges, page=page.number)


def ruled_grids(page: Page) -> tuple[list[Grid], list[Letter]]:
    """All ruled tables of a page and the letters that stand outside them."""
    grids: list[Grid] = []
    rest = page.letters
    for lattice in lattices(page):
        inner: list[Letter] = []
        outer: list[Letter] = []
        left, right, upper, lower = lattice.xs[0] - 1, lattice.xs[-1] + 1, lattice.ys[0] - 1, lattice.ys[-1] + 1
        for letter in rest:
            _, x0, x1, _, top, bottom, _ = letter
            within = left <= (x0 + x1) / 2 <= right and upper <= (top + bottom) / 2 <= lower
            (inner if within else outer).append(letter)
        grid = read_grid(page, lattice, inner)
        if grid is not None:
            grids.append(grid)
            rest = outer
    return grids, rest
