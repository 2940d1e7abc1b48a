"""Naming convention and column types that every table of the registry shares."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import BigInteger, CheckConstraint, Dialect, Integer, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every table; constraints are named by convention so that migrations can find them."""

    metadata = MetaData(naming_convention=CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept as ISO 8601 text in UTC ("2026-11-24T09:30:00Z") on both databases.

    Text sorts by time, reads the same in SQLite and PostgreSQL, and cannot lose its zone.
    """

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse a naive time: nobody could say later which zone it was in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return format_instant(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Give an aware datetime in UTC."""
        return None if value is None else parse_instant(str(value))


def format_instant(value: datetime) -> str:
    """Write an aware datetime as the registry keeps it."""
    return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """Read what `format_instant` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def one_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """CHECK that `column` holds one of the vocabulary's words.

    Written out with OR: of a list of three or more SQLite makes a table anew for every row, and a dozen of these took
    a fifth of the time that a batch needs.
    """
    listed = " OR ".join(f"{column} = '" + str(word).replace("'", "''") + "'" for word in words)
    return CheckConstraint(listed, name=column)


Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Ref = BigInteger().with_variant(Integer, "sqlite")
Money = Annotated[int, mapped_column(BigInteger)]
"""Minor units of the currency beside it (tiyn, cent, para)."""
Currency = Annotated[str, mapped_column(String(3))]
"""ISO 4217 code."""
LocalDate = Annotated[str, mapped_column(String(10))]
"""A calendar date as the source's country had it, ISO 8601."""
Sha256 = Annotated[str, mapped_column(String(64))]
LongText = Annotated[str, mapped_column(Text)]
Ordered = Annotated[str, mapped_column(String().with_variant(String(collation="C"), "postgresql"))]
"""Text whose order decides something: byte by byte on both databases, whatever the locale of a PostgreSQL."""
