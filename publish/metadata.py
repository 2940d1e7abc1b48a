"""`metadata.yml`, generated: `python -m publish.metadata > metadata.yml`. A test keeps it in step, both ways."""

from __future__ import annotations

import sys
from html import escape
from typing import Any

import yaml

from publish.described import Table
from publish.queries import READY_QUERIES
from publish.schema import DATABASE, SAMPLE_PREFIX, TABLES
from publish.schema_contracts import HOW_TO_SUM

_HEADER = "# Made by `python -m publish.metadata` from publish/schema.py; change that and make it again.\n"
_TITLE = "Media contracts"
_WHAT = (
    "Which media the state pays, for what, and how much. Every row states its source, the bytes it was read from and "
    "the place in them."
)
_LICENCE = "Each source has its own: see the table sources"


def table_metadata(table: Table) -> dict[str, Any]:
    """What Datasette is told of one table."""
    told: dict[str, Any] = {"title": table.title, "description": table.text}
    if table.label:
        told["label_column"] = table.label
    if table.facets:
        told["facets"] = list(table.facets)
    if table.sort:
        told["sort"] = table.sort
    if table.sort_desc:
        told["sort_desc"] = table.sort_desc
    if table.fts:
        told["fts_table"], told["fts_pk"] = f"{table.name}_fts", "id"
    told["columns"] = {column.name: column.sentence for column in table.columns}
    return told


def database_metadata() -> dict[str, Any]:
    """What Datasette is told of the database: its tables, columns, facets and ready queries."""
    return {
        "description": f"{_WHAT} {HOW_TO_SUM}",
        "license": _LICENCE,
        "source": "The table sources lists them all",
        "tables": {table.name: table_metadata(table) for table in TABLES},
        "queries": {
            query.name: {"title": query.title, "description": query.text, "sql": query.sql} for query in READY_QUERIES
        },
    }


def general_metadata() -> dict[str, Any]:
    """The metadata of any release, as `metadata.yml` at the top of the project has it."""
    told = database_metadata()
    return {
        "title": _TITLE,
        "description": _WHAT,
        "license": _LICENCE,
        "databases": {DATABASE: told, SAMPLE_PREFIX + DATABASE: told},
    }


def release_metadata(database: str, name: str, licences: list[tuple[str, str]], *, sample: bool) -> dict[str, Any]:
    """The metadata of one release, with its name and the licence of each of its sources.

    Args:
        database: name of the database file without its ending.
        name: name of the release.
        licences: title and licence of each source.
        sample: whether the release holds invented figures.
    """
    told = database_metadata()
    told["license"] = "; ".join(f"{title}: {licence}" for title, licence in licences)
    title = f"SAMPLE of {_TITLE.lower()}, with invented figures" if sample else _TITLE
    sources = "".join(f"<li>{escape(title)}: {escape(licence)}</li>" for title, licence in licences)
    return {
        "title": title,
        "description_html": f"<p>{escape(_WHAT)} Release {escape(name)}.</p><ul>{sources}</ul>",
        "license": _LICENCE,
        "databases": {database: told},
    }


def as_yaml(metadata: dict[str, Any]) -> str:
    """Metadata as YAML text; long SQL stands in blocks."""
    return _HEADER + yaml.dump(metadata, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=118)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _write_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _write_text)


if __name__ == "__main__":
    sys.stdout.write(as_yaml(general_metadata()))
