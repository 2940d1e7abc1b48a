"""The words that stand beside an amount: scales, currencies, how exact it is, and why there is none.

Russian, Kazakh and English. A word counts when it is on the list, whole; letters of the wrong script inside a word
("тыc." with a Latin c) are seen through, since a closed list leaves no second reading.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from db.words import AmountState, Precision
from ingest.values.number import MINUS_SIGNS
from ingest.values.text import cyrillic_folded

_SCALES = {
    10**3: "тыс тысяч тысяча тысячи тысячу мың thousand thousands",
    10**6: "млн миллион миллиона миллионов миллионы million millions mln",
    10**9: "млрд миллиард миллиарда миллиардов миллиарды billion billions bln bn",
    10**12: "трлн триллион триллиона триллионов триллионы trillion trillions",
}
# "$" is printed for several currencies: it agrees with each of them and proves none
_CURRENCIES = {
    "KZT": "тенге теңге тг ₸ kzt tenge тенгеден теңгеден тенгеге теңгеге",
    "RUB": "руб рубль рубля рублей рубли ₽ rub",
    "EUR": "евро еуро € eur euro euros",
    "USD": "доллар доллара долларов долл $ usd",
    "MXN": "песо $ mxn",
    "COP": "песо $ cop",
    "UAH": "грн гривна гривны гривен ₴ uah",
    "RSD": "дин динар динара динаров rsd din dinara",
    "BRL": "реал реала реалов r$ brl",
    "CZK": "крона кроны крон kč czk",
    "HUF": "форинт форинта форинтов ft huf",
}
_MINOR = {
    "KZT": "тиын тиына тиынов тиындар",
    "RUB": "коп копейка копейки копеек",
    "UAH": "коп копейка копейки копеек",
    "EUR": "цент цента центов cent cents",
    "USD": "цент цента центов cent cents",
}
# Russian and English put the word before the number, Kazakh mostly after it. "500 до" is half of a range.
_EXACTNESS_BEFORE = {
    Precision.ROUNDED: "около|примерно|приблизительно|ориентировочно|порядка|~|≈|шамамен|about|approximately|circa",
    Precision.AT_LEAST: "более|больше|свыше|не менее|от|≥|>|кемінде|more than|over|at least|not less than",
    Precision.AT_MOST: "менее|до|не более|не свыше|≤|<|less than|up to|at most|not more than",
}
_EXACTNESS_AFTER = {
    Precision.ROUNDED: "жуық",
    Precision.AT_LEAST: "астам|кем емес",
    Precision.AT_MOST: "дейін|артық емес",
}
_NO_AMOUNT = {
    AmountState.WITHHELD: (
        "для служебного пользования|дсп|д.с.п.|қызмет бабында пайдалану үшін|қбпү|конфиденциально|құпия"
        "|для служебного пользования дсп|for official use|for official use only"
    ),
    AmountState.UNKNOWN: "нет данных|нет сведений|н/д|мәлімет жоқ|деректер жоқ|n/a|no data",
}
_TOKEN = re.compile(r"r\$|[^\W\d_]+|\S", re.IGNORECASE)
_MARKS = str.maketrans(dict.fromkeys("\"'«»“”„()[]*", " "))


def _words(entries: str, separator: str | None = None) -> Iterable[str]:
    for entry in entries.split(separator):
        # folded in both cases, since capitals look alike that small letters do not (K, T, H)
        yield cyrillic_folded(entry)
        yield cyrillic_folded(entry.upper())


_SCALE_OF = {word: scale for scale, entries in _SCALES.items() for word in _words(entries)}
_CURRENCIES_OF: dict[str, frozenset[str]] = {
    word: frozenset(code for code, others in _CURRENCIES.items() if word in set(_words(others)))
    for entries in _CURRENCIES.values()
    for word in _words(entries)
}
_MINOR_OF: dict[str, frozenset[str]] = {
    word: frozenset(code for code, others in _MINOR.items() if word in set(_words(others)))
    for entries in _MINOR.values()
    for word in _words(entries)
}
_BEFORE = {word: kind for kind, entries in _EXACTNESS_BEFORE.items() for word in _words(entries, "|")}
_AFTER = {word: kind for kind, entries in _EXACTNESS_AFTER.items() for word in _words(entries, "|")}
_STATE_OF = {word: state for state, entries in _NO_AMOUNT.items() for word in _words(entries, "|")}


class UnitWords(msgspec.Struct, frozen=True):
    """What the words on one side of a number say.

    Attributes:
        scale: 1 000 for "тыс.", 1 000 000 for "млн"; 0 when no scale is named.
        scale_word: The scale as printed.
        currencies: The currencies the printed word or sign can mean; empty when none is named.
        minor: Whether the number counts minor units ("50 тиын").
        precision: What a word like "около" or "не менее" says; None without one.
        negative: Whether a minus stands before the currency sign ("-₸5").
        ends_in_word: Whether a letter is the last character, touching what follows.
    """

    scale: int = 0
    scale_word: str = ""
    currencies: frozenset[str] = frozenset()
    minor: bool = False
    precision: Precision | None = None
    negative: bool = False
    ends_in_word: bool = False


class UnitWordError(ValueError):
    """A word beside a number that is on no list, or that contradicts another word beside the same number."""


@functools.lru_cache(maxsize=4096)
def read_unit_words(text: str, side: Literal["before", "after"]) -> UnitWords:
    """Read what stands before or after a number in a cell.

    Args:
        text: All characters of the cell on one side of the number ("", " млн. тенге", "около ").
        side: Which side of the number it is.

    Raises:
        UnitWordError: A word that is on no list or stands there twice. What is not understood is never skipped.
    """
    tokens = _TOKEN.findall(text)
    negative = bool(tokens) and tokens[0] in MINUS_SIGNS
    read: dict[str, Any] = {"negative": negative, "ends_in_word": text[-1:].isalpha()}
    position = 1 if negative else 0
    while position < len(tokens):
        position = _read_phrase(tokens, position, read, _BEFORE if side == "before" else _AFTER)
    words = UnitWords(**read)
    if negative and (not words.currencies or text.strip()[1:2].isspace()):
        raise UnitWordError(f"{tokens[0]!r} stands apart from the number: a minus, a dash or a range")
    if words.minor and (words.scale or words.currencies):
        raise UnitWordError(f"{text.strip()!r} names a minor unit and another unit for one number")
    return words


def _read_phrase(tokens: list[str], position: int, read: dict[str, Any], exactness: dict[str, Precision]) -> int:
    token = tokens[position]
    word = cyrillic_folded(token)
    after_dot = position + (2 if tokens[position + 1 : position + 2] == ["."] and token.isalpha() else 1)
    if word in _SCALE_OF and "currencies" not in read:
        _once(read, "scale", _SCALE_OF[word], token)
        read["scale_word"] = token
        return after_dot
    if word in _CURRENCIES_OF:
        _once(read, "currencies", _CURRENCIES_OF[word], token)
        if [cyrillic_folded(t) for t in tokens[after_dot : after_dot + 1]] == ["сша"]:
            read["currencies"] = frozenset({"USD"})
            return after_dot + 1
        return after_dot
    if word in _MINOR_OF:
        _once(read, "minor", word in _MINOR_OF, token)
        return after_dot
    for length in (3, 2, 1):
        phrase = cyrillic_folded(" ".join(tokens[position : position + length]))
        if phrase in exactness:
            _once(read, "precision", exactness[phrase], phrase)
            return position + length
    raise UnitWordError(f"{token!r} is no unit, currency or measure of exactness known here")


def _once(read: dict[str, Any], field: str, value: object, token: str) -> None:
    if field in read:
        raise UnitWordError(f"{token!r} is the second {field} beside one number")
    read[field] = value


def minor_unit_of(word_text: str) -> frozenset[str]:
    """Return the currencies whose minor unit the text names ("тиын" → KZT); empty when it names none."""
    found: frozenset[str] = frozenset()
    for token in _TOKEN.findall(word_text):
        found |= _MINOR_OF.get(cyrillic_folded(token), frozenset())
    return found


def state_without_amount(text: str) -> AmountState | None:
    """Return what a cell without a number says: withheld ("ДСП"), unknown ("нет данных"), or None.

    The marks "ДСП" and "қызмет бабында пайдалану үшін" (for official use) come from Kazakhstan's rules on restricted
    information; the amount exists and is not told.
    """
    phrase = cyrillic_folded(" ".join(text.translate(_MARKS).split()))
    return _STATE_OF.get(phrase) or _STATE_OF.get(phrase.rstrip("."))
