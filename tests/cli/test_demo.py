"""The bundled sample shows what the registry is for: outlets by name, who answered, and the proof of each figure."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from commands import mediacontracts, mediacontracts_here

from cli.sample.answers import answer_source, body_name, sample_answers
from cli.sample.contracts import customers, names
from db.proof_names import table_name
from ingest.names.rule_data import media_rows
from ingest.requests.events import Asked, journal_at

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, made once. Only to be read."""
    place = tmp_path_factory.mktemp("demo") / "home"
    done = mediacontracts(place, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def release(home: Path) -> Iterator[sqlite3.Connection]:
    path = home / "releases" / "current" / "sample_media_contracts.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        yield connection


def test_outlets_are_named_with_their_kind_and_their_money(release: sqlite3.Connection) -> None:
    told = sample_answers()
    printed = {row[0] for request in told.requests for row in request.rows}
    found = release.execute(
        "SELECT o.name, o.medium, sum(c.amount_minor) FROM contracts AS c JOIN outlets AS o ON o.id = c.outlet"
        " JOIN sources AS s ON s.id = c.source WHERE s.name = 'sample_answers' AND c.counted GROUP BY o.id"
    ).fetchall()
    assert len(found) == len(printed) - 1, "one of them is printed in two languages"
    assert all(name in printed and medium in media_rows() and minor > 0 for name, medium, minor in found)
    whole = sum(
        int(re.sub(r"\D", "", text) or 0) * 10_000  # tenths of a thousand tenge, in tiyn
        for request in told.requests
        for row in request.rows
        for text in row[4]
    )
    assert sum(minor for _, _, minor in found) == whole


def test_who_was_asked_and_what_came_of_it(release: sqlite3.Connection, home: Path) -> None:
    told = sample_answers()
    asked = dict(
        release.execute(
            "SELECT p.registry_id, r.state FROM requests AS r JOIN payers AS p ON p.id = r.payer"
        ).fetchall()
    )
    expected = {}
    for request in told.requests:
        said = f"answered {request.state}" if request.state.startswith("in ") else str(request.state)
        expected[customers()[request.body]] = "silent" if request.answered is None else said
    assert asked == expected
    states = {row[0] for row in release.execute("SELECT DISTINCT state FROM coverage")}
    assert states == {"answered in full", "answered in part", "for official use", "refused", "silent"}
    # a body that is asked in Kazakh is the payer of the portal that bears a Russian name
    kazakh = next(request for request in told.requests if request.lang == "kk")
    [uid] = release.execute("SELECT uid FROM payers WHERE registry_id = ?", (customers()[kazakh.body],)).fetchone()
    spelled = release.execute("SELECT name FROM spellings WHERE role = 'payer' AND entity_uid = ?", (uid,)).fetchall()
    assert {name for (name,) in spelled} == {body_name(kazakh), names().bodies[kazakh.body]}
    # the bundled forms are for these very headings: nobody was asked anything
    assert not [event for event in journal_at(home).events() if isinstance(event, Asked)]


def test_every_figure_of_an_answer_has_its_row(release: sqlite3.Connection, home: Path) -> None:
    rows = release.execute(
        "SELECT c.capture_sha256, c.locator, c.raw_amount FROM contracts AS c JOIN sources AS s ON s.id = c.source"
        " WHERE s.name = ?",
        (answer_source().name,),
    ).fetchall()
    assert len(rows) > 40
    for sha256, locator, raw in rows:
        at = re.search(r"table (\d+), row (\d+), column (\d+), range ([A-Z]+\d+)$", locator)
        assert at, locator
        proof = home / "releases" / "current" / "proofs" / table_name(sha256, int(at[1]))
        told = json.loads(proof.read_text(encoding="utf-8"))
        assert told["rows"][int(at[2]) - 1][int(at[3]) - 1] == raw


def test_it_says_that_it_is_invented_and_holds_no_real_sum(release: sqlite3.Connection) -> None:
    assert answer_source().invented
    assert "Ойдан шығарылған" in sample_answers().notice
    real = release.execute(
        "SELECT count(*) FROM contracts AS c JOIN sources AS s ON s.id = c.source WHERE c.counted AND NOT s.invented"
    ).fetchone()
    assert real == (0,)


def test_a_second_time_takes_no_answer_twice(home: Path, release: sqlite3.Connection) -> None:
    before = release.execute("SELECT count(*) FROM contracts").fetchone()
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        [held] = registry.execute(
            "SELECT count(*) FROM record JOIN source ON source.id = source_id WHERE source.name = 'sample_answers'"
        ).fetchone()
    done = mediacontracts_here(home, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert held > 0
    assert f"{held} records from sample answers to information requests, 0 of them new" in done.stderr
    path = home / "releases" / "current" / "sample_media_contracts.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as again:
        assert again.execute("SELECT count(*) FROM contracts").fetchone() == before
