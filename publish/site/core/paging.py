"""Which page of a long list is shown: one that is there, whatever the address asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Paging:
    """A page of a list.

    Attributes:
        page: its number, from 1 to `pages`.
        pages: how many there are; an empty list has one.
        start: rows before it.
    """

    page: int
    pages: int
    start: int


def paged(count: int, per_page: int, asked: int, most: int | None = None) -> Paging:
    """The page asked for, or the nearest one.

    Args:
        count: rows of the list.
        per_page: rows of a page.
        asked: number of the page, from 1.
        most: pages that can be leafed through, if not all.
    """
    pages = max(1, -(-count // per_page))
    pages = pages if most is None else min(pages, most)
    page = min(max(asked, 1), pages)
    return Paging(page, pages, (page - 1) * per_page)
