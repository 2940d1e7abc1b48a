"""When an answer is due: dated rules from `ingest/data/deadlines.yml`, counted over the country's days off.

Days off, and Saturdays made working days by decree, come from the library `holidays`. A period starts on the day
after the request was sent; one that ends on a day off ends on the next working day where the rule says so, which can
only ever make a body less late.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import msgspec

DATA = Path(__file__).resolve().parent.parent / "data" / "deadlines.yml"

Days = Literal["calendar", "working"]


class DeadlineError(Exception):
    """A deadline that cannot be reckoned: no rule, or a rule that contradicts itself."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The deadlines of one legal basis for requests sent from `valid_from` to `valid_to`.

    Attributes:
        basis: short name that a request carries.
        country: whose days off count, ISO 3166-1 alpha-2.
        title: name of the law by language (ru, kk).
        article: its article by language; empty where it was not seen.
        valid_from: first day of sending that it holds for.
        valid_to: last such day; None while it holds.
        days: days for the answer.
        unit: calendar or working days.
        extension_days: by how many days the body may put it off, once; None where it may not, or it was not seen.
        extension_unit: unit of the extension.
        forward_days: working days within which the body has to forward the request to the right one.
        appeal_months: months for an appeal; None where not seen.
        ends_on_working_day: whether a period that ends on a day off ends on the next working day.
        seen: where the rule was read.
        uncertain: what of it is from memory or unknown.
    """

    basis: str
    country: str
    title: dict[str, str]
    article: dict[str, str]
    valid_from: date
    valid_to: date | None = None
    days: int
    unit: Days
    extension_days: int | None
    extension_unit: Days
    forward_days: int | None
    appeal_months: int | None
    ends_on_working_day: bool
    seen: str
    uncertain: str

    def law(self, lang: str) -> str:
        """The law with its article, in one language."""
        article = self.article.get(lang, "")
        return f"{self.title[lang]}, {article}" if article else self.title[lang]


@lru_cache(maxsize=4)
def read_rules(path: Path = DATA) -> tuple[Rule, ...]:
    """Read and check the rules.

    Raises:
        DeadlineError: a field is missing or unknown, or two rules of one basis hold on one day.
    """
    try:
        rules = msgspec.yaml.decode(path.read_bytes(), type=tuple[Rule, ...])
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DeadlineError(f"{path.name}: {error}") from None
    for one in rules:
        if one.valid_to is not None and one.valid_to < one.valid_from:
            raise DeadlineError(f"{path.name}: {one.basis} from {one.valid_from}: ends before it begins")
        for other in rules:
            overlap = one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)
            if one is not other and one.basis == other.basis and overlap:
                raise DeadlineError(
                    f"{path.name}: {one.basis}: the rules from {one.valid_from} and {other.valid_from} overlap"
                )
    return rules


def bases(rules: tuple[Rule, ...] | None = None) -> list[str]:
    """The names of all legal bases."""
    return sorted({rule.basis for rule in rules or read_rules()})


def rule_for(basis: str, sent_on: date, rules: tuple[Rule, ...] | None = None) -> Rule:
    """The rule of a basis for a request sent on a day.

    Raises:
        DeadlineError: no rule of this basis holds on that day.
    """
    for rule in rules or read_rules():
        if rule.basis == basis and rule.valid_from <= sent_on <= (rule.valid_to or date.max):
            return rule
    raise DeadlineError(
        f"no deadline of {basis!r} is known for {sent_on}; known are {', '.join(bases(rules))} "
        "(ingest/data/deadlines.yml says from when to when each holds)"
    )


@lru_cache(maxsize=64)
def _calendar(country: str, year: int) -> Any:  # noqa: ANN401 - the package ships no types
    """The calendar of a country for one year: making it costs far more than asking it."""
    import holidays  # noqa: PLC0415 - the calendars of all countries; only deadlines need them

    return holidays.country_holidays(country, years=year)


def is_working_day(day: date, country: str) -> bool:
    """Whether offices work on a day: weekends, holidays and their moved days are off, moved Saturdays are not."""
    return bool(_calendar(country, day.year).is_working_day(day))


def next_working_day(day: date, country: str) -> date:
    """The day itself where offices work on it, else the first day after it on which they do."""
    while not is_working_day(day, country):
        day += timedelta(days=1)
    return day


def add_days(start: date, days: int, unit: Days, country: str) -> date:
    """The last day of a period of so many days that starts on the day after `start`."""
    if unit == "calendar":
        return start + timedelta(days=days)
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day, country)
    return day


def _ended(rule: Rule, day: date) -> date:
    return next_working_day(day, rule.country) if rule.ends_on_working_day else day


def due_on(rule: Rule, sent_on: date) -> date:
    """The last day for the answer."""
    return _ended(rule, add_days(sent_on, rule.days, rule.unit, rule.country))


def extended_due_on(rule: Rule, sent_on: date, until: date | None = None) -> date:
    """The last day once the body has put its answer off: its own date, but no later than the rule allows.

    A date on a day off is taken for the next working day, as the end of a period is.

    Raises:
        DeadlineError: the rule knows of no extension.
    """
    if rule.extension_days is None:
        raise DeadlineError(f"{rule.basis} ({rule.title.get('ru', '')}): no extension is known")
    plain = add_days(sent_on, rule.days, rule.unit, rule.country)
    latest = _ended(rule, add_days(plain, rule.extension_days, rule.extension_unit, rule.country))
    return latest if until is None else max(min(_ended(rule, until), latest), due_on(rule, sent_on))


def forward_due_on(rule: Rule, sent_on: date) -> date | None:
    """The last day for forwarding the request to the body that holds the information; None where not known."""
    return None if rule.forward_days is None else add_days(sent_on, rule.forward_days, "working", rule.country)


def appeal_due_on(rule: Rule, known_on: date) -> date | None:
    """The last day for an appeal, counted from the refusal or the missed deadline; None where not known."""
    if rule.appeal_months is None:
        return None
    years, month = divmod(known_on.month - 1 + rule.appeal_months, 12)
    year, month = known_on.year + years, month + 1
    day = min(known_on.day, calendar.monthrange(year, month)[1])
    return _ended(rule, date(year, month, day))
