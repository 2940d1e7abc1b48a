"""Where answers are taken, and the person who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from sqlalchemy import Engine

from db.archive import Archive
from ingest.requests.answer_plan import DeclaredUnit
from ingest.requests.entering import apply
from ingest.requests.events import Event, Journal
from ingest.requests.forms import Form, Forms
from ingest.requests.proposing import Proposal
from ingest.requests.register import Register
from ingest.source import Source
from ingest.tables import Table


class NeedsPersonError(Exception):
    """A question came up that only a person can answer, and nobody is there (`--yes`)."""


class Seen(msgspec.Struct, frozen=True):
    """A table as a person is shown it: the document, its number there, the table, its headings' fingerprint."""

    document: str
    number: int
    table: Table
    fingerprint: str


class LeftOut(msgspec.Struct, frozen=True):
    """A person says that a table is none of payments, and why."""

    why: str


class Asker(Protocol):
    """The person, or a script in their place. Each answer is entered in the register's journal."""

    def form(self, seen: Seen, proposal: Proposal, stored: Form | None, problem: str) -> Form | LeftOut:
        """Confirm or mend a proposed form; `stored` and `problem` say which stored form did not fit, and why."""

    def unit(self, seen: Seen, form: Form) -> DeclaredUnit:
        """The unit of a table that prints none."""

    def year(self, seen: Seen) -> tuple[int, str]:
        """The year of a table that prints none, with the evidence."""

    def accept(self, seen: Seen, blocks: Sequence[str]) -> str:
        """The reason for taking a table in spite of what stands against it; empty to leave it blocked."""


class Desk(msgspec.Struct):
    """Where answers are taken: the registry, the archive, the register and its journal, the forms, the source.

    `at` is the instant of the sitting, ISO 8601 UTC; `scan` says that pictures of pages are to be read; `scheduler` is
    the address of the Dask scheduler whose workers read, where it is not this machine.
    """

    engine: Engine
    archive: Archive
    register: Register
    journal: Journal
    forms: Forms
    source: Source
    at: str
    scan: bool = False
    scheduler: str = ""

    def enter(self, *events: Event) -> None:
        """Enter events in the register, each checked, and write them down.

        Raises:
            RegisterError: one contradicts what is there; nothing is written.
        """
        for event in events:
            apply(self.register, event)
        self.journal.write(*events)
