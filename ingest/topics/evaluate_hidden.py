"""Measure the flags of hidden wording on flagged texts that a person looked at."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from ingest.topics.evaluate import interval
from ingest.topics.hidden import flags


def evaluate_hidden(path: str | Path) -> dict[str, Any]:
    """Say how often a flag is right.

    Args:
        path: CSV with the columns ``kind`` (of the flag), ``text``, ``right``: 1 where the text hides from a search as
            the flag says, 0 where it does not (two words without a space, a sign for "times").

    Returns:
        JSON-serialisable, by kind and in all: labelled, flagged, right, precision with its Wilson interval; every
        wrong flag, and every text that is right but not flagged any more.

    Raises:
        ValueError: a column is missing, or a label is neither 0 nor 1.
    """
    with Path(path).open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        missing = {"kind", "text", "right"} - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path}: column {', '.join(sorted(missing))} is missing")
        rows = list(reader)
    labelled: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    right: Counter[str] = Counter()
    wrong: list[dict[str, str]] = []
    lost: list[dict[str, str]] = []
    for row in rows:
        if row["right"] not in {"0", "1"}:
            raise ValueError(f"{path}: {row['text']!r}: right is {row['right']!r}; 0 or 1 is meant")
        is_right = row["right"] == "1"
        is_flagged = any(flag.kind == row["kind"] for flag in flags(row["text"]))
        for group in (row["kind"], "all"):
            labelled[group] += 1
            flagged[group] += is_flagged
            right[group] += is_flagged and is_right
        if is_flagged != is_right:
            (wrong if is_flagged else lost).append({"kind": row["kind"], "text": row["text"]})
    return {
        "kinds": {
            group: {
                "labelled": labelled[group],
                "flagged": flagged[group],
                "right": right[group],
                "precision": right[group] / flagged[group] if flagged[group] else None,
                "precision_interval": interval(right[group], flagged[group]),
            }
            for group in sorted(labelled)
        },
        "wrong": wrong,
        "not_flagged": lost,
    }
