"""The page of a record: it proves the figure, from the value back to the bytes it was read from."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from db.words import PLAIN_WORDING
from publish.described import Column
from publish.schema_contracts import RECORD_COLUMNS
from publish.site.core.naming import PARTIES, naming
from publish.site.core.release import Release, rows

HIDDEN = frozenset({"id", "search_text", "amount", "details"})
"""Columns that are no statement of the source, or are shown in another form."""

_CORRECTED = "corrected cells"
"""The detail that holds what a person read in cells where the program had read something else."""


def find(connection: sqlite3.Connection, uid: str) -> dict[str, Any] | None:
    """A record by its lasting name, from `contracts` or `other_records`, with the names of its parties."""
    for table in ("contracts", "other_records"):
        found = rows(connection, f"SELECT * FROM {table} WHERE uid = ?", (uid,))
        if found:
            row = found[0]
            row["table"] = table
            for kind in PARTIES:
                known = naming(kind)
                sql = f"SELECT *, {known.uid} AS uid, {known.state} AS state FROM {known.table} WHERE id = ?"
                row[f"_{kind}"] = rows(connection, sql, (row[kind],))[0]
            return row
    return None


def page(connection: sqlite3.Connection, record: dict[str, Any]) -> dict[str, Any]:
    """Everything on the page of one record."""
    details = _details(record["details"])
    cells = _cells(dict(details).get(_CORRECTED, ""))
    # by the columns that have an index
    own, at = ("contract" if record["table"] == "contracts" else "other_record"), (record["id"],)
    return {
        "record": record,
        # a release of an older program lacks the newest columns, and is shown until the next is built
        "values": [
            (column, record[column.name])
            for column in RECORD_COLUMNS
            if column.name not in HIDDEN and column.name in record
        ],
        "details": [(name, told) for name, told in details if not (cells and name == _CORRECTED)],
        "cells": cells,
        # a release of an older program has no such column
        "unusual": [word for word in record.get("wording", PLAIN_WORDING).split("; ") if word != PLAIN_WORDING],
        "amounts": rows(
            connection,
            f"SELECT role, currency, minor, state, raw, rule FROM amounts WHERE {own} = ? ORDER BY id",
            at,
        ),
        "lines": rows(connection, f"SELECT * FROM lines WHERE {own} = ? ORDER BY position", at),
        "versions": _versions(connection, record),
        "changes": rows(
            connection,
            "SELECT h.seen_at, h.cause, h.field, h.old, h.new, r.ref AS run FROM changes AS h"
            f" JOIN runs AS r ON r.id = h.run WHERE h.{own} = ? ORDER BY h.seen_at, h.id",
            at,
        ),
        "corrections": rows(
            connection,
            f"SELECT field, old, new, why, corrected_on, state FROM corrections WHERE {own} = ? ORDER BY id",
            at,
        ),
        "invented": record["_source"]["invented"] == 1,
    }


def column(name: str) -> Column:
    """The description of a column of `contracts`."""
    return next(one for one in RECORD_COLUMNS if one.name == name)


def _details(text: str) -> list[tuple[str, str]]:
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return [("", text)]
    return [(str(name), str(told)) for name, told in found.items()] if isinstance(found, dict) else [("", text)]


def _cells(text: str) -> list[dict[str, Any]]:
    """Cells set right, each with what was read, what stands instead, who, when and why."""
    wanted = {"row", "column", "read", "text", "who", "on", "why"}
    try:
        found = json.loads(text)
    except ValueError:
        return []  # a source may have a column of that name
    cells = found if isinstance(found, list) else []
    return [one for one in cells if isinstance(one, dict) and wanted <= one.keys()]


def _versions(connection: sqlite3.Connection, record: dict[str, Any]) -> list[dict[str, Any]]:
    """Records of the same thing: versions of a contract, announcements of a lot, its other measures."""
    columns = (
        "uid, version, number, measure, currency, amount_minor, amount_state, counted, counted_why, signed_on,"
        " status, first_seen_at"
    )
    both = " UNION ALL ".join(
        f"SELECT {columns} FROM {table} WHERE root_uid = :root" for table in ("contracts", "other_records")
    )
    cursor = connection.execute(f"{both} ORDER BY first_seen_at, version, uid LIMIT 200", {"root": record["root_uid"]})
    names = [one[0] for one in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def citation(record: dict[str, Any], release: Release, address: str, figure: str) -> dict[str, str]:
    """How to cite a record: a sentence and a BibTeX entry; both name the release, so that the figure can be found.

    Args:
        record: as `find` gives it.
        release: the release that is shown.
        address: full address of the page.
        figure: the sum as written, in plain figures with its currency.
    """
    sample = "SAMPLE, invented figures. " if record["_source"]["invented"] else ""
    sample += _standing(record)
    payer, outlet = record["_payer"]["name"], record["_outlet"]["name"]
    title = f"{payer} to {outlet}, {record['_year']['name']}: {figure} ({record['measure']})"
    read = record["fetched_at"][:10]
    plain = (
        f"{sample}Media contracts, release {release.name}, record {record['uid']}: {title}. "
        f"Source: {record['_source']['title']}, read {read}. {address}"
    )
    fields = {
        "title": f"{sample}{title}",
        "organization": "Media contracts",
        "version": f"release {release.name}",
        "year": release.data_as_of[:4],
        "note": f"record {record['uid']}; source: {record['_source']['title']}, read {read}; "
        f"SHA-256 of the source {record['capture_sha256']}",
        "url": address,
    }
    body = ",\n".join(f"  {name} = {{{_bibtex(text)}}}" for name, text in fields.items())
    return {"plain": plain, "bibtex": f"@misc{{media-contracts-{record['uid']},\n{body}\n}}"}


def _standing(record: dict[str, Any]) -> str:
    """What a citation says first of a record that stands in no sum: that, and why."""
    if record["counted"]:
        return ""
    why = record["counted_why"] or ("" if record["relevance"] == "media" else f"relevance {record['relevance']}")
    gone = f"; no longer shown by its source since {record['vanished_at'][:10]}" if record["vanished_at"] else ""
    return f"Does not count: {why or 'no reason given'}{gone}. "


def _bibtex(text: str) -> str:
    for sign in "\\{}":
        text = text.replace(sign, " ")
    for sign in "#$%&_~^":
        text = text.replace(sign, f"\\{sign}")
    return text
