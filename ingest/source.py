"""A source as its yml declares it. Everything enumerable about a source stands in the yml; nothing of it in code.

The declaration is strict: an unknown field, a column mapped to an unknown target or a table without expectations
raises `DeclarationError` with the file and the place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from db.words import Instrument, Measure, PartyState, Relevance, Standing, YearBasis
from ingest.crawl_plan import CrawlPlan


class DeclarationError(Exception):
    """A source's yml says something that cannot be meant; the message names file and place."""


class _Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


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
        source = msgspec.yaml.decode(path.read_bytes(), type=Source)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise DeclarationError(f"{path.name}: {error}") from None
    problem = _contradiction(source, path)
    if problem:
        raise DeclarationError(f"{path.name}: {problem}")
    return source


def _contradiction(source: Source, path: Path) -> str:
    if source.name != path.stem:
        return f"name is {source.name!r}, but the file is called {path.name}"
    if source.access == "goszakup":
        return "" if source.crawl else "a portal source needs a `crawl:` section that says what to crawl"
    if source.access == "answers":
        return "its columns are declared by forms, not here" if source.table or source.columns else ""
    return _table_contradiction(source) or _lookup_contradiction(source)


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


def _lookup_contradiction(source: Source) -> str:
    used = {rule.lookup for heading in source.columns for rule in source.column_rules(heading) if rule.lookup}
    if used - set(source.lookups):
        return f"lookups that are not declared: {sorted(used - set(source.lookups))}"
    if set(source.lookups) - used:
        return f"lookups that no column uses: {sorted(set(source.lookups) - used)}"
    return ""


def read_sources(*folders: Path) -> dict[str, Source]:
    """Read every yml of the folders, the shipped ones first; a later folder's source replaces one of the same name.

    So an installation crawls its own list of bodies, or sets a shipped source to `frequency: never`, with its own yml.

    Raises:
        DeclarationError: a yml is wrong, or two of one folder share a name.
    """
    found: dict[str, Source] = {}
    for folder in folders:
        here: dict[str, Source] = {}
        for path in sorted(folder.glob("*.yml")):
            source = read_source(path)
            if source.name in here:
                raise DeclarationError(f"{path}: a source named {source.name!r} exists already; choose another name")
            here[source.name] = source
        found |= here
    return found
