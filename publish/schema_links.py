"""Who publishes, owns and follows whom: the parties of links and the links, which stand beside every sum."""

from __future__ import annotations

from db.words import LinkedKind, LinkRelation, PartyState
from publish.described import ID, Table, free, plain, points_at, word

_DATE = "ISO 8601 date, month or year; ? behind it where unsure"


LINKED_PARTIES = Table(
    "linked_parties",
    "Parties of links",
    "One row is one party that a link ties: an outlet, an organisation or a body, or an owner group, which stands "
    "above organisations and is never another name of one. It has a row in a key table where a record names it; "
    "otherwise a decision alone names it. A natural person whom no source names has no name here.",
    (
        ID,
        plain("uid", "Lasting name, unique within its kind; the same as in the key table.", unit="slug"),
        free("name", "Its name, or why there is none."),
        word("kind", "What it is.", tuple(LinkedKind)),
        word("state", "named, or withheld for a natural person whom no source names.", tuple(PartyState)),
        plain("country", "Country.", unit="ISO 3166-1 alpha-2 code"),
        points_at("outlet", "outlets", "Its row among outlets; empty where it has none.", null=True),
        points_at("recipient", "recipients", "Its row among recipients; empty where it has none.", null=True),
        points_at(
            "intermediary", "intermediaries", "Its row among intermediaries; empty where it has none.", null=True
        ),
        points_at("payer", "payers", "Its row among payers; empty where it has none.", null=True),
        points_at("ministry", "ministries", "Its row among ministries; empty where it has none.", null=True),
    ),
    label="name",
    facets=("kind",),
)  # fmt: skip

LINKS = Table(
    "links",
    "Publishers, owners, successors",
    "One row is one tie of two parties that stay two, with its dates and where it can be seen: other is the "
    "publisher, the owner or the successor of party, or what it merged into. A link holds no money; who was paid for "
    "an outlet is no proof of who owns it.",
    (
        ID,
        free("decision", "Id of the decision that says so; empty where a file shipped with the program does."),
        word("relation", "What other is to party; merger: what party merged into.", tuple(LinkRelation)),
        points_at("party", "linked_parties", "Of whom it is said."),
        points_at("other", "linked_parties", "The publisher, owner or successor, or what it merged into."),
        plain("since", "When it began; empty where not known.", unit=_DATE),
        plain("until", "When it ended; empty where not known, which does not say that it holds.", unit=_DATE),
        free("evidence", "Where it can be seen, a line each: addresses, or words."),
        free("why", "The reason in the words of who decided."),
        free("decided_by", "Who decided."),
        plain("decided_on", "Day of the decision; empty where a shipped file says so.", unit="ISO 8601 date"),
    ),
    label="relation",
    facets=("relation", "other"),
)  # fmt: skip

LINK_TABLES = (LINKED_PARTIES, LINKS)
