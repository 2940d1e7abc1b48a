"""Whether a lot that a search gave can be one that was searched for."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.values.text import clean

_WORD = re.compile(r"\w+")
_ENDING = 3
"""Letters that a Russian word may change at its end."""


def resembles(phrase: str, *texts: str) -> bool:
    """Whether a word of the phrase begins a word of the texts, give or take its ending.

    The portal's search knows the forms of words, so the phrase itself need not stand there. This is no second search:
    it tells a server that ignored the filter, and gives everything, from one that did not.
    """
    words = _WORD.findall(_folded(" ".join(texts)))
    return any(word.startswith(stem) for stem in _stems(phrase) for word in words)


@lru_cache(maxsize=256)
def _stems(phrase: str) -> tuple[str, ...]:
    words = _WORD.findall(_folded(phrase))
    return tuple(word[: max(3, len(word) - _ENDING)] for word in words if len(word) >= 3)


def _folded(text: str) -> str:
    return clean(text).casefold().replace("ё", "е")
