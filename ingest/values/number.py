"""Numbers as they are printed, read exactly: the shapes of digits and separators that have one reading."""

from __future__ import annotations

import functools
import math
import re
from decimal import Decimal
from typing import Literal

from ingest.values.text import DIGIT_LOOKALIKES

DecimalMark = Literal[".", ","]

MINUS_SIGNS = "-\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
"""Hyphens, dashes and the minus sign: all of them are printed before negative numbers."""

SPACES = " \u00a0\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that group digits, for use inside a character class of a pattern."""

_SPACE = re.compile(f"[{SPACES}]")
_SIGN = re.compile(rf"[{re.escape(MINUS_SIGNS)}](?=\d)")
_PLAIN = re.compile(r"0|[1-9]\d*", re.ASCII)
_SPACED = re.compile(r"[1-9]\d{0,2}(?: \d{3})+", re.ASCII)
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)
_COMMAED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_FRACTION = re.compile(r"\d+", re.ASCII)
_LOOKALIKE = f"[{re.escape(''.join(DIGIT_LOOKALIKES))}]"
_BESIDE_DIGIT = re.compile(rf"(?<![^\W\d_]){_LOOKALIKE}+(?=[ .,]?[0-9])|(?<=[0-9]){_LOOKALIKE}+(?![^\W\d_])")

# An .xlsx cell shows 15 significant digits; a sum made by a spreadsheet strays by a few units in the last place.
_NOISE_ULPS = 16
_CELL_DIGITS = 15


class NumberError(ValueError):
    """A text or cell that is no number, or a number with more than one reading."""


def read_number(raw: str | Decimal | float, *, decimal: DecimalMark | None = None) -> Decimal:
    """Read a quantity exactly: "1 250,5", "3", 12.0, "−4".

    Args:
        raw: A cell: text, or a typed number of a spreadsheet or of JSON.
        decimal: The decimal mark the source declares. Without one, only spellings with one reading are accepted.

    Returns:
        The exact number. A float cell is the number it shows (`repr`), never its binary neighbour.

    Raises:
        NumberError: No number, two numbers, a wrong grouping, letters among digits, or two readings.
    """
    if isinstance(raw, str):
        text = _SPACE.sub(" ", raw.strip())
        negative = _SIGN.match(text) is not None
        value = read_digits(text[1:] if negative else text, decimal)
        return -value if negative else value
    return cell_number(raw)


def cell_number(raw: Decimal | float) -> Decimal:
    """Return the number of a typed cell exactly.

    Raises:
        NumberError: A truth value, NaN, infinity, or a float too large for a spreadsheet cell to hold exactly.
    """
    if isinstance(raw, bool):
        raise NumberError(f"{raw!r} is a truth value, not a number")
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, float):
        if not math.isfinite(raw):
            raise NumberError(f"{raw!r} is not a number")
        if abs(raw) >= 10**_CELL_DIGITS:
            raise NumberError(f"{raw!r} has more than 15 digits: a floating cell cannot hold it exactly")
        return Decimal(repr(raw))
    if not raw.is_finite():
        raise NumberError(f"{raw} is not a number")
    return raw


def without_float_noise(raw: float) -> Decimal | None:
    """Return the 15-digit number a float cell shows, when the float differs from it by arithmetic noise alone.

    `0.1 + 0.2` is kept in a workbook as 0.30000000000000004; its cell shows 0.3.

    Returns:
        The number at 15 significant digits, or None when the difference is more than noise (a few units in the
        last place), that is, when the further digits were meant.
    """
    shown = Decimal(format(raw, f".{_CELL_DIGITS}g"))
    strays = abs(Decimal(repr(raw)) - shown)
    return shown if strays <= _NOISE_ULPS * Decimal(math.ulp(raw)) else None


@functools.lru_cache(maxsize=65536)
def read_digits(text: str, decimal: DecimalMark | None) -> Decimal:
    """Read an unsigned number whose spaces are plain ones.

    Groups are of three digits, all by one separator. A mark that comes twice can only group; a mark followed by
    exactly three digits after at most three ("1,234") may group or divide, and is read only where the source
    declares its decimal mark.

    Args:
        text: Digits, single spaces, dots and commas.
        decimal: The decimal mark the source declares, or None.

    Raises:
        NumberError: The text has no reading or two.
    """
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _SPACED.fullmatch(text):
        return Decimal(text.replace(" ", ""))
    declared, decimal = decimal, decimal or _only_decimal_mark(text)
    value = _divided(text, decimal)
    if value is None:
        other: DecimalMark = "." if decimal == "," else ","
        if declared and _divided(text, other) is not None:
            raise NumberError(
                f"{text!r}: the source declares {declared!r} as decimal mark, this is written with {other!r}"
            )
        raise _unreadable(text)
    return value


def _divided(text: str, decimal: DecimalMark) -> Decimal | None:
    """The number of a text with this decimal mark, or None where it is none."""
    head, mark, fraction = text.partition(decimal)
    if mark and not _FRACTION.fullmatch(fraction):
        return None
    groups = _COMMAED if decimal == "." else _DOTTED
    if not (_PLAIN.fullmatch(head) or _SPACED.fullmatch(head) or groups.fullmatch(head)):
        return None
    whole = head.replace(" ", "").replace("," if decimal == "." else ".", "")
    return Decimal(f"{whole}.{fraction}" if mark else whole)


def _only_decimal_mark(text: str) -> DecimalMark:
    dots, commas = text.count("."), text.count(",")
    if not dots and not commas:
        raise _unreadable(text)
    if dots > 1 or commas > 1:
        # a mark that comes twice groups, so the other one divides
        return "," if dots > 1 else "."
    decimal: DecimalMark = "." if text.rfind(".") > text.rfind(",") else ","
    head, _, fraction = text.rpartition(decimal)
    if len(fraction) == 3 and not re.fullmatch(r"0|[1-9]\d{3,}", head, re.ASCII):
        raise NumberError(
            f"{text!r}: {decimal!r} may group thousands or begin decimals; declare the decimal mark of the source"
        )
    return decimal


def _unreadable(text: str) -> NumberError:
    if not text:
        return NumberError("no digits")
    letter = _BESIDE_DIGIT.search(text)
    if letter:
        found = letter.group()[0]
        return NumberError(
            f"{text!r}: {found!r} (U+{ord(found):04X}) among digits looks like {DIGIT_LOOKALIKES[found]}"
        )
    if not re.search(r"[0-9]", text):
        return NumberError(f"{text!r}: no digits")
    return NumberError(f"{text!r}: digits and separators do not make one number in groups of three")


def lookalike_among_digits(text: str) -> str | None:
    """Return the first letter that stands among digits and looks like one ("12О 500"), or None."""
    found = _BESIDE_DIGIT.search(text)
    return found.group()[0] if found else None
