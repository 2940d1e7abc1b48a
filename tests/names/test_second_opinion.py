"""Splink beside our own rules, with the real library: it says what it thinks and why, and decides nothing."""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import mediacontracts
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from cli.outcomes import outcome_of
from cli.reviewing import review
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.identity import load_decisions
from ingest.names.evaluate_opinion import evaluate_opinion
from ingest.names.opinions import with_opinions
from ingest.names.queue import review_queue
from ingest.names.second_opinion import LEAST, Known, NoSplinkError, opinions
from ingest.settle import settle

HERE = Path(__file__).parent
STEPPE, STEPPE_SLIP = "Утренний вестник степи", "Утренний вестник стели"
PAYER = "Акимат Кок Дала"


def invented(count: int) -> list[str]:
    """Names of two invented words; every fourth is spelled twice, in other case and script of quotes."""
    rng = random.Random(11)
    syllables = [one + other for one in "бгдзклмнрст" for other in "аеиоу"]
    names = []
    while len(names) < count:
        name = " ".join("".join(rng.choices(syllables, k=3)).title() for _ in range(2))
        names += [name, f"«{name.upper()}» газеті"] if len(names) % 4 == 0 else [name]
    return names


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    rows = [[PAYER, "2024", "ТОО «Боз Дала Медиа»", "", outlet, "Освещение", "5", ""]
            for outlet in (*invented(LEAST), STEPPE, STEPPE_SLIP)]  # fmt: skip
    ingested(engine, tmp_path, declare(), csv_of(*rows))
    settle(engine, {}, tmp_path)
    yield engine
    engine.dispose()


def test_it_agrees_where_names_are_plain_and_not_where_media_share_them() -> None:
    kazakh = evaluate_opinion(HERE / "pairs_kazakhstan.csv")
    assert kazakh["agreement"]["value"] >= 0.96
    assert kazakh["kappa"]["value"] >= 0.92
    assert kazakh["precision"]["value"] >= 0.99
    # radio and television of one name are two outlets, which it has no way to learn from names
    serbian = evaluate_opinion(HERE / "pairs_serbia.csv")
    assert serbian["agreement"]["value"] < 0.7
    asked = {(row["left"], row["right"]): row for row in serbian["in_review"]}
    assert asked["RADIO BAP", "RTV BAP"]["probability"] > 0.9
    assert asked["RADIO BAP", "RTV BAP"]["speaks_for"] == ["the letters of the name", "its words"]


def test_the_same_names_get_the_same_opinion() -> None:
    with (HERE / "pairs_kazakhstan.csv").open(encoding="utf-8", newline="") as file:
        names = sorted({row["left"] for row in csv.DictReader(file)})
    known = [Known(name) for name in (*names, *invented(LEAST))]
    pairs = [(0, 1), (5, 3), (0, 1)]
    first = opinions(known, pairs)
    assert first is not None
    assert first == opinions(known, pairs)
    assert first[0] == first[2]
    assert opinions(known, []) == []


def test_a_party_in_common_is_weighed() -> None:
    names = invented(LEAST)
    known = [Known(name, frozenset({f"payer {at // 4}"})) for at, name in enumerate(names)]
    found = opinions(known, [(0, 1), (0, 6)])
    assert found is not None
    assert found[0].probability > 0.9
    assert found[1].probability < 0.1
    assert "who pays or is paid" in found[0].speaks_for
    assert "its words" in found[1].speaks_against


def test_with_few_names_there_is_no_opinion() -> None:
    assert opinions([Known("Боз дала"), Known("Боз дапа")], [(0, 1)]) is None


def test_every_question_is_shown_with_it_and_nothing_is_merged(registry: Engine, tmp_path: Path) -> None:
    queue = review_queue(registry, load_decisions(tmp_path))
    told = with_opinions(registry, queue)
    assert [(pair.left, pair.right, pair.reason) for pair in told.pairs] == [
        (pair.left, pair.right, pair.reason) for pair in queue.pairs
    ]
    (steppe,) = [pair for pair in told.pairs if {pair.left.spelling.name, pair.right.spelling.name} == {
        STEPPE, STEPPE_SLIP}]  # fmt: skip
    assert steppe.opinion is not None
    assert 0 <= steppe.opinion.probability <= 1
    shown = CliRunner().invoke(review, ["--who", "A. B.", "--second-opinion", "splink"], input="q")
    assert shown.exit_code == 0, shown.output
    assert "splink    one with probability" in shown.output
    sheet = tmp_path / "queue.csv"
    done = mediacontracts(tmp_path, "review", "--csv", str(sheet), "--second-opinion", "splink")
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    rows = list(csv.DictReader(sheet.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["probability"] for row in rows if row["left"] in {STEPPE, STEPPE_SLIP}] == [
        f"{steppe.opinion.probability:.3f}"
    ]
    settle(registry, {}, tmp_path)
    with registry.connect() as connection:
        pages = connection.execute(
            text("SELECT count(DISTINCT outlet_id) FROM outlet_name WHERE name IN (:one, :other)"),
            {"one": STEPPE, "other": STEPPE_SLIP},
        ).scalar()
    assert pages == 2
    assert not (tmp_path / "decisions" / "identity.jsonl").exists()


def test_without_the_extra_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "ingest.names.splink_model", raising=False)
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(NoSplinkError, match=r"pip install 'mediacontracts\[splink\]'") as caught:
        opinions([], [])
    outcome = outcome_of(caught.value)
    assert outcome is not None
    assert outcome.exit_code == 2
