"""`mediacontracts topics evaluate` prints the measures with intervals and every error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands import mediacontracts_here
from sources import csv_of, declare, ingested

from db.engine import open_engine
from db.migrate import migrate
from ingest.settle import settle

HERE = Path(__file__).parent


def printed(home: Path, *arguments: str) -> Any:
    done = mediacontracts_here(home, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_labelled_purchases_are_measured(tmp_path: Path) -> None:
    found = printed(tmp_path, "topics", "evaluate", str(HERE / "labels.csv"))
    low, high = found["precision_interval"]
    assert low <= found["precision"] <= high
    wrong = [one for one in found["errors"] if one["label"] == "media"]
    assert found["recall"] == (found["media"] - len(wrong)) / found["media"]


@pytest.mark.parametrize(
    ("file", "question"),
    [
        ("held_out_purchases.csv", "media or not"),
        ("held_out_topics.csv", "what was ordered"),
        ("hidden_labels.csv", "hidden wording"),
    ],
)
def test_the_columns_say_what_is_measured(tmp_path: Path, file: str, question: str) -> None:
    assert printed(tmp_path, "topics", "evaluate", str(HERE / file))["question"] == question


def test_wordings_are_hidden_on_purpose(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("name,description\nРазмещение материалов,в газете района\n", encoding="utf-8")
    assert printed(tmp_path, "topics", "evaluate", str(path), "--hide")["kinds"]["split letters"]["hidden"] == 2


def test_the_share_of_praise_is_printed_with_the_error_of_the_rules(tmp_path: Path) -> None:
    source = declare()
    subjects = [("Освещение деятельности акима области", "600"), ("Согласно договору", "200"), ("О спорте", "200")]
    rows = [["Акимат Кок Дала", "2024", "ТОО «Боз Дала Медиа»", "", "Боз дала", subject, total, ""]
            for subject, total in subjects]  # fmt: skip
    home = tmp_path / "home"
    home.mkdir()
    engine = open_engine(f"sqlite:///{home / 'registry.db'}")
    migrate(engine)
    ingested(engine, home, source, csv_of(*rows))
    settle(engine, {source.name: source}, home)
    engine.dispose()
    labels = str(HERE / "second_draw_topics.csv")
    found = printed(home, "topics", "evaluate", labels, "--share", "--country", "kz", "--stated", "95")["share"]
    assert (found["topic"], found["country"], found["stated"]) == ("praise of officials", "KZ", 0.95)
    (share,) = found["shares"]
    assert (share["measure"], share["currency"]) == ("contracted", "KZT")
    money = share["money"]
    assert (money["low"], money["high"]) == (0.6, 0.8)
    assert money["answer"] == "less than stated"
    assert 0 <= money["corrected_low"] < money["corrected_high"] <= 1
    assert money["high"] < money["corrected_high"]
    assert printed(home, "topics", "evaluate", labels, "--share", "--country", "RS")["share"]["shares"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("topics", "evaluate", "{}"), 1, "x.csv: line 1: column label is missing; it has id, name, description"),
        (("topics", "evaluate", "{}", "--share"), 2, "--share needs labels of topics"),
        (("names", "evaluate", "{}"), 1, "x.csv: line 1: column entity is missing"),
        (("topics", "evaluate", str(HERE / "held_out_topics.csv"), "--share", "--topic", "weather"), 2, "weather"),
    ],
)
def test_wrong_use_is_told_without_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "x.csv").write_text("id,name,description\n1,a,b\n", encoding="utf-8")
    done = mediacontracts_here(tmp_path, *(argument.format(tmp_path / "x.csv") for argument in arguments))
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_pairs_are_measured_part_by_part(tmp_path: Path) -> None:
    found = printed(tmp_path, "names", "evaluate", str(HERE.parent / "names" / "pairs_brazil.csv"))
    assert set(found) == {"dev", "held-out"}
    assert all(part["pairs"] for part in found.values())
