"""`mediacontracts topics evaluate` prints the measures with intervals and every error."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from cli.looking import topics


def test_labelled_purchases_are_measured() -> None:
    done = CliRunner().invoke(topics, ["evaluate", str(Path(__file__).with_name("labels.csv"))])
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)
    low, high = found["precision_interval"]
    assert low <= found["precision"] <= high
    wrong = [one for one in found["errors"] if one["label"] == "media"]
    assert found["recall"] == (found["media"] - len(wrong)) / found["media"]


def test_a_file_without_labels_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,name,description\n1,a,b\n", encoding="utf-8")
    done = CliRunner().invoke(topics, ["evaluate", str(tmp_path / "x.csv")])
    assert done.exit_code == 1
    assert "label" in done.output
