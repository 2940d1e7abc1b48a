"""One installation: where its registry, archive, sources and releases lie, and the lock that one command holds."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlalchemy import Engine

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate, needs_migration, registry_version
from ingest.declaration import drafts, read_sources
from ingest.source import Source

SHIPPED_SOURCES = Path(__file__).resolve().parent.parent / "scrapers" / "sources"


class BusyError(Exception):
    """Another command is writing to this installation."""


class HalfRestoredError(Exception):
    """This home is what a restore that did not end has left; nothing may be made of it."""


class Installation(msgspec.Struct, frozen=True):
    """The folders of one installation (`MEDIACONTRACTS_HOME`) and the address of its registry."""

    home: Path
    database_url: str = ""
    sources_from: tuple[Path, ...] = (SHIPPED_SOURCES,)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Installation:
        """Read the settings from the environment; without any, `./home` is the installation."""
        home = Path(environment.get("MEDIACONTRACTS_HOME", "home")).resolve()
        return cls(home, environment.get("DATABASE_URL", ""))

    @property
    def registry_url(self) -> str:
        """The address of the registry."""
        return registry_url(self.home, self.database_url)

    @property
    def archive(self) -> Archive:
        """The archive of captured bytes."""
        return Archive(self.home / "archive")

    @property
    def releases(self) -> Path:
        """Where releases are published."""
        return self.home / "releases"

    @property
    def retractions(self) -> Path:
        """The file of loads taken out of the totals."""
        return self.home / "corrections" / "retractions.jsonl"

    @property
    def accepted(self) -> Path:
        """The file of runs that rightly have fewer rows than the run before them."""
        return self.home / "corrections" / "accepted.jsonl"

    @property
    def unfinished_restore(self) -> Path:
        """A file that lies in a home while it is being restored."""
        return self.home / "restore-did-not-end"

    @property
    def slugs(self) -> Path:
        """The addresses that entities were first published under."""
        return self.home / "decisions" / "slugs.jsonl"

    def sources(self) -> dict[str, Source]:
        """Every declared source: the shipped ones, then the installation's own."""
        return read_sources(*self.sources_from, self.home / "sources")

    def drafts(self) -> dict[str, str]:
        """Sources that are still drafts, with what is open in each."""
        return drafts(*self.sources_from, self.home / "sources")

    def engine(self) -> Engine:
        """Open the registry, created or brought to this version first; an older one is backed up before.

        Raises:
            db.migrate.NewerRegistryError: the registry was written by a newer version.
            HalfRestoredError: the home was restored only in part.
        """
        self._hold_restored()
        self.home.mkdir(parents=True, exist_ok=True)
        engine = open_engine(self.registry_url)
        if needs_migration(engine):
            self._back_up(registry_version(engine) or "")
            migrate(engine)
        elif registry_version(engine) is None:
            migrate(engine)
        return engine

    def _hold_restored(self) -> None:
        if self.unfinished_restore.exists():
            raise HalfRestoredError(
                f"{self.home} was restored only in part: give `mediacontracts restore` again, from a backup that is "
                "whole"
            )

    def _back_up(self, version: str) -> None:
        registry = self.home / "registry.db"
        if registry.exists() and not self.database_url:
            import sqlite3  # noqa: PLC0415 - only a migration needs the driver itself

            target = self.home / f"registry-before-{version}-{datetime.now(UTC):%Y%m%d%H%M%S}.db"
            with sqlite3.connect(registry) as old, sqlite3.connect(target) as copy:
                old.backup(copy)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the installation for one writing command.

        Raises:
            BusyError: another command holds it; try again when it has ended.
            HalfRestoredError: the home was restored only in part.
        """
        self._hold_restored()
        self.home.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError(
                    f"{self.home}: another mediacontracts command is writing; try again when it has ended"
                ) from None
            yield
        finally:
            os.close(handle)


def now() -> str:
    """This instant, as the journal writes it. The only clock of the collecting side."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
