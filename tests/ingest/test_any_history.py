"""Whatever editions, retractions and decisions come: a rebuilt registry holds what the living one does."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from registries import line_of, write
from sources import ROW, csv_of, declare, ingested
from sqlalchemy import Engine
from test_load import contents

from db.archive import Archive
from db.engine import open_engine
from db.migrate import migrate
from ingest.decision_lines import undo_line
from ingest.files import latest_edition, read_again
from ingest.names.identity_lines import Spelling, decision_line
from ingest.replay import replay
from ingest.retract import Retraction, UnknownTargetError, read_retractions, retract_run
from ingest.settle import settle

SOURCE = declare()
SOURCES = {SOURCE.name: SOURCE}
DAY = date(2026, 11, 1)
OUTLETS = ("Боз дала", "Кок дала", "Сары дала")
EDITIONS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["100", "200", "bad"]), st.sampled_from(OUTLETS)),
    min_size=1,
    max_size=4,
)


class AnyHistory(RuleBasedStateMachine):
    """One installation; each step is a command of it, the last a rebuild beside it."""

    @initialize()
    def begin(self) -> None:
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.archive = Archive(self.home / "archive")
        self.living = self.registry("living")
        self.minute = 0
        self.newest = b""
        self.runs: list[str] = []
        self.decided: dict[int, str] = {}
        (self.home / "decisions").mkdir()

    def registry(self, name: str) -> Engine:
        engine = open_engine(f"sqlite:///{self.home / name}.db")
        migrate(engine)
        return engine

    def at(self) -> str:
        self.minute += 1
        return f"2026-11-24T10:{self.minute:02d}:00Z"

    @rule(rows=EDITIONS)
    def takes_an_edition(self, rows: list[tuple[str, str, str]]) -> None:
        self.newest = csv_of(*([*ROW[:4], outlet, subject, total, ""] for subject, total, outlet in rows))
        self.takes_it_once_more()

    @precondition(lambda self: self.newest)
    @rule()
    def takes_it_once_more(self) -> None:
        self.minute += 1
        self.runs.append(ingested(self.living, self.home, SOURCE, self.newest, minute=self.minute).run)

    @precondition(lambda self: self.runs)
    @rule(choose=st.data(), capture=st.booleans())
    def takes_one_back(self, choose: st.DataObject, *, capture: bool) -> None:
        target = choose.draw(st.sampled_from(self.runs)) + ("/1" if capture else "")
        one = Retraction(target=target, why="a test", at=self.at(), after=self.archive.last_run())
        try:
            taken = retract_run(self.living, SOURCES, self.home / "retractions.jsonl", one)
        except UnknownTargetError:
            return
        edition = latest_edition(self.living, SOURCE) if taken.had_changed else ""
        if edition:
            self.runs.append(read_again(self.living, self.archive, SOURCE, edition, at=self.at()).run)

    @rule(pair=st.sampled_from([OUTLETS[:2], OUTLETS[1:]]))
    def decides(self, pair: tuple[str, str]) -> None:
        left, right = (Spelling("outlet", "kz", name) for name in pair)
        self.write(decision_line(left, right, "same", who="A. B.", when=DAY, why=f"line {self.minute}"))

    @precondition(lambda self: self.decided)
    @rule(choose=st.data())
    def undoes(self, choose: st.DataObject) -> None:
        target = choose.draw(st.sampled_from(sorted(self.decided)))
        self.write(undo_line(line_of(self.decided.pop(target)), who="A. B.", when=DAY, why="an error"))

    def write(self, line: str) -> None:
        self.minute += 1
        write(self.home, line)
        if "undo" not in line:
            self.decided[self.minute] = line

    @rule()
    def settles(self) -> None:
        settle(self.living, SOURCES, self.home)

    def teardown(self) -> None:
        rebuilt = self.registry("rebuilt")
        try:
            replay(rebuilt, self.archive, SOURCES, read_retractions(self.home / "retractions.jsonl"))
            for engine in (self.living, rebuilt):
                settle(engine, SOURCES, self.home)
            assert in_use(self.living) == in_use(rebuilt)
        finally:
            self.living.dispose()
            rebuilt.dispose()
            self.folder.cleanup()


def in_use(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row, but for outlets that no spelling leads to: what such a one was once called is shown nowhere."""
    held = contents(engine)
    led_to = {row[1] for row in held["outlet_name"]}
    return held | {"outlet": [row for row in held["outlet"] if row[0] in led_to]}


TestAnyHistory = AnyHistory.TestCase
# the same histories each time, so that a rare one does not stop a change that has nothing to do with it
TestAnyHistory.settings = settings(max_examples=20, stateful_step_count=10, deadline=None, derandomize=True)
