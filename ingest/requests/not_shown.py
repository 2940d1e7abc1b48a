"""What a proof must not show: the numbers of natural persons, and words that were withdrawn.

It decides what and where; `ingest.requests.answer_image` paints over it, or makes no picture at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rapidfuzz import fuzz

from db.fold import fold
from db.privacy import LONG_NUMBER, MASK, mask_person_ids
from ingest.requests.picture_order import on_page, pixels
from ingest.tables import Table

_WITHDRAWN_LIKENESS = 85
"""Percent of likeness from which a text holds withdrawn words: a picture's letters may have been misread."""
Box = tuple[float, float, float, float]


def person_id_spans(text: str) -> list[tuple[int, int]]:
    """Where the numbers of natural persons stand in a text, as begin and end.

    The mask of `db.privacy` decides which they are; it puts twelve marks in place of twelve digits and what stands
    between them.
    """
    masked = mask_person_ids(text)
    spans: list[tuple[int, int]] = []
    at = in_masked = 0
    while at < len(text):
        if not (text[at].isdigit() and masked.startswith(MASK, in_masked)):
            at, in_masked = at + 1, in_masked + 1
            continue
        start, digits = at, 0
        while digits < len(MASK):
            digits += text[at].isdigit()
            at += 1
        spans.append((start, at))
        in_masked += len(MASK)
    return spans


def cells_to_hide(tables: Iterable[Table], page: int, *, bare: bool) -> Iterator[Box]:
    """Cells with a natural person's number; in a picture, where a digit may be misread, every long number but sums."""
    for table in tables:
        for cells, boxes in zip(table.rows, table.boxes, strict=True):
            for column, (text, places) in enumerate(zip(cells, boxes, strict=True)):
                doubtful = bare and table.columns[column].role != "amount" and LONG_NUMBER.search(text)
                if doubtful or mask_person_ids(text) != text:
                    for place in places:
                        if place.page == page:
                            left, top, width, height = pixels((place.x0, place.y0, place.x1, place.y1))
                            yield left, top, left + width, top + height


def texts_of(table: Table, page: int = 0) -> list[str]:
    """Every text of a table; with a page only the rows that stand on it."""
    rows = [cells for row, cells in enumerate(table.rows) if not page or on_page(page, table, row)]
    return [table.title, *(text for row in (*table.header, *rows) for text in row)]


def is_withdrawn(withdrawn: Sequence[str], texts: Iterable[str]) -> bool:
    """Whether texts hold withdrawn words, or in a picture something so like them that it may be they."""
    if not withdrawn:
        return False
    told = _bare(" ".join(texts))
    return any(
        fuzz.partial_ratio(words, told) >= _WITHDRAWN_LIKENESS if len(told) > len(words) else words == told
        for words in map(_bare, withdrawn)
    )


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))
