"""Slips that hide a likeness from every other rule: in the word for the medium, in a word of a body, across scripts.

«гаезта "Литер"» is not read as a newspaper, so its slip becomes a part of the name. Nothing here is proof: what is
found is a question for a person.
"""

from functools import cache, lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from db.fold import script
from ingest.names.government import read_body
from ingest.names.letters import folded
from ingest.names.media_words import media_index, same_medium
from ingest.names.normalise import Name
from ingest.names.rule_data import government_table

_SHORTEST: Final = 5
_STEM: Final = 4


@lru_cache(maxsize=65_536)
def slipped_medium(token: str) -> str | None:
    """Return the medium that a folded word means but for one slip; None for a word spelled rightly or far from any."""
    words = media_index().words
    if len(token) < _SHORTEST or token in words:
        return None
    near = (word for word in words if abs(len(word) - len(token)) <= 1 and len(word) >= _SHORTEST)
    return next((words[word] for word in sorted(near) if OSA.distance(word, token, score_cutoff=1) <= 1), None)


def medium_misspelled(left: Name, right: Name) -> str | None:
    """Say why two names are one but for a slip in a word for a medium, or None."""
    if len(left.tokens) == len(right.tokens):
        return None
    for one, other in ((left, right), (right, left)):
        # the other name is this one without its slips, which rules out nearly every pair before a word is looked at
        if len(one.tokens) <= len(other.tokens) or not set(other.tokens) < set(one.tokens):
            continue
        slips = {token: medium for token in one.tokens if (medium := slipped_medium(token))}
        rest = sorted(token for token in one.tokens if token not in slips)
        if not slips or not rest or rest != sorted(other.tokens):
            continue
        if all(same_medium(medium, other.medium) != "no" for medium in slips.values()):
            return f"same words, but for {' '.join(slips)}"
    return None


@cache
def _words_for() -> dict[str, frozenset[str]]:
    """Folded beginnings of words by the code they make."""
    table = government_table()
    found: dict[str, set[str]] = {}
    for codes, phrases in (*table.types.items(), *table.subjects.items()):
        for code in codes.split("+"):
            found.setdefault(code, set()).update(word for phrase in phrases for word in folded(phrase.strip("=")))
    return {code: frozenset(word for word in words if len(word) >= _STEM) for code, words in found.items()}


def _slip_of(token: str, code: str) -> bool:
    return any(OSA.distance(token[: len(stem)], stem, score_cutoff=1) <= 1 for stem in _words_for().get(code, ()))


def body_word_misspelled(left: Name, right: Name) -> str | None:
    """Say why two bodies are one but for a slip in the word for their type or subject, or None."""
    for one, other in ((left, right), (right, left)):
        missing, strange = set(one.tokens) - set(other.tokens), sorted(set(other.tokens) - set(one.tokens))
        if len(missing) != 1 or not 1 <= len(strange) <= 2 or any(token in _words_for() for token in strange):
            continue
        code = next(iter(missing))
        slips = [token for token in strange if _slip_of(token, code)]
        if slips:
            return f"same body, but for {' '.join(slips)}"
    return None


def body_type_misspelled(body: Name, other: Name) -> str | None:
    """Say why a name that names no type of body may be a body all the same: its type has a slip."""
    codes = _body_of(tuple(other.tokens))
    return "same body, but for its type" if codes and codes == set(body.tokens) else None


@lru_cache(maxsize=65_536)
def _body_of(tokens: tuple[str, ...]) -> frozenset[str]:
    """Return what a name's words say of a body; a name meets many others, so it is read once."""
    return frozenset(read_body(list(tokens)) or ())


def near_across_scripts(left: Name, right: Name) -> bool:
    """Say whether two names in two scripts differ by little: a slip and what transliteration makes of it."""
    longest = max(len(left.core), len(right.core))
    if longest < _SHORTEST or len(left.tokens) != len(right.tokens) or left.core[:1] != right.core[:1]:
        return False
    if {script(left.raw), script(right.raw)} != {"cyrillic", "latin"}:
        return False
    most = 2 if longest >= 10 else 1
    return OSA.distance(left.core, right.core, score_cutoff=most) <= most
