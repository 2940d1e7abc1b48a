from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from babel.dates import get_month_names
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.values.date import DateError, read_date, read_local_datetime, read_number_and_date

DAY = dt.date(2011, 3, 12)
RU = get_month_names("wide", "format", "ru")
KK = get_month_names("wide", "format", "kk")
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    "raw",
    [
        "2011-03-12", "2011-03-12 23:59:59", "2011-03-12T00:00", "12 марта 2011 г.", "12 марта 2011 года",
        "12 Марта 2011г.", "12\u00a0марта  2011", "«12» марта 2011 г.", '"12" марта 2011 г.', "12 мaрта 2011",
        "2011 жылғы 12 наурыз", "2011 жылғы «12» наурыз", "12 наурыз 2011 жыл", "12 наурыз 2011 ж.",
        dt.date(2011, 3, 12), dt.datetime(2011, 3, 12, 23, 0),  # noqa: DTZ001 - cells of a workbook have no zone
    ],
)  # fmt: skip
def test_reads_dates_without_declaration(raw: Any) -> None:
    assert read_date(raw) == DAY


@pytest.mark.parametrize(
    ("raw", "order"),
    [("12.03.2011", "dmy"), ("12.3.2011 г.", "dmy"), ("12/03/2011", "dmy"), ("12-03-2011", "dmy"),
     ("2011.03.12", "ymd"), ("2011/3/12", "ymd"), ("03/12/2011", "mdy"), ("12.03.2011 ж.", "dmy"),
     ("2011-03-12", "dmy")],
)  # fmt: skip
def test_reads_figures_in_the_declared_order(raw: Any, order: Any) -> None:
    assert read_date(raw, order) == DAY


def test_two_digit_years_need_a_century() -> None:
    assert read_date("12.03.11", "dmy", century_from=1970) == DAY
    assert read_date("01.01.69", "dmy", century_from=1970).year == 2069
    assert read_date("01.01.70", "dmy", century_from=1970).year == 1970
    with pytest.raises(DateError, match="century_from"):
        read_date("12.03.11", "dmy")


def test_serials_need_a_declaration() -> None:
    assert read_date(40614, serials_from=1900) == DAY
    assert read_date(40614.0, serials_from=1900) == DAY
    assert read_date(40614 - 1462, serials_from=1904) == DAY
    with pytest.raises(DateError, match="only where declared"):
        read_date(40614)
    for raw in (60, -1, 80_000, 40614.5, True, float("nan"), float("inf")):
        with pytest.raises(DateError):
            read_date(raw, serials_from=1900)


@pytest.mark.parametrize(
    ("raw", "order", "reason"),
    [
        ("31.02.2011", "dmy", "31.02.2011"),
        ("31 февраля 2011 г.", None, "31 февраля"),
        ("2011-02-30", None, "2011-02-30"),
        ("12.03.2011", None, "declare the order"),
        ("2011-03-12 25:00:00", None, "25:00"),
        ("2011.03.12", "dmy", "declared order"),
        ("12.03.2011", "ymd", "declared order"),
        ("13/13/2011", "mdy", "13/13"),
        ("12.03.211", "dmy", "declared order"),
        ("12.03-2011", "dmy", "no date"),
        ("12 март 2011", None, "no month"),
        ("12 марта", None, "no date"),
        ("март 2011", None, "no date"),
        ("12 марта 0211 г.", None, "outside"),
        ("2011", None, "no date"),
        ("1О.03.2011", "dmy", "no date"),
        ("12.03.2011 и 13.03.2011", "dmy", "no date"),
        ("", "dmy", "no date"),
        ("2011-03-12Z", None, "no date"),
        (dt.datetime(2011, 3, 12, tzinfo=dt.UTC), None, "zone"),
        (dt.date(1, 1, 1), None, "outside"),
    ],
)
def test_refuses_the_rest(raw: Any, order: Any, reason: str) -> None:
    with pytest.raises(DateError, match=reason):
        read_date(raw, order)


@settings(max_examples=200, deadline=None)
@given(days)
def test_round_trip(day: dt.date) -> None:
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day.day:02}.{day.month:02}.{day.year}", "dmy") == day
    # the month names of CLDR are a second source for the table
    assert read_date(f"{day.day} {RU[day.month]} {day.year} г.") == day
    assert read_date(f"{day.year} жылғы {day.day} {KK[day.month]}") == day
    assert read_date(f"{day.day} {KK[day.month]} {day.year} жыл") == day


SPELLINGS = [
    lambda day: day.isoformat(),
    lambda day: f"{day.day:02}.{day.month:02}.{day.year}",
    lambda day: f"{day.day} {RU[day.month]} {day.year} г.",
    lambda day: f"{day.year} жылғы {day.day} {KK[day.month]}",
]


@settings(max_examples=200, deadline=None)
@given(days, st.sampled_from(SPELLINGS), st.data())
def test_a_mutated_date_is_read_by_its_own_figures_or_refused(day: dt.date, spell: Any, data: st.DataObject) -> None:
    text = spell(day)
    place = data.draw(st.integers(0, len(text) - 1))
    text = text[:place] + data.draw(st.sampled_from([*"0123456789./- гОlЗ", ""])) + text[place + 1 :]
    try:
        read = read_date(text, "dmy")
    except DateError:
        return
    figures = sorted(int(part) for part in "".join(c if c.isdigit() else " " for c in text).split())
    assert figures in (sorted([read.day, read.month, read.year]), sorted([read.day, read.year]))


@pytest.mark.parametrize(
    ("raw", "number"),
    [("№ 260 от 12.03.2011 г.", "260"), ("№45/1-К от «12» марта 2011 г.", "45/1-К"), ("7 от 12.03.11", "7")],
)
def test_number_and_date(raw: Any, number: str) -> None:
    assert read_number_and_date(raw, "dmy", century_from=1970) == (number, DAY)


@pytest.mark.parametrize("raw", ["№ 260", "от 12.03.2011", "№ 1 от 12.03.2011, № 2 от 13.03.2011", "№ 260 от марта"])
def test_number_and_date_refuses(raw: Any) -> None:
    with pytest.raises(DateError):
        read_number_and_date(raw, "dmy")


ALMATY = "Asia/Almaty"


@pytest.mark.parametrize(
    ("raw", "utc"),
    [
        ("2022-02-16 09:44:24", "2022-02-16T03:44:24+00:00"),  # UTC+6
        ("2024-02-29 22:59:59", "2024-02-29T16:59:59+00:00"),
        ("2024-02-29 23:30:00", "2024-02-29T17:30:00+00:00"),  # came twice: the earlier
        ("2024-03-01 00:00:00", "2024-02-29T19:00:00+00:00"),  # UTC+5
        ("2026-07-01T12:00:00.5", "2026-07-01T07:00:00.500000+00:00"),
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00+00:00"),
        ("2026-07-01 12:00:00+05:00", "2026-07-01T07:00:00+00:00"),
    ],
)
def test_local_time_of_the_portal(raw: Any, utc: str) -> None:
    moment = read_local_datetime(raw, ALMATY)
    assert moment.isoformat() == utc
    assert moment.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("raw", "zone"),
    [("2011-02-30 00:00:00", ALMATY), ("16.02.2022 09:44", ALMATY), ("", ALMATY), ("2022-02-16", ALMATY),
     ("2022-03-27 02:30:00", "Europe/Belgrade"), ("0022-02-16 09:44:24", ALMATY)],
)  # fmt: skip
def test_local_time_refuses(raw: Any, zone: str) -> None:
    with pytest.raises(DateError):
        read_local_datetime(raw, zone)
