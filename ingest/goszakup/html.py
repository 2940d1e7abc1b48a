"""Tables of the public register, found by the text of their headings and labels, never by position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import lxml.html
from lxml.etree import ParserError

from db.archive import Captured
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.source import Source
from ingest.values.text import clean

Element = Any
"""An lxml element; lxml ships no type information."""
_UNSEEN = frozenset({"script", "style", "template"})


def page_of(source: Source, captured: Captured, body: bytes) -> Element:
    """The tree of a page.

    Raises:
        SourceRefusedError: the page is empty, no UTF-8, asks for a captcha, or is so deep or large that the parser
            would leave the rest of it out.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceRefusedError(f"{source.name}: {captured.url} is no UTF-8 page ({error})") from None
    if "g-recaptcha" in text or "429 Too" in text or not text.strip():
        raise SourceRefusedError(f"{source.name}: {captured.url} is no page of the register but a captcha or nothing")
    parser = lxml.html.HTMLParser(encoding="utf-8")  # whatever the page says of itself: it was decoded above
    try:
        root = lxml.html.document_fromstring(body, parser=parser)
    except ParserError as error:
        raise SourceRefusedError(f"{source.name}: {captured.url} is no page of the register ({error})") from None
    cut = next((entry.message for entry in parser.error_log if entry.level_name == "FATAL"), None)
    if cut is not None:
        raise SourceRefusedError(f"{source.name}: {captured.url} cannot be read to its end ({cut.strip()})")
    return root


def text_of(element: Element) -> str:
    """The cleaned text that a reader of the page sees in an element: no script, no comment, nothing hidden."""
    return clean(" ".join(_texts(element)) if len(element) else element.text or "")


def _texts(element: Element) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not _is_hidden(child):
            yield from _texts(child)
        yield child.tail or ""


def _is_hidden(element: Element) -> bool:
    if not isinstance(element.tag, str) or element.tag in _UNSEEN or "hidden" in element.attrib:
        return True  # the tag of a comment is no text
    style = "".join((element.get("style") or "").casefold().split())
    return "display:none" in style or "visibility:hidden" in style or "hidden" in (element.get("class") or "").split()


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
    for number, row in enumerate(table.xpath("./tbody/tr | ./tr"), start=1):  # a page may leave tbody out
        cells = row.xpath("./td")
        if len(cells) == 1 and "dataTables_empty" in (cells[0].get("class") or ""):
            continue
        if len(cells) != len(headings):
            raise LayoutChangedError(
                f"{source.name}: {captured.url}: row {number} has {len(cells)} cells under {len(headings)} headings"
            )
        rows.append(dict(zip(headings, cells, strict=True)))
    return rows


def labels_of(root: Element) -> dict[str, list[str]]:
    """Each label of the two-column rows, a `th` or a `td`, and the different values beside it, blanks left out."""
    found: dict[str, list[str]] = {}
    for row in root.xpath(".//tr"):
        cells = row.xpath("./th | ./td")
        if len(cells) == 2 and not _is_hidden(row):
            values = found.setdefault(text_of(cells[0]).rstrip(":"), [])
            value = text_of(cells[1])
            if value and value not in values:
                values.append(value)
    return found
