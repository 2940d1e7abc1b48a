"""Compare two names and say in which band they fall: auto (one), review (a person decides), new (two), and why.

Order of the rules: what forbids, what proves, what suggests. A valid registry id stands above every likeness: two
different ones never merge by themselves.
"""

import re
from functools import cache
from typing import Final, Literal, NamedTuple

import msgspec
from rapidfuzz.distance import OSA

from db.fold import fold_word, repair_lookalikes, script, words
from ingest.names.letters import web_ends
from ingest.names.media_words import same_medium
from ingest.names.normalise import Name, normalise
from ingest.names.rule_data import alias_rows
from ingest.names.slips import body_type_misspelled, body_word_misspelled, medium_misspelled, near_across_scripts

Band = Literal["auto", "review", "new"]

_SIBILANTS: Final = re.compile("[жзшсщцч]")


class Suggestion(msgspec.Struct, frozen=True, gc=False):
    """What the comparison of two names suggests.

    Attributes:
        band: auto, review or new.
        score: 0 to 1, for ordering a review list; not a probability.
        reason: the rule, in words.
    """

    band: Band
    score: float
    reason: str


class Alias(msgspec.Struct, frozen=True):
    """The known outlet a name stands for, and the kinds of medium that are one outlet under it."""

    slug: str
    media: frozenset[str]


@cache
def _aliases() -> dict[str, Alias]:
    found: dict[str, Alias] = {}
    for slug, row in alias_rows().items():
        alias = Alias(slug, frozenset(row.media))
        for spelling in row.spellings:
            key = normalise(spelling).key
            if found.setdefault(key, alias).slug != slug:
                raise ValueError(f"aliases.yml: {spelling!r} stands for both {found[key].slug} and {slug}")
    return found


def known_outlet(name: Name) -> str | None:
    """Return the slug of the known outlet of `aliases.yml` that a name is a spelling of, or None."""
    alias = _aliases().get(name.key)
    if alias is None or name.kind == "body" or name.placeholder:
        return None
    if name.medium and alias.media and name.medium not in alias.media:
        return None
    return alias.slug


def _new(score: float, reason: str) -> Suggestion:
    return Suggestion("new", score, reason)


def _swapped(left: str, right: str, least: int) -> bool:
    """Say whether two texts are equal but for two neighbours that changed places."""
    return (
        len(left) == len(right) >= least
        and left != right
        and OSA.distance(left, right, score_cutoff=1) == 1
        and (sorted(left) == sorted(right))
    )


def _sibilants(name: Name) -> list[str]:
    """Return ж з ш с … of the words of a Cyrillic name: folding makes them alike, one script does not mix them up."""
    printed = (word.casefold() for word in words(repair_lookalikes(name.raw)))
    return sorted(filter(None, ("".join(_SIBILANTS.findall(w)) for w in printed if fold_word(w) in name.tokens)))


class _Pair(NamedTuple):
    """Two names side by side, with what several rules ask."""

    left: Name
    right: Name
    left_known: str | None
    right_known: str | None
    medium: str


def _pair(left: Name, right: Name) -> _Pair:
    one, other = known_outlet(left), known_outlet(right)
    if (one and one == other) or left.medium == right.medium:
        medium = "yes"
    elif {left.medium, right.medium} == {"website", None}:
        medium = "perhaps"  # a site beside a name without a kind may be the paper's site
    else:
        medium = same_medium(left.medium, right.medium)
    return _Pair(left, right, one, other, medium)


def _if_medium(medium: str, score: float, reason: str) -> Suggestion:
    if medium == "no":
        return _new(0.3, f"{reason}, but the kinds of medium exclude each other")
    if medium == "perhaps":
        return Suggestion("review", score - 0.1, f"{reason}; kinds of medium differ")
    return Suggestion("auto", score, reason)


def _by_ids(left_id: str | None, right_id: str | None) -> Suggestion | None:
    if left_id is None or right_id is None:
        return None
    if left_id == right_id:
        return Suggestion("auto", 1.0, "same valid registry id")
    return _new(0.0, "two valid registry ids")


def _nobody(pair: _Pair) -> Suggestion | None:
    return _new(0.0, "names nobody") if pair.left.placeholder or pair.right.placeholder else None


def _marks_differ(pair: _Pair) -> Suggestion | None:
    """What is left out of the words and yet tells two names apart: a plus sign, the end of a web address."""
    left, right = pair.left, pair.right
    if left.key != right.key or left.kind != right.kind or pair.medium == "no":
        return None
    if left.raw.count("+") != right.raw.count("+"):
        return Suggestion("review", 0.8, "same words, one has a plus sign")
    one, other = web_ends(left.raw), web_ends(right.raw)
    if one and other and one != other:
        return Suggestion("review", 0.8, "same words, other ends of the web address")
    return None


