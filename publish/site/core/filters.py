"""The filters of a view, read from an address: lasting names in, SQL with bound values out.

One reading serves the page, its facets, its exports and its feed, so that all show the same rows.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from db.fold import fold, words
from db.privacy import mask_person_ids
from db.words import PLAIN_WORDING, AmountState, Instrument, Measure, Relevance, Wording
from publish.site.core.naming import PARTIES, naming
from publish.site.core.release import has_column
from publish.site.reader.language import mark

VOCABULARIES: dict[str, tuple[str, ...]] = {
    "measure": tuple(Measure),
    "amount_state": tuple(AmountState),
    "instrument": tuple(Instrument),
    "relevance": tuple(Relevance),
    "wording": (*Wording, PLAIN_WORDING),
    "counted": ("1", "0"),
}
ORDERS = {
    "-amount": "c.amount DESC, c.id",
    "amount": "c.amount IS NULL, c.amount, c.id",
    "-signed_on": "c.signed_on DESC, c.id",
    "signed_on": "c.signed_on IS NULL, c.signed_on, c.id",
    "-year": "c.year DESC, c.amount DESC, c.id",
    "year": "c.year, c.amount DESC, c.id",
    "-changed_at": "c.changed_at DESC, c.id",
}
FIRST_ORDER = "-year"
ONCE = frozenset({"amount_min", "amount_max", "signed_from", "signed_to", "q"})
"""Filters of which a view has one at most: two bounds or searches would not be joined by "or"."""
IGNORED = frozenset({"lang", "page", "sort", "facet"})
"""Parameters that choose no rows."""

MOST_VALUES, LONGEST_SEARCH, MOST_WORDS = 40, 200, 12
_NO_WORDING = mark("{name}: this release was made before wordings were told; ask again when the next one is shown")
_CHOOSE = mark("{name}={text}: choose one of {choices}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:[.,]\d{3})+")
"""Three digits after a comma or a full stop: thousands, or parts of one."""
_CURRENCY = re.compile(r"[A-Z]{3}")


class FilterError(ValueError):
    """The address asks for something that is no filter, or for a value that does not exist.

    Its text is English, as programs are told it; a page says the message in the reader's language.

    Attributes:
        message: what is wrong, with {names} to be filled in.
        named: what they are filled with.
    """

    def __init__(self, message: str, **named: str | int) -> None:
        """Keep both apart, so that the message can be translated."""
        super().__init__(message.format(**named))
        self.message, self.named = message, named


@dataclass(frozen=True)
class View:
    """A filtered view of `contracts` or `other_records`, named `c` in its SQL.

    Attributes:
        table: the table.
        where: SQL condition.
        values: values bound in it, in order.
        said: what is filtered, as pairs of column and wording, for people.
        args: the same as parameters of an address, without order and page.
        names: of each key that is filtered by, the lasting names and names that are chosen.
        order: a key of `ORDERS`.
    """

    table: str = "contracts"
    where: str = "1"
    values: tuple[Any, ...] = ()
    said: tuple[tuple[str, str], ...] = ()
    args: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    order: str = FIRST_ORDER

    @property
    def query(self) -> str:
        """The filters as the query of an address."""
        return urlencode(self.args)

    @property
    def wording(self) -> str:
        """The filters in one line, for files and citations; "all rows" where there are none."""
        return "; ".join(f"{name}: {text}" for name, text in self.said) or "all rows"


@dataclass
class _Parts:
    where: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    args: list[tuple[str, str]] = field(default_factory=list)
    names: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def add(self, name: str, texts: list[str], where: str, values: Iterable[Any], said: str) -> None:
        self.where.append(where)
        self.values.extend(values)
        self.said.append((name, said))
        self.args.extend((name, text) for text in texts)


def read_view(connection: sqlite3.Connection, args: Iterable[tuple[str, str]], *, table: str = "contracts") -> View:
    """Read a view from the parameters of an address.

    Raises:
        FilterError: a parameter is unknown, a value does not exist in the release, or there are too many.
    """
    asked: dict[str, list[str]] = {}
    order = FIRST_ORDER
    for name, text in args:
        if name == "sort" and text:
            if text not in ORDERS:
                raise FilterError(_CHOOSE, name="sort", text=text, choices=", ".join(ORDERS))
            order = text
        if name in IGNORED or not text.strip():
            continue
        asked.setdefault(name, []).append(text.strip())
    if sum(map(len, asked.values())) > MOST_VALUES:
        raise FilterError(
            mark("more than {most} values in one view: ask for fewer, or take the whole table"), most=MOST_VALUES
        )
    parts = _Parts()
    for name, texts in asked.items():
        _one(connection, parts, name, texts, table)
    where = " AND ".join(parts.where) or "1"
    return View(table, where, tuple(parts.values), tuple(parts.said), tuple(parts.args), parts.names, order)


def _one(connection: sqlite3.Connection, parts: _Parts, name: str, texts: list[str], table: str) -> None:
    if name in ONCE and len(texts) > 1:
        raise FilterError(mark("{name}: give it once; it was given {times} times"), name=name, times=len(texts))
    if name in PARTIES:
        _party(connection, parts, name, texts)
    elif name in VOCABULARIES:
        _words(connection, parts, name, texts, table)
    elif name == "currency":
        for text in texts:
            if not _CURRENCY.fullmatch(text):
                raise FilterError(mark("currency={text}: give a code of ISO 4217, such as KZT"), text=text)
        parts.add(name, texts, f"c.currency IN ({_marks(texts)})", texts, ", ".join(texts))
    elif name in ("amount_min", "amount_max"):
        sign = ">=" if name == "amount_min" else "<="
        parts.add(name, texts, f"c.amount {sign} ?", [_amount(name, texts[0])], texts[0])
    elif name in ("signed_from", "signed_to"):
        sign = ">=" if name == "signed_from" else "<="
        parts.add(name, texts, f"c.signed_on {sign} ?", [_day(name, texts[0])], texts[0])
    elif name == "q" and table == "contracts":
        text = mask_person_ids(texts[0][:LONGEST_SEARCH])
        condition = "c.id IN (SELECT rowid FROM contracts_fts WHERE contracts_fts MATCH ?)"
        parts.add(name, [text], condition, [match_words(text)], text)
    else:
        raise FilterError(mark("{name}: no such filter; see the list on the page about the interface"), name=name)


def _words(connection: sqlite3.Connection, parts: _Parts, name: str, texts: list[str], table: str) -> None:
    for text in texts:
        if text not in VOCABULARIES[name]:
            raise FilterError(_CHOOSE, name=name, text=text, choices=", ".join(VOCABULARIES[name]))
    where, found = f"c.{name} IN ({_marks(texts)})", [int(text) if name == "counted" else text for text in texts]
    if name == "wording" and not has_column(connection, table, name):
        raise FilterError(_NO_WORDING, name=name)
    if name == "wording":  # one value may join several words, and no word is a part of another
        where = f"({' OR '.join(['instr(c.wording, ?) > 0'] * len(texts))})"
    parts.add(name, texts, where, found, ", ".join(texts))


def _party(connection: sqlite3.Connection, parts: _Parts, name: str, texts: list[str]) -> None:
    known = naming(name)
    found: dict[str, tuple[int, str]] = {}
    sql = f"SELECT id, name, {known.uid} FROM {known.table} WHERE {known.uid} = ?"
    for text in texts:
        row = connection.execute(sql, (text,)).fetchone()
        there = moved_to(connection, name, text) if row is None else ()
        listed = [connection.execute(sql, (one,)).fetchone() for one in there] if row is None else [row]
        if not listed or None in listed:
            raise FilterError(mark("{name}={text}: there is none of this name in the release"), name=name, text=text)
        found.update((str(uid), (at, shown)) for at, shown, uid in listed)
    ids, names = [at for at, _ in found.values()], [shown for _, shown in found.values()]
    parts.names[name] = tuple((uid, shown) for uid, (_, shown) in found.items())
    parts.add(name, list(found), f"c.{name} IN ({_marks(ids)})", ids, ", ".join(names))


def moved_to(connection: sqlite3.Connection, kind: str, uid: str) -> tuple[str, ...]:
    """Where the parties now stand that an earlier release gave this lasting name; none where it gave it to none."""
    # a release of an older program has no such table, and is shown until the next is built
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'addresses'").fetchone() is None:
        return ()
    sql = "SELECT entity_uid FROM addresses WHERE kind = ? AND uid = ? ORDER BY entity_uid"
    return tuple(str(row[0]) for row in connection.execute(sql, (kind, uid)))


def match_words(text: str) -> str:
    """Words of a search as FTS5 takes them: each as it is or folded, from its beginning, all of them needed.

    A single letter stands for itself: as a beginning it would be in nearly every row.
    """
    found = []
    for word in words(text)[:MOST_WORDS]:
        forms = dict.fromkeys(form for form in (word.casefold(), fold(word)) if form)
        found.append("(" + " OR ".join(f'"{form}"' + "*" * (len(form) > 1) for form in forms) + ")")
    if not found:
        raise FilterError(mark("the search holds no word: write a name, a topic or a number"))
    return " AND ".join(found)


def _marks(values: list[Any]) -> str:
    return ", ".join("?" * len(values))


def _amount(name: str, text: str) -> float:
    if _THOUSANDS.fullmatch(text):  # 1,500 is one and a half to one reader and fifteen hundred to another
        raise FilterError(
            mark("{name}={text}: write the number without marks between its thousands, such as 1500000 or 99.50"),
            name=name, text=text,
        )  # fmt: skip
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    if not _NUMBER.fullmatch(plain):
        raise FilterError(mark("{name}={text}: give a number, such as 1500000 or 99.50"), name=name, text=text)
    number = Decimal(plain)
    if abs(number) > 10**15:
        raise FilterError(mark("{name}={text}: the number is too large"), name=name, text=text)
    # the column `amount` is REAL and only for filtering; no sum is made of it
    return float(number)


def _day(name: str, text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:  # 20121231 and 2012-W01-1 are of ISO too
            return text
    except ValueError:
        pass
    raise FilterError(mark("{name}={text}: give a date as 2012-12-31"), name=name, text=text)
