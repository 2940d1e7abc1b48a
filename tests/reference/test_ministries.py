"""The ministry of a record is found anew at each settling, so a rule reaches records that were loaded before it.

Bodies and sums are invented.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from registries import own_decisions
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.bodies import BodyRow, Parents
from ingest.decision_lines import undo_line
from ingest.names.identity_lines import Spelling, decision_line
from ingest.replay import replay
from ingest.settle import settle

SOURCE = declare()
OFFICE, OLD, NEW = "Отдел вымысла", "Министерство вымысла", "Министерство вымысла и досуга"


def row(payer: str, year: str, total: int) -> list[str]:
    return [payer, year, "ТОО «Боз Дала Медиа»", "", "Боз дала", "Освещение", str(total), ""]


ROWS = [row(OFFICE, "2019", 1), row(OFFICE, "2020", 2), row(OFFICE, "2021", 4), row("Акимат Кок Дала", "2021", 8)]


def parents(*lines: tuple[str, str, str, str]) -> Parents:
    return Parents(BodyRow("KZ", "", "", *line, "invented") for line in lines)


BEFORE = parents((OFFICE, OLD, "2019-01-01", "2020-01-01"))
AFTER = parents((OFFICE, OLD, "2019-01-01", "2021-01-01"), (OFFICE, NEW, "2021-01-01", ""))


def sums(engine: Engine) -> dict[str, int]:
    """Tenge under the key of each ministry."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT b.key, sum(r.amount_minor) / 100 FROM record r JOIN body b ON b.id = r.ministry_id GROUP BY 1"
            )
        )
        return {row[0]: int(row[1]) for row in found}


def test_a_rule_that_came_later_gives_what_a_registry_made_anew_has(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    assert settle(engine, {}, tmp_path, BEFORE).ministries == 1
    assert sums(engine) == {f"KZ|{OLD}": 1, f"KZ|{OFFICE}": 6, "KZ|Акимат Кок Дала": 8}
    assert settle(engine, {}, tmp_path, AFTER).ministries == 2
    assert sums(engine) == {f"KZ|{OLD}": 3, f"KZ|{NEW}": 4, "KZ|Акимат Кок Дала": 8}
    assert settle(engine, {}, tmp_path, AFTER).ministries == 0
    (tmp_path / "anew").mkdir()
    anew = open_engine(registry_url(tmp_path / "anew"))
    migrate(anew)
    replay(anew, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE})
    settle(anew, {}, tmp_path, AFTER)
    assert sums(anew) == sums(engine)
    anew.dispose()
    # a rule that was taken back
    settle(engine, {}, tmp_path, BEFORE)
    assert sums(engine) == {f"KZ|{OLD}": 1, f"KZ|{OFFICE}": 6, "KZ|Акимат Кок Дала": 8}


def test_what_the_source_states_stands_above_every_rule(engine: Engine, tmp_path: Path) -> None:
    columns = {**SOURCE.columns}
    stating = declare(
        columns={
            "Payer": {"to": "payer"}, "Year": {"to": "year"}, "Recipient": {"to": "recipient"},
            "BIN": {"to": "recipient.id", "scheme": "KZ-BIN"}, "Outlet": {"to": "outlet"},
            "Subject": {"to": "ministry"}, "Sum": {"to": "amount", "decimal": ","},
            "Euro": {"to": "equivalent", "currency": "EUR", "decimal": ","},
        }
    )  # fmt: skip
    assert columns.keys() == stating.columns.keys()
    rows = [[*one[:5], "Министерство сказок", *one[6:]] for one in ROWS]
    ingested(engine, tmp_path, stating, csv_of(*rows))
    assert settle(engine, {}, tmp_path, AFTER).ministries == 0
    assert sums(engine) == {"KZ|Министерство сказок": 15}


def test_a_decision_that_two_bodies_are_one_reaches_what_stands_above(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS, row("Минвымысла", "2019", 16)))
    settle(engine, {}, tmp_path, AFTER)
    before = sums(engine)
    assert before[f"KZ|{OLD}"] == 3
    one, other = Spelling("body", "kz", OLD), Spelling("body", "kz", "Минвымысла")
    path = tmp_path / "decisions" / "identity.jsonl"
    path.parent.mkdir()
    path.write_text(
        decision_line(one, other, "same", who="A. B.", when=date(2026, 1, 2), why="a short name") + "\n",
        encoding="utf-8",
    )
    settle(engine, {}, tmp_path, AFTER)
    assert sorted(sums(engine).values()) == [4, 8, 19]
    taken = undo_line(own_decisions(tmp_path).active[0].id, who="A. B.", when=date(2026, 1, 3), why="another body")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{taken}\n")
    settle(engine, {}, tmp_path, AFTER)
    assert sums(engine) == before
