"""What a declaration says that cannot be meant, though every key is right: in plain words, with the place."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapidfuzz import process

from db.currencies import MINOR_DIGITS
from db.words import PartyState
from ingest.column import MOMENTS, SUMS, Column
from ingest.expressions import endless
from ingest.source import Source, TableShape
from ingest.values.text import clean

_SCALED = re.compile(
    r"\b(тыс|мың|миң|тис|хил|хиљ|млн|млрд|tis|tys|tisíc|tisuća|hiljada|ezer|millió|milliárd|mii|milioane|tsd|tausend|"
    r"mio|mrd|mil|milhões|millones|miles|mln|mld|thousand|million|millions|billion|bn)\b\.?",
    re.IGNORECASE,
)
_NO_FILE = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape"})
_COUNTED = ("records", "rejected", "payers", "recipients", "outlets", "years")
_FILLED = ("payer", "recipient", "outlet", "year", "amount")


def contradiction(source: Source, path: Path) -> str:
    """The first thing that cannot be meant; empty where there is none."""
    return (
        _name_contradiction(source, path)
        or _expectation_contradiction(source)
        or _pattern_contradiction(source)
        or _access_contradiction(source)
    )


def _name_contradiction(source: Source, path: Path) -> str:
    if source.name != path.stem:
        return f"name is {source.name!r}, but the file is called {path.name}"
    if not re.fullmatch(r"[A-Z]{2}", source.country):
        return f'country is {source.country!r}; write the two letters of ISO 3166, such as KZ (quote "NO")'
    rules = [(heading, rule) for heading in source.columns for rule in source.column_rules(heading)]
    for place, lang in (
        ("lang", source.lang),
        *((f"columns → {heading} → lang", rule.lang) for heading, rule in rules),
    ):
        if lang and (not re.fullmatch(r"[a-z]{2,3}", lang) or lang == "kz"):
            return f"{place} is {lang!r}, no code of a language; write that of ISO 639, such as kk, ru or en"
    currencies = {
        source.currency,
        *(rule.currency for _, rule in rules),
    }
    if currencies - {""} - set(MINOR_DIGITS):
        wrong = _listed(currencies - {""} - set(MINOR_DIGITS))
        return f"no currency of ISO 4217: {wrong}; write its code of three letters, such as KZT"
    return ""


def _access_contradiction(source: Source) -> str:
    if source.access == "goszakup":
        return "" if source.crawl else "a portal source needs a `crawl:` section that says what to crawl"
    if source.access == "answers":
        return "its columns are declared by forms, not here" if source.table or source.columns else ""
    return (
        _table_contradiction(source)
        or _layout_contradiction(source.table or TableShape(format="csv"))
        or _heading_contradiction(source)
        or _column_contradiction(source)
        or _lookup_contradiction(source)
    )


def _table_contradiction(source: Source) -> str:
    if source.table is None:
        return "a file source needs a `table:` section"
    if not source.identity:
        return "a table needs `identity:` columns, from which the keys of its records are made"
    known = set(source.columns) | set(source.ignored)
    listed = set(source.identity) | set(source.rank) | set(source.root.columns if source.root else {})
    listed.update(name for rule in source.only for name in rule.columns)
    if source.standing:
        listed.add(source.standing.column)
    if source.total_row:
        listed.add(source.total_row.column)
    if listed - known:
        told = _listed(listed - known)
        near = process.extractOne(min(listed - known), known, processor=str.casefold, score_cutoff=70)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        return f"these headings are used but stand neither under `columns:` nor `ignored:`: {told}{meant}"
    targets = [rule.to for heading in source.columns for rule in source.column_rules(heading)]
    if source.bundled_file and not source.bundled_file.is_file():
        return f"`bundled: {source.bundled}` names no file below ingest/data"
    if source.amount not in targets:
        return f"no column is mapped to {source.amount!r}, which `amount:` names as the sum of a record"
    return ""


def _layout_contradiction(shape: TableShape) -> str:
    try:
        "".encode(shape.encoding)
    except (LookupError, UnicodeError):
        return f"table: encoding: no encoding of texts is called {shape.encoding!r}"
    if codecs.lookup(shape.encoding).name.replace("-", "_") in _NO_FILE:
        return f"table: encoding: no file is written in {shape.encoding!r}; write one such as utf-8 or cp1251"
    if shape.format == "csv" and (len(shape.delimiter) != 1 or shape.delimiter in '"\r\n'):
        return f'table: delimiter: {shape.delimiter!r} is no mark between two cells; write one sign, such as ";"'
    if shape.header_row < 1:
        return f"table: header_row: {shape.header_row} is no row; the first of a file is 1"
    if shape.selector:
        from cssselect import GenericTranslator, SelectorError  # noqa: PLC0415 - only web pages have one

        try:
            GenericTranslator().css_to_xpath(shape.selector)
        except SelectorError as error:
            return f"table: selector: {shape.selector!r} is no CSS selector: {error}"
    return ""


def _heading_contradiction(source: Source) -> str:
    """Headings that are one in a file, where spaces and entities do not tell them apart."""
    seen: dict[str, str] = {}
    for heading in (*source.columns, *source.ignored):
        earlier = seen.setdefault(clean(heading), heading)
        if heading in source.columns and heading in source.ignored:
            return f"{heading!r} stands under `columns:` and under `ignored:`; take it out of one"
        if earlier != heading:
            return f"the headings {earlier!r} and {heading!r} differ by spaces only, and are one in a file"
    return ""


def _column_contradiction(source: Source) -> str:
    for heading in source.columns:
        for rule in source.column_rules(heading):
            problem = _rule_contradiction(heading, rule)
            if problem:
                return f"columns → {heading}: {problem}"
    return ""


def _rule_contradiction(heading: str, rule: Column) -> str:
    idle = rule.keys_without_meaning()
    if idle:
        return (
            f"{', '.join(f'`{key}`' for key in idle)} means nothing for a column that goes to {rule.to!r}; take it out"
        )
    return _place_contradiction(rule) or _unit_contradiction(heading, rule)


def _place_contradiction(rule: Column) -> str:
    if rule.to in MOMENTS and not _is_zone(rule.zone):
        return f"`zone: {rule.zone or '…'}` names no place whose clock is known; write one such as Asia/Almaty"
    if PartyState.NAMED in rule.states.values():
        return "`states:` says why nobody is named, so `named` cannot stand there"
    return ""


def _unit_contradiction(heading: str, rule: Column) -> str:
    if rule.unit < 1:
        return f"`unit: {rule.unit}` is not what a unit is worth; write a whole number such as 1000"
    if rule.unit != 1 and not rule.unit_words:
        return f"`unit: {rule.unit}` needs `unit_words:`, the words of the heading that say so"
    if rule.unit_words and _words(rule.unit_words) not in _words(heading):
        return f"`unit_words` {rule.unit_words!r} do not stand in the heading"
    scaled = _SCALED.search(heading)
    if rule.to in SUMS and rule.unit == 1 and not rule.unit_words and scaled:
        return (
            f"says {scaled.group()!r} but declares no `unit:`; declare it with its `unit_words:`, or `unit: 1` with "
            "`unit_words:` where it means no multiple"
        )
    return ""


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _pattern_contradiction(source: Source) -> str:
    """A regular expression that is none, wherever one may stand."""
    rules = [(heading, rule.pattern) for heading in source.columns for rule in source.column_rules(heading)]
    written = [(f"columns → {heading} → pattern", pattern) for heading, pattern in rules]
    written += [(f"root → columns → {heading}", pattern) for heading, pattern in _parts(source)]
    written += [("persons → patterns", pattern) for pattern in (source.persons.patterns if source.persons else ())]
    written.append(("table → slice_from_name", source.table.slice_from_name if source.table else ""))
    for place, pattern in written:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            return f"{place}: {pattern!r} is no regular expression: {error}"
        if why := endless(pattern):
            return f"{place}: {pattern!r} could take too long on some text: it {why}"
        if pattern and not groups and place.startswith(("root", "table")):
            return f"{place}: {pattern!r} has no group; put the part that is meant in parentheses"
    return ""


def _parts(source: Source) -> list[tuple[str, str]]:
    return list(source.root.columns.items()) if source.root else []


def _expectation_contradiction(source: Source) -> str:
    for name, expected in (("min", source.expect.min), ("max", source.expect.max)):
        for key in expected:
            money = key.removeprefix("sum ")
            if key not in _COUNTED and not (key.startswith("sum ") and money in MINOR_DIGITS):
                known = ", ".join((*_COUNTED, "sum KZT"))
                return f"expect → {name} → {key}: nothing of this name is counted; write one of: {known}"
    for field, share in source.expect.fill.items():
        if field not in _FILLED:
            return f"expect → fill → {field}: not looked at; write one of: {', '.join(_FILLED)}"
        if not 0 <= share <= 1:
            return f"expect → fill → {field}: {share:g} is no share; write a number from 0 to 1, such as 0.9"
    return ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names))


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _lookup_contradiction(source: Source) -> str:
    used = {rule.lookup for heading in source.columns for rule in source.column_rules(heading) if rule.lookup}
    if used - set(source.lookups):
        return f"columns use `lookup:` names that do not stand under `lookups:`: {_listed(used - set(source.lookups))}"
    if set(source.lookups) - used:
        return f"no column uses these of `lookups:`: {_listed(set(source.lookups) - used)}"
    return ""
