"""Hold the second opinion against labelled pairs, and against our own bands on them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from ingest.agreement import kappa
from ingest.interval import share_of
from ingest.labelled import read_labels
from ingest.names.evaluate import PAIRS
from ingest.names.normalise import normalise
from ingest.names.score import score
from ingest.names.second_opinion import Known, opinions


def evaluate_opinion(path: str | Path) -> dict[str, Any]:
    """Ask for an opinion on every labelled pair; probability .5 and more counts as one.

    Args:
        path: CSV with the columns ``part``, ``left``, ``right``, ``same`` (1 or 0). The model learns from all of its
            names and from none of its labels, so its parts are not told apart.

    Returns:
        JSON-serialisable: precision and recall of the opinion, its agreement with our bands where these decide, with
        Cohen's kappa, and what it says of each pair that our rules leave to a person.

    Raises:
        ingest.labelled.LabelFileError: a column is missing.
        ingest.names.second_opinion.NoSplinkError: Splink is not installed.
    """
    rows = read_labels(Path(path), PAIRS)
    names = sorted({name for row in rows for name in (row["left"], row["right"])})
    at = {name: index for index, name in enumerate(names)}
    found = opinions([Known(name) for name in names], [(at[row["left"]], at[row["right"]]) for row in rows])
    if found is None:
        return {"names": len(names), "pairs": len(rows), "opinion": "too few names to learn from"}
    labels = [row.one_of("same", ("0", "1")) == "1" for row in rows]
    bands = [score(normalise(row["left"]), normalise(row["right"])).band for row in rows]
    one = [opinion.probability >= 0.5 for opinion in found]
    right = sum(said and same for said, same in zip(one, labels, strict=True))
    decided = [(band, said) for band, said in zip(bands, one, strict=True) if band != "review"]
    counts = Counter((band, "one" if said else "two") for band, said in zip(bands, one, strict=True))
    return {
        "names": len(names),
        "pairs": len(rows),
        "precision": share_of(right, sum(one)),
        "recall": share_of(right, sum(labels)),
        "bands": {f"{band} / {said}": count for (band, said), count in sorted(counts.items())},
        "agreement": share_of(sum((band == "auto") == said for band, said in decided), len(decided)),
        "kappa": kappa([(str(band == "auto"), str(said)) for band, said in decided]),
        "in_review": [
            {
                "left": row["left"],
                "right": row["right"],
                "same": same,
                "probability": round(opinion.probability, 3),
                "speaks_for": list(opinion.speaks_for),
                "speaks_against": list(opinion.speaks_against),
            }
            for row, same, band, opinion in zip(rows, labels, bands, found, strict=True)
            if band == "review"
        ],
    }
