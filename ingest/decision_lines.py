"""Decisions of people as text: one JSON object a line, replayed in order, never edited in place.

Each kind of decision (who is who, what is money for media) says what its own lines hold. What they share stands here:
who decided, when and why; the id of a line; taking an earlier line back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec

SHIPPED = Path(__file__).resolve().parent / "data" / "decisions"


class DecisionError(ValueError):
    """A line that cannot be read, or lines that contradict each other; the message names file and line of each."""


class Line(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every line holds: a decision of its kind, or `undo` with the id of an earlier one."""

    who: str
    when: date
    why: str
    undo: str = ""
    id: str = ""
    evidence: list[str] = []

    @property
    def decides(self) -> bool:
        """Whether the line says anything of its own, which one that takes another back may not."""
        raise NotImplementedError


class InForce(Protocol):
    """A decision as it is kept, with its id and the place it was read from."""

    @property
    def id(self) -> str:
        """Its own id, or the hash of its content."""

    @property
    def place(self) -> str:
        """File and line."""


L = TypeVar("L", bound=Line)
K = TypeVar("K", bound=InForce)


def line_id(content: dict[str, Any]) -> str:
    """Return the id of a decision line: its own, or a hash of its content in canonical JSON."""
    own = content.get("id")
    if own:
        return str(own)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def undo_line(target: str, *, who: str, when: date, why: str) -> str:
    """Return the line that takes back the line with the id ``target``."""
    return json.dumps({"undo": target, "who": who, "when": when.isoformat(), "why": why}, ensure_ascii=False)


def with_shipped(own: Iterable[Path], pattern: str) -> list[Path]:
    """Return the shipped files of a kind, then an installation's own, each in the order of their names."""
    return [*sorted(SHIPPED.glob(pattern)), *sorted(own)]


def lines_of(paths: Iterable[str | Path]) -> Iterator[tuple[str, str]]:
    """Give the place and the text of every line of the files, in their order; blank lines are left out.

    Raises:
        DecisionError: a line is not UTF-8.
    """
    for path in paths:
        with Path(path).open("rb") as file:
            for number, raw in enumerate(file, start=1):
                place = f"{path}: line {number}"
                try:
                    text = raw.decode()
                except UnicodeDecodeError as error:
                    raise DecisionError(f"{place}: {error}") from error
                if text.strip():
                    yield place, text


def replay(lines: Iterable[tuple[str, str]], kind: type[L], read: Callable[[L, dict[str, Any], str], K]) -> list[K]:
    """Return the decisions in force after all lines, those that were taken back left out.

    Args:
        lines: place and text of each, as `lines_of` gives them.
        kind: what a line of this kind of decision holds.
        read: makes a decision of a line, its content as it stands and its place.

    Raises:
        DecisionError: a line is not valid or repeats another, or an undo names no line in force.
    """
    active: dict[str, K] = {}
    undone: dict[str, str] = {}
    for place, text in lines:
        try:
            content = json.loads(text, object_pairs_hook=_once)
            line = msgspec.convert(content, kind)
        except (ValueError, msgspec.ValidationError) as error:
            raise DecisionError(f"{place}: {error}") from error
        if not (line.who.strip() and line.why.strip()):
            raise DecisionError(f"{place}: who and why must not be blank")
        if line.undo:
            _undo(line, place, active, undone)
            continue
        decision = read(line, content, place)
        if decision.id in active:
            raise DecisionError(f"{place}: repeats the line {active[decision.id].place} (id {decision.id})")
        active[decision.id] = decision
    return list(active.values())


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON in which nothing is said twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = sorted({name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1})
        raise ValueError(f"says {', '.join(twice)} twice; which of them is meant is not told")
    return found


def _undo(line: Line, place: str, active: dict[str, K], undone: dict[str, str]) -> None:
    if line.decides:
        raise DecisionError(f"{place}: a line that undoes another decides nothing else")
    if line.undo not in active:
        before = f"it was undone by {undone[line.undo]}" if line.undo in undone else "no line before has that id"
        raise DecisionError(f"{place}: cannot undo {line.undo}: {before}")
    del active[line.undo]
    undone[line.undo] = place


def new_line(content: dict[str, Any], kind: type[L], read: Callable[[L, dict[str, Any], str], K]) -> str:
    """Return a decision as the line to append to a file, checked as `replay` will check it.

    Raises:
        DecisionError: the line cannot stand.
    """
    text = json.dumps(content, ensure_ascii=False)
    replay([("the new decision", text)], kind, read)
    return text
