"""The sample's requests and replies are all there after a kill at any line of either journal, and none is twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from cli.sample.answers import answer_source, take_sample_answers
from db.archive import Archive
from db.engine import open_engine
from ingest.installation import Installation
from ingest.reference import load_reference
from ingest.replay import close_interrupted, runs_of
from ingest.requests.events import Journal

_HELD = """
SELECT r.key, r.amount_minor, r.year FROM record r ORDER BY r.key
"""
_ASKED = "SELECT ref, state, as_of FROM information_request ORDER BY ref"
_DOCUMENTS = "SELECT sha256, file_name FROM document ORDER BY sha256"


class Killed(BaseException):
    """The process was killed before it wrote this line."""


def held(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [connection.execute(text(sql)).all() for sql in (_HELD, _ASKED, _DOCUMENTS)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Installation, Engine]]:
    installation = Installation(tmp_path / "home")
    installation.engine().dispose()
    engine = open_engine(installation.registry_url)
    with engine.begin() as connection:
        load_reference(connection)
    yield installation, engine
    engine.dispose()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    installation = Installation(tmp_path_factory.mktemp("whole"))
    engine = installation.engine()
    with engine.begin() as connection:
        load_reference(connection)
    take_sample_answers(installation, engine)
    found = held(engine)
    engine.dispose()
    return found


@pytest.mark.parametrize(
    ("journal", "line"),
    [(Journal, 2), (Journal, 6), (Journal, 7), (Journal, 9), (Archive, 2), (Archive, 3), (Archive, 6)],
)
def test_what_was_not_entered_is_entered_then(
    home: tuple[Installation, Engine],
    whole: list[Any],
    journal: type[Journal | Archive],
    line: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installation, engine = home
    written, write = 0, journal.write

    def until(self: Any, *events: Any) -> None:
        nonlocal written
        written += 1
        if written == line:
            raise Killed
        write(self, *events)

    with monkeypatch.context() as patched:
        patched.setattr(journal, "write", until)
        with pytest.raises(Killed):
            take_sample_answers(installation, engine)
    source = answer_source()
    close_interrupted(engine, installation.archive, {source.name: source}, runs_of(installation.archive))
    take_sample_answers(installation, engine)
    assert held(engine) == whole
    assert take_sample_answers(installation, engine).new == 0
