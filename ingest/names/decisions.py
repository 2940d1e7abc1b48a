"""Decisions about identity, kept as text: one JSON object a line, replayed in order, never edited in place.

A line decides about two spellings, or takes an earlier line back:

    {"left": {"kind": "outlet", "country": "kz", "name": "…"}, "right": {…}, "verdict": "same", "relation": "spelling",
     "who": "…", "when": "2026-11-25", "why": "…", "evidence": ["https://…"]}
    {"undo": "<id of the line>", "who": "…", "when": "…", "why": "…"}

`verdict` is same, different or unsure. `relation` says what kind of sameness or difference it is: *spelling* and
*rename* make one entity; *wrong id* makes one entity and takes the id of the left spelling out of the rules, since it
was printed in error; *merger* and *owner* tie two entities and never make them one. The id of a line is its own field
``id``, or the first 12 hex digits of the SHA-256 of its content.

Spellings are named by what sources print, never by row numbers, so a registry rebuilt from nothing replays them.
A natural person is named by a salted key (`person_key`), never by name or number.
"""

import hashlib
import hmac
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from db.fold import clean
from db.privacy import is_person_id
from ingest.decision_lines import DecisionError, Line, line_id, lines_of, new_line, replay

Verdict = Literal["same", "different", "unsure"]
Relation = Literal["spelling", "rename", "merger", "owner", "wrong id"]

_ONE_ENTITY: Final = frozenset({"spelling", "rename", "wrong id"})
_PERSON: Final = "person:"
FILES: Final = "identity*.jsonl"
"""Names of the files in the folder of decisions."""


class Spelling(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A name as sources print it.

    Attributes:
        kind: outlet, organisation or body.
        country: ISO 3166-1 alpha-2, lower case.
        name: the printed name with plain spaces, or ``person:`` and a salted key.
        id: the registry id printed beside it, "" where there is none.
    """

    kind: Literal["outlet", "organisation", "body"]
    country: str
    name: str
    id: str = ""


class Decision(msgspec.Struct, frozen=True):
    """One decision in force, with the place it was read from."""

    id: str
    left: Spelling
    right: Spelling
    verdict: Verdict
    relation: Relation
    who: str
    when: str
    why: str
    evidence: tuple[str, ...]
    place: str

    @property
    def joins(self) -> bool:
        """Whether the line makes one entity of its two spellings."""
        return self.verdict == "same" and self.relation in _ONE_ENTITY


class _Line(Line, kw_only=True):
    left: Spelling | None = None
    right: Spelling | None = None
    verdict: Verdict | None = None
    relation: Relation = "spelling"

    @property
    def decides(self) -> bool:
        return bool(self.left or self.right or self.verdict)


def person_key(salt: bytes, text: str) -> str:
    """Return the name under which decisions speak of a natural person.

    Args:
        salt: the secret of the installation, at least 16 bytes; without it the key cannot be guessed from a list of
            names.
        text: the printed name or number; case and spaces do not matter.

    Raises:
        ValueError: the salt is too short.
    """
    if len(salt) < 16:
        raise ValueError("the salt of person keys needs at least 16 bytes")
    digest = hmac.new(salt, clean(text).casefold().encode(), hashlib.sha256).hexdigest()
    return f"{_PERSON}{digest[:24]}"


def decision_line(
    left: Spelling,
    right: Spelling,
    verdict: Verdict,
    *,
    who: str,
    when: date,
    why: str,
    relation: Relation = "spelling",
    evidence: Sequence[str] = (),
) -> str:
    """Return a decision as the line to append to a file, checked as `Decisions.load` will check it.

    Raises:
        DecisionError: the decision cannot stand: who or why is blank, a spelling names a natural person by id, ….
    """
    content = {
        "left": msgspec.to_builtins(left), "right": msgspec.to_builtins(right), "verdict": verdict,
        "relation": relation, "who": who, "when": when.isoformat(), "why": why, "evidence": list(evidence),
    }  # fmt: skip
    return new_line(content, _Line, _decision)


def _tidy(spelling: Spelling, place: str) -> Spelling:
    if is_person_id(spelling.id) or any(is_person_id(word) for word in spelling.name.split()):
        raise DecisionError(f"{place}: the id is that of a natural person; name the person by person_key instead")
    name = clean(spelling.name)
    if not name:
        raise DecisionError(f"{place}: a spelling without a name")
    return Spelling(spelling.kind, spelling.country.lower(), name, spelling.id.strip())


def _decision(line: _Line, content: dict[str, Any], place: str) -> Decision:
    if line.left is None or line.right is None or line.verdict is None:
        raise DecisionError(f"{place}: needs left, right and verdict, or undo")
    left, right = _tidy(line.left, place), _tidy(line.right, place)
    if left == right:
        raise DecisionError(f"{place}: decides about a spelling and itself")
    if line.relation in _ONE_ENTITY and left.kind != right.kind and line.verdict == "same":
        raise DecisionError(f"{place}: a {left.kind} and a {right.kind} are never one; use the relation owner")
    if line.relation == "wrong id" and not left.id:
        raise DecisionError(f"{place}: relation 'wrong id' needs the id on the left spelling")
    return Decision(
        id=line_id(content), left=left, right=right, verdict=line.verdict, relation=line.relation, who=line.who,
        when=line.when.isoformat(), why=line.why, evidence=tuple(line.evidence), place=place,
    )  # fmt: skip


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
            self._take(decision)
        apart: dict[frozenset[Spelling], Decision] = {}
        for decision in self.active:
            if decision.verdict != "same":
                ends = frozenset({self.find(decision.left), self.find(decision.right)})
                if len(ends) == 1:
                    self._contradiction(decision)
                apart.setdefault(ends, decision)
        self._apart = apart

    @classmethod
    def load(cls, paths: Iterable[str | Path]) -> "Decisions":
        """Read files in the given order, replay undo lines, and check what is left.

        Args:
            paths: files of lines; shipped ones first, an installation's own after them.

        Raises:
            DecisionError: a line is not valid, an undo names no line in force, or two lines contradict each other.
        """
        return cls(replay(lines_of(paths), _Line, _decision))

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
            f"{decision.place} says {decision.verdict} ({decision.id}) of two spellings that are made one by "
            f"{', '.join(reversed(lines))}: undo one of them"
        )

    def clusters(self) -> list[frozenset[Spelling]]:
        """Return the clusters of two and more spellings, sorted."""
        members: dict[Spelling, set[Spelling]] = {}
        for spelling in self._edges:
            members.setdefault(self.find(spelling), set()).add(spelling)
        return [frozenset(members[head]) for head in sorted(members)]

    def verdict(self, left: Spelling, right: Spelling) -> Verdict | None:
        """Return what was decided about two spellings, also through their clusters, or None."""
        ends = frozenset({self.find(left), self.find(right)})
        if len(ends) == 1:
            return "same"
        decision = self._apart.get(ends)
        return decision.verdict if decision else None

    @property
    def links(self) -> tuple[Decision, ...]:
        """Mergers and owners: two entities that stay two, tied by a dated line."""
        return tuple(d for d in self.active if d.verdict == "same" and d.relation not in _ONE_ENTITY)

    @property
    def wrong_ids(self) -> frozenset[Spelling]:
        """Spellings whose printed id was found to be wrong: it decides nothing."""
        return frozenset(d.left for d in self.active if d.verdict == "same" and d.relation == "wrong id")
