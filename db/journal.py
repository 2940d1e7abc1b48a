"""A file of lines that is only added to: what is in it with its end is true, what has no end was never written.

A kill, a power cut or a full disk may cut the last line short, at any byte, its end alone among them. Readers pass
over it and the next writer cuts it off, so that both see the same file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_BLOCK = 65_536


def append_lines(path: Path, lines: bytes, mode: int = 0o644) -> None:
    """Append whole lines; they are on disk when this returns, and none is there when it raises.

    Args:
        path: the file, made where it is missing, with its folder.
        lines: one line or several, each with its end.
        mode: who may read a file that is made.

    Raises:
        OSError: the disk is full, or the file may not be written; it names the file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, mode)
    try:
        _cut_torn_line(handle)
        before = os.fstat(handle).st_size
        try:
            left = memoryview(lines)
            while left:  # a disk that is nearly full takes a part and says nothing
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        except BaseException as error:
            os.ftruncate(handle, before)
            if isinstance(error, OSError):
                error.filename = str(path)
            raise
    finally:
        os.close(handle)


def whole_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give number and bytes of every line that has its end, without it; none where there is no file."""
    if path.exists():
        yield from enumerate(path.read_bytes().split(b"\n")[:-1], start=1)


def _cut_torn_line(handle: int) -> None:
    """Take away a last line without its end, so that the next one does not run into it."""
    size = end = os.fstat(handle).st_size
    while end:
        start = max(0, end - _BLOCK)
        at = os.pread(handle, end - start, start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        os.ftruncate(handle, end)
