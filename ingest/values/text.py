"""Text as sources write it: entities, spaces, and letters of one script posing as another's."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

import msgspec

# Cyrillic letters and the Latin letters of the same shape; K, M, T, H and B only look alike as capitals.
_CYRILLIC_TO_LATIN = dict(zip("АВЕЅІЈКМНОРСТУХҺаеѕіјорсухһ", "ABESIJKMHOPCTYXHaesijopcyxh", strict=True))
_LATIN_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in _CYRILLIC_TO_LATIN.items()}
_LATIN_TO_CYRILLIC["H"] = "Н"  # Cyrillic Н is common, the Kazakh Һ is rare
_TO_CYRILLIC = str.maketrans(_LATIN_TO_CYRILLIC)

DIGIT_LOOKALIKES = {
    "О": "0", "о": "0", "O": "0", "o": "0", "Ө": "0", "ө": "0",
    "І": "1", "і": "1", "I": "1", "l": "1", "i": "1", "|": "1", "Ӏ": "1",
    "З": "3", "з": "3", "Ч": "4", "ч": "4", "S": "5", "Ѕ": "5", "Б": "6", "б": "6", "B": "8", "В": "8",
}  # fmt: skip
"""Letters and marks that recognition and typists put in place of a digit, with the digit they look like."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_WORD = re.compile(r"[^\W\d_]+")
_DIGIT_WORD = re.compile(r"(?<![\w|])[\w|]*\d[\w|]*")  # from its beginning on: a long word is walked once
_ONE_SIDED = re.compile(r"[^\W\d_]{3,}")


def as_raised(text: str) -> str:
    """Digits printed above the line as raised letters: the mark of a note is no digit of the figure before it."""
    return text.translate(_RAISED)


class Lookalike(msgspec.Struct, frozen=True):
    """One character that is not what it looks like.

    Attributes:
        position: Index of the character in the text.
        letter: The character as it stands there.
        stands_for: The character of the surrounding script, or the digit, that it looks like.
    """

    position: int
    letter: str
    stands_for: str


def clean(raw: str) -> str:
    """Return text as it is compared and shown: entities decoded, NFC, single plain spaces, no outer space.

    Portal texts hold `&quot;`, no-break and doubled spaces (also `&amp;quot;`, escaped twice). The raw text stays in
    the evidence; this is the reading of it.

    Args:
        raw: Text of a cell, a label or a JSON string.

    Returns:
        The cleaned text; empty when only spaces were there.
    """
    text = raw
    if "&" in text:
        text = html.unescape(text)
        if "&" in text:
            text = html.unescape(text)
    # str.split() without arguments takes every Unicode space: no-break, thin, narrow, ideographic, line ends
    return " ".join(unicodedata.normalize("NFC", text).split())


def cyrillic_folded(text: str) -> str:
    """Return the text with Latin letters that look Cyrillic replaced by the Cyrillic ones, in lower case.

    Only for comparing a word with a closed list of words; a name or a number is never changed this way.
    """
    return text.translate(_TO_CYRILLIC).casefold()


def lookalike_letters(text: str) -> list[Lookalike]:
    """Find letters posing as letters of another script or as digits.

    Found are Latin letters inside Cyrillic words ("Kазахстан" with a Latin K), Cyrillic letters inside Latin words,
    and letters among digits ("1О0" with a letter О). A word that needs both scripts ("ТВmedia") is left alone.

    Args:
        text: Any text.

    Returns:
        What was found, in the order of the text; empty for a clean text.
    """
    found = [hit for match in _WORD.finditer(text) for hit in _in_word(match.group(), match.start())]
    seen = {hit.position for hit in found}
    for match in _DIGIT_WORD.finditer(text):
        found.extend(hit for hit in _among_digits(match.group(), match.start()) if hit.position not in seen)
    return sorted(found, key=lambda hit: hit.position)


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    name = unicodedata.name(letter, "")
    return name.split(" ", 1)[0]


def _in_word(word: str, start: int) -> list[Lookalike]:
    if word.isascii():
        return []
    latin = [(i, c) for i, c in enumerate(word) if _script(c) == "LATIN"]
    cyrillic = [(i, c) for i, c in enumerate(word) if _script(c) == "CYRILLIC"]
    if not latin or not cyrillic:
        return []
    only_latin = any(c not in _LATIN_TO_CYRILLIC for _, c in latin)
    only_cyrillic = any(c not in _CYRILLIC_TO_LATIN for _, c in cyrillic)
    if only_latin and only_cyrillic:
        return []
    # a letter without a twin settles the script of the word; without one, the majority does
    is_latin = only_latin or (not only_cyrillic and len(latin) > len(cyrillic))
    strangers, twins = (cyrillic, _CYRILLIC_TO_LATIN) if is_latin else (latin, _LATIN_TO_CYRILLIC)
    return [Lookalike(start + i, c, twins[c]) for i, c in strangers]


def _among_digits(word: str, start: int) -> list[Lookalike]:
    # "5СНПС" or "250тг" hold a real word beside the digits
    if _ONE_SIDED.search(word):
        return []
    hits = []
    for i, c in enumerate(word):
        digit = DIGIT_LOOKALIKES.get(c)
        if digit is None:
            continue
        before, after = word[i - 1 : i], word[i + 1 : i + 2]
        if before.isdigit() or after.isdigit() or before in DIGIT_LOOKALIKES or after in DIGIT_LOOKALIKES:
            hits.append(Lookalike(start + i, c, digit))
    return hits
