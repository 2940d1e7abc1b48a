"""Information requests: whom we asked, what came of it, and the documents that were answered with."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id, LocalDate, LongText, Money, Ref, Sha256, UtcDateTime, one_of


class RequestState(StrEnum):
    """What came of a request. Exact words matter: they are said of a body in public.

    `silent` is only ever derived: really sent, past its date, and nothing entered by the day the register was last
    looked through. A body whose time is still running is `waiting`.
    """

    DRAFT = "draft"
    WAITING = "waiting"
    SILENT = "silent"
    IN_FULL = "in full"
    IN_PART = "in part"
    REFUSED = "refused"
    SAYS_NONE = "says none"
    OFFICIAL_USE = "for official use"
    FORWARDED = "forwarded"
    WITHDRAWN = "withdrawn"


ANSWERS = (
    RequestState.IN_FULL,
    RequestState.IN_PART,
    RequestState.SAYS_NONE,
    RequestState.OFFICIAL_USE,
    RequestState.REFUSED,
    RequestState.FORWARDED,
)
"""States that a body's own answer gives, the fullest first."""


class TableState(StrEnum):
    """What became of one table of a document.

    taken: its printed totals agree with its rows, or it prints none; blocked: a total differs or the reader doubts,
    so none of its records counts; accepted: a person accepted the difference with a reason; left out: a person said
    that it is no table of payments.
    """

    TAKEN = "taken"
    BLOCKED = "blocked"
    ACCEPTED = "accepted"
    LEFT_OUT = "left out"


VERDICTS = ("equal", "differs", "×10", "×1000", "unreadable")
"""What comes of comparing a printed total with its rows; a slip of exactly ten or a thousand times is named."""


class InformationRequest(Base):
    """One request to one body. Days are calendar days; dates are the body's local dates."""

    __tablename__ = "information_request"
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    body_name_id: Mapped[int] = mapped_column(Ref, ForeignKey("body_name.id"), index=True)
    level: Mapped[str]
    subject: Mapped[LongText]
    lang: Mapped[str]
    legal_basis: Mapped[str]
    channel: Mapped[str]
    number: Mapped[str]
    sent_on: Mapped[LocalDate | None]
    due_on: Mapped[LocalDate | None]
    extended_to: Mapped[LocalDate | None]
    answered_on: Mapped[LocalDate | None]
    days_taken: Mapped[int | None]
    days_late: Mapped[int | None]
    state: Mapped[str]
    as_of: Mapped[LocalDate | None]
    ground: Mapped[LongText]
    wording: Mapped[LongText]
    forwarded_to: Mapped[str]
    fee_minor: Mapped[Money | None]
    fee_currency: Mapped[str]
    pages: Mapped[int | None]
    appealed_on: Mapped[LocalDate | None]
    appealed_to: Mapped[str]
    appeal_outcome: Mapped[LongText]
    __table_args__ = (one_of("state", RequestState),)


class RequestYear(Base):
    """One year that one request asked about, and what is known of it: the ground of the coverage table."""

    __tablename__ = "request_year"
    request_id: Mapped[int] = mapped_column(Ref, ForeignKey("information_request.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    ground: Mapped[LongText]
    __table_args__ = (one_of("state", RequestState),)


class Answer(Base):
    """One answer to a request; a request may have several, the last one decides its state."""

    __tablename__ = "answer"
    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(Ref, ForeignKey("information_request.id"), index=True)
    answered_on: Mapped[LocalDate]
    state: Mapped[str]
    ground: Mapped[LongText]
    wording: Mapped[LongText]
    pages: Mapped[int | None]
    __table_args__ = (one_of("state", ANSWERS),)


class Document(Base):
    """One document of an answer, archived under its hash. `capture_id` is the newest reading of it."""

    __tablename__ = "document"
    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(Ref, ForeignKey("information_request.id"), index=True)
    capture_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("capture.id"))
    sha256: Mapped[Sha256] = mapped_column(unique=True)
    file_name: Mapped[str]
    byte_count: Mapped[int]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DocumentTable(Base):
    """One table of a document: its heading, the form that reads it, and what its printed totals prove.

    `number` counts the tables of the document from 1; `place` is the part of a record's key that names the table.
    `heading` holds the headings from left to right, a line each. `rows` are printed rows, `records` and `rejected`
    what the reader made of them.
    """

    __tablename__ = "document_table"
    id: Mapped[Id]
    document_id: Mapped[int] = mapped_column(Ref, ForeignKey("document.id"))
    number: Mapped[int]
    place: Mapped[str]
    page: Mapped[int]
    sheet: Mapped[str]
    member: Mapped[str]
    title: Mapped[LongText]
    heading: Mapped[LongText]
    form: Mapped[str]
    rows: Mapped[int]
    records: Mapped[int]
    rejected: Mapped[int]
    totals: Mapped[int]
    totals_equal: Mapped[int]
    state: Mapped[str]
    why: Mapped[LongText]
    __table_args__ = (UniqueConstraint("document_id", "number"), one_of("state", TableState))


class DocumentTotal(Base):
    """One printed total or subtotal beside the sum of the rows it covers, both in the unit of its column.

    `at_row` counts printed rows of the body from 1, `at_column` columns from 1. Figures are exact decimal text.
    """

    __tablename__ = "document_total"
    document_table_id: Mapped[int] = mapped_column(Ref, ForeignKey("document_table.id"), primary_key=True)
    at_row: Mapped[int] = mapped_column(primary_key=True)
    at_column: Mapped[int] = mapped_column(primary_key=True)
    heading: Mapped[LongText]
    raw: Mapped[str]
    printed: Mapped[str]
    computed: Mapped[str]
    verdict: Mapped[str]
    rounding: Mapped[bool]
    __table_args__ = (one_of("verdict", VERDICTS),)


class BodyOpenness(Base):
    """How one body answers, over the requests it was really sent and that are no longer waiting.

    Shares are parts of 10,000 with Wilson's interval at 95 %; `rank` is empty for a body asked too rarely.
    """

    __tablename__ = "body_openness"
    body_id: Mapped[int] = mapped_column(Ref, ForeignKey("body.id"), primary_key=True)
    asked: Mapped[int]
    waiting: Mapped[int]
    in_full: Mapped[int]
    in_part: Mapped[int]
    says_none: Mapped[int]
    official_use: Mapped[int]
    refused: Mapped[int]
    forwarded: Mapped[int]
    silent: Mapped[int]
    late: Mapped[int]
    days_median: Mapped[int | None]
    grounds: Mapped[LongText]
    full_share: Mapped[int | None]
    full_low: Mapped[int | None]
    full_high: Mapped[int | None]
    rank: Mapped[int | None]
