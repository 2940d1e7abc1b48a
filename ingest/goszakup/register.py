"""The list of the public register of contracts (`/ru/registry/contract`): one row a contract version."""

from __future__ import annotations

import re

import msgspec

from db.archive import Captured
from ingest.goszakup.html import Element, cells_by_heading, headings_of, page_of, text_of
from ingest.goszakup.numbers import split_number
from ingest.reader import LayoutChangedError
from ingest.source import Source

HEADINGS = (
    "Ид", "Номер договора", "Номер закупки", "Тип договора", "Статус", "Дата создания", "Сумма", "Заказчик",
    "Поставщик", "Способ закупки",
)  # fmt: skip
_COUNT = re.compile(r"из\s+([\d\s]+?)\s+запис")
_CARD = re.compile(r"/egzcontract/cpublic/show/(\d+)")
CAP = 10_000
"""The register shows no more rows than this for one set of filters."""


class ListRow(msgspec.Struct, frozen=True):
    """One row of the list. Its sum stays as printed: the sum of a record is the card's, this one is set beside it."""

    id: int
    number_sys: str
    announcement: str
    type: str
    status: str
    amount: str
    customer: str
    supplier: str
    method: str


class RegisterPage(msgspec.Struct, frozen=True):
    """The rows of a page and how many rows the register counts for these filters."""

    rows: tuple[ListRow, ...]
    total: int


def register_page(source: Source, captured: Captured, body: bytes) -> RegisterPage:
    """Read a page of the list.

    Raises:
        LayoutChangedError: there is no result table, its headings differ, or it does not say how many rows there are.
        SourceRefusedError: the page is a captcha.
    """
    root = page_of(source, captured, body)
    tables = root.xpath("//table[@id='search-result']")
    if len(tables) != 1:
        raise LayoutChangedError(f"{source.name}: {captured.url} has {len(tables)} tables «search-result», not one")
    says_empty = bool(tables[0].xpath(".//td[contains(@class, 'dataTables_empty')]"))
    bare = says_empty and not headings_of(tables[0])
    found = [] if bare else cells_by_heading(source, captured, tables[0], HEADINGS)
    rows = tuple(_row(source, captured, cells) for cells in found)
    counts = [_COUNT.search(text_of(info)) for info in root.xpath("//*[contains(@class, 'dataTables_info')]")]
    # "nothing was found" is believed where neither a row nor a count speaks against it
    total = next((int(re.sub(r"\s", "", count.group(1))) for count in counts if count), None)
    if total is None and says_empty and not rows:
        total = 0
    if total is None:
        raise LayoutChangedError(
            f"{source.name}: {captured.url} does not say how many rows there are («из N записей»)"
        )
    return RegisterPage(rows, total)


def root_ids(rows: dict[int, ListRow]) -> dict[str, int]:
    """The ids of first versions ("00") by the number that all versions share."""
    found: dict[str, int] = {}
    for row in rows.values():
        prefix, version = split_number(row.number_sys)
        if prefix and int(version) == 0:
            found[prefix] = row.id
    return found


def _row(source: Source, captured: Captured, cells: dict[str, Element]) -> ListRow:
    links = [link for link in cells["Номер договора"].xpath(".//a") if _CARD.search(link.get("href") or "")]
    card = _CARD.search(links[0].get("href")) if links else None
    number = text_of(cells["Ид"])
    if not number.isdecimal() or (card and card.group(1) != number):
        raise LayoutChangedError(f"{source.name}: {captured.url}: «Ид» {number!r} is not the id of its card")
    return ListRow(
        id=int(number),
        # what stands beside the link, a mark of a change for one, is no part of the number
        number_sys=text_of(links[0] if links else cells["Номер договора"]),
        announcement=text_of(cells["Номер закупки"]),
        type=text_of(cells["Тип договора"]),
        status=text_of(cells["Статус"]),
        amount=text_of(cells["Сумма"]),
        customer=text_of(cells["Заказчик"]),
        supplier=text_of(cells["Поставщик"]),
        method=text_of(cells["Способ закупки"]),
    )
