from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.values.year import Month, Year, YearError, read_month, read_year


@pytest.mark.parametrize(
    "raw",
    ["2011", 2011, 2011.0, "2011 г.", "2011г", "2011 год", "2011 года", "2011 жыл", "2011 ж.", "за 2011 год",
     "\u00a02011 ", "2011 жылғы"],
)  # fmt: skip
def test_one_year(raw: Any) -> None:
    assert read_year(raw) == Year(2011, 2011)


@pytest.mark.parametrize(
    "raw", ["2009-2011", "2009–2011 гг.", "2009 — 2011 годы", "2009-2011 жж.", "2009−2011 жылдар", "за 2009-2011 годы"]
)
def test_period(raw: Any) -> None:
    assert read_year(raw) == Year(2009, 2011)


@pytest.mark.parametrize(
    "raw",
    ["11", "'11", "09-11", "2009-11", "1989", "2101", "2011-2009", "2009-2211", "2009, 2010", "2009/2010", "2О11",
     "2011.5", 2011.5, True, 11, float("nan"), float("inf"), "", "20 11", "12.03.2011", "2011 тенге", "２０１１"],
)  # fmt: skip
def test_refuses_the_rest(raw: Any) -> None:
    with pytest.raises(YearError):
        read_year(raw)


@settings(max_examples=100, deadline=None)
@given(st.integers(1900, 2200), st.integers(1900, 2200), st.sampled_from(["", " гг.", " жж."]))
def test_any_pair(first: int, last: int, words: str) -> None:
    if 1990 <= first <= last <= 2100:
        assert read_year(f"{first}-{last}{words}") == Year(first, last)
    else:
        with pytest.raises(YearError):
            read_year(f"{first}-{last}{words}")


def test_month() -> None:
    assert read_month("03/2011") == read_month("3/2011") == read_month("2011-03") == Month(2011, 3)
    for raw in ("13/2011", "00/2011", "03/11", "2011", "2011/03", "03/1989", ""):
        with pytest.raises(YearError):
            read_month(raw)
