from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.values.text import clean, lookalike_letters


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("&quot;Тасөзек&quot;", '"Тасөзек"'),
        ("&amp;quot;Тасөзек&amp;quot;", '"Тасөзек"'),
        ("\u00a0ТОО  «А»\n\tБ ", "ТОО «А» Б"),
        ("и\u0306", "й"),
        ("A & B", "A & B"),
        ("", ""),
    ],
)
def test_clean(raw: Any, cleaned: str) -> None:
    assert clean(raw) == cleaned


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters="&"), max_size=30))
def test_clean_twice_is_clean_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Kазахстан", [(0, "K", "К")]),
        ("Қазaқ", [(3, "a", "а")]),
        ("MЕDIA", [(1, "Е", "E")]),  # a Cyrillic Е in a Latin word
        ("1О0", [(1, "О", "0")]),
        ("12З 500", [(2, "З", "3")]),
        ("газета «Самғар FM»", []),
        ("ЖұлдызTV", []),
        ("Nur.kz и газета", []),
        ("5СНПС", []),
        ("250тг", []),
        ("2 и 3", []),
    ],
)
def test_lookalikes(text: str, found: list[tuple[int, str, str]]) -> None:
    assert [(hit.position, hit.letter, hit.stands_for) for hit in lookalike_letters(text)] == found
