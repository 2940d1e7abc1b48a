"""Who publishes, owns and follows whom, as a party's page tells it, and who belongs to an owner and when.

A tie holds between years: a record belongs to an owner where its year lies within the dates of every tie on the way,
the years of a change whole; a record without a year only where none of them has a date.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from db.words import LinkRelation
from publish.site.core.release import rows, value
from publish.site.reader.language import mark

Years = tuple[int, int]
"""First and last id in `years`, both included; ids below 2 are no date and several years."""

ALWAYS: Years = (0, 9999)
FIRST_YEAR = 2
"""The first id in `years` that is a year."""

PAGES = ("outlet", "recipient", "intermediary", "payer", "ministry")
"""Columns of `linked_parties` that lead to a key table, and so to a page, the first that has one."""

OWN_PAGES = ("group", "organisation", "body")
"""Kinds that have a page of their own where no key table has one."""

UP = {
    LinkRelation.PUBLISHER: mark("Published by"),
    LinkRelation.OWNER: mark("Owned by"),
    LinkRelation.SUCCESSOR: mark("Successors"),
    LinkRelation.MERGER: mark("Merged into"),
}
DOWN = {
    LinkRelation.PUBLISHER: mark("Publishes"),
    LinkRelation.OWNER: mark("Owns"),
    LinkRelation.SUCCESSOR: mark("Predecessors"),
    LinkRelation.MERGER: mark("Merged into it"),
}
KINDS = {
    "outlet": mark("Outlet"),
    "organisation": mark("Organisation"),
    "body": mark("Public body"),
    "group": mark("Owner group"),
    "person": mark("Natural person"),
}


@dataclass(frozen=True)
class Node:
    """One party: `page` is kind and uid of its page, "" where it has none; `at` its row in each key table."""

    id: int
    kind: str
    uid: str
    name: str
    state: str
    page: str
    at: dict[str, int]


@dataclass(frozen=True)
class Tie:
    """One link; `other` is the `relation` of `party`."""

    party: int
    other: int
    relation: str
    since: str
    until: str
    evidence: tuple[str, ...]
    why: str
    decided_by: str
    decided_on: str

    @property
    def years(self) -> Years:
        """Years it held in, as far as it is dated."""
        first = int(self.since[:4]) if self.since else ALWAYS[0]
        last = int(self.until[:4]) if self.until else ALWAYS[1]
        return meet(ALWAYS, (first, last))


@dataclass(frozen=True)
class Told:
    """One line under a heading: the party at the other end, and through whom it is tied ("" for directly)."""

    node: Node
    tie: Tie
    via: str


def meet(one: Years, other: Years) -> Years:
    """Years that two spans share; those without one are left out as soon as a span is dated."""
    first, last = max(one[0], other[0]), min(one[1], other[1])
    return ALWAYS if (first, last) == ALWAYS else (max(first, FIRST_YEAR), last)


def joined(spans: set[Years]) -> tuple[Years, ...]:
    """Spans in order, those that touch made one."""
    if ALWAYS in spans:
        return (ALWAYS,)
    made: list[Years] = []
    for first, last in sorted(spans):
        if made and first <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return tuple(made)


@dataclass
class Ties:
    """All links of a release, to walk along."""

    nodes: dict[int, Node] = field(default_factory=dict)
    above: dict[int, list[Tie]] = field(default_factory=lambda: defaultdict(list))
    below: dict[int, list[Tie]] = field(default_factory=lambda: defaultdict(list))

    def told(self, start: int) -> list[tuple[str, list[Told]]]:
        """Headings with their lines: what stands above a party, then below, then before and after it."""
        found: dict[str, list[Told]] = {}
        for headings, ties in ((UP, self.above), (DOWN, self.below)):
            for tie in ties.get(start, ()):
                end = tie.other if headings is UP else tie.party
                found.setdefault(headings[LinkRelation(tie.relation)], []).append(Told(self.nodes[end], tie, ""))
        further = self._owners_of_owners(start)
        if further:
            found.setdefault(UP[LinkRelation.OWNER], []).extend(further)
        order = [*UP.values(), *DOWN.values()]
        return sorted(found.items(), key=lambda pair: order.index(pair[0]))

    def _owners_of_owners(self, start: int) -> list[Told]:
        """Owners above a party's publishers and owners, where the times of all ties on the way meet."""
        found: dict[tuple[int, int], Told] = {}
        seen: set[tuple[int, Years]] = set()
        waiting = [(tie.other, tie.years) for tie in self.above.get(start, ()) if tie.relation in _HOLDS]
        while waiting:
            here, years = waiting.pop(0)
            if (here, years) in seen:
                continue
            seen.add((here, years))
            for tie in self.above.get(here, ()):
                shared = meet(years, tie.years)
                if tie.relation == LinkRelation.OWNER and tie.other != start and shared[0] <= shared[1]:
                    found.setdefault((here, id(tie)), Told(self.nodes[tie.other], tie, self.nodes[here].name))
                    waiting.append((tie.other, shared))
        return list(found.values())

    def owners(self, start: int, year: int) -> list[Node]:
        """Everybody above a party who owned it in a year of `years`, itself or through others, in the order found."""
        found: dict[int, Node] = {}
        waiting = [start]
        while waiting:
            for tie in self.above.get(waiting.pop(0), ()):
                first, last = tie.years
                if tie.relation == LinkRelation.OWNER and first <= year <= last and tie.other not in (start, *found):
                    found[tie.other] = self.nodes[tie.other]
                    waiting.append(tie.other)
        return list(found.values())

    def members(self, start: int) -> dict[int, tuple[Years, ...]]:
        """Everybody below an owner, itself among them, with the years in which they belonged to it."""
        found: dict[int, set[Years]] = defaultdict(set)
        waiting: list[tuple[int, Years]] = [(start, ALWAYS)]
        while waiting:
            here, years = waiting.pop()
            if years in found[here]:
                continue
            found[here].add(years)
            for tie in self.below.get(here, ()):
                shared = meet(years, tie.years)
                if tie.relation in _HOLDS and shared[0] <= shared[1]:
                    waiting.append((tie.party, shared))
        return {at: joined(spans) for at, spans in found.items()}

    def owns(self, start: int) -> bool:
        """Whether somebody is owned by the party."""
        return any(tie.relation == LinkRelation.OWNER for tie in self.below.get(start, ()))


