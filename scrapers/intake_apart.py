"""Reads and loads the pages of a crawl in a process of its own, so that asking and loading each have an interpreter.

The process is started as `python -m scrapers.intake_apart HANDLE`, with one end of a pipe. It gets what opens the
sink, the source and the run, then pages, then the end of the run; it answers when it is asked, or with an error. It
holds no token. When its crawl is gone it ends at once and leaves the rest to the next command, as after a kill of both
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

from db.archive import RunEnded, RunStarted
from ingest.reader import Material
from ingest.source import Source
from scrapers.intake import IntakeHere, Read
from scrapers.redact import redacted_logs
from scrapers.sink import OpenSink

ALL_READ = "all read?"
LOADER_LOST = "the process that reads and loads ended with {code} before the crawl did"


class LoaderLostError(Exception):
    """The process that reads and loads has died; its pages are in the archive, and the next command loads them."""


class IntakeApart:
    """An `Intake` in a process of its own.

    Args:
        open_sink: opens the sink in that process; a function of a module or a `partial` of one, since it is pickled.
        source: the source whose pages come.
        started: the run.
    """

    def __init__(self, open_sink: OpenSink, source: Source, started: RunStarted) -> None:
        self._pipe, theirs = Pipe()
        self._process = subprocess.Popen(  # noqa: S603 - our own module, with a number
            [sys.executable, "-m", "scrapers.intake_apart", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._error: BaseException | None = None
        self._send((open_sink, source, started))

    def put(self, material: Material) -> None:
        """As `Intake.put`; what an earlier page met is raised here."""
        if self._error is None and self._pipe.poll():
            self._answer()
        self._send(material)

    def all_read(self) -> Read:
        """As `Intake.all_read`."""
        self._send(ALL_READ)
        found = self._answer()
        assert isinstance(found, Read)  # noqa: S101 - the other end of this module says so
        return found

    def end(self, ended: RunEnded) -> Any:  # noqa: ANN401 - counts, of the sink's own type
        """As `Intake.end`; the process has ended afterwards, whatever came of the run."""
        try:
            # an error of a page was raised before: the run is ended all the same, as failed
            self._pipe.send(ended)
            return self._received()
        except (BrokenPipeError, ConnectionResetError):
            raise self._lost() from None
        finally:
            self._pipe.close()
            self._process.wait()

    def _send(self, what: object) -> None:
        if self._error is not None:
            raise self._error
        try:
            self._pipe.send(what)
        except (BrokenPipeError, ConnectionResetError):
            self._error = self._lost()
            raise self._error from None

    def _answer(self) -> Any:  # noqa: ANN401 - what was asked for
        try:
            return self._received()
        except BaseException as error:
            self._error = error
            raise

    def _received(self) -> Any:  # noqa: ANN401 - what was asked for
        try:
            found = self._pipe.recv()
        except (EOFError, ConnectionResetError):
            raise self._lost() from None
        if isinstance(found, BaseException):
            raise found
        return found

    def _lost(self) -> LoaderLostError:
        return LoaderLostError(LOADER_LOST.format(code=self._process.wait()))


def _serve(pipe: Connection) -> None:
    """Take what comes until the run ends; after an error pages are taken and left, as the crawl will stop."""
    open_sink, source, started = pipe.recv()
    intake = IntakeHere(open_sink, source, started)
    failed = False
    while True:
        what = pipe.recv()
        try:
            if isinstance(what, Material):
                if not failed:
                    intake.put(what)
            elif isinstance(what, RunEnded):
                pipe.send(intake.end(what))
                return
            elif not failed:
                pipe.send(intake.all_read())
        except BaseException as error:  # noqa: BLE001 - handed to the crawl, which raises it
            failed = True
            pipe.send(_portable(error))
            if isinstance(what, RunEnded):
                return


def _portable(error: BaseException) -> BaseException:
    """The error as it can cross to the other process, with the place it was raised at."""
    error.add_note("in the process that reads and loads:\n" + "".join(traceback.format_tb(error.__traceback__)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - an error that cannot be pickled may raise anything
        return RuntimeError("".join(traceback.format_exception(error)))
    return error


def main() -> None:
    """The process. Interrupts are the crawl's: it ends the run, and this process with it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        with redacted_logs(""):
            _serve(Connection(int(sys.argv[1])))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        os._exit(1)  # the crawl is gone: not even the batch in hand is waited for


if __name__ == "__main__":
    main()
