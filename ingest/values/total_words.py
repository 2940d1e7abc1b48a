"""The words under which a total is printed below a table, or amid one."""

from __future__ import annotations

import re

TOTAL = re.compile(
    r"^\W*(итого|всего|общий итог|общая сумма|итог|барлығы|барлыгы|жиыны|жиынтығы|жалпы сома(сы)?|қорытынды"
    r"|total|subtotal|sub-total|grand total|ukupno|свега|укупно)\b",
    re.IGNORECASE,
)
"""The beginning of a text that names a total."""


def is_total(text: str) -> bool:
    """Whether a text says that a total stands beside it, and nothing else: "Итого:", not "Total Media"."""
    found = TOTAL.match(text)
    return found is not None and not any(sign.isalnum() for sign in text[found.end() :])
