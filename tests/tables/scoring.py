"""Measures of a table reader: exact cells against a truth, and adjacency of cells as in ICDAR-2013."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from ingest.tables.model import Grid, Merge, Table


class Score(NamedTuple):
    """Cells right, cells in the truth, cells found."""

    right: int
    truth: int
    found: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.truth if self.truth else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.truth + self.found) if self.truth + self.found else 0.0

    def plus(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.truth + other.truth, self.found + other.found)


def squeeze(rows: Iterable[Sequence[str]]) -> list[list[str]]:
    return [[re.sub(r"\s+", "", text) for text in row] for row in rows]


def exact_cells(truth: Iterable[Sequence[str]], found: Iterable[Sequence[str]]) -> Score:
    """Exact cells in the right column under the best monotone alignment of rows; blank cells do not count."""
    want, got = squeeze(truth), squeeze(found)

    def same(a: list[str], b: list[str]) -> int:
        return sum(1 for x, y in zip(a, b, strict=False) if x and x == y)

    below = [0] * (len(got) + 1)
    for i in range(len(want) - 1, -1, -1):
        row = [0] * (len(got) + 1)
        for j in range(len(got) - 1, -1, -1):
            row[j] = max(below[j], row[j + 1], below[j + 1] + same(want[i], got[j]))
        below = row
    return Score(below[0], sum(1 for r in want for c in r if c), sum(1 for r in got for c in r if c))


def reply_score(truth: dict[str, Any], tables: list[Table]) -> Score:
    """Score of one reply; the header counts once, every table that was found counts."""
    return exact_cells(truth["header"] + truth["rows"], [row for t in tables for row in [*t.header, *t.rows]])


Cell = tuple[int, int, int, int, str]


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def relations(cells: Iterable[Cell]) -> Counter[tuple[str, str, str]]:
    """Neighbour relations of one table: next cell with text to the right and below."""
    owner: dict[tuple[int, int], int] = {}
    told = [(r0, k0, r1, k1, _bare(text)) for r0, k0, r1, k1, text in cells]
    told = [cell for cell in told if cell[4]]
    for index, (r0, k0, r1, k1, _) in enumerate(told):
        for r in range(r0, r1 + 1):
            for k in range(k0, k1 + 1):
                owner[r, k] = index
    rows = max((cell[2] for cell in told), default=-1) + 1
    columns = max((cell[3] for cell in told), default=-1) + 1
    out: Counter[tuple[str, str, str]] = Counter()
    for index, (r0, k0, r1, k1, text) in enumerate(told):
        right = {_next(owner, ((r, k) for k in range(k1 + 1, columns))) for r in range(r0, r1 + 1)}
        below = {_next(owner, ((r, k) for r in range(r1 + 1, rows))) for k in range(k0, k1 + 1)}
        out.update((text, told[i][4], "right") for i in right if i is not None and i != index)
        out.update((text, told[i][4], "below") for i in below if i is not None and i != index)
    return out


def _next(owner: dict[tuple[int, int], int], spots: Iterable[tuple[int, int]]) -> int | None:
    return next((owner[spot] for spot in spots if spot in owner), None)


def spread(rows: Sequence[Sequence[str]], merges: Iterable[Merge] = ()) -> list[Cell]:
    """Cells of a grid with their extent."""
    extent = {(m.row0, m.column0): (m.row1, m.column1) for m in merges}
    return [
        (r, k, *extent.get((r, k), (r, k)), text) for r, row in enumerate(rows) for k, text in enumerate(row) if text
    ]


def grid_relations(grids: Iterable[Grid]) -> Counter[tuple[str, str, str]]:
    out: Counter[tuple[str, str, str]] = Counter()
    for grid in grids:
        out.update(relations(spread(grid.cells, grid.merges)))
    return out


def icdar_truth(path: Path) -> Counter[tuple[str, str, str]]:
    """Relations of an ICDAR-2013 `-str.xml` file."""
    out: Counter[tuple[str, str, str]] = Counter()
    for table in etree.parse(str(path)).getroot().iter("table"):
        for region in table.iter("region"):
            cells: list[Cell] = []
            for cell in region.iter("cell"):
                r0, k0 = int(cell.get("start-row", "0")), int(cell.get("start-col", "0"))
                r1, k1 = int(cell.get("end-row", str(r0))), int(cell.get("end-col", str(k0)))
                cells.append((r0, k0, r1, k1, cell.findtext("content") or ""))
            out.update(relations(cells))
    return out


def adjacency(truth: Counter[tuple[str, str, str]], found: Counter[tuple[str, str, str]]) -> Score:
    return Score((truth & found).total(), truth.total(), found.total())
