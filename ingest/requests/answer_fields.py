"""What the label and date cells of a row say: the fields of its records beside the amounts."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from db.words import YearState
from ingest.record import UNKNOWN_PARTY, WITHHELD_PARTY, Party
from ingest.requests.answer_plan import heading_text
from ingest.requests.forms import Form
from ingest.source import Persons
from ingest.tables import Table
from ingest.tables.amounts import is_blank
from ingest.values.bin import read_bin
from ingest.values.date import read_date, read_number_and_date
from ingest.values.text import clean
from ingest.values.year import read_year

_WITHHELD = re.compile(
    r"^\W*(дсп|для\s+служебного\s+пользования|қызмет\s+бабында\s+пайдалану\s+үшін|қбпү)\W*$", re.IGNORECASE
)


class RowError(ValueError):
    """A row, or one amount of it, that its form cannot read."""


class RowFields(msgspec.Struct):
    """The fields of one row: texts by target, the year of a year column, the recipient's registry id, details."""

    texts: dict[str, str]
    details: dict[str, str]
    year: dict[str, Any]
    registry: tuple[str, str, bool] = ("", "", False)

    def recipient(self, persons: Persons | None) -> Party:
        """The recipient with its registry id; a natural person or sole trader is marked as the source declares."""
        party = party_of(self.texts.get("recipient", ""))
        if party.state != "named":
            return party
        scheme, value, person = self.registry
        patterns = persons.patterns if persons else ()
        person = person or any(re.search(pattern, party.name, re.IGNORECASE) for pattern in patterns)
        return msgspec.structs.replace(party, id_scheme=scheme, registry_id=value, is_person=person)


def row_fields(table: Table, form: Form, labels: list[str], group: str) -> RowFields:
    """Read the cells of one row that are no amounts.

    Args:
        table: the table, for its headings.
        form: what each column is.
        labels: the row with labels that are merged downwards filled in.
        group: the label over the rows, empty where there is none.

    Raises:
        RowError: a cell that its column cannot hold.
    """
    fields = RowFields({}, {}, {})
    for number, column in enumerate(form.columns):
        text = clean(labels[number])
        if column.to in {"amount", "ignored"} or is_blank(text):
            continue
        heading = heading_text(table, number)
        if column.to in {"detail", "part"}:
            fields.details[heading or f"column {number + 1}"] = text
            continue
        try:
            _take(fields, column.to, text, form)
        except ValueError as error:
            raise RowError(f"{heading}: {error}") from None
    if group and form.groups == "detail":
        fields.details["group"] = group
    elif group:
        fields.texts.setdefault(form.groups, group)
    return fields


def _take(fields: RowFields, to: str, text: str, form: Form) -> None:
    if to == "recipient.id":
        found = read_bin(text)
        person = found.kind == "person"
        fields.registry = ("KZ-IIN" if person else "KZ-BIN", found.value, person)
    elif to == "signed_on":
        fields.texts["signed_on"] = read_date(text, form.date_order, century_from=form.century_from).isoformat()
    elif to == "number and date":
        number, on = read_number_and_date(text, form.date_order, century_from=form.century_from)
        fields.texts |= {"number": number, "signed_on": on.isoformat()}
    elif to == "year":
        year = read_year(text)
        fields.year = {"year": year.first}
        if year.first != year.last:
            fields.year |= {"year_state": YearState.SEVERAL_YEARS, "year_to": year.last}
    else:
        fields.texts[to] = text


def party_of(text: str, medium: str = "") -> Party:
    """The party a cell names; nothing is unknown, "for official use" is withheld."""
    if not text:
        return UNKNOWN_PARTY
    return WITHHELD_PARTY if _WITHHELD.match(text) else Party(name=text, medium=medium)
