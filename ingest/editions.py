"""Keys for sources that republish themselves whole and give no ids.

A key is the raw text of the declared identity columns and an occurrence number. Between two editions rows that are
equal in every column are paired first; of the rest, rows with the same identity are paired in order and are
revisions; an old row left over has vanished, a new row left over is new. Two identical printed rows are two records.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from hashlib import blake2b

import msgspec

from ingest.record import Record


class Known(msgspec.Struct, frozen=True):
    """A stored record of the source: its key, identity and the hash of its raw cells.

    `elsewhere` marks one of another slice, or of another file of the same edition: its key is taken, and no row of
    this file is its newer self.
    """

    key: str
    identity: str
    raw_hash: bytes
    vanished: bool
    elsewhere: bool = False


LONGEST_KEY = 2000
"""Bytes of an identity that stand in a key as they are: PostgreSQL indexes no text of more than some 2700."""


def occurrence_key(identity: str, occurrence: int) -> str:
    """The key of the n-th row with this identity; of a very long one its beginning, and a hash of the whole."""
    written = identity.encode()
    if len(written) > LONGEST_KEY:
        beginning = written[:LONGEST_KEY].decode(errors="ignore")
        identity = f"{beginning}… {blake2b(written, digest_size=16).hexdigest()}"
    return f"{identity} #{occurrence}"


def assign_keys(known: Iterable[Known], records: list[Record]) -> None:
    """Give every record of a whole slice its key, so that it meets its stored self or is new.

    A row that vanished and comes back unchanged is the old record again.
    """
    every = list(known)
    taken = {k.key for k in every}
    stored = sorted((k for k in every if not k.elsewhere), key=lambda k: (k.vanished, _occurrence(k.key), k.key))
    equal: dict[tuple[str, bytes], deque[str]] = defaultdict(deque)
    for k in stored:
        equal[k.identity, k.raw_hash].append(k.key)
    paired: set[str] = set()
    rest: list[Record] = []
    for record in records:
        waiting = equal.get((record.identity, record.raw_hash))
        if waiting:
            record.key = waiting.popleft()
            paired.add(record.key)
        else:
            rest.append(record)
    revisable: dict[str, deque[str]] = defaultdict(deque)
    for k in stored:
        if k.key not in paired and not k.vanished:
            revisable[k.identity].append(k.key)
    following: dict[str, int] = defaultdict(int)
    for record in rest:
        waiting_identity = revisable.get(record.identity)
        if waiting_identity:
            record.key = waiting_identity.popleft()
            continue
        number = following[record.identity] + 1
        while (key := occurrence_key(record.identity, number)) in taken:
            number += 1
        following[record.identity] = number
        taken.add(key)
        record.key = key


def _occurrence(key: str) -> int:
    return int(key.rpartition("#")[2])
