"""One sitting before the documents of an answer: what a person sees, and what becomes of each decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from threading import Lock

import msgspec

from cli.proofreading.mapping import plan_of_fields
from cli.requests.desk import desk_of, today
from ingest.installation import Installation, now
from ingest.requests.answering import Taken
from ingest.requests.entering import apply, fold
from ingest.requests.events import Accepted, RegisterError, journal_at
from ingest.requests.picture_order import DrawnPage, PageOrder
from ingest.requests.register import Register, Request
from ingest.requests.rereading import Said, Spot, correction
from ingest.requests.reviewing import Reading, Sheet, decide_form, leave_out, load_sheet, read_sheet
from ingest.source import Source
from ingest.tables.safety import run_isolated

_PICTURES = 8
"""Drawn pages that are kept at hand."""


def mark_of(blocks: Iterable[str]) -> str:
    """What tells whether the same stands against a table as when it was shown."""
    return sha256("\n".join(blocks).encode()).hexdigest()[:16]


class Sitting:
    """The documents of one request under review by one person.

    Args:
        installation: where everything is kept.
        source: the source that the records belong to.
        ref: the request.
        who: the person; corrections name them.
        sheets: the documents.
    """

    def __init__(self, installation: Installation, source: Source, ref: str, who: str, sheets: list[Sheet]) -> None:
        self.installation, self.source, self.ref, self.who, self.sheets = installation, source, ref, who, sheets
        self.reason = ""
        self._decided: set[str] = set()
        self._pictures: dict[tuple[str, int], DrawnPage] = {}
        self._lock = Lock()

    def register(self) -> Register:
        """The register as it stands on disk."""
        return fold(journal_at(self.installation.home).events())

    def request(self) -> Request:
        """The request as it stands on disk."""
        return self.register().find(self.ref)

    def sheet(self, short: str) -> Sheet | None:
        """The document whose hash begins so."""
        return next((sheet for sheet in self.sheets if sheet.sha256[:16] == short), None)

    def reading(self, sheet: Sheet) -> Reading:
        """What a document gives as it is decided and corrected now."""
        return read_sheet(sheet, self.register(), self.source)

    def touched(self, sheet: Sheet) -> bool:
        """Whether something is decided or corrected that is not in the records yet."""
        return sheet.sha256 in self._decided or sheet.sha256 in self.request().unloaded

    def waits(self, sheet: Sheet) -> bool:
        """Whether the records are not yet as the page shows them."""
        return self.touched(sheet) or sheet.sha256 not in self.request().documents

    def picture(self, sheet: Sheet, page: int) -> DrawnPage:
        """One page of a document, drawn.

        Raises:
            ingest.tables.DocumentRefused: it has no such page, or it cannot be drawn.
            db.archive.ArchiveError: the document is gone from the archive.
        """
        key = (sheet.sha256, page)
        if key not in self._pictures:
            order = PageOrder(sheet.name, page)
            body = self.installation.archive.get(sheet.sha256)
            told = run_isolated(
                "ingest.requests.page_image", msgspec.json.encode(order), body, name=sheet.name, seconds=order.seconds
            )
            drawn = msgspec.msgpack.decode(told, type=DrawnPage)
            with self._lock:
                for old in list(self._pictures)[: len(self._pictures) - _PICTURES + 1]:
                    del self._pictures[old]
                self._pictures[key] = drawn
        return self._pictures[key]

    def correct(self, sheet: Sheet, spot: Spot, text: str, why: str) -> None:
        """Enter a correction; the records follow when the document is loaded.

        Raises:
            RegisterError: there is no such cell, or no reason is given.
        """
        with self._lock, self.installation.locked():
            said = Said(text, why, self.who)
            made = correction(sheet.tables, spot, said, request=self.ref, sha256=sheet.sha256, at=now())
            apply(self.register(), made)
            journal_at(self.installation.home).write(made)
            self.reason = made.why

    def decide(self, sheet: Sheet, number: int, fields: Mapping[str, str]) -> None:
        """Decide what the columns of a table are.

        Raises:
            RegisterError: the table cannot be read so.
            FormError: the columns contradict each other, or a field cannot be understood.
        """
        plan = plan_of_fields(sheet, number, fields, self.source, today().isoformat())
        with self._lock, desk_of(self.installation, self.source.name) as desk:
            decide_form(desk, sheet, plan)
            self._decided.add(sheet.sha256)

    def leave_out(self, sheet: Sheet, number: int, why: str) -> None:
        """Leave a table out, since it is none of payments.

        Raises:
            RegisterError: no reason is given.
        """
        with self._lock, desk_of(self.installation, self.source.name) as desk:
            leave_out(desk, sheet, number, why)
            self._decided.add(sheet.sha256)

    def accept(self, sheet: Sheet, number: int, why: str, shown: str) -> Taken:
        """Accept all that stands against a table, and load its document.

        Args:
            sheet: the document.
            number: the table.
            why: the reason.
            shown: the mark of what stood against it on the page that the person saw.

        Raises:
            RegisterError: nothing stands against it, something else than was shown, or no reason is given.
            NeedsPersonError: another table of the document is not decided yet.
        """
        blocks = self.reading(sheet).tables[number - 1].blocks
        if not blocks or not why.strip():
            raise RegisterError(
                f"{sheet.name}, table {number}: {'give the reason' if blocks else 'nothing stands against it'}"
            )
        if shown != mark_of(blocks):
            raise RegisterError(f"{sheet.name}, table {number}: something else stands against it by now; look again")
        at = now()
        return self._load(
            sheet,
            Accepted(request=self.ref, at=at, sha256=sheet.sha256, table=number, blocks=blocks, why=why.strip()),
        )

    def load(self, sheet: Sheet) -> Taken:
        """Load a document as it is decided and corrected.

        Raises:
            NeedsPersonError: a table is not decided yet.
        """
        return self._load(sheet)

    def _load(self, sheet: Sheet, *accepted: Accepted) -> Taken:
        with self._lock, desk_of(self.installation, self.source.name) as desk:
            taken = load_sheet(desk, sheet, *accepted)
            self._decided.discard(sheet.sha256)
        return taken
