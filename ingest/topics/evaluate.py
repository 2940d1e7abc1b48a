"""Measure the rules of relevance on labelled purchases, with intervals that say how little a small set proves."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from db.words import Relevance
from ingest.interval import wilson
from ingest.topics.classify import Purchase, classify


def interval(successes: int, total: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share, or None for an empty total."""
    return wilson(successes, total) if total else None


def evaluate(path: str | Path) -> dict[str, Any]:
    """Classify labelled purchases.

    Args:
        path: CSV with the columns ``id``, ``name``, ``description``, ``label`` (media, not media, undecided: a person
            cannot say from these words either).

    Returns:
        JSON-serialisable: counts, precision and recall of the verdict *media* with their Wilson intervals, the share
        left undecided by a rule that asks for a person and without any rule, and every error. A verdict of undecided
        is an error only where the label is media; a label of undecided only where the verdict is media.

    Raises:
        ValueError: a column is missing or a label is none of the three.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"id", "name", "description", "label"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: column {', '.join(sorted(missing))} is missing")
        rows = list(reader)
    counts: Counter[tuple[str, str]] = Counter()
    no_rule = 0
    errors: list[dict[str, Any]] = []
    for row in rows:
        label = Relevance(row["label"])
        verdict = classify(Purchase(name=row["name"], description=row["description"]))
        counts[label.value, verdict.relevance.value] += 1
        no_rule += verdict.score == 0
        media = Relevance.MEDIA
        if (label is media) != (verdict.relevance is media):
            errors.append(
                {
                    "id": row["id"],
                    "name": row["name"],
                    "description": row["description"],
                    "label": label.value,
                    "verdict": verdict.relevance.value,
                    "rule": verdict.rule_id,
                }
            )
    right = counts["media", "media"]
    said = sum(count for (_, verdict_of), count in counts.items() if verdict_of == "media")
    true = sum(count for (label_of, _), count in counts.items() if label_of == "media")
    undecided = sum(count for (_, verdict_of), count in counts.items() if verdict_of == "undecided")
    return {
        "labelled": len(rows),
        "media": true,
        "precision": right / said if said else None,
        "precision_interval": interval(right, said),
        "recall": right / true if true else None,
        "recall_interval": interval(right, true),
        "undecided": undecided,
        "without_rule": no_rule,
        "counts": {f"{label_of} / {verdict_of}": count for (label_of, verdict_of), count in sorted(counts.items())},
        "errors": errors,
    }