def _same_letters(pair: _Pair) -> Suggestion | None:
    if pair.left.whole != pair.right.whole:
        return None
    return _if_medium(pair.medium, 1.0, "same letters, other spaces, case or quotes")


def _same_key(pair: _Pair) -> Suggestion | None:
    left, right = pair.left, pair.right
    if left.key != right.key or left.kind != right.kind:
        return None
    if left.qualifiers and right.qualifiers and left.qualifiers != right.qualifiers and pair.medium != "no":
        return Suggestion("review", 0.85, "same words, other words in parentheses")
    if left.person != right.person and pair.medium != "no":
        return Suggestion("review", 0.8, "same words, but one is a natural person in business")
    both_cyrillic = script(left.raw) == script(right.raw) == "cyrillic"
    if len(left.core) < 8 and both_cyrillic and pair.medium != "no" and _sibilants(left) != _sibilants(right):
        return Suggestion("review", 0.8, "same but for letters that only a transliteration mixes up")
    return _if_medium(pair.medium, 1.0, "same words")


def _known(pair: _Pair) -> Suggestion | None:
    if not (pair.left_known and pair.right_known):
        return None
    if pair.left_known == pair.right_known:
        return Suggestion("auto", 0.99, f"known spellings of {pair.left_known}")
    return _new(0.1, "two known outlets")


def _numbers(pair: _Pair) -> Suggestion | None:
    one, other = pair.left.digits, pair.right.digits
    if one == other:
        return None
    if one and other:
        return _new(0.2, f"other numbers: {' '.join(one)} and {' '.join(other)}")
    left_words, right_words = ({t for t in name.tokens if t not in name.digits} for name in (pair.left, pair.right))
    if left_words and left_words == right_words and pair.medium != "no":
        return Suggestion("review", 0.8, "same words, one has a number")
    return _new(0.2, "one has a number")


def _swapped_whole(pair: _Pair) -> Suggestion | None:
    if not _swapped(pair.left.whole, pair.right.whole, 7):
        return None
    return _if_medium(pair.medium, 0.97, "two letters changed places")


def _body_or_not(pair: _Pair) -> Suggestion | None:
    if pair.left.kind != pair.right.kind:
        body, other = (pair.left, pair.right) if pair.left.kind == "body" else (pair.right, pair.left)
        why = body_type_misspelled(body, other)
        return Suggestion("review", 0.7, why) if why else _new(0.1, "a body of the state and another name")
    return _bodies(pair.left, pair.right) if pair.left.kind == "body" else None


def _other_medium(pair: _Pair) -> Suggestion | None:
    return _new(0.2, f"{pair.left.medium} and {pair.right.medium}") if pair.medium == "no" else None


def _bodies(left: Name, right: Name) -> Suggestion:
    only_left, only_right = set(left.tokens) - set(right.tokens), set(right.tokens) - set(left.tokens)
    rest = only_left | only_right
    regions = {code for code in rest if code.startswith("region:")}
    if regions and not (rest - regions) and (not only_left or not only_right):
        return Suggestion("review", 0.8, "same body, region stated once only")
    if len(only_left) <= 1 and len(only_right) <= 1 and not regions:
        unlike = OSA.normalized_similarity(left.whole, right.whole)
        if unlike >= 0.93:
            return Suggestion("review", unlike, "bodies that differ by a few letters")
    why = body_word_misspelled(left, right)
    return Suggestion("review", 0.7, why) if why else _new(0.3, "other type, subject or region of a body")


class _Apart(NamedTuple):
    """How two outlets with other words lie apart, which several rules weigh.

    Attributes:
        only_left: words of the left one alone.
        only_right: words of the right one alone.
        shared_letters: of the words of both.
        longest: letters of the longer name.
        distance: slips between the two, cut off where it is too many to matter.
        core_swapped: two neighbours changed places in the folded names.
        printed_swapped: the same in the names as printed.
    """

    only_left: set[str]
    only_right: set[str]
    shared_letters: int
    longest: int
    distance: int
    core_swapped: bool
    printed_swapped: bool


