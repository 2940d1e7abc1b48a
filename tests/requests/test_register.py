"""The register: states that are entered, the one that is derived, what contradicts, and the journal on disk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.model.requests import ANSWERS, RequestState
from ingest.requests.entering import apply, fold
from ingest.requests.events import (
    Answered,
    Appealed,
    Drawn,
    Event,
    Extended,
    Journal,
    Looked,
    RegisterError,
    Sent,
    Withdrawn,
)
from ingest.requests.register import Register
from ingest.requests.reminders import reminders

AT = "2026-03-01T08:00:00Z"
REF = "2026-0001"


def drawn(**changes: Any) -> Drawn:
    fields = {"body": "Выдуманное управление", "subject": "заказ", "years": (2024, 2025), "basis": "kz-access"}
    return Drawn(request=REF, at=AT, **(fields | changes))


def sent(on: date = date(2026, 3, 6), **changes: Any) -> Sent:
    return Sent(request=REF, at=AT, on=on, channel="portal", **changes)


def answered(state: RequestState = RequestState.IN_FULL, on: date = date(2026, 3, 20), **changes: Any) -> Answered:
    return Answered(request=REF, at=AT, on=on, state=state, **changes)


def extended(on: date, until: date | None = None) -> Extended:
    return Extended(request=REF, at=AT, on=on, until=until)


def looked(on: date) -> Looked:
    return Looked(request="", at=AT, on=on)


def state(*events: Event, on: date | None = None) -> str:
    register = fold(events)
    return register.find(REF).state(on or register.as_of)


def test_silent_is_only_for_those_really_sent_and_past_their_date() -> None:
    due = date(2026, 3, 26)
    assert state(drawn(), on=date(2030, 1, 1)) == "draft"
    assert state(drawn(), sent(), on=due) == "waiting"  # on its last day an answer can still come
    assert state(drawn(), sent(), on=date(2026, 3, 27)) == "silent"
    assert state(drawn(), sent(), extended(date(2026, 3, 20)), on=date(2026, 3, 27)) == "waiting"
    assert state(drawn(), sent(), answered(on=date(2026, 5, 1)), on=date(2026, 6, 1)) == "in full"


def test_nobody_is_silent_before_the_post_was_looked_through() -> None:
    assert state(drawn(), sent()) == "waiting"
    assert state(drawn(), sent(), looked(date(2026, 3, 26))) == "waiting"
    assert state(drawn(), sent(), looked(date(2026, 3, 27))) == "silent"
    assert state(drawn(), sent(), looked(date(2026, 3, 27)), looked(date(2026, 3, 1))) == "silent"


@pytest.mark.parametrize("derived", [s for s in RequestState if s not in ANSWERS])
def test_silence_and_the_like_are_never_entered(derived: RequestState) -> None:
    with pytest.raises(RegisterError, match="is no answer of a body"):
        fold([drawn(), sent(), answered(derived)])
    with pytest.raises(RegisterError, match="is no answer of a body"):
        fold([drawn(), sent(), answered(RequestState.IN_PART, years={2024: derived})])


def test_registration_moves_the_start() -> None:
    request = fold([drawn(), sent(registered_on=date(2026, 3, 12))]).find(REF)
    assert request.due_on == date(2026, 3, 27)


def test_an_extension_told_too_late_moves_nothing() -> None:
    request = fold([drawn(), sent(), extended(date(2026, 3, 27), date(2026, 4, 6))]).find(REF)
    assert request.due_on == date(2026, 3, 26)
    assert not request.extended_in_time
    assert request.state(date(2026, 3, 28)) is RequestState.SILENT


def test_days_and_lateness() -> None:
    request = fold([drawn(), sent(), answered(on=date(2026, 3, 30)), answered(on=date(2026, 4, 9))]).find(REF)
    assert (request.days_taken, request.days_late) == (24, 4)
    early = fold([drawn(), sent(), answered(on=date(2026, 3, 6))]).find(REF)
    assert (early.days_taken, early.days_late) == (0, 0)


def test_a_year_can_be_answered_otherwise() -> None:
    part = answered(RequestState.IN_PART, years={2024: RequestState.OFFICIAL_USE}, ground="ДСП")
    request = fold([drawn(), sent(), part]).find(REF)
    assert [request.year_state(year, None) for year in (2024, 2025)] == ["for official use", "in part"]
    withdrawn = fold([drawn(), sent(), part, Withdrawn(request=REF, at=AT, why="slip")]).find(REF)
    assert withdrawn.year_state(2024, None) == "withdrawn"


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([sent()], "no request is called"),
        ([drawn(), drawn()], "is there already"),
        ([drawn(body=" ")], "name the body"),
        ([drawn(years=())], "name the years"),
        ([drawn(years=(24,))], "between 1990 and 2100"),
        ([drawn(basis="kz-none")], "not known"),
        ([drawn(), answered()], "never sent"),
        ([drawn(), extended(date(2026, 3, 20))], "never sent"),
        ([drawn(), Appealed(request=REF, at=AT, on=date(2026, 3, 20), to="x")], "never sent"),
        ([drawn(), sent(), answered(on=date(2026, 3, 5))], "before it was sent"),
        ([drawn(), sent(registered_on=date(2026, 3, 5))], "before it was sent"),
        ([drawn(), sent(registered_on=date(2026, 3, 23)), answered()], "before it was registered"),
        ([drawn(), sent(), answered(), sent()], "answered already"),
        ([drawn(), sent(), answered(), extended(date(2026, 3, 21))], "answered already"),
        ([drawn(), sent(), extended(date(2026, 3, 20)), extended(date(2026, 3, 21))], "put off once already"),
        ([drawn(), sent(), extended(date(2026, 3, 20), date(2026, 3, 19))], "is before"),
        ([drawn(), sent(), answered(RequestState.REFUSED)], "needs its ground"),
        ([drawn(), sent(), answered(RequestState.FORWARDED)], "to whom"),
        ([drawn(), sent(), answered(years={2019: RequestState.REFUSED})], "did not ask about"),
        ([drawn(), Withdrawn(request=REF, at=AT, why="slip"), sent()], "was withdrawn"),
    ],
)
def test_what_contradicts_is_refused(events: list[Event], message: str) -> None:
    with pytest.raises(RegisterError, match=message):
        fold(events)


def test_a_refused_event_leaves_the_register_as_it_was() -> None:
    register = fold([drawn(), sent()])
    before = repr(register)
    for event in (answered(on=date(2026, 3, 1)), extended(date(2026, 3, 1)), sent(registered_on=date(2026, 1, 1))):
        with pytest.raises(RegisterError):
            apply(register, event)
    assert repr(register) == before


def test_references_go_on() -> None:
    assert Register().next_ref(2026) == "2026-0001"
    assert fold([drawn()]).next_ref(2026) == "2026-0002"
    assert fold([drawn()]).next_ref(2027) == "2027-0001"


def test_reminders() -> None:
    def said(*events: Event, on: date) -> list[tuple[str, int | None]]:
        return [(one.what, one.days) for one in reminders(fold(events), on)]

    assert said(drawn(), on=date(2026, 3, 1)) == [("send", None)]
    assert said(drawn(), sent(), on=date(2026, 3, 18)) == []
    assert said(drawn(), sent(), on=date(2026, 3, 19)) == [("answer due", 7)]
    assert said(drawn(), sent(), on=date(2026, 3, 26)) == [("answer due", 0)]
    assert said(drawn(), sent(), on=date(2026, 3, 27)) == [("overdue", -1)]
    assert said(drawn(), sent(), on=date(2026, 6, 20)) == [("overdue", -86), ("appeal", 6)]
    refused = answered(RequestState.REFUSED, ground="none given")
    assert said(drawn(), sent(), refused, on=date(2026, 6, 15)) == [("appeal", 7)]
    appealed = Appealed(request=REF, at=AT, on=date(2026, 4, 1), to="court")
    assert said(drawn(), sent(), refused, appealed, on=date(2026, 6, 15)) == []
    forwarded = answered(RequestState.FORWARDED, forwarded_to="Выдуманный акимат")
    assert said(drawn(), sent(), forwarded, on=date(2026, 4, 1)) == [("follow up", -12)]
    # three working days after Friday 6 March; Monday 9 is off for Sunday 8
    [late] = reminders(fold([drawn(), sent(), forwarded]), date(2026, 4, 1))
    assert late.note == "forwarded to Выдуманный акимат, which was due by 2026-03-12: draw up a request to it"
    at_once = answered(RequestState.FORWARDED, forwarded_to="Выдуманный акимат", on=date(2026, 3, 12))
    [in_time] = reminders(fold([drawn(), sent(), at_once]), date(2026, 4, 1))
    assert in_time.note == "forwarded to Выдуманный акимат: draw up a request to it"
    assert said(drawn(), Withdrawn(request=REF, at=AT, why="slip"), on=date(2026, 6, 15)) == []


def test_the_journal_gives_back_what_was_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "requests" / "requests.jsonl")
    assert list(journal.events()) == []
    events = [
        drawn(),
        sent(),
        extended(date(2026, 3, 20)),
        answered(years={2024: RequestState.REFUSED}),
        looked(date(2026, 4, 1)),
    ]
    journal.write(*events[:2])
    journal.write(*events[2:])
    assert list(journal.events()) == events


def test_a_torn_last_line_is_passed_over_and_then_cut(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "requests.jsonl")
    journal.write(drawn())
    with journal.path.open("ab") as out:
        out.write(b'{"event":"sent","request":"2026-0001","at":"x')
    assert list(journal.events()) == [drawn()]
    journal.write(sent())
    assert list(journal.events()) == [drawn(), sent()]


@pytest.mark.parametrize("line", ["{}", "not json", '{"event":"silent","request":"1","at":"x"}', '{"event":"sent"}'])
def test_a_damaged_line_is_an_error_with_its_number(tmp_path: Path, line: str) -> None:
    journal = Journal(tmp_path / "requests.jsonl")
    journal.write(drawn())
    with journal.path.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    with pytest.raises(RegisterError, match="line 2"):
        list(journal.events())


_texts = st.text(max_size=40).filter(lambda text: text.strip() != "")


@settings(max_examples=60, deadline=None)
@given(body=_texts, wording=st.text(max_size=60), ground=_texts)
def test_any_text_survives_the_journal(
    tmp_path_factory: pytest.TempPathFactory, body: str, wording: str, ground: str
) -> None:
    journal = Journal(tmp_path_factory.mktemp("journal") / "requests.jsonl")
    events = [drawn(body=body), sent(), answered(RequestState.REFUSED, wording=wording, ground=ground)]
    journal.write(*events)
    assert list(journal.events()) == events
    assert fold(journal.events()).find(REF).drawn.body == body


def test_a_request_that_is_drawn_up_already_is_not_drawn_up_again(go: Callable[..., str], tmp_path: Path) -> None:
    listed = tmp_path / "bodies.csv"
    for rows in ("Выдуманное управление\n", "Выдуманное управление\nВымышленный отдел\n"):
        listed.write_text(f"body\n{rows}", encoding="utf-8")
        told = go("requests", "new", "--list", listed, "--years", "2024").splitlines()
    refs = [line.split()[0] for line in told]
    assert [ref[4:] for ref in refs] == ["-0001", "-0002"]
    assert told[0].endswith("Выдуманное управление (drawn up before)")
    go("requests", "sent", refs[0], "--on", "2026-03-06", "--channel", "portal")
    assert "-0003  Выдуманное" in go("requests", "new", "--body", "Выдуманное управление", "--years", "2024")
    assert "-0004  Выдуманное" in go("requests", "new", "--body", "Выдуманное управление", "--years", "2025")


def test_what_cannot_have_happened_is_refused(go: Callable[..., str]) -> None:
    ref = go("requests", "new", "--body", "Выдуманное управление", "--years", "2024").split()[0]
    day = ("--on", "2026-03-06")
    assert "2100-01-01 has not come yet" in go(
        "requests", "sent", ref, *day, "--channel", "post", "--registered", "2100-01-01", code=2
    )
    go("requests", "sent", ref, *day, "--channel", "post")
    assert "0 or more" in go("requests", "answered", ref, *day, "--state", "in full", "--fee", "-5", code=2)
    assert "'waiting' is no answer" in go(
        "requests", "answered", ref, *day, "--state", "in full", "--year", "2024=waiting", code=2
    )
