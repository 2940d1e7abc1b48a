"""From many names to clusters: what merges by itself, and what a person is asked.

Deterministic: the same names in any order give the same clusters. A cluster never holds two valid ids or two kinds of
medium that exclude each other; a name without a stated medium that could belong to either stays apart, for review.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from ingest.components import Components
from ingest.names.blocking import candidates, gather
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import Spelling
from ingest.names.letters import web_addresses
from ingest.names.media_words import same_medium
from ingest.names.normalise import Name, normalise
from ingest.names.score import Suggestion, known_outlet, score


class Question(msgspec.Struct, frozen=True):
    """Two names a person should look at: indexes into the list of names, and what suggests they are one."""

    left: int
    right: int
    suggestion: Suggestion


class Resolution(msgspec.Struct):
    """Clusters as an index of the first member for every name, and the open questions, best first."""

    cluster_of: list[int]
    questions: list[Question]


_DECIDED: Final = "decided"
_PAID_APART: Final = "no firm was paid for both"
_TWO_IDS: Final = "two valid registry ids"


class _Union(Components):
    """Union-find that knows what a cluster states: valid ids, media, who was paid for it."""

    def __init__(
        self,
        names: Sequence[Name],
        ids: Sequence[str | None],
        paid: Sequence[frozenset[str]] | None = None,
        told_apart: Sequence[str] | None = None,
    ) -> None:
        super().__init__(len(names))
        self.media: list[frozenset[str]] = [frozenset({n.medium} if n.medium else ()) for n in names]
        self.known = [frozenset(filter(None, [known_outlet(name)])) if name.medium else frozenset() for name in names]
        self.names = names
        self.paid = list(paid) if paid is not None else [frozenset[str]()] * len(names)
        self.told_apart = [frozenset({one} if one else ()) for one in told_apart or [""] * len(names)]
        self.ids: list[str | None] = list(ids)
        self.apart: dict[int, set[int]] = {}

    def conflict(self, left: int, right: int) -> str | None:
        one, other = self.find(left), self.find(right)
        if other in self.apart.get(one, ()):
            return _DECIDED
        if self.ids[one] and self.ids[other] and self.ids[one] != self.ids[other]:
            return _TWO_IDS
        if self.ids[one] and self.ids[one] == self.ids[other]:
            return None
        if self.known[one] & self.known[other]:
            return None
        for a in self.media[one]:
            for b in self.media[other]:
                if same_medium(a, b) == "no":
                    return f"the name stands for a {a} and a {b}"
        return _PAID_APART if self._paid_apart(left, right) else None

    def _paid_apart(self, left: int, right: int) -> bool:
        """Whether other words and other firms meet; other case, spaces or quotes are what one clerk types twice."""
        first, second = self.find(left), self.find(right)
        one, other = self.paid[first], self.paid[second]
        ids, others = self.told_apart[first], self.told_apart[second]
        if ids and others:
            return ids.isdisjoint(others)
        if ids or others:
            # the name alone says nothing here; what is joined must be paid to the same firm, and to nobody else
            lesser, greater = (other, one) if ids else (one, other)
            return not (lesser and lesser <= greater)
        name, like = self.names[left], self.names[right]
        if not one or not other or not one.isdisjoint(other) or (name.key, name.whole) == (like.key, like.whole):
            return False
        known = known_outlet(name)
        if known is not None and known == known_outlet(like):
            return False
        # one web address is one outlet, whoever keeps it
        address = web_addresses(name.raw)
        return not address or address != web_addresses(like.raw)

    def join(self, left: int, right: int) -> None:
        one, other = sorted((self.find(left), self.find(right)))
        if one != other:
            self.parent[other] = one
            for foe in self.apart.pop(other, ()):
                self.apart[foe].discard(other)
                self.keep_apart(one, foe)
            self.media[one] |= self.media[other]
            self.paid[one] |= self.paid[other]
            self.told_apart[one] |= self.told_apart[other]
            self.ids[one] = self.ids[one] or self.ids[other]
            self.known[one] |= self.known[other]

    def keep_apart(self, left: int, right: int) -> None:
        one, other = self.find(left), self.find(right)
        self.apart.setdefault(one, set()).add(other)
        self.apart.setdefault(other, set()).add(one)


def _apply(decisions: Decisions, spellings: Sequence[Spelling], union: _Union) -> None:
    """Join and keep apart what was decided; decisions stand above ids and likeness."""
    places: dict[Spelling, list[int]] = {}
    for index, spelling in enumerate(spellings):
        places.setdefault(spelling, []).append(index)
    for cluster in decisions.clusters():
        indexes = [index for spelling in sorted(cluster) for index in places.get(spelling, ())]
        for index in indexes[1:]:
            union.join(indexes[0], index)
    for decision in decisions.apart:
        for left in places.get(decision.left, ())[:1]:
            for right in places.get(decision.right, ())[:1]:
                union.keep_apart(left, right)


def resolve(
    raw: Sequence[str],
    ids: Sequence[str | None] | None = None,
    *,
    decisions: Decisions | None = None,
    spellings: Sequence[Spelling] | None = None,
    paid: Sequence[frozenset[str]] | None = None,
) -> Resolution:
    """Cluster names.

    Args:
        raw: printed names; a name may repeat.
        ids: for each name its valid registry id (`ingest.names.identifiers.valid_id`) or None.
        decisions: what people decided.
        spellings: for each name its spelling, to look decisions up; needed with ``decisions``.
        paid: for each name of an outlet the registry ids and names of those who were paid on its records. Two names in
            other words, for which others were paid, are asked about and never merge by themselves: *Puls* and *Radio
            Puls* are more often two than one. A spelling of an outlet with an id is one of several printed alike, and
            goes by itself only with names for which nobody but its own firm was paid.

    Returns:
        the cluster of every name, and the pairs a person should look at.
    """
    if decisions is not None and spellings is None:
        raise ValueError("decisions are looked up by spelling: give the spellings too")
    given_ids = [None] * len(raw) if ids is None else list(ids)
    # Everything below goes in the order of the names, so that the order they came in does not matter.
    order = sorted(range(len(raw)), key=lambda index: (raw[index], given_ids[index] or "", index))
    result = _resolve(
        [raw[index] for index in order],
        [given_ids[index] for index in order],
        decisions,
        [spellings[index] for index in order] if spellings is not None else None,
        [paid[index] for index in order] if paid is not None else None,
    )
    place = dict(enumerate(order))
    first: dict[int, int] = {}
    for position in sorted(place, key=place.__getitem__):
        first.setdefault(result.cluster_of[position], place[position])
    clusters = [0] * len(raw)
    for position, cluster in enumerate(result.cluster_of):
        clusters[place[position]] = first[cluster]
    return Resolution(clusters, [Question(place[q.left], place[q.right], q.suggestion) for q in result.questions])


def _resolve(
    raw: Sequence[str],
    given_ids: Sequence[str | None],
    decisions: Decisions | None,
    spellings: Sequence[Spelling] | None,
    paid: Sequence[frozenset[str]] | None,
) -> Resolution:
    names = [normalise(text) for text in raw]
    known_ids = list(given_ids)
    if decisions is not None and spellings is not None:
        wrong = decisions.wrong_ids
        known_ids = [
            None if spelling in wrong else valid for spelling, valid in zip(spellings, known_ids, strict=True)
        ]
    told_apart = [one.id if one.kind == "outlet" else "" for one in spellings] if paid and spellings else None
    union = _Union(names, known_ids, paid, told_apart)
    if decisions is not None and spellings is not None:
        _apply(decisions, spellings, union)
    _join_same_ids(known_ids, union)
    groups = gather(names)
    questions: list[Question] = []
    for members in groups.values():
        if len(members) > 1:
            questions += _join_same_key(members, names, union)
    found = [
        Question(left, right, suggestion)
        for left, right in candidates(names, groups)
        if (suggestion := score(names[left], names[right], left_id=known_ids[left], right_id=known_ids[right])).band
        != "new"
    ]
    found.sort(key=lambda question: (-question.suggestion.score, raw[question.left], raw[question.right]))
    questions += [question for question in found if question.suggestion.band == "review"]
    for question in found:
        if question.suggestion.band == "auto":
            questions += _join_pair(question, union)
    clusters = [union.find(index) for index in range(len(names))]
    return Resolution(clusters, _still_open(questions, raw, clusters, union))


def _join_same_ids(ids: Sequence[str | None], union: _Union) -> None:
    first: dict[str, int] = {}
    for index, valid in enumerate(ids):
        if valid and union.conflict(first.setdefault(valid, index), index) is None:
            union.join(first[valid], index)


def _join_pair(question: Question, union: _Union) -> list[Question]:
    """Join a pair that merges by itself unless their clusters exclude each other; then a person is asked."""
    why = union.conflict(question.left, question.right)
    if why is None:
        union.join(question.left, question.right)
        return []
    return [] if why in {_TWO_IDS, _DECIDED} else [_asked(question, why)]


def _still_open(questions: list[Question], raw: Sequence[str], clusters: list[int], union: _Union) -> list[Question]:
    """Return one question for two clusters, the best one, without what was decided or is joined by now."""
    best: dict[tuple[int, int], Question] = {}
    for question in sorted(questions, key=lambda q: (-q.suggestion.score, raw[q.left], raw[q.right])):
        one, other = sorted((clusters[question.left], clusters[question.right]))
        if one != other and union.conflict(one, other) not in {_TWO_IDS, _DECIDED}:
            best.setdefault((one, other), question)
    return list(best.values())


def _asked(question: Question, why: str) -> Question:
    old = question.suggestion
    return Question(question.left, question.right, Suggestion("review", old.score - 0.1, f"{old.reason}; but {why}"))


def _join_same_key(members: list[int], names: Sequence[Name], union: _Union) -> list[Question]:
    """Join names of one key; those without a medium stay apart where the others exclude each other."""
    questions: list[Question] = []
    stated = [index for index in members if names[index].medium]
    unstated = [index for index in members if not names[index].medium]
    heads: list[int] = []
    for index in stated:
        questions += _place(index, heads, names, union)
    if len(heads) > 1 and any(union.conflict(heads[0], head) for head in heads[1:]) and unstated:
        first = unstated[0]
        why = "the name alone does not say which kind of medium"
        questions += [Question(first, head, Suggestion("review", 0.85, f"same words; {why}")) for head in heads]
        heads = []
    for index in unstated:
        questions += _place(index, heads, names, union)
    return questions


def _place(index: int, heads: list[int], names: Sequence[Name], union: _Union) -> list[Question]:
    """Join a name to the first head it goes with, or make it a head."""
    asked: list[Question] = []
    for head in heads:
        if union.find(head) == union.find(index):
            return []
        ids = (union.ids[union.find(head)], union.ids[union.find(index)])
        suggestion = score(names[head], names[index], left_id=ids[0], right_id=ids[1])
        why = union.conflict(head, index) if suggestion.band == "auto" else None
        if suggestion.band == "auto" and why is None:
            union.join(head, index)
            return asked
        if why == _PAID_APART:
            asked.append(_asked(Question(head, index, suggestion), why))
        if suggestion.band == "review":
            asked.append(Question(head, index, suggestion))
    heads.append(index)
    return asked
