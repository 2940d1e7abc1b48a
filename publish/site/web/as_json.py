"""What pages of parties and owners show, as JSON for programs."""

from __future__ import annotations

from typing import Any

from publish.site.core.release import Release
from publish.site.core.sums import Group, sum_told
from publish.site.core.ties import ALWAYS, FIRST_YEAR, Told, Years
from publish.site.pages.owner import Owned


def party_json(release: Release, context: dict[str, Any]) -> dict[str, Any]:
    """A party with its sums, their groups, and its links."""
    entity = context["entity"]
    kept = (
        "uid",
        "name",
        "state",
        "country",
        "medium",
        "paid_to",
        "level",
        "id_scheme",
        "registry_id",
        "legal_form",
        "is_person",
    )
    return {
        "release": release.name,
        "sample": release.sample,
        "kind": context["kind"],
        "invented": context["invented"],
        **{name: entity[name] for name in kept if name in entity},
        "records": context["records"],
        "sums": [sum_told(one) for one in context["sums"]],
        "not_counted": context["not_counted"],
        "years": [_group_json(group) for group in context["years"]],
        **{f"by_{name}": [_group_json(group) for group in groups] for name, groups in context["groups"].items()},
        **ties_json(context["ties"]),
        **({"owned": owned_json(context["owned"])} if context["owned"] else {}),
    }


def ties_json(told: list[tuple[str, list[Told]]]) -> dict[str, Any]:
    """Links by heading; a date that is not known is empty."""
    return {
        "links": [
            {
                "tie": heading, "kind": one.node.kind, "uid": one.node.uid if one.node.state == "named" else None,
                "name": one.node.name, "through": one.via, "since": one.tie.since, "until": one.tie.until,
                "evidence": list(one.tie.evidence),
            }
            for heading, lines in told
            for one in lines
        ]
    }  # fmt: skip


def _span_json(years: Years) -> tuple[int | None, int | None]:
    """First and last year; None where a span has no end there."""
    first, last = years
    return (None if first <= FIRST_YEAR else first, None if last == ALWAYS[1] else last)


def owned_json(found: Owned) -> dict[str, Any]:
    """Members of an owner: each record under one of them, in the years in which it belonged to the owner."""
    return {
        "records": found.records,
        "sums": [sum_told(one) for one in found.sums],
        "not_counted": found.not_counted,
        "members": [
            {
                "kind": one.node.kind, "uid": one.node.uid if one.node.state == "named" else None,
                "name": one.node.name, "years": [_span_json(span) for span in one.years] if one.dated else None,
                "records": one.group.records if one.group else 0,
                "sums": [sum_told(sum_) for sum_ in one.group.sums] if one.group else [],
            }
            for one in found.members
        ],
    }  # fmt: skip


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "uid": group.uid,
        "name": group.name,
        "records": group.records,
        "sums": [sum_told(one) for one in group.sums],
    }
