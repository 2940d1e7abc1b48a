"""Which spellings are one body: by registry id and by decisions alone.

A body that was renamed is another body of its time, so likeness joins nobody here.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.components import Components
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import Spelling


def same_bodies(spellings: Sequence[Spelling], keys: Sequence[str], decisions: Decisions) -> list[int]:
    """The number of the first member of each spelling's body.

    Args:
        spellings: as decisions name them, those of one country, in an order that does not depend on how they came in.
        keys: of each what it is before any decision: its registry id, else its exact spelling.
        decisions: the decisions in force; they stand above ids, and an id that was printed in error joins nobody.
    """
    groups = Components(len(spellings))
    places: dict[Spelling, int] = {}
    for at, spelling in enumerate(spellings):
        groups.join(at, places.setdefault(spelling, at))
        groups.join(at, places.setdefault(decisions.find(spelling), at))
    apart = [
        (places[line.left], places[line.right])
        for line in decisions.apart
        if line.left in places and line.right in places
    ]
    wrong = decisions.wrong_ids
    first: dict[str, int] = {}
    for at, (spelling, key) in enumerate(zip(spellings, keys, strict=True)):
        if spelling in wrong:
            continue
        ends = {groups.find(at), groups.find(first.setdefault(key, at))}
        if not any({groups.find(left), groups.find(right)} == ends for left, right in apart):
            groups.join(at, first[key])
    heads: dict[int, int] = {}
    return [heads.setdefault(groups.find(at), at) for at in range(len(spellings))]
