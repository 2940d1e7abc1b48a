"""The words an expression needs: never more than it does, or a rule would miss what it should find."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.topics.guards import may_match, needed
from ingest.topics.hidden import plain_wording
from ingest.topics.rules import shipped


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("сми", ("сми",)),
        ("прессов(к|щ)", ("прессов",)),
        (r"размещени\w+ .{0,30}(стат|публикац)\w*.{0,60}газет", ("размещени",)),
        (r"(газет|теле|радио|бақ)\w*.{0,30}жарнама", ("жарнама",)),
        (r"(теле|радио)\w*.{0,10}", ("теле", "радио")),
        (r"\bpr\b", ("pr",)),
        (r"газеты?", ("газет",)),
        (r"(пресс-)?тур", ("тур",)),
        ("один|второй", ("один", "второй")),
        (r"один|\w+", ()),
        (r"[аб]", ()),
        (r"а{2}б", ()),
        (r"(?!газет)\w", ()),
        (r"[]|)]газета", ("газета",)),
        (r"\(газета\)", ("газета",)),
        (r"дом(?:ик|ище)\b", ("дом",)),
    ],
)
def test_needed_words(expression: str, words: tuple[str, ...]) -> None:
    assert needed(expression) == words


def _texts() -> list[str]:
    with Path(__file__).with_name("labels.csv").open(encoding="utf-8", newline="") as file:
        return [plain_wording(f"{row['name']} \n {row['description']}") for row in csv.DictReader(file)]


def test_no_shipped_rule_is_kept_from_a_text_it_matches() -> None:
    texts = _texts()
    tried = 0
    for rule in (*shipped().relevance, *shipped().topics):
        if rule.pattern is None:
            continue
        for text in texts:
            if rule.pattern.search(text):
                tried += 1
                assert may_match(rule.needs, text), (rule.id, text)
    assert tried > 250
    # what the words are for: most texts of general procurement are not tried at all
    assert sum(may_match(rule.needs, "работы по покраске забора") for rule in shipped().relevance if rule.pattern) == 0


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_text_made_from_an_expression_holds_its_words(data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from([rule for rule in shipped().topics if rule.needs]))
    text = data.draw(st.from_regex(rule.pattern))
    assert may_match(rule.needs, text)
