"""Numbers, sums, shares and dates as the reader writes them. Sums are made of integers, never of floats."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal

from publish.site.reader.language import ASKED, gettext, mark

_SIGNS = {"KZT": "₸", "EUR": "€", "USD": "$", "RUB": "₽"}
"""Signs that cannot be taken for another currency's; every other currency is written by its code."""
_NARROW = "\N{NO-BREAK SPACE}"
_FIGURES = 3
PLACES = ("sheet", "range", "page", "table", "row", "column", "card", "box", "status")
"""Words of ours before the name or number of a place, or of a status of the source."""
BEGINNINGS = (
    "terminated:", "also in", "superseded:", "never took effect:", "status does not count:", "unknown status",
    "table not accepted yet:",
)  # fmt: skip
"""How reasons begin that end in words of the source, or in those of the proof that failed."""
_PLACE = re.compile(rf"(?:^|(?<=, ))({'|'.join(PLACES)})(?= \S)")
_BOX = re.compile(r", box [\d., -]+$")
RULES = (
    "blank", "dash", "minor units after the dash", "minor units named in the cell",
    "each number × its own unit in the cell", "in the heading", "in the cell", "said by a person:",
    "is declared by the source", "currency units, as the portal states them",
    "noise after the 15th digit of the floating cell removed",
)  # fmt: skip
"""Our words of the rules by which an amount was read."""
_RULE = re.compile(
    r"^(?:blank|dash|minor units after the dash|minor units named in the cell|each number × its own unit in the cell)$"
    r"|(?<=» )is declared by the source$|(?<=\()said by a person:"
    r"|(?<=^× 1 \()currency units, as the portal states them(?=\)$)"
    r"|(?<= )in the (?:heading|cell)(?=\)(?:$|; noise ))"
    r"|(?<=; )noise after the 15th digit of the floating cell removed$"
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@lru_cache(maxsize=8)
def _locale(language: str) -> Locale:
    # English here is not American: days before months, 24 hours
    return Locale.parse("en_GB" if language == "en" else language)


@lru_cache(maxsize=8)
def _marks(language: str) -> tuple[str, str]:
    symbols = _locale(language).number_symbols
    symbols = symbols.get("latn", symbols)
    return symbols["decimal"], symbols["group"]


def number(count: int) -> str:
    """A whole number with the reader's grouping."""
    return f"{count:,}".replace(",", _marks(ASKED.get().language)[1])


def grouped(digits: str) -> str:
    """Digits in groups as a release writes them ("1,234.5"), with the reader's marks."""
    decimal, group = _marks(ASKED.get().language)
    return digits.translate({ord(","): group, ord("."): decimal})


def plain_money(minor: int, digits: int) -> str:
    """A sum of minor units in the reader's grouping and decimal mark; decimals only where they are not all zero."""
    decimal, group = _marks(ASKED.get().language)
    whole, rest = divmod(abs(minor), 10**digits)
    sign = "\N{MINUS SIGN}" if minor < 0 else ""
    tail = f"{decimal}{rest:0{digits}d}" if rest else ""
    return sign + f"{whole:,}".replace(",", group) + tail


def sign_of(currency: str) -> str:
    """The sign of a currency where it is unmistakable, else its code."""
    return _SIGNS.get(currency, currency)


def money(minor: int, currency: str, digits: int) -> str:
    """An exact sum with its currency."""
    return f"{plain_money(minor, digits)}{_NARROW}{sign_of(currency)}"


def short_money(minor: int, digits: int) -> str:
    """A sum rounded to three figures for the label of a bar; the exact one stands in the table beside it."""
    amount = Decimal(minor).scaleb(-digits)
    # rounded first, since 999.96 million is a billion and not 1,000 million
    amount = round(amount, _FIGURES - 1 - amount.adjusted())
    language = ASKED.get().language
    rest = _FIGURES - 1 - amount.adjusted() % 3 if amount.adjusted() >= 0 else _FIGURES - 1
    told = str(format_compact_decimal(amount, locale=_locale(language), fraction_digits=rest))
    # CLDR shortens the thousand of some Kazakh numbers to a letter that reads as a million
    return told.removesuffix("м.") + "мың" if language == "kk" and told.endswith("м.") else told


def reason(why: str | None) -> str:
    """Why a record does not count: our words in the reader's language, those of a source as they stand."""
    if not why:
        return gettext("no reason given")
    for ours in BEGINNINGS:
        if why.startswith(f"{ours} "):
            return f"{gettext(ours)} {place(why.removeprefix(f'{ours} '))}"
    return gettext(why)


def place(locator: str | None) -> str:
    """The place in a document, its own words in the reader's language; names of sheets and files stay."""

    def ours(match: re.Match[str]) -> str:
        message = f"{match[1]} …"
        return gettext(message).removesuffix(" …")

    return _PLACE.sub(ours, locator or "")


FIELDS = {
    "amount": mark("Sum"), "amount_state": mark("State of the sum"), "equivalent": mark("equivalent"),
    "currency": mark("Currency"), "measure": mark("Measure"), "instrument": mark("Instrument"),
    "subject": mark("What was ordered"), "source_topic": mark("Topic as the source has it"), "topic": mark("Topic"),
    "year": mark("Year"), "region": mark("Region"), "number": mark("Number"), "version": mark("Version"),
    "status": mark("Status"), "signed_on": mark("Signed"), "payer": mark("Payer"), "recipient": mark("Recipient"),
    "outlet": mark("Outlet"), "intermediary": mark("Intermediary"), "payer.id": mark("Payer’s number"),
    "recipient.id": mark("Recipient’s number"),
}  # fmt: skip
"""What a field is called where a change of it is told; one without a word here is told by its name."""


def field(name: str | None) -> str:
    """The field of a change, in the reader's language."""
    return gettext(FIELDS.get(name or "", name or ""))


def spot(locator: str | None) -> str:
    """A place as a list shows it: without the corners of the box, which the page of the record tells."""
    return place(_BOX.sub("", locator or ""))


def rule(unit_rule: str | None) -> str:
    """How an amount was read, our words in the reader's language; what the source prints stays."""
    return _RULE.sub(lambda match: gettext(match[0]), unit_rule or "")


def share(part: int | None, whole: int | None) -> str:
    """A part of a whole in per cent; empty where there is no whole to take it of."""
    if part is None or not whole or whole < 0 or part < 0:
        return ""
    if part == 0:
        return f"0{_NARROW}%"
    per_cent = (200 * part + whole) // (2 * whole)
    return f"{'<' if per_cent == 0 else ''}{max(per_cent, 1)}{_NARROW}%"


def day(text: str | None) -> str:
    """A date as the reader writes it; what is no ISO date stays as it is."""
    if not text or not _DAY.fullmatch(text[:10]):
        return text or ""
    return str(format_date(date.fromisoformat(text[:10]), format="medium", locale=_locale(ASKED.get().language)))


def span(since: str, until: str) -> str:
    """From when to when, as the reader writes it; what is not known is said, and what is unsure."""
    if since and until:
        return gettext("from {since} to {until}", since=_unsure(since), until=_unsure(until))
    if since:
        return gettext("from {since}, end not known", since=_unsure(since))
    if until:
        return gettext("to {until}, start not known", until=_unsure(until))
    return gettext("dates not known")


def _unsure(text: str) -> str:
    return gettext("{day} (unsure)", day=day(text[:-1])) if text.endswith("?") else day(text)


def host(address: str) -> str:
    """The host of an address, to be shown in its place; what has none stays as it is."""
    try:
        return urlsplit(address).hostname or address
    except ValueError:
        return address


def instant(text: str | None) -> str:
    """An instant, in UTC, as the reader writes it; what is no ISO instant stays as it is."""
    if not text:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    shown = format_datetime(moment.astimezone(UTC), format="medium", locale=_locale(ASKED.get().language))
    return f"{shown} UTC"
