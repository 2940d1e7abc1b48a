"""Reads the yml of a source and refuses what cannot be meant.

The declaration is strict: an unknown field, a column mapped to an unknown target or a table without expectations
raises `DeclarationError` with the file and the place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from ingest.contradictions import contradiction
from ingest.misdeclared import misfits
from ingest.source import Source

EXPLAINED = "docs/declaration.md explains every key"

_TODO = re.compile(r"\bTODO\b")


class DeclarationError(Exception):
    """A source's yml says something that cannot be meant; the message names file and place."""


class DraftError(DeclarationError):
    """A source's yml still has TODOs that a person must replace."""


def read_source(path: Path) -> Source:
    """Read and check one yml.

    Raises:
        DeclarationError: the yml is not a declaration; the message names the file and the place in it.
    """
    try:
        text = path.read_text(encoding="utf-8")
        declared = yaml.load(text, _Once)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{path.name}: is not written in UTF-8 ({error}); save it as UTF-8") from None
    except yaml.MarkedYAMLError as error:
        raise DeclarationError(f"{path.name}: {_unreadable(error, text)}") from None
    except yaml.YAMLError as error:
        raise DeclarationError(f"{path.name}: cannot be read: {error}") from None
    open_ends = _todos(declared)
    if open_ends:
        raise DraftError(f"{path.name}: is still a draft: replace the TODO of {', '.join(open_ends)}")
    wrong = misfits(declared, Source, text)
    if wrong:
        raise DeclarationError("\n  ".join([f"{path.name}: {wrong[0]}", *wrong[1:], f"({EXPLAINED})"]))
    try:
        source = msgspec.convert(declared, Source)
    except msgspec.ValidationError as error:
        # what a section itself refuses, such as a number that is no BIN
        raise DeclarationError(f"{path.name}: {error}; {EXPLAINED}") from None
    problem = contradiction(source, path)
    if problem:
        raise DeclarationError(f"{path.name}: {problem}")
    return source


def _unreadable(error: yaml.MarkedYAMLError, text: str) -> str:
    """What keeps a yml from being read at all, with the line and what is most often the reason."""
    mark = error.problem_mark
    number = mark.line + 1 if mark else 1
    line = (text.splitlines() or [""])[min(number, len(text.splitlines()) or 1) - 1]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        hint = "a tab is no indent, write spaces"
    elif error.problem and error.problem.startswith("mapping values"):
        hint = 'a text with a colon and a space in it goes in quotes: "A: B"'
    else:
        hint = "look for a missing quote, bracket or space after a colon in this line or the one above"
    return f"line {number}: {error.problem or 'cannot be read'}: {line.strip()!r}; {hint}"


class _Once(yaml.CSafeLoader):
    """Reads YAML as ever, but a key that stands twice in one mapping is an error: the last would win in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, FBT001, FBT002 - PyYAML's
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _todos(declared: object, place: str = "") -> list[str]:
    """Where a person still has to say something."""
    if isinstance(declared, dict):
        return [found for key, value in declared.items() for found in _todos(value, f"{place}.{key}".lstrip("."))]
    if isinstance(declared, list):
        return [found for value in declared for found in _todos(value, place)]
    return [place] if isinstance(declared, str) and _TODO.search(declared) else []


def _readings(folder: Path) -> Iterator[tuple[Path, Source | DraftError]]:
    """Every yml of a folder, read; a draft as the error that says what is open in it."""
    for path in sorted(folder.glob("*.yml")):
        try:
            yield path, read_source(path)
        except DraftError as error:
            yield path, error


def read_sources(*folders: Path) -> dict[str, Source]:
    """Read every finished yml of the folders; a later folder's source replaces one of the same name.

    A draft is left out, so that one in the making does not stop a timer; `drafts` names them. So an installation
    crawls its own list of bodies, or sets a shipped source to `frequency: never`, with its own yml.

    Raises:
        DeclarationError: a yml is wrong.
    """
    readings = (reading for folder in folders for _, reading in _readings(folder))
    return {source.name: source for source in readings if isinstance(source, Source)}


def drafts(*folders: Path) -> dict[str, str]:
    """Sources that are still drafts, with what a person has to say yet."""
    readings = (reading for folder in folders for reading in _readings(folder))
    return {path.stem: str(error) for path, error in readings if isinstance(error, DraftError)}
