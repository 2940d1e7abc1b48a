"""One row of a declared table becomes one record: cell by cell, as the source's yml says."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from db.currencies import MINOR_DIGITS
from db.words import AmountRole, AmountState, Instrument, Measure, PartyState, Precision, YearState
from ingest.column import DAYS, IDS, MOMENTS, OUR_WORDS, PARTIES, SUMS, Column
from ingest.expressions import LONGEST
from ingest.readers.workbook import Cell
from ingest.record import Party, Sum
from ingest.source import Source
from ingest.values.amount import Unit, read_amount
from ingest.values.bin import read_bin
from ingest.values.date import read_date, read_local_datetime
from ingest.values.text import clean
from ingest.values.year import read_month, read_year

LONGEST_NAME = 1200
"""Bytes of a name, or of a number: together they are the key of a party, which a database must be able to index."""


class CellError(ValueError):
    """A cell that its declaration cannot read; the row is kept as rejected."""


def raw_text(cell: Cell) -> str:
    """The cell's own text: as printed for text, the shortest exact form for a number."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(cell // timedelta(seconds=1), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    return cell if isinstance(cell, str) else repr(cell)


def row_hash(cells: list[str]) -> bytes:
    """Hash of all raw cells of a row, by which two editions are paired."""
    return blake2b("\x1f".join(cells).encode(), digest_size=16).digest()


_ROLES = {
    "amount": AmountRole.AMOUNT,
    "equivalent": AmountRole.EQUIVALENT,
    "gross": AmountRole.GROSS,
    "tax": AmountRole.TAX,
    "net": AmountRole.NET,
    "with VAT": AmountRole.WITH_VAT,
    "without VAT": AmountRole.WITHOUT_VAT,
    "planned": AmountRole.PLANNED,
    "paid": AmountRole.PAID,
    "unit price": AmountRole.UNIT_PRICE,
}
_PLAIN = ("source_topic", "subject", "method", "status", "number", "version", "url")
_LINE = ("plan_point", "code", "description", "quantity", "unit", "place")


