"""Says in plain words what of a source's yml does not fit: which key, what is expected, what was perhaps meant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
import yaml
from msgspec import inspect as shape
from rapidfuzz import process

Path = tuple[str | int, ...]

_NEAR = 72
"""Least likeness, of 100, at which a key or word is offered as what was meant."""


def misfits(declared: object, kind: type[msgspec.Struct], text: str) -> list[str]:
    """Everything that does not fit, each with its line and place; empty where the shape is right.

    Args:
        declared: what the yml holds, as loaded.
        kind: the struct it has to fit.
        text: the yml itself, from which the lines are told.
    """
    found = list(_of(declared, shape.type_info(kind), ()))
    lines = _lines(yaml.compose(text, yaml.CSafeLoader)) if found else {}
    return [f"{_line(lines, path)}{_place(path)}{told}" for path, told in found]


def _of(value: object, kind: shape.Type, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(kind, shape.UnionType):
        yield from _of_union(value, kind, path)
    elif isinstance(kind, shape.StructType):
        yield from _of_section(value, kind, path)
    elif isinstance(kind, shape.DictType):
        if not isinstance(value, dict):
            yield path, f"expected names with something behind each, got {_said(value)}"
            return
        for name, inner in value.items():
            if not isinstance(name, str):
                yield (*path, str(name)), f'{name!r} is read as {_said(name)}; put it in quotes: "{name}"'
            yield from _of(inner, kind.value_type, (*path, str(name)))
    elif isinstance(kind, shape.VarTupleType | shape.ListType):
        if not isinstance(value, list):
            yield path, f"expected a list, got {_said(value)}; write [{_plain(value)}]"
            return
        for place, inner in enumerate(value, start=1):
            yield from _of(inner, kind.item_type, (*path, place))
    else:
        told = _of_word(value, kind)
        if told:
            yield path, told


def _of_union(value: object, kind: shape.UnionType, path: Path) -> Iterator[tuple[Path, str]]:
    if value is None and any(isinstance(one, shape.NoneType) for one in kind.types):
        return
    chosen = [one for one in kind.types if not isinstance(one, shape.NoneType)]
    lists = [one for one in chosen if isinstance(one, shape.ListType)]
    if isinstance(value, list) and lists:
        yield from _of(value, lists[0], path)
        return
    yield from _of(value, next(one for one in chosen if one not in lists), path)


def _of_section(value: object, kind: shape.StructType, path: Path) -> Iterator[tuple[Path, str]]:
    keys = {field.encode_name: field for field in kind.fields}
    if not isinstance(value, dict):
        needed = next(iter(key for key, field in keys.items() if field.required), next(iter(keys)))
        yield path, f"expected keys with their values, such as {{{needed}: …}}, got {_said(value)}"
        return
    for name, inner in value.items():
        if name not in keys:
            yield (*path, str(name)), f"no such key here; {_offered(str(name), list(keys), 'the keys are')}"
        else:
            yield from _of(inner, keys[name].type, (*path, name))
    missing = [key for key, field in keys.items() if field.required and key not in value]
    if missing:
        yield path, f"{'is' if len(missing) == 1 else 'are'} missing: {', '.join(missing)}"


def _of_word(value: object, kind: shape.Type) -> str:
    """What is wrong with a single value; nothing where it fits."""
    words = _words(kind)
    if words is not None:
        if value in words and isinstance(value, str):
            return ""
        return f"{_plain(value)!r} is none of the words for it; {_offered(_plain(value), words, 'write one of')}"
    if isinstance(kind, shape.StrType):
        return "" if isinstance(value, str) else _no_text(value)
    if isinstance(kind, shape.BoolType):
        return "" if isinstance(value, bool) else f"expected true or false, got {_said(value)}"
    whole = isinstance(kind, shape.IntType)
    fits = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    example = "a whole number in figures, such as 1000" if whole else "a number in figures, such as 0.9"
    return "" if fits else f"expected {example}, got {_said(value)}"


def _no_text(value: object) -> str:
    if value is None:
        return "nothing stands behind it; write a text, or leave the key out"
    if isinstance(value, bool | int | float | dt.date):
        return f"a text is expected, and this is read as {_said(value)}; put it in quotes"
    return f"expected a text, got {_said(value)}"


def _words(kind: shape.Type) -> list[str] | None:
    if isinstance(kind, shape.LiteralType):
        return [str(word) for word in kind.values if word]
    if isinstance(kind, shape.EnumType):
        return [str(word.value) for word in kind.cls]
    return None


def _offered(given: str, known: list[str], otherwise: str) -> str:
    near = process.extractOne(given.casefold(), known, processor=str.casefold, score_cutoff=_NEAR)
    meant = f"did you mean {near[0]!r}? " if near else ""
    shown = [word if word[0].isalpha() else f'"{word}"' for word in known]
    return f"{meant}{otherwise}: {', '.join(shown)}"


def _said(value: object) -> str:
    if isinstance(value, bool):
        return f"{'yes' if value else 'no'} (true or false)"
    for kinds, told in (
        (type(None), "nothing"),
        (str, f"the text {value!r}"),
        (int | float, f"the number {value}"),
        (dt.date, f"the date {value}"),
        (list, "a list"),
        (dict, "keys with values"),
    ):
        if isinstance(value, kinds):
            return told
    return str(type(value).__name__)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "…" if value is None or isinstance(value, dict | list) else str(value)


def _place(path: Path) -> str:
    told = " → ".join(f"entry {part}" if isinstance(part, int) else str(part) for part in path)
    return f"{told}: " if told else ""


def _lines(node: Any, path: Path = ()) -> dict[Path, int]:  # noqa: ANN401 - PyYAML's nodes are not typed
    """The line of each place, counted from 1."""
    found: dict[Path, int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            at = (*path, str(key.value))
            found |= {at: key.start_mark.line + 1} | _lines(inner, at)
    elif isinstance(node, yaml.SequenceNode):
        for place, inner in enumerate(node.value, start=1):
            found |= {(*path, place): inner.start_mark.line + 1} | _lines(inner, (*path, place))
    return found


def _line(lines: dict[Path, int], path: Path) -> str:
    return f"line {lines[path]}: " if path in lines else ""
