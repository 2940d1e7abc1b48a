"""Error pages. A public server says what went wrong for the reader, never a path, a query or a version."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

from datasette.app import Datasette
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError

from publish.site.reader.language import gettext
from publish.site.web.security import is_public


def answer_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Callable[[], Awaitable[Response]]:
    """The answer to an exception that no view took care of; Datasette writes it to the log."""

    async def inner() -> Response:
        if isinstance(exception, (Base400, DatasetteError)):
            status = exception.status
            if status == 500 and not isinstance(exception.__context__, sqlite3.Error):
                status = 400  # Datasette says 500 of an order by what is no column: the address is at fault
            message = str(exception.args[0]) if exception.args else str(getattr(exception, "message", ""))
        else:
            status, message = 500, gettext("Something went wrong here. It is in the log of this server.")
        return await _answer(datasette, request, status, message)

    return inner


def answer_forbidden(datasette: Datasette, request: Request, message: str) -> Callable[[], Awaitable[Response]]:
    """The answer where something is not allowed."""

    async def inner() -> Response:
        return await _answer(datasette, request, 403, message)

    return inner


def _general(status: int) -> str:
    return {
        400: gettext("The address asks for something this page cannot do."),
        403: gettext("This server does not allow that."),
        404: gettext("There is no such page in this release."),
    }.get(status, gettext("Something went wrong here. It is in the log of this server."))


async def _answer(datasette: Datasette, request: Request, status: int, message: str) -> Response:
    shown = _general(status) if is_public(datasette) else message or _general(status)
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": shown, "status": status, "title": None}, status=status)
    context = {"status": status, "error": shown, "title": None}
    text = await datasette.render_template("error.html", context, request=request)
    return Response.html(text, status=status)
