"""Measure the rules of relevance on labelled purchases, with intervals that say how little a small set proves."""

from collections import Counter
from pathlib import Path
from typing import Any

from db.words import Relevance
from ingest.interval import share_of, weighted_share, wilson
from ingest.labelled import Labelled, read_labels
from ingest.topics.classify import Purchase, Verdict, classify

COLUMNS = ("id", "name", "description", "label")
_LABELS = [word.value for word in Relevance]


def interval(successes: int, total: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share, or None for an empty total."""
    return wilson(successes, total) if total else None


def evaluate(path: str | Path) -> dict[str, Any]:
    """Classify labelled purchases.

    Args:
        path: CSV with the columns ``id``, ``name``, ``description``, ``label`` (media, not media, undecided: a person
            cannot say from these words either). With the columns ``weight`` and ``stratum`` the rows with a weight are
            a stratified sample, and the measures of the population are estimated as well.

    Returns:
        JSON-serialisable: counts, precision and recall of the verdict *media* and the share of other purchases that
        are taken for media (false alarms), with their Wilson intervals, the share left undecided by a rule that asks
        for a person and without any rule, and every error. A verdict of undecided is an error only where the label is
        media; a label of undecided only where the verdict is media.

    Raises:
        ingest.labelled.LabelFileError: a column is missing, or a label is none of the three.
    """
    judged = [
        (row, Relevance(row.one_of("label", _LABELS)), classify(Purchase(row["name"], row["description"])))
        for row in read_labels(Path(path), COLUMNS)
    ]
    media = Relevance.MEDIA
    counts = Counter((label.value, verdict.relevance.value) for _, label, verdict in judged)
    right = counts["media", "media"]
    said = sum(verdict.relevance is media for _, _, verdict in judged)
    true = sum(label is media for _, label, _ in judged)
    other = sum(label is Relevance.NOT_MEDIA for _, label, _ in judged)
    alarms = counts["not media", "media"]
    return {
        "question": "media or not",
        "labelled": len(judged),
        "media": true,
        "precision": right / said if said else None,
        "precision_interval": interval(right, said),
        "recall": right / true if true else None,
        "recall_interval": interval(right, true),
        "false_alarms": alarms / other if other else None,
        "false_alarms_interval": interval(alarms, other),
        "undecided": sum(verdict.relevance is Relevance.UNDECIDED for _, _, verdict in judged),
        "without_rule": sum(verdict.score == 0 for _, _, verdict in judged),
        "counts": {f"{label_of} / {verdict_of}": count for (label_of, verdict_of), count in sorted(counts.items())},
        "strata": _strata(judged),
        "population": _population(judged),
        "errors": [
            {
                "id": row["id"],
                "name": row["name"],
                "description": row["description"],
                "label": label.value,
                "verdict": verdict.relevance.value,
                "rule": verdict.rule_id,
            }
            for row, label, verdict in judged
            if (label is media) != (verdict.relevance is media)
        ],
    }


_Judged = list[tuple[Labelled, Relevance, Verdict]]


def _strata(judged: _Judged) -> dict[str, dict[str, Any]]:
    """What each part of a stratified sample shows by itself."""
    found: dict[str, dict[str, Any]] = {}
    for name in sorted({row["stratum"] for row, _, _ in judged} - {""}):
        rows = [(label is Relevance.MEDIA, verdict) for row, label, verdict in judged if row["stratum"] == name]
        media = [verdict for is_media, verdict in rows if is_media]
        right = sum(verdict.relevance is Relevance.MEDIA for verdict in media)
        said = sum(verdict.relevance is Relevance.MEDIA for _, verdict in rows)
        found[name] = {
            "labelled": len(rows),
            "media": len(media),
            "precision": share_of(right, said),
            "recall": share_of(right, len(media)),
        }
    return found


def _population(judged: _Judged) -> dict[str, Any] | None:
    """The measures of everything that the drawn rows stand for, each with its interval; None without weights."""
    drawn = [(row.weight, label, verdict.relevance) for row, label, verdict in judged]
    if not any(weight for weight, _, _ in drawn):
        return None
    media, other = Relevance.MEDIA, Relevance.NOT_MEDIA
    return {
        "stands_for": round(sum(weight for weight, _, _ in drawn)),
        "drawn": sum(weight > 0 for weight, _, _ in drawn),
        "media": weighted_share((weight, label is media) for weight, label, _ in drawn),
        "precision": weighted_share((weight, label is media) for weight, label, said in drawn if said is media),
        "recall": weighted_share((weight, said is media) for weight, label, said in drawn if label is media),
        "false_alarms": weighted_share((weight, said is media) for weight, label, said in drawn if label is other),
    }
