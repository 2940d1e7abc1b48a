"""Appends one line to a file of decisions, if all lines together still stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from db.whole_file import with_line, write_whole
from ingest.decision_lines import DecisionError

T = TypeVar("T")


def append_line(path: Path, line: str, replay: Callable[[list[Path]], T], pattern: str) -> T:
    """Append a line to an installation's decisions; if they do not stand with it, the file stays as it is.

    Args:
        path: the file in the installation's `decisions`; made if it is missing.
        line: one line of JSON without its end.
        replay: reads files of lines in their order after the shipped ones, and raises where two contradict.
        pattern: names of the installation's files that are replayed together.

    Raises:
        DecisionError: the line contradicts or repeats another, or undoes none; the message names the lines.
    """
    # a whole new file takes the old one's place, so that a killed command leaves no half line
    draft = path.with_name(path.name + ".new")
    write_whole(draft, with_line(path, line.encode()))
    own = sorted({*path.parent.glob(pattern), path})
    try:
        replayed = replay([draft if one == path else one for one in own])
    except DecisionError as error:
        draft.unlink()
        raise DecisionError(str(error).replace(str(draft), str(path))) from None
    draft.replace(path)
    return replayed
