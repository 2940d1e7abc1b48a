"""The rule table `ingest/data/topics/rules.yml`: read once, checked, expressions compiled."""

import re
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from db.words import Relevance
from ingest.topics.guards import needed

_NAMED: Final = re.compile(r"<([a-z-]+)>")
# Texts come from outside, and an ending without a bound tries a long word once from each of its letters.
_ENDINGS: Final = {
    r"\w*": r"\w{0,15}", r"\w+": r"\w{1,15}", r"\S*": r"\S{0,40}", r"\S+": r"\S{1,40}", r"\d+": r"\d{1,9}",
}  # fmt: skip
_ENDING: Final = re.compile("|".join(map(re.escape, _ENDINGS)))
_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+]|\{\d*,\}")

Place = Literal["name", "text", "code", "budget", "payer_kind", "outlet"]
Payer = Literal["", "information policy"]


class _RelevanceRow(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    relevance: Relevance
    score: int
    place: Place = msgspec.field(name="in")
    any: list[str] = []
    beside: list[str] = []
    unless: list[str] = []
    code: list[str] = []
    payer: Payer = ""
    service: str = ""


class _TopicRow(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    topic: str
    score: int
    any: list[str]
    unless: list[str] = []


class _Another(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    any: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    relevance: list[_RelevanceRow]
    topics: list[_TopicRow]
    another: _Another = _Another()
    words: dict[str, str] = {}
    descriptions: dict[str, str] = {}


class RelevanceRule(msgspec.Struct, frozen=True):
    """One sign that a record is, or is not, money for media.

    Attributes:
        id: its name, which records that it decided keep.
        relevance: what it says.
        score: which rule wins where several match.
        place: where it looks.
        payer: kind of payer without which it says nothing, "" for any.
        service: what is bought, "" where it does not say.
        codes: beginnings of codes.
        needs: words of which a match holds one.
        pattern: what is looked for.
        beside: what has to stand near a match as well, in any order.
        unless: what takes the match back.
    """

    id: str
    relevance: Relevance
    score: int
    place: Place
    payer: Payer
    service: str
    codes: tuple[str, ...]
    needs: tuple[str, ...]
    pattern: re.Pattern[str] | None
    beside: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None


class TopicRule(msgspec.Struct, frozen=True):
    """One sign of what a record is about; `needs` are words of which a match holds one."""

    id: str
    topic: str
    score: int
    needs: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


class Rules(msgspec.Struct, frozen=True):
    """Both halves of the table, in its order, and what belongs to each topic by its name.

    `another` finds names of purchases that are something else than media, unless `another_unless` finds something too.
    """

    relevance: tuple[RelevanceRule, ...]
    topics: tuple[TopicRule, ...]
    descriptions: dict[str, str]
    another: re.Pattern[str] | None = None
    another_unless: re.Pattern[str] | None = None

    def is_another(self, name: str) -> bool:
        """Whether a name, made plain, is that of a purchase which no outlet's word in a description makes media."""
        found = self.another is not None and self.another.search(name) is not None
        return found and (self.another_unless is None or self.another_unless.search(name) is None)


def _spelt_out(expressions: list[str], words: dict[str, str]) -> list[str]:
    """Put the words of the table where expressions name them: "<press>" becomes a group of its alternatives.

    Raises:
        ValueError: a name has no words, or words name themselves.
    """

    def group(name: str, within: tuple[str, ...]) -> str:
        if name not in words or name in within:
            raise ValueError(f"<{name}> names {'itself' if name in within else 'no words'}")
        inside = (*within, name)
        return f"(?:{_NAMED.sub(lambda match: group(match[1], inside), words[name])})"

    return [_NAMED.sub(lambda match: group(match[1], ()), expression) for expression in expressions]


def _bounded(expressions: list[str]) -> list[str]:
    """Give endings and words a bound, so that no expression takes more than a time in proportion to the text.

    Raises:
        ValueError: something else repeats without a bound.
    """
    bounded = [_ENDING.sub(lambda match: _ENDINGS[match[0]], expression) for expression in expressions]
    for before, after in zip(expressions, bounded, strict=True):
        if _UNBOUNDED.search(after):
            raise ValueError(f"{before!r} repeats without a bound")
    return bounded


def _compiled(expressions: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{text})" for text in expressions)) if expressions else None


def parse(text: str) -> Rules:
    """Return the rules of a table in YAML.

    Raises:
        ValueError: an id repeats, a score is not 1 to 100, a rule has nothing to match, an expression is wrong,
            repeats without a bound or names words that the table does not have.
        msgspec.ValidationError: a field is missing, unknown or of another kind.
    """
    table = msgspec.yaml.decode(text, type=_Table)
    seen: set[str] = set()
    rows: list[_RelevanceRow | _TopicRow] = [*table.relevance, *table.topics]
    for any_row in rows:
        if any_row.id in seen:
            raise ValueError(f"topic rules: the id {any_row.id} stands twice")
        seen.add(any_row.id)
        if not 1 <= any_row.score <= 100:
            raise ValueError(f"topic rules: {any_row.id}: score {any_row.score} is not 1 to 100")
        try:
            any_row.any = _bounded(_spelt_out(any_row.any, table.words))
            any_row.unless = _bounded(_spelt_out(any_row.unless, table.words))
            if isinstance(any_row, _RelevanceRow):
                any_row.beside = _bounded(_spelt_out(any_row.beside, table.words))
                _compiled(any_row.beside)
            _compiled([*any_row.any, *any_row.unless])
        except (ValueError, re.error) as error:
            raise ValueError(f"topic rules: {any_row.id}: {error}") from error
    try:
        another, another_unless = (
            _compiled(_bounded(_spelt_out(list(expressions), table.words)))
            for expressions in (table.another.any, table.another.unless)
        )
    except (ValueError, re.error) as error:
        raise ValueError(f"topic rules: another: {error}") from error
    for rule in table.relevance:
        needs = {"code": rule.code, "budget": rule.code, "outlet": ["true"]}.get(rule.place, rule.any)
        if not needs:
            raise ValueError(f"topic rules: {rule.id}: nothing to look for in {rule.place}")
    if table.descriptions and (odd := {row.topic for row in table.topics} ^ table.descriptions.keys()):
        raise ValueError(f"topic rules: topic and description do not go together: {', '.join(sorted(odd))}")
    return Rules(
        relevance=tuple(
            RelevanceRule(
                id=rule.id, relevance=rule.relevance, score=rule.score, place=rule.place, payer=rule.payer,
                service=rule.service, codes=tuple(rule.code), needs=needed("|".join(rule.any)),
                pattern=_compiled(rule.any), beside=tuple(re.compile(text) for text in rule.beside),
                unless=_compiled(rule.unless),
            )
            for rule in table.relevance
        ),
        topics=tuple(
            TopicRule(
                id=row.id, topic=row.topic, score=row.score, needs=needed("|".join(row.any)), pattern=pattern,
                unless=_compiled(row.unless),
            )
            for row in table.topics
            if (pattern := _compiled(row.any)) is not None
        ),
        descriptions=table.descriptions,
        another=another,
        another_unless=another_unless,
    )  # fmt: skip


@cache
def shipped() -> Rules:
    """Return the rules that ship with the project."""
    return parse((files("ingest") / "data" / "topics" / "rules.yml").read_text("utf-8"))
