"""One installation for the tests of requests, and the command run in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main_group
from cli.outcomes import outcome_of
from cli.requests import requests

Run = Callable[..., Result]

INVENTED = """
name: answers_sample
title: Invented answers for tests
country: KZ
publisher: nobody
obtained: written by a test
url: https://example.org/
licence: {name: none, publish: facts}
frequency: never
relevance: media
measure: contracted
instrument: state order
currency: KZT
year_basis: budget
access: answers
invented: true
persons: {patterns: ['^ИП '], why: a test}
expect: {min: {records: 1}}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty installation with a source of invented answers."""
    folder = tmp_path / "home"
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "answers_sample.yml").write_text(INVENTED, encoding="utf-8")
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def run(home: Path) -> Run:
    """Run `mediacontracts requests …`; a wrong exit code fails with all that was said."""

    def invoke(*arguments: object, say: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(requests, [str(one) for one in arguments], input=say)
        ended, error = result.exit_code, result.exception
        if isinstance(error, Exception):
            # what a room raised becomes a message and an exit code in the command's entry point
            outcome = outcome_of(error)
            if outcome is None:
                raise error
            ended = outcome.exit_code
            result.output_bytes += outcome.format_message().encode()
        assert ended == code, result.output
        return result

    return invoke


@pytest.fixture
def go(home: Path) -> Callable[..., str]:
    """Run a command of the installation; gives what it printed."""
    shown = INVENTED.replace("answers_sample", "answers_shown").replace("publish: facts", "publish: files")
    (home / "sources" / "answers_shown.yml").write_text(shown, encoding="utf-8")

    def invoke(*arguments: object, say: str = "", code: int = 0) -> str:
        done = CliRunner().invoke(main_group, [str(one) for one in arguments], input=say)
        ended, told = done.exit_code, done.output
        if isinstance(done.exception, Exception):
            outcome = outcome_of(done.exception)
            assert outcome is not None, done.exception
            ended, told = outcome.exit_code, told + outcome.format_message()
        assert ended == code, told
        return told

    return invoke
