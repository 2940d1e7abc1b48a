"""The page docs/declaration.md, from the structs: `python -m cli.declaration_page > docs/declaration.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import inspect as shape

from ingest.column import TARGETS, Column, keys_for
from ingest.crawl_plan import CrawlPlan
from ingest.source import (
    Constants,
    Expect,
    Licence,
    Lookup,
    Only,
    Persons,
    Root,
    Source,
    StandingOf,
    StandingRule,
    TableShape,
    TotalRow,
)

_HEAD = """\
# Every key of a source's yml

<!-- Made by `python -m cli.declaration_page` from ingest/source.py, ingest/column.py and ingest/crawl_plan.py. -->

[Add a source](add-a-source.md) shows the way in seven steps; this page is the whole list. A key that does not stand
here is refused with its line and the nearest one that does. Keys in **bold** must be there, a dash means that nothing
is assumed without the key.
"""
_SECTIONS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    ("The source", Source),
    ("licence", Licence),
    ("table", TableShape),
    ("columns", Column),
    ("constants", Constants),
    ("expect", Expect),
    ("lookups", Lookup),
    ("standing", StandingOf),
    ("standing → values", StandingRule),
    ("root", Root),
    ("only", Only),
    ("persons", Persons),
    ("total_row", TotalRow),
    ("crawl", CrawlPlan),
)
_ENTRY = re.compile(r"^ {8}(\w+): (.+(?:\n {12}.+)*)$", re.MULTILINE)


def declaration_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *(line for title, kind in _SECTIONS for line in _section(title, kind)), *_fields()])


def explained(kind: type[msgspec.Struct]) -> dict[str, str]:
    """What the docstring of a section says of each of its keys."""
    _, _, attributes = (kind.__doc__ or "").partition("Attributes:\n")
    return {name: " ".join(told.split()) for name, told in _ENTRY.findall(attributes)}


def _section(title: str, kind: type[msgspec.Struct]) -> Iterator[str]:
    told = explained(kind)
    described = shape.type_info(kind)
    assert isinstance(described, shape.StructType)  # noqa: S101 - a struct is one
    yield f"## {title}\n" if kind is Source else f"## `{title}`\n"
    intro = (kind.__doc__ or "").partition("Attributes:")[0]
    yield re.sub(r"\n +", "\n", intro.strip()) + "\n"
    yield "| key | what stands there | without it | what it is for |"
    yield "| --- | --- | --- | --- |"
    for field in described.fields:
        key = f"**`{field.encode_name}`**" if field.required else f"`{field.encode_name}`"
        without = "" if field.required else _default(field.default, field.default_factory)
        yield f"| {key} | {_kind(field.type)} | {without} | {told[field.encode_name].replace('|', chr(92) + '|')} |"
    yield ""


def _fields() -> Iterator[str]:
    yield "## Fields a heading can go to\n"
    yield "| `to:` | what it is | keys that may stand beside it |"
    yield "| --- | --- | --- |"
    for target, told in TARGETS.items():
        yield f"| `{target}` | {told} | {_listed(sorted(keys_for(target)))} |"
    yield ""


def _default(value: object, factory: object) -> str:
    if value in {"", None, ()} or factory in {dict, list} or isinstance(value, msgspec.Struct):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


_PLAIN: dict[type[shape.Type], str] = {
    shape.StrType: "text", shape.IntType: "whole number", shape.FloatType: "number", shape.BoolType: "true, false",
    shape.StructType: "keys, see below",
}  # fmt: skip


def _kind(kind: shape.Type) -> str:
    if isinstance(kind, shape.UnionType):
        return " or ".join(_kind(one) for one in kind.types if not isinstance(one, shape.NoneType))
    if isinstance(kind, shape.LiteralType):
        fields = "payer.id" in kind.values
        return "a field, see below" if fields else _listed(str(word) for word in kind.values if word)
    if isinstance(kind, shape.EnumType):
        return _listed(str(word.value) for word in kind.cls)
    if isinstance(kind, shape.DictType):
        return f"names, each with {_kind(kind.value_type)}"
    if isinstance(kind, shape.VarTupleType | shape.ListType):
        return f"a list of {_kind(kind.item_type)}"
    return _PLAIN[type(kind)]


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    sys.stdout.write(declaration_page())
