"""Columns of an export: names instead of ids, lasting names beside them, sums exact."""

from __future__ import annotations

from dataclasses import dataclass

from publish.described import Column
from publish.money import decimal_sql
from publish.schema import BY_NAME
from publish.schema_contracts import ISO_DATE, ISO_UTC, RECORD_COLUMNS
from publish.site.core.filters import View
from publish.site.core.release import Release

_LEFT_OUT = frozenset({"id", "search_text", "amount", "equivalent_minor"})


@dataclass(frozen=True)
class Field:
    """One column of a file: its heading, its SQL, its kind ("text", "number", "money", "date", "instant", "year")."""

    name: str
    sql: str
    kind: str
    text: str


def fields() -> tuple[Field, ...]:
    """Columns of `contracts` and `other_records` in a file."""
    found: list[Field] = []
    for column in RECORD_COLUMNS:
        name, text = column.name, column.sentence
        if name == "amount":
            said = "The sum, exact; empty where none is stated (see amount_state)."
            found.append(Field(name, decimal_sql("c.amount_minor", "u"), "money", said))
        elif name == "equivalent_minor":
            said = "The same sum in a second currency, where the source prints one; never added to amount."
            found.append(Field("equivalent", decimal_sql("c.equivalent_minor", "e"), "money", said))
            found.append(Field(name, f"c.{name}", "number", text))
        elif name in _LEFT_OUT:
            continue
        elif name == "year":
            said = "Year the record belongs to, by year_basis; in words where it has none, or several."
            found.append(Field(name, "k_year.name", "year", said))
        elif name == "source":
            found.append(Field(name, "k_source.name", "text", column.text))
            said = "1 where the source is a sample, whose figures are made up; 0 where they are real."
            found.append(Field("invented", "k_source.invented", "number", said))
        elif column.ref:
            found.append(Field(name, f"k_{name}.name", "text", column.text))
            found.append(Field(f"{name}_uid", f"k_{name}.uid", "text", f"Lasting name of the {name}, for addresses."))
        else:
            found.append(Field(name, f'c."{name}"', _kind(column), text))
    return tuple(found)


def _kind(column: Column) -> str:
    if column.kind == "INTEGER":
        return "number"
    return "date" if column.unit == ISO_DATE else "instant" if column.unit == ISO_UTC else "text"


CONTEXT = (
    Field("release", "", "text", "Name of the release: cite it with the figure."),
    Field("filter", "", "text", "Which rows of the table this file holds."),
    Field("coverage", "", "text", "How many of the bodies that were asked gave figures, and in which country."),
)
"""Columns that say in every row what the file is, so that a row cut out of it still says it."""


def context(release: Release, view: View) -> tuple[str, str, str]:
    """Values of `CONTEXT`."""
    return f"{release.mark}{release.name}", view.wording, coverage(release)


def coverage(release: Release) -> str:
    """How many bodies answered, in words for a file; they tell nothing of other countries."""
    if release.asked is None:
        return "unknown how many bodies were asked"
    where = f" in {', '.join(release.asked_in)}" if release.asked_in else ""
    return f"{release.answered} of {release.asked} bodies asked{where} answered"


def select(view: View, columns: tuple[Field, ...] | None = None) -> str:
    """SQL of the rows of a view, in the order of their lasting names.

    Args:
        view: which rows.
        columns: what of each; by default the columns of a file.
    """
    joins = " ".join(
        f'JOIN "{column.ref}" AS k_{column.name} ON k_{column.name}.id = c."{column.name}"'
        for column in RECORD_COLUMNS
        if column.ref
    )
    return (
        f"SELECT {', '.join(one.sql for one in columns or fields())} FROM {view.table} AS c {joins}"
        " LEFT JOIN currencies AS u ON u.code = c.currency LEFT JOIN currencies AS e ON e.code = c.equivalent_currency"
        f" WHERE {view.where} ORDER BY c.id"
    )


BOOK_TABLES = tuple(name for name in BY_NAME if name not in ("contracts", "other_records"))
"""Tables that can be had whole as CSV: they hold what stands beside the records."""
