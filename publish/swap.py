"""How a verified release takes the place of the last one: whole, in one step, or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from db.disk import writing_under

CURRENT = "current"
"""The link in the directory of releases that names the release shown."""

_STAGING = ".building-"


class BuildRunningError(Exception):
    """Another process is building a release in the same directory."""


@contextmanager
def building(releases: Path) -> Iterator[Path]:
    """A directory to build in, that nobody looks into; what a killed build left behind is cleared first.

    Raises:
        BuildRunningError: another build is running.
        OSError: the disk is full or does not answer.
    """
    releases.mkdir(parents=True, exist_ok=True)
    with (releases / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BuildRunningError(f"{releases}: another release is being built; wait until it is done") from None
        for left in releases.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        staging = releases / f"{_STAGING}{os.getpid()}"
        staging.mkdir()
        try:
            with writing_under(releases):
                yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def current(releases: Path) -> Path | None:
    """The directory of the release shown, if there is one."""
    link = releases / CURRENT
    return link.resolve() if link.is_dir() else None


def put_in_place(staging: Path, target: Path) -> None:
    """Move a finished directory to its lasting name, on disk when this returns."""
    for file in staging.rglob("*"):
        _sync(file)
    _sync(staging)
    staging.rename(target)
    _sync(target.parent)


def show(releases: Path, name: str) -> None:
    """Point `current` at a release: the link is replaced by a rename, so a reader sees the old one or the new one."""
    part = releases / f".{CURRENT}-{os.getpid()}"
    part.unlink(missing_ok=True)
    part.symlink_to(name)
    part.replace(releases / CURRENT)
    _sync(releases)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
