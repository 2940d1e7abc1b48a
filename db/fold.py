"""Fold text of several scripts to one plain spelling, so that a query and a name meet.

The same outlet is written «Айқын», "Айкын", "Aikyn", "AIQYN" or "Aıqyn". `fold` takes them all to ``aikin``:
Cyrillic and the Latin alphabets of Kazakh (2018 and 2021), ISO 9, Serbian Latin and Cyrillic, and Portuguese
come out in one small set of ASCII letters. It is meant for comparing, never for showing.

Rules and where they are from: ISO 9:1995 (transliteration of Cyrillic), the Kazakh alphabets of the decrees
of 19.02.2018 No 637 and of the concept of 28.01.2021, everyday English spellings of Russian and Kazakh names.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that look the same in both scripts; upper case first because "B" has a twin and "b" has none.
_LATIN_TWINS: Final = "ABCEHKMOPTXYIaceopxyikhjs"
_CYRILLIC_TWINS: Final = "АВСЕНКМОРТХУІасеорхуікһјѕ"
_TO_CYRILLIC: Final = str.maketrans(_LATIN_TWINS, _CYRILLIC_TWINS)
_TO_LATIN: Final = str.maketrans(_CYRILLIC_TWINS, _LATIN_TWINS)
_LATIN_TWIN_SET: Final = frozenset(_LATIN_TWINS)
_CYRILLIC_TWIN_SET: Final = frozenset(_CYRILLIC_TWINS)

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0000-\u0008\u000e-\u001f\u007f]")
_WORD: Final = re.compile(r"[^\W_]+")
# Apostrophes inside a word are signs of the 2017 Kazakh alphabet, or soft signs of a transliteration.
_APOSTROPHES: Final = re.compile("(?<=\\w)['`´’‘ʼʹʺ′″](?=\\w|\\s|$)")
_LATIN_RANGE: Final = re.compile("[a-zA-Z\u00c0-\u024f]")
_CYRILLIC_RANGE: Final = re.compile("[\u0400-\u052f]")

_LETTERS: Final = str.maketrans(
    {
        "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e",
        "є": "e", "ж": "z", "з": "z", "и": "i", "й": "i", "і": "i", "ї": "i", "к": "k", "қ": "k", "л": "l",
        "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "ѕ": "s", "т": "t",
        "у": "u", "ұ": "u", "ү": "u", "ў": "u", "ф": "f", "х": "h", "һ": "h", "ц": "c", "ч": "c", "ш": "s",
        "щ": "sc", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
        "đ": "dj", "ı": "i", "ý": "u", "û": "iu", "ŝ": "sc", "ø": "o", "ł": "l", "ß": "s", "æ": "e", "œ": "e",
    }
)  # fmt: skip
# "â" is я in ISO 9 and a plain a in Portuguese ("Venâncio"): я only after a vowel or at the end of a word.
_ISO9_YA: Final = re.compile("(?<=[aiouyе])â|â$")
_DIGRAPHS: Final = {
    "shch": "sc", "sh": "s", "ch": "c", "zh": "z", "kh": "h", "gh": "g", "ts": "c", "ck": "k", "x": "ks", "w": "v",
    "q": "k", "y": "i",
}  # fmt: skip
_DIGRAPH: Final = re.compile("|".join(_DIGRAPHS))
# Latin "j" is ж in Kazakh ("Jetisu", "ajary"), й before a consonant, at the end, and in the endings of "Novaja".
_J_AS_ZH: Final = re.compile(r"j(?=[aeiouy])(?!(?<=[aeiou]j)[aeu]$)")
_SOFT_YE: Final = re.compile("[ьъ](?=[её])")
_REPEATED: Final = re.compile(r"([a-z])\1+")


def clean(text: str) -> str:
    """Return ``text`` in NFKC without invisible characters, with single spaces."""
    plain = unicodedata.normalize("NFKC", text)
    if _INVISIBLE.search(plain):
        plain = _INVISIBLE.sub("", plain)
    return " ".join(plain.split())


@lru_cache(maxsize=100_000)
def repair_word(word: str) -> str:
    """Return ``word`` in one script where look-alike letters of another had slipped in.

    "Кaзахстaн" with Latin "a" becomes wholly Cyrillic, "Zаkon" with a Cyrillic "а" wholly Latin. A word that
    has letters proper to both scripts ("Qазақ") is left as it is; one made of twins only becomes Cyrillic.
    """
    if not (_LATIN_RANGE.search(word) and _CYRILLIC_RANGE.search(word)):
        return word
    latin = {c for c in word if _LATIN_RANGE.match(c)}
    cyrillic = {c for c in word if _CYRILLIC_RANGE.match(c)}
    if latin <= _LATIN_TWIN_SET:
        return word.translate(_TO_CYRILLIC)
    if cyrillic <= _CYRILLIC_TWIN_SET:
        return word.translate(_TO_LATIN)
    return word


def repair_lookalikes(text: str) -> str:
    """Return ``text`` with `repair_word` applied to every word; everything between words is kept."""
    return _WORD.sub(lambda match: repair_word(match.group()), text)


def cyrillic_twin(word: str) -> str | None:
    """Return the Cyrillic word that looks the same as the Latin ``word``, or None if some letter has no twin."""
    if word and all(c in _LATIN_TWIN_SET for c in word):
        return word.translate(_TO_CYRILLIC)
    return None


def script(text: str) -> str:
    """Return "cyrillic", "latin", "mixed" or "" (no letters) for the letters of ``text``."""
    has_latin, has_cyrillic = bool(_LATIN_RANGE.search(text)), bool(_CYRILLIC_RANGE.search(text))
    if has_latin and has_cyrillic:
        return "mixed"
    return "latin" if has_latin else "cyrillic" if has_cyrillic else ""


def _once(word: str) -> str:
    if "â" in word:
        word = _ISO9_YA.sub("ia", word)
    if "ь" in word or "ъ" in word:
        word = _SOFT_YE.sub("и", word)
    word = word.translate(_LETTERS)
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        word = word.translate(_LETTERS)
    if "j" in word:
        word = _J_AS_ZH.sub("z", word).replace("j", "i")
    if _DIGRAPH.search(word):
        word = _DIGRAPH.sub(lambda match: _DIGRAPHS[match.group()], word)
    if word.startswith("ie"):  # "Yertis" is "Ертіс"
        word = word[1:]
    word = _REPEATED.sub(r"\1", word)
    return word.replace("kazakstan", "kazahstan")


@lru_cache(maxsize=400_000)
def fold_word(word: str) -> str:
    """Return the folded spelling of one word (no spaces); letters of other scripts are kept.

    The result is a fixed point: folding it again changes nothing.
    """
    before = repair_word(word).casefold()
    while True:
        after = _once(before)
        if after == before:
            return after
        before = after


def words(text: str) -> list[str]:
    """Return the words of ``text`` (letters and digits) after `clean`, apostrophes inside words taken out."""
    return _WORD.findall(_APOSTROPHES.sub("", clean(text)))


def fold(text: str) -> str:
    """Return the search spelling of ``text``: folded words separated by single spaces.

    Use it on what is indexed and on what is asked; then Cyrillic, Kazakh and Latin spellings of a name meet.
    """
    return " ".join(filter(None, (fold_word(word) for word in words(text))))
