"""Enters events in the register, each checked against those before it."""

from __future__ import annotations

from collections.abc import Iterable

from db.model.requests import ANSWERS, RequestState
from ingest.requests import deadlines
from ingest.requests.events import (
    Accepted,
    Answered,
    Appealed,
    Asked,
    Corrected,
    DocumentTaken,
    Drawn,
    Event,
    Extended,
    Lettered,
    Looked,
    RegisterError,
    Sent,
    Withdrawn,
)
from ingest.requests.register import Register, Request


def fold(events: Iterable[Event]) -> Register:
    """Make the register from its events.

    Raises:
        RegisterError: an event contradicts those before it.
    """
    register = Register()
    for event in events:
        apply(register, event)
    return register


def apply(register: Register, event: Event) -> None:
    """Enter one event, checked against what is there.

    Raises:
        RegisterError: it contradicts what is there; the register is unchanged.
    """
    if isinstance(event, Looked):
        register.as_of = max(event.on, register.as_of or event.on)
        return
    if isinstance(event, Drawn):
        _draw(register, event)
        return
    request = register.find(event.request)
    if request.withdrawn:
        raise RegisterError(f"{request.ref} was withdrawn ({request.withdrawn.why}); draw up a new one")
    if isinstance(event, Lettered):
        request.letters.append(event)
    elif isinstance(event, Withdrawn):
        request.withdrawn = event
    elif isinstance(event, DocumentTaken):
        for other in register.requests.values():
            if other.withdrawn:
                other.documents.pop(event.sha256, None)
        request.documents[event.sha256] = event
        request.unloaded.pop(event.sha256, None)
    elif isinstance(event, Accepted):
        request.accepted.append(event)
    elif isinstance(event, Corrected):
        _correct(request, event)
    elif isinstance(event, Asked):
        request.asked.append(event)
    else:
        _happen(request, event)


def _correct(request: Request, event: Corrected) -> None:
    if not event.who.strip() or not event.why.strip():
        raise RegisterError(f"{request.ref}: a correction says who read it so (--who) and why (--why)")
    if min(event.table, event.row, event.column) < 1:
        raise RegisterError(f"{request.ref}: tables, rows and columns are counted from 1")
    request.corrected.append(event)
    request.unloaded[event.sha256] = request.unloaded.get(event.sha256, 0) + 1


def _draw(register: Register, event: Drawn) -> None:
    if event.request in register.requests:
        raise RegisterError(f"a request {event.request!r} is there already")
    if not event.body.strip():
        raise RegisterError(f"{event.request}: name the body that is asked")
    if not event.years or any(not 1990 <= year <= 2100 for year in event.years):
        raise RegisterError(f"{event.request}: name the years asked about, each between 1990 and 2100")
    if event.basis not in deadlines.bases():
        raise RegisterError(
            f"{event.request}: legal basis {event.basis!r} is not known; known are {', '.join(deadlines.bases())}"
        )
    register.requests[event.request] = Request(drawn=event)


def _happen(request: Request, event: Sent | Extended | Answered | Appealed) -> None:
    if isinstance(event, Sent):
        if request.answers:
            raise RegisterError(f"{request.ref}: it was answered already, so it cannot be sent again")
        if event.registered_on and event.registered_on < event.on:
            raise RegisterError(f"{request.ref}: registered on {event.registered_on}, before it was sent")
        deadlines.rule_for(request.drawn.basis, event.registered_on or event.on)
        request.sent = event
        return
    if request.sent is None:
        raise RegisterError(f"{request.ref}: it was never sent; enter that first: mediacontracts requests sent")
    if event.on < request.counted_from:
        what = "registered" if request.sent.registered_on else "sent"
        raise RegisterError(f"{request.ref}: {event.on} is before it was {what} ({request.counted_from})")
    if isinstance(event, Extended):
        _extend(request, event)
    elif isinstance(event, Answered):
        _answer(request, event)
    else:
        request.appeals.append(event)


def _extend(request: Request, event: Extended) -> None:
    if request.answers:
        raise RegisterError(f"{request.ref}: it was answered already, so nothing is put off")
    if request.extended:
        raise RegisterError(f"{request.ref}: it was put off once already ({request.extended.on})")
    if event.until and event.until < event.on:
        raise RegisterError(f"{request.ref}: put off to {event.until}, which is before {event.on}")
    if request.rule is not None:
        deadlines.extended_due_on(request.rule, request.counted_from, event.until)
    request.extended = event


def _answer(request: Request, event: Answered) -> None:
    for state in (event.state, *event.years.values()):
        if state not in ANSWERS:
            raise RegisterError(
                f"{request.ref}: {str(state)!r} is no answer of a body; one of {', '.join(ANSWERS)}. "
                "Silence is never entered: it follows from the date"
            )
    if event.state is RequestState.REFUSED and not event.ground.strip():
        raise RegisterError(f"{request.ref}: a refusal needs its ground; 'none given' is one")
    if event.state is RequestState.FORWARDED and not event.forwarded_to.strip():
        raise RegisterError(f"{request.ref}: say to whom it was forwarded")
    outside = set(event.years) - set(request.drawn.years)
    if outside:
        raise RegisterError(f"{request.ref}: it did not ask about {sorted(outside)}")
    request.answers.append(event)
