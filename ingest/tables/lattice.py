"""Ruled lines that meet each other: the lattices of a page, each the skeleton of one table."""

from bisect import bisect_right
from collections import defaultdict
from typing import NamedTuple

from ingest.components import Components
from ingest.tables.pdf_page import Page, Ruling

SNAP = 3.0
"""Lines closer than this (points) are one line, such as the two strokes of a double border."""
REACH = 3.5
"""A line that ends this close (points) to another one meets it."""


class Lattice(NamedTuple):
    """Lines that meet each other: sorted borders and which stretch of each is really drawn."""

    xs: list[float]
    ys: list[float]
    across: dict[int, list[tuple[float, float]]]
    down: dict[int, list[tuple[float, float]]]


def _snap(lines: list[Ruling]) -> list[Ruling]:
    """Lines at the same place become one line each with joined stretches."""
    rows: list[list[Ruling]] = []
    for line in sorted(lines):
        if rows and line.at - rows[-1][-1].at <= 1.0 and line.at - rows[-1][0].at <= SNAP:
            rows[-1].append(line)
        else:
            rows.append([line])
    out: list[Ruling] = []
    for row in rows:
        at = sum(a.at for a in row) / len(row)
        start = end = None
        for line in sorted(row, key=lambda a: a.start):
            if end is not None and start is not None and line.start <= end + REACH:
                end = max(end, line.end)
                continue
            if start is not None and end is not None:
                out.append(Ruling(at, start, end))
            start, end = line.start, line.end
        if start is not None and end is not None:
            out.append(Ruling(at, start, end))
    return out


def _components(horizontal: list[Ruling], vertical: list[Ruling]) -> list[tuple[list[Ruling], list[Ruling]]]:
    joined = Components(len(horizontal) + len(vertical))
    by_y = sorted(range(len(horizontal)), key=lambda i: horizontal[i].at)
    heights = [horizontal[i].at for i in by_y]
    for j, v in enumerate(vertical):
        for k in range(bisect_right(heights, v.start - REACH), bisect_right(heights, v.end + REACH)):
            h = horizontal[by_y[k]]
            if h.start - REACH <= v.at <= h.end + REACH:
                joined.join(by_y[k], len(horizontal) + j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = defaultdict(lambda: ([], []))
    for i, h in enumerate(horizontal):
        groups[joined.find(i)][0].append(h)
    for j, v in enumerate(vertical):
        groups[joined.find(len(horizontal) + j)][1].append(v)
    return [g for g in groups.values() if g[0] and g[1]]


def _borders(values: list[float]) -> list[float]:
    out: list[list[float]] = []
    for value in sorted(values):
        if out and value - out[-1][0] <= SNAP:
            out[-1].append(value)
        else:
            out.append([value])
    return [sum(group) / len(group) for group in out]


def _nearest(borders: list[float], value: float) -> int:
    index = bisect_right(borders, value)
    if index == len(borders) or (index and value - borders[index - 1] <= borders[index] - value):
        index -= 1
    return index


def lattices(page: Page) -> list[Lattice]:
    """Every set of meeting lines that encloses at least two cells, from the top of the page."""
    found: list[Lattice] = []
    for hs, vs in _components(_snap(page.horizontal), _snap(page.vertical)):
        xs = _borders([v.at for v in vs] + [e for h in hs for e in (h.start, h.end)])
        ys = _borders([h.at for h in hs] + [e for v in vs for e in (v.start, v.end)])
        if len(xs) < 2 or len(ys) < 2 or len(xs) + len(ys) < 5:
            continue
        across: dict[int, list[tuple[float, float]]] = defaultdict(list)
        down: dict[int, list[tuple[float, float]]] = defaultdict(list)
        for h in hs:
            across[_nearest(ys, h.at)].append((h.start, h.end))
        for v in vs:
            down[_nearest(xs, v.at)].append((v.start, v.end))
        found.append(Lattice(xs, ys, across, down))
    found.sort(key=lambda a: (a.ys[0], a.xs[0]))
    return [a for a in found if not any(b is not a and _inside(a, b) and _is_cell_of(a, b) for b in found)]


def _inside(a: Lattice, b: Lattice) -> bool:
    return b.xs[0] <= a.xs[0] + 1 and a.xs[-1] <= b.xs[-1] + 1 and b.ys[0] <= a.ys[0] + 1 and a.ys[-1] <= b.ys[-1] + 1


def _is_cell_of(a: Lattice, b: Lattice) -> bool:
    """Lines inside one cell of a bigger table (a tick box, a struck word) are not a table of their own."""
    small = (a.xs[-1] - a.xs[0]) * (a.ys[-1] - a.ys[0])
    return small < 0.5 * (b.xs[-1] - b.xs[0]) * (b.ys[-1] - b.ys[0]) and len(b.xs) > 2 and len(b.ys) > 2
