"""Sums of the portal: JSON digits or printed text into minor units, exactly."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.numbers import get_currency_precision

from db.currencies import MINOR_DIGITS
from db.words import AmountRole, AmountState, Precision
from ingest.record import Sum
from ingest.values.amount import AmountError, read_amount
from ingest.values.amount import Unit as AmountUnit

LARGEST = Decimal(10**15)
"""A sum of 10^15 and more currency units is a slip; the registry keeps minor units in 64 bits."""
RULE = "× 1 (currency units, as the portal states them)"


class SumError(ValueError):
    """A sum that is not one: negative, finer than the minor unit, or in no known currency."""


@lru_cache(maxsize=256)
def minor_factor(currency: str) -> int:
    """How many minor units one unit of a currency has (ISO 4217; beyond our own table, CLDR).

    Raises:
        SumError: no currency has this code.
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        if currency not in Locale("en").currencies:
            raise SumError(f"currency {currency!r} is no ISO 4217 code")
        digits = get_currency_precision(currency)
    return int(10**digits)


def minor_units(value: Decimal, currency: str) -> int:
    """A sum in minor units.

    Raises:
        SumError: it is negative, not a whole number of minor units, or too large for a 64-bit column.
    """
    if not value.is_finite() or value >= LARGEST:
        raise SumError(f"{value} is no sum of money")
    scaled = value * minor_factor(currency)
    minor = int(scaled)
    if minor != scaled:
        raise SumError(f"{value} is not a whole number of minor units of {currency}")
    if minor < 0:
        raise SumError(f"{value} is negative")
    return minor


def sum_of(role: AmountRole, value: Decimal | None, currency: str) -> Sum:
    """A sum with its role; a null of the interface is an unknown sum, not a zero."""
    if value is None:
        return Sum(role, None, currency, AmountState.UNKNOWN)
    minor = minor_units(value, currency)
    state = AmountState.STATED if minor else AmountState.ZERO
    return Sum(role, minor, currency, state, Precision.EXACT, str(value), RULE)


def printed_number(text: str) -> Decimal | None:
    """A sum as the register's pages print it ("4 603.20", sometimes with a comma); None for a blank.

    Raises:
        AmountError: the text has no reading or two, or is no exact sum ("около 5 000").
    """
    read = read_amount(text, AmountUnit("KZT"))
    if read.precision is not Precision.EXACT:
        raise AmountError(f"{text!r} is no exact sum, and a contract's is")
    return None if read.minor is None else Decimal(read.minor) / 100
