"""A source as its yml declares it. Everything enumerable about a source stands in the yml; nothing of it in code.

The declaration is strict: an unknown field, a column mapped to an unknown target or a table without expectations
raises `DeclarationError` with the file and the place.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from db.currencies import MINOR_DIGITS
from db.words import Instrument, Measure, PartyState, Relevance, Standing, YearBasis
from ingest.crawl_plan import CrawlPlan


class DeclarationError(Exception):
    """A source's yml says something that cannot be meant; the message names file and place."""


class DraftError(DeclarationError):
    """A source's yml still has TODOs that a person must replace."""


class _Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


_TODO = re.compile(r"\bTODO\b")
_SCALED = re.compile(r"\b(тыс|мың|млн|млрд|tis|tys|tisíc|mil|mln|mld|thousand|million|bn)\b\.?", re.IGNORECASE)
_SUMS = {"amount", "equivalent", "gross", "tax", "net", "with VAT", "without VAT", "planned", "paid", "unit price"}


class Licence(_Declared, frozen=True, kw_only=True):
    """Under which terms the publisher gives the data, and what of it may reach the site.

    `facts`: figures and names only. `files`: original bytes and page images too.
    """

    name: str
    url: str = ""
    publish: Literal["facts", "files"]


Target = Literal[
    "payer", "payer.id", "ministry", "organiser", "recipient", "recipient.id", "intermediary", "intermediary.id",
    "outlet", "medium", "level", "year", "month", "signed_on", "period_from", "period_to", "opened_at", "closed_at",
    "amount", "equivalent", "gross", "tax", "net", "with VAT", "without VAT", "planned", "paid", "unit price",
    "source_topic", "subject", "region", "method", "status", "number", "version", "url", "plan_point", "code",
    "description", "quantity", "unit", "place", "detail", "measure", "instrument", "precision",
]  # fmt: skip


class Column(_Declared, frozen=True, kw_only=True):
    """What becomes of the cells under one heading.

    `to` is the field. `pattern` takes the first group of a regular expression out of the cell; a cell that it does
    not match is rejected. `unit` is the factor of the heading's unit ("тыс. тенге": 1000), `unit_words` the words it
    is declared by. `pseudo` lists ids that identify nobody, `scheme` the register an id belongs to. `states` gives
    cells that say why there is no value. `as` names a detail.
    """

    to: Target
    pattern: str = ""
    decimal: Literal[".", ","] | None = None
    currency: str = ""
    unit: int = 1
    unit_words: str = ""
    blank: Literal["unknown", "zero", "withheld", "below threshold", "rejected", ""] = ""
    scheme: str = ""
    pseudo: tuple[str, ...] = ()
    digits: int = 0
    states: dict[str, PartyState] = {}
    lang: str = ""
    zone: str = ""
    order: Literal["ymd", "dmy", "mdy"] | None = None
    lookup: str = ""
    as_: str = msgspec.field(name="as", default="")


class Lookup(_Declared, frozen=True, kw_only=True):
    """One value of the source set right by name, with the reason. Unused lookups are reported."""

    match: str
    value: str
    why: str


class StandingRule(_Declared, frozen=True, kw_only=True):
    """What one status says about counting (see `db.words.Standing`)."""

    standing: Standing
    why: str = ""


class StandingOf(_Declared, frozen=True, kw_only=True):
    """The column that decides whether a record counts; a value that is not listed is rejected."""

    column: str
    values: dict[str, StandingRule]


class Root(_Declared, frozen=True, kw_only=True):
    """What several records of one thing share: parts of cells, joined by a slash."""

    columns: dict[str, str]


class TableShape(_Declared, frozen=True, kw_only=True):
    """How the file is laid out. Headings are matched by text: a new, missing or doubled one stops the reading."""

    format: Literal["xlsx", "xls", "ods", "csv", "html"]
    sheet: str = ""
    selector: str = ""
    header_row: int = 1
    numbering_row: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    slice_from_name: str = ""


