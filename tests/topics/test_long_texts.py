"""A long text costs no more than its length: texts come from portals, and a page without a space is one word."""

import re
from collections.abc import Callable, Sequence
from time import process_time

import pytest

from ingest.topics.classify import Purchase, classify, topic_of
from ingest.topics.hidden import flags, plain_wording
from ingest.topics.rules import shipped

LENGTHS = (1_250, 5_000, 20_000)
BOUND = 0.4
"""Seconds of this process: what grows with the length takes a tenth of it, what grows with its square far more."""

PATTERNS = [
    pytest.param(pattern, id=f"{rule.id}, {name}")
    for rule in (*shipped().relevance, *shipped().topics)
    for name, pattern in (("any", rule.pattern), ("unless", rule.unless))
    if pattern is not None
] + [
    pytest.param(pattern, id=f"{rule.id}, beside {nth}")
    for rule in shipped().relevance
    for nth, pattern in enumerate(rule.beside, start=1)
]


def stems_of(pattern: re.Pattern[str]) -> list[str]:
    return sorted(set(re.findall(r"(?<!\\)[^\W\d_]{3,}", pattern.pattern)))


def repeated(words: Sequence[str], between: str, length: int) -> str:
    once = between.join(words) + between
    return (once * (length // len(once) + 1))[:length]


def seconds(work: Callable[[str], object], words: Sequence[str], between: str) -> float:
    """What the longest text takes; a shorter one that is too slow already stands for it."""
    spent = 0.0
    for length in LENGTHS:
        text = repeated(words, between, length)
        start = process_time()
        work(text)
        spent = process_time() - start
        if spent > BOUND:
            break
    return spent


def verdict(text: str) -> object:
    return classify(Purchase(text, text))


FEW = ["мероприятия", "газет", "радио", "мониторинг"]
ALL = sorted({stem for param in PATTERNS for stem in stems_of(param.values[0])})


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_expression_grows_with_the_square_of_a_text(pattern: re.Pattern[str]) -> None:
    own = stems_of(pattern)
    tried = [(words, between) for words in (FEW, own, own[:2], own[-2:], ALL) for between in ("", " ", " в ")]
    slow = [(words[:4], between) for words, between in tried if seconds(pattern.findall, words, between) > BOUND]
    assert slow == []


@pytest.mark.parametrize("read", [plain_wording, flags, topic_of, verdict])
@pytest.mark.parametrize(
    "words",
    [
        FEW,
        ["с м и р е к", "л"],  # letters apart
        ["р-е-к-л-а-м-а", "в", "С М И"],
        ["мероприятиe"],  # with a Latin "e"
        ["w", "мероприятия"],
        ["газ3та", "инф0рмация"],
        ["а"],
        ["1"],
    ],
    ids=lambda words: words[0],
)
def test_no_reading_grows_with_the_square_of_a_text(read: Callable[[str], object], words: list[str]) -> None:
    assert [between for between in ("", " ", "-") if seconds(read, words, between) > BOUND] == []
