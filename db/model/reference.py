"""Reference tables loaded at run time: regions, topics, codes of a source. An unknown code is kept, never fatal."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id


class Region(Base):
    """A region with the dates it existed, so that 2018 and 2022 can be told apart."""

    __tablename__ = "region"
    id: Mapped[Id]
    country: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    name_local: Mapped[str]
    name_en: Mapped[str]
    valid_from: Mapped[str]
    valid_to: Mapped[str]
    note: Mapped[str]
    __table_args__ = (UniqueConstraint("country", "code", "valid_from"),)


class Code(Base):
    """One entry of a source's code list: statuses, methods, grounds."""

    __tablename__ = "code"
    id: Mapped[Id]
    list_name: Mapped[str]
    code: Mapped[str]
    name: Mapped[str]
    name_local: Mapped[str]
    counts: Mapped[bool | None]
    evidence: Mapped[str]
    __table_args__ = (UniqueConstraint("list_name", "code"),)


class Topic(Base):
    """One topic of our classification; `record.topic` holds its name."""

    __tablename__ = "topic"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
