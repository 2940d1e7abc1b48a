"""`mediacontracts decide` keeps lines that stand, and refuses one that contradicts another, naming both."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from registries import own_decisions

from cli.deciding import decide
from ingest.identity import load_decisions
from ingest.names.identity_lines import Spelling

UTRO, TAN = Spelling("outlet", "kz", "Утро Вымысла"), Spelling("outlet", "kz", "Қиял Таңы")
BY = ("--who", "A. B.", "--why", "one masthead", "--when", "2026-01-02")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(decide, [*arguments, *BY])


def pair(verdict: str) -> Result:
    ahead = ("--allow-unknown", "--evidence", "https://example.org/masthead")
    return run(verdict, UTRO.name, TAN.name, "--country", "kz", *ahead)


def test_a_decision_is_kept_and_undone_by_a_line(home: Path) -> None:
    kept = pair("same")
    assert kept.exit_code == 0, kept.output
    decisions = own_decisions(home)
    assert decisions.verdict(UTRO, TAN) == "same"
    assert decisions.active[0].evidence == ("https://example.org/masthead",)
    undone = run("--undo", decisions.active[0].id)
    assert undone.exit_code == 0, undone.output
    assert load_decisions(home).verdict(UTRO, TAN) is None
    assert len((home / "decisions" / "identity.jsonl").read_text(encoding="utf-8").splitlines()) == 2


def test_a_contradiction_names_both_lines_and_changes_nothing(home: Path) -> None:
    assert pair("same").exit_code == 0
    before = (home / "decisions" / "identity.jsonl").read_bytes()
    refused = pair("different")
    assert refused.exit_code == 1
    assert set(re.findall(r"identity\.jsonl: line (\d)", refused.output)) == {"1", "2"}
    assert (home / "decisions" / "identity.jsonl").read_bytes() == before
    assert [path.name for path in (home / "decisions").iterdir()] == ["identity.jsonl"]


@pytest.mark.parametrize("arguments", [(), ("same", "Утро Вымысла"), ("same", "a", "b", "--undo", "0" * 12)])
def test_wrong_use_is_exit_code_2(home: Path, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert not (home / "decisions").exists()


def test_a_whole_run_is_taken_back_at_once_and_nothing_else(home: Path) -> None:
    """A register kept with the wrong column makes hundreds of lines; one by one nobody would take them back."""
    ahead = ("--country", "kz", "--allow-unknown", "--evidence", "https://example.org/register")
    for name in ("Вечер Вымысла", "День Вымысла", "Ночь Вымысла"):
        assert run("different", UTRO.name, name, *ahead).exit_code == 0
    assert pair("same").exit_code == 0, "of other evidence"
    first, *_, other = own_decisions(home).active
    undone = run("--undo", first.id, "--whole-run")
    assert undone.exit_code == 0, undone.output
    assert f"took {first.id} back and 2 lines of its run" in undone.output
    assert [one.id for one in own_decisions(home).active] == [other.id]
    assert run("--undo", first.id, "--whole-run").exit_code == 1, "it is not in force any more"
    assert run("same", UTRO.name, TAN.name, "--country", "kz", "--whole-run").exit_code == 2


def test_undoing_what_is_not_there_is_refused(home: Path) -> None:
    assert run("--undo", "0" * 12).exit_code == 1
    assert (home / "decisions" / "identity.jsonl").exists() is False