class Row:
    """What the cells of one row gave so far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.fields: dict[str, Any] = {}
        self.parties: dict[str, Party] = {}
        self.ids: dict[str, tuple[str, str, bool]] = {}
        self.sums: dict[str, Sum] = {}
        self.line: dict[str, str] = {}
        self.details: dict[str, str] = {}
        self.medium = ""
        self.level = ""

    def party(self, role: str) -> Party | None:
        """The party in a role, with its id and the constants that the source declares for it."""
        named = self.parties.get(role)
        scheme, registry_id, person = self.ids.get(role, ("", "", False))
        if named is None or named.state is not PartyState.NAMED:
            return named
        patterns = self.source.persons.patterns if self.source.persons and role == "recipient" else ()
        return Party(
            name=named.name,
            lang=named.lang,
            id_scheme=scheme,
            registry_id=registry_id,
            is_person=person or any(searched(pattern, named.name, re.IGNORECASE) for pattern in patterns),
            medium=self.medium if role == "outlet" else "",
            level=self.level if role == "payer" else "",
        )


_WORDS: dict[str, type[StrEnum]] = {"measure": Measure, "instrument": Instrument, "precision": Precision}

Setter = Callable[[Row, Cell, str], None]


def setter(source: Source, heading: str, rule: Column) -> Setter:  # noqa: PLR0911 - one return per kind of field
    """Compile one column rule into the function that reads its cells."""
    if rule.to in SUMS:
        return _sum_setter(source, rule)
    if rule.to in PARTIES:
        return _party_setter(source, rule)
    if rule.to in IDS:
        return _id_setter(rule, heading)
    if rule.to in {"year", "month"}:
        return _year_setter(rule)
    if rule.to in DAYS:
        return _date_setter(rule)
    if rule.to in MOMENTS:
        return _instant_setter(rule)
    if rule.to in OUR_WORDS:
        return _word_setter(rule)
    return _text_setter(source, rule, heading)


def _looked_up(source: Source, rule: Column, value: str) -> str:
    if rule.lookup:
        for entry in source.lookups[rule.lookup]:
            if entry.match == value:
                return entry.value
    return value


def searched(expression: str, text: str, flags: int = 0) -> re.Match[str] | None:
    """Try a declared expression on a cell.

    Raises:
        CellError: the cell is too long for that to be sure to end soon.
    """
    if len(text) > LONGEST:
        raise CellError(
            f"{text[:40]!r}… has {len(text)} letters, and an expression is tried on {LONGEST} at most: {expression}"
        )
    return re.search(expression, text, flags)


def _patterned(rule: Column, raw: str) -> str:
    if not rule.pattern or not raw.strip():
        return raw
    found = searched(rule.pattern, raw)
    taken: str | None = None if found is None else found[1] if found.re.groups else found[0]
    if taken is None:  # also where the first group is in another branch of the pattern than the one that matched
        raise CellError(f"{raw!r} does not have the declared form {rule.pattern}")
    return taken


def unit_of(source: Source, rule: Column) -> Unit:
    """What a source declares about the sums of one column."""
    currency = rule.currency or source.currency
    return Unit(
        currency,
        factor=rule.unit,
        factor_declared_in=rule.unit_words,
        decimal=rule.decimal,
        minor_digits=MINOR_DIGITS[currency],
        parentheses_negative=rule.parentheses_negative,
    )


def _sum_setter(source: Source, rule: Column) -> Setter:
    unit = unit_of(source, rule)
    role = _ROLES[rule.to]
    blank = AmountState(rule.blank) if rule.blank and rule.blank != "rejected" else AmountState.UNKNOWN

    words = {clean(text).casefold(): AmountState(state) for text, state in rule.instead.items()}

    def read(row: Row, cell: Cell, raw: str) -> None:
        if rule.blank == "rejected" and not raw.strip():
            raise CellError("is blank, and the source declares that it never is")
        if isinstance(cell, date | datetime | time | timedelta | bool):
            raise CellError(f"{raw!r} is no amount")
        typed = isinstance(cell, int | float) and not rule.pattern
        amount = read_amount(cell if typed else _patterned(rule, raw), unit, blank=blank, words=words)  # type: ignore[arg-type]
        row.sums[rule.to] = Sum(
            role, amount.minor, amount.currency, amount.state, amount.precision, raw or amount.raw, amount.rule
        )

    return read


def _party_setter(source: Source, rule: Column) -> Setter:
    def read(row: Row, _: Cell, raw: str) -> None:
        name = _looked_up(source, rule, clean(_patterned(rule, raw)))
        if not any(sign.isprintable() and sign != " " for sign in name):
            name = ""  # what cannot be seen, such as a zero-width space, names nobody
        state = rule.states.get(name)
        if state is not None:
            row.parties[rule.to] = Party(state=state)
            if name:
                row.details[rule.as_ or f"{rule.to} as printed"] = name
        elif name:
            _hold_short(name)
            row.parties[rule.to] = Party(name=name, lang=rule.lang or source.lang)
        elif rule.to == "payer":
            raise CellError("is blank: a sum without a payer is no record")

    return read


def _hold_short(text: str) -> None:
    """Refuse what cannot be a name or a number: a description in the wrong column, or a cell run wild."""
    if len(text.encode()) > LONGEST_NAME:
        raise CellError(f"{text[:40]!r}… has {len(text)} characters: no name or number is that long")


def _id_setter(rule: Column, heading: str) -> Setter:
    role = rule.to.removesuffix(".id")

    def read(row: Row, _: Cell, raw: str) -> None:
        text = clean(_patterned(rule, raw))
        if not text:
            return
        if text in rule.pseudo:
            row.details[rule.as_ or f"{role} pseudo id"] = text
            return
        if rule.scheme == "KZ-BIN":
            found = read_bin(text)
            person = found.kind == "person"
            row.ids[role] = ("KZ-IIN" if person else "KZ-BIN", found.value, person)
            return
        if rule.digits:
            if len(text) > rule.digits:
                raise CellError(f"{text!r} is longer than the {rule.digits} digits that are declared of such an id")
            if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
                row.details[rule.as_ or heading] = text  # an id that cannot be one identifies nobody
                return
            text = text.zfill(rule.digits)
        _hold_short(text)
        row.ids[role] = (rule.scheme, text, False)

    return read


def _year_setter(rule: Column) -> Setter:
    def read(row: Row, cell: Cell, raw: str) -> None:
        text = _patterned(rule, raw)
        if not text.strip():
            row.fields["year_state"] = YearState.NO_DATE
            return
        if rule.to == "month":
            month = read_month(text)
            last = calendar.monthrange(month.year, month.month)[1]
            row.fields |= {
                "year": month.year,
                "period_from": f"{month.year}-{month.month:02d}-01",
                "period_to": f"{month.year}-{month.month:02d}-{last:02d}",
            }
            return
        year = read_year(cell if isinstance(cell, int | float) and not rule.pattern else text)
        row.fields["year"] = year.first
        if year.last != year.first:
            row.fields |= {"year_state": YearState.SEVERAL_YEARS, "year_to": year.last}

    return read


def _date_setter(rule: Column) -> Setter:
    def read(row: Row, cell: Cell, raw: str) -> None:
        if raw.strip():
            typed = cell if isinstance(cell, date | datetime) else _patterned(rule, raw)
            row.fields[rule.to] = read_date(typed, rule.order, century_from=rule.century_from).isoformat()

    return read


def _instant_setter(rule: Column) -> Setter:
    def read(row: Row, _: Cell, raw: str) -> None:
        if raw.strip():
            row.fields[rule.to] = read_local_datetime(_patterned(rule, raw), rule.zone).strftime("%Y-%m-%dT%H:%M:%SZ")

    return read


def _word_setter(rule: Column) -> Setter:
    """A column that says in our own words what the source's yml otherwise says for all rows."""
    words = _WORDS[rule.to]

    def read(row: Row, _: Cell, raw: str) -> None:
        word = clean(raw)
        if word not in set(words):
            raise CellError(f"{word!r} is none of: {', '.join(words)}")
        row.fields[rule.to] = words(word)

    return read


def _text_setter(source: Source, rule: Column, heading: str) -> Setter:
    def read(row: Row, _: Cell, raw: str) -> None:
        value = _looked_up(source, rule, clean(_patterned(rule, raw)))
        if rule.to == "medium":
            row.medium = value
            if value:  # the outlet has our class of it, this is the wording
                row.details[rule.as_ or heading] = value
        elif rule.to == "level":
            row.level = value
        elif rule.to == "region":
            row.fields["region_text"] = value
        elif rule.to in _LINE:
            row.line[rule.to] = value
        elif rule.to in _PLAIN:
            row.fields[rule.to] = value
            if rule.to == "subject":
                row.fields["subject_lang"] = rule.lang or source.lang
        elif value:
            row.details[rule.as_ or heading] = value

    return read


def take(row: Row, key: str) -> Sum:
    """The sum that the declaration names as the record's own."""
    try:
        return row.sums.pop(key)
    except KeyError:
        raise CellError(f"no {key!r} on this row") from None
