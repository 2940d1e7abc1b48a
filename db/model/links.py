"""What ties two parties that stay two: who publishes or owns whom, and who took over from whom, each with its dates.

Both tables are made anew from the decisions each time the registry is settled; nothing else points at them.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id, LocalDate, LongText, Ref, one_of
from db.words import LinkedKind, LinkRelation


class LinkedParty(Base):
    """One end of links: an entity of the registry, or a party that decisions alone name, such as an owner group.

    `name` is empty for a natural person whom no source names; `key` then holds the salted key and is never published.
    """

    __tablename__ = "linked_party"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    country: Mapped[str]
    name: Mapped[str]
    outlet_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("outlet.id"))
    organisation_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("organisation.id"))
    body_id: Mapped[int | None] = mapped_column(Ref, ForeignKey("body.id"))
    __table_args__ = (
        one_of("kind", LinkedKind),
        CheckConstraint(
            "(outlet_id IS NULL OR kind = 'outlet') AND (body_id IS NULL OR kind = 'body') "
            "AND (organisation_id IS NULL OR kind IN ('organisation', 'person'))",
            name="kind_is_that_of_the_entity",
        ),
        CheckConstraint("name <> '' OR kind = 'person'", name="named_unless_a_person"),
    )


class PartyLink(Base):
    """`other` is the `relation` of `party`: its publisher, its owner, its successor, or what it merged into.

    `since` and `until` are ISO 8601 dates, months or years, with a question mark where unsure, and empty where not
    known; `until` is the day on which it ended. `decision` is the id of the line that says so, empty where a shipped
    file does. `evidence` holds one address or wording a line.
    """

    __tablename__ = "party_link"
    id: Mapped[Id]
    decision: Mapped[str]
    relation: Mapped[str]
    party_id: Mapped[int] = mapped_column(Ref, ForeignKey("linked_party.id"), index=True)
    other_id: Mapped[int] = mapped_column(Ref, ForeignKey("linked_party.id"), index=True)
    since: Mapped[str]
    until: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[LocalDate]
    why: Mapped[LongText]
    evidence: Mapped[LongText]
    __table_args__ = (
        one_of("relation", LinkRelation),
        CheckConstraint("party_id <> other_id", name="two_parties"),
        CheckConstraint("evidence <> ''", name="evidence_is_given"),
    )