class Only(_Declared, frozen=True, kw_only=True):
    """Rows that the source takes: one of `columns` is filled, or reads one of `values`.

    For a file that holds more than the source is about. What is passed over is counted under `why`, never silent.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    why: str


class TotalRow(_Declared, frozen=True, kw_only=True):
    """A printed total in the file: the row whose `column` reads `text` is checked against the sum of the rows."""

    column: str
    text: str


class Constants(_Declared, frozen=True, kw_only=True):
    """What holds for every row of the source, because the source says so outside the table."""

    payer: str = ""
    payer_id: str = ""
    payer_scheme: str = ""
    payer_from_slice: bool = False
    recipient: PartyState | None = None
    outlet: PartyState | None = None
    intermediary: PartyState | None = None
    year: int | None = None
    region: str = ""
    counted_why: str = ""


class Expect(_Declared, frozen=True, kw_only=True):
    """Expectations: `min` is fatal and keeps the last release, `max` warns. `fill` is the least share of named values.

    Keys of `min` and `max`: records, rejected, payers, recipients, outlets, years, `sum <currency>` (minor units).
    """

    min: dict[str, int]
    max: dict[str, int] = {}
    fill: dict[str, float] = {}


class Persons(_Declared, frozen=True, kw_only=True):
    """How the source marks natural persons and sole traders: patterns over the recipient's name."""

    patterns: tuple[str, ...]
    why: str


class Source(_Declared, frozen=True, kw_only=True):
    """One declared source."""

    name: str
    title: str
    country: str
    publisher: str
    obtained: str
    url: str
    licence: Licence
    frequency: Literal["daily", "weekly", "monthly", "yearly", "once", "never"]
    caveats: str = ""
    relevance: Relevance
    measure: Measure
    instrument: Instrument
    currency: str
    amount: str = "amount"
    year_basis: YearBasis
    lang: str = ""
    invented: bool = False
    access: Literal["file", "goszakup", "answers"] = "file"
    table: TableShape | None = None
    identity: tuple[str, ...] = ()
    root: Root | None = None
    rank: tuple[str, ...] = ()
    superseded_why: str = "superseded"
    standing: StandingOf | None = None
    columns: dict[str, Column | list[Column]] = {}
    ignored: dict[str, str] = {}
    constants: Constants = Constants()
    lookups: dict[str, list[Lookup]] = {}
    persons: Persons | None = None
    total_row: TotalRow | None = None
    only: tuple[Only, ...] = ()
    bundled: str = ""
    crawl: CrawlPlan | None = None
    expect: Expect

    @property
    def bundled_file(self) -> Path | None:
        """The file of the source that ships with the program (`bundled:`, below `ingest/data`), if there is one."""
        return Path(__file__).resolve().parent / "data" / self.bundled if self.bundled else None

    def column_rules(self, heading: str) -> list[Column]:
        """The rules for one heading, as a list."""
        rules = self.columns[heading]
        return rules if isinstance(rules, list) else [rules]


def read_source(path: Path) -> Source:
    """Read and check one yml.

    Raises:
        DeclarationError: the yml is not a declaration; the message names the file and the place in it.
    """
    try:
        declared = yaml.load(path.read_text(encoding="utf-8"), _Once)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DeclarationError(f"{path.name}: is no YAML: {error}; a tab is no indent, write spaces") from None
    open_ends = _todos(declared)
    if open_ends:
        raise DraftError(f"{path.name}: is still a draft: replace the TODO of {', '.join(open_ends)}")
    try:
        source = msgspec.convert(declared, Source)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"{path.name}: {error}; docs/add-a-source.md lists what may stand there") from None
    problem = _contradiction(source, path)
    if problem:
        raise DeclarationError(f"{path.name}: {problem}")
    return source


