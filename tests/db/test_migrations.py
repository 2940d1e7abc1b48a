"""Up, down and in step with the models, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from db.engine import writing
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
