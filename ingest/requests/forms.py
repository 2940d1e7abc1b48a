"""Forms: how the columns of one kind of table are read, confirmed by a person once and then read by themselves.

A form is known by its fingerprint, the headings from left to right without white space and case, a year standing as
YYYY so that next year's table is the same form. Forms lie in `$MEDIACONTRACTS_HOME/forms/`. What a heading does not
print (a unit, a year) no form can supply: it is asked anew for each document.
"""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Literal

import msgspec

from db.currencies import MINOR_DIGITS
from db.whole_file import write_whole
from db.words import AmountState, Instrument, Measure, YearBasis
from ingest.tables import Table
from ingest.values.text import clean

Target = Literal[
    "amount", "part", "payer", "recipient", "recipient.id", "outlet", "intermediary", "medium", "subject",
    "source_topic", "number", "signed_on", "number and date", "year", "region", "method", "detail", "ignored",
]  # fmt: skip

YearFrom = Literal["heading", "row above", "column", "date", "document"]
"""Where the year of a record stands: in the heading of its column, in a row above, in a column of years, in the date,
or nowhere in the table, so that a person says it for the document."""

GroupTarget = Literal["medium", "subject", "source_topic", "region", "payer", "detail"]

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


class FormError(Exception):
    """A form that cannot be meant; the message names the file and the place."""


class FormColumn(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What becomes of one column.

    Attributes:
        heading: its headings from the top down, joined by " / ", years as YYYY; for the reader of the form.
        to: the field.
        measure: what a sum measures; amounts only.
        currency: ISO 4217; empty where the table prints no unit, so that it is asked for each document.
        factor: what one printed unit is worth in currency units; 0 where it is asked.
        unit_words: where the unit is printed.
        blank: what an empty cell or a dash means.
        why: why it was taken so: the words, or the person.
    """

    heading: str
    to: Target
    measure: Measure | None = None
    currency: str = ""
    factor: int = 0
    unit_words: str = ""
    blank: AmountState = AmountState.UNKNOWN
    why: str = ""

    @property
    def unit_is_asked(self) -> bool:
        """Whether the unit of this column has to be said for each document."""
        return self.to == "amount" and not (self.currency and self.factor)


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """How one kind of table is read.

    Attributes:
        name: its file name without the ending.
        fingerprint: what tables it is for.
        columns: from left to right.
        year_from: where the year of a record stands.
        year_basis: what that year is.
        groups: what the label of a group of rows is.
        date_order: order of day, month and year in figures.
        century_from: first year of the hundred that two-digit years fall in.
        instrument: the legal form, where it is not the source's.
        confirmed_on: the day a person confirmed it.
    """

    name: str
    fingerprint: str
    columns: tuple[FormColumn, ...]
    year_from: YearFrom
    year_basis: YearBasis
    groups: GroupTarget = "detail"
    date_order: Literal["dmy", "ymd", "mdy"] = "dmy"
    century_from: int = 1990
    instrument: Instrument | None = None
    confirmed_on: str = ""

    @property
    def unit_is_asked(self) -> bool:
        """Whether a unit has to be said for each document."""
        return any(column.unit_is_asked for column in self.columns)


def heading_of(path: tuple[str, ...]) -> str:
    """One column's headings as a line, years as YYYY."""
    return _YEAR.sub("YYYY", " / ".join(clean(text) for text in path))


def fingerprint_of(table: Table) -> str:
    """What two tables of one form have in common: 24 hex digits; empty for a table without headings."""
    if not table.header:
        return ""
    tight = [re.sub(r"\s+", "", heading_of(column.heading)).casefold() for column in table.columns]
    return sha256("\x1f".join(tight).encode()).hexdigest()[:24]


def form_name(fingerprint: str) -> str:
    """The file name of a form, without its ending."""
    return f"form-{fingerprint[:12]}"


def contradiction(form: Form) -> str:
    """What cannot be meant in a form; empty when nothing."""
    targets: list[str] = [column.to for column in form.columns]
    amounts = [column for column in form.columns if column.to == "amount"]
    problem = ""
    if not amounts:
        problem = "no column is an amount; leave the table out instead"
    elif any(column.measure is None for column in amounts):
        problem = "an amount column without `measure`"
    elif any(bool(column.currency) != bool(column.factor) for column in amounts):
        problem = "a currency without its factor, or a factor without its currency"
    elif any(column.currency and column.currency not in MINOR_DIGITS for column in amounts):
        problem = "a currency that is none of ISO 4217"
    elif any(column.blank is AmountState.STATED for column in amounts):
        problem = "`blank: stated` is no state of an empty cell"
    elif form.year_from == "column" and targets.count("year") != 1:
        problem = "the year is to come from a column, but not exactly one column is `year`"
    elif form.year_from == "date" and not {"signed_on", "number and date"} & set(targets):
        problem = "the year is to come from the date, but no column is a date"
    elif form.year_from == "heading" and any("YYYY" not in column.heading for column in amounts):
        problem = "the year is to come from the heading, but an amount column's heading names none"
    else:
        single = ("payer", "recipient", "recipient.id", "outlet", "intermediary", "medium", "year", "number", "region")
        doubled = [target for target in single if targets.count(target) > 1]
        dates = targets.count("signed_on") + targets.count("number and date")
        if doubled or dates > 1:
            problem = f"more than one column is {', '.join(doubled) or 'a date'}"
        elif "number" in targets and "number and date" in targets:
            problem = "both `number` and `number and date` name the number"
    return problem


def read_form(path: Path) -> Form:
    """Read and check one form.

    Raises:
        FormError: it is no form, or contradicts itself.
    """
    try:
        form = msgspec.yaml.decode(path.read_bytes(), type=Form)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise FormError(f"{path}: {error}") from None
    problem = contradiction(form)
    if problem:
        raise FormError(f"{path}: {problem}")
    return form


class Forms:
    """The stored forms of an installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, fingerprint: str) -> Form | None:
        """The form for tables of this fingerprint.

        Raises:
            FormError: two forms claim it, or one is damaged.
        """
        if not fingerprint:
            return None
        found = [
            form for path in sorted(self.folder.glob("*.yml")) if (form := read_form(path)).fingerprint == fingerprint
        ]
        if len(found) > 1:
            raise FormError(
                f"{self.folder}: {found[0].name} and {found[1].name} are for the same headings; delete one"
            )
        return found[0] if found else None

    def store(self, form: Form) -> Path:
        """Write a confirmed form; the file appears whole or not at all."""
        target = self.folder / f"{form.name}.yml"
        write_whole(target, msgspec.yaml.encode(form), mode=0o600)
        return target
