"""Applies corrections and takedowns to a release that is being filled, and keeps both figures of what is corrected."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from db.privacy import mask_person_ids
from db.words import AmountState
from publish.corrections import Correction, CorrectionError, standing
from publish.keys import folded
from publish.ledger import SumKey
from publish.money import decimal_text, minor_digits
from publish.schema import BY_NAME
from publish.schema_contracts import YEAR_NONE, YEAR_SEVERAL
from publish.withdrawal import MARK, Withdrawal, withdraw

_TABLES = (("contracts", "contract"), ("other_records", "other_record"))
_SUM = re.compile(r"(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}))?", re.ASCII)
_NOT_STATED = tuple(state.value for state in (AmountState.UNKNOWN, AmountState.WITHHELD, AmountState.BELOW_THRESHOLD))
_READ = (
    "uid", "amount_minor", "currency", "amount_state", "equivalent_minor", "equivalent_currency", "year", "signed_on",
    "subject", "number", "counted", "measure",
)  # fmt: skip

Row = dict[str, Any]
Delta = tuple[SumKey, tuple[int, int, int]]


@dataclass(frozen=True)
class SetRight:
    """What corrections and takedowns did to a release.

    Attributes:
        sums: rows, stated sums and minor units that went from one sum to another, to be added to the registry's.
        applied: corrections in force.
        withdrawn: takedowns in force.
    """

    sums: tuple[Delta, ...] = ()
    applied: int = 0
    withdrawn: int = 0


def said(row: Row, field: str) -> str:
    """What a row says in one of the fields that can be corrected, as `corrections.old` shows it.

    Args:
        row: columns of `contracts` by name.
        field: one of `publish.corrections.FIELDS`.
    """
    if field == "amount":
        return _money(row["amount_minor"], row["currency"]) or str(row["amount_state"])
    if field == "equivalent":
        return _money(row["equivalent_minor"], row["equivalent_currency"])
    if field == "year":
        return {YEAR_NONE: "no date", YEAR_SEVERAL: "several years"}.get(row["year"], str(row["year"]))
    if field == "counted":
        return "yes" if row["counted"] else "no"
    return mask_person_ids(row[field] or "")


def _money(minor: int | None, currency: str) -> str:
    return "" if minor is None else f"{decimal_text(minor, minor_digits(currency))} {currency}"


def changed_columns(row: Row, field: str, new: str) -> Row:
    """Columns of a row that a correction sets.

    Raises:
        CorrectionError: the new value cannot stand there.
    """
    return _FIELDS[field](row, new)


def _amount(row: Row, new: str) -> Row:
    if new in _NOT_STATED:
        return {"amount": None, "amount_minor": None, "amount_state": new}
    minor = _minor(new, row["currency"])
    state = AmountState.STATED if minor else AmountState.ZERO
    exact = {"amount_state": state.value, "amount_precision": "exact"}
    return {"amount": minor / 10 ** minor_digits(row["currency"]), "amount_minor": minor, **exact}


def _equivalent(row: Row, new: str) -> Row:
    return {"equivalent_minor": _minor(new, row["equivalent_currency"])}


def _minor(new: str, currency: str) -> int:
    if not currency:
        raise CorrectionError("the record states no currency, so no sum can be set right in it")
    stated = _SUM.fullmatch(new)
    if not stated:
        raise CorrectionError(f"{new!r} is no sum as it is written here: write {form_of_a_sum(currency)}{_meant(new)}")
    number, code = stated.groups()
    if code and code != currency:
        raise CorrectionError(f"the record is in {currency}; a sum in {code} cannot stand in its place")
    minor = Decimal(number).scaleb(minor_digits(currency))
    if minor != minor.to_integral_value():
        raise CorrectionError(f"{new!r} has too many decimals: write {form_of_a_sum(currency)}")
    if abs(minor) >= 2**62:
        raise CorrectionError(f"{new!r} is larger than any sum of money kept here")
    return int(minor)


def form_of_a_sum(currency: str) -> str:
    """How a sum in a currency has to be written, in words with an example."""
    digits = minor_digits(currency)
    if not digits:
        return f"whole {currency} in digits alone, such as 1200000"
    return f"digits alone, with a point before the {digits} decimals of {currency}, such as {1200000.5:.{digits}f}"


def _meant(new: str) -> str:
    """What a sum with a comma or with groups of digits most likely means, as a question."""
    bare = re.sub(r"[\s\u00a0\u202f]", "", new)
    if re.fullmatch(r"-?\d+,\d{1,2}", bare):
        return f"; did you mean {bare.replace(',', '.')}?"
    if bare != new and re.fullmatch(r"-?\d+(?:\.\d{1,2})?", bare):
        return f"; did you mean {bare}?"
    return ""


def _year(_row: Row, new: str) -> Row:
    if new == "no date":
        return {"year": YEAR_NONE, "year_from": None, "year_to": None}
    if not re.fullmatch(r"(?:19|20)\d\d", new):
        raise CorrectionError(f"{new!r} is no year: write it as 2012, or 'no date'")
    return {"year": int(new), "year_from": None, "year_to": None}


def _signed_on(_row: Row, new: str) -> Row:
    try:
        return {"signed_on": date.fromisoformat(new).isoformat()}
    except ValueError:
        raise CorrectionError(f"{new!r} is no date: write it as 2012-12-31") from None


def _counted(_row: Row, new: str) -> Row:
    if new != "no":
        raise CorrectionError("counted can only be set to 'no': a record counted by hand could count twice")
    return {"counted": 0, "counted_why": "corrected"}


def _text(field: str) -> Callable[[Row, str], Row]:
    return lambda _row, new: {field: mask_person_ids(new)}


_FIELDS: dict[str, Callable[[Row, str], Row]] = {
    "amount": _amount, "equivalent": _equivalent, "year": _year, "signed_on": _signed_on, "counted": _counted,
    "subject": _text("subject"), "number": _text("number"),
}  # fmt: skip


def set_right(out: sqlite3.Connection, corrections: list[Correction], salt: bytes) -> SetRight:
    """Apply corrections, then takedowns, and fill the table `corrections`.

    Raises:
        CorrectionError: a value cannot stand where it is put.
    """
    in_force = {one.ref for one in standing(corrections)}
    lines: list[tuple[Any, ...]] = []
    sums: list[Delta] = []
    counts = [0, 0]
    for one in corrections:
        if one.undoes:
            continue
        if one.words:
            places = withdraw(out, Withdrawal(one.words), salt) if one.ref in in_force else 0
            counts[1] += one.ref in in_force
            state = "in force" if one.ref in in_force else "taken back"
            lines.append(_line(one, state, (None, None), (None, MARK), places))
            continue
        table, at, row = _found(out, one.record)
        state = "not in this release" if row is None else "in force"
        if one.ref not in in_force:
            state = "taken back"
        elif row is not None and said(row, one.field) != one.was:
            state = "overtaken"
        if row is not None and state == "in force":
            sums += _apply(out, table, row, one)
            counts[0] += 1
        places_of = (at if table == "contracts" else None, at if table == "other_records" else None)
        lines.append(_line(one, state, places_of, (one.was, one.new), 0))
    withdrawal = Withdrawal(word for one in standing(corrections) for word in one.words)
    _write(out, lines, withdrawal)
    return SetRight(tuple(sums), counts[0], counts[1])


def _found(out: sqlite3.Connection, uid: str) -> tuple[str, int | None, Row | None]:
    for table, _ in _TABLES:
        found = out.execute(
            f'SELECT r.id, s.name, {", ".join(f"r.{name}" for name in _READ)} FROM "{table}" AS r '
            "JOIN sources AS s ON s.id = r.source WHERE r.uid = ?",
            (uid,),
        ).fetchone()
        if found:
            return table, found[0], {"source_name": found[1], **dict(zip(_READ, found[2:], strict=True))}
    return "", None, None


def _apply(out: sqlite3.Connection, table: str, row: Row, one: Correction) -> list[Delta]:
    set_ = changed_columns(row, one.field, one.new) | {"corrected": 1}
    if "year" in set_:
        out.execute("INSERT OR IGNORE INTO years (id, name, records) VALUES (?, ?, 0)", (set_["year"], one.new))
    assigned = ", ".join(f'"{name}" = ?' for name in set_)
    out.execute(f'UPDATE "{table}" SET {assigned} WHERE uid = ?', (*set_.values(), row["uid"]))
    if one.field == "subject":
        text = folded(set_["subject"])
        out.execute(f'UPDATE "{table}" SET search_text = search_text || ? WHERE uid = ?', (f" | {text}", row["uid"]))
    return [*_share(table, row, -1), *_share(table, row | set_, 1)]


def _share(table: str, row: Row, sign: int) -> list[Delta]:
    """What a row adds to the books of a release."""
    shares: list[Delta] = []
    for kind, minor, currency in (
        ("amount", row["amount_minor"], row["currency"]),
        ("equivalent", row["equivalent_minor"], row["equivalent_currency"]),
    ):
        key = (table, row["source_name"], row["measure"], int(row["counted"]), kind, currency)
        shares.append((key, (sign, sign * (minor is not None), sign * (minor or 0))))
    return shares


def _line(
    one: Correction,
    state: str,
    place: tuple[int | None, int | None],
    values: tuple[str | None, str],
    places: int,
) -> tuple[Any, ...]:
    kind = "takedown" if one.words else "correction"
    return (
        one.ref, kind, state, one.record, *place, one.field, *values, one.why, one.evidence, places, one.day
    )  # fmt: skip


def _write(out: sqlite3.Connection, lines: list[tuple[Any, ...]], withdrawal: Withdrawal) -> None:
    table = BY_NAME["corrections"]
    for at, line in enumerate(lines, start=1):
        masked = [at, *line]
        for place in table.free:
            if masked[place]:
                masked[place] = withdrawal.hidden(mask_person_ids(masked[place]))
        out.execute(table.insert(), masked)
