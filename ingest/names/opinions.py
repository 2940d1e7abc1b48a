"""A second opinion on every question of the queue, from the spellings and the parties of the whole registry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, Engine

from ingest.identity import KEPT, Kind, read_spellings, spelling_of
from ingest.names.identity_lines import Spelling
from ingest.names.queue import Pair, Queue
from ingest.names.second_opinion import Known, Opinion, opinions


def with_opinions(engine: Engine, queue: Queue) -> Queue:
    """Return the queue with Splink's opinion beside each question; order, pairs and everything else stay.

    A question has none where its kind has too few names in its country to learn from.

    Args:
        engine: the registry; it is left as it is.
        queue: the questions.

    Raises:
        ingest.names.second_opinion.NoSplinkError: Splink is not installed.
    """
    groups: dict[tuple[Kind, str], list[Pair]] = defaultdict(list)
    for pair in queue.pairs:
        kind = pair.left.spelling.kind
        assert kind != "group"  # noqa: S101 - narrows the type: no source names a group, so none is asked about
        groups[kind, pair.left.spelling.country].append(pair)
    said: dict[tuple[Spelling, Spelling], Opinion] = {}
    with engine.connect() as connection:
        for (kind, country), pairs in sorted(groups.items()):
            known = _known(connection, kind, country)
            at = {spelling: index for index, spelling in enumerate(known)}
            asked = [(pair.left.spelling, pair.right.spelling) for pair in pairs]
            # one of several outlets printed alike is known once the line that says so was replayed
            asked = [ends for ends in asked if at.keys() >= set(ends)]
            found = opinions(list(known.values()), [(at[left], at[right]) for left, right in asked])
            said.update(zip(asked, found or (), strict=found is not None))
    told = [
        msgspec.structs.replace(pair, opinion=said.get((pair.left.spelling, pair.right.spelling)))
        for pair in queue.pairs
    ]
    return msgspec.structs.replace(queue, pairs=told)


def _known(connection: Connection, kind: Kind, country: str) -> Mapping[Spelling, Known]:
    """The spellings of a kind in a country that are no natural persons', with the other parties of their records."""
    used, other = KEPT[kind].used, KEPT["organisation" if kind == "body" else "body"]
    parties: dict[int, set[str]] = defaultdict(set)
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT r.{used}, n.{other.reference} FROM record r "
        f"JOIN {other.names.name} n ON n.id = r.{other.used} WHERE r.{used} IS NOT NULL"
    )
    for name_id, party in rows:
        parties[name_id].add(str(party))
    return {
        spelling_of(kind, one): Known(one.name, frozenset(parties[one.id]))
        for one in read_spellings(connection, kind)
        if one.country.lower() == country and not one.is_person
    }
