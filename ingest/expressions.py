"""Declared regular expressions come to an end: what could try a text in endlessly many ways is refused.

Texts come from outside, so one cell must not hold up the program. An expression that repeats a part which itself can
be read in several ways takes twice as long for each further letter; two repeats one after the other take the square.
So the first is refused, the second is bounded, and so is the length of what is searched.
"""

from __future__ import annotations

import re
from math import inf
from typing import Final

LONGEST: Final = 1000
"""Letters of a cell that an expression is tried on."""
_MOST_REPEATS: Final = 2
_MANY: Final = 20
"""A repeat of up to so many is no repeat without end."""
_TOKEN: Final = re.compile(
    r"(?P<comment>\(\?#[^)]*\))"
    r"|(?P<open>\((?:\?(?:P<\w+>|<?[=!]|[:>]|\(\w+\)|[a-zA-Z-]+:?|P=\w+))?)"
    r"|(?P<close>\))"
    r"|(?P<bar>\|)"
    r"|(?P<repeat>[*+?]|\{(?:(?P<least>\d+)(?P<range>,(?P<most>\d*))?|,(?P<upto>\d*))\})[?+]?"
    r"|(?P<one>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.)",
    re.DOTALL,
)


def endless(expression: str) -> str:
    """Why an expression could take too long on some text; blank where it cannot.

    Args:
        expression: a regular expression that compiles.
    """
    if re.match(r"\(\?[a-zA-Z]*x", expression):
        return "is written over several lines ((?x)); write it in one"
    groups: list[bool] = [False]  # of each group that is open, whether it can be read in several ways
    closed, repeats = False, 0
    for token in _TOKEN.finditer(expression):
        kind = token.lastgroup
        if kind == "comment":
            continue
        if kind == "open":
            groups.append(False)
        elif kind == "close":
            closed = groups.pop()
            groups[-1] |= closed
            continue
        elif kind == "bar":
            groups[-1] = True
        elif kind == "repeat":
            least, most = _times(token)
            if closed and most > 1:
                return (
                    f"repeats a group by {token[0]!r} that holds a repeat or a choice itself; repeat one sign or set"
                )
            repeats += most > _MANY and most != least
            groups[-1] |= most != least
        closed = False
    allowed = _MOST_REPEATS + expression.startswith("^")
    if repeats > allowed:
        return f"repeats without end in {repeats} places, {allowed} may; bound the others, such as {{1,{_MANY}}}"
    return ""


def _times(token: re.Match[str]) -> tuple[float, float]:
    """How often a repeat asks for what is before it: at least, at most."""
    sign = token["repeat"][0]
    if sign != "{":
        return 1 if sign == "+" else 0, 1 if sign == "?" else inf
    least = int(token["least"] or 0)
    if token["least"] and token["range"] is None:
        return least, least
    most = token["most"] or token["upto"]
    return least, int(most) if most else inf
