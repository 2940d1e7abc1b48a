"""What a person said of a record: whether it is money for media, and what it is about. One JSON object a line.

    {"source": "kz_goszakup_lots", "root": "…", "relevance": "media", "topic": "health", "who": "…",
     "when": "2026-11-25", "why": "…", "evidence": ["https://…"]}
    {"undo": "<id of the line>", "who": "…", "when": "…", "why": "…"}

A line names what it decides by the source and either `root` (every version, announcement and payment of one thing) or
`key` (one record); both stand in a release, as ``root_key`` and ``source_key`` of the registry. It gives a relevance,
a topic, or both. The id of a line is its own field ``id``, or the first 12 hex digits of the SHA-256 of its content.
A line stands above every rule; a line for one record stands above a line for its root.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from db.words import Relevance
from ingest.decision_lines import DecisionError, Line, line_id, lines_of, new_line, replay
from ingest.topics.rules import shipped

FILES = "relevance*.jsonl"
"""Names of the files in the folder of decisions."""


class Subject(msgspec.Struct, frozen=True, order=True):
    """What a line decides about: all records of one root of a source, or one record."""

    source: str
    root: str = ""
    key: str = ""


class Judgement(msgspec.Struct, frozen=True):
    """One line in force; `relevance` or `topic` is empty where the line does not speak of it."""

    id: str
    subject: Subject
    relevance: Relevance | None
    topic: str
    who: str
    when: str
    why: str
    evidence: tuple[str, ...]
    place: str

    @property
    def by(self) -> str:
        """How records name it."""
        return f"decision {self.id}"


class _Line(Line, kw_only=True):
    source: str = ""
    root: str = ""
    key: str = ""
    relevance: Relevance | None = None
    topic: str = ""

    @property
    def decides(self) -> bool:
        return bool(self.source or self.relevance or self.topic)


class Judgements:
    """The lines in force after replay, found by what they decide about."""

    def __init__(self, active: Iterable[Judgement] = ()) -> None:
        """Take lines in order and check them.

        Raises:
            DecisionError: two lines give one subject two answers.
        """
        self.active = tuple(active)
        self._relevance: dict[Subject, Judgement] = {}
        self._topic: dict[Subject, Judgement] = {}
        for line in self.active:
            if line.relevance is not None:
                _keep(self._relevance, line, "relevance")
            if line.topic:
                _keep(self._topic, line, "topic")

    @classmethod
    def load(cls, paths: Iterable[str | Path]) -> Judgements:
        """Read files in the given order, replay undo lines, and check what is left.

        Raises:
            DecisionError: a line is not valid, an undo names no line in force, or two lines contradict each other.
        """
        return cls(replay(lines_of(paths), _Line, _judgement))

    def relevance(self, source: str, roots: Iterable[str], key: str) -> Judgement | None:
        """The line that says whether a record is money for media; the narrowest root comes first in `roots`."""
        return _found(self._relevance, source, roots, key)

    def topic(self, source: str, roots: Iterable[str], key: str) -> Judgement | None:
        """The line that says what a record is about."""
        return _found(self._topic, source, roots, key)


def _found(kept: dict[Subject, Judgement], source: str, roots: Iterable[str], key: str) -> Judgement | None:
    if not kept:
        return None
    subjects = (Subject(source, key=key), *(Subject(source, root=root) for root in roots))
    return next((kept[subject] for subject in subjects if subject in kept), None)


def judgement_line(
    subject: Subject,
    *,
    who: str,
    when: date,
    why: str,
    relevance: Relevance | None = None,
    topic: str = "",
    evidence: Iterable[str] = (),
) -> str:
    """Return a decision as the line to append to a file, checked as `Judgements.load` will check it.

    Raises:
        DecisionError: the line cannot stand: who or why is blank, nothing is decided, the topic is unknown, ….
    """
    content: dict[str, Any] = {name: value for name in ("source", "root", "key") if (value := getattr(subject, name))}
    if relevance is not None:
        content["relevance"] = relevance.value
    if topic:
        content["topic"] = topic
    content |= {"who": who, "when": when.isoformat(), "why": why, "evidence": list(evidence)}
    return new_line(content, _Line, _judgement)


def _keep(kept: dict[Subject, Judgement], line: Judgement, question: Literal["relevance", "topic"]) -> None:
    earlier = kept.setdefault(line.subject, line)
    before, now = getattr(earlier, question), getattr(line, question)
    if before != now:
        raise DecisionError(
            f"{earlier.place} says {before} ({earlier.id}) and {line.place} says {now} ({line.id}) of the same "
            "records: undo one of them"
        )


def _judgement(line: _Line, content: dict[str, Any], place: str) -> Judgement:
    if not line.source or bool(line.root) == bool(line.key):
        raise DecisionError(f"{place}: needs source and either root or key, or undo")
    if line.relevance is None and not line.topic:
        raise DecisionError(f"{place}: decides nothing: give relevance, topic, or both")
    if line.topic and line.topic not in shipped().descriptions:
        raise DecisionError(
            f"{place}: no topic is called {line.topic!r}; known are {', '.join(sorted(shipped().descriptions))}"
        )
    return Judgement(
        id=line_id(content), subject=Subject(line.source, line.root, line.key), relevance=line.relevance,
        topic=line.topic, who=line.who, when=line.when.isoformat(), why=line.why, evidence=tuple(line.evidence),
        place=place,
    )  # fmt: skip
