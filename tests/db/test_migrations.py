"""Up, down and in step with the models, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, String, inspect, text
from sqlalchemy.exc import DBAPIError

from db.engine import open_engine, registry_url, writing
from db.migrate import NewerRegistryError, check, migrate, needs_migration
from db.model import Base


def test_up_down_up(empty_engine: Engine) -> None:
    migrate(empty_engine)
    check(empty_engine)
    assert set(inspect(empty_engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    migrate(empty_engine, "base")
    assert inspect(empty_engine).get_table_names() == ["alembic_version"]
    migrate(empty_engine)
    check(empty_engine)


def test_an_older_program_refuses_a_newer_registry(engine: Engine) -> None:
    assert not needs_migration(engine)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerRegistryError, match="9999"):
        needs_migration(engine)


@pytest.mark.postgres
def test_which_version_counts_follows_no_locale_of_the_database(postgresql: str) -> None:
    engine = open_engine(registry_url(Path(), postgresql))
    migrate(engine)
    columns = {column["name"]: column["type"] for column in inspect(engine).get_columns("record")}
    engine.dispose()
    found = {name: columns[name] for name in ("key", "rank")}
    assert {name: one.collation for name, one in found.items() if isinstance(one, String)} == {"key": "C", "rank": "C"}


def test_foreign_keys_hold(engine: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), writing(engine) as connection:
        connection.execute(
            text("INSERT INTO outlet_name (id, outlet_id, country, name, lang) VALUES (1, 77, 'KZ', 'x', '')")
        )


def test_constraints_are_named_by_convention() -> None:
    unnamed = [
        (table.name, constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []
