"""The description of a release and what is generated from it stay in step, both ways."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
import yaml

from db.words import PartyState
from publish.described import Table
from publish.dictionary import dictionary
from publish.metadata import as_yaml, general_metadata
from publish.schema import DATABASE, SAMPLE_PREFIX, TABLES, create_statements, index_statements
from publish.schema_contracts import CONTRACTS, OTHER_RECORDS, STATE_IDS

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def empty() -> sqlite3.Connection:
    out = sqlite3.connect(":memory:")
    for statement in (*create_statements(), *index_statements()):
        out.execute(statement)
    return out


def test_metadata_yml_is_what_the_schema_says() -> None:
    assert (PROJECT / "metadata.yml").read_text(encoding="utf-8") == as_yaml(general_metadata()), (
        "run `python -m publish.metadata > metadata.yml`"
    )


def test_data_dictionary_is_what_the_schema_says() -> None:
    assert (PROJECT / "docs/data-dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "run `python -m publish.dictionary > docs/data-dictionary.md`"
    )


def test_metadata_and_database_describe_the_same_columns(empty: sqlite3.Connection) -> None:
    told = yaml.safe_load((PROJECT / "metadata.yml").read_text(encoding="utf-8"))["databases"]
    assert told[DATABASE] == told[SAMPLE_PREFIX + DATABASE]
    described = {name: list(table["columns"]) for name, table in told[DATABASE]["tables"].items()}
    there = {
        name: [row[1] for row in empty.execute(f'PRAGMA table_info("{name}")')]
        for (name,) in empty.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_fts%'")
    }
    assert described == there


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_says_what_it_holds_and_in_which_unit(table: Table) -> None:
    assert table.text.endswith(".")
    assert table.columns[0].name == "id"
    for column in table.columns:
        assert column.text.strip().endswith((".", "…")), f"{table.name}.{column.name}: {column.text!r}"
        if column.kind != "TEXT" and column.name != "id":
            assert column.unit, f"{table.name}.{column.name} is a number without a unit"
        if column.null:
            says = re.search("empty|not stated|What it was|What it became|What the source|What it should", column.text)
            assert says, f"{table.name}.{column.name} may be empty and does not say what that means"


def test_what_facets_count_is_never_null() -> None:
    facets = ("outlet", "ministry", "payer", "recipient", "intermediary", "topic", "region", "source", "year")
    by_name = {column.name: column for column in CONTRACTS.columns}
    for name in facets:
        assert by_name[name].kind == "INTEGER"
        assert by_name[name].ref
        assert not by_name[name].null
        assert by_name[name].index
    assert CONTRACTS.facets == ("outlet", "ministry", "year")


def test_indexes_have_one_column_and_tables_are_strict(empty: sqlite3.Connection) -> None:
    for (sql,) in empty.execute("SELECT sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"):
        assert "," not in sql
    strict = {row[1]: row[5] for row in empty.execute("PRAGMA table_list")}
    assert all(strict[table.name] == 1 for table in TABLES)


def test_other_records_have_the_same_columns() -> None:
    assert OTHER_RECORDS.columns == CONTRACTS.columns


def test_every_reason_for_a_missing_name_has_a_row() -> None:
    assert set(STATE_IDS) == set(PartyState) - {PartyState.NAMED}
    assert sorted(STATE_IDS.values()) == [1, 2, 3, 4]


def test_search_index_is_declared_as_datasette_finds_it() -> None:
    ((create, *_),) = [table.create_search() for table in TABLES if table.fts]
    assert 'content="contracts"' in create
