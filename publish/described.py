"""A table of the release, described once: from it come the DDL, `metadata.yml` and the data dictionary.

Every table and column carries a sentence for the reader. What has no description cannot be declared, so it cannot be
published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["INTEGER", "REAL", "TEXT"]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: the field's own word.
        kind: storage class; the tables are STRICT.
        text: what it holds, for a reader who was not there.
        unit: what a number counts, or how a text is written ("ISO 8601 date"); "" for plain words.
        ref: the table whose `id` it holds.
        null: whether it may be empty; then `text` says what empty means.
        free: whether the text comes from a source, so that identity numbers of natural persons are masked in it.
        index: whether it has an index of its own (one column each: composite ones make facets sort).
        unique: whether no two rows share a value.
        words: the closed vocabulary, kept by a CHECK.
    """

    name: str
    kind: Kind
    text: str
    unit: str = ""
    ref: str = ""
    null: bool = False
    free: bool = False
    index: bool = False
    unique: bool = False
    words: tuple[str, ...] = ()

    def ddl(self) -> str:
        """The column as `CREATE TABLE` writes it."""
        if self.name == "id":
            return '"id" INTEGER PRIMARY KEY'
        parts = [f'"{self.name}" {self.kind}']
        if not self.null:
            parts.append("NOT NULL")
        if self.unique:
            parts.append("UNIQUE")
        if self.ref:
            parts.append(f'REFERENCES "{self.ref}"("id")')
        if self.words:
            listed = ", ".join("'" + word.replace("'", "''") + "'" for word in self.words)
            parts.append(f'CHECK ("{self.name}" IN ({listed}))')
        return " ".join(parts)

    @property
    def sentence(self) -> str:
        """Description and unit in one line, as Datasette and the dictionary show it."""
        return f"{self.text} Unit: {self.unit}." if self.unit else self.text


@dataclass(frozen=True)
class Table:
    """One table of the release.

    Attributes:
        name: as it stands in the address.
        title: as a heading.
        text: what one row is, and how (not) to sum it.
        columns: in order; the first is `id`.
        label: the column that names a row where another table points at it.
        facets: columns whose facets are open from the start.
        sort, sort_desc: the column the page is sorted by, if not by `id`.
        fts: columns of the search index `<name>_fts`, if it has one.
        checks: further CHECK expressions.
    """

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]
    label: str = ""
    facets: tuple[str, ...] = ()
    sort: str = ""
    sort_desc: str = ""
    fts: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def free(self) -> tuple[int, ...]:
        """Positions of the columns whose text is masked before it is written."""
        return tuple(at for at, column in enumerate(self.columns) if column.free)

    def create(self) -> str:
        """`CREATE TABLE`, STRICT."""
        lines = [column.ddl() for column in self.columns] + [f"CHECK ({check})" for check in self.checks]
        return f'CREATE TABLE "{self.name}" (\n  ' + ",\n  ".join(lines) + "\n) STRICT"

    def create_indexes(self) -> list[str]:
        """One `CREATE INDEX` a column that is filtered by; made after the rows are in."""
        return [
            f'CREATE INDEX "ix_{self.name}_{column.name}" ON "{self.name}" ("{column.name}")'
            for column in self.columns
            if column.index
        ]

    def create_search(self) -> list[str]:
        """The search index and its filling.

        Datasette finds it only by the double-quoted `content="<table>"`; any other quoting and `_search=` is silently
        ignored.
        """
        if not self.fts:
            return []
        columns = ", ".join(f'"{name}"' for name in self.fts)
        options = f'tokenize="unicode61 remove_diacritics 2", content="{self.name}", content_rowid="id"'
        return [
            f'CREATE VIRTUAL TABLE "{self.name}_fts" USING fts5({columns}, {options})',
            f'INSERT INTO "{self.name}_fts" ("{self.name}_fts") VALUES (\'rebuild\')',
            f'INSERT INTO "{self.name}_fts" ("{self.name}_fts") VALUES (\'optimize\')',
        ]

    def insert(self) -> str:
        """`INSERT` of one whole row, in column order."""
        return (
            f'INSERT INTO "{self.name}" ('
            + ", ".join(f'"{name}"' for name in self.names)
            + ") VALUES ("
            + ", ".join("?" * len(self.columns))
            + ")"
        )


def number(name: str, text: str, unit: str, *, null: bool = False) -> Column:
    """A whole number that counts something."""
    return Column(name, "INTEGER", text, unit=unit, null=null)


def free(name: str, text: str, *, unit: str = "", null: bool = False) -> Column:
    """A text in the source's own words: identity numbers of natural persons are masked in it."""
    return Column(name, "TEXT", text, unit=unit, null=null, free=True)


def plain(name: str, text: str, *, unit: str = "", null: bool = False, unique: bool = False) -> Column:
    """A text of our own making: a uid, a hash, an instant."""
    return Column(name, "TEXT", text, unit=unit, null=null, unique=unique)


def word(name: str, text: str, words: tuple[str, ...]) -> Column:
    """A word of a closed vocabulary."""
    return Column(name, "TEXT", text, words=words)


def flag(name: str, text: str) -> Column:
    """0 or 1."""
    return Column(name, "INTEGER", text, unit="0 or 1")


def points_at(name: str, table: str, text: str, *, null: bool = False, index: bool = True) -> Column:
    """A foreign key. Never NULL where stock facets are to count it: they drop NULL."""
    return Column(name, "INTEGER", text, unit=f"id in {table}", ref=table, null=null, index=index)


ID = Column("id", "INTEGER", "Number of the row in this release only; use uid in addresses and citations.")
