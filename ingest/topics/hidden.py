"""Wording that hides from a search: look-alike letters, split letters, digits for letters, titles that say nothing.

A lot called "У с л у г и С М И" or "Услуги по рaзмещению" (with a Latin "a") is found by no one who searches the
portal, only by those who know its number. Flags are facts about a text, never a reproach: typing errors make them too.
"""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

import msgspec
from rapidfuzz.distance import OSA

from db.fold import clean
from ingest.values.text import clean as decode
from ingest.values.text import lookalike_letters

Kind = Literal["look-alike letters", "split letters", "digits for letters", "invisible characters", "empty title"]

_SPLIT: Final = re.compile(r"(?<![^\W_])[^\W\d_](?P<sign>[ \-_*·])[^\W\d_](?:(?P=sign)[^\W\d_])+(?![^\W_])")
# three single letters are mostly a size ("Ш х В х Г") or a list; these are the short words of the field
_SHORT_WORDS: Final = frozenset({"сми", "бақ", "бак", "smm"})
_DIGIT_INSIDE: Final = re.compile(r"(?<=[а-яёәғқңөұүһі]{2})[0364](?=[а-яёәғқңөұүһі]{2})")
_DIGIT_LETTERS: Final = {"0": "о", "3": "з", "6": "б", "4": "ч"}
# a text without Latin letters holds no letter that poses as another; most texts are such, and this is a quick look
_NO_LATIN: Final = re.compile("[\x00-@\\[-`{-\x7f\u0400-\u04ff\u2010-\u2027«»№]*")
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

    kind: Kind
    start: int
    text: str
    reads: str


def _split_runs(text: str) -> list[tuple[int, int]]:
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


def flags(text: str) -> list[Flag]:
    """Return what hides in a title or description, in the order of the text."""
    decoded = decode(text)
    found = [
        Flag("look-alike letters", hit.position, hit.letter, hit.stands_for)
        for hit in lookalike_letters(decoded)
        if hit.letter.isalpha() and hit.stands_for.isalpha()
    ]
    found += [Flag("split letters", at, decoded[at:end], decoded[at:end:2]) for at, end in _split_runs(decoded)]
    found += [
        Flag("digits for letters", match.start(), match.group(), _DIGIT_LETTERS[match.group()])
        for match in _DIGIT_INSIDE.finditer(decoded)
    ]
    found += [Flag("invisible characters", match.start(), match.group(), "") for match in _INVISIBLE.finditer(decoded)]
    if _says_nothing(plain_wording(text)):
        found.append(Flag("empty title", 0, decoded, ""))
    return sorted(found, key=lambda flag: (flag.start, flag.kind))


def _says_nothing(plain: str) -> bool:
    words = _WORDS.findall(plain)
    if all(len(word) == 1 for word in words) or len(set(plain.replace(" ", ""))) <= 2:
        return True
    return all(word in _FILLER or _begins_as_filler(word) for word in words)


def _begins_as_filler(word: str) -> bool:
    """Whether a word begins with a stem, one slip allowed in the long ones."""
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
    for hit in lookalike_letters(decoded):
        if hit.letter.isalpha() and hit.stands_for.isalpha():
            letters[hit.position] = hit.stands_for
    return "".join(letters)


@lru_cache(maxsize=65_536)
def plain_wording(text: str) -> str:
    """Return the text as it is meant, for rules to read: lower case, ё as е, hidden wording undone."""
    decoded = decode(text)
    repaired = decoded if _NO_LATIN.fullmatch(decoded) else _repaired(decoded)
    for at, end in reversed(_split_runs(repaired)):
        repaired = repaired[:at] + repaired[at:end:2] + repaired[end:]
    repaired = _DIGIT_INSIDE.sub(lambda match: _DIGIT_LETTERS[match.group()], repaired)
    return clean(repaired).casefold().replace("ё", "е")
