"""What is unusual in the wording of each record: letters of another alphabet, split letters, titles that say nothing.

Found anew from the stored texts each time the registry is settled, so a changed rule needs no new reading and the
order in which records came leaves no trace. Facts about letters: no reproach follows from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, text

from db.bulk import table_of, update_rows
from db.model import Record
from db.words import PLAIN_WORDING, Wording
from ingest.topics.hidden import flags

_READ = """
SELECT r.id, r.wording, r.subject, l.name, l.description
FROM record r LEFT JOIN record_line l ON l.record_id = r.id ORDER BY r.id, l.position
"""


def flag_wordings(connection: Connection) -> dict[str, int]:
    """Write what is unusual in the wording of every record; only records whose answer changed are written.

    The subject and the lines are read. The titles are the subject, or the names of lines where there is none.

    Args:
        connection: inside the transaction that settles the registry.

    Returns:
        Records by each thing that was found.
    """
    counts: Counter[str] = Counter()
    changes: list[tuple[Any, ...]] = []
    found = connection.execute(text(_READ), execution_options={"yield_per": 2000})
    for record, group in groupby(found, key=itemgetter(0)):
        lines = [tuple(line) for line in group]
        _, stored, subject, _, _ = lines[0]
        names, descriptions = [line[3] for line in lines], [line[4] for line in lines]
        kinds = unusual([subject] if subject else names, names, descriptions)
        counts.update(kinds)
        wording = "; ".join(kinds) or PLAIN_WORDING
        if wording != stored:
            changes.append((wording, record))
    update_rows(connection, table_of(Record), ("wording",), "id", changes)
    return {kind.value: counts[kind] for kind in Wording}


def unusual(
    titles: Iterable[str | None], names: Iterable[str | None], descriptions: Iterable[str | None]
) -> list[Wording]:
    """What is unusual in the texts of one record, in the order of the vocabulary; blanks are passed over.

    Titles say nothing where none of them says anything; and where they do say something, descriptions may still be
    empty, all of them: "according to the specification", which no search reads.
    """
    of_titles, of_names, told = ([_kinds(one) for one in texts if one] for texts in (titles, names, descriptions))
    found = set[Wording]().union(*of_titles, *of_names, *told) - {Wording.SAYS_NOTHING}
    if _say_nothing(of_titles):
        found.add(Wording.SAYS_NOTHING)
    elif _say_nothing(told):
        found.add(Wording.EMPTY_DESCRIPTION)
    return [kind for kind in Wording if kind in found]


def _say_nothing(kinds: list[frozenset[Wording]]) -> bool:
    return bool(kinds) and all(Wording.SAYS_NOTHING in one for one in kinds)


@lru_cache(maxsize=65_536)
def _kinds(told: str) -> frozenset[Wording]:
    return frozenset(flag.kind for flag in flags(told))
