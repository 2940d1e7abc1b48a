"""How often a flag of hidden wording is right, on everything that was flagged in the lots of nine payers."""

from pathlib import Path

import pytest

from ingest.topics.evaluate_hidden import evaluate_hidden

LABELS = Path(__file__).with_name("hidden_labels.csv")


def test_precision_of_the_flags_on_texts_read_by_a_person() -> None:
    found = evaluate_hidden(LABELS)
    whole = found["kinds"]["all"]
    assert whole["labelled"] == 65
    assert found["not_flagged"] == []
    assert whole["precision"] >= 0.8
    low, high = whole["precision_interval"]
    assert low < whole["precision"] < high
    # every wrong flag by name: a new one, or a mended one, has to be written here
    assert {row["text"] for row in found["wrong"]} == {
        "1хLR44", "4хGN1", "AAДополнительно", "CF259AЧерный", "ДxШxВ", "ШxГxВ", "комплектеAC100V", "материалA",
        "Автошинs", "КJО3", "106R2181",
    }  # fmt: skip


def test_bad_label_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("kind,text\nempty title,a\n", encoding="utf-8")
    with pytest.raises(ValueError, match="column right is missing"):
        evaluate_hidden(path)
    path.write_text("kind,text,right\nempty title,a,yes\n", encoding="utf-8")
    with pytest.raises(ValueError, match="0 or 1 is meant"):
        evaluate_hidden(path)
