"""How rows of a key table are known: most have a lasting name, a name and a state; years and sources have others."""

from __future__ import annotations

from dataclasses import dataclass

PARTIES = {
    "outlet": "outlets",
    "ministry": "ministries",
    "payer": "payers",
    "recipient": "recipients",
    "intermediary": "intermediaries",
    "topic": "topics",
    "region": "regions",
    "source": "sources",
    "year": "years",
}
"""Columns of `contracts` that point at a key table, and that table."""


@dataclass(frozen=True)
class Naming:
    """SQL expressions over a key table.

    Attributes:
        table: the table.
        uid: lasting name, for addresses.
        name: as shown.
        state: "named", or why there is no name.
    """

    table: str
    uid: str = "uid"
    name: str = "name"
    state: str = "state"


_OTHERS = {
    "year": {"uid": "CAST(id AS TEXT)", "state": "CASE WHEN id < 2 THEN 'unknown' ELSE 'named' END"},
    "source": {"uid": "name", "name": "title", "state": "'named'"},
}


def naming(kind: str) -> Naming:
    """How rows of one kind of party are known.

    Args:
        kind: a key of `PARTIES`.
    """
    return Naming(PARTIES[kind], **_OTHERS.get(kind, {}))
