"""Tables of the public register, found by the text of their headings and labels, never by position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import lxml.html

from db.archive import Captured
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.source import Source
from ingest.values.text import clean

Element = Any
"""An lxml element; lxml ships no type information."""


def page_of(source: Source, captured: Captured, body: bytes) -> Element:
    """The tree of a page.

    Raises:
        SourceRefusedError: the page is empty, no UTF-8, or asks for a captcha.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceRefusedError(f"{source.name}: {captured.url} is no UTF-8 page ({error})") from None
    if "g-recaptcha" in text or "429 Too" in text or not text.strip():
        raise SourceRefusedError(f"{source.name}: {captured.url} is no page of the register but a captcha or nothing")
    return lxml.html.document_fromstring(text)


def text_of(element: Element) -> str:
    """The cleaned text of an element."""
    return clean(" ".join(element.itertext()))


def headings_of(table: Element) -> list[str]:
    """The headings of a table."""
    return [text_of(cell) for cell in table.xpath(".//thead//th | .//thead//td")]


def cells_by_heading(
    source: Source, captured: Captured, table: Element, known: Iterable[str]
) -> list[dict[str, Element]]:
    """The rows of a table, each cell under its heading.

    Raises:
        LayoutChangedError: a known heading is missing or doubled, a new one is there, or a row has another number
            of cells.
    """
    headings = headings_of(table)
    wanted = list(known)
    missing = [name for name in wanted if name not in headings]
    new = [name for name in headings if name not in wanted and name not in source.ignored]
    if missing or new or len(set(headings)) != len(headings):
        raise LayoutChangedError(
            f"{source.name}: {captured.url}: the table's headings are {headings}; missing {missing}, new {new}; "
            "compare the page with ingest/goszakup/ before anything is read"
        )
    rows = []
    for number, row in enumerate(table.xpath(".//tbody/tr"), start=1):
        cells = row.xpath("./td")
        if len(cells) == 1 and "dataTables_empty" in (cells[0].get("class") or ""):
            continue
        if len(cells) != len(headings):
            raise LayoutChangedError(
                f"{source.name}: {captured.url}: row {number} has {len(cells)} cells under {len(headings)} headings"
            )
        rows.append(dict(zip(headings, cells, strict=True)))
    return rows


def labels_of(root: Element) -> dict[str, str]:
    """Label and value of every two-column row, whether its label is a `th` or a `td`; the first of a label holds."""
    found: dict[str, str] = {}
    for row in root.xpath(".//tr"):
        cells = row.xpath("./th | ./td")
        if len(cells) == 2:
            found.setdefault(text_of(cells[0]).rstrip(":"), text_of(cells[1]))
    return found
