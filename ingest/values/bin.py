"""Business and individual identification numbers of Kazakhstan (BIN, IIN), with zeros that a spreadsheet dropped.

Government Decree 565 of 11.06.2003: twelve digits. A BIN is YYMM, a kind (4 resident legal entity, 5 non-resident,
6 joint individual entrepreneur), a part (0 head, 1 branch, 2 representative office, 3 peasant farm), five serial
digits and a check digit; an IIN is YYMMDD, century and sex, four serial digits and a check digit.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from db.privacy import check_digit
from ingest.values.text import clean

_LABEL = re.compile(r"(?:(?:БИН|БСН|ИИН|ЖСН|BIN|IIN)(?: ?/ ?(?:БИН|БСН|ИИН|ЖСН|BIN|IIN))?)[ :№.]*", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+(?: [0-9]+)*", re.ASCII)


class BinError(ValueError):
    """A cell that holds no BIN or IIN. The message does not repeat the number, which may be a person's."""


class BusinessId(msgspec.Struct, frozen=True):
    """A BIN or IIN whose check digit holds.

    Attributes:
        value: Twelve digits.
        kind: "organisation" (fifth digit 4-6) or "person" (0-3: an IIN, which is never published).
        padded: Whether leading zeros that a spreadsheet had dropped were put back.
    """

    value: str
    kind: Literal["organisation", "person"]
    padded: bool


def read_bin(raw: str | float) -> BusinessId:
    """Read a BIN or IIN cell: "000340001583", "БИН 000340001583", "0003 4000 1583", or with lost leading zeros.

    A number stored as a number loses its leading zeros. Ten or eleven digits (nine in a numeric cell, for the first
    months of 2000) are padded on the left and accepted when the check digit, the month and, for a person, the day
    hold: a wrong number passes the check digit alone once in eleven times.

    Args:
        raw: Text, or a typed number of a spreadsheet or JSON.

    Raises:
        BinError: Anything else, with the reason.
    """
    digits = _digits_of(raw)
    if len(digits) == 12:
        return _checked(digits, padded=False)
    fewest = 10 if isinstance(raw, str) else 9
    if not fewest <= len(digits) <= 11:
        raise BinError(f"{len(digits)} digits; a BIN or IIN has 12, or {fewest} to 11 when leading zeros were lost")
    if digits.startswith("0"):
        raise BinError(f"{len(digits)} digits beginning with 0: a digit is missing, and it is no lost leading zero")
    found = _checked(digits.zfill(12), padded=True)
    month, day = int(found.value[2:4]), int(found.value[4:6])
    if not 1 <= month <= 12 or (found.kind == "person" and not 1 <= day <= 31):
        raise BinError(f"{len(digits)} digits; padded with zeros they hold no date")
    return found


def _digits_of(raw: str | float) -> str:
    if isinstance(raw, bool):
        raise BinError("a truth value is no BIN")
    if isinstance(raw, float):
        if not raw.is_integer():
            raise BinError("a number with a fraction is no BIN")
        raw = int(raw)
    if isinstance(raw, int):
        if raw < 0:
            raise BinError("a negative number is no BIN")
        return str(raw)
    text = clean(raw)
    label = _LABEL.match(text)
    if label:
        text = text[label.end() :]
    if not text:
        raise BinError("no digits")
    if not _DIGITS.fullmatch(text):
        raise BinError("a BIN or IIN is digits, with spaces at most")
    return text.replace(" ", "")


def _checked(digits: str, *, padded: bool) -> BusinessId:
    fifth = int(digits[4])
    if fifth > 6:
        raise BinError(f"fifth digit {fifth}: neither an organisation (4-6) nor a person (0-3)")
    if check_digit(digits[:11]) != int(digits[11]):
        raise BinError("the check digit does not hold" + (" after padding with zeros" if padded else ""))
    return BusinessId(digits, "organisation" if fifth >= 4 else "person", padded)
