"""Reads the yml of a source and refuses what cannot be meant.

The declaration is strict: an unknown field, a column mapped to an unknown target or a table without expectations
raises `DeclarationError` with the file and the place.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from db.currencies import MINOR_DIGITS
from ingest.source import Source

_TODO = re.compile(r"\bTODO\b")
_SCALED = re.compile(r"\b(тыс|мың|млн|млрд|tis|tys|tisíc|mil|mln|mld|thousand|million|bn)\b\.?", re.IGNORECASE)
_SUMS = {"amount", "equivalent", "gross", "tax", "net", "with VAT", "without VAT", "planned", "paid", "unit price"}


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
        declared = yaml.load(path.read_text(encoding="utf-8"), _Once)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: is no YAML: {error}; a tab is no indent, write spaces") from None
    open_ends = _todos(declared)
    if open_ends:
        raise DraftError(f"{path.name}: is still a draft: replace the TODO of {', '.join(open_ends)}")
    try:
        source = msgspec.convert(declared, Source)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"{path.name}: {error}; docs/add-a-source.md lists what may stand there") from None
    problem = _contradiction(source, path)
    if problem:
        raise DeclarationError(f"{path.name}: {problem}")
    return source


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


def _contradiction(source: Source, path: Path) -> str:
    if source.name != path.stem:
        return f"name is {source.name!r}, but the file is called {path.name}"
    if not re.fullmatch(r"[A-Z]{2}", source.country):
        return f'country is {source.country!r}; write the two letters of ISO 3166, such as KZ (quote "NO")'
    currencies = {
        source.currency,
        *(rule.currency for heading in source.columns for rule in source.column_rules(heading)),
    }
    if currencies - {""} - set(MINOR_DIGITS):
        return f"no currency of ISO 4217: {sorted(currencies - {''} - set(MINOR_DIGITS))}; write its code, such as KZT"
    if source.access == "goszakup":
        return "" if source.crawl else "a portal source needs a `crawl:` section that says what to crawl"
    if source.access == "answers":
        return "its columns are declared by forms, not here" if source.table or source.columns else ""
    return (
        _table_contradiction(source)
        or _encoding_contradiction(source)
        or _column_contradiction(source)
        or _lookup_contradiction(source)
    )


def _table_contradiction(source: Source) -> str:
    if source.table is None:
        return "a file source needs a `table:` section"
    if not source.identity:
        return "a table needs `identity:` columns, from which the keys of its records are made"
    known = set(source.columns) | set(source.ignored)
    listed = set(source.identity) | set(source.rank) | set(source.root.columns if source.root else {})
    listed.update(name for rule in source.only for name in rule.columns)
    if source.standing:
        listed.add(source.standing.column)
    if listed - known:
        return f"these columns are used but not declared under `columns:` or `ignored:`: {sorted(listed - known)}"
    targets = [rule.to for heading in source.columns for rule in source.column_rules(heading)]
    if source.bundled_file and not source.bundled_file.is_file():
        return f"`bundled: {source.bundled}` names no file below ingest/data"
    if source.amount not in targets:
        return f"no column is mapped to {source.amount!r}, which `amount:` names as the sum of a record"
    return ""


def _encoding_contradiction(source: Source) -> str:
    encoding = source.table.encoding if source.table else "utf-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        return f"table: encoding: no encoding is called {encoding!r}"
    return ""


def _column_contradiction(source: Source) -> str:
    for heading in source.columns:
        for rule in source.column_rules(heading):
            try:
                re.compile(rule.pattern)
            except re.error as error:
                return f"columns: {heading!r}: `pattern` is no regular expression: {error}"
            if rule.unit_words and _words(rule.unit_words) not in _words(heading):
                return f"columns: {heading!r}: `unit_words` {rule.unit_words!r} do not stand in the heading"
            scaled = _SCALED.search(heading)
            if rule.to in _SUMS and rule.unit == 1 and not rule.unit_words and scaled:
                return (
                    f"columns: {heading!r}: says {scaled.group()!r} but declares no `unit:`; declare it with its "
                    "`unit_words:`, or `unit: 1` with `unit_words:` where it means no multiple"
                )
    return ""


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _lookup_contradiction(source: Source) -> str:
    used = {rule.lookup for heading in source.columns for rule in source.column_rules(heading) if rule.lookup}
    if used - set(source.lookups):
        return f"lookups that are not declared: {sorted(used - set(source.lookups))}"
    if set(source.lookups) - used:
        return f"lookups that no column uses: {sorted(set(source.lookups) - used)}"
    return ""


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
