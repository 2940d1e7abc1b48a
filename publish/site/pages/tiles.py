"""A map of Kazakhstan's regions in tiles of one size, so that a large steppe does not outshine a city.

Source of the codes: the classifier of administrative objects (KATO), as in the registry's table of regions.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from publish.site.core.release import rows
from publish.site.core.sums import Group, Sum
from publish.site.reader.language import mark

GRID: tuple[dict[int, str], ...] = (
    {2: "39", 3: "59", 4: "55"},
    {0: "27", 1: "15", 3: "11", 4: "71", 5: "10", 6: "63"},
    {0: "23", 2: "62", 3: "35", 5: "33"},
    {0: "47", 2: "43", 3: "61", 4: "31", 5: "19"},
    {3: "79", 5: "75"},
)
"""Row by row from the north: column and first two digits of the KATO code of each of today's twenty regions."""

NAMES = {
    "10": mark("Abai"), "11": mark("Akmola"), "15": mark("Aktobe"), "19": mark("Almaty region"), "23": mark("Atyrau"),
    "27": mark("West Kazakhstan"), "31": mark("Zhambyl"), "33": mark("Zhetisu"), "35": mark("Karaganda"),
    "39": mark("Kostanay"), "43": mark("Kyzylorda"), "47": mark("Mangystau"), "55": mark("Pavlodar"),
    "59": mark("North Kazakhstan"), "61": mark("Turkistan"), "62": mark("Ulytau"), "63": mark("East Kazakhstan"),
    "71": mark("Astana"), "75": mark("Almaty"), "79": mark("Shymkent"),
}  # fmt: skip
"""Short names, for tiles."""
WIDE, HIGH, BETWEEN = 132, 70, 6
SHADES = 5


@dataclass(frozen=True)
class Tile:
    """One region.

    Attributes:
        name: short, to be translated.
        x, y: its corner in the drawing.
        uid: lasting name of the region; empty where no record names it.
        sum: its sum; None where no counted record is known, which is no zero.
        shade: 1 to `SHADES` by its part of the largest sum; 0 where there is no sum.
    """

    name: str
    x: int
    y: int
    uid: str
    sum: Sum | None
    shade: int


@dataclass(frozen=True)
class TileMap:
    """The regions of today, and those that were abolished.

    Attributes:
        key: measure and currency of the sums.
        tiles: the twenty of today.
        width, height: of the drawing.
        former: regions of the release that no longer exist, with `uid`, `name`, `note`, `valid_to` and their sum.
    """

    key: tuple[str, str]
    tiles: tuple[Tile, ...]
    width: int
    height: int
    former: tuple[dict[str, Any], ...]


def tile_map(connection: sqlite3.Connection, found: list[Group], keys: list[tuple[str, str]]) -> TileMap | None:
    """The map of the first measure and currency; None where the release names no region of Kazakhstan.

    Args:
        connection: to the release.
        found: the regions of the release with their sums.
        keys: measures and currencies they have, in the order of totals.
    """
    sql = "SELECT id, uid, name, name_local, name_en, code, note, valid_to FROM regions WHERE country = 'KZ'"
    regions = rows(connection, f"{sql} AND state = 'named' ORDER BY code, valid_to")
    if not keys or not {row["code"] for row in regions} & set(NAMES):
        return None
    key = keys[0]
    sums = {group.id: group.of(key) for group in found}
    today = {row["code"]: row for row in regions if not row["valid_to"] and row["code"] in NAMES}
    largest = max((one.minor for row in today.values() if (one := sums.get(row["id"])) and one.minor), default=0)
    tiles = []
    for down, line in enumerate(GRID):
        for across, code in line.items():
            region = today.get(code)
            one = sums.get(region["id"]) if region else None
            shade = 0 if one is None or one.minor is None else _shade(one.minor, largest)
            place = across * (WIDE + BETWEEN), down * (HIGH + BETWEEN)
            tiles.append(Tile(NAMES[code], *place, region["uid"] if region else "", one, shade))
    former = tuple({**row, "sum": sums.get(row["id"])} for row in regions if row["valid_to"])
    width = (1 + max(max(line) for line in GRID)) * (WIDE + BETWEEN) - BETWEEN
    return TileMap(key, tuple(tiles), width, len(GRID) * (HIGH + BETWEEN) - BETWEEN, former)


def _shade(minor: int, largest: int) -> int:
    return 1 if largest <= 0 or minor <= 0 else min(1 + minor * SHADES // largest, SHADES)
