"""Links as FollowTheMoney: `Ownership`, `Succession` and `UnknownLink`, and the parties that decisions alone name.

FollowTheMoney lets companies be owned and nothing else, so the owner of an outlet, or of an organisation that is not
known to be a company, is an `UnknownLink` with the role "owner". Dates that are unsure are given by their year.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator
from typing import Any

from db.words import LinkedKind, LinkRelation
from publish.companies import is_company
from publish.ftm import Entity, id_of, is_address, made

_PARTIES = (
    "SELECT uid, name, kind, state, country, outlet, recipient, intermediary, payer, ministry FROM linked_parties"
    " ORDER BY id"
)
_LINKS = (
    "SELECT l.decision, l.relation, l.since, l.until, l.evidence, l.why, l.decided_by, l.decided_on,"
    " p.kind AS party_kind, p.uid AS party_uid, p.state AS party_state,"
    " o.kind AS other_kind, o.uid AS other_uid, o.state AS other_state"
    " FROM links l JOIN linked_parties p ON p.id = l.party JOIN linked_parties o ON o.id = l.other ORDER BY l.id"
)


def _entity_of(kind: str, uid: str, state: str) -> str:
    """The id of a party's entity: a natural person whom a source names is an organisation's entity."""
    named_person = kind == LinkedKind.PERSON and state == "named"
    return id_of("organisation" if named_person else kind, uid)


def linked_parties(out: sqlite3.Connection) -> Iterator[Entity]:
    """The parties that stand in no key table, each as an entity."""
    for row in out.execute(_PARTIES):
        if any(row[name] is not None for name in ("outlet", "recipient", "intermediary", "payer", "ministry")):
            continue
        schema, more = _SCHEMATA[row["kind"]]
        if row["kind"] == LinkedKind.ORGANISATION and is_company(row["name"]):
            schema = "Company"
        properties = {"name": row["name"], "country": row["country"].lower(), **more}
        yield made(schema, _entity_of(row["kind"], row["uid"], row["state"]), properties)


_SCHEMATA: dict[str, tuple[str, dict[str, Any]]] = {
    LinkedKind.OUTLET: ("Organization", {"classification": "media outlet", "sector": "media"}),
    LinkedKind.ORGANISATION: ("LegalEntity", {}),
    LinkedKind.BODY: ("PublicBody", {}),
    LinkedKind.GROUP: ("Organization", {"classification": "owner group"}),
    LinkedKind.PERSON: ("Person", {}),
}


def links(out: sqlite3.Connection, companies: Container[str]) -> Iterator[Entity]:
    """Every link as an entity.

    Args:
        out: the release.
        companies: ids of entities that can be owned.
    """
    for row in out.execute(_LINKS):
        party = _entity_of(row["party_kind"], row["party_uid"], row["party_state"])
        other = _entity_of(row["other_kind"], row["other_uid"], row["other_state"])
        told = row["evidence"].splitlines()
        properties: dict[str, Any] = {
            "startDate": _date(row["since"]), "endDate": _date(row["until"]), "recordId": row["decision"],
            "sourceUrl": [one for one in told if is_address(one)],
            "description": [row["why"], *(one for one in told if not is_address(one))],
            "publisher": row["decided_by"],
        }  # fmt: skip
        relation = row["relation"]
        if relation == LinkRelation.OWNER and party in companies:
            schema, ends = "Ownership", {"owner": other, "asset": party}
        elif relation in {LinkRelation.SUCCESSOR, LinkRelation.MERGER}:
            schema, ends = "Succession", {"predecessor": party, "successor": other}
        else:
            schema, ends = "UnknownLink", {"subject": other, "object": party}
        name = row["decision"] or f"{row['party_uid']}-{row['other_uid']}"
        yield made(schema, id_of("link", name), {**ends, "role": relation, **properties})


def _date(text: str) -> str:
    return text[:4] if text.endswith("?") else text
