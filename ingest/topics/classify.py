"""Apply the rule table to what a source says of a purchase. Pure: same words, same verdict, with the rule named."""

import re
from functools import lru_cache
from itertools import islice
from typing import Final

import msgspec

from db.words import Relevance
from ingest.topics.guards import may_match
from ingest.topics.hidden import plain_wording
from ingest.topics.rules import RelevanceRule, shipped

NO_RULE: Final = "no rule"
ANOTHER: Final = "another purchase"
"""In place of a rule: some said media, but the name is that of something else."""
NEAR: Final = 160
"""Characters on both sides of a match in which the expressions of `beside` are looked for."""
MOST_MATCHES: Final = 20
"""Matches that are looked around; a text that names more outlets says nothing further on."""
_DIGITS: Final = re.compile(r"\D")


class Purchase(msgspec.Struct, frozen=True):
    """What a source says of one record, as far as rules ask for it.

    Attributes:
        name: name of the class of the purchase (KTRU) or the heading the source gives.
        description: the free wording, any language; several wordings may be joined by line ends.
        code: ENSTRU / CPA code, with or without points.
        budget: code of the budget programme or subprogramme.
        payer_kind: kind of the payer ("information policy" for a department or ministry of information).
        known_outlet: the recipient is a known outlet or its publisher.
    """

    name: str = ""
    description: str = ""
    code: str = ""
    budget: str = ""
    payer_kind: str = ""
    known_outlet: bool = False


class Verdict(msgspec.Struct, frozen=True):
    """Whether a record is money for media.

    Attributes:
        relevance: media, not media or undecided.
        rule_id: the rule that decided, "another purchase", or "no rule".
        score: its score, 0 without a rule.
        service: what is bought (placement, advertising, production, …), "" where the rule does not say.
        matched: the words that matched.
        others: ids of the other rules that matched, highest score first.
    """

    relevance: Relevance
    rule_id: str
    score: int
    service: str
    matched: str
    others: tuple[str, ...]


class Topic(msgspec.Struct, frozen=True):
    """What a record is about: topic, rule, its score, the words that matched, and other topics found."""

    topic: str
    rule_id: str
    score: int
    matched: str
    others: tuple[str, ...]


def _code_match(rule: RelevanceRule, code: str) -> str | None:
    digits = _DIGITS.sub("", code)
    return next((prefix for prefix in rule.codes if digits.startswith(prefix)), None) if digits else None


def _match(rule: RelevanceRule, purchase: Purchase, name: str, text: str) -> str | None:
    """Return what a rule found, or None."""
    if rule.payer and rule.payer != purchase.payer_kind:
        return None
    if rule.place == "outlet":
        return "known outlet" if purchase.known_outlet else None
    if rule.place == "code":
        return _code_match(rule, purchase.code)
    if rule.place == "budget":
        return next((code for code in rule.codes if purchase.budget.strip() == code), None)
    where = {"name": name, "text": text, "payer_kind": purchase.payer_kind}[rule.place]
    found = _found(rule, where) if rule.pattern and may_match(rule.needs, where) else None
    if found is None or (rule.unless and rule.unless.search(where)):
        return None
    return found


def _found(rule: RelevanceRule, where: str) -> str | None:
    """What the rule's expression matches; with `beside`, the first match that has all of it near."""
    assert rule.pattern is not None  # noqa: S101 - as the caller asked
    if not rule.beside:
        found = rule.pattern.search(where)
        return found.group() if found else None
    for found in islice(rule.pattern.finditer(where), MOST_MATCHES):
        near = where[max(0, found.start() - NEAR) : found.end() + NEAR]
        if all(other.search(near) for other in rule.beside):
            return found.group()
    return None


@lru_cache(maxsize=65_536)  # a portal names the same goods in the same words thousands of times
def classify(purchase: Purchase) -> Verdict:
    """Say whether a purchase is money for media; without any sign it is undecided."""
    name = plain_wording(purchase.name)
    text = " \n ".join(filter(None, (name, plain_wording(purchase.description))))
    hits = [
        (rule, matched) for rule in shipped().relevance if (matched := _match(rule, purchase, name, text)) is not None
    ]
    why = NO_RULE
    if any(rule.relevance is Relevance.MEDIA for rule, _ in hits) and shipped().is_another(name):
        hits, why = [hit for hit in hits if hit[0].relevance is Relevance.NOT_MEDIA], ANOTHER
    if not hits:
        return Verdict(Relevance.UNDECIDED, why, 0, "", "", ())
    hits.sort(key=lambda hit: -hit[0].score)  # stable: of equal scores the one further up
    (rule, matched), *others = hits
    return Verdict(rule.relevance, rule.id, rule.score, rule.service, matched, tuple(hit[0].id for hit in others))


@lru_cache(maxsize=65_536)
def topic_of(*texts: str) -> Topic | None:
    """Return what texts are about, or None where no rule says; the source's own topic may be one of the texts."""
    text = " \n ".join(plain_wording(text) for text in texts if text)
    hits = [
        (rule, found.group())
        for rule in shipped().topics
        if may_match(rule.needs, text)
        and (found := rule.pattern.search(text))
        and not (rule.unless and rule.unless.search(text))
    ]
    if not hits:
        return None
    hits.sort(key=lambda hit: -hit[0].score)
    (rule, matched), *others = hits
    return Topic(rule.topic, rule.id, rule.score, matched, tuple(dict.fromkeys(hit[0].topic for hit in others)))
