"""Coverage by body and year, and the openness of bodies with Wilson's interval."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.model.requests import RequestState
from ingest.interval import wilson
from ingest.requests.coverage import RANKED_FROM, Openness, coverage, openness
from ingest.requests.entering import fold
from ingest.requests.events import Answered, Drawn, Event, Sent, Withdrawn
from ingest.requests.register import Register

AT = "2026-03-01T08:00:00Z"
LATER = date(2026, 12, 1)


def asked(
    ref: str, body: str, state: RequestState | None, years: tuple[int, ...] = (2024,), ground: str = "none given"
) -> list[Event]:
    events: list[Event] = [
        Drawn(request=ref, at=AT, body=body, subject="x", years=years, basis="kz-access"),
        Sent(request=ref, at=AT, on=date(2026, 3, 6), channel="post"),
    ]
    if state:
        told = {"ground": ground, "forwarded_to": "другой орган"}
        events.append(Answered(request=ref, at=AT, on=date(2026, 3, 16), state=state, **told))
    return events


def states(
    register: Register, payers: tuple[str, ...] = (), years: tuple[int, ...] = ()
) -> dict[tuple[str, int], str]:
    return {(one.body, one.year): one.state for one in coverage(register, payers, years, LATER)}


def test_every_payer_and_year_has_one_state() -> None:
    register = fold(
        [
            *asked("1", "А", RequestState.IN_FULL, (2023, 2024)),
            *asked("2", "Б", None),
            *asked("3", "В", RequestState.SAYS_NONE),
        ]
    )
    assert states(register, ("А", "Г"), (2025,)) == {
        ("А", 2023): "in full",
        ("А", 2024): "in full",
        ("А", 2025): "not asked",
        ("Б", 2023): "not asked",
        ("Б", 2024): "silent",
        ("Б", 2025): "not asked",
        ("В", 2023): "not asked",
        ("В", 2024): "says none",
        ("В", 2025): "not asked",
        ("Г", 2023): "not asked",
        ("Г", 2024): "not asked",
        ("Г", 2025): "not asked",
    }


@pytest.mark.parametrize("state", [s for s in RequestState if s in {"in full", "in part", "says none", "refused"}])
def test_the_fullest_answer_of_several_requests_holds(state: RequestState) -> None:
    register = fold([*asked("1", "А", None), *asked("2", "А", state), *asked("3", "А", RequestState.FORWARDED)])
    assert states(register) == {("А", 2024): state}
    assert [one.request for one in coverage(register, (), (), LATER)] == ["2"]


def test_drafts_and_withdrawn_requests_say_nothing() -> None:
    draft = Drawn(request="1", at=AT, body="А", subject="x", years=(2024,), basis="kz-access")
    taken_back = [*asked("2", "Б", None), Withdrawn(request="2", at=AT, why="slip")]
    register = fold([draft, *taken_back])
    assert states(register, ("А", "Б"), (2024,)) == {("А", 2024): "not asked", ("Б", 2024): "not asked"}
    assert openness(register, LATER) == []


def test_waiting_is_not_silent() -> None:
    register = fold(asked("1", "А", None))
    assert coverage(register, (), (), date(2026, 3, 26))[0].state == "waiting"
    assert coverage(register, (), ())[0].state == "waiting"  # nobody looked through the post yet
    one = openness(register)[0]
    assert (one.asked, one.waiting, one.share, one.low, one.rank) == (1, 1, None, None, None)


def test_wilson_against_published_figures() -> None:
    # 10 of 20 at 95 %: Brown, Cai, DasGupta 2001 give the form; 0.299 to 0.701 to three places
    low, high = wilson(10, 20)
    assert (round(low, 3), round(high, 3)) == (0.299, 0.701)
    assert wilson(0, 10)[0] == 0
    assert round(wilson(0, 10)[1], 4) == 0.2775
    assert wilson(10, 10)[1] == 1


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (0, 0), (3, 2), (-1, 2)])
def test_no_share_no_interval(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(successes, trials)


@settings(max_examples=200, deadline=None)
@given(trials=st.integers(1, 500), data=st.data())
def test_the_interval_holds_the_share_and_narrows(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1
    wider_low, wider_high = wilson(successes * 1, trials), wilson(successes * 4, trials * 4)
    assert wider_high[1] - wider_high[0] <= wider_low[1] - wider_low[0]


def body(name: str, full: int, refused: int = 0) -> list[Event]:
    events: list[Event] = []
    for number in range(full + refused):
        state = RequestState.IN_FULL if number < full else RequestState.REFUSED
        events += asked(f"{name}{number}", name, state, ground="срок хранения истёк" if number >= full else "")
    return events


def test_no_rank_for_a_body_asked_too_rarely() -> None:
    register = fold([*body("Редкий", 2), *body("Частый", 19, 1), *body("Средний", 3, 2), *body("Равный", 3, 2)])
    found = openness(register, LATER)
    assert [(one.body, one.rank) for one in found] == [("Частый", 1), ("Равный", 2), ("Средний", 2), ("Редкий", None)]
    rare = found[-1]
    assert isinstance(rare, Openness)
    assert rare.asked < RANKED_FROM
    assert (rare.share, round(rare.low or 0, 3)) == (1.0, 0.342)
    middle = found[2]
    assert middle.grounds == {"срок хранения истёк": 2}
    assert middle.states == {"in full": 3, "refused": 2}
    assert (middle.days_median, middle.late) == (10, 0)


def test_two_names_of_one_body_are_counted_together() -> None:
    register = fold([*body("А", 3), *body("А бывший", 2)])
    found = openness(register, LATER, {"А": "1", "А бывший": "1"})
    assert [(one.body, one.asked, one.rank) for one in found] == [("1", 5, 1)]