_HOLDS = frozenset({LinkRelation.PUBLISHER, LinkRelation.OWNER})


def party_of(connection: sqlite3.Connection, kind: str, at: int) -> int | None:
    """The party of a row of a key table; None where nothing ties it."""
    if kind not in PAGES:
        return None
    found: int | None = value(connection, f"SELECT id FROM linked_parties WHERE {kind} = ?", (at,))
    return found


def party_named(connection: sqlite3.Connection, kind: str, uid: str) -> int | None:
    """The party of a kind under its lasting name."""
    sql = "SELECT id FROM linked_parties WHERE kind = ? AND uid = ?"
    found: int | None = value(connection, sql, (kind, uid))
    return found


def own_pages(connection: sqlite3.Connection) -> list[Node]:
    """Parties with a page of their own: owner groups, organisations and bodies that no record names."""
    none = " AND ".join(f"{name} IS NULL" for name in PAGES)
    marks = ", ".join("?" * len(OWN_PAGES))
    sql = f"SELECT * FROM linked_parties WHERE kind IN ({marks}) AND {none} ORDER BY id"
    return [_node(row) for row in rows(connection, sql, OWN_PAGES)]


def read_ties(connection: sqlite3.Connection) -> Ties:
    """Read every link."""
    ties = Ties()
    for row in rows(connection, "SELECT * FROM linked_parties ORDER BY id"):
        ties.nodes[row["id"]] = _node(row)
    for row in rows(connection, "SELECT * FROM links ORDER BY since, until, id"):
        tie = Tie(
            row["party"], row["other"], row["relation"], row["since"], row["until"],
            tuple(row["evidence"].splitlines()), row["why"], row["decided_by"], row["decided_on"],
        )  # fmt: skip
        ties.above[tie.party].append(tie)
        ties.below[tie.other].append(tie)
    return ties


def _node(row: dict[str, Any]) -> Node:
    at = {name: row[name] for name in PAGES if row[name] is not None}
    return Node(row["id"], row["kind"], row["uid"], row["name"], row["state"], _page(row, list(at)), at)


def _page(row: dict[str, Any], tables: list[str]) -> str:
    if tables:
        return f"/{tables[0]}/{row['uid']}"
    return f"/{row['kind']}/{row['uid']}" if row["kind"] in OWN_PAGES else ""
