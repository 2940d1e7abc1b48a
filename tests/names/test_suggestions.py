"""What is suggested on every labelled pair, to the last letter: making the comparison faster must not change it."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from ingest.names.normalise import normalise
from ingest.names.score import score

HERE = Path(__file__).parent
# SHA-256 over band, score and reason of each pair in both orders. A rule that is changed on purpose changes it: write
# the new one here together with the measures of the rule.
SUGGESTED = {
    "pairs_brazil.csv": "fea3bad05a45f8602b974bdcb7464bb04004279e601eb4f08d879a1611dd325e",
    "pairs_kazakhstan.csv": "dfc81484dcd456039a470a91411a514d4cd1d64f54208f990c564659bc1c721f",
    "pairs_serbia.csv": "dad0c86bb4f2b843888955ca2aa0541e57456b933d28b19e028eef7d71fa029a",
}


@pytest.mark.parametrize("file", sorted(SUGGESTED))
def test_the_same_is_suggested_on_every_labelled_pair(file: str) -> None:
    digest = hashlib.sha256()
    with (HERE / file).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            left, right = normalise(row["left"]), normalise(row["right"])
            for found in (score(left, right), score(right, left)):
                digest.update(repr((found.band, found.score, found.reason)).encode())
    assert digest.hexdigest() == SUGGESTED[file]


@pytest.mark.parametrize("text", ["31 канал", "Газета «Айқын» №7", "Управление внутренней политики", "-", ""])
def test_what_is_kept_of_a_name_follows_from_its_words(text: str) -> None:
    name = normalise(text)
    assert name.core == "".join(name.tokens)
    with_digits = sorted(token for token in name.tokens if any(map(str.isdigit, token)))
    assert list(name.digits) == ([] if name.kind == "body" else with_digits)
