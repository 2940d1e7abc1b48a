"""Dates and local times as sources print them: Russian and Kazakh months, figures in a declared order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Literal
from zoneinfo import ZoneInfo

from ingest.values.text import clean, cyrillic_folded

Order = Literal["dmy", "ymd", "mdy"]

EARLIEST, LATEST = 1900, 2100

# fmt: off
_MONTHS_RU = [
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
]
_MONTHS_KK = [
    "қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым",
    "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан",
]
# fmt: on
_MONTH_OF: Mapping[str, int] = {
    cyrillic_folded(name): number for names in (_MONTHS_RU, _MONTHS_KK) for number, name in enumerate(names, start=1)
}

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?))?")
# a dot at the end, and spaces after dots, are how Hungarian, Czech and Slovene print a date
_FIGURES = re.compile(r"([0-9]{1,4})([./-]) ?([0-9]{1,2})\2 ?([0-9]{1,4})(?:\.| ?(?:г|ж|года|год)\.?)?")
_DAY_MONTH_YEAR = re.compile(r"[«\"“„]? ?([0-9]{1,2}) ?[»\"”“]? ([^\W\d_]+) ([0-9]{4}) ?(?:г|года|год|ж|жыл|жылы)?\.?")
_YEAR_DAY_MONTH = re.compile(r"([0-9]{4}) ?(?:жылғы|жылы|жыл|ж\.) [«\"“„]? ?([0-9]{1,2}) ?[»\"”“]? ([^\W\d_]+)")
_NUMBER_AND_DATE = re.compile(r"№? ?(\S(?:.*\S)?) от (.+)")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_INSTANT = re.compile(_LOCAL.pattern + r"(?:Z|[+-][0-9]{2}:?[0-9]{2})")

_EPOCHS = {1900: dt.date(1899, 12, 30), 1904: dt.date(1904, 1, 1)}
# In the 1900 system days 1 to 60 are off by one (it has a 29 February 1900).
_FIRST_SERIAL = {1900: 61, 1904: 0}


class DateError(ValueError):
    """A date or time with no reading, or with more than one. The message says what to declare."""


def read_date(
    raw: str | float | dt.date | dt.datetime,
    order: Order | None = None,
    *,
    century_from: int | None = None,
    serials_from: Literal[1900, 1904] | None = None,
) -> dt.date:
    """Read a date cell.

    Always read: date and datetime cells (without zone), ISO "2011-03-12" with or without a time, "12 марта 2011 г.",
    "«12» марта 2011 года", "2011 жылғы 12 наурыз", "12 наурыз 2011 жыл". Read as declared: figures such as
    "12.03.2011", two-digit years, serial numbers of a spreadsheet.

    Args:
        raw: The cell.
        order: Order of day, month and year in figures; None refuses figures other than ISO.
        century_from: First year of the hundred that two-digit years fall in (1970: "69" is 2069, "70" is 1970).
            None refuses two-digit years.
        serials_from: Date system of the workbook, when numbers in this column are its serial days.

    Returns:
        The local date.

    Raises:
        DateError: A date that does not exist, is outside 1900 to 2100, or has two readings as declared.
    """
    if isinstance(raw, dt.datetime):
        if raw.tzinfo is not None:
            raise DateError(f"{raw!r} has a zone: its local date depends on the place; use read_local_datetime")
        return _bounded(raw.date(), raw)
    if isinstance(raw, dt.date):
        return _bounded(raw, raw)
    if isinstance(raw, str):
        return _read_text(raw, clean(raw), order, century_from)
    return _from_serial(raw, serials_from)


def read_number_and_date(
    raw: str, order: Order | None = None, *, century_from: int | None = None
) -> tuple[str, dt.date]:
    """Read the cell "№ и дата договора": "№ 260 от 23.08.2009 г.", "№ 45/1 от «17» октября 2009 г.".

    Returns:
        The contract number as printed, without its sign, and the date.

    Raises:
        DateError: No " от " between a number and a date, or a date that `read_date` refuses.
    """
    found = _NUMBER_AND_DATE.fullmatch(clean(raw))
    if not found or " от " in found.group(1):
        raise DateError(f"{raw!r} is no number and date («№ … от …»)")
    return found.group(1), _read_text(raw, found.group(2), order, century_from)


def read_local_datetime(raw: str | dt.datetime, zone: str | ZoneInfo) -> dt.datetime:
    """Read a moment printed as local time, "2022-02-16 09:44:24", and return it in UTC.

    Kazakhstan's portal prints Asia/Almaty time without a zone: UTC+6 until 29 February 2024, UTC+5 from 1 March
    2024. The hour before that change happened twice; of the two moments the earlier is returned, the local date is
    the same for both. A text that names its own offset is read by that.

    Args:
        raw: Text in ISO form with a space or a T, or a datetime cell.
        zone: The zone of the source, such as "Asia/Almaty".

    Returns:
        An aware datetime in UTC.

    Raises:
        DateError: Another form, no such date, or a local time that the clocks skipped.
    """
    moment = raw if isinstance(raw, dt.datetime) else _parsed_moment(raw)
    if not EARLIEST <= moment.year <= LATEST:
        raise DateError(f"{raw!r}: year {moment.year} is outside {EARLIEST} to {LATEST}")
    if moment.tzinfo is not None:
        return moment.astimezone(dt.UTC)
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    instant = moment.replace(tzinfo=place, fold=0).astimezone(dt.UTC)
    if instant.astimezone(place).replace(tzinfo=None) != moment.replace(fold=0):
        raise DateError(f"{raw!r} does not exist in {place.key}: the clocks were put forward over it")
    return instant


def _parsed_moment(raw: str) -> dt.datetime:
    text = raw.strip()
    if not (_LOCAL.fullmatch(text) or _INSTANT.fullmatch(text)):
        raise DateError(f"{raw!r} is no moment; YYYY-MM-DD HH:MM:SS is read")
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise DateError(f"{raw!r}: {error}") from error


def _read_text(raw: str, text: str, order: Order | None, century_from: int | None) -> dt.date:
    found = _ISO.fullmatch(text)
    if found:
        if found.group(4):
            _parsed_moment(text)
        return _date(raw, int(found.group(1)), int(found.group(2)), int(found.group(3)))
    found = _DAY_MONTH_YEAR.fullmatch(text)
    if found:
        return _date(raw, int(found.group(3)), _month(raw, found.group(2)), int(found.group(1)))
    found = _YEAR_DAY_MONTH.fullmatch(text)
    if found:
        return _date(raw, int(found.group(1)), _month(raw, found.group(3)), int(found.group(2)))
    found = _FIGURES.fullmatch(text)
    if not found:
        raise DateError(
            f"{raw!r} is no date in a spelling known here: 2024-03-15, figures in a declared order (15.03.2024), "
            "months written out in Russian or Kazakh"
        )
    if order is None:
        raise DateError(f"{raw!r}: day and month may be read either way; declare the order (dmy, ymd, mdy)")
    parts = dict(zip(order, (found.group(1), found.group(3), found.group(4)), strict=True))
    year, month, day = parts["y"], parts["m"], parts["d"]
    if len(day) > 2 or len(year) not in {2, 4}:
        raise DateError(f"{raw!r} does not fit the declared order {order}")
    return _date(raw, _full_year(raw, year, century_from), int(month), int(day))


def _full_year(raw: str, year: str, century_from: int | None) -> int:
    if len(year) == 4:
        return int(year)
    if century_from is None:
        raise DateError(f"{raw!r}: a year of two digits; declare the hundred years it falls in (century_from)")
    return century_from + (int(year) - century_from) % 100


def _month(raw: str, name: str) -> int:
    month = _MONTH_OF.get(cyrillic_folded(name))
    if month is None:
        raise DateError(f"{raw!r}: {name!r} is no month in Russian (genitive) or Kazakh")
    return month


def _date(raw: str, year: int, month: int, day: int) -> dt.date:
    try:
        return _bounded(dt.date(year, month, day), raw)
    except ValueError as error:
        if isinstance(error, DateError):
            raise
        raise DateError(f"{raw!r}: {error}") from error


def _bounded(date: dt.date, raw: object) -> dt.date:
    if not EARLIEST <= date.year <= LATEST:
        raise DateError(f"{raw!r}: year {date.year} is outside {EARLIEST} to {LATEST}")
    return date


def _from_serial(raw: float, serials_from: Literal[1900, 1904] | None) -> dt.date:
    if serials_from is None:
        raise DateError(f"{raw!r} is a number; serial days of a workbook are read only where declared")
    if isinstance(raw, bool) or raw != raw // 1:
        raise DateError(f"{raw!r} is no whole serial day")
    if not _FIRST_SERIAL[serials_from] <= raw < 80_000:
        raise DateError(f"{raw!r} is no serial day of the {serials_from} date system in use")
    return _bounded(_EPOCHS[serials_from] + dt.timedelta(days=int(raw)), raw)
