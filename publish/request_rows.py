"""Information requests as a release shows them: each one sent, what is known of each year, how bodies answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from db.bulk import table_of
from db.model import BodyName, BodyOpenness, Document, InformationRequest, RequestYear
from db.model.requests import ANSWERS, RequestState
from publish.keys import Keys
from publish.registry import bytewise

COVERAGE_WORDS = {
    RequestState.IN_FULL: "answered in full",
    RequestState.IN_PART: "answered in part",
    RequestState.SAYS_NONE: "says none",
    RequestState.OFFICIAL_USE: "for official use",
    RequestState.REFUSED: "refused",
    RequestState.FORWARDED: "forwarded",
    RequestState.SILENT: "silent",
    RequestState.WAITING: "waiting",
}
"""The registry's states in the words of a release; drafts and withdrawn requests are not published."""

NOT_ASKED = "not asked"

_FULLEST_FIRST = {state: at for at, state in enumerate((*ANSWERS, RequestState.SILENT, RequestState.WAITING))}


def _published() -> ColumnElement[bool]:
    r = InformationRequest
    return r.sent_on.is_not(None) & r.state.in_([state.value for state in COVERAGE_WORDS])


def asked_bodies(connection: Connection) -> set[int]:
    """Bodies that a published request was sent to: they are payers of the release even where no record names them."""
    query = (
        select(BodyName.body_id)
        .join(InformationRequest, InformationRequest.body_name_id == BodyName.id)
        .where(_published())
        .distinct()
    )
    return {row[0] for row in connection.execute(query)}


def asked_years(connection: Connection) -> set[int]:
    """Years that published requests asked about."""
    query = select(RequestYear.year).join(InformationRequest).where(_published()).distinct()
    return {row[0] for row in connection.execute(query)}


def request_rows(connection: Connection, keys: Keys) -> tuple[list[tuple[Any, ...]], dict[int, int]]:
    """Rows of `requests`, and the way from a request of the registry to its row."""
    r = table_of(InformationRequest)
    counted = select(Document.request_id, func.count()).group_by(Document.request_id)
    documents = {row[0]: row[1] for row in connection.execute(counted)}
    found = connection.execute(select(r).where(_published()).order_by(bytewise(connection, r.c.ref)))
    rows: list[tuple[Any, ...]] = []
    ids: dict[int, int] = {}
    for at, q in enumerate(found, start=1):
        ids[q.id] = at
        rows.append(
            (at, q.ref, keys.payers.by_entity[keys.bodies[q.body_name_id].entity], q.subject, q.sent_on, q.due_on,
             q.answered_on, COVERAGE_WORDS[RequestState(q.state)], q.wording, q.lang, q.legal_basis, q.channel,
             q.number, q.level, q.extended_to, q.days_taken, q.days_late, q.as_of, q.ground, q.forwarded_to, q.pages,
             documents.get(q.id, 0), q.appealed_on, q.appealed_to, q.appeal_outcome)
        )  # fmt: skip
    return rows, ids


def coverage_rows(connection: Connection, keys: Keys, request_ids: dict[int, int]) -> list[tuple[Any, ...]]:
    """Rows of `coverage`: for each body that was asked, every year that anybody was asked about.

    Where several requests asked one body about one year, the fullest answer stands.
    """
    query = (
        select(InformationRequest.body_name_id, RequestYear.year, RequestYear.state, RequestYear.request_id,
               RequestYear.ground)
        .join(InformationRequest, InformationRequest.id == RequestYear.request_id)
        .where(_published())
    )  # fmt: skip
    best: dict[tuple[int, int], tuple[int, int, str]] = {}
    years: set[int] = set()
    payers = {keys.payers.by_entity[body] for body in asked_bodies(connection)}
    for name, year, state, request, ground in connection.execute(query):
        years.add(year)
        if state not in _FULLEST_FIRST:  # a year of which a draft or withdrawal is all that is known
            continue
        payer = keys.payers.by_entity[keys.bodies[name].entity]
        known = (_FULLEST_FIRST[RequestState(state)], request_ids[request], ground)
        best[payer, year] = min(best.get((payer, year), known), known)
    return list(_filled(best, payers, years))


def _filled(
    best: dict[tuple[int, int], tuple[int, int, str]], payers: set[int], years: set[int]
) -> Iterator[tuple[Any, ...]]:
    words = {place: COVERAGE_WORDS[state] for state, place in _FULLEST_FIRST.items()}
    for at, (payer, year) in enumerate(((p, y) for p in sorted(payers) for y in sorted(years)), start=1):
        known = best.get((payer, year))
        if known is None:
            yield (at, payer, year, NOT_ASKED, None, "")
        else:
            place, request, ground = known
            yield (at, payer, year, words[place], request, ground)


def openness_rows(connection: Connection, keys: Keys) -> list[tuple[Any, ...]]:
    """Rows of `openness`, by payer."""
    o = table_of(BodyOpenness)
    found = [
        (keys.payers.by_entity[row.body_id], row)
        for row in connection.execute(select(o))
        if row.body_id in keys.payers.by_entity
    ]
    return [
        (at, payer, n.asked, n.waiting, n.in_full, n.in_part, n.says_none, n.official_use, n.refused, n.forwarded,
         n.silent, n.late, n.days_median, n.grounds, n.full_share, n.full_low, n.full_high, n.rank)
        for at, (payer, n) in enumerate(sorted(found, key=lambda pair: pair[0]), start=1)
    ]  # fmt: skip
