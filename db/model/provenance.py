"""Where every value came from: sources, runs, captures, and the rows that could not be read."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id, LongText, Ref, Sha256, UtcDateTime, one_of
from db.words import RunState


class Source(Base):
    """One declared source, in step with its yml."""

    __tablename__ = "source"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    country: Mapped[str]
    publisher: Mapped[str]
    obtained: Mapped[LongText]
    url: Mapped[str]
    licence: Mapped[str]
    licence_url: Mapped[str]
    publish: Mapped[str]
    frequency: Mapped[str]
    caveats: Mapped[LongText]
    invented: Mapped[bool]
    __table_args__ = (one_of("publish", ("facts", "files")),)


class Run(Base):
    """One go at a source: a crawl or an ingest, with what it read and what came of it."""

    __tablename__ = "run"
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    source_id: Mapped[int] = mapped_column(Ref, ForeignKey("source.id"), index=True)
    kind: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str]
    reason: Mapped[LongText]
    window_from: Mapped[str]
    window_to: Mapped[str]
    rows: Mapped[int]
    inserted: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    vanished: Mapped[int]
    rejected: Mapped[int]
    responses: Mapped[int]
    responses_bad: Mapped[int]
    retracted_why: Mapped[LongText]
    __table_args__ = (
        one_of("state", RunState),
        one_of("kind", ("crawl", "ingest")),
        CheckConstraint("rows = inserted + updated + unchanged + rejected", name="rows_in_are_rows_kept"),
    )


class Capture(Base):
    """One archived body: what was asked, when, and the hash of what came."""

    __tablename__ = "capture"
    id: Mapped[Id]
    ref: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"), index=True)
    source_id: Mapped[int] = mapped_column(Ref, ForeignKey("source.id"))
    sha256: Mapped[Sha256] = mapped_column(index=True)
    url: Mapped[LongText]
    file_name: Mapped[str]
    fetched_at: Mapped[datetime] = mapped_column(UtcDateTime)
    http_status: Mapped[int | None]
    byte_count: Mapped[int]
    retracted_why: Mapped[LongText]


class RejectedRow(Base):
    """A row that could not be read: kept with its raw cells, counted and published, never dropped."""

    __tablename__ = "rejected"
    id: Mapped[Id]
    source_id: Mapped[int] = mapped_column(Ref, ForeignKey("source.id"), index=True)
    capture_id: Mapped[int] = mapped_column(Ref, ForeignKey("capture.id"))
    run_id: Mapped[int] = mapped_column(Ref, ForeignKey("run.id"))
    locator: Mapped[str]
    reason: Mapped[LongText]
    raw: Mapped[LongText]
    __table_args__ = (UniqueConstraint("capture_id", "locator"),)
