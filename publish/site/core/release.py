"""The release that is being shown: its name, date, currencies, and what its sums cover."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publish.schema import BY_NAME, DATABASE, SAMPLE_PREFIX

if TYPE_CHECKING:
    from publish.site.core.sums import Sum

ANSWERED = ("answered in full", "answered in part", "says none")
"""States of a request in which the body said something about its money; "none" is an answer, silence is not."""


def rows(
    connection: sqlite3.Connection, sql: str, values: tuple[Any, ...] | list[Any] | dict[str, Any] = ()
) -> list[dict[str, Any]]:
    """All rows of a query, by column name."""
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def value(connection: sqlite3.Connection, sql: str, values: tuple[Any, ...] | list[Any] = ()) -> Any:  # noqa: ANN401
    """The first column of the first row; None where there is no row."""
    row = connection.execute(sql, tuple(values)).fetchone()
    return None if row is None else row[0]


def has_column(connection: sqlite3.Connection, table: str, column: str) -> bool:
    """Whether a table has a column: a release of an older program, which is shown until the next, lacks the newest."""
    return value(connection, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column)) is not None


def lacking(connection: sqlite3.Connection, table: str) -> list[str]:
    """What a release of an older program lacks of a table: the newest columns, or all of it."""
    held = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
    return [column.name for column in BY_NAME[table].columns if column.name not in held] if held else [table]


@dataclass(frozen=True)
class Release:
    """One release as its own tables describe it.

    Attributes:
        name: its name, which citations and exports carry.
        data_as_of: latest reading of a source in it, ISO 8601 instant.
        sample: whether it holds invented figures.
        digits: decimal digits of the minor unit, by currency.
        asked: bodies that were asked for information; None where no request is recorded.
        answered: bodies of those that answered.
        asked_in: countries whose bodies were asked, as far as they are known.
        asked_about: currencies of the countries whose bodies were asked; None where that is not known.
        invented: names of sources with invented figures.
        mixed: whether real sources stand beside those.
        about: every fact of the table `about`.
    """

    name: str
    data_as_of: str
    sample: bool
    digits: Mapping[str, int]
    asked: int | None
    answered: int
    asked_in: tuple[str, ...] = ()
    asked_about: frozenset[str] | None = None
    invented: frozenset[str] = frozenset()
    mixed: bool = False
    about: Mapping[str, str] = field(default_factory=dict)

    def says_how_many(self, sums: Iterable[Sum]) -> bool:
        """Whether the number of bodies that answered says anything of these sums.

        The bodies of one country that were asked tell nothing of what is missing in another.
        """
        return self.asked_about is None or any(one.currency in self.asked_about for one in sums)

    @property
    def mark(self) -> str:
        """What stands before its name where it holds invented figures; each row of a file says whether it is one."""
        if not self.sample:
            return ""
        return "SAMPLE, invented figures beside real ones: " if self.mixed else "SAMPLE, invented figures: "

    @property
    def database(self) -> str:
        """Name of its database in addresses."""
        return f"{SAMPLE_PREFIX if self.sample else ''}{DATABASE}"


def read_release(connection: sqlite3.Connection) -> Release:
    """Read what a release says about itself."""
    about = {row["name"]: row["value"] for row in rows(connection, "SELECT name, value FROM about ORDER BY id")}
    asked = value(connection, "SELECT count(DISTINCT payer) FROM requests WHERE state <> 'not asked'")
    marks = ", ".join("?" * len(ANSWERED))
    answered = value(connection, f"SELECT count(DISTINCT payer) FROM requests WHERE state IN ({marks})", ANSWERED)
    digits = {row["code"]: row["digits"] for row in rows(connection, "SELECT code, digits FROM currencies")}
    sources = rows(connection, "SELECT name, invented FROM sources")
    invented = frozenset(row["name"] for row in sources if row["invented"])
    asked_in = _asked_in(connection)
    return Release(
        name=about.get("release", ""),
        data_as_of=about.get("data_as_of", ""),
        sample=about.get("sample") == "yes",
        digits=digits,
        asked=asked or None,
        answered=answered,
        asked_in=tuple(country for country in asked_in if country),
        asked_about=_asked_about(connection, asked_in),
        invented=invented,
        mixed=bool(invented) and len(invented) < len(sources),
        about=about,
    )


def _asked_in(connection: sqlite3.Connection) -> list[str]:
    sql = (
        "SELECT DISTINCT p.country FROM requests AS r JOIN payers AS p ON p.id = r.payer WHERE r.state <> 'not asked'"
        " ORDER BY 1"
    )
    return [row["country"] for row in rows(connection, sql)]


def _asked_about(connection: sqlite3.Connection, countries: list[str]) -> frozenset[str] | None:
    if not countries or not all(countries):
        return None
    marks = ", ".join("?" * len(countries))
    sql = (
        "SELECT DISTINCT c.currency FROM contracts AS c JOIN sources AS s ON s.id = c.source"
        f" WHERE s.country IN ({marks})"
    )
    return frozenset(row["currency"] for row in rows(connection, sql, tuple(countries)))
