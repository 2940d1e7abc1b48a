"""What the format of a cell says about its number: a share, a currency, a number shown in thousands.

A cell that shows "50%" holds 0.5, one that shows "100 €" holds 100, and one that shows "1 250" may hold 1250000. What
was published is what is shown.
"""

from __future__ import annotations

import functools
import re

from ingest.values.money_words import UnitWordError, UnitWords, read_unit_words

PER_CENT = {9: "0%", 10: "0.00%"}
"""The formats that a workbook names by number alone, as far as they say something."""

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|[_*].|\[[^\]]*\]')
_SIGNS = re.compile(r"[$€£¥₸₽₴]")
_SHOWN_SMALLER = re.compile(r"[0#?],+(?![0#?,])")


def speaks(code: str) -> bool:
    """Whether a format says anything beside the number itself."""
    figures, words = _parts(code)
    said = _words(words)
    return "%" in figures or bool(_SHOWN_SMALLER.search(figures)) or bool(said.currencies or said.scale or said.minor)


@functools.lru_cache(maxsize=256)
def objection(code: str, currency: str) -> str:
    """Why a number of this format is not the sum that it holds; empty where it is.

    Args:
        code: the format.
        currency: ISO 4217, as declared or printed in the heading; empty where neither says it.
    """
    figures, words = _parts(code)
    if "%" in figures:
        return f"is shown as a share (format {code!r}), which is no sum"
    said = _words(words)
    if _SHOWN_SMALLER.search(figures) or said.scale or said.minor:
        return f"is shown in another unit than it holds (format {code!r}); ask for the file with whole sums"
    if said.currencies and currency not in said.currencies:
        shown = " or ".join(sorted(said.currencies))
        ours = f"its column is in {currency}" if currency else "no unit is printed"
        return f"is shown in {shown} (format {code!r}), {ours}"
    return ""


@functools.lru_cache(maxsize=256)
def _parts(code: str) -> tuple[str, str]:
    """The figures of a format and its words, of what it says for positive numbers."""
    words: list[str] = []

    def word(found: re.Match[str]) -> str:
        words.append(found[1] or found[2] or found[3] or "")
        return "\0"  # keeps figures on both sides of it apart

    figures = _LITERAL.sub(word, code).partition(";")[0]
    said = " ".join(words[: figures.count("\0")])
    return figures, f"{said} {' '.join(_SIGNS.findall(figures))}".strip()


@functools.lru_cache(maxsize=256)
def _words(words: str) -> UnitWords:
    """What the words say; those that are on no list, such as a dash, say nothing here."""
    try:
        return read_unit_words(words, "after")
    except UnitWordError:
        return UnitWords()
