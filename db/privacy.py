"""Identity numbers of natural persons never leave the registry: their check digit, and the mask over them.

An IIN (individual) and a BIN (business) are both 12 digits under Government Decree 565 of 11.06.2003 of Kazakhstan.
The fifth digit tells them apart: 0-3 begins a day of birth, 4-6 the kind of an organisation.
"""

from __future__ import annotations

import re

MASK = "••••••••••••"
"""What is published in place of a person's number: as many marks as there were digits."""

_FIRST_WEIGHTS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)

# What may stand between the digits of one number: spaces and line ends of every kind, hyphens, dashes and the
# minus sign, soft hyphens and characters of no width. At most three, so that far numbers are not joined.
_BETWEEN = "[\\s\u00ad\u200b-\u200f\u2060\ufeff\u2010-\u2015\u2212\ufe63\uff0d-]{0,3}"
_RUN = re.compile(rf"\d(?:{_BETWEEN}\d){{11,}}")
_CHUNK = re.compile(r"\d+")

LONG_NUMBER = re.compile(r"(?:\d\D{0,2}){10,}")
"""A number so long that it may be a person's with a slip in it, which no check digit knows and no mask covers."""


def check_digit(first_eleven: str) -> int | None:
    """Return the twelfth digit that belongs to the first eleven of an IIN or BIN.

    The sum of the digits weighted 1 to 11, modulo 11; when that is 10, once more with weights 3 to 11, 1, 2. The
    first time the eleventh digit weighs nothing (11 modulo 11), so a slip in it alone mostly goes unseen.

    Args:
        first_eleven: Eleven decimal digits.

    Returns:
        The check digit, or None when the second sum gives 10 as well: such a number is never issued.

    Raises:
        ValueError: Not eleven digits.
    """
    if len(first_eleven) != 11 or not first_eleven.isdecimal():
        raise ValueError("eleven digits are needed before a check digit")
    digits = [int(digit) for digit in first_eleven]
    rest = 10
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest != 10:
            return rest
    return None


def is_person_id(digits: str) -> bool:
    """Say whether twelve digits are the number of a natural person: fifth digit 0-3 and a check digit that holds.

    Args:
        digits: Decimal digits without anything between them, of any length.
    """
    return (
        len(digits) == 12
        and digits.isdecimal()
        and int(digits[4]) <= 3
        and check_digit(digits[:11]) == int(digits[11])
    )


def mask_person_ids(text: str) -> str:
    """Return the text with every number of a natural person replaced by `MASK`.

    Found are twelve digits in one piece, and twelve digits made of whole neighbouring pieces with spaces, hyphens or
    line ends between them ("850101 300 123"). A piece of a longer run of digits is never taken out of it, so an
    account number stays. Where pieces may be read either way the mask wins: too much hidden can be asked for, a
    person's number once published cannot be taken back.

    Args:
        text: Any text on its way out: names, raw cells, subjects, rejected rows.

    Returns:
        The text; the very same object when nothing had to be hidden.
    """
    return _RUN.sub(_mask_run, text)


def _mask_run(match: re.Match[str]) -> str:
    run = match.group()
    pieces = [piece.span() for piece in _CHUNK.finditer(run)]
    out, kept_to, first = [], 0, 0
    while first < len(pieces):
        last = _person_id_from(run, pieces, first)
        if last is None:
            first += 1
            continue
        out.append(run[kept_to : pieces[first][0]])
        out.append(MASK)
        kept_to = pieces[last][1]
        first = last + 1
    out.append(run[kept_to:])
    return "".join(out)


def _person_id_from(run: str, pieces: list[tuple[int, int]], first: int) -> int | None:
    digits = ""
    for last in range(first, len(pieces)):
        digits += run[pieces[last][0] : pieces[last][1]]
        if len(digits) >= 12:
            return last if is_person_id(digits) else None
    return None