def _apart(left: Name, right: Name) -> _Apart:
    one, other = set(left.tokens), set(right.tokens)
    longest = max(len(left.core), len(right.core))
    distance = OSA.distance(left.core, right.core, score_cutoff=max(3, longest // 3))
    return _Apart(
        one - other,
        other - one,
        sum(map(len, one & other)),
        longest,
        distance,
        distance == 1 and _swapped(left.core, right.core, 3),
        _swapped(left.printed, right.printed, 3),
    )


def _ending_only(apart: _Apart) -> bool:
    """Say whether what differs is the ending of one long word: "ekonomski" and "ekonomsko"."""
    if len(apart.only_left) != 1 or len(apart.only_right) != 1:
        return False
    (one,), (other,) = apart.only_left, apart.only_right
    stem = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        stem += 1
    return stem >= 5 and max(len(one), len(other)) - stem <= 3 and min(len(one), len(other)) >= 5


def _same_but_one_letter(apart: _Apart) -> bool:
    """Say whether the words that differ are one long word each: "CR" and "CS" are two firms, not an error."""
    left, right = apart.only_left, apart.only_right
    return len(left) <= 1 and len(right) <= 1 and min(map(len, [*left, *right]), default=9) >= 4


def _goes_on(left: Name, right: Name) -> bool:
    """Say whether a long name is the beginning of the other, but for two words: "/ CNPJ" printed behind a firm."""
    short, long = left.tokens, right.tokens
    if len(short) > len(long):
        short, long = long, short
    return len(long) - len(short) <= 2 and long[: len(short)] == short and sum(map(len, short)) >= 22


def _proven(pair: _Pair, apart: _Apart) -> Suggestion | None:
    """Say which likeness of two outlets with other words is proof enough."""
    left, right = pair.left, pair.right
    if left.core == right.core:
        return _if_medium(pair.medium, 0.98, "same letters, words divided otherwise")
    if (
        (apart.core_swapped and apart.longest >= 5)
        or _swapped(left.key, right.key, 6)
        or (apart.printed_swapped and len(left.printed) >= 5)
    ):
        return _if_medium(pair.medium, 0.96, "two letters changed places")
    if not _ending_only(apart):
        return None
    if apart.distance == 1 and apart.longest >= 14:
        return _if_medium(pair.medium, 0.94, "one ending differs in a long name")
    if apart.shared_letters >= 10:
        return _if_medium(pair.medium, 0.92, "one ending differs, the other words are the same")
    return None


def _likeness(pair: _Pair) -> Suggestion:
    """Compare two outlets whose words differ."""
    left, right = pair.left, pair.right
    apart = _apart(left, right)
    proven = _proven(pair, apart)
    if proven:
        return proven
    likeness = max(0.0, 1 - apart.distance / apart.longest)
    why = _near(left, right, apart)
    if why:
        return Suggestion("review", likeness, why)
    why = _more_words(left, right, apart) or medium_misspelled(left, right)
    return Suggestion("review", 0.7, why) if why else _new(likeness, "other words")


def _near(left: Name, right: Name, apart: _Apart) -> str | None:
    """Say which few letters tell two names apart, where a person should look."""
    # in the folded spelling too: "Зңа" beside "Zan" is printed in two scripts
    if apart.printed_swapped or apart.core_swapped:
        return "two letters changed places in a short name"
    if apart.distance <= 1 and apart.longest >= 9 and _same_but_one_letter(apart):
        return "one letter differs"
    if apart.distance <= 2 and apart.longest >= 12 and left.skeleton == right.skeleton:
        return "same consonants"
    return "two scripts, few letters differ" if near_across_scripts(left, right) else None


def _more_words(left: Name, right: Name, apart: _Apart) -> str | None:
    """Say by how much one long name is longer than the other."""
    if len(apart.only_left) + len(apart.only_right) == 1:
        (more,) = apart.only_left | apart.only_right
        if apart.shared_letters >= (12 if len(more) <= 4 else 22):
            return f"one more word: {more}"
    return "one goes on where the other ends" if _goes_on(left, right) else None


_RULES: Final = (
    _nobody, _marks_differ, _same_letters, _same_key, _known, _numbers, _swapped_whole, _body_or_not, _other_medium,
)  # fmt: skip


def score(left: Name, right: Name, *, left_id: str | None = None, right_id: str | None = None) -> Suggestion:
    """Compare two names.

    Args:
        left: one name.
        right: the other; the order does not matter.
        left_id: valid registry id of the left one, as `ingest.names.identifiers.valid_id` returns it, or None.
        right_id: the same of the right one.
    """
    decided = _by_ids(left_id, right_id)
    if decided is not None:
        return decided
    pair = _pair(left, right)
    for rule in _RULES:
        suggestion = rule(pair)
        if suggestion is not None:
            return suggestion
    return _likeness(pair)
