"""Registry ids of organisations: which text is a valid id, and which merely fills the column.

A valid id decides: the same one is the same organisation, two are two. So it has to be certain: where a country has a
check digit it is checked, and a pseudo id ("11111111", zeros) is none.

Sources of the check digits: Kazakhstan, Government Decree 565 of 11.06.2003 (BIN / IIN, 12 digits); Serbia, matični
broj, 8 digits, modulus 11 with weights 2 7 6 5 4 3 2 (found on, and held by, all 974 owners of the register of media
of 2020 and all recipients of 2015-2022 but the two pseudo ids); Brazil, CNPJ, 14 digits, modulus 11 twice
(Receita Federal).
"""

import re
from collections.abc import Callable
from typing import Final

from db.privacy import check_digit

_NOT_ID: Final = re.compile(r"[\s.\-/]")
_REPEATED: Final = re.compile(r"(\d)\1*")


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def kazakh_id_is_valid(text: str) -> bool:
    """Say whether 12 digits are a BIN or IIN with its check digit."""
    return len(text) == 12 and check_digit(text[:11]) == int(text[11])


def serbian_id_is_valid(text: str) -> bool:
    """Say whether 8 digits are a matični broj with its check digit."""
    if len(text) != 8:
        return False
    rest = 11 - _weighted(text[:7], (2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest >= 10 else rest) == int(text[7])


def brazilian_id_is_valid(text: str) -> bool:
    """Say whether 14 digits are a CNPJ with both check digits."""
    if len(text) != 14:
        return False
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    for size in (12, 13):
        rest = _weighted(text[:size], weights[-size:]) % 11
        if int(text[size]) != (0 if rest < 2 else 11 - rest):
            return False
    return True


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "kz": kazakh_id_is_valid,
    "rs": serbian_id_is_valid,
    "br": brazilian_id_is_valid,
}


def is_pseudo(text: str) -> bool:
    """Say whether digits are one digit repeated: "00000000", "11111111", "22222222"."""
    return bool(_REPEATED.fullmatch(_NOT_ID.sub("", text)))


def valid_id(country: str, text: str | None) -> str | None:
    """Return the id in plain digits if it is a valid one of ``country``, else None.

    Args:
        country: ISO 3166-1 alpha-2 in any case. A country without a known check digit has no deciding ids.
        text: what stands in the column; points, blanks, hyphens and strokes are ignored. Lost leading zeros are not
            guessed here: the reader that knows the column pads them.
    """
    if not text or is_pseudo(text):
        return None
    digits = _NOT_ID.sub("", text)
    check = _CHECKS.get(country.lower())
    return digits if check and digits.isascii() and digits.isdigit() and check(digits) else None
