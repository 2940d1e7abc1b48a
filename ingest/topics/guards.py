"""Which words a text has to hold before an expression is worth trying on it.

A registry of general procurement has millions of texts that hold no word of the field. Looking for a plain word is
about a hundred times cheaper than trying an expression, and an expression whose words are missing cannot match.
"""

from __future__ import annotations

import re
from typing import Final

_SHORTEST: Final = 2
_GROUP: Final = re.compile(r"\((?:\?:)?(?P<inside>[^?].*)\)", re.DOTALL)
_OPTIONAL: Final = frozenset("?*{")


def needed(expression: str) -> tuple[str, ...]:
    """Return words of which at least one stands in every text that a regular expression matches.

    Args:
        expression: an expression without flags, lower case as the texts it is tried on.

    Returns:
        The words, or nothing where the expression does not say: then it has to be tried.
    """
    found: list[str] = []
    for alternative in _alternatives(expression):
        words = _of_one(alternative)
        if not words:
            return ()
        found += words
    return tuple(dict.fromkeys(found))


def may_match(words: tuple[str, ...], text: str) -> bool:
    """Whether an expression with these needed words may match a text."""
    if not words:
        return True
    for word in words:  # noqa: SIM110 - a generator costs three times the search itself
        if word in text:
            return True
    return False


def _alternatives(expression: str) -> list[str]:
    """Split at the bars that stand in no group and in no set."""
    parts, start, at = [], 0, 0
    while at < len(expression):
        if expression[at] == "|":
            parts.append(expression[start:at])
            start = at + 1
        at = _after(expression, at)
    return [*parts, expression[start:]]


def _after(expression: str, at: int) -> int:
    """Where the next piece begins: a piece is a group, a set, an escape or one character."""
    letter = expression[at]
    if letter == "\\":
        return at + 2
    if letter == "[":
        at += 2  # the first character of a set may be a closing bracket that means itself
        while expression[at] != "]":
            at += 2 if expression[at] == "\\" else 1
        return at + 1
    if letter == "(":
        at += 1
        while expression[at] != ")":
            at = _after(expression, at)
        return at + 1
    return at + 1


def _of_one(expression: str) -> list[str]:
    """The words one alternative needs: its longest plain run, or a group of plain words."""
    choices: list[list[str]] = []
    run, at = "", 0

    def end_run() -> None:
        nonlocal run
        if len(run) >= _SHORTEST:
            choices.append([run])
        run = ""

    while at < len(expression):
        after = _after(expression, at)
        piece, sign = expression[at:after], expression[after : after + 1]
        if piece in {".", "^", "$", "?", "*", "+", "{", "}"} or piece[0] in "\\[":
            end_run()
            if piece == "{":
                after = expression.index("}", at) + 1
        elif piece[0] == "(":
            end_run()
            inside = _GROUP.fullmatch(piece)
            if inside and sign not in _OPTIONAL and (words := needed(inside["inside"])):
                choices.append(list(words))
        elif sign and sign in _OPTIONAL:
            end_run()
        else:
            run += piece
        at = after
    end_run()
    return max(choices, key=lambda words: min(map(len, words)), default=[])
