"""A writer in a process of its own, so that asking and reading have one interpreter and loading another.

The process is started as `python -m scrapers.writer_apart BATCHES ALIVE`, the handles of two pipes. By the first it
gets what opens the sink and the run, then batches, then the end of the run, and answers the end, or any batch with an
error. On the second nothing is ever sent: it closes when the crawl is gone, whatever became of it. Then the process
ends at once, also in the middle of a batch, and leaves the rest to the next command, as after a kill of both
(`ingest.replay`): what a transaction had not yet committed is rolled back. It is given no token.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import msgspec
from sqlalchemy.exc import StatementError

from db.archive import Captured, RunEnded, RunStarted
from ingest.rare_collection import rare_collection
from ingest.record import Batch
from scrapers.redact import redacted_logs
from scrapers.sink import OpenSink
from scrapers.writer import WriterThread

LOADER_LOST = "the process that loads ended with {code} before the crawl did"
LARGEST_ERROR = 16_000
"""Bytes of an error that crosses: the crawl may be sending a batch meanwhile, and reads only after it."""
_INTERRUPTS = {signal.SIGINT, signal.SIGTERM}
_GONE = (EOFError, OSError)
"""What a pipe raises whose other end is closed, be it in the middle of a message."""


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
        begin = pickle.dumps((open_sink, started))
        self._pipe, theirs = Pipe()
        alive, self._alive = os.pipe()
        try:
            with _interrupts_held():
                self._process = subprocess.Popen(  # noqa: S603 - our own module, with two numbers
                    [sys.executable, "-P", "-m", "scrapers.writer_apart", str(theirs.fileno()), str(alive)],
                    pass_fds=[theirs.fileno(), alive],
                    stdin=subprocess.DEVNULL,
                    env={name: value for name, value in os.environ.items() if name != "GOSZAKUP_TOKEN"},
                )
        finally:
            theirs.close()
            os.close(alive)
        self._error: BaseException | None = None
        self._send(begin)

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
            os.close(self._alive)

    def _send(self, what: bytes) -> None:
        try:
            self._pipe.send_bytes(what)
        except OSError:
            self._error = self._met()
            raise self._error from None

    def _met(self) -> BaseException:
        """The error that stopped the process."""
        found = self._answer()
        return found if isinstance(found, BaseException) else self._lost()

    def _answer(self) -> Any:  # noqa: ANN401 - counts, or an error
        try:
            return self._pipe.recv()
        except _GONE:
            return self._lost()

    def _lost(self) -> LoaderLostError:
        return LoaderLostError(LOADER_LOST.format(code=self._process.wait()))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process that is started meanwhile holds interrupts back too, until it says what becomes of them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _serve(pipe: Connection) -> None:
    """Hand on what comes until the run ends; once the sink has raised, what still comes is taken and left."""
    begin = _received(pipe)
    try:
        answer = pickle.dumps(_loaded(pipe, begin))
    except BaseException as error:  # noqa: BLE001 - handed to the crawl, which raises it
        _tell(pipe, _portable(error))
        while True:
            _received(pipe)
    _tell(pipe, answer)


def _loaded(pipe: Connection, begin: bytes) -> Any:  # noqa: ANN401 - counts, of the sink's own type
    writer = WriterThread(*pickle.loads(begin))  # noqa: S301 - of the crawl that started us
    while True:
        handed = _decode(_received(pipe))
        if handed.ended is not None:
            return writer.end(handed.ended)
        assert handed.batch is not None and handed.captured is not None  # noqa: PT018, S101 - as `put` sends them
        writer.put(handed.batch, handed.captured)


def _received(pipe: Connection) -> bytes:
    try:
        return pipe.recv_bytes()
    except _GONE:
        os._exit(1)


def _tell(pipe: Connection, what: bytes) -> None:
    try:
        pipe.send_bytes(what)
    except OSError:
        os._exit(1)


def _portable(error: BaseException) -> bytes:
    """The error, pickled, with the place it was raised at; only its first words where it is too large or cannot be."""
    if isinstance(error, StatementError):
        error.statement = error.params = None  # the values of a whole batch
    place = "in the process that loads:\n" + "".join(traceback.format_tb(error.__traceback__))
    error.add_note(place)
    try:
        found = pickle.dumps(error)
        pickle.loads(found)  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - an error that cannot be pickled may raise anything
        found = b""
    if found and len(found) <= LARGEST_ERROR:
        return found
    in_words = RuntimeError(f"{type(error).__name__}: {str(error)[:1000]}")
    in_words.add_note(place[-LARGEST_ERROR // 4 :])
    return pickle.dumps(in_words)


def _end_with(alive: int) -> None:
    """End when the crawl is gone: nobody waits for the batch in hand, and the next command may be about to load it."""
    os.read(alive, 1)
    os._exit(1)


def main() -> None:
    """The process. Interrupts are the crawl's: it ends the run, and this process with it."""
    for number in _INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _INTERRUPTS)
    pipe, alive = (int(handle) for handle in sys.argv[1:])
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    with redacted_logs(""), rare_collection():
        _serve(Connection(pipe))
    gc.freeze()  # the crawl waits for this process to end, and a last search for cycles would find none


if __name__ == "__main__":
    main()
