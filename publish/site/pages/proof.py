"""What stood beside a record where it was read: the rows around it, and the picture of the page if there is one."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.proof_names import picture_name
from publish.site.core.release import rows

AROUND, MOST_ROWS = 6, 60
"""Rows shown on either side; and in all, since one row of a source may give several records."""
PICTURES = "proofs"
"""Directory of a release with pictures of pages, named by `db.proof_names`, and `.json` beside each with `width` and
`height` of the picture and `rows`, by "table.row": left, top, width and height, all in pixels."""
_ROW = re.compile(r"\b(?:row |range [A-Z]+)(\d+)")
_ITEM = re.compile(r"/(\d+)(?:/[^/\d]*)?$")
"""An item of a list by a JSON pointer (RFC 6901), or one of its fields."""
_PAGE = re.compile(r"\bpage (\d+)")
_IN_DOCUMENT = re.compile(r"(?:(?P<member>.*/.*), )?page (?P<page>\d+), table (?P<table>\d+), row (?P<row>\d+)\b")
"""A row of a table in a document with pages; before it the file inside an archive or letter that it stands in."""


@dataclass(frozen=True)
class Place:
    """The place of a row as a locator tells it.

    Attributes:
        head: what stands before the number of the row: page, table, sheet.
        row: its number, as the source counts.
    """

    head: str
    row: int


def place_of(locator: str) -> Place | None:
    """The place of a row; None where the locator names none."""
    found = _ROW.search(locator) or _ITEM.search(locator)
    return None if found is None else Place(locator[: found.start(1)], int(found.group(1)))


def around(connection: sqlite3.Connection, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of the same bytes near a record, in their order, read or not, the record itself among them.

    Returns:
        For each its `row`, `locator` and `raw`; `uid`, the sum and who was written of a record; `reason` of a row that
        was not understood. Empty where the locator names no row or nothing stands around it.
    """
    place = place_of(record["locator"])
    if place is None:
        return []
    near = (
        "capture_sha256 = :capture AND substr(locator, 1, :length) = :head"
        " AND CAST(substr(locator, :length + 1) AS INTEGER) BETWEEN :first AND :last"
    )
    number = "CAST(substr(locator, :length + 1) AS INTEGER) AS row"
    records = " UNION ALL ".join(
        f"SELECT {number}, locator, raw_amount AS raw, uid, amount_minor, amount_state, currency, measure,"
        f" outlet_written, payer_written, subject, subject_lang, '' AS reason FROM {table} WHERE {near}"
        for table in ("contracts", "other_records")
    )
    empty = ", ".join(["NULL", "NULL", *["''"] * 7])
    # the same bytes may have been read several times: the newest reason holds, and none where the row was read since
    held = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {table} AS c WHERE c.capture_sha256 = :capture AND c.locator = j.locator)"
        for table in ("contracts", "other_records")
    )
    unread = (
        f"SELECT {number}, locator, raw, {empty}, reason FROM rejected_rows AS j WHERE {near} AND {held} AND j.id ="
        " (SELECT max(k.id) FROM rejected_rows AS k WHERE k.capture_sha256 = :capture AND k.locator = j.locator)"
    )
    given = {
        "capture": record["capture_sha256"],
        "head": place.head,
        "length": len(place.head),
        "first": place.row - AROUND,
        "last": place.row + AROUND,
    }
    sql = f"{records} UNION ALL {unread} ORDER BY row, locator, uid LIMIT {MOST_ROWS}"
    found = rows(connection, sql, given)
    return found if len(found) > 1 else []


@dataclass(frozen=True)
class Picture:
    """A page of a document with the place of one row; all in pixels.

    Attributes:
        name: of the file, below the directory of the release.
        page: its number.
        width, height: of the picture.
        box: left, top, width and height of the row; None where the picture does not say.
    """

    name: str
    page: int
    width: int
    height: int
    box: tuple[int, int, int, int] | None


def page_number(locator: str) -> int | None:
    """The page of a document that a locator names; None for a source without pages."""
    inside = _IN_DOCUMENT.match(locator)
    found = _PAGE.search(locator)
    return int(inside["page"]) if inside else int(found.group(1)) if found else None


def picture(directory: Path | None, record: dict[str, Any]) -> Picture | None:
    """The picture of the page a record was read from; None where the release has none that can be shown."""
    page, inside = page_number(record["locator"]), _IN_DOCUMENT.match(record["locator"])
    if directory is None or page is None:
        return None
    name = picture_name(record["capture_sha256"], page, (inside["member"] or "") if inside else "")
    folder = directory / PICTURES
    if not (folder / f"{name}.png").is_file():
        return None
    try:
        told = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        width, height = int(told["width"]), int(told["height"])
        box = told["rows"].get(f"{inside['table']}.{inside['row']}") if inside else None
        left, top, wide, high = map(int, box) if box else (0, 0, 0, 0)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return Picture(f"{PICTURES}/{name}.png", page, width, height, (left, top, wide, high) if box else None)
