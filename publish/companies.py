"""Whether a party is a company, by the legal form at one end of its name."""

from __future__ import annotations

_COMMERCIAL = frozenset({
    "тоо", "жшс", "llp", "ао", "ақ", "оао", "зао", "пао", "ооо", "llc", "ltd", "gmbh", "doo", "d.o.o", "d.o.o.",
    "a.d.", "ltda", "ltda.", "eireli", "s/a", "s.a.", "kft",
})  # fmt: skip


def is_company(name: str, legal_form: str = "") -> bool:
    """Say whether a name or a legal form says that it is a company; nothing is concluded from silence."""
    words = [word.strip("«»\"“”„'(),") for word in name.casefold().split()]
    return bool({legal_form.casefold(), *words[:1], *words[-1:]} & _COMMERCIAL)
