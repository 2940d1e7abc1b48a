"""Decisions about identity, kept as text: one JSON object a line, replayed in order, never edited in place.

What a line says stands in `ingest.names.identity_lines`; here are all that are in force, the clusters and links they
make, and the refusal of those that contradict each other.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from db.words import LinkRelation
from ingest.decision_lines import DecisionError, lines_of, replay
from ingest.names.identity_lines import IDENTITIES, Decision, IdentityLine, Spelling, Verdict, read_decision
from ingest.names.link_rules import overlap

FILES: Final = "identity*.jsonl"
"""Names of the files in the folder of decisions."""

_DIRECTED: Final = frozenset({LinkRelation.SUCCESSOR, LinkRelation.MERGER})
"""Links that cannot hold both ways."""


class Decisions:
    """The decisions in force after replay, and the clusters they make."""

    def __init__(self, active: Sequence[Decision]) -> None:
        """Take decisions in order and check them.

        Raises:
            DecisionError: two lines contradict each other.
        """
        self.active = tuple(active)
        self._parent: dict[Spelling, Spelling] = {}
        self._edges: dict[Spelling, list[tuple[Spelling, Decision]]] = {}
        self._pairs: dict[frozenset[Spelling], Decision] = {}
        for decision in self.active:
            if decision.relation in IDENTITIES:
                self._take(decision)
        apart: dict[frozenset[Spelling], Decision] = {}
        for decision in self.active:
            if decision.parts:
                ends = frozenset({self.find(decision.left), self.find(decision.right)})
                if len(ends) == 1:
                    self._contradiction(decision)
                apart.setdefault(ends, decision)
        self._apart = apart
        self._hold_links()

    @classmethod
    def load(cls, paths: Iterable[str | Path]) -> "Decisions":
        """Read files in the given order, replay undo lines, and check what is left.

        Args:
            paths: files of lines; shipped ones first, an installation's own after them.

        Raises:
            DecisionError: a line is not valid, an undo names no line in force, or two lines contradict each other.
        """
        return cls(replay(lines_of(paths), IdentityLine, read_decision))

    def find(self, spelling: Spelling) -> Spelling:
        """Return the first spelling, in sorting order, of the cluster of a spelling; itself if nothing was decided."""
        parent = self._parent
        while (above := parent.get(spelling, spelling)) != spelling:
            spelling = above
        return spelling

    def _take(self, decision: Decision) -> None:
        pair = frozenset({decision.left, decision.right})
        earlier = self._pairs.setdefault(pair, decision)
        if earlier.verdict != decision.verdict:
            raise DecisionError(
                f"{earlier.place} says {earlier.verdict} ({earlier.id}) and {decision.place} says {decision.verdict} "
                f"({decision.id}) of the same two spellings: undo one of them"
            )
        if not decision.joins:
            return
        self._edges.setdefault(decision.left, []).append((decision.right, decision))
        self._edges.setdefault(decision.right, []).append((decision.left, decision))
        one, other = sorted((self.find(decision.left), self.find(decision.right)))
        if one != other:
            self._parent[other] = one

    def _hold_links(self) -> None:
        """Refuse links that are said twice, or both to hold and not, for one time; parties go by their clusters."""
        said: dict[tuple[str, Spelling, Spelling], list[Decision]] = {}
        for decision in self.active:
            if decision.relation in IDENTITIES:
                continue
            left, right = self.find(decision.left), self.find(decision.right)
            for earlier in said.get((decision.relation, left, right), ()):
                if overlap((earlier.since, earlier.until), (decision.since, decision.until)):
                    raise DecisionError(
                        f"{earlier.place} says {earlier.says} ({earlier.id}) and {decision.place} says "
                        f"{decision.says} ({decision.id}) of the same two for one time: undo one, or give dates"
                    )
            back = said.get((decision.relation, right, left), ())
            for earlier in back if decision.links and decision.relation in _DIRECTED else ():
                if earlier.links:
                    raise DecisionError(
                        f"{earlier.place} ({earlier.id}) and {decision.place} ({decision.id}) make each of two the "
                        f"{decision.relation} of the other: undo one of them"
                    )
            said.setdefault((decision.relation, left, right), []).append(decision)

    def _contradiction(self, decision: Decision) -> None:
        """Name the lines that join what ``decision`` keeps apart."""
        came_by: dict[Spelling, tuple[Spelling, Decision] | None] = {decision.left: None}
        queue = deque([decision.left])
        while queue and decision.right not in came_by:
            here = queue.popleft()
            for there, line in self._edges.get(here, ()):
                if there not in came_by:
                    came_by[there] = (here, line)
                    queue.append(there)
        lines, here = [], decision.right
        while (step := came_by.get(here)) is not None:
            here = step[0]
            lines.append(f"{step[1].place} ({step[1].id})")
        raise DecisionError(
            f"{decision.place} says {decision.says} ({decision.id}) of two spellings that are made one by "
            f"{', '.join(reversed(lines))}: undo one of them"
        )

    def clusters(self) -> list[frozenset[Spelling]]:
        """Return the clusters of two and more spellings, sorted."""
        members: dict[Spelling, set[Spelling]] = {}
        for spelling in self._edges:
            members.setdefault(self.find(spelling), set()).add(spelling)
        return [frozenset(members[head]) for head in sorted(members)]

    def verdict(self, left: Spelling, right: Spelling) -> Verdict | None:
        """Return what was decided of two spellings, also through their clusters, or None; two tied are different."""
        ends = frozenset({self.find(left), self.find(right)})
        if len(ends) == 1:
            return "same"
        decision = self._apart.get(ends)
        if decision is None:
            return None
        return decision.verdict if decision.relation in IDENTITIES else "different"

    @property
    def links(self) -> tuple[Decision, ...]:
        """Publishers, owners, successors and mergers: two entities that stay two, tied by a dated line."""
        return tuple(d for d in self.active if d.links)

    @property
    def apart(self) -> tuple[Decision, ...]:
        """Lines that keep two entities of one kind apart."""
        return tuple(d for d in self.active if d.parts)

    @property
    def wrong_ids(self) -> frozenset[Spelling]:
        """Spellings whose printed id was found to be wrong: it decides nothing."""
        return frozenset(d.left for d in self.active if d.verdict == "same" and d.relation == "wrong id")
