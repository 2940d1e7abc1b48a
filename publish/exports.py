"""The files of a release: the whole tables as CSV and Parquet, as the site gives any filtered view of them.

CSV has two flavours: one for spreadsheets (UTF-8 with BOM, no cell runs or is changed), one for programs, every cell
as it is. Parquet has the same columns, typed, and says in itself what it is.
"""

from __future__ import annotations

from pathlib import Path

from publish.read_only import read_only
from publish.site.core.filters import View
from publish.site.core.release import read_release
from publish.site.exports.files import made_csv, written_csv
from publish.site.exports.parquet import UntypedValueError, holds, write_view
from publish.verify import VerificationError

_FLAVOURS = (("", False), ("-raw", True))


def write_exports(database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write `contracts` and `other_records` in each format; gives the number of rows of each file.

    Args:
        database: the file of the release.
        directory: where it lies.
        prefix: of the names of files, where the release is a sample.

    Raises:
        VerificationError: a file has not one line for each row, or a date is none.
    """
    written: dict[str, int] = {}
    with read_only(database) as out:
        release = read_release(out)
        for table in ("contracts", "other_records"):
            rows = int(out.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])
            for ending, raw in _FLAVOURS:
                name = f"{prefix}{table}{ending}.csv"
                with (directory / name).open("wb") as handle:
                    handle.writelines(made_csv(out, release, View(table), raw=raw))
                if rows and written_csv(out, release, table, raw=raw) is None:
                    raise VerificationError(f"{name}: not one line for each of {rows} rows; the last release stays")
                written[name] = rows
            name = f"{prefix}{table}.parquet"
            try:
                with (directory / name).open("wb") as handle:
                    write_view(out, release, View(table), handle)
            except UntypedValueError as error:
                raise VerificationError(f"{name}: {error}; the last release stays") from None
            if not holds(out, table, directory / name):
                raise VerificationError(f"{name}: does not hold each of {rows} rows; the last release stays")
            written[name] = rows
    return written
