"""Files written anew: whoever reads one sees the old content or the new one, also after a kill or on a full disk."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put a file in the place of an old one; it is on disk when this returns.

    Args:
        path: the file, made where it is missing, with its folder.
        content: all of it.
        mode: who may read it, from its first moment.

    Raises:
        OSError: the disk is full, or the folder may not be written; the old file stands as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except BaseException as error:
        part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


def add_line(path: Path, line: bytes, mode: int = 0o644) -> None:
    """Write a file anew with one more line, given without its end; as `write_whole`."""
    write_whole(path, with_line(path, line), mode)


def with_line(path: Path, line: bytes) -> bytes:
    """What a file holds, and behind it one more line, given without its end."""
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):  # a person's editor need not end the last line
        before += b"\n"
    return before + line + b"\n"
