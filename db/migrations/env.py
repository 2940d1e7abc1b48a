"""Runs the migrations of the registry; the engine comes from `db.migrate` or from DATABASE_URL."""

from __future__ import annotations

import os
from pathlib import Path

from alembic import context
from sqlalchemy import Connection

from db.engine import open_engine, registry_url
from db.model import Base, UtcDateTime


def _render(kind: str, value: object, _context: object) -> str | bool:
    """Write our instant as the plain text column it is, so that a migration imports nothing of ours."""
    return "sa.String(32)" if kind == "type" and isinstance(value, UtcDateTime) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    home = Path(os.environ.get("MEDIACONTRACTS_HOME", "home"))
    with open_engine(registry_url(home, os.environ.get("DATABASE_URL", ""))).connect() as own:
        _run(own)
        own.commit()
