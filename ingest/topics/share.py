"""The share of one topic in money for media, as a band: what is certain, and what it could be at most.

"80 % is advertisement of officials" can be held against records only with what is not known beside it: a record whose
wording says nothing of its topic may be anything. So the share lies between the records of the topic alone and those
together with every record without a topic. The band holds as far as the rules read wordings rightly; how often they
do is measured on labelled wordings (`ingest.topics.evaluate`).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import msgspec
from sqlalchemy import Connection, text

PRAISE = "praise of officials"

_SUMS = """
SELECT r.measure, r.currency, count(*), sum(coalesce(r.amount_minor, 0)),
  sum(CASE WHEN r.topic = :topic THEN 1 ELSE 0 END),
  sum(CASE WHEN r.topic = :topic THEN coalesce(r.amount_minor, 0) ELSE 0 END),
  sum(CASE WHEN r.topic = '' THEN 1 ELSE 0 END),
  sum(CASE WHEN r.topic = '' THEN coalesce(r.amount_minor, 0) ELSE 0 END)
FROM record r JOIN source s ON s.id = r.source_id
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
        if not self.whole:
            return "no money"
        if self.high < stated:
            return "less than stated"
        return "more than stated" if self.low > stated else "within the band"


class TopicShare(msgspec.Struct, frozen=True):
    """One measure and currency: they are never added."""

    measure: str
    currency: str
    records: Band
    money: Band


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
            row[0], row[1], Band(int(row[2]), int(row[4]), int(row[6])), Band(int(row[3]), int(row[5]), int(row[7]))
        )
        for row in rows
    ]
