"""The CSV files of a release: names instead of ids, exact decimals; one flavour for spreadsheets, one for programs."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from publish.money import decimal_text
from publish.schema_contracts import RECORD_COLUMNS

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that starts with one of these (OWASP, "CSV Injection")."""

_LEFT_OUT = frozenset({"id", "search_text"})
"""Of no use outside the database file."""


def defused(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula: it gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_exports(database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write both flavours of `contracts` and `other_records`; gives the number of rows of each file.

    `<table>.csv` opens well in a spreadsheet: UTF-8 with BOM, formulas defused. `<table>-raw.csv` has every cell as
    it is, and minor units and uids too.
    """
    written: dict[str, int] = {}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as out:
        for table in ("contracts", "other_records"):
            for raw in (False, True):
                name = f"{prefix}{table}{'-raw' if raw else ''}.csv"
                written[name] = _write(out, table, directory / name, raw=raw)
    out.close()
    return written


def _write(out: sqlite3.Connection, table: str, path: Path, *, raw: bool) -> int:
    select, header, texts = _columns(raw=raw)
    digits = dict(out.execute("SELECT code, digits FROM currencies"))
    joins = " ".join(
        f'JOIN "{column.ref}" AS k_{column.name} ON k_{column.name}.id = r."{column.name}"'
        for column in RECORD_COLUMNS
        if column.ref
    )
    found = out.execute(f'SELECT {", ".join(select)} FROM "{table}" AS r {joins} ORDER BY r.id')
    places = {name: at for at, name in enumerate(header)}
    count = 0
    with path.open("w", encoding="utf-8" if raw else "utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        for row in found:
            values = list(row)
            _exact(values, places, digits)
            if not raw:
                for at in texts:
                    if values[at]:
                        values[at] = defused(values[at])
            writer.writerow(values)
            count += 1
    return count


def _columns(*, raw: bool) -> tuple[list[str], list[str], list[int]]:
    """SQL, headings, and the places of text cells."""
    select: list[str] = []
    header: list[str] = []
    texts: list[int] = []

    def add(sql: str, name: str, *, text: bool) -> None:
        if text:
            texts.append(len(header))
        select.append(sql)
        header.append(name)

    for column in RECORD_COLUMNS:
        name = column.name
        if name in _LEFT_OUT:
            continue
        if column.ref:
            add(f"k_{name}.name", name, text=True)
            if raw and name not in {"year", "source"}:
                add(f"k_{name}.uid", f"{name}_uid", text=True)
        elif name == "amount":
            add("r.amount_minor", "amount", text=False)
        elif name == "amount_minor":
            if raw:
                add("r.amount_minor", name, text=False)
        elif name == "equivalent_minor":
            add("r.equivalent_minor", "equivalent", text=False)
            if raw:
                add("r.equivalent_minor", name, text=False)
        else:
            add(f'r."{name}"', name, text=column.kind == "TEXT")
    return select, header, texts


def _exact(values: list[Any], places: dict[str, int], digits: dict[str, int]) -> None:
    """Turn the minor units in `amount` and `equivalent` into exact decimal text."""
    for name, currency in (("amount", "currency"), ("equivalent", "equivalent_currency")):
        minor = values[places[name]]
        if minor is not None:
            values[places[name]] = decimal_text(minor, digits[values[places[currency]]])


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Read an export back, row by row."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        yield from csv.DictReader(handle)
