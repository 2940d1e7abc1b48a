"""Tables without ruled lines: columns by the white space that no row crosses, rows by their figures.

This reads alignment, not structure, so every table from here is marked for review. On pages with a ruled table
it asks for more.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from ingest.tables.amounts import is_blank, looks_like_amount
from ingest.tables.chunks import Chunk, Line, cut_lines
from ingest.tables.lettering import box_of, join_lines
from ingest.tables.model import Grid, Merge, Place
from ingest.tables.pdf_page import Letter, Page
from ingest.tables.words import DATE, PAGE_NUMBER, YEAR_HEADING

REVIEW = "columns were found by white space alone"


def regions(lines: list[Line]) -> list[list[Line]]:
    """Runs of lines that may be tables: lines of several chunks, and short lines between them."""
    found: list[list[Line]] = []
    current: list[Line] = []
    pending: list[Line] = []

    def close() -> None:
        nonlocal current, pending
        if sum(len(line.chunks) > 1 for line in current) >= 3:
            found.append([*current, *_tail(current, pending)])
        current, pending = [], []

    for line in lines:
        if current:
            before = pending[-1] if pending else current[-1]
            if line.base - before.base > 3.2 * max(line.size, before.size):
                close()
        if len(line.chunks) > 1:
            current.extend(pending)
            pending = []
            current.append(line)
        elif current:
            pending.append(line)
            wide = max(a.x1 for a in current) - min(a.x0 for a in current)
            prose = [a for a in pending if a.x1 - a.x0 > 0.7 * wide]
            if len(prose) > 1 or len(pending) > 6:
                close()
    close()
    return [piece for region in found for piece in _at_gaps(region)]


def _at_gaps(region: list[Line]) -> list[list[Line]]:
    """Parts a run at gaps far wider than its usual step, and takes single chunks off the upper end of each part."""
    steps = sorted(b.base - a.base for a, b in pairwise(region))
    limit = 2.6 * steps[len(steps) // 2] if steps else 0.0
    parts: list[list[Line]] = [[region[0]]]
    for before, line in pairwise(region):
        if line.base - before.base > limit:
            parts.append([])
        parts[-1].append(line)
    out: list[list[Line]] = []
    for part in parts:
        first = next((i for i, line in enumerate(part) if len(line.chunks) > 1), len(part))
        if sum(len(line.chunks) > 1 for line in part) >= 3:
            out.append(part[first:])
    return out


def _tail(current: list[Line], pending: list[Line]) -> list[Line]:
    """Short lines after the last full one that still belong to its cells."""
    kept: list[Line] = []
    pitch = _pitch(current)
    last = current[-1]
    starts = [a.x0 for line in current[-1:] for a in line.chunks]
    for line in pending:
        near = line.base - (kept[-1] if kept else last).base <= 1.3 * pitch
        aligned = any(abs(line.x0 - x) < 0.6 * line.size for x in starts)
        if not near or not aligned or len(kept) == 4:
            break
        kept.append(line)
    return kept


def _pitch(lines: Sequence[Line]) -> float:
    steps = [b.base - a.base for a, b in pairwise(lines) if b.base > a.base]
    return sorted(steps)[len(steps) // 4] if steps else 12.0


def column_bands(lines: list[Line]) -> list[tuple[float, float]]:
    """Columns as (left, right) of their ink: what lies between the corridors that nearly no line crosses."""
    width = max(a.x1 for a in lines) - min(a.x0 for a in lines)
    told = [line for line in lines if len(line.chunks) > 1]
    told += [a for a in lines if len(a.chunks) == 1 and a.x1 - a.x0 < 0.5 * width]
    spare = int(0.06 * len(told))
    size = median(line.size for line in told)
    marks: list[tuple[float, int]] = []
    for line in told:
        for chunk in line.chunks:
            marks += [(chunk.x0, 1), (chunk.x1, -1)]
    marks.sort(key=lambda m: (m[0], -m[1]))
    bands: list[tuple[float, float]] = []
    depth, start = 0, None
    for x, step in marks:
        depth += step
        if depth > spare and start is None:
            start = x
        elif depth <= spare and start is not None:
            if bands and start - bands[-1][1] < 0.3 * size:
                bands[-1] = (bands[-1][0], x)
            else:
                bands.append((start, x))
            start = None
    return [band for band in bands if band[1] - band[0] > 0.2 * size]


def _spot(bands: list[tuple[float, float]], chunk: Chunk) -> tuple[int, int]:
    """First and last column a chunk stands in."""
    hit = [
        k
        for k, (a, b) in enumerate(bands)
        if min(b, chunk.x1) - max(a, chunk.x0) > 0.25 * min(b - a, chunk.x1 - chunk.x0)
    ]
    if hit:
        return hit[0], hit[-1]
    middle = (chunk.x0 + chunk.x1) / 2
    nearest = min(range(len(bands)), key=lambda k: max(bands[k][0] - middle, middle - bands[k][1]))
    return nearest, nearest


class Strip(NamedTuple):
    """A line laid over the columns: chunk per column, and chunks that span several."""

    line: Line
    cells: dict[int, list[Chunk]]
    spans: dict[int, int]


def _strips(lines: list[Line], bands: list[tuple[float, float]]) -> list[Strip]:
    out: list[Strip] = []
    for line in lines:
        cells: dict[int, list[Chunk]] = {}
        spans: dict[int, int] = {}
        for chunk in line.chunks:
            first, last = _spot(bands, chunk)
            cells.setdefault(first, []).append(chunk)
            if last > first:
                spans[first] = max(last, spans.get(first, first))
        out.append(Strip(line, cells, spans))
    return out


def _figure(text: str) -> bool:
    return (looks_like_amount(text) and bool(text.strip())) or bool(DATE.search(text) and len(text) < 25)


def _figure_bands(strips: list[Strip], width: int) -> set[int]:
    found: set[int] = set()
    for k in range(width):
        texts = [" ".join(c.text for c in s.cells[k]) for s in strips if k in s.cells and k not in s.spans]
        told = [t for t in texts if not is_blank(t)]
        if len(told) >= 2 and sum(_figure(t) or "%" in t for t in told) >= 0.6 * len(told):
            found.add(k)
    return found


def _rows(strips: list[Strip], figures: set[int]) -> list[list[Strip]]:
    """Strips grouped into rows; a strip without figures belongs to the row it stands closer to."""
    anchors = [
        i
        for i, s in enumerate(strips)
        if any(k in s.cells for k in figures - {0})
        or (0 in figures and 0 in s.cells and len(s.cells) > 1)
        or (not figures and 0 in s.cells and len(s.cells) > 1)
    ]
    if not anchors:
        return [[s] for s in strips]
    rows: list[list[Strip]] = [[strips[i]] for i in anchors]
    lead: list[list[Strip]] = [[s] for s in strips[: anchors[0]]]
    up = down = 0.0
    for n, i in enumerate(anchors[:-1]):
        between = strips[i + 1 : anchors[n + 1]]
        if between:
            up += between[0].line.base - strips[i].line.base
            down += strips[anchors[n + 1]].line.base - between[-1].line.base
    below = down < 0.75 * up
    for n, i in enumerate(anchors):
        end = anchors[n + 1] if n + 1 < len(anchors) else len(strips)
        for strip in strips[i + 1 : end]:
            if strip.spans or (below and end < len(strips)):
                target = rows[n + 1] if below and end < len(strips) and not strip.spans else None
                if target is None:
                    rows[n].append(strip)
                else:
                    target.insert(len(target) - 1, strip)
            else:
                rows[n].append(strip)
    return _flatten(lead, rows)


def _flatten(lead: list[list[Strip]], rows: list[list[Strip]]) -> list[list[Strip]]:
    """A strip that spans columns is a row of its own: a heading between rows."""
    out = list(lead)
    for row in rows:
        current: list[Strip] = []
        for strip in row:
            if strip.spans and current and len(strip.cells) == 1:
                out.append(current)
                out.append([strip])
                current = []
            else:
                current.append(strip)
        if current:
            out.append(current)
    return out


def _join_lead(rows: list[list[Strip]], first_anchor: int) -> list[list[Strip]]:
    """Header lines that continue the words above them become one header row."""
    head = rows[:first_anchor]
    joined: list[list[Strip]] = []
    for row in head:
        strip = row[0]
        if joined and not strip.spans and not any(s.spans for s in joined[-1]):
            joined[-1].append(strip)
        else:
            joined.append([strip])
    return [*joined, *rows[first_anchor:]]


def _is_table(strips: list[Strip], bands: list[tuple[float, float]], figures: set[int]) -> bool:
    if len(bands) < 2 or len(strips) < 3:
        return False
    full = [s for s in strips if len(s.cells) > 1]
    if len(full) < 3 or len(full) < 0.25 * len(strips):
        return False
    if figures - {0} or (figures and len(bands) > 2):
        return True
    words = [len(c.text.split()) for s in full for chunks in s.cells.values() for c in chunks]
    return len(bands) > 2 and sum(words) <= 4 * len(words) and len(full) >= 4


def _grid(page: Page, rows: list[list[Strip]], bands: list[tuple[float, float]]) -> Grid:
    width = len(bands)
    cells: list[list[str]] = []
    places: list[list[list[Place]]] = []
    merges: list[Merge] = []
    for r, row in enumerate(rows):
        texts = [""] * width
        row_places: list[list[Place]] = [[] for _ in range(width)]
        for k in range(width):
            chunks = [c for s in row for c in s.cells.get(k, [])]
            if not chunks:
                continue
            texts[k] = join_lines(" ".join(c.text for c in s.cells[k]) for s in row if k in s.cells)
            box = box_of([a for c in chunks for a in c.letters])
            if box:
                x0, y0, x1, y1 = page.to_display(*box)
                row_places[k] = [Place(page=page.number, x0=x0, y0=y0, x1=x1, y1=y1)]
            last = max((s.spans.get(k, k) for s in row), default=k)
            if last > k and not any(j in s.cells for s in row for j in range(k + 1, last + 1)):
                merges.append(Merge(r, k, r, last))
        cells.append(texts)
        places.append(row_places)
    lines = [s.line for row in rows for s in row]
    top = min(a.base - a.size for a in lines)
    bottom = max(a.base + 0.3 * a.size for a in lines)
    edges = (bands[0][0], *((a[1] + b[0]) / 2 for a, b in pairwise(bands)), bands[-1][1])
    return Grid(
        cells=cells,
        places=places,
        merges=merges,
        page=page.number,
        edges=edges,
        ink=tuple(bands),
        bounds=(top, bottom, page.height),
        needs_review=[REVIEW],
    )


def borderless_grids(page: Page, letters: list[Letter], *, strict: bool = False) -> tuple[list[Grid], list[Letter]]:
    """Tables of letters without ruled lines around them, and the letters outside those tables.

    Args:
        page: the page.
        letters: its letters outside ruled tables.
        strict: ask for a column of figures over four rows, for pages on which a ruled table was found.
    """
    grids: list[Grid] = []
    taken: set[int] = set()
    for region in regions(cut_lines(letters)):
        lines = region
        if len(lines[-1].chunks) == 1 and PAGE_NUMBER.match(lines[-1].chunks[0].text):
            lines = lines[:-1]
        bands = column_bands(lines)
        if len(bands) < 2:
            continue
        strips = _strips(lines, bands)
        while strips and strips[-1].spans:
            strips.pop()  # a signature or a paragraph below the table
        figures = _figure_bands(strips, len(bands))
        if not _is_table(strips, bands, figures) or (strict and (not figures or len(strips) < 4)):
            continue
        rows = _rows(strips, figures)
        anchor = next(
            (
                i
                for i, row in enumerate(rows)
                if any(
                    _figure(c.text) and not YEAR_HEADING.match(c.text)
                    for s in row
                    for k in figures
                    for c in s.cells.get(k, [])
                )
            ),
            0,
        )
        rows = _join_lead(rows, min(anchor, sum(len(row) == 1 for row in rows[:anchor])))
        grids.append(_grid(page, rows, bands))
        taken.update(id(a) for s in strips for c in s.line.chunks for a in c.letters)
    return grids, [a for a in letters if id(a) not in taken]
