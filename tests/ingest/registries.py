"""A registry that is filled, settled and looked at, for tests about who is who; every figure is invented."""

from __future__ import annotations

import json
from pathlib import Path

from sources import declare
from sqlalchemy import Engine, text

from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.decision_lines import line_id
from ingest.names.decisions import FILES, Decisions
from ingest.settle import Settled, settle
from ingest.source import Source

PERSONS = {"patterns": ["^ИП "], "why": "sole traders are natural persons"}
SOURCE = declare(persons=PERSONS)
ONE, OTHER = "991240999991", "040540000004"  # BINs of nobody with a right check digit
SALT = b"a salt of the tests, 32 bytes ok"


def row(recipient: str, bin_: str, outlet: str, total: int, subject: str = "Освещение") -> list[str]:
    return ["Акимат Кок Дала", "2024", recipient, bin_, outlet, subject, str(total), ""]


def write(home: Path, *lines: str) -> None:
    path = home / "decisions" / "identity.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def settled(engine: Engine, home: Path, source: Source = SOURCE) -> Settled:
    return settle(engine, {source.name: source}, home)


def sums(engine: Engine, kind: str, column: str) -> dict[str, int]:
    """Counted tenge by entity, under the key and the name the entity has."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                f"SELECT e.key || ' / ' || e.name, sum(r.amount_minor) / 100 FROM record r "
                f"JOIN {kind}_name n ON n.id = r.{column} JOIN {kind} e ON e.id = n.{kind}_id "
                "WHERE r.counted GROUP BY 1 ORDER BY 1"
            )
        )
        return {row[0]: int(row[1]) for row in found}


def state(engine: Engine) -> tuple[object, ...]:
    """What a release shows of it: who stands under which name, every uid, every sum."""
    with engine.connect() as connection:
        uids = {row[0] for row in connection.execute(text("SELECT uid FROM record WHERE counted"))}
    return (
        sums(engine, "outlet", "outlet_name_id"),
        sums(engine, "organisation", "recipient_name_id"),
        sums(engine, "body", "payer_name_id"),
        uids,
    )


def grouped(found: dict[str, int]) -> list[int]:
    return sorted(found.values())


def fresh(home: Path) -> Engine:
    home.mkdir(exist_ok=True)
    engine = open_engine(registry_url(home))
    migrate(engine)
    return engine


def line_of(line: str) -> str:
    return line_id(json.loads(line))


def own_decisions(home: Path) -> Decisions:
    """What an installation itself decided, without the lines that are shipped."""
    return Decisions.load(sorted((home / "decisions").glob(FILES)))
