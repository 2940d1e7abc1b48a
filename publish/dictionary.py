"""`docs/data-dictionary.md`, generated: `python -m publish.dictionary > docs/data-dictionary.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from publish.described import Column, Table
from publish.queries import READY_QUERIES
from publish.schema import DATABASE, TABLES
from publish.schema_contracts import HOW_TO_SUM

_HEAD = f"""# Data dictionary

<!-- Made by `python -m publish.dictionary` from publish/schema.py; change that and make it again. -->

Every table and column of `{DATABASE}.db`, with its unit. Integer ids belong to one release; cite and link by `uid`.

**How to sum.** {HOW_TO_SUM}

A cell may be empty only where this is said. Words in `code` are all that a column can hold.
"""


def dictionary() -> str:
    """The data dictionary as Markdown."""
    parts = [_HEAD, *("\n".join(_table(table)) for table in TABLES), "\n".join(_queries())]
    return "\n".join(parts)


def _table(table: Table) -> Iterator[str]:
    yield f"## {table.name}\n"
    yield f"{table.text}\n"
    yield "| column | type | what it holds | unit |"
    yield "| --- | --- | --- | --- |"
    for column in table.columns:
        yield f"| `{column.name}` | {column.kind} | {_text(column)} | {column.unit} |"
    if table.facets:
        yield "\nFacets: " + ", ".join(f"`{name}`" for name in table.facets) + "."
    if table.fts:
        yield "\nSearch: " + ", ".join(f"`{name}`" for name in table.fts) + "."
    yield ""


def _text(column: Column) -> str:
    text = column.text.replace("|", "\\|")
    if column.ref:
        text += f" → [{column.ref}](#{column.ref})"
    if column.words:
        text += " One of " + ", ".join(f"`{word}`" for word in column.words) + "."
    return text


def _queries() -> Iterator[str]:
    yield "## Ready queries\n"
    for query in READY_QUERIES:
        yield f"### {query.name}\n"
        yield f"{query.text}\n"
        yield f"```sql\n{query.sql}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(dictionary())
