"""Words for the kind of medium: газета, газеті, list, jornal, TV. Kept as a field, not as a name."""

from functools import cache
from typing import Final, NamedTuple

from ingest.names.letters import folded
from ingest.names.rule_data import media_rows

# Media that may be one outlet under two words: a corporation is named after its channel.
SAME_OUTLET: Final = frozenset({frozenset({"broadcaster", "tv"}), frozenset({"newspaper_group", "newspaper"})})
# Media often run by one house under one name: a person has to say whether it is one outlet.
PERHAPS_SAME: Final = frozenset(
    frozenset(pair)
    for pair in (
        ("tv_radio", "tv"), ("tv_radio", "radio"), ("tv_radio", "broadcaster"), ("broadcaster", "radio"),
        ("website", "newspaper"), ("website", "newspaper_group"), ("website", "magazine"), ("website", "agency"),
        ("agency", "tv"), ("newspaper_group", "magazine"),
    )
)  # fmt: skip


class MediaIndex(NamedTuple):
    """Folded phrases by first word, single words, and words that only qualify a medium."""

    phrases: dict[str, list[tuple[tuple[str, ...], str]]]
    words: dict[str, str]
    qualifiers: frozenset[str]


@cache
def media_index() -> MediaIndex:
    """Return the index of `media_words.yml`."""
    phrases: dict[tuple[str, ...], str] = {}
    words: dict[str, str] = {}
    qualifiers: set[str] = set()
    for medium, row in media_rows().items():
        if medium == "qualifiers":
            qualifiers.update(folded(word)[0] for word in row.words)
            continue
        phrases.update({folded(phrase): medium for phrase in row.phrases})
        words.update({folded(word)[0]: medium for word in row.words})
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, medium in sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])):
        index.setdefault(phrase[0], []).append((phrase, medium))
    return MediaIndex(index, words, frozenset(qualifiers))


def strip_media(tokens: list[str]) -> tuple[list[str], str | None]:
    """Take the words for a medium out of folded tokens.

    Returns:
        the tokens left, and the medium or None. Where nothing else is left the tokens come back whole.
    """
    index = media_index()
    if not any(token in index.words or token in index.phrases for token in tokens):
        return tokens, None
    left: list[str] = []
    found: list[str] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        for phrase, medium in index.phrases.get(token, ()):
            if tuple(tokens[position : position + len(phrase)]) == phrase:
                found.append(medium)
                position += len(phrase)
                break
        else:
            if token in index.words:
                found.append(index.words[token])
            else:
                left.append(token)
            position += 1
    if not found:
        return tokens, None
    named = [token for token in left if token not in index.qualifiers]
    return (named or left or tokens), _one_medium(found)


def _one_medium(found: list[str]) -> str:
    kinds = set(found)
    if {"tv", "radio"} <= kinds:
        kinds = (kinds - {"tv", "radio"}) | {"tv_radio"}
    if "website" in kinds:  # the portal of a channel is not the channel
        return "website"
    # The thing itself is named before what stands behind it: the newspaper of a publishing house is a newspaper.
    for medium in ("newspaper", "magazine", "broadcaster", "tv_radio", "tv", "radio", "agency"):
        if medium in kinds:
            return medium
    return "newspaper_group"


def same_medium(left: str | None, right: str | None) -> str:
    """Say how two media agree: "yes" (also where one is not stated), "perhaps" or "no"."""
    if left is None or right is None or left == right:
        return "yes"
    pair = frozenset({left, right})
    if pair in SAME_OUTLET:
        return "yes"
    return "perhaps" if pair in PERHAPS_SAME else "no"
