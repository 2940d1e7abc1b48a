"""Minor units become exact decimal text; one table of currencies for reading and writing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db import currencies
from db.currencies import MINOR_DIGITS
from publish.money import UnknownCurrencyError, decimal_text, minor_digits


def test_the_table_of_currencies_has_each_once_with_its_digits() -> None:
    groups = [currencies._TWO.split(), currencies._NONE.split(), currencies._THREE.split()]
    listed = [code for group in groups for code in group]
    assert sorted(listed) == sorted(MINOR_DIGITS)  # a code in two groups would be one short
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in listed)
    assert [MINOR_DIGITS[code] for code in ("KZT", "MDL", "PLN", "JPY", "KWD")] == [2, 2, 2, 0, 3]


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrencyError, match="XXQ"):
        minor_digits("XXQ")


@pytest.mark.parametrize(
    ("minor", "digits", "text"),
    [(0, 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (1234567, 2, "12345.67"), (7, 0, "7"), (-1005, 3, "-1.005")],
)
def test_decimal_text(minor: int, digits: int, text: str) -> None:
    assert decimal_text(minor, digits) == text


@settings(max_examples=200, deadline=None)
@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 4))
def test_decimal_text_loses_nothing(minor: int, digits: int) -> None:
    assert Decimal(decimal_text(minor, digits)) == Decimal(minor).scaleb(-digits)
