"""Figures of a table as decimals in the unit of their column, for adding up only.

The value that goes into a record is read by the source's own rules; here the same cell is read only to prove
that printed totals and rows agree. A cell that allows two readings is unreadable, not guessed.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from db.currencies import MINOR_DIGITS
from ingest.tables.model import Unit
from ingest.tables.words import DATE, unit_in
from ingest.values import amount as money

_BLANK = re.compile(r"^[\s\-–—−.…xXхХ*]*$")
_MARKS = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹*]+")
_SPACES = "\u00a0\u202f\u2009\u2007 "
_SHAPE = re.compile(
    r"^(?P<open>\()?\s*(?P<minus>[-−–△])?\s*(?P<currency>US\$|R\$|\$|€|₸|₽)?\s*(?P<minus2>[-−–])?\s*"
    r"(?P<digits>\d[\d .,'’]*?)(?P<kopecks>-\d\d)?\s*(?P<words>[^\d()]*)\s*(?P<close>\))?$"
)
_GROUPED = re.compile(r"^\d{1,3}(?:[ '’]\d{3})+$|^\d+$")
_WORDS = re.compile(
    r"^(?:млрд|миллиард\w*|млн|миллион\w*|тыс|тысяч\w*|мың|billions?|bn|millions?|mln|thousands?|тенге|теңге|тңг|тг|kzt|руб\w*"
    r"|rub|usd|долл\w*|eur|евро|euro|rsd|динар\w*|dinara?|brl|reais|[₸₽$€.\s])*$",
    re.IGNORECASE,
)

Mark = Literal[",", "."]
Reading = Callable[[str], Decimal | None]
"""Reads a cell in the unit of its column; None when it cannot be read in one way."""


def reading_of(unit: Unit, cells: list[str]) -> Reading:
    """How the cells of a column are read: by the project's amount rules when its heading prints a currency.

    A column without a printed unit has no money value; its figures can still be added up and compared.
    """
    mark = decimal_mark(cells)
    if unit.currency is None or unit.factor is None or unit.currency not in MINOR_DIGITS:
        return lambda raw: read_figure(raw, mark)
    declared = money.Unit(
        unit.currency,
        unit.factor,
        factor_declared_in=unit.raw if unit.factor != 1 else "",
        decimal=mark,
        minor_digits=MINOR_DIGITS[unit.currency],
    )
    per_unit = Decimal(unit.factor * 10**declared.minor_digits)

    def read(raw: str) -> Decimal | None:
        try:
            minor = money.read_amount(_MARKS.sub("", raw), declared).minor
        except money.AmountError:
            return None
        return None if minor is None else Decimal(minor) / per_unit

    return read


def is_blank(raw: str) -> bool:
    """Nothing printed, or a dash or cross that stands for nothing."""
    return bool(_BLANK.match(raw))


def looks_like_amount(raw: str) -> bool:
    """The whole cell is one figure, with or without unit words."""
    return not DATE.search(raw) and (read_figure(raw, ",") is not None or read_figure(raw, ".") is not None)


def decimal_mark(cells: list[str]) -> Mark | None:
    """The decimal mark of a column: the one that only one reading of its cells allows, else None."""
    votes = {_mark_of(body) for raw in cells if (body := _digits(raw)) is not None} - {None}
    return votes.pop() if len(votes) == 1 else None


def _mark_of(body: str) -> Mark | None:
    """The decimal mark that the digits of one cell prove, None when they prove none."""
    comma, dot = body.count(","), body.count(".")
    if comma and dot:
        return "," if body.rindex(",") > body.rindex(".") else "."
    if not comma and not dot:
        return None
    own: Mark = "," if comma else "."
    if comma + dot > 1:
        return "." if comma else ","  # it stands between groups, so the other one is the decimal mark
    if re.search(rf"\{own}\d{{3}}$", body) and " " not in body:
        return None
    return own


def _digits(raw: str) -> str | None:
    match = _SHAPE.match(_tidy(raw))
    return match["digits"].strip() if match else None


def _tidy(raw: str) -> str:
    for space in _SPACES:
        raw = raw.replace(space, " ")
    return _MARKS.sub("", raw).strip()


def read_figure(raw: str, mark: Mark | None = None) -> Decimal | None:
    """Value of a cell in the unit of its column; unit words inside the cell are multiplied in.

    Args:
        raw: the cell as printed.
        mark: decimal mark of the column, when known.

    Returns:
        The value, or None when the cell is no figure or allows two readings ("1.234" in a column whose
        decimal mark is not known).
    """
    text = _tidy(raw)
    match = _SHAPE.match(text)
    if not match or bool(match["open"]) != bool(match["close"]) or not _WORDS.match(match["words"]):
        return None
    body = match["digits"].strip(" '’")
    if body.endswith((",", ".")):
        body = body[:-1]
    if mark is None and re.fullmatch(r"\d{1,3}[.,]\d{3}", body):
        return None
    whole, fraction = _split(body, mark)
    if whole is None:
        return None
    if match["kopecks"]:
        if fraction:
            return None
        fraction = match["kopecks"][1:]
    value = Decimal(f"{whole}.{fraction or '0'}") if fraction else Decimal(whole)
    unit = unit_in(match["words"])
    if unit.factor and unit.factor > 1:
        value *= unit.factor
    if match["open"] or match["minus"] or match["minus2"]:
        value = -value
    return value


def _split(body: str, mark: Mark | None) -> tuple[str | None, str]:
    """Digits before and after the decimal mark, (None, "") when the grouping is not that of a figure."""
    if mark is None:
        marks = [m for m in ",." if m in body]
        if len(marks) == 2:
            mark = "," if body.rindex(",") > body.rindex(".") else "."
        elif len(marks) == 1:
            several = body.count(marks[0]) > 1
            mark = ("." if marks[0] == "," else ",") if several else (",") if marks[0] == "," else "."
    other = "." if mark == "," else ","
    whole, fraction = body, ""
    if mark and mark in body:
        whole, _, fraction = body.rpartition(mark)
        if mark in whole or not fraction.isdigit():
            return None, ""
    if other in whole:
        if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(other)}\d{{3}})+", whole):
            return None, ""
        whole = whole.replace(other, "")
    if not _GROUPED.match(whole):
        return None, ""
    return re.sub(r"[ '’]", "", whole), fraction
