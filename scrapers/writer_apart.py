"""A writer in a process of its own, so that asking and reading have one interpreter and loading another.

The process is started as `python -m scrapers.writer_apart HANDLE`, with one end of a pipe. It gets what opens the sink
and the run, then batches, then the end of the run, and answers the end, or any batch with an error. It holds no token.
When its crawl is gone it ends at once and leaves the rest to the next command, as after a kill of both
(`ingest.replay`): what a transaction had not yet committed is rolled back.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import traceback
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import msgspec

from db.archive import Captured, RunEnded, RunStarted
from ingest.record import Batch
from scrapers.redact import redacted_logs
from scrapers.sink import OpenSink
from scrapers.writer import WriterThread

LOADER_LOST = "the process that loads ended with {code} before the crawl did"


class LoaderLostError(Exception):
    """The process that loads has died; the pages are in the archive, and the next command loads them."""


class _Handed(msgspec.Struct, frozen=True):
    """A batch on its way, with the capture it was read from; without either the run has ended."""

    captured: Captured | None = None
    batch: Batch | None = None
    ended: RunEnded | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Handed).decode


class WriterApart:
    """A `Writer` in a process of its own.

    Args:
        open_sink: opens the sink in that process; a function of a module or a `partial` of one, since it is pickled.
        started: the run.
    """

    def __init__(self, open_sink: OpenSink, started: RunStarted) -> None:
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own module, with a number
            [sys.executable, "-m", "scrapers.writer_apart", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._error: BaseException | None = None
        self._send(pickle.dumps((open_sink, started)))

    def put(self, batch: Batch, captured: Captured) -> None:
        """As `Writer.put`."""
        if self._error is None and self._pipe.poll():
            self._error = self._met()
        if self._error is not None:
            raise self._error
        self._send(_encode(_Handed(captured, batch)))

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """As `Writer.end`; the process has ended afterwards, whatever came of the run."""
        try:
            if self._error is None:
                self._send(_encode(_Handed(ended=ended)))
                found = self._answer()
                if not isinstance(found, BaseException):
                    return found
                self._error = found
            raise self._error
        finally:
            self._pipe.close()
            self._process.wait()

    def _send(self, what: bytes) -> None:
        try:
            self._pipe.send_bytes(what)
        except (BrokenPipeError, ConnectionResetError):
            self._error = self._met()
            raise self._error from None

    def _met(self) -> BaseException:
        """The error that stopped the process."""
        found = self._answer()
        return found if isinstance(found, BaseException) else self._lost()

    def _answer(self) -> Any:  # noqa: ANN401 - counts, or an error
        try:
            return self._pipe.recv()
        except (EOFError, ConnectionResetError):
            return self._lost()

    def _lost(self) -> LoaderLostError:
        return LoaderLostError(LOADER_LOST.format(code=self._process.wait()))


def _serve(pipe: Connection) -> None:
    """Hand on what comes until the run ends; once the sink has raised, what still comes is taken and left."""
    try:
        try:
            _load(pipe)
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise
        except BaseException as error:  # noqa: BLE001 - handed to the crawl, which raises it
            pipe.send(_portable(error))
            while True:
                pipe.recv_bytes()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(1)  # the crawl is gone: not even the batch in hand is waited for


def _load(pipe: Connection) -> None:
    writer = WriterThread(*pickle.loads(pipe.recv_bytes()))  # noqa: S301 - of the crawl that started us
    while True:
        handed = _decode(pipe.recv_bytes())
        if handed.ended is not None:
            pipe.send(writer.end(handed.ended))
            return
        assert handed.batch is not None and handed.captured is not None  # noqa: PT018, S101 - as `put` sends them
        writer.put(handed.batch, handed.captured)


def _portable(error: BaseException) -> BaseException:
    """The error as it can cross to the other process, with the place it was raised at."""
    error.add_note("in the process that loads:\n" + "".join(traceback.format_tb(error.__traceback__)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - an error that cannot be pickled may raise anything
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


def main() -> None:
    """The process. Interrupts are the crawl's: it ends the run, and this process with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with redacted_logs(""):
        _serve(Connection(int(sys.argv[1])))


if __name__ == "__main__":
    main()
