"""A source as its yml declares it. Everything enumerable about a source stands in the yml; nothing of it in code.

`ingest/declaration.py` reads and checks the yml.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from db.words import Instrument, Measure, PartyState, Relevance, Standing, YearBasis
from ingest.column import Column
from ingest.crawl_plan import CrawlPlan


class _Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One section of a source's yml; a key that it does not know is refused."""


class Licence(_Declared, frozen=True, kw_only=True):
    """Under which terms the publisher gives the data, and what of it may reach the site.

    Attributes:
        name: the licence, in the publisher's words, or that none is stated.
        url: where its text stands.
        publish: `facts`, figures and names only; `files`, of answers to requests also their pages and tables, as
            proofs. The file itself never leaves the archive.
    """

    name: str
    url: str = ""
    publish: Literal["facts", "files"]


class Lookup(_Declared, frozen=True, kw_only=True):
    """One value of the source set right by name, with the reason. Unused lookups are reported.

    Attributes:
        match: the whole cell, as it stands there.
        value: what it means.
        why: the reason.
    """

    match: str
    value: str
    why: str


class StandingRule(_Declared, frozen=True, kw_only=True):
    """What one status says about counting.

    Attributes:
        standing: counts; superseded: counts only where nothing newer is held; void: nothing of this thing counts;
            never: this record is passed over.
        why: the reason, shown where a record does not count.
    """

    standing: Standing
    why: str = ""


class StandingOf(_Declared, frozen=True, kw_only=True):
    """The column that decides whether a record counts; a value that is not listed is rejected.

    Attributes:
        column: the heading.
        values: what each of its values means.
    """

    column: str
    values: dict[str, StandingRule]


class Root(_Declared, frozen=True, kw_only=True):
    """What several records of one thing share (announcements of one lot, versions of one contract).

    Attributes:
        columns: a regular expression for each heading; the first groups, joined by a slash, name the thing.
    """

    columns: dict[str, str]


class TableShape(_Declared, frozen=True, kw_only=True):
    """How the file is laid out. Headings are matched by text: a new, missing or doubled one stops the reading.

    A column that has cells and no heading is called by its place as a spreadsheet shows it: "column C".

    Attributes:
        format: the kind of file.
        sheet: the sheet of a workbook, where it has several.
        selector: CSS selector of the one table of a web page; `table` without it.
        header_row: the row with the headings, counted from 1.
        numbering_row: true where a row 1, 2, 3 … stands under the headings.
        delimiter: the mark between two cells of a CSV.
        encoding: how the letters are written: utf-8, cp1251, cp1250, iso8859-2.
        slice_from_name: a regular expression over the file's name, where an edition comes in several files; its first
            group names the part, and a file replaces only what was read of its own part.
    """

    format: Literal["xlsx", "xls", "ods", "csv", "html"]
    sheet: str = ""
    selector: str = ""
    header_row: int = 1
    numbering_row: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"
    slice_from_name: str = ""

    @property
    def first_row(self) -> int:
        """The first row below the headings, counted from 1."""
        return self.header_row + (2 if self.numbering_row else 1)


class Only(_Declared, frozen=True, kw_only=True):
    """Rows that the source takes, of a file that holds more than the source is about.

    What is passed over is counted under `why`, never silent.

    Attributes:
        columns: a row is taken where one of these is filled, or reads one of `values`.
        values: the values, where being filled is not enough.
        why: why the others are passed over.
    """

    columns: tuple[str, ...]
    values: tuple[str, ...] = ()
    why: str


class TotalRow(_Declared, frozen=True, kw_only=True):
    """A printed total in the file: it is checked against the sum of the rows, and stops the reading if they differ.

    Attributes:
        column: the heading under which the total row can be told.
        text: what stands there, such as "Total".
    """

    column: str
    text: str


class Constants(_Declared, frozen=True, kw_only=True):
    """What holds for every row of the source, because the source says so outside the table.

    Attributes:
        payer: name of the one payer.
        payer_id: its number in a register.
        payer_scheme: that register.
        payer_from_slice: true where the part of the file's name (`slice_from_name`) is the payer's number.
        recipient: why no recipient is named on a row that names none.
        outlet: why no outlet is.
        intermediary: why no intermediary is.
        year: the one year of all rows.
        region: the one region, as written.
        counted_why: a reason why no row counts in a sum; rows count without it.
    """

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
    """What is expected of the source: `min` is fatal and keeps the last release, `max` warns.

    Keys of both: records, rejected, payers, recipients, outlets, years, and `sum CODE`, the counted sum in minor units
    of a currency (`sum KZT: 100000` is 1,000.00 KZT).

    Attributes:
        min: the least that must be there.
        max: the most that is expected.
        fill: the least share of records (0 to 1) that give payer, recipient, outlet, year or amount; fatal.
    """

    min: dict[str, int]
    max: dict[str, int] = {}
    fill: dict[str, float] = {}


class Persons(_Declared, frozen=True, kw_only=True):
    """How the source marks natural persons and sole traders. Their numbers never leave the registry.

    Attributes:
        patterns: regular expressions over the recipient's name, whatever the case of its letters.
        why: what they stand for.
    """

    patterns: tuple[str, ...]
    why: str


class Source(_Declared, frozen=True, kw_only=True):
    """One declared source.

    Attributes:
        name: country and body, as the file is called; part of every record's address, so it never changes.
        title: what it is, for readers.
        country: two letters of ISO 3166; write "NO" in quotes.
        publisher: who answers for the figures.
        obtained: how the file came to us.
        url: where it is published.
        licence: under which terms.
        frequency: how often it is read; a crawl that is due is made by `crawl --due`.
        caveats: what a reader must know before using a sum.
        relevance: `media` only where the source is about media and nothing else; else `undecided`.
        measure: what its sums are; two measures are never added.
        instrument: the legal form in which the money goes.
        currency: code of ISO 4217.
        amount: the field that is the sum of a record.
        year_basis: which date gives the year.
        lang: language of its names and words, by its code of ISO 639: kk, ru, en.
        invented: true for a sample; every page then says so.
        access: how it comes in: a file, the Kazakh procurement portal, answers to requests.
        table: how the file is laid out.
        identity: headings that together name one row and stay the same when a sum is corrected.
        root: what several records of one thing share.
        rank: headings by which the newest of them is found.
        superseded_why: why the older ones do not count, in public words.
        standing: the column that decides whether a record counts.
        columns: each heading with its rule, or a list of rules.
        ignored: each heading that is left out, with the reason.
        constants: what holds for every row.
        lookups: lists of single values set right, by name.
        persons: how natural persons are told.
        total_row: a printed total to check against.
        only: the rows that are taken, one condition each; all must hold.
        bundled: a file below ingest/data that ships with the program.
        crawl: what may be crawled.
        expect: what must be there before it may be published.
    """

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
