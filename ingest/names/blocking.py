"""Find the pairs of names worth comparing, without comparing all with all.

Names with one key are gathered first and count once. What is left is blocked by several keys that survive one kind of
error each: the sorted letters (letters or words that changed places, spaces), beginning and end of the name (a wrong
letter elsewhere), rare words (words added), consonants (transliteration). A block that is too large is walked in
order of the names, each with its neighbours, instead of being skipped.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ingest.names.normalise import Name
from ingest.names.score import known_outlet

BLOCK_LIMIT: Final = 24
WINDOW: Final = 3
RARE: Final = 40
EDGE: Final = 6


def gather(names: Sequence[Name]) -> dict[tuple[str, str], list[int]]:
    """Return the indexes of names by (kind, key); placeholders are left out."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, name in enumerate(names):
        if not name.placeholder:
            groups[name.kind, name.key].append(index)
    return groups


def _letters(name: Name) -> tuple[str, ...]:
    return "".join(sorted(name.core)), "".join(sorted(name.printed))


def _consonants(name: Name) -> tuple[str, ...]:
    return (name.skeleton,) if len(name.skeleton) >= 4 else ()


def _begins(name: Name) -> tuple[str, ...]:
    return (name.core[:EDGE],) if len(name.core) >= EDGE else ()


def _ends(name: Name) -> tuple[str, ...]:
    return (name.core[-EDGE:],) if len(name.core) >= EDGE else ()


def _early(name: Name) -> tuple[str, ...]:
    """Beginning and end around a wrong letter in the first half."""
    core = name.core
    return (core[:2] + core[-4:],) if len(core) >= 5 else ()


def _late(name: Name) -> tuple[str, ...]:
    """Beginning and end around a wrong letter in the second half."""
    core = name.core
    return (core[:4] + core[-2:],) if len(core) >= 5 else ()


def _body(name: Name) -> tuple[str, ...]:
    """A body without its region."""
    if name.kind != "body":
        return ()
    return (" ".join(token for token in sorted(name.tokens) if not token.startswith("region:")),)


def _known(name: Name) -> tuple[str, ...]:
    known = known_outlet(name)
    return (known,) if known else ()


def _rare_words(name: Name, frequency: Counter[str]) -> tuple[str, ...]:
    rare = sorted((frequency[token], token) for token in set(name.tokens) if len(token) > 2)
    return tuple(token for count, token in rare[:2] if count <= RARE)


_KEYS: Final = (_letters, _consonants, _begins, _ends, _early, _late, _body, _known)


def candidates(
    names: Sequence[Name], groups: dict[tuple[str, str], list[int]] | None = None
) -> Iterator[tuple[int, int]]:
    """Yield pairs of indexes (smaller first) to compare, each once; names of one key are no pair here.

    Args:
        names: the names.
        groups: `gather(names)`, where it is at hand.
    """
    groups = gather(names) if groups is None else groups
    frequency: Counter[str] = Counter()
    unit_of = [-1] * len(names)
    for unit, ((_, key), members) in enumerate(groups.items()):
        frequency.update(key.split())
        for index in members:
            unit_of[index] = unit
    # names of one key that state different kinds of medium may go with different names of other keys
    heads = [
        index for members in groups.values() for index in {names[i].medium: i for i in reversed(members)}.values()
    ]
    seen: set[int] = set()
    size = len(names)
    for members in _all_blocks(names, groups, heads, frequency):
        for left, right in _pairs_in(members, names):
            if unit_of[left] == unit_of[right]:
                continue
            small, large = (left, right) if left < right else (right, left)
            code = small * size + large
            if code not in seen:
                seen.add(code)
                yield small, large


def _all_blocks(
    names: Sequence[Name], groups: dict[tuple[str, str], list[int]], heads: list[int], frequency: Counter[str]
) -> Iterator[list[int]]:
    """Yield the blocks of two and more names, one kind of block key after the other: only one is held at a time."""
    # A slip in the legal form or in the word for the medium shows in the whole name only, so here every name counts.
    spelled = (index for members in groups.values() for index in {names[i].whole: i for i in members}.values())
    yield from _blocks((("".join(sorted(names[index].whole)),), index) for index in spelled)
    for keys in _KEYS:
        yield from _blocks((keys(names[index]), index) for index in heads)
    yield from _blocks((_rare_words(names[index], frequency), index) for index in heads)


def _blocks(keyed: Iterable[tuple[tuple[str, ...], int]]) -> Iterator[list[int]]:
    # Most keys are met once: a list is made only for the second name.
    first: dict[str, int] = {}
    more: dict[str, list[int]] = {}
    for keys, index in keyed:
        for key in keys:
            before = first.setdefault(key, index)
            if before != index:
                more.setdefault(key, [before]).append(index)
    del first
    yield from more.values()


def _pairs_in(members: list[int], names: Sequence[Name]) -> Iterator[tuple[int, int]]:
    if len(members) <= BLOCK_LIMIT:
        for position, left in enumerate(members):
            for right in members[position + 1 :]:
                yield left, right
        return
    ordered = sorted(members, key=lambda index: (names[index].core, index))
    for position, left in enumerate(ordered):
        for right in ordered[position + 1 : position + 1 + WINDOW]:
            yield left, right
