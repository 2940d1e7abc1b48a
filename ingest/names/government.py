"""Names of bodies of the state, read word by word: type, subject, region, in any order and language.

«Солтүстік Қазақстан облысының ішкі саясат басқармасы» and «Управление внутренней политики акимата СКО» both come
out as ``department internal_policy region:59``.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA

from ingest.names.letters import folded
from ingest.names.rule_data import government_table, word_table

_DISTRICTS: Final = ("raion", "audan", "district")
# «Карагандинского района» and «Қарағанды ауданы»: the adjective and the name meet without their endings
_ADJECTIVE: Final = re.compile(r"(?:skogo|skomu|skom|skoi|ski)$")
_ENDING: Final = re.compile(r"(?:in|[aeiou])$")


class Phrase(NamedTuple):
    """A row of word beginnings and what it stands for ("" = noise)."""

    stems: tuple[str, ...]
    exact: tuple[bool, ...]
    codes: tuple[str, ...]
    is_type: bool


class GovernmentIndex(NamedTuple):
    """Phrases by the first two letters, longest first; those that begin with a long word; abbreviations."""

    phrases: dict[str, list[Phrase]]
    long: tuple[Phrase, ...]
    type_stems: tuple[str, ...]
    abbreviations: dict[str, tuple[str, ...]]
    countries: frozenset[str]


def _phrase(text: str, codes: tuple[str, ...], *, is_type: bool = False) -> Phrase:
    upper = text.isupper()
    joins = {folded(join) for join in word_table().joins}
    words = tuple(word for word in folded(text.replace("=", "")) if (word,) not in joins)
    # an abbreviation or a very short word has to be met whole
    exact = tuple(upper or text.startswith("=") or len(word) <= 2 for word in words)
    return Phrase(words, exact, codes, is_type)


@cache
def government_index() -> GovernmentIndex:
    """Return the index of `government.yml`."""
    table = government_table()
    phrases = [_phrase(text, (code,), is_type=True) for code, texts in table.types.items() for text in texts]
    phrases += [_phrase(text, tuple(code.split("+"))) for code, texts in table.subjects.items() for text in texts]
    phrases += [_phrase(text, (f"region:{code}",)) for code, texts in table.regions.items() for text in texts]
    phrases += [_phrase(text, ()) for text in table.noise]
    index: dict[str, list[Phrase]] = {}
    ordered = sorted(phrases, key=lambda p: (-len(p.stems), -len(p.stems[0]), p.stems))
    long = tuple(phrase for phrase in ordered if len(phrase.stems[0]) >= 6 and not phrase.exact[0])
    for phrase in ordered:
        index.setdefault(phrase.stems[0][:2], []).append(phrase)
    abbreviations = {folded(short)[0]: tuple(codes) for short, codes in table.abbreviations.items()}
    type_stems = tuple(sorted({phrase.stems[0] for phrase in phrases if phrase.is_type}))
    return GovernmentIndex(
        index, long, type_stems, abbreviations, frozenset({"rk", "kr", "respubliki", "respublikasi"})
    )


def _match(tokens: list[str], position: int, phrase: Phrase) -> bool:
    if position + len(phrase.stems) > len(tokens):
        return False
    return all(
        token == stem if exact else token.startswith(stem)
        for token, stem, exact in zip(tokens[position:], phrase.stems, phrase.exact, strict=False)
    )


def _phrase_at(tokens: list[str], position: int) -> Phrase | None:
    phrases = government_index().phrases.get(tokens[position][:2], ())
    return next((phrase for phrase in phrases if _match(tokens, position, phrase)), None)


def _phrase_with_slip(tokens: list[str], position: int) -> Phrase | None:
    """Return the phrase that a long word begins but for one slip: "финнасов" for "финансов"."""
    token = tokens[position]
    if len(token) < 7:
        return None
    for phrase in government_index().long:
        stem = phrase.stems[0]
        sizes = (len(stem), len(stem) - 1, len(stem) + 1)
        if any(OSA.distance(token[:size], stem, score_cutoff=1) <= 1 for size in sizes):
            repaired = [*tokens[:position], stem, *tokens[position + 1 :]]
            if _match(repaired, position, phrase):
                return phrase
    return None


def may_be_body(tokens: list[str]) -> bool:
    """Say quickly whether folded tokens may name a body of the state."""
    index = government_index()
    return any(token.startswith(index.type_stems) or token in index.abbreviations for token in tokens)


def read_body(tokens: list[str]) -> tuple[str, ...] | None:
    """Return the sorted codes and unknown words of a body of the state, or None if the tokens name none.

    Args:
        tokens: folded words of the name, legal form and conjunctions already out.
    """
    index = government_index()
    codes: set[str] = set()
    has_type = False
    placed = not index.countries.isdisjoint(tokens) or any(
        phrase.codes and phrase.codes[0].startswith("region:") and _match(tokens, position, phrase)
        for position, token in enumerate(tokens)
        for phrase in index.phrases.get(token[:2], ())
    )
    position = 0
    while position < len(tokens):
        token = tokens[position]
        phrase = _phrase_at(tokens, position) or _phrase_with_slip(tokens, position)
        # «МИР» alone is a broadcaster, «МИР РК» a ministry; longer abbreviations stand for one body only
        if token in index.abbreviations and (placed or len(token) >= 4):
            codes.update(index.abbreviations[token])
            has_type = True
        elif position + 1 < len(tokens) and phrase is None and tokens[position + 1].startswith(_DISTRICTS):
            codes.add("district:" + _ENDING.sub("", _ADJECTIVE.sub("", token)))
            position += 1
        elif phrase is not None:
            codes.update(phrase.codes)
            has_type = has_type or phrase.is_type
            position += len(phrase.stems) - 1
        else:
            codes.add(token)
        position += 1
    if not has_type:
        return None
    # "управление … акимата X" is the department; its akimat says whose it is, and the region says that already
    if codes & {"department", "section", "akim_office"}:
        codes.discard("akimat")
    return tuple(sorted(codes))
