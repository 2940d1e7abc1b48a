"""Whatever editions come and are taken back, in whatever order: a rebuild holds what the living registry holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from registries import fresh, line_of, sums, write
from sources import HEADINGS, csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.archive import Archive
from ingest.decision_lines import undo_line
from ingest.files import latest_edition, read_again
from ingest.names.identity_lines import Spelling, decision_line
from ingest.replay import replay
from ingest.retract import Retraction, read_retractions, retract_run
from ingest.settle import settle

SOURCES = {
    source.name: source
    for source in (declare(), declare(name="zz_by_subject", title="By subject", identity=["Payer", "Subject"]))
}
OUTLETS = ("Боз дала", "Утро Вымысла", "-")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(OUTLETS), st.sampled_from(["Освещение", "Статья"]), st.sampled_from(["1", "2", "0", ""])
    ),
    max_size=5,
)
SAID = decision_line(
    Spelling("outlet", "kz", OUTLETS[0]),
    Spelling("outlet", "kz", OUTLETS[1]),
    "same",
    who="A. B.",
    when=date(2026, 1, 2),
    why="one masthead",
)
UNDONE = undo_line(line_of(SAID), who="A. B.", when=date(2026, 1, 3), why="two mastheads")

RECORDS = """
SELECT s.name, c.ref, f.ref AS first_run, h.ref AS changed_run, v.ref AS vanished_run, r.* FROM record r
JOIN source s ON s.id = r.source_id JOIN capture c ON c.id = r.capture_id JOIN run f ON f.id = r.first_run_id
LEFT JOIN run h ON h.id = r.changed_run_id LEFT JOIN run v ON v.id = r.vanished_run_id ORDER BY r.uid
"""
REVISIONS = """
SELECT r.uid, u.ref, v.field, v.old, v.new FROM revision v JOIN record r ON r.id = v.record_id
JOIN run u ON u.id = v.run_id ORDER BY r.uid, u.id, v.field
"""
RUNS = "SELECT * FROM run ORDER BY ref"


def held(engine: Engine) -> list[object]:
    """All that the registry says of records, their history and runs, but for numbers of its own."""
    found: list[object] = [sums(engine, "outlet", "outlet_name_id"), sums(engine, "body", "payer_name_id")]
    with engine.connect() as connection:
        for sql in (RECORDS, REVISIONS, RUNS):
            rows = connection.execute(text(sql)).mappings()
            found.append(
                [
                    {name: value for name, value in row.items() if name == "uid" or not name.endswith("id")}
                    for row in rows
                ]
            )
    return found


class Editions(RuleBasedStateMachine):
    """What a person can do with files, retractions and decisions; the clock goes on by a minute a step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name) / "home"
        self.engine = fresh(self.home)
        self.runs: dict[str, str] = {}
        self.minute = 0
        self.said = False

    @rule(name=st.sampled_from(sorted(SOURCES)), rows=ROWS, turned=st.booleans())
    def ingest(self, name: str, rows: list[tuple[str, str, str]], turned: bool) -> None:
        """An edition: rows may be there twice, vanish, change, come in another order, their columns too, or none."""
        self.minute += 1
        lines = [HEADINGS, *(["Акимат", "2024", "ТОО «Первое»", "", *row, ""] for row in rows)]
        headings, *body = (line[::-1] for line in lines) if turned else lines
        edition = csv_of(*body, headings=headings)
        done = ingested(self.engine, self.home, SOURCES[name], edition, minute=self.minute, name=f"{self.minute}.csv")
        self.runs[done.run] = name

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def retract(self, data: st.DataObject) -> None:
        """As the command does: taken out, and the newest edition that stands read again."""
        self.minute += 1
        at = f"2026-11-24T10:{self.minute:02d}:00Z"
        run = data.draw(st.sampled_from(sorted(self.runs)))
        source, archive = SOURCES[self.runs.pop(run)], Archive(self.home / "archive")
        line = Retraction(target=run, why="the wrong file", at=at, after=archive.last_run())
        taken = retract_run(self.engine, SOURCES, self.home / "corrections" / "retractions.jsonl", line)
        edition = latest_edition(self.engine, source) if taken.had_changed else ""
        if edition:
            self.runs[read_again(self.engine, archive, source, edition, at=at).run] = source.name

    @rule()
    def decide(self) -> None:
        write(self.home, UNDONE if self.said else SAID)
        self.said = not self.said

    @rule()
    def settle(self) -> None:
        settle(self.engine, SOURCES, self.home)

    def teardown(self) -> None:
        rebuilt = fresh(Path(self.folder.name) / "rebuilt")
        retractions = read_retractions(self.home / "corrections" / "retractions.jsonl")
        replay(rebuilt, Archive(self.home / "archive"), SOURCES, retractions)
        for registry in (self.engine, rebuilt):
            settle(registry, SOURCES, self.home)
        assert held(rebuilt) == held(self.engine)
        for registry in (self.engine, rebuilt):
            registry.dispose()
        self.folder.cleanup()


def test_a_rebuild_holds_what_the_living_registry_holds() -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Editions,
        settings=settings(max_examples=12, stateful_step_count=8, deadline=None),
    )
