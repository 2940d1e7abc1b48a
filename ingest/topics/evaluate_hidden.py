"""Measure the flags of hidden wording on texts that a person looked at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from ingest.interval import share_of
from ingest.labelled import read_labels
from ingest.topics.hidden import flags

COLUMNS = ("kind", "text", "right")


class _Looked(msgspec.Struct, frozen=True):
    kind: str
    text: str
    hides: bool
    flagged: bool


def evaluate_hidden(path: str | Path) -> dict[str, Any]:
    """Say how often a flag is right, and how much of what hides is flagged.

    Args:
        path: CSV with the columns ``kind`` (of the flag), ``text``, ``right``: 1 where the text hides from a search as
            the flag says, 0 where it does not (two words without a space, a sign for "times"). What was flagged shows
            precision; recall holds for as wide a search as the rest of the rows were found by.

    Returns:
        JSON-serialisable, by kind and in all: labelled, flagged, right (flagged and hiding), precision and recall,
        each with its Wilson interval; every wrong flag, and every text that hides but is not flagged.

    Raises:
        ingest.labelled.LabelFileError: a column is missing, or a label is neither 0 nor 1.
    """
    looked = []
    for row in read_labels(Path(path), COLUMNS):
        flagged = any(flag.kind == row["kind"] for flag in flags(row["text"]))
        looked.append(_Looked(row["kind"], row["text"], row.one_of("right", ("0", "1")) == "1", flagged))
    kinds = {kind: [one for one in looked if one.kind == kind] for kind in sorted({one.kind for one in looked})}
    return {
        "question": "hidden wording",
        "kinds": {kind: _measures(rows) for kind, rows in {**kinds, "all": looked}.items()},
        "wrong": [{"kind": one.kind, "text": one.text} for one in looked if one.flagged and not one.hides],
        "not_flagged": [{"kind": one.kind, "text": one.text} for one in looked if one.hides and not one.flagged],
    }


def _measures(rows: Sequence[_Looked]) -> dict[str, Any]:
    flagged = sum(one.flagged for one in rows)
    hiding = sum(one.hides for one in rows)
    right = sum(one.flagged and one.hides for one in rows)
    return {
        "labelled": len(rows),
        "flagged": flagged,
        "right": right,
        "precision": share_of(right, flagged),
        "recall": share_of(right, hiding),
    }
