"""Words written letter by letter ("С М И") or with digits among their letters, and the words that are meant.

What is indexed is read so, that a search for the plain word finds it; what is flagged is found by the same rules.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_SPLIT: Final = re.compile(r"(?<![^\W_])[^\W\d_](?P<sign>[ \-_*·])[^\W\d_](?:(?P=sign)[^\W\d_])+(?![^\W_])")
# three single letters are mostly a size ("Ш х В х Г") or a list; these are the short words of the field
_SHORT_WORDS: Final = frozenset({"сми", "бақ", "бак", "smm"})
DIGIT_INSIDE: Final = re.compile(r"(?<=[а-яёәғқңөұүһі]{2})[0364](?=[а-яёәғқңөұүһі]{2})")
"""A digit that stands for a letter."""
DIGIT_LETTERS: Final = {"0": "о", "3": "з", "6": "б", "4": "ч"}


def split_runs(text: str) -> list[tuple[int, int]]:
    """Return start and end of runs of single letters, apart by one and the same sign, that spell a word."""
    found = []
    for match in _SPLIT.finditer(text):
        letters = match.group()[::2].casefold()
        is_size = set(letters[1::2]) <= {"х", "x"}
        is_list = all(ord(after) - ord(letter) == 1 for letter, after in pairwise(letters))  # "А Б В Г": buildings
        if letters[1:] in _SHORT_WORDS:  # "в С М И": the preposition is a word of its own
            found.append((match.start() + 2, match.end()))
        elif letters in _SHORT_WORDS or (len(letters) >= 4 and not is_size and not is_list):
            found.append(match.span())
    return found


def joined(text: str) -> str:
    """Return the text with split letters joined and digits in words read as the letters they stand for."""
    for at, end in reversed(split_runs(text)):
        text = text[:at] + text[at:end:2] + text[end:]
    return DIGIT_INSIDE.sub(lambda match: DIGIT_LETTERS[match.group()], text)
