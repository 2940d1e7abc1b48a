"""Tables of a PDF: pages to grids, grids over page breaks to tables."""

import re
from collections import Counter

import pypdfium2 as pdfium

from ingest.tables import scan as scanning
from ingest.tables.lettering import line_text, lines_of
from ingest.tables.model import DocumentRefused, Grid, Place, Table
from ingest.tables.pdf_borderless import borderless_grids
from ingest.tables.pdf_page import Letter, Page, PageTooBusy, read_page
from ingest.tables.pdf_ruled import ruled_grids
from ingest.tables.picture_words import DPI
from ingest.tables.stitching import stitch
from ingest.tables.understand import understand
from ingest.tables.words import CONTINUED, PAGE_NUMBER

MAX_PAGES = 2_000
"""More pages than any reply has; a longer document is to be split by whoever brings it."""


def open_pdf(data: bytes, name: str) -> pdfium.PdfDocument:
    """Opens a PDF.

    Raises:
        DocumentRefused: encrypted, broken, or longer than `MAX_PAGES`.
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise DocumentRefused(
                name, "encrypted", "it opens with a password only; ask the body for an open copy"
            ) from error
        raise DocumentRefused(name, "broken", f"it is no readable PDF ({error})") from error
    count = len(document)
    if count == 0 or count > MAX_PAGES:
        document.close()
        reason = "empty" if count == 0 else "too-large"
        raise DocumentRefused(name, reason, f"it has {count} pages; from 1 to {MAX_PAGES} are read")
    return document


class _Outside:
    """Text lines outside the tables of a page, with the height at which they stand."""

    def __init__(self, page: Page, letters: list[Letter]) -> None:
        self.height = page.height
        self.lines = [(line[0].base, line_text(line)) for line in lines_of(letters)]
        self.lines = [(y, text) for y, text in self.lines if text]


def _running(pages: list[_Outside]) -> set[tuple[int, str]]:
    """Lines printed at the same height on several pages: running heads and feet."""
    seen = Counter(
        key for page in pages for key in {(round(y / 4), re.sub(r"\d+", "#", text)) for y, text in page.lines}
    )
    return {key for key, count in seen.items() if count > 1}


def _mark_ends(grids: list[Grid], outside: _Outside, running: set[tuple[int, str]]) -> None:
    """Says which piece begins and which ends its page, and gives each the text just above it as title."""
    lines = []
    for y, text in outside.lines:
        if not PAGE_NUMBER.match(text) and (round(y / 4), re.sub(r"\d+", "#", text)) not in running:
            lines.append((y, text))
    tops = [g.bounds[0] for g in grids]
    bottoms = [g.bounds[1] for g in grids]
    for grid in grids:
        top, bottom, _ = grid.bounds
        above = [text for y, text in lines if y < top + 1]
        grid.first = not any(b <= top for b in bottoms) and all(CONTINUED.match(text) for text in above)
        grid.last = not any(t >= bottom for t in tops) and not any(y > bottom - 1 for y, _ in lines)
        floor = max((b for b in bottoms if b <= top), default=0.0)
        grid.title = "\n".join([text for y, text in lines if floor <= y < top + 1][-4:])


def _picture(document: pdfium.PdfDocument, index: int, page: Page, name: str) -> scanning.Scan:
    """A page without text, drawn and read as a picture."""
    shown = document[index]
    try:
        width, height = shown.get_size()
        if width * height * (DPI / 72) ** 2 > scanning.MAX_PIXELS:
            raise DocumentRefused(name, "too-large", f"page {index + 1} is larger than a page can be")
        bitmap = shown.render(scale=DPI / 72, grayscale=True)
        return scanning.read_picture(bitmap.to_numpy().squeeze(), page.number, width, height, name)
    except pdfium.PdfiumError as error:
        raise DocumentRefused(name, "broken", f"page {index + 1} cannot be drawn ({error})") from error
    finally:
        shown.close()


def pdf_grids(data: bytes, name: str, *, scan: bool = False) -> list[Grid]:
    """Grids of all pages before stitching.

    Args:
        data: the bytes of the PDF.
        name: its name, for messages.
        scan: read pages without text as pictures.

    Raises:
        DocumentRefused: the document cannot be opened, holds no text, or a page is not printable matter.
    """
    document = open_pdf(data, name)
    per_page: list[list[Grid]] = []
    outside: list[_Outside] = []
    letters = images = unread = 0
    try:
        for index in range(len(document)):
            try:
                page = read_page(document, index)
            except (PageTooBusy, pdfium.PdfiumError) as error:
                raise DocumentRefused(name, "broken", f"page {index + 1} cannot be read ({error})") from error
            seen: list[str] = []
            doubts: list[tuple[Place, str]] = []
            if scan and page.images and not page.letters:
                page, seen, doubts = _picture(document, index, page, name)
            letters += len(page.letters)
            images += page.images
            unread += page.unread
            grids, rest = ruled_grids(page)
            if len(rest) > 0.5 * len(page.letters):
                more, rest = borderless_grids(page, rest, strict=bool(grids))
                grids = sorted([*grids, *more], key=lambda g: (g.bounds[0], g.edges[0]))
            for grid in grids:
                grid.needs_review = [*grid.needs_review, *(f"page {page.number}: {reason}" for reason in seen)]
                grid.doubts = doubts
            per_page.append(grids)
            outside.append(_Outside(page, rest))
    finally:
        document.close()
    if not letters:
        what = "it holds pictures of pages and no text" if images else "it holds no text"
        raise DocumentRefused(name, "no-text", f"{what}; read it as a scan")
    running = _running(outside)
    for grids, page_outside in zip(per_page, outside, strict=True):
        _mark_ends(grids, page_outside, running)
    found = [grid for grids in per_page for grid in grids]
    if unread and found:
        found[0].needs_review = [*found[0].needs_review, f"{unread} letters without a known character"]
    return found


def pdf_tables(data: bytes, name: str, *, scan: bool = False) -> list[Table]:
    """Tables of a PDF with text, and with `scan` of one that is pictures of pages.

    Raises:
        DocumentRefused: see `pdf_grids`.
    """
    return [understand(grid, name) for grid in stitch(pdf_grids(data, name, scan=scan))]


def image_tables(data: bytes, name: str) -> list[Table]:
    """Tables of a page that is an image file.

    Raises:
        DocumentRefused: see `scan.open_picture` and `scan.read_picture`.
    """
    grey = scanning.open_picture(data, name)
    height, width = grey.shape
    points = 72 / DPI
    page, seen, doubts = scanning.read_picture(grey, 1, width * points, height * points, name)
    grids, rest = ruled_grids(page)
    if not grids:
        grids, rest = borderless_grids(page, rest)
    _mark_ends(grids, _Outside(page, rest), set())
    for grid in grids:
        grid.needs_review, grid.doubts = [*grid.needs_review, *seen], doubts
    return [understand(grid, name) for grid in stitch(grids)]
