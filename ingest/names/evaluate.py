"""Measure how well names are resolved, on a file of names with their true entity or of labelled pairs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, Final

from ingest.components import Components
from ingest.labelled import LabelFileError, read_labels
from ingest.names.normalise import VERSION, normalise
from ingest.names.resolve import resolve
from ingest.names.score import score

ERRORS_SHOWN: Final = 200
NAMES: Final = ("entity", "name")
PAIRS: Final = ("part", "left", "right", "same")


def _rates(merged_right: int, merged_wrong: int, true_pairs: int, with_review: int) -> dict[str, float | None]:
    merged = merged_right + merged_wrong
    precision = merged_right / merged if merged else None
    recall = merged_right / true_pairs if true_pairs else None
    f1 = None if not true_pairs else 0.0
    if precision and recall:
        f1 = 2 * precision * recall / (precision + recall)
    return {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "recall_with_review": with_review / true_pairs if true_pairs else None,
    }


def evaluate(path: str | Path) -> dict[str, Any]:
    """Resolve the names of a CSV and compare with its entities.

    Args:
        path: CSV with the columns ``entity`` and ``name``, other columns are ignored. A name repeated word for word in
            one entity counts once.

    Returns:
        JSON-serialisable: names, entities, true pairs, pairs merged, precision, recall and F1 of automatic merging
        over all pairs, recall when every question asked is answered rightly, share of names in a question, errors.
        With review, a question joins two whole clusters.

    Raises:
        ingest.labelled.LabelFileError: a column is missing, a row lacks a value, or there are fewer than two names.
    """
    rows = read_labels(Path(path), NAMES)
    for row in rows:
        if not row["entity"] or not row["name"]:
            raise LabelFileError(f"{row.place}: entity and name must not be blank")
    labelled = list(dict.fromkeys((row["entity"], row["name"]) for row in rows))
    if len(labelled) < 2:
        raise LabelFileError(f"{path}: needs at least two names, has {len(labelled)}")
    return evaluate_names([entity for entity, _ in labelled], [name for _, name in labelled])


def evaluate_names(entities: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """Resolve names and compare with their entities; see `evaluate` for what comes back."""
    result = resolve(names)
    clusters: dict[int, list[int]] = defaultdict(list)
    for index, cluster in enumerate(result.cluster_of):
        clusters[cluster].append(index)
    truth: dict[str, list[int]] = defaultdict(list)
    for index, entity in enumerate(entities):
        truth[entity].append(index)
    true_pairs = sum(len(members) * (len(members) - 1) // 2 for members in truth.values())
    right, wrong = 0, []
    for members in clusters.values():
        for left, right_index in combinations(members, 2):
            if entities[left] == entities[right_index]:
                right += 1
            else:
                wrong.append((left, right_index))
    in_review: set[int] = set()
    answered = Components(len(names))
    for index, cluster in enumerate(result.cluster_of):
        answered.join(index, cluster)
    for question in result.questions:
        in_review.update((question.left, question.right))
        if entities[question.left] == entities[question.right]:
            answered.join(question.left, question.right)
    missed = [
        (left, other)
        for members in truth.values()
        for left, other in combinations(members, 2)
        if result.cluster_of[left] != result.cluster_of[other]
    ]
    with_review = true_pairs - sum(answered.find(left) != answered.find(other) for left, other in missed)
    return {
        "rules_version": VERSION,
        "names": len(names),
        "entities": len(truth),
        "clusters": len(clusters),
        "pairs": len(names) * (len(names) - 1) // 2,
        "true_pairs": true_pairs,
        "merged_pairs": right + len(wrong),
        "wrong_pairs": len(wrong),
        **_rates(right, len(wrong), true_pairs, with_review),
        "questions": len(result.questions),
        "names_in_review": len(in_review),
        "share_in_review": len(in_review) / len(names),
        "errors": _errors(wrong, missed, names, answered),
    }


def _errors(
    wrong: list[tuple[int, int]], missed: list[tuple[int, int]], names: Sequence[str], answered: Components
) -> dict[str, Any]:
    """Return the errors, cut to a readable number with the count of what was left off."""
    merged = [_described(names, left, other) for left, other in wrong[:ERRORS_SHOWN]]
    lost = [
        {**_described(names, left, other), "asked": answered.find(left) == answered.find(other)}
        for left, other in missed[:ERRORS_SHOWN]
    ]
    return {
        "wrongly_merged": merged,
        "not_merged": lost,
        "left_off": max(0, len(wrong) - ERRORS_SHOWN) + max(0, len(missed) - ERRORS_SHOWN),
    }


def _described(names: Sequence[str], left: int, other: int) -> dict[str, Any]:
    suggestion = score(normalise(names[left]), normalise(names[other]))
    return {"left": names[left], "right": names[other], "band": suggestion.band, "reason": suggestion.reason}


def parts(path: str | Path) -> list[str]:
    """Return the parts of a file of labelled pairs: "dev", "held-out"."""
    return sorted({row["part"] for row in read_labels(Path(path), PAIRS)})


def evaluate_pairs(paths: Iterable[str | Path], *, part: str | None = None) -> dict[str, Any]:
    """Score labelled pairs one by one, without clusters.

    Args:
        paths: CSVs with the columns ``part``, ``left``, ``right``, ``same`` (1 or 0).
        part: only rows of this part ("dev", "held-out"), or all.

    Returns:
        the same measures as `evaluate`, over the listed pairs.
    """
    right = wrong = true_pairs = with_review = pairs = 0
    in_review: set[str] = set()
    all_names: set[str] = set()
    bands: Counter[str] = Counter()
    errors: list[dict[str, Any]] = []
    for path in paths:
        for row in read_labels(Path(path), PAIRS):
            if part is not None and row["part"] != part:
                continue
            suggestion = score(normalise(row["left"]), normalise(row["right"]))
            same = row.one_of("same", ("0", "1")) == "1"
            pairs += 1
            true_pairs += same
            bands[suggestion.band] += 1
            all_names.update((row["left"], row["right"]))
            if suggestion.band == "review":
                in_review.update((row["left"], row["right"]))
            right += same and suggestion.band == "auto"
            wrong += not same and suggestion.band == "auto"
            with_review += same and suggestion.band != "new"
            if (suggestion.band == "auto") != same:
                errors.append({"left": row["left"], "right": row["right"], "same": same, "band": suggestion.band,
                               "reason": suggestion.reason})  # fmt: skip
    return {
        "rules_version": VERSION,
        "part": part or "all",
        "pairs": pairs,
        "true_pairs": true_pairs,
        "wrong_pairs": wrong,
        **_rates(right, wrong, true_pairs, with_review),
        "bands": dict(sorted(bands.items())),
        "share_in_review": len(in_review) / len(all_names) if all_names else 0.0,
        "errors": errors,
    }
