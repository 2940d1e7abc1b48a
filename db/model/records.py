"""Records: one sum that one payer planned, announced, committed or paid, as one source states it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Currency, Id, LocalDate, LongText, Money, Ordered, Ref, one_of
from db.words import (
    PLAIN_WORDING,
    AmountRole,
    AmountState,
    Instrument,
    Measure,
    PartyState,
    Precision,
    Relevance,
    Standing,
    YearBasis,
    YearState,
)


class Record(Base):
    """One record; `key` is the source's own raw identity and never changes.

    `ministry_name_id` is what the source states; `ministry_id` follows from it or from the payer at each settling.
    """

    __tablename__ = "record"
    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(Ref, ForeignKey("source.id"))
    key: Mapped[Ordered]
    uid: Mapped[str]
    slice: Mapped[str]
    identity: Mapped[str]
    root_key: Mapped[str]
    version: Mapped[str]
    facts_hash: Mapped[bytes] = mapped_column(LargeBinary(16))
    raw_hash: Mapped[bytes] = mapped_column(LargeBinary(16))

    measure: Mapped[str]
    instrument: Mapped[str]
    relevance: Mapped[str]
    relevance_by: Mapped[str]
    topic: Mapped[str] = mapped_column(server_default="")
    topic_by: Mapped[str] = mapped_column(server_default="")
    topic_score: Mapped[int] = mapped_column(server_default="0")
    wording: Mapped[str] = mapped_column(server_default=PLAIN_WORDING)
    standing: Mapped[str]
    standing_why: Mapped[str]
    rank: Mapped[Ordered]
    counted: Mapped[bool]
    counted_why: Mapped[str]

    payer_name_id: Mapped[int] = mapped_column(Ref, ForeignKey("body_name.id"))
    ministry_id: Mapped[int] = mapped_column(Ref, ForeignKey("body.id"))
    ministry_name_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("body_name.id"))
    organiser_name_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("body_name.id"))
    recipient_state: Mapped[str]
    recipient_name_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("organisation_name.id"))
    intermediary_state: Mapped[str]
    intermediary_name_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("organisation_name.id"))
    outlet_state: Mapped[str]
    outlet_name_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("outlet_name.id"))

    year_state: Mapped[str]
    year: Mapped[int | None]
    year_to: Mapped[int | None]
    year_basis: Mapped[str]
    signed_on: Mapped[LocalDate | None]
    period_from: Mapped[LocalDate | None]
    period_to: Mapped[LocalDate | None]
    opened_at: Mapped[str | None]
    closed_at: Mapped[str | None]

    amount_state: Mapped[str]
    amount_precision: Mapped[str]
    amount_role: Mapped[str]
    amount_minor: Mapped[Money | None]
    currency: Mapped[Currency]
    equivalent_minor: Mapped[Money | None]
    equivalent_currency: Mapped[str]

    source_topic: Mapped[LongText]
    subject: Mapped[LongText]
    subject_lang: Mapped[str]
    region_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("region.id"))
    region_text: Mapped[str]
    method: Mapped[str]
    method_code: Mapped[str]
    status: Mapped[str]
    status_code: Mapped[str]
    number: Mapped[str]
    details: Mapped[LongText]

    capture_id: Mapped[int] = mapped_column(Ref, ForeignKey("capture.id"))
    locator: Mapped[LongText]
    url: Mapped[LongText]
    raw_amount: Mapped[LongText]
    unit_rule: Mapped[str]

    first_run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"))
    changed_run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"))
    vanished_run_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("run.id"))
    deleted_at: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index("ix_record_root", "source_id", "root_key"),
        one_of("measure", Measure),
        one_of("instrument", Instrument),
        one_of("relevance", Relevance),
        one_of("standing", Standing),
        one_of("recipient_state", PartyState),
        one_of("intermediary_state", PartyState),
        one_of("outlet_state", PartyState),
        one_of("year_state", YearState),
        one_of("year_basis", YearBasis),
        one_of("amount_state", AmountState),
        one_of("amount_precision", Precision),
        one_of("amount_role", AmountRole),
        CheckConstraint(
            "(recipient_state = 'named') = (recipient_name_id IS NOT NULL)", name="recipient_is_named_or_says_why"
        ),
        CheckConstraint(
            "(intermediary_state = 'named') = (intermediary_name_id IS NOT NULL)",
            name="intermediary_is_named_or_says_why",
        ),
        CheckConstraint("(outlet_state = 'named') = (outlet_name_id IS NOT NULL)", name="outlet_is_named_or_says_why"),
        CheckConstraint(
            "(amount_state IN ('stated', 'zero')) = (amount_minor IS NOT NULL)", name="a_blank_is_not_a_zero"
        ),
        CheckConstraint("amount_state <> 'zero' OR amount_minor = 0", name="zero_is_zero"),
        CheckConstraint("year_state <> 'stated' OR year IS NOT NULL", name="stated_year"),
        CheckConstraint("year IS NULL OR year BETWEEN 1990 AND 2100", name="year_in_range"),
        CheckConstraint("(counted_why = '') = counted", name="not_counted_says_why"),
    )


class RecordSeen(Base):
    """The last run that saw a record; a table of its own, so that a run which finds all as before writes little."""

    __tablename__ = "record_seen"
    record_id: Mapped[int] = mapped_column(Ref, ForeignKey("record.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"))


class RecordAmount(Base):
    """Every sum that a row states, with its role, its raw text and the unit rule that read it."""

    __tablename__ = "record_amount"
    record_id: Mapped[int] = mapped_column(Ref, ForeignKey("record.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    minor: Mapped[Money | None]
    state: Mapped[str]
    raw: Mapped[LongText]
    rule: Mapped[str]
    __table_args__ = (one_of("role", AmountRole), one_of("state", AmountState))


class RecordLine(Base):
    """One line of a contract: OCDS `item`. The contract's sum is never repeated here."""

    __tablename__ = "record_line"
    record_id: Mapped[int] = mapped_column(Ref, ForeignKey("record.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    line_key: Mapped[str]
    plan_point: Mapped[str]
    code: Mapped[str]
    name: Mapped[LongText]
    description: Mapped[LongText]
    quantity: Mapped[str]
    unit: Mapped[str]
    place: Mapped[LongText]
    minor: Mapped[Money | None]
    minor_without_vat: Mapped[Money | None]


class Revision(Base):
    """A value that changed: what it was, what it became, and the run that saw it."""

    __tablename__ = "revision"
    id: Mapped[Id]
    record_id: Mapped[int] = mapped_column(Ref, ForeignKey("record.id"), index=True)
    run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"))
    field: Mapped[str]
    old: Mapped[LongText | None]
    new: Mapped[LongText | None]
