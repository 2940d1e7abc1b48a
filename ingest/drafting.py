"""Drafts the yml of a new source from a file: the layout as found, every heading with examples, nothing decided.

What a person has to say stands as TODO, and a yml with a TODO in it is refused: a unit, a currency or the meaning of
a column is never guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import lxml.html
import msgspec

from db.archive import name_of
from ingest.column import Target
from ingest.lettering_guess import likely_encoding
from ingest.reader import LayoutChangedError
from ingest.readers.cells import raw_text
from ingest.readers.headings import headings_of, merged_over_columns
from ingest.readers.sheet_marks import column_letters
from ingest.readers.table import open_grid
from ingest.readers.text_table import open_page
from ingest.readers.workbook import sheet_names
from ingest.source import TableShape
from ingest.tables.formats import detect
from ingest.tables.model import DocumentRefused
from ingest.values.text import clean

DELIMITERS = (";", ",", "\t", "|")
_EXAMPLES = 3
_LONGEST_KEY = 900
"""A longer key of a yml is written behind a question mark: YAML looks no further than 1024 signs for its colon."""
_NOT_IN_YML = re.compile("[^\\t\\x20-\\x7e\\u00a0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]|\ufeff")
_PLAIN_WORD = re.compile(r"[A-Za-z][\w-]*", re.ASCII)
_NO_TABLE = {
    "pdf": "a PDF", "docx": "a Word document", "image": "a picture", "letter": "an e-mail",
    "zip": "an archive of files",
}  # fmt: skip
_INSTEAD = (
    "a source is declared for a table in XLSX, XLS, ODS, CSV or HTML. `mediacontracts tables FILE` shows what tables "
    "it holds; a body's answer is taken as it is by `mediacontracts requests answer`; else ask the publisher for the "
    "table, or save it as CSV"
)


class NoTableError(Exception):
    """The file holds no table that could be drafted."""


def draft(name: str, path: Path) -> str:
    """The text of a yml for a file, to be filled in by a person.

    Raises:
        NoTableError: no table was found in it.
    """
    body = path.read_bytes()
    try:
        found, why = _shape(name, path, body)
        grid = open_grid(body, name_of(path), found)
    except LayoutChangedError as error:
        raise NoTableError(str(error)) from None
    header_row = next(
        (n for n, cells in enumerate(grid.rows, start=1) if sum(bool(raw_text(c).strip()) for c in cells) > 1), 0
    )
    if not header_row:
        raise NoTableError(f"{name_of(path)}: no row with two cells, so no headings")
    while merged_over_columns(grid, header_row) and header_row < len(grid.rows):
        header_row += 1  # a group of columns; what each is called stands below
    shape = msgspec.structs.replace(found, header_row=header_row)
    rows = [[raw_text(cell) for cell in cells] for cells in grid.rows[header_row : header_row + 200]]
    return _yml(name, shape, why, headings_of(grid, shape), rows)


def _shape(name: str, path: Path, body: bytes) -> tuple[TableShape, str]:
    """The layout of a file by its content, and what speaks for the encoding of a text."""
    try:
        kind = detect(body, name_of(path))
    except DocumentRefused as error:
        raise NoTableError(str(error)) from None
    if kind in _NO_TABLE:
        raise NoTableError(f"{name_of(path)}: is {_NO_TABLE[kind]}; {_INSTEAD}")
    if kind == "workbook":
        sheets = sheet_names(body, name_of(path))
        if not sheets:
            raise NoTableError(f"{name_of(path)}: a workbook without sheets; ask for it again")
        ole = body.startswith(b"\xd0\xcf\x11\xe0")
        return TableShape(format="xls" if ole else "xlsx" if b"xl/" in body else "ods", sheet=sheets[0]), ""
    if body.lstrip()[:1] in (b"{", b"["):
        raise NoTableError(f"{name_of(path)}: is JSON or the like; {_INSTEAD}")
    guess = likely_encoding(body, name[:2])
    text = body.decode(guess.encoding, errors="replace")
    if kind == "html":
        tables: list[lxml.html.HtmlElement] = open_page(text, name_of(path)).cssselect("table")
        if not tables:
            raise NoTableError(f"{name_of(path)}: the page holds no table; {_INSTEAD}")
        return TableShape(format="html", encoding=guess.encoding, selector=_selector(tables)), guess.why
    head = text[:8192]
    widths = {
        mark: [len(row) for row in csv.reader(io.StringIO(head, newline=""), delimiter=mark)] for mark in DELIMITERS
    }
    delimiter = max(DELIMITERS, key=lambda mark: min(sorted(widths[mark])[len(widths[mark]) // 2 :], default=0))
    return TableShape(format="csv", encoding=guess.encoding, delimiter=delimiter), guess.why


def _selector(tables: list[lxml.html.HtmlElement]) -> str:
    """What finds the table with most rows: its id or class where no other table has it, else its way from the top."""
    rows = Counter(next(row.iterancestors("table"), None) for row in tables[0].getroottree().iter("tr"))
    chosen = max(tables, key=lambda table: rows[table])
    if len(tables) == 1:
        return "table"
    for name, mark in (("id", "#"), ("class", ".")):
        word = chosen.get(name, "")
        if _PLAIN_WORD.fullmatch(word) and [table.get(name) for table in tables].count(word) == 1:
            return f"table{mark}{word}"
    way = [chosen, *chosen.iterancestors()][:-1]
    return " > ".join(_step(one) for one in reversed(way))


def _step(one: lxml.html.HtmlElement) -> str:
    """What finds an element in its parent; a tag such as `o:p` has a name that no selector can say."""
    if _PLAIN_WORD.fullmatch(one.tag):
        return f"{one.tag}:nth-of-type({1 + len(list(one.itersiblings(one.tag, preceding=True)))})"
    return f"*:nth-child({1 + len(list(one.itersiblings('*', preceding=True)))})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + _NOT_IN_YML.sub(lambda sign: f"\\u{ord(sign[0]):04x}", escaped) + '"'


def _told(text: str) -> str:
    """A text as a comment can hold it."""
    return _NOT_IN_YML.sub("\ufffd", text)


def _yml(name: str, shape: TableShape, why: str, headings: list[str], rows: list[list[str]]) -> str:
    table = [f"  format: {shape.format}"]
    if shape.sheet:
        table.append(f"  sheet: {_quoted(shape.sheet)}")
    if shape.selector:
        several = (
            "" if shape.selector == "table" else "  # NOT SURE: of several tables of the page the one with most rows"
        )
        table.append(f"  selector: {_quoted(shape.selector)}{several}")
    if shape.header_row != 1:
        table.append(f"  header_row: {shape.header_row}")
    if shape.format == "csv":
        table.append(f"  delimiter: {_quoted(shape.delimiter)}")
    if shape.format in {"csv", "html"}:
        table.append(f"  encoding: {shape.encoding}  # {_told(why)}")
    columns = []
    for index, heading in enumerate(headings):
        if not heading:
            continue
        if heading in headings[:index]:
            columns.append(
                f"  # {_told(heading)} stands twice, again in column {column_letters(index + 1)}: no file is read "
                "so; ask the publisher, or set header_row: to the row whose headings differ"
            )
            continue
        seen = list(dict.fromkeys(clean(row[index]) for row in rows if index < len(row) and row[index].strip()))
        examples = " · ".join(text[:40] for text in seen[:_EXAMPLES]) or "always blank"
        key = _quoted(heading)
        key = f"? {key}\n  " if len(key) > _LONGEST_KEY else key
        columns.append(f"  {key}: {{to: TODO}}  # {_told(examples)}")
    targets = ", ".join(get_args(Target))
    return f"""\
# Replace every TODO; docs/add-a-source.md shows how, docs/declaration.md explains every key and field.
name: {name}
title: TODO
country: TODO  # two letters, ISO 3166
publisher: TODO  # who answers for these figures
obtained: TODO  # how the file came to us
url: TODO
licence: {{name: TODO, publish: facts}}  # files: only where the original may be shown
frequency: TODO  # daily, weekly, monthly, yearly, once, never
relevance: TODO  # media, where the source is about media only; else undecided
measure: TODO  # planned, announced, contracted, paid, list price, barter
instrument: TODO  # contract, state task, state order, grant, subsidy, other
currency: TODO  # ISO 4217
year_basis: TODO  # budget, decision, signed, announced, paid, period
lang: TODO  # language of the names: ru, kk, en, …
table:
{chr(10).join(table)}
# the columns that together name one row and do not change when a sum is corrected
identity: [TODO]
# fields: {targets}
# a sum needs decimal: "." or ","; a heading in thousands needs unit: 1000 and unit_words: the words of the heading
columns:
{chr(10).join(columns)}
# a heading that is left out on purpose goes here, with the reason
ignored: {{}}
expect:
  min: {{records: TODO}}
  max: {{rejected: 0}}
"""
