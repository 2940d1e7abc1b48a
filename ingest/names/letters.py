"""From a printed name to its words: quotes, dots, ordinals, web addresses, letters that changed places with a quote.

Letters of several scripts are folded by `db.fold`; this module is about the signs around them.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from db.fold import clean, fold_word, repair_word
from ingest.names.rule_data import word_table

_QUOTES: Final = re.compile("[«»“”„‟‹›〈〉《》❝❞＂\"]|''|``|,,|&quot;|&laquo;|&raquo;")
_DOTTED: Final = re.compile(r"\b\w(?:\. ?\w)+\b\.?(?!\w)")
_SLASHED: Final = re.compile(r"\b([sS])/([aAcC])\b\.?")
_ORDINAL: Final = re.compile(r"\b(\d+)\s?-?\s?(?:ый|ий|ой|й|ая|я|ое|е|ші|шы|інші|ыншы|st|nd|rd|th)\b", re.IGNORECASE)
# one letter glued to a quote that opens a word: 'О"гни' for '"Огни', 'ТО О"Наша' for 'ТОО "Наша'
_SWAPPED: Final = re.compile(r'(?:(?<=^)|(?<=\s))(\w)"(?=\w)')
_PARENTHESES: Final = re.compile(r"\(([^()]*)\)")
_WORD: Final = re.compile(r"[^\W_]+")
# band II of very high frequency, 87.5 to 108 MHz, written with its fraction; "Radio 105" may be a name
_FREQUENCY: Final = re.compile(
    r"(?<![\d.,])(?:8[789]|9\d|10[0-8])[.,]\d{1,2}(?![\d.,])(?:\s*(?:MHz|МГц))?", re.IGNORECASE
)
_RADIO: Final = re.compile(r"radio|радио|\bfm\b|\bmhz\b|\bмгц\b", re.IGNORECASE)
_HOST: Final = re.compile(r"\b(?:[\w-]+\.)+[^\W\d_]{2,}\b")
_APOSTROPHE: Final = re.compile("(?<=\\w)['`´’‘ʼʹʺ′″](?=\\w)")
_PLAIN: Final = str.maketrans("әғқңөұүіһёšćčžãçáéíóúâêô", "агкноууихеscczacaeiouaeo") | {ord("đ"): "dj"}


@lru_cache(maxsize=200_000)
def plain_word(word: str) -> str:
    """Return ``word`` in lower case of its own script, Kazakh and Serbian letters folded to their plain neighbours.

    Unlike `db.fold.fold_word` it keeps doubled letters, so «ТОО» stays three letters.
    """
    return repair_word(word).casefold().translate(_PLAIN)


@cache
def _web_address() -> re.Pattern[str]:
    ends = "|".join(tld.replace(" ", r"\.") for tld in sorted(word_table().tlds, key=len, reverse=True))
    return re.compile(rf"(?:https?://)?(?:\bwww\.)?\b([\w-]{{2,}})\.(?:{ends})\b/?", re.IGNORECASE)


def plain_quotes(text: str) -> str:
    """Return ``text`` cleaned, with every kind of double quote written as ``"``."""
    text = clean(text)
    return " ".join(_QUOTES.sub('"', text).split()) if _QUOTES.search(text) else text


def drop_web_ends(text: str) -> tuple[str, bool]:
    """Return ``text`` without the ends of web addresses, and whether there were any: "Zakon.kz" is "Zakon"."""
    if "." not in text:
        return text, False
    return (changed := _web_address().sub(r"\1", text)), changed != text


def web_ends(text: str) -> frozenset[str]:
    """Return the ends of web addresses in ``text``, folded: "com" of "Boz-dala.com", "kz" of "Боз-дала.кз"."""
    found = _web_address().finditer(text) if "." in text else ()
    return frozenset(fold_word(match.group().rstrip("/").rpartition(".")[2]) for match in found)


def web_addresses(text: str) -> frozenset[str]:
    """Return the web addresses in ``text`` whole and folded: "boz-dala.kz" of "Портал www.Boz-dala.kz"."""
    if "." not in text or not _web_address().search(text):
        return frozenset()
    return frozenset(match.group().casefold().removeprefix("www.") for match in _HOST.finditer(text))


def split_frequency(text: str) -> tuple[str, list[str]]:
    """Return ``text`` without the frequency of a radio station, and the frequency: where it is heard, not its name.

    A name that has no other word than "radio" keeps it: "Radio 101,2" is called so.
    """
    found = _FREQUENCY.findall(text)
    if not found or not _RADIO.search(text):
        return text, []
    rest = clean(_FREQUENCY.sub(" ", text))
    named = any(len(word) > 1 and word.isalpha() for word in _WORD.findall(_RADIO.sub(" ", rest)))
    return (rest, found) if named else (text, [])


def join_abbreviations(text: str) -> str:
    """Return ``text`` with "D.O.O." as "DOO", "S/A" as "SA" and "7-й" as "7"."""
    if "." in text:
        text = _DOTTED.sub(lambda match: match.group().replace(".", "").replace(" ", ""), text)
    if "/" in text:
        text = _SLASHED.sub(r"\1\2", text)
    return _ORDINAL.sub(r"\1", text) if any(map(str.isdigit, text)) else text


def unswap_quote(text: str, is_form: Callable[[str], bool]) -> str:
    """Return ``text`` with a letter that changed places with a quote or a space put back.

    Args:
        text: a name with plain quotes.
        is_form: says whether a word is a legal form.
    """
    match = _SWAPPED.search(text)
    if match is None:
        return text
    before, letter, after = text[: match.start()].rstrip(), match.group(1), text[match.end() :]
    head, _, last = before.rpartition(" ")
    if last and is_form(last + letter) and not is_form(last):
        return f'{head} {last}{letter} "{after}'.strip()
    return f'{before} "{letter}{after}'.strip()


def split_parentheses(text: str) -> tuple[str, list[str]]:
    """Return ``text`` without what stands in parentheses, and those parts; a name wholly in them is kept."""
    if "(" not in text:
        return text, []
    parts = _PARENTHESES.findall(text)
    rest = clean(_PARENTHESES.sub(" ", text))
    return (rest, parts) if _WORD.search(rest) else (text, [])


def name_words(text: str) -> list[str]:
    """Return the words of ``text``; an apostrophe inside a word is a letter sign and goes."""
    return _WORD.findall(_APOSTROPHE.sub("", text))


def folded(phrase: str) -> tuple[str, ...]:
    """Return the folded words of a phrase of a rule table."""
    return tuple(fold_word(word) for word in name_words(plain_quotes(phrase)))


def plain(phrase: str) -> tuple[str, ...]:
    """Return the plain words of a phrase of a rule table."""
    return tuple(plain_word(word) for word in name_words(plain_quotes(phrase)))
