"""A source as its yml declares it. Everything enumerable about a source stands in the yml; nothing of it in code.

`ingest/declaration.py` reads and checks the yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from db.words import Instrument, Measure, PartyState, Relevance, Standing, YearBasis
from ingest.crawl_plan import CrawlPlan


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


def superseded_why(sources: Mapping[str, Source], name: str) -> str:
    """Why a source's record does not count beside a newer one of the same thing, also where its yml is gone."""
    return sources[name].superseded_why if name in sources else "superseded"
