"""CSV lines for people who open them in a spreadsheet: no cell runs as a formula, none is silently changed.

A spreadsheet takes the cell `=HYPERLINK(…)` for a formula, the uid `118236896259e235` for a number, the BIN
`070440004564` for one without its zero, and the contract number `3/12` for the third of December. Such a text gets an
apostrophe in front, which `restored` takes away again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What a CSV file begins with, so that a spreadsheet reads it as UTF-8."""

_RUNS = "=+\\-@\t\r\n＝＋－＠"
"""What a formula starts with (OWASP, "CSV Injection")."""
_CHANGED = (
    r"0\d+|\d{16,}|\d+(?:\.\d+)?[eE][+-]?\d+|\d{1,2}[/-]\d{1,4}(?:[/-]\d{1,4})?|\d{4}[/-]\d{1,2}"
    r"|\d{1,2}\.\d{1,2}\.\d{2,4}"
)
"""Texts that a spreadsheet takes for a number or a date and does not show again as they were."""
_UNSAFE = re.compile(rf"'*(?:[{_RUNS}].*|(?:{_CHANGED})\Z)", re.DOTALL)
_STARTS = frozenset("=+-@\t\r\n＝＋－＠'0123456789")


def defused(text: str) -> str:
    """A text cell that no spreadsheet runs or changes: where it would, it gets an apostrophe in front."""
    return f"'{text}" if _UNSAFE.match(text) else text


def restored(text: str) -> str:
    """The text that `defused` was given."""
    return text[1:] if text.startswith("'") and _UNSAFE.match(text) else text


def csv_lines(rows: Iterable[Sequence[Any]], texts: Sequence[int] = ()) -> str:
    """Rows as CSV (RFC 4180).

    Args:
        rows: cells of each row.
        texts: places of the text cells (str or None), which are defused; numbers never are.
    """
    kept = list(rows)
    for place in texts:
        _defuse_column(kept, place)
    out = StringIO()
    csv.writer(out).writerows(kept)
    return out.getvalue()


def _defuse_column(rows: list[Sequence[Any]], place: int) -> None:
    # most columns repeat a few texts, so each text is looked at once
    found = {row[place] for row in rows}
    unsafe = {text for text in found if text and text[0] in _STARTS and _UNSAFE.match(text)}
    if unsafe:
        for at, row in enumerate(rows):
            if row[place] in unsafe:
                cells = list(row)
                cells[place] = f"'{cells[place]}"
                rows[at] = cells
