"""Hide honest wordings on purpose, to count how many hidden ones the flags would overlook.

Precision can be read off what is flagged; what is not flagged shows in no list. So real wordings are hidden here in
the ways that people use, by a seed, and then sought.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any, Final

from db.words import Wording
from ingest.interval import share_of
from ingest.topics.hidden import flags, plain_wording

HIDDEN_AS: Final[tuple[Wording, ...]] = (Wording.LOOK_ALIKE, Wording.SPLIT, Wording.SAYS_NOTHING)
_TWINS: Final = dict(zip("асеорхуіАСЕОРХВКМНТІ", "aceopxyiACEOPXBKMHTI", strict=True))
_WORD: Final = re.compile(r"(?<!\w)[а-яёәғқңөұүһі]{4,14}(?!\w)", re.IGNORECASE)
_SIGNS: Final = " -_*·"
_BEGINNINGS: Final = ("согласно", "в соответствии с", "см.", "по", "")
_PAPERS: Final = (
    "технической спецификации", "технической спецификацией", "тех. спецификации", "тех.заданию", "ТЗ", "приложению",
    "приложению 1", "договору", "заявке заказчика", "технической характеристике", "перечню", "условиям договора",
)  # fmt: skip
_WORDS: Final = (
    "услуга", "услуги", "прочие услуги", "иные услуги", "разное", "прочее", "закуп услуг", "оказание услуг", "лот 3",
    "лот № 12", "работы", "товар", "нет", "тест", "наименование", "без названия", "қызмет көрсету", "қызметтер",
    "басқа қызметтер", "техникалық ерекшелікке сәйкес", "техникалық тапсырмаға сәйкес", "шартқа сәйкес",
)  # fmt: skip
_NOISE: Final = ("-", ".", "---", "...", "0", "1", "12345", "хх", "ххх", "аааа", "ааа", "№", "??", "1-1", "б/н", "*")


def hide(text: str, kind: Wording, rng: random.Random) -> str:
    """Return the text hidden in one of three ways; as it is where it has no word that could be hidden so.

    Args:
        text: an honest wording.
        kind: one of `HIDDEN_AS`.
        rng: where the choices come from.
    """
    if kind == Wording.SAYS_NOTHING:
        return _saying_nothing(rng)
    words = [found for found in _WORD.finditer(text) if kind == Wording.SPLIT or _posing(found.group())]
    if not words:
        return text
    word = rng.choice(words)
    hidden = _split(word.group(), rng) if kind == Wording.SPLIT else _with_twins(word.group(), rng)
    return text[: word.start()] + hidden + text[word.end() :]


def _posing(word: str) -> list[int]:
    """Places of letters with a Latin twin; at least one letter has to stay, or the word is plain Latin."""
    places = [at for at, letter in enumerate(word) if letter in _TWINS]
    return places if len(places) < len(word) else places[1:]


def _with_twins(word: str, rng: random.Random) -> str:
    places = _posing(word)
    chosen = rng.sample(places, rng.choice((1, (len(places) + 1) // 2, len(places))))
    return "".join(_TWINS[letter] if at in chosen else letter for at, letter in enumerate(word))


def _split(word: str, rng: random.Random) -> str:
    return rng.choice(_SIGNS).join(word)


def _saying_nothing(rng: random.Random) -> str:
    way = rng.randrange(3)
    if way == 0:
        return rng.choice(_NOISE)
    if way == 1:
        return rng.choice(_WORDS)
    text = f"{rng.choice(_BEGINNINGS)} {rng.choice(_PAPERS)}".strip()
    if len(text) > 8 and rng.random() < 0.3:  # titles without content are seldom typed with care
        at = rng.randrange(1, len(text) - 1)
        text = text[:at] + text[at + 1 :]
    return text[0].upper() + text[1:]


def recall_of_flags(texts: Sequence[str], seed: int = 2012) -> dict[str, Any]:
    """Hide each text in each of three ways and count what is flagged as it is hidden, and what is read as meant.

    Args:
        texts: honest wordings; one that is flagged as it is, or has no word to hide, is left out.
        seed: of the choices; the same seed gives the same figures.

    Returns:
        JSON-serialisable, by kind: hidden, flagged with its interval, read as meant (a search for the words finds it)
        with its interval, and those that were overlooked.
    """
    rng = random.Random(seed)  # noqa: S311 - a draw that can be repeated, nothing secret
    honest = [text for text in dict.fromkeys(texts) if not flags(text)]
    return {"texts": len(honest), "seed": seed, "kinds": {kind: _recall(honest, kind, rng) for kind in HIDDEN_AS}}


def _recall(honest: Sequence[str], kind: Wording, rng: random.Random) -> dict[str, Any]:
    drawn = [(text, hidden) for text in honest if (hidden := hide(text, kind, rng)) != text]
    pairs = list(
        {hidden: (text, hidden) for text, hidden in drawn}.values()
    )  # a title drawn twice proves nothing more
    overlooked = [hidden for _, hidden in pairs if all(flag.kind != kind for flag in flags(hidden))]
    found = {"hidden": len(pairs), "flagged": share_of(len(pairs) - len(overlooked), len(pairs))}
    if kind != Wording.SAYS_NOTHING:  # there is nothing behind it to read
        read = sum(plain_wording(hidden) == plain_wording(text) for text, hidden in pairs)
        found["read_as_meant"] = share_of(read, len(pairs))
    return {**found, "overlooked": sorted(set(overlooked))}
