"""The release as one declarative description: every table, column, unit, facet and index of `media_contracts.db`.

DDL (`create_statements`), `metadata.yml` (`publish.metadata`) and `docs/data-dictionary.md` (`publish.dictionary`)
are generated from it; tests keep the three in step.
"""

from __future__ import annotations

from publish.described import Table
from publish.schema_books import BOOKS
from publish.schema_contracts import CONTRACTS, OTHER_RECORDS
from publish.schema_keys import KEY_TABLES
from publish.schema_links import LINK_TABLES

DATABASE = "media_contracts"
"""Name of the database file without its ending, and so of the database in Datasette's addresses."""

SAMPLE_PREFIX = "sample_"
"""Every file of a release with an invented source starts with it."""

SCHEMA_VERSION = 1
"""`PRAGMA user_version` of the file; goes up when a column is renamed or removed."""

TABLES: tuple[Table, ...] = (CONTRACTS, OTHER_RECORDS, *KEY_TABLES, *LINK_TABLES, *BOOKS)
"""In the order a reader meets them."""

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}


def create_statements() -> list[str]:
    """`CREATE TABLE` for every table; foreign keys may point forward."""
    return [table.create() for table in TABLES]


def index_statements() -> list[str]:
    """Indexes and the search index, to be made when the rows are in."""
    return [statement for table in TABLES for statement in (*table.create_indexes(), *table.create_search())]
