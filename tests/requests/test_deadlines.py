"""Dates: calendar and working days over holidays, moved days off, extensions, appeals, and the dated rules."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.requests import deadlines as d

ACCESS = d.rule_for("kz-access", date(2026, 1, 5))
MEDIA = d.rule_for("kz-media", date(2026, 1, 5))


def test_fifteen_calendar_days_start_on_the_day_after() -> None:
    assert d.due_on(ACCESS, date(2026, 2, 2)) == date(2026, 2, 17)


def test_a_period_that_ends_in_nauryz_ends_on_the_next_working_day() -> None:
    # 6 March + 15 = Saturday 21 March; 21 to 23 March are Nauryz, 24 and 25 its moved days off
    assert d.due_on(ACCESS, date(2026, 3, 6)) == date(2026, 3, 26)


def test_five_working_days_over_nauryz() -> None:
    # Wednesday 18 March: 19, 20, then 21 to 25 off, 26, 27, Monday 30
    assert d.due_on(MEDIA, date(2026, 3, 18)) == date(2026, 3, 30)


def test_a_saturday_made_a_working_day_counts_and_the_monday_for_it_does_not() -> None:
    assert d.is_working_day(date(2011, 3, 5), "KZ")
    assert not d.is_working_day(date(2011, 3, 7), "KZ")
    assert d.add_days(date(2011, 3, 4), 2, "working", "KZ") == date(2011, 3, 9)


def test_new_year_and_christmas() -> None:
    # Thursday 31 December 2009: 1 and 2 January off, 3 a Sunday, 4 moved, 5 and 6 worked, 7 Christmas, 8 off for the
    # Sunday 10, which is worked
    assert d.add_days(date(2009, 12, 31), 3, "working", "KZ") == date(2010, 1, 10)


def test_extension_runs_on_from_the_plain_end() -> None:
    # plain end 21 March 2026, 15 more days: Sunday 5 April, so Monday 6
    assert d.extended_due_on(ACCESS, date(2026, 3, 6)) == date(2026, 4, 6)
    assert d.extended_due_on(ACCESS, date(2026, 3, 6), date(2026, 4, 1)) == date(2026, 4, 1)
    assert d.extended_due_on(ACCESS, date(2026, 3, 6), date(2026, 12, 31)) == date(2026, 4, 6)
    # put off to Saturday 28 March, on which no office answers
    assert d.extended_due_on(ACCESS, date(2026, 3, 6), date(2026, 3, 28)) == date(2026, 3, 30)
    assert d.extended_due_on(ACCESS, date(2026, 3, 6), date(2026, 3, 10)) == d.due_on(ACCESS, date(2026, 3, 6))


def test_a_rule_without_extension_refuses_one() -> None:
    old = d.rule_for("kz-media", date(2012, 7, 2))
    assert (old.days, old.unit) == (7, "working")
    with pytest.raises(d.DeadlineError, match="no extension is known"):
        d.extended_due_on(old, date(2012, 7, 2))


def test_forwarding_and_appeal() -> None:
    assert d.forward_due_on(ACCESS, date(2026, 3, 19)) == date(2026, 3, 27)
    assert d.appeal_due_on(ACCESS, date(2025, 11, 30)) == date(2026, 3, 2)  # 28 February is a Saturday
    assert d.appeal_due_on(MEDIA, date(2026, 1, 5)) is None
    assert d.forward_due_on(MEDIA, date(2026, 1, 5)) is None


@pytest.mark.parametrize(
    ("basis", "sent_on", "valid_from"),
    [
        ("kz-media", date(2024, 8, 19), date(1999, 7, 23)),
        ("kz-media", date(2024, 8, 20), date(2024, 8, 20)),
        ("kz-appeals", date(2012, 7, 2), date(2007, 1, 12)),
    ],
)
def test_the_rule_of_the_day_holds(basis: str, sent_on: date, valid_from: date) -> None:
    assert d.rule_for(basis, sent_on).valid_from == valid_from


@pytest.mark.parametrize(
    ("basis", "sent_on"),
    [("kz-access", date(2015, 11, 15)), ("kz-appeals", date(2021, 7, 1)), ("x", date(2026, 1, 1))],
)
def test_no_rule_is_an_error_that_lists_the_bases(basis: str, sent_on: date) -> None:
    with pytest.raises(d.DeadlineError, match="kz-access, kz-appeals, kz-media"):
        d.rule_for(basis, sent_on)


def test_every_rule_says_what_is_uncertain() -> None:
    for rule in d.read_rules():
        assert rule.seen
        assert rule.uncertain
        assert set(rule.title) == {"ru", "kk"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("days: 15\n  unit: calendar", "days: fifteen\n  unit: calendar"), "Expected `int`"),
        (("unit: working", "unit: office"), "Invalid enum value"),
        (("valid_to: 2024-08-19", "valid_to: 2024-08-20"), "overlap"),
        (("valid_to: 2021-06-30", "valid_to: 2001-06-30"), "ends before it begins"),
        (("forward_days: 3", "forward_day: 3"), "forward_da"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "deadlines.yml"
    text = d.DATA.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(d.DeadlineError, match=message):
        d.read_rules(path)


days = st.dates(date(2012, 1, 1), date(2030, 12, 31))


@settings(max_examples=60, deadline=None)
@given(start=days, count=st.integers(1, 20))
def test_working_days_are_counted_one_by_one(start: date, count: int) -> None:
    end = d.add_days(start, count, "working", "KZ")
    between = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(d.is_working_day(day, "KZ") for day in between) == count
    assert d.is_working_day(end, "KZ")


@settings(max_examples=60, deadline=None)
@given(sent_on=days.filter(lambda day: day >= date(2016, 1, 1)))
def test_a_deadline_is_never_before_the_plain_count_and_never_on_a_day_off(sent_on: date) -> None:
    due = d.due_on(ACCESS, sent_on)
    assert due >= sent_on + timedelta(days=15)
    assert d.is_working_day(due, "KZ")
    assert d.extended_due_on(ACCESS, sent_on) >= due
