"""The CSV files of a release: the whole tables, as the site gives any filtered view of them.

Two flavours: one for spreadsheets (UTF-8 with BOM, no cell runs or is changed), one for programs, every cell as it is.
"""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from publish.site.core.filters import View
from publish.site.core.release import read_release
from publish.site.exports.files import csv_file, raw_csv_file
from publish.spreadsheet import restored

_FLAVOURS = (("", csv_file), ("-raw", raw_csv_file))


def write_exports(database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write both flavours of `contracts` and `other_records`; gives the number of rows of each file."""
    written: dict[str, int] = {}
    out = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        release = read_release(out)
        for table in ("contracts", "other_records"):
            rows = int(out.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
            for ending, make in _FLAVOURS:
                name = f"{prefix}{table}{ending}.csv"
                with (directory / name).open("wb") as handle:
                    handle.writelines(make(out, release, View(table)))
                written[name] = rows
    finally:
        out.close()
    return written


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Read an export back, row by row, every cell as the release has it."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        raw = path.stem.endswith("raw")
        for row in csv.DictReader(handle):
            yield row if raw else {name: restored(cell) for name, cell in row.items()}
