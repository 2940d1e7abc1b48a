"""The register's journal: what happened to each request, a line an event, never changed, only added to.

`$MEDIACONTRACTS_HOME/requests/requests.jsonl` is data of the installation: a rebuild fills the registry from it. What
a person was asked and answered while a document was taken stands in it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from db.journal import append_lines, whole_lines
from db.model.requests import RequestState, TableState


class RegisterError(Exception):
    """An entry that cannot be: the message names the request and says what to do."""


Channel = Literal["post", "e-mail", "portal", "in person", "oral"]


class _Event(msgspec.Struct, tag_field="event", kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`request` is the reference it is about; `at` the instant it was entered, ISO 8601 UTC."""

    request: str
    at: str


class Drawn(_Event, tag="new", kw_only=True):
    """A request was drawn up: to whom, about which years, on which legal basis (see `deadlines`)."""

    body: str
    body_lang: str = ""
    level: str = ""
    address: str = ""
    subject: str
    years: tuple[int, ...]
    basis: str
    country: str = "KZ"
    lang: str = "ru"


class Lettered(_Event, tag="letter", kw_only=True):
    """A letter was written from it."""

    files: tuple[str, ...]
    lang: str


class Sent(_Event, tag="sent", kw_only=True):
    """It really went out. `registered_on` is the day on which the body registered it, where that is known."""

    on: date
    channel: Channel
    number: str = ""
    registered_on: date | None = None


class Extended(_Event, tag="extended", kw_only=True):
    """The body put its answer off, on a day, to a day where it named one."""

    on: date
    until: date | None = None
    why: str = ""


class Answered(_Event, tag="answered", kw_only=True):
    """The body answered. `years` says where one year was answered otherwise than the whole."""

    on: date
    state: RequestState
    ground: str = ""
    wording: str = ""
    years: dict[int, RequestState] = {}
    forwarded_to: str = ""
    fee_minor: int | None = None
    fee_currency: str = ""
    pages: int | None = None


class Appealed(_Event, tag="appealed", kw_only=True):
    """We appealed, or learned what came of an appeal."""

    on: date
    to: str
    outcome: str = ""


class Withdrawn(_Event, tag="withdrawn", kw_only=True):
    """The request is taken back, or was entered by mistake: nothing is said of the body any more."""

    why: str


class Looked(_Event, tag="looked", kw_only=True):
    """Somebody looked through the post: all that came up to the end of this day is entered. `request` is empty."""

    on: date


class TotalSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A printed total beside its rows; see `db.model.DocumentTotal`."""

    row: int
    column: int
    heading: str
    raw: str
    printed: str
    computed: str
    verdict: str
    rounding: bool = False


class TableSeen(msgspec.Struct, frozen=True, omit_defaults=True):
    """A table of a document as it was read and decided; see `db.model.DocumentTable`.

    `rows_hash` is equal for two tables that print the same rows, `row_hashes` holds one for each row of data; `blocks`
    says what stands against taking it.
    """

    number: int
    place: str
    heading: tuple[str, ...]
    rows: int
    rows_hash: str
    state: TableState
    row_hashes: tuple[str, ...] = ()
    page: int = 0
    sheet: str = ""
    member: str = ""
    title: str = ""
    form: str = ""
    records: int = 0
    rejected: int = 0
    blocks: tuple[str, ...] = ()
    totals: tuple[TotalSeen, ...] = ()
    why: str = ""


class DocumentTaken(_Event, tag="document", kw_only=True):
    """A document of the answer was archived and read (again); `tables` is empty for a letter without any."""

    sha256: str
    file_name: str
    byte_count: int
    capture: str
    tables: tuple[TableSeen, ...] = ()


class Accepted(_Event, tag="accepted", kw_only=True):
    """A person accepted what stands against one table, with the reason."""

    sha256: str
    table: int
    blocks: tuple[str, ...]
    why: str


class Corrected(_Event, tag="corrected", kw_only=True):
    """A person set the text of one cell right (`correcting.CellCorrection`); the document need not be loaded yet."""

    sha256: str
    table: int
    page: int = 0
    row: int
    column: int
    was: str
    text: str
    why: str
    who: str


class Asked(_Event, tag="asked", kw_only=True):
    """A question that a person was asked while a document was taken, and the answer."""

    document: str
    table: int
    question: str
    answer: str


Event = (
    Drawn
    | Lettered
    | Sent
    | Extended
    | Answered
    | Appealed
    | Withdrawn
    | Looked
    | DocumentTaken
    | Accepted
    | Corrected
    | Asked
)


class Journal:
    """The file of events of one installation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._encode = msgspec.json.Encoder().encode

    def write(self, *events: Event) -> None:
        """Append events; they are on disk when this returns. Call it under the installation's lock."""
        append_lines(self.path, b"".join(self._encode(event) + b"\n" for event in events), mode=0o600)

    def events(self) -> Iterator[Event]:
        """Read the events in order; a last line cut short by a crash is passed over.

        Raises:
            RegisterError: another line is damaged.
        """
        decoder = msgspec.json.Decoder(Event)
        for number, line in whole_lines(self.path):
            try:
                yield decoder.decode(line)
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                raise RegisterError(
                    f"{self.path}: line {number}: {error}; restore the file from a backup, or mend the line"
                ) from None


def journal_at(home: Path) -> Journal:
    """The journal of requests of the installation in this folder."""
    return Journal(home / "requests" / "requests.jsonl")
