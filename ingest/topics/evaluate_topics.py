"""Measure the rules of topics on labelled wordings: what was ordered, class by class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ingest.agreement import kappa
from ingest.interval import share_of, weighted_share
from ingest.labelled import Labelled, read_labels
from ingest.topics.classify import topic_of
from ingest.topics.rules import shipped

COLUMNS = ("id", "source_topic", "subject", "topic")
NONE = "none"
"""How a wording is named that says no topic of ours."""
UNSURE = "unsure"


class ReadTopic(msgspec.Struct, frozen=True):
    """One wording, what a person says it is about, and what the rules say; "" is no topic of ours."""

    row: Labelled
    label: str
    found: str
    rule: str


class Accuracy(msgspec.Struct, frozen=True):
    """How the rules read one topic, over labelled wordings for which they say a topic at all.

    Attributes:
        caught: wordings of the topic that are read as it.
        of_topic: wordings of the topic.
        passed: wordings of other topics, or of none, that are not read as it.
        of_others: wordings of other topics, or of none.
    """

    caught: int
    of_topic: int
    passed: int
    of_others: int


def read_topics(path: Path) -> tuple[list[ReadTopic], int]:
    """Read labelled wordings and put them through the rules; the second value counts those a person is unsure of.

    Args:
        path: CSV with the columns ``id``, ``source_topic`` and ``subject`` (the words), ``topic``: one of our topics,
            empty where none can be told, "unsure" where readers may well differ.

    Raises:
        ingest.labelled.LabelFileError: a column is missing, or a topic is none of ours.
    """
    allowed = ["", UNSURE, *sorted({rule.topic for rule in shipped().topics})]
    read, unsure = [], 0
    for row in read_labels(path, COLUMNS):
        label = row.one_of("topic", allowed)
        if label == UNSURE:
            unsure += 1
            continue
        found = topic_of(*filter(None, (row["source_topic"], row["subject"])))
        read.append(ReadTopic(row, label, found.topic if found else "", found.rule_id if found else ""))
    return read, unsure


def accuracy(read: Sequence[ReadTopic], topic: str) -> Accuracy:
    """Count how the rules read one topic where they say a topic; what they leave open is no reading of theirs."""
    said = [one for one in read if one.found]
    of_topic = [one for one in said if one.label == topic]
    others = [one for one in said if one.label != topic]
    return Accuracy(
        sum(one.found == topic for one in of_topic),
        len(of_topic),
        sum(one.found != topic for one in others),
        len(others),
    )


def evaluate_topics(path: str | Path) -> dict[str, Any]:
    """Compare the topics that rules give with those a person gave.

    Returns:
        JSON-serialisable: agreement with its Wilson interval, the agreement of the population that drawn rows stand
        for, Cohen's kappa with its interval, precision and recall of each topic, and every disagreement.

    Raises:
        ingest.labelled.LabelFileError: a column is missing, or a topic is none of ours.
    """
    read, unsure = read_topics(Path(path))
    agree = sum(one.label == one.found for one in read)
    return {
        "question": "what was ordered",
        "labelled": len(read),
        "unsure_left_out": unsure,
        "agreement": share_of(agree, len(read)),
        "agreement_of_the_population": weighted_share((one.row.weight, one.label == one.found) for one in read),
        "kappa": kappa([(one.label, one.found) for one in read]),
        "topics": {topic or NONE: _of_topic(read, topic) for topic in sorted({one.label for one in read})},
        "errors": [
            {
                "id": one.row["id"],
                "source_topic": one.row["source_topic"],
                "subject": one.row["subject"],
                "label": one.label or NONE,
                "verdict": one.found or NONE,
                "rule": one.rule,
            }
            for one in read
            if one.label != one.found
        ],
    }


def _of_topic(read: Sequence[ReadTopic], topic: str) -> dict[str, Any]:
    labelled = sum(one.label == topic for one in read)
    said = sum(one.found == topic for one in read)
    right = sum(one.label == one.found == topic for one in read)
    return {
        "labelled": labelled,
        "said": said,
        "right": right,
        "precision": share_of(right, said),
        "recall": share_of(right, labelled),
    }
