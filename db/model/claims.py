"""Published figures set beside ours. What ends in `_said` is kept as sentences (`db.sentences`)."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id, LongText, Ref, one_of
from db.words import ClaimVerdict, Precision


class Claim(Base):
    """One figure that was printed somewhere, with its address and its stated precision."""

    __tablename__ = "claim"
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    subject: Mapped[LongText]
    period: Mapped[str]
    figure: Mapped[str]
    unit: Mapped[str]
    precision: Mapped[str]
    rounded_to: Mapped[str] = mapped_column(default="")
    wording: Mapped[LongText]
    source_url: Mapped[LongText]
    scope_said: Mapped[LongText]
    __table_args__ = (one_of("precision", Precision),)


class ClaimCheck(Base):
    """What came of setting one claim beside our rows, with the arithmetic."""

    __tablename__ = "claim_check"
    claim_id: Mapped[int] = mapped_column(Ref, ForeignKey("claim.id"), primary_key=True)
    verdict: Mapped[str]
    ours: Mapped[str]
    difference: Mapped[str]
    arithmetic_said: Mapped[LongText]
    __table_args__ = (one_of("verdict", ClaimVerdict),)


class Release(Base):
    """One published release: its name, its manifest's hash, its counts."""

    __tablename__ = "release"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    data_as_of: Mapped[str]
    manifest_sha256: Mapped[str]
    records: Mapped[int]
    other_records: Mapped[int]
