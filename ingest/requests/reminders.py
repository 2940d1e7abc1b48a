"""What is due: answers, notices, appeals, as of a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from db.model.requests import RequestState
from ingest.requests import deadlines
from ingest.requests.events import Answered
from ingest.requests.register import Register, Request

What = Literal["send", "answer due", "overdue", "appeal", "follow up"]

_APPEALABLE = {RequestState.REFUSED, RequestState.OFFICIAL_USE, RequestState.IN_PART, RequestState.SILENT}


class Reminder(msgspec.Struct, frozen=True):
    """One thing to look at or to do; `days` until `on`, below zero when it is past."""

    request: str
    body: str
    what: What
    on: date | None
    days: int | None
    note: str


def reminders(register: Register, today: date, ahead: int = 7) -> list[Reminder]:
    """Everything that is overdue on a day or falls due within the days `ahead`, the oldest first.

    `today` counts as a day on which an answer can still come: a request is overdue from the day after its date.
    """
    found = [one for request in register.requests.values() for one in _of(request, today, ahead)]
    return sorted(found, key=lambda one: (one.on or date.max, one.request, one.what))


def _of(request: Request, today: date, ahead: int) -> list[Reminder]:
    if request.withdrawn:
        return []
    body = request.drawn.body
    if request.sent is None:
        return [Reminder(request.ref, body, "send", None, None, "drawn up, not entered as sent")]
    horizon = today + timedelta(days=ahead)
    due, rule = request.due_on, request.rule
    if due is None or rule is None:
        return []
    state = request.state(today)
    found: list[Reminder] = []

    def remind(what: What, on: date, note: str) -> None:
        found.append(Reminder(request.ref, body, what, on, (on - today).days, note))

    if state is RequestState.SILENT:
        remind("overdue", due, f"no answer entered; {_extension_note(request)}look through the post, then appeal")
    elif state is RequestState.WAITING and due <= horizon:
        remind("answer due", due, _extension_note(request) or f"by {rule.basis}")
    elif state is RequestState.FORWARDED and request.answer:
        remind("follow up", request.answer.on, _forwarded_note(request.answer, request.counted_from, rule))
    if state in _APPEALABLE and not request.appeals:
        known_on = request.answer.on if request.answer else due
        last = deadlines.appeal_due_on(rule, known_on)
        if last is not None and today <= last <= max(horizon, today + timedelta(days=30)):
            remind("appeal", last, f"last day to appeal ({state})")
    return found


def _forwarded_note(answer: Answered, counted_from: date, rule: deadlines.Rule) -> str:
    """To whom, and whether it was told after the time for it: that may be said in the next letter."""
    last = deadlines.forward_due_on(rule, counted_from)
    late = f", which was due by {last}" if last is not None and answer.on > last else ""
    return f"forwarded to {answer.forwarded_to}{late}: draw up a request to it"


def _extension_note(request: Request) -> str:
    if request.extended is None:
        return ""
    if not request.extended_in_time:
        return f"put off on {request.extended.on}, after its time, which moves nothing; "
    return f"put off on {request.extended.on}; "
