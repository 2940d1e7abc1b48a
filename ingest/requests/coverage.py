"""Who answered for which year, and how open bodies are.

Of several requests to one body about one year the fullest answer holds. A body is ranked only when it was asked often
enough; its share of full answers carries Wilson's interval, so that two of two do not stand above nineteen of twenty.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from statistics import median_low

import msgspec

from db.model.requests import ANSWERS, RequestState
from ingest.interval import wilson
from ingest.requests.register import Register, Request

NOT_ASKED = "not asked"
RANKED_FROM = 5
"""Fewest requests, answered or silent, for a rank."""

_ORDER = (*ANSWERS, RequestState.SILENT, RequestState.WAITING)


class Covered(msgspec.Struct, frozen=True):
    """What is known of one body and year; `request` and `ground` are empty where nobody asked."""

    body: str
    year: int
    state: str
    request: str = ""
    ground: str = ""


class Openness(msgspec.Struct, frozen=True):
    """How one body answers. Shares are of the requests that are no longer waiting, None where there are none."""

    body: str
    asked: int
    waiting: int
    states: dict[str, int]
    late: int
    days_median: int | None
    grounds: dict[str, int]
    share: float | None
    low: float | None
    high: float | None
    rank: int | None = None


def sent_requests(register: Register) -> list[Request]:
    """Requests that something may be said about: really sent and not withdrawn."""
    return [one for one in register.requests.values() if one.sent is not None and one.withdrawn is None]


def coverage(
    register: Register, payers: Iterable[str], years: Iterable[int], as_of: date | None = None
) -> list[Covered]:
    """What is known of every payer and year, those asked about included.

    Args:
        register: the requests.
        payers: bodies that pay, as far as records know; bodies that were asked are added.
        years: years of the records; years that were asked about are added.
        as_of: the day to say it on; the day up to which the register is complete when left out.
    """
    as_of = as_of or register.as_of
    best: dict[tuple[str, int], Covered] = {}
    sent = sent_requests(register)
    for request in sent:
        for year in request.drawn.years:
            state = request.year_state(year, as_of)
            ground = request.answer.ground if request.answer else ""
            known = best.get((request.drawn.body, year))
            if known is None or _ORDER.index(state) < _ORDER.index(RequestState(known.state)):
                best[request.drawn.body, year] = Covered(request.drawn.body, year, state, request.ref, ground)
    bodies = sorted({*payers, *(request.drawn.body for request in sent)})
    all_years = sorted({*years, *(year for request in sent for year in request.drawn.years)})
    return [best.get((body, year), Covered(body, year, NOT_ASKED)) for body in bodies for year in all_years]


def openness(
    register: Register, as_of: date | None = None, one_body: Mapping[str, str] | None = None
) -> list[Openness]:
    """How open each body is that was asked, ranked by the lower end of its interval; the unranked last.

    A rank is given from five requests on that were answered or are silent; equal lower ends share a rank.

    Args:
        register: the requests.
        as_of: the day to say it on; the day up to which the register is complete when left out.
        one_body: for names under which one body was asked, what they are counted under together.
    """
    as_of = as_of or register.as_of
    by_body: dict[str, list[Request]] = {}
    for request in sent_requests(register):
        name = request.drawn.body
        by_body.setdefault((one_body or {}).get(name, name), []).append(request)
    found = sorted((_openness(body, own, as_of) for body, own in by_body.items()), key=_standing)
    ranked: list[Openness] = []
    for place, one in enumerate(found, start=1):
        rank: int | None = None
        if one.asked - one.waiting >= RANKED_FROM:
            before = ranked[-1] if ranked else None
            rank = before.rank if before is not None and before.rank and before.low == one.low else place
        ranked.append(msgspec.structs.replace(one, rank=rank))
    return ranked


def _standing(one: Openness) -> tuple[bool, float, str]:
    return one.asked - one.waiting < RANKED_FROM, -(one.low or 0.0), one.body


def _openness(body: str, requests: list[Request], as_of: date | None) -> Openness:
    states = Counter(str(request.state(as_of)) for request in requests)
    waiting = states.pop(RequestState.WAITING, 0)
    settled = len(requests) - waiting
    full = states.get(RequestState.IN_FULL, 0)
    low, high = wilson(full, settled) if settled else (None, None)
    days = [request.days_taken for request in requests if request.days_taken is not None]
    grounds = Counter(
        request.answer.ground
        for request in requests
        if request.answer and request.answer.ground and request.answer.state is not RequestState.IN_FULL
    )
    return Openness(
        body=body,
        asked=len(requests),
        waiting=waiting,
        states=dict(sorted(states.items())),
        late=sum(bool(request.days_late) for request in requests),
        days_median=median_low(days) if days else None,
        grounds=dict(sorted(grounds.items())),
        share=full / settled if settled else None,
        low=low,
        high=high,
    )
