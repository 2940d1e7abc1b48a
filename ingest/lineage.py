"""Lines of bodies that took over from one another, from `ingest/data/lineages.csv`, for those who want one line.

The information ministry of Kazakhstan was renamed, split and founded anew eight times since 2004. Each of them stays a
body of its own; `body.lineage` says which line it belongs to, in every spelling and language of its name.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import msgspec
from sqlalchemy import Connection, text

from db.bulk import table_of, update_rows
from db.model import Body
from ingest.bodies import name_of_years
from ingest.names.normalise import normalise
from ingest.reference import DATA, ReferenceFileError, read_rows

LINEAGES = DATA / "lineages.csv"
_COLUMNS = ("lineage", "country", "name", "valid_from", "valid_to", "evidence")
_DATE = re.compile(r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}\??)?", re.ASCII)


class Succession(msgspec.Struct, frozen=True):
    """One body that took over from another, on the day `since` (with a question mark where the day is unsure)."""

    lineage: str
    country: str
    party: str
    other: str
    since: str
    evidence: str


def read_successions(path: Path = LINEAGES) -> list[Succession]:
    """Who took over from whom: lines of one lineage that follow each other without a gap.

    A name that several bodies bore one after another is given with its years, as `ingest.bodies` gives it.

    Raises:
        ReferenceFileError: the file has another heading.
    """
    rows = read_rows(path, _COLUMNS)
    borne = Counter((row["country"], row["name"]) for row in rows)

    def named(row: dict[str, str]) -> str:
        if borne[row["country"], row["name"]] == 1:
            return row["name"]
        return name_of_years(row["name"], row["valid_from"], row["valid_to"])

    return [
        Succession(now["lineage"], now["country"], named(before), named(now), now["valid_from"], now["evidence"])
        for before, now in pairwise(rows)
        if before["lineage"] == now["lineage"] and before["valid_to"] and before["valid_to"] == now["valid_from"]
    ]


def read_lineages(path: Path = LINEAGES) -> dict[tuple[str, str], str]:
    """Country and key of a name (see `ingest.names.normalise`), and the line it belongs to.

    Raises:
        ReferenceFileError: a line is not as described, or one name stands in two lines.
    """
    found: dict[tuple[str, str], str] = {}
    for row in read_rows(path, _COLUMNS):
        name = normalise(row["name"])
        if not (row["lineage"] and row["evidence"]) or name.placeholder:
            raise ReferenceFileError(f"{path.name}: {row['name']}: a lineage, a name and its evidence are needed")
        if not (_DATE.fullmatch(row["valid_from"]) and _DATE.fullmatch(row["valid_to"])):
            raise ReferenceFileError(
                f"{path.name}: {row['name']}: dates are YYYY-MM-DD, with ? where unsure, or blank"
            )
        if found.setdefault((row["country"], name.key), row["lineage"]) != row["lineage"]:
            raise ReferenceFileError(f"{path.name}: {row['name']} stands in two lines")
    return found


def write_lineages(connection: Connection, lineages: dict[tuple[str, str], str]) -> int:
    """Say of each body which line it belongs to, by any of its spellings; gives the number of bodies written.

    Raises:
        ReferenceFileError: the spellings of one body belong to two lines.
    """
    stored: dict[int, str] = {}
    wanted: dict[int, str] = {}
    rows = connection.execute(
        text(
            "SELECT b.id, b.lineage, n.country, n.name FROM body b JOIN body_name n ON n.body_id = b.id ORDER BY n.id"
        )
    )
    for body, lineage, country, name in rows:
        stored[body] = lineage
        found = lineages.get((country, normalise(name).key), "")
        if found and wanted.get(body) not in {None, "", found}:
            raise ReferenceFileError(f"{LINEAGES.name}: {name} is one body with another of {wanted[body]}")
        wanted[body] = found or wanted.get(body, "")
    changed = [(lineage, body) for body, lineage in sorted(wanted.items()) if stored[body] != lineage]
    update_rows(connection, table_of(Body), ("lineage",), "id", changed)
    return len(changed)
