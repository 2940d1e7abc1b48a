"""The share of one topic in money for media, as a band: what is certain, and what it could be at most.

"80 % is advertisement of officials" can be held against records only with what is not known beside it: a record whose
wording says nothing of its topic may be anything. So the share lies between the records of the topic alone and those
together with every record without a topic. That band holds as far as the rules read wordings rightly. How often they
do is measured on labelled wordings (`ingest.topics.evaluate_topics`), and `corrected` widens the band by it.
"""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, text

from ingest.interval import Z_95
from ingest.topics.evaluate_topics import Accuracy

PRAISE = "praise of officials"

_SUMS = """
SELECT r.measure, r.currency, count(*), sum(coalesce(r.amount_minor, 0)),
  sum(CASE WHEN r.topic = :topic THEN 1 ELSE 0 END),
  sum(CASE WHEN r.topic = :topic THEN coalesce(r.amount_minor, 0) ELSE 0 END),
  sum(CASE WHEN r.topic = '' THEN 1 ELSE 0 END),
  sum(CASE WHEN r.topic = '' THEN coalesce(r.amount_minor, 0) ELSE 0 END), count(DISTINCT b.body_id)
FROM record r JOIN source s ON s.id = r.source_id JOIN body_name b ON b.id = r.payer_name_id
WHERE r.counted AND r.relevance = 'media' AND (:country = '' OR s.country = :country)
GROUP BY r.measure, r.currency ORDER BY r.measure, r.currency
"""

Answer = Literal["within the band", "less than stated", "more than stated", "no money"]


class Band(msgspec.Struct, frozen=True):
    """A share of something whole, of which a part is unknown.

    Attributes:
        whole: all of it: records, or minor units.
        found: what surely is of the topic.
        unknown: what states no topic.
    """

    whole: int
    found: int
    unknown: int

    @property
    def low(self) -> Fraction:
        """The share if nothing unknown is of the topic; 0 of nothing."""
        return Fraction(self.found, self.whole) if self.whole else Fraction(0)

    @property
    def high(self) -> Fraction:
        """The share if everything unknown is of the topic; 0 of nothing."""
        return Fraction(self.found + self.unknown, self.whole) if self.whole else Fraction(0)

    def answers(self, stated: Fraction) -> Answer:
        """What the band says of a share that somebody stated: ours is less, more, or cannot be told from it."""
        return answer(self.low, self.high, stated) if self.whole else "no money"


def answer(low: Fraction | float, high: Fraction | float, stated: Fraction) -> Answer:
    """What a band says of a share that somebody stated."""
    if high < stated:
        return "less than stated"
    return "more than stated" if low > stated else "within the band"


def corrected(band: Band, accuracy: Accuracy) -> tuple[float, float] | None:
    """Return the band of a share with the error of the rules in it, or None where the rules tell nothing apart.

    Rules that miss the topic in some wordings and see it in others make a share that is too small or too large.
    W. J. Rogan and B. Gladen (Am. J. Epidemiology 107, 1978) turn it into the true one; Z. Lang and J. Reiczigel
    (Preventive Veterinary Medicine 113, 2014) give the interval at 95 % when the accuracy itself was measured on few.
    The records are all there are, so their share brings no error of chance. What states no topic stays open to both
    sides, as in the plain band.

    This takes for granted that the rules read the wordings of the registry as they read the labelled ones, and for
    money that a large sum is not read better or worse than a small one.

    Args:
        band: records or money.
        accuracy: how the rules read labelled wordings for which they say a topic.
    """
    stated = band.whole - band.unknown
    if not accuracy.of_topic or not accuracy.of_others:
        return None
    if not stated:
        return (0.0, 1.0) if band.unknown else None
    apparent = band.found / stated
    # one more of each kind, so that none missed of few does not count as never missed
    caught = (accuracy.caught + 1) / (accuracy.of_topic + 2)
    passed = (accuracy.passed + 1) / (accuracy.of_others + 2)
    told_apart = caught + passed - 1
    if told_apart <= 0:
        return None
    share = (apparent + passed - 1) / told_apart
    of_topic = caught * (1 - caught) / (accuracy.of_topic + 2)
    of_others = passed * (1 - passed) / (accuracy.of_others + 2)
    middle = share + 2 * Z_95**2 * (share * of_topic - (1 - share) * of_others)
    spread = Z_95 * sqrt(share**2 * of_topic + (1 - share) ** 2 * of_others) / told_apart
    low, high = (min(1.0, max(0.0, end)) for end in (middle - spread, middle + spread))
    return low * stated / band.whole, (high * stated + band.unknown) / band.whole


class TopicShare(msgspec.Struct, frozen=True):
    """One measure and currency: they are never added.

    `payers` is the number of bodies whose money it is: a share of few of them is none of a country's.
    """

    measure: str
    currency: str
    records: Band
    money: Band
    payers: int


def topic_share(connection: Connection, topic: str = PRAISE, country: str = "") -> list[TopicShare]:
    """Return the share of a topic among counted records of money for media.

    Args:
        connection: a settled registry.
        topic: one of our topics.
        country: ISO 3166-1 alpha-2; all countries without it.
    """
    rows = connection.execute(text(_SUMS), {"topic": topic, "country": country})
    return [
        TopicShare(
            row[0],
            row[1],
            Band(int(row[2]), int(row[4]), int(row[6])),
            Band(int(row[3]), int(row[5]), int(row[7])),
            int(row[8]),
        )
        for row in rows
    ]


def held_against(share: TopicShare, accuracy: Accuracy, stated: Fraction) -> dict[str, Any]:
    """Return a share as JSON-serialisable words: plain band, band with the error of the rules, and their answers.

    Args:
        share: of one measure and currency.
        accuracy: how the rules read labelled wordings.
        stated: the share that somebody stated.
    """
    return {
        "measure": share.measure,
        "currency": share.currency,
        "holds_for": f"these records alone (payers: {share.payers}), not for what is not in the registry",
        "records": _told(share.records, accuracy, stated),
        "money": _told(share.money, accuracy, stated),
    }


def _told(band: Band, accuracy: Accuracy, stated: Fraction) -> dict[str, Any]:
    widened = corrected(band, accuracy)
    return {
        "whole": band.whole,
        "found": band.found,
        "unknown": band.unknown,
        "low": float(band.low),
        "high": float(band.high),
        "answer": band.answers(stated),
        "corrected_low": widened[0] if widened else None,
        "corrected_high": widened[1] if widened else None,
        "corrected_answer": answer(*widened, stated) if widened else None,
    }
