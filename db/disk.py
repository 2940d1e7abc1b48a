"""What a disk refuses, told with the folder it lies in: neither the system nor SQLite says so of a write."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def writing_under(folder: Path) -> Iterator[None]:
    """While this holds, files and SQLite databases are written under a folder.

    Raises:
        OSError: the disk is full or does not answer; it names the file, or the folder.
    """
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:
            raise  # a wrong statement, which is a defect
        raise OSError(errno.EIO, str(error), str(folder)) from error
