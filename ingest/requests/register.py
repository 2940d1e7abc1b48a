"""The register: each request as its events leave it, with the state that may be said of a body in public.

`silent` is never entered: it is derived for a request that was really sent, is past its date, and has no answer by
the day the register was last known to be complete (`as_of`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import msgspec

from db.model.requests import RequestState, TableState
from ingest.requests import deadlines
from ingest.requests.acceptance import COUNTING, Acceptance, accepted_why
from ingest.requests.correcting import CellCorrection
from ingest.requests.events import (
    Accepted,
    Answered,
    Appealed,
    Asked,
    Corrected,
    DocumentTaken,
    Drawn,
    Extended,
    Lettered,
    RegisterError,
    Sent,
    TableSeen,
    Withdrawn,
)


class Request(msgspec.Struct, kw_only=True):
    """One request with everything that happened to it.

    `documents` holds the newest reading of each, by hash; `unloaded` counts the corrections entered since.
    """

    drawn: Drawn
    letters: list[Lettered] = []
    sent: Sent | None = None
    extended: Extended | None = None
    answers: list[Answered] = []
    appeals: list[Appealed] = []
    withdrawn: Withdrawn | None = None
    documents: dict[str, DocumentTaken] = {}
    accepted: list[Accepted] = []
    corrected: list[Corrected] = []
    unloaded: dict[str, int] = {}
    asked: list[Asked] = []

    def acceptances(self, sha256: str, table: int) -> tuple[Acceptance, ...]:
        """What was accepted of one table, in the order it was entered."""
        return tuple(
            Acceptance(one.blocks, one.why) for one in self.accepted if (one.sha256, one.table) == (sha256, table)
        )

    def corrections(self, sha256: str, table: int) -> tuple[CellCorrection, ...]:
        """The corrections of one table, in the order they were entered."""
        return tuple(
            CellCorrection(
                page=one.page, row=one.row, column=one.column, was=one.was, text=one.text, why=one.why, who=one.who,
                at=one.at,
            )
            for one in self.corrected
            if (one.sha256, one.table) == (sha256, table)
        )  # fmt: skip

    @property
    def ref(self) -> str:
        """Its lasting reference."""
        return self.drawn.request

    @property
    def is_draft(self) -> bool:
        """Whether it is drawn up, not sent and not taken back."""
        return self.sent is None and self.withdrawn is None

    @property
    def rule(self) -> deadlines.Rule | None:
        """The deadline rule that holds for it; None before it is sent."""
        return deadlines.rule_for(self.drawn.basis, self.counted_from) if self.sent else None

    @property
    def counted_from(self) -> date:
        """The day before the period starts: of registration where known, else of sending."""
        if self.sent is None:
            raise RegisterError(f"{self.ref}: it was not sent yet, so nothing is due")
        return self.sent.registered_on or self.sent.on

    @property
    def due_on(self) -> date | None:
        """The last day for the answer, with an extension that was told in time; None before it is sent."""
        rule, extended = self.rule, self.extended
        if rule is None:
            return None
        due = deadlines.due_on(rule, self.counted_from)
        if extended is not None and extended.on <= due:
            return deadlines.extended_due_on(rule, self.counted_from, extended.until)
        return due

    @property
    def extended_in_time(self) -> bool:
        """Whether the extension was told before the time was over; a later one moves nothing."""
        return (
            self.rule is not None
            and self.extended is not None
            and self.extended.on <= deadlines.due_on(self.rule, self.counted_from)
        )

    @property
    def answer(self) -> Answered | None:
        """The answer that decides: the last one entered."""
        return self.answers[-1] if self.answers else None

    @property
    def first_answered_on(self) -> date | None:
        """The day of the first answer, from which days are counted."""
        return min((answer.on for answer in self.answers), default=None)

    @property
    def days_taken(self) -> int | None:
        """Calendar days from sending to the first answer."""
        first = self.first_answered_on
        return None if first is None else (first - self.counted_from).days

    @property
    def days_late(self) -> int | None:
        """Calendar days that the first answer came after its date; 0 when it was in time."""
        first, due = self.first_answered_on, self.due_on
        return None if first is None or due is None else max(0, (first - due).days)

    def state(self, as_of: date | None) -> RequestState:
        """What may be said of it on a day."""
        if self.withdrawn:
            return RequestState.WITHDRAWN
        if self.answer:
            return self.answer.state
        return self._unanswered(as_of)

    def _unanswered(self, as_of: date | None) -> RequestState:
        if self.sent is None:
            return RequestState.DRAFT
        due = self.due_on
        past = due is not None and as_of is not None and as_of > due
        return RequestState.SILENT if past else RequestState.WAITING

    def year_state(self, year: int, as_of: date | None) -> RequestState:
        """What may be said of one of the years it asked about."""
        if self.withdrawn is None and self.answer:
            return self.answer.years.get(year, self.answer.state)
        return self.state(as_of)


class Register(msgspec.Struct, kw_only=True):
    """All requests of an installation, by reference, and the day up to which the register is complete."""

    requests: dict[str, Request] = {}
    as_of: date | None = None

    def find(self, ref: str) -> Request:
        """The request of this reference.

        Raises:
            RegisterError: there is none.
        """
        if ref not in self.requests:
            known = ", ".join(self.requests) or "none; draw one up with `mediacontracts requests new`"
            raise RegisterError(f"no request is called {ref!r}; known are: {known}")
        return self.requests[ref]

    def document(self, text: str) -> tuple[Request, DocumentTaken]:
        """The document whose hash begins with `text`, or whose file name it is.

        Raises:
            RegisterError: none, or more than one.
        """
        found = [
            (request, document)
            for request in self.requests.values()
            for digest, document in request.documents.items()
            if document.file_name == text or (len(text) >= 6 and digest.startswith(text.lower()))
        ]
        if len(found) != 1:
            raise RegisterError(
                f"{len(found)} documents are called {text!r}; give the first 12 letters of its hash, "
                "as `mediacontracts requests status REQUEST` lists them"
            )
        return found[0]

    def holder_of(self, sha256: str) -> Request | None:
        """The request that a document was taken for; none where that was withdrawn, so that another may take it."""
        holders = (request for request in self.requests.values() if sha256 in request.documents)
        return next((request for request in holders if request.withdrawn is None), None)

    def twins_of(self, rows_hash: str, row_hashes: Sequence[str], sha256: str, body: str) -> list[str]:
        """Tables that count already and have the same rows, or half of them where both are of one body.

        Those of a withdrawn request count too, until another request takes the document or its load is retracted.
        """
        found = (
            twin_of(
                f"{document.file_name}, table {table.number} ({request.ref})",
                table,
                rows_hash,
                # two bodies may well have paid one outlet the same
                row_hashes if request.drawn.body == body else (),
            )
            for request in self.requests.values()
            for digest, document in request.documents.items()
            if digest != sha256
            for table in document.tables
            if counts(table, request, digest)
        )
        return [name for name in found if name]

    def next_ref(self, year: int) -> str:
        """The reference for the next request drawn up in a year."""
        taken = [int(ref[5:]) for ref in self.requests if ref.startswith(f"{year}-") and ref[5:].isdigit()]
        return f"{year}-{max(taken, default=0) + 1:04d}"


def twin_of(name: str, other: TableSeen, rows_hash: str, row_hashes: Sequence[str]) -> str:
    """The name of another table that prints the same rows, or of the smaller of the two at least half; else empty.

    An answer that a body corrects comes as a new document in which most rows are those of the old one.
    """
    if other.rows_hash == rows_hash:
        return name
    same = (Counter(row_hashes) & Counter(other.row_hashes)).total()
    fewest = min(len(row_hashes), len(other.row_hashes))
    return f"{name}, {same} of {len(other.row_hashes)} rows" if same and same * 2 >= fewest else ""


def counts(table: TableSeen, request: Request, sha256: str) -> bool:
    """Whether the records of a table count: taken, or accepted for all that stands against it."""
    return state_of(table, request, sha256) in COUNTING


def state_of(table: TableSeen, request: Request, sha256: str) -> TableState:
    """What became of a table, with what a person accepted since it was read."""
    if table.state is TableState.BLOCKED and accepted_why(request.acceptances(sha256, table.number), table.blocks):
        return TableState.ACCEPTED
    return table.state
