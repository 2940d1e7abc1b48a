"""What an owner's members were paid: each record once, each sum of one measure and currency."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from publish.site.core.filters import View
from publish.site.core.sums import Group, Sum, groups, not_counted, totals
from publish.site.core.ties import ALWAYS, Node, Ties, Years, party_named

_TAKEN = (
    "SELECT k.id FROM json_each(?) AS m JOIN contracts AS k ON k.{column} = json_extract(m.value, '$[0]')"
    " WHERE k.year BETWEEN json_extract(m.value, '$[1]') AND json_extract(m.value, '$[2]')"
)
_OUTLETS, _RECIPIENTS = (_TAKEN.format(column=column) for column in ("outlet", "recipient"))
_TABLES = (("outlet", "outlets"), ("recipient", "recipients"))


@dataclass(frozen=True)
class Member:
    """One party below an owner, with the years it belonged to it and the sums of its records in them."""

    node: Node
    years: tuple[Years, ...]
    group: Group | None

    @property
    def dated(self) -> bool:
        """Whether a tie on the way has a date."""
        return self.years != (ALWAYS,)


@dataclass(frozen=True)
class Owned:
    """All below one owner.

    Attributes:
        members: the parties, outlets first, then recipients, then those that no record names.
        sums: of every record of theirs, each once.
        not_counted: how many of those do not count, by the reason.
        records: how many records it is in all.
    """

    members: list[Member]
    sums: list[Sum]
    not_counted: list[dict[str, Any]]
    records: int


def owned(connection: sqlite3.Connection, ties: Ties, owner: int) -> Owned:
    """Members of an owner and what they were paid.

    A record stands under its outlet where the outlet belongs to the owner, else under its recipient, so that the sums
    of the members make up those of the whole.
    """
    found = ties.members(owner)
    taken = {column: _rows_of(ties, found, column) for column, _ in _TABLES}
    outlets, recipients = (json.dumps(taken[column]) for column, _ in _TABLES)
    whole = View(where=f"c.id IN ({_OUTLETS} UNION {_RECIPIENTS})", values=(outlets, recipients))
    parts = {
        "outlet": View(where=f"c.id IN ({_OUTLETS})", values=(outlets,)),
        "recipient": View(
            where=f"c.id IN ({_RECIPIENTS}) AND c.id NOT IN ({_OUTLETS})", values=(recipients, outlets)
        ),
    }  # fmt: skip
    sums = {column: {group.id: group for group in groups(connection, view, column)} for column, view in parts.items()}
    members = []
    for at, years in found.items():
        node = ties.nodes[at]
        column = next((column for column, _ in _TABLES if column in node.at), "")
        group = sums[column].get(node.at[column]) if column else None
        if at != owner or group is not None:
            members.append(Member(node, years, group))
    order = {"outlet": 0, "organisation": 1, "person": 1}
    members.sort(key=lambda one: (order.get(one.node.kind, 2), one.group is None, one.node.name, one.node.uid))
    records = sum(group.records for by_row in sums.values() for group in by_row.values())
    return Owned(members, totals(connection, whole), not_counted(connection, whole), records)


def _rows_of(ties: Ties, found: dict[int, tuple[Years, ...]], column: str) -> list[tuple[int, int, int]]:
    """Rows of a key table with the first and the last year in which they belong."""
    return [
        (ties.nodes[at].at[column], *years)
        for at, spans in sorted(found.items())
        if column in ties.nodes[at].at
        for years in spans
    ]


def page(connection: sqlite3.Connection, kind: str, uid: str, ties: Ties) -> dict[str, Any] | None:
    """Everything on the page of a party that decisions alone name, or of a group; None where there is none."""
    at = party_named(connection, kind, uid)
    if at is None:
        return None
    return {"node": ties.nodes[at], "ties": ties.told(at), "owned": owned(connection, ties, at)}
