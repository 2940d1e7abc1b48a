from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.values.number import NumberError, read_number, without_float_noise


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("3", "3"), ("1 250,5", "1250.5"), ("−4", "-4"), ("12\u00a0000", "12000"), ("0,125", "0.125"), (" 7 ", "7"),
        (3, "3"), (12.0, "12"), (0.1, "0.1"), (Decimal("1.50"), "1.50"), ("1234,567", "1234.567"),
    ],
)  # fmt: skip
def test_reads_quantities_exactly(raw: Any, value: str) -> None:
    assert read_number(raw) == Decimal(value)


def test_declared_mark_settles_two_readings() -> None:
    assert read_number("1,234", decimal=",") == Decimal("1.234")
    assert read_number("1,234", decimal=".") == 1234
    with pytest.raises(NumberError, match="declare the decimal mark"):
        read_number("1,234")


@pytest.mark.parametrize(
    "raw",
    ["", " ", "-", "шт", "1 2", "12 34", "1О", "1e5", "5 шт", "1/2", "- 5", "+5", "1.2.3", ",5", "5,", True, math.nan,
     math.inf, 1e16, Decimal("Infinity")],
)  # fmt: skip
def test_refuses_the_rest(raw: Any) -> None:
    with pytest.raises(NumberError):
        read_number(raw)


def test_names_the_letter_among_digits() -> None:
    with pytest.raises(NumberError, match=r"'О' \(U\+041E\) among digits looks like 0"):
        read_number("1О5")


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_round_trip(value: Decimal) -> None:
    assert read_number(f"{value:f}".replace(".", ","), decimal=",") == value
    assert read_number(f"{value:,f}", decimal=".") == value


def test_noise_is_told_from_meant_digits() -> None:
    assert without_float_noise(0.1 + 0.2) == Decimal("0.3")
    assert without_float_noise(123456789012.3504) is None