class _Once(yaml.CSafeLoader):
    """Reads YAML as ever, but a key that stands twice in one mapping is an error: the last would win in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, FBT001, FBT002 - PyYAML's
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


def _todos(declared: object, place: str = "") -> list[str]:
    """Where a person still has to say something."""
    if isinstance(declared, dict):
        return [found for key, value in declared.items() for found in _todos(value, f"{place}.{key}".lstrip("."))]
    if isinstance(declared, list):
        return [found for value in declared for found in _todos(value, place)]
    return [place] if isinstance(declared, str) and _TODO.search(declared) else []


def _contradiction(source: Source, path: Path) -> str:
    if source.name != path.stem:
        return f"name is {source.name!r}, but the file is called {path.name}"
    if not re.fullmatch(r"[A-Z]{2}", source.country):
        return f'country is {source.country!r}; write the two letters of ISO 3166, such as KZ (quote "NO")'
    currencies = {
        source.currency,
        *(rule.currency for heading in source.columns for rule in source.column_rules(heading)),
    }
    if currencies - {""} - set(MINOR_DIGITS):
        return f"no currency of ISO 4217: {sorted(currencies - {''} - set(MINOR_DIGITS))}; write its code, such as KZT"
    if source.access == "goszakup":
        return "" if source.crawl else "a portal source needs a `crawl:` section that says what to crawl"
    if source.access == "answers":
        return "its columns are declared by forms, not here" if source.table or source.columns else ""
    return (
        _table_contradiction(source)
        or _encoding_contradiction(source)
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
    if listed - known:
        return f"these columns are used but not declared under `columns:` or `ignored:`: {sorted(listed - known)}"
    targets = [rule.to for heading in source.columns for rule in source.column_rules(heading)]
    if source.bundled_file and not source.bundled_file.is_file():
        return f"`bundled: {source.bundled}` names no file below ingest/data"
    if source.amount not in targets:
        return f"no column is mapped to {source.amount!r}, which `amount:` names as the sum of a record"
    return ""


def _encoding_contradiction(source: Source) -> str:
    encoding = source.table.encoding if source.table else "utf-8"
    try:
        codecs.lookup(encoding)
    except LookupError:
        return f"table: encoding: no encoding is called {encoding!r}"
    return ""


def _column_contradiction(source: Source) -> str:
    for heading in source.columns:
        for rule in source.column_rules(heading):
            try:
                re.compile(rule.pattern)
            except re.error as error:
                return f"columns: {heading!r}: `pattern` is no regular expression: {error}"
            if rule.unit_words and _words(rule.unit_words) not in _words(heading):
                return f"columns: {heading!r}: `unit_words` {rule.unit_words!r} do not stand in the heading"
            scaled = _SCALED.search(heading)
            if rule.to in _SUMS and rule.unit == 1 and not rule.unit_words and scaled:
                return (
                    f"columns: {heading!r}: says {scaled.group()!r} but declares no `unit:`; declare it with its "
                    "`unit_words:`, or `unit: 1` with `unit_words:` where it means no multiple"
                )
    return ""


def _words(text: str) -> str:
    return " ".join(text.casefold().split())


def _lookup_contradiction(source: Source) -> str:
    used = {rule.lookup for heading in source.columns for rule in source.column_rules(heading) if rule.lookup}
    if used - set(source.lookups):
        return f"lookups that are not declared: {sorted(used - set(source.lookups))}"
    if set(source.lookups) - used:
        return f"lookups that no column uses: {sorted(set(source.lookups) - used)}"
    return ""


def read_sources(*folders: Path) -> dict[str, Source]:
    """Read every finished yml of the folders; a later folder's source replaces one of the same name.

    A draft is left out, so that one in the making does not stop a timer; `drafts` names them.

    So an installation crawls its own list of bodies, or sets a shipped source to `frequency: never`, with its own yml.

    Raises:
        DeclarationError: a yml is wrong, or two of one folder share a name.
    """
    found: dict[str, Source] = {}
    for folder in folders:
        here: dict[str, Source] = {}
        for path in sorted(folder.glob("*.yml")):
            try:
                source = read_source(path)
            except DraftError:
                continue
            if source.name in here:
                raise DeclarationError(f"{path}: a source named {source.name!r} exists already; choose another name")
            here[source.name] = source
        found |= here
    return found


def superseded_why(sources: Mapping[str, Source], name: str) -> str:
    """Why a source's record does not count beside a newer one of the same thing, also where its yml is gone."""
    return sources[name].superseded_why if name in sources else "superseded"


def drafts(*folders: Path) -> dict[str, str]:
    """Sources that are still drafts, with what a person has to say yet."""
    found = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yml")):
            try:
                read_source(path)
            except DraftError as error:
                found[path.stem] = str(error)
    return found
