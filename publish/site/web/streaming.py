"""Sends a file while it is being made, from a connection and threads of its own, and stops when the reader goes away.

Pages never wait for an export: Datasette's threads are not used. Only a few exports run at a time. A query that still
runs when its reader is gone is interrupted, however long it has been without a row.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from datasette.utils.asgi import Response

from publish.site.web.reading import database
from publish.site.web.security import Receive, Send

MOST_AT_ONCE = 4
_STEPS = 20_000
"""Steps of a query after which it is looked whether anybody still waits."""
_PIECE = 1 << 18

_running: WeakKeyDictionary[Datasette, int] = WeakKeyDictionary()


async def stream(
    datasette: Datasette,
    receive: Receive,
    send: Send,
    make: Callable[[sqlite3.Connection], Iterator[bytes]],
    *,
    content_type: str,
    file_name: str,
) -> Response | None:
    """Send what `make` gives, piece by piece.

    Args:
        datasette: the server.
        receive: what the reader sends: only that they went away matters.
        send: where the pieces go.
        make: makes the file from a connection of its own.
        content_type: of the file.
        file_name: as which it is saved.

    Returns:
        A refusal where too many exports run already; else None, when all is sent or the reader is gone.
    """
    if _running.get(datasette, 0) >= MOST_AT_ONCE:
        headers = {"Retry-After": "30"}
        return Response.text(
            "too many files are being made; try again in half a minute\n", status=503, headers=headers
        )
    _running[datasette] = _running.get(datasette, 0) + 1
    gone = asyncio.ensure_future(_until_gone(receive))
    path = quote(str(database(datasette).path))
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    stopped = threading.Event()
    connection.set_progress_handler(stopped.is_set, _STEPS)
    try:
        with ThreadPoolExecutor(max_workers=1) as worker:
            try:
                await _pieces(worker, make(connection), gone, send, _start(content_type, file_name))
            finally:
                # also where the server gives this task up: the pool waits for its thread
                stopped.set()
    finally:
        gone.cancel()
        connection.close()
        _running[datasette] -= 1
    return None


async def _pieces(
    worker: ThreadPoolExecutor,
    pieces: Iterator[bytes],
    gone: asyncio.Future[None],
    send: Send,
    start: dict[str, object],
) -> None:
    loop = asyncio.get_running_loop()
    started = False
    while not gone.done():
        making = loop.run_in_executor(worker, _next, pieces)
        await asyncio.wait((making, gone), return_when=asyncio.FIRST_COMPLETED)
        if not making.done():
            making.add_done_callback(_seen)
            return
        piece = making.result()
        if not started:
            # only now: what fails before the first piece can still be answered as an error
            await send(start)
            started = True
        if piece is None:
            await send({"type": "http.response.body", "body": b""})
            return
        if piece:
            await send({"type": "http.response.body", "body": piece, "more_body": True})


def _seen(making: asyncio.Future[bytes | None]) -> None:
    """Take note of how a piece ended that nobody waits for: interrupted, most likely."""
    if not making.cancelled():
        making.exception()


def _next(pieces: Iterator[bytes]) -> bytes | None:
    """The next pieces of some size, put together; None at the end."""
    found = bytearray()
    for at, piece in enumerate(pieces, start=1):
        found += piece
        if len(found) >= _PIECE or at == 1_000:
            return bytes(found)
    return bytes(found) or None


def _start(content_type: str, file_name: str) -> dict[str, object]:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-disposition", f'attachment; filename="{file_name}"'.encode()),
    ]
    return {"type": "http.response.start", "status": 200, "headers": headers}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
