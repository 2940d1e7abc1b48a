"""Wording that hides from a search: look-alike letters, split letters, digits for letters, titles that say nothing.

A lot called "У с л у г и С М И" or "Услуги по рaзмещению" (with a Latin "a") is found by no one who searches the
portal, only by those who know its number. Flags are facts about a text, never a reproach: typing errors make them too.
"""

import re
from functools import lru_cache
from typing import Final

import msgspec
from rapidfuzz.distance import OSA

from db.fold import clean
from db.split_letters import DIGIT_INSIDE, DIGIT_LETTERS, joined, split_runs
from db.words import Wording
from ingest.values.text import Lookalike, lookalike_letters
from ingest.values.text import clean as decode

# a text of one alphabet holds no letter that poses as another; most texts are such, and this is a quick look
_LATIN: Final = re.compile("[A-Za-z]")
_CYRILLIC: Final = re.compile("[\u0400-\u052f]")
_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
# A title says nothing when it is made of such words alone. Stems are long, because short ones begin names of goods
# (техника, лоток, тестер, спецодежда, нетто) and because titles without content are typed without care.
_FILLER: Final = frozenset(
    {
        "в", "с", "и", "на", "к", "для", "по", "см", "без", "нет", "тз", "тс", "тех", "техн", "спец", "хар",
        "прил", "лот", "тест", "test", "один", "одна", "работа", "работы", "товар", "товары", "закуп", "закупка",
        "закупки", "закупку", "прочее", "прочие", "прочих", "прочая", "иные", "иное", "разное", "разные", "другое",
        "другие", "сторонних", "организаций", "no", "мм", "мл", "кг", "гр", "шт", "вт", "қызмет", "қызметтер",
        "жұмыс", "жұмыстар", "тауар", "тауарлар", "басқа", "бойынша",
    }
)  # fmt: skip
_FILLER_STEMS: Final = (
    "соглас", "соответств", "техническ", "спецификац", "характеристик", "задани", "приложени", "прилага", "договор",
    "заявк", "заказчик", "перечн", "перечен", "услови", "услуг", "оказани", "наименован", "назван", "сәйкес",
    "техникалық", "ерекшел", "тапсырма", "шартқа", "шарты", "қосымша", "көрсету",
)  # fmt: skip
_WORDS: Final = re.compile(r"[^\W\d_]+")


class Flag(msgspec.Struct, frozen=True):
    """One thing in a text that keeps it from being found.

    Attributes:
        kind: what was found.
        start: index in the decoded text.
        text: as it stands there.
        reads: as it is meant; "" for a title that says nothing.
    """

    kind: Wording
    start: int
    text: str
    reads: str


def flags(text: str) -> list[Flag]:
    """Return what hides in a title or description, in the order of the text."""
    decoded = decode(text)
    found = [Flag(Wording.LOOK_ALIKE, hit.position, hit.letter, hit.stands_for) for hit in _posing(decoded)]
    found += [Flag(Wording.SPLIT, at, decoded[at:end], decoded[at:end:2]) for at, end in split_runs(decoded)]
    found += [
        Flag(Wording.DIGITS, match.start(), match.group(), DIGIT_LETTERS[match.group()])
        for match in DIGIT_INSIDE.finditer(decoded)
    ]
    found += [Flag(Wording.INVISIBLE, match.start(), match.group(), "") for match in _INVISIBLE.finditer(decoded)]
    if _says_nothing(plain_wording(text)):
        found.append(Flag(Wording.SAYS_NOTHING, 0, decoded, ""))
    return sorted(found, key=lambda flag: (flag.start, flag.kind))


def _posing(decoded: str) -> list[Lookalike]:
    if not (_LATIN.search(decoded) and _CYRILLIC.search(decoded)):
        return []
    hits = lookalike_letters(decoded)
    return [hit for hit in hits if hit.stands_for.isalpha()]  # those that stand for a digit are no matter of words


def _says_nothing(plain: str) -> bool:
    words = _WORDS.findall(plain)
    if all(len(word) == 1 for word in words) or len(set(plain.replace(" ", ""))) <= 2:
        return True
    return all(word in _FILLER or _begins_as_filler(word) for word in words)


@lru_cache(maxsize=65_536)
def _begins_as_filler(word: str) -> bool:
    """Whether a word begins with a stem, one slip allowed in the long ones."""
    if not _CYRILLIC.search(word):
        return False
    if word.startswith(_FILLER_STEMS):
        return True
    return any(
        OSA.distance(word[: len(stem) + longer], stem, score_cutoff=1) <= 1
        for stem in _FILLER_STEMS
        if len(stem) >= 6 and abs(len(word) - len(stem)) < 6
        for longer in (-1, 0, 1)
    )


def _repaired(decoded: str) -> str:
    letters = list(decoded)
    for hit in _posing(decoded):
        letters[hit.position] = hit.stands_for
    return "".join(letters)


@lru_cache(maxsize=65_536)
def plain_wording(text: str) -> str:
    """Return the text as it is meant, for rules to read: lower case, ё as е, hidden wording undone."""
    decoded = decode(text)
    return clean(joined(_repaired(decoded))).casefold().replace("ё", "е")
