"""Legal forms in names: «жауапкершілігі шектеулі серіктестігі», ТОО, DOO, LTDA. Kept as a field, not as a name."""

from functools import cache
from typing import NamedTuple

from ingest.names.letters import plain
from ingest.names.rule_data import legal_form_rows


class FormIndex(NamedTuple):
    """Spellings of legal forms by first (or last) word, longest spelling first."""

    start: dict[str, list[tuple[tuple[str, ...], str]]]
    end: dict[str, list[tuple[tuple[str, ...], str]]]
    inside: dict[str, list[tuple[tuple[str, ...], str]]]
    single: frozenset[str]
    persons: frozenset[str]


@cache
def form_index() -> FormIndex:
    """Return the index of `legal_forms.yml`; a spelling that means two forms in one place raises ValueError."""
    start: dict[tuple[str, ...], str] = {}
    end: dict[tuple[str, ...], str] = {}
    inside: dict[tuple[str, ...], str] = {}

    def put(table: dict[tuple[str, ...], str], spelling: str, form: str) -> None:
        words = plain(spelling)
        if table.setdefault(words, form) != form:
            raise ValueError(f"legal_forms.yml: {spelling!r} stands for both {table[words]} and {form}")

    for row in legal_form_rows():
        for spelling in row.start:
            put(start, spelling, row.id)
        for spelling in row.end:
            put(end, spelling, row.id)
        for spelling in row.any:
            put(start, spelling, row.id)
            put(end, spelling, row.id)
            put(inside, spelling, row.id)
    return FormIndex(
        start=_by_word(start, 0),
        end=_by_word(end, -1),
        inside=_by_word(inside, 0),
        single=frozenset(words[0] for words in [*start, *end] if len(words) == 1),
        persons=frozenset(row.id for row in legal_form_rows() if row.person),
    )


def _by_word(table: dict[tuple[str, ...], str], position: int) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    index: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, form in sorted(table.items(), key=lambda item: (-len(item[0]), item[0])):
        index.setdefault(words[position], []).append((words, form))
    return index


def strip_forms(words: list[str]) -> tuple[int, int, list[int], tuple[str, ...]]:
    """Find the legal forms in plain words.

    Args:
        words: what `ingest.names.letters.plain_word` made of the words of a name.

    Returns:
        first and last index (half open) of what is left, indexes to leave out in between, and the forms found,
        outermost first. At least one word is always left.
    """
    index = form_index()
    first, last = 0, len(words)
    forms: list[str] = []
    changed = True
    while changed:
        changed = False
        for spelling, form in index.start.get(words[first], ()):
            size = len(spelling)
            if first + size < last and tuple(words[first : first + size]) == spelling:
                first, changed = first + size, True
                forms.append(form)
                break
        for spelling, form in index.end.get(words[last - 1], ()):
            size = len(spelling)
            if last - size > first and tuple(words[last - size : last]) == spelling:
                last, changed = last - size, True
                forms.append(form)
                break
    left_out: list[int] = []
    position = first
    while position < last:
        step = 1
        for spelling, form in index.inside.get(words[position], ()):
            size = len(spelling)
            if position + size <= last and tuple(words[position : position + size]) == spelling:
                left_out.extend(range(position, position + size))
                forms.append(form)
                step = size
                break
        position += step
    if len(left_out) == last - first:
        left_out = []
    return first, last, left_out, tuple(dict.fromkeys(forms))


def is_form(word: str) -> bool:
    """Say whether one word alone is a legal form."""
    return plain(word)[:1] != () and plain(word)[0] in form_index().single
