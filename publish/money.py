"""Minor units to exact decimal text. Money is never a float on its way into a file."""

from __future__ import annotations

from db.currencies import MINOR_DIGITS


class UnknownCurrencyError(Exception):
    """A record has a currency whose minor unit is not known here, so its sums cannot be written."""


def minor_digits(currency: str) -> int:
    """Decimal digits of a currency's minor unit.

    Raises:
        UnknownCurrencyError: the currency is not in `MINOR_DIGITS`.
    """
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrencyError(
            f"currency {currency!r}: its minor unit is unknown; add it to MINOR_DIGITS from ISO 4217, table A.1"
        ) from None


def decimal_sql(minor: str, unit: str) -> str:
    """SQL of what `decimal_text` writes, by integers alone; null where there is no sum.

    Args:
        minor: the column of minor units.
        unit: the row of `currencies`.
    """
    return f"""case when {minor} < 0 then '-' else '' end || (abs({minor}) / {unit}.minor_per_unit)
    || case when {unit}.digits > 0 then '.' || substr('0000' || (abs({minor}) % {unit}.minor_per_unit), -{unit}.digits)
       else '' end"""


def decimal_text(minor: int, digits: int) -> str:
    """Write minor units as exact decimal text: 1234567 with two digits is "12345.67", -5 is "-0.05"."""
    if digits == 0:
        return str(minor)
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{sign}{whole}.{rest:0{digits}d}"
