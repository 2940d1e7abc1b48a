"""Slips that hide a likeness are asked about, never merged; measured on the labelled pairs."""

from pathlib import Path

import pytest

from ingest.names.evaluate import evaluate_pairs
from ingest.names.normalise import normalise
from ingest.names.score import score
from ingest.names.slips import slipped_medium

PAIRS = sorted(Path(__file__).parent.glob("pairs_*.csv"))


@pytest.mark.parametrize(
    ("left", "right", "band", "reason"),
    [
        ("Qiyal", "гаезта «Қиял»", "review", "but for gaezta"),
        ("Qiyal", "газета «Қиял»", "auto", "same words"),
        ("телеканал «Қиял»", "гаезта «Қиял»", "new", "other words"),  # a television and a paper stay two
        ("ҚР Қаржы министрлігі", "Мниистерство финансов РК", "review", "but for its type"),
        ("Министерство сельского хозяйства РК", "ҚР Ауыл шрауашылығы министрлігі", "review", "same body, but for"),
        ("Министерство финансов РК", "Министерство юстиции РК", "new", "other type"),
        ("Министерство финансов РК", "Министерство вымысла РК", "new", "other type"),
        ("Қиял таңы", "Qiyal tany", "auto", ""),
        ("Оңтүстік Қиял", "Ontsutik Qiyal", "review", "two scripts"),
        ("Зңа", "Zan", "review", "changed places"),
        ("Оңтүстік Қиял", "Солтүстік Қиял", "new", "other words"),
        ("EMPRESA INVENTADA DE NOTICIAS UNIDAS", "EMPRESA INVENTADA DE NOTICIAS UNIDAS / CNPJ X", "review", "goes on"),
    ],
)  # fmt: skip
def test_a_slip_is_asked_about(left: str, right: str, band: str, reason: str) -> None:
    for one, other in ((left, right), (right, left)):
        suggestion = score(normalise(one), normalise(other))
        assert (suggestion.band, reason in suggestion.reason) == (band, True), suggestion


@pytest.mark.parametrize(
    ("word", "medium"),
    [("gaezta", "newspaper"), ("gazeta", None), ("tv", None), ("oltustik", None)],
)
def test_a_slip_in_a_word_for_a_medium(word: str, medium: str | None) -> None:
    assert slipped_medium(word) == medium


def test_held_out_pairs_reach_what_is_asked() -> None:
    found = evaluate_pairs(PAIRS, part="held-out")
    assert found["pairs"] >= 1000
    assert found["precision"] >= 0.98
    assert found["recall"] >= 0.85
    assert found["recall_with_review"] >= 0.97
    assert found["share_in_review"] <= 0.05
