"""Read a name: what it is called, which legal form and kind of medium it states, and how that was found.

Pure and versioned: the same text gives the same `Name` on every machine; `VERSION` changes with the rules or their
tables, and a registry built with another version is resolved again. Nothing here decides that two names are one:
`ingest.names.score` does.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final

import msgspec

from db.fold import cyrillic_twin, fold_word
from ingest.names import letters
from ingest.names.government import may_be_body, read_body
from ingest.names.legal_forms import form_index, is_form, strip_forms
from ingest.names.media_words import media_index, strip_media
from ingest.names.rule_data import word_table

VERSION: Final = 1

_WEAK_FORMS: Final = frozenset({"SIZE_CLASS", "COMPANY", "BRANCH"})
_VOWELS: Final = re.compile("[aeiou]")


class Name(msgspec.Struct, frozen=True, gc=False):
    """A name, taken apart.

    Attributes:
        raw: the text as printed.
        key: sorted folded words of the name proper; two names with one key are called the same.
        skeleton: consonants and digits of the name in its order, without spaces.
        legal_form: our id of the legal form ("LLP"), or None where none is stated.
        medium: newspaper, tv, radio, …, or None where none is stated.
        tokens: folded words of the name proper in printed order; codes for a body of the state.
        core: the tokens joined; kept here because every comparison of the name asks for it.
        digits: the tokens that hold a digit, sorted: "31 канал" and "7 канал" are two. None for a body of the state.
        version: `VERSION` of the rules.
        steps: what was done, in order, for `explain`.
        kind: "body" for a body of the state, else "outlet" (an outlet or an organisation: names cannot tell).
        qualifiers: folded words that stood in parentheses, mostly a place; the frequency of a radio station.
        whole: every word in lower case of its own script, joined: shows names that differ by a space, a quote or
            two letters that changed places.
        printed: the name proper in lower case of its own script, joined: shows a slip that folding blurs.
        placeholder: the text names nobody ("-", "нет", "Produkcija"); it never merges anything.
        person: the legal form is that of a natural person in business.
    """

    raw: str
    key: str
    skeleton: str
    legal_form: str | None
    medium: str | None
    tokens: tuple[str, ...]
    core: str
    digits: tuple[str, ...]
    version: int
    steps: tuple[str, ...]
    kind: str
    qualifiers: tuple[str, ...]
    whole: str
    printed: str
    placeholder: bool
    person: bool


@cache
def _same_words() -> dict[str, str]:
    table = word_table()
    pairs = [*table.loanwords.items(), *table.ordinals.items()]
    return {fold_word(word): target for target, spellings in pairs for word in spellings}


@cache
def _joins() -> frozenset[str]:
    return frozenset(fold_word(word) for word in word_table().joins)


@cache
def _placeholders() -> frozenset[tuple[str, ...]]:
    return frozenset(letters.folded(text) for text in word_table().placeholders)


def _printed_words(raw: str, steps: list[str]) -> tuple[list[str], list[str], bool]:
    """Return words, words in parentheses or of a frequency, and whether a web address stood in the name."""
    text = letters.plain_quotes(raw)
    _note(steps, "unicode, quotes and spaces made plain", raw, text)
    if '"' in text:
        text = _changed(steps, "letter and quote put back", text, lambda t: letters.unswap_quote(t, is_form))
    text, parts = letters.split_parentheses(text)
    if parts:
        steps.append(f"parentheses kept apart: {', '.join(parts)}")
    text, heard = letters.split_frequency(text)
    if heard:
        steps.append(f"frequency kept apart: {', '.join(heard)}")
    address, is_address = letters.drop_web_ends(text)
    if is_address:
        _note(steps, "end of a web address out", text, address)
    text = _changed(steps, "abbreviations joined", address, letters.join_abbreviations)
    return letters.name_words(text), letters.name_words(" ".join([*parts, *heard])), is_address


def _changed(steps: list[str], what: str, text: str, change: Callable[[str], str]) -> str:
    after = change(text)
    _note(steps, what, text, after)
    return after


def _note(steps: list[str], what: str, before: str, after: str) -> None:
    if before != after:
        steps.append(f"{what}: {after}")


def _plain_words(words: list[str]) -> list[str]:
    """Return plain words; a Latin "AO" among Cyrillic words is read as the Cyrillic legal form it looks like."""
    plain = [letters.plain_word(word) for word in words]
    single = form_index().single
    for index, word in enumerate(words):
        if plain[index] not in single and word.isupper() and (twin := cyrillic_twin(word)):
            read = letters.plain_word(twin)
            if read in single:
                plain[index] = read
    return plain


def _main_form(forms: tuple[str, ...]) -> str | None:
    """Return the form that says most: "LTDA - ME" is a company of a size class, not a size class."""
    telling = [form for form in forms if form not in _WEAK_FORMS]
    return next(iter([*telling, *forms]), None)


def _once(tokens: list[str]) -> list[str]:
    """Return the first half of tokens that say everything twice ("Plan B - Plan B"); "Bum Bum" stays."""
    half = len(tokens) // 2
    return tokens[:half] if half >= 2 and tokens[:half] == tokens[half:] else tokens


def _with_digits(tokens: list[str]) -> tuple[str, ...]:
    return tuple(sorted(token for token in tokens if not token.isalpha() and any(map(str.isdigit, token))))


def normalise(raw: str) -> Name:
    """Take a printed name apart into a `Name`. Any text is accepted; an empty one is a placeholder."""
    steps: list[str] = []
    words, in_parentheses, is_address = _printed_words(raw, steps)
    if not words:
        return _nobody(raw, steps)
    plain = _plain_words(words)
    first, last, left_out, forms = strip_forms(plain)
    kept = [i for i in range(first, last) if i not in left_out] if left_out else range(first, last)
    if forms:
        steps.append(f"legal form {', '.join(forms)} out: {' '.join(words[i] for i in kept)}")
    everything = [token for word in words if (token := fold_word(word))]
    same_words, joins = _same_words(), _joins()
    read = [(same_words.get(token, token), plain[i]) for i in kept if (token := fold_word(words[i]))]
    tokens = [token for token, _ in read]
    # "E-Novine" begins with its name, so only what stands inside is a join
    tokens = _once([token for at, token in enumerate(tokens) if at == 0 or token not in joins])
    if not tokens or tuple(tokens) in _placeholders() or tuple(everything) in _placeholders():
        return _nobody(raw, steps)
    steps.append(f"letters folded: {' '.join(tokens)}")
    named, medium = strip_media(tokens)
    qualifiers, said_medium = strip_media([fold_word(word) for word in in_parentheses])
    if said_medium and qualifiers and qualifiers[0] in media_index().words:
        qualifiers = []
    medium = medium or said_medium or ("website" if is_address else None)
    kind = "outlet"
    if medium is None and may_be_body(tokens) and (codes := read_body(tokens)):
        kind, named = "body", list(codes)
        steps.append(f"body of the state: {' '.join(codes)}")
    elif medium:
        steps.append(f"medium {medium} out: {' '.join(named)}")
    generic = media_index()
    nobody = all(token in generic.words or token in generic.qualifiers for token in named)
    if nobody:
        steps.append("only words for a kind of medium: names nobody")
    core = "".join(named)
    consonants = _VOWELS.sub("", core)
    return Name(
        raw=raw,
        key=" ".join(sorted(named)),
        skeleton=consonants if len(consonants) >= 3 else core,
        legal_form=_main_form(forms),
        medium=medium,
        tokens=tuple(named),
        core=core,
        digits=() if kind == "body" else _with_digits(named),
        version=VERSION,
        steps=tuple(steps),
        kind=kind,
        qualifiers=tuple(qualifiers),
        whole="".join(plain + [letters.plain_word(word) for word in in_parentheses]),
        printed="".join(word for token, word in read if token in named),
        placeholder=nobody,
        person=not form_index().persons.isdisjoint(forms),
    )


def _nobody(raw: str, steps: list[str]) -> Name:
    return Name(
        raw=raw, key="", skeleton="", legal_form=None, medium=None, tokens=(), core="", digits=(), version=VERSION,
        steps=(*steps, "names nobody: placeholder"), kind="outlet", qualifiers=(), whole="", printed="",
        placeholder=True,
        person=False,
    )  # fmt: skip


def explain(raw: str) -> str:
    """Return, line by line, how `normalise` read a name."""
    name = normalise(raw)
    lines = [f"raw: {name.raw}", *(f"  {step}" for step in name.steps)]
    lines.append(
        f"key: {name.key or '(none)'} | skeleton: {name.skeleton or '(none)'} | form: {name.legal_form or '(none)'} | "
        f"medium: {name.medium or '(none)'} | kind: {name.kind} | version: {name.version}"
    )
    return "\n".join(lines)
