"""Addresses of files: a filtered view in every format, and whole tables beside the records as CSV."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from publish.schema import SAMPLE_PREFIX
from publish.site.core.filters import FilterError
from publish.site.core.release import lacking
from publish.site.exports.columns import BOOK_TABLES
from publish.site.exports.files import Make, csv_file, raw_csv_file, table_file
from publish.site.exports.objects import json_file, json_lines_file
from publish.site.exports.parquet import parquet_file
from publish.site.exports.sheet import check_size, xlsx_file
from publish.site.reader.language import gettext, mark
from publish.site.web.feeds import feed
from publish.site.web.reading import read
from publish.site.web.respond import html, shown
from publish.site.web.security import Receive, Send
from publish.site.web.streaming import stream
from publish.site.web.views import args_of, view_of

_OLDER = mark(
    "this release was made by an older program and lacks {names}, so this file cannot be made of it; ask again when"
    " the next one is shown"
)
FORMATS: dict[str, tuple[Make, str]] = {
    "csv": (csv_file, "text/csv; charset=utf-8"),
    "raw.csv": (raw_csv_file, "text/csv; charset=utf-8"),
    "xlsx": (xlsx_file, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (json_file, "application/json; charset=utf-8"),
    "jsonl": (json_lines_file, "application/x-ndjson; charset=utf-8"),
    "parquet": (parquet_file, "application/vnd.apache.parquet"),
}


async def export(datasette: Datasette, request: Request, receive: Receive, send: Send) -> Response | None:
    """A view as a file; refused with a reason where its filters are wrong."""
    name = "other_records" if request.url_vars["table"] == "other-records" else "contracts"
    format_ = request.url_vars["format"]
    release = shown()

    def ask(connection: sqlite3.Connection) -> None:
        view = view_of(connection, request, name)
        _hold_columns(connection, name)
        if format_ == "xlsx":
            check_size(connection, view)

    try:
        if format_ == "atom":
            return await feed(datasette, request, args_of(request), table=name)
        await read(datasette, ask)
    except FilterError as error:
        if format_.startswith("json"):
            return Response.json({"ok": False, "error": str(error)}, status=400)
        return await _refused(datasette, request, error)
    make, content_type = FORMATS[format_]

    def written(connection: sqlite3.Connection) -> Iterator[bytes]:
        return make(connection, release, view_of(connection, request, name))

    return await stream(
        datasette, receive, send, written, content_type=content_type, file_name=_file_name(name, format_)
    )


async def table_export(datasette: Datasette, request: Request, receive: Receive, send: Send) -> Response | None:
    """A whole table beside the records as CSV."""
    name = request.url_vars["table"]
    if name not in BOOK_TABLES:
        raise NotFound("no such table")
    try:
        await read(datasette, lambda connection: _hold_columns(connection, name))
    except FilterError as error:
        return await _refused(datasette, request, error)
    return await stream(
        datasette,
        receive,
        send,
        lambda connection: table_file(connection, name),
        content_type="text/csv; charset=utf-8",
        file_name=_file_name(name, "csv"),
    )


def _hold_columns(connection: sqlite3.Connection, table: str) -> None:
    """Make sure that a file of a table can be made: it has every column of this program's release.

    Raises:
        FilterError: the release was made by an older program, and is shown until the next is built.
    """
    names = lacking(connection, table)
    if names:
        raise FilterError(_OLDER, names=", ".join(names))


async def _refused(datasette: Datasette, request: Request, error: FilterError) -> Response:
    reason = gettext(error.message, **error.named)
    return await html(datasette, request, "refused.html", {"reason": reason}, status=400)


def _file_name(table: str, format_: str) -> str:
    """A name that says what the file is: sample or not, table, release."""
    release = shown()
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "-" for sign in release.name)
    return f"{SAMPLE_PREFIX if release.sample else ''}{table}_{plain}.{format_}"
