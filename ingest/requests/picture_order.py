"""What is asked of the process that draws pages, and what it tells; nothing that draws is imported here."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from ingest.tables import Place, Table

DPI = 110
"""Enough to read eight-point figures; a page of a table weighs some 40 kB."""
_ROOM = 3


def pixels(box: tuple[float, float, float, float]) -> list[int]:
    """A box of points as left, top, width and height in pixels, with a little room around its letters."""
    left, top = max(int(box[0] * DPI / 72) - _ROOM, 0), max(int(box[1] * DPI / 72) - _ROOM, 0)
    return [left, top, math.ceil(box[2] * DPI / 72) + _ROOM - left, math.ceil(box[3] * DPI / 72) + _ROOM - top]


def around(places: Sequence[Place]) -> tuple[float, float, float, float]:
    """The box around all of these, in points."""
    return (
        min(p.x0 for p in places), min(p.y0 for p in places), max(p.x1 for p in places), max(p.y1 for p in places)
    )  # fmt: skip


def on_page(page: int, table: Table, row: int) -> list[Place]:
    """The places of a row's cells on one page."""
    return [place for cell in table.boxes[row] for place in cell if place.page == page]


class PageOrder(msgspec.Struct, frozen=True):
    """One page of a document is wanted as it is; pages count from 1, `memory` is in bytes."""

    name: str
    page: int
    memory: int = 1024**3
    seconds: int = 60


class DrawnPage(msgspec.Struct, frozen=True):
    """A drawn page: its size in pixels and a PNG."""

    width: int
    height: int
    png: bytes


class ProofOrder(msgspec.Struct, frozen=True):
    """Proofs of a document are wanted, to be published.

    Attributes:
        name: name of the document.
        sha256: its hash; the first 16 letters name the files.
        tables: numbers of the tables that have records.
        scan: whether pictures of pages are read.
        withdrawn: words that nothing published may hold.
        memory: limit of the address space in bytes.
        seconds: limit of processor time.
    """

    name: str
    sha256: str
    tables: tuple[int, ...]
    scan: bool = False
    withdrawn: tuple[str, ...] = ()
    memory: int = 2 * 1024**3
    seconds: int = 300
