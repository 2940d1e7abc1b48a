"""A contract card of the public register, read together with its list row, its parties and its lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from db.archive import Captured
from ingest.goszakup.card import CardError, card_of, contract_of, further, parties_of, units_of
from ingest.goszakup.contract import records_of
from ingest.goszakup.numbers import split_number
from ingest.goszakup.page import report_unknown, whole_batch
from ingest.goszakup.register import ListRow, register_page, root_ids
from ingest.reader import Material
from ingest.record import Batch, Record, Rejected
from ingest.source import Source


def read_html(material: Material, source: Source) -> Iterator[Batch]:
    """One batch for one card.

    The context holds pages of the list (`part: list`; the one with the card's row, and the one with the first version
    when that stands elsewhere), the parties (`part: parties`) and the lines (`part: units`). A capture that says
    `missing` is the page of the list for a card that could not be had: its row is rejected, with the reason.

    Raises:
        LayoutChangedError: a table of one of the pages has other headings.
        SourceRefusedError: one of the pages is a captcha.
    """
    captured = material.capture
    contract_id = int(captured.request["of"])
    records: list[Record] = []
    rejected: list[Rejected] = []
    try:
        if "missing" in captured.request:
            raise CardError(str(captured.request["missing"]))
        records = _records(material, source, contract_id)
    except ValueError as error:
        reason, place = f"contract {contract_id}: {error}", f"card {contract_id}"
        rejected = [Rejected(reason, place, _raw_row(material, source, contract_id))]
    yield whole_batch(source, captured, records, rejected)


def _raw_row(material: Material, source: Source, contract_id: int) -> str:
    """The row of the list, so that a person sees which contract could not be read."""
    for page, body in [*_part(material, "list"), (material.capture, material.body)]:
        if page.request.get("part") == "list":
            row = _rows_of(_ListPage(source, page, body)).get(contract_id)
            if row is not None:
                return msgspec.json.encode(row).decode()
    return material.capture.url


def _records(material: Material, source: Source, contract_id: int) -> list[Record]:
    captured = material.capture
    rows: dict[int, ListRow] = {}
    for page, body in _part(material, "list"):
        rows |= _rows_of(_ListPage(source, page, body))
    row = rows.get(contract_id)
    if row is None:
        raise CardError("its row of the list was not captured")
    card = card_of(source, captured, material.body)
    unknown = tuple(sorted(card.unknown - set(source.ignored)))
    if unknown:
        report_unknown(source.name, "a contract card", unknown)
    parties = next((parties_of(source, page, body) for page, body in _part(material, "parties")), None)
    if parties is None:
        raise CardError("the page of its parties was not captured")
    units = next((units_of(source, page, body) for page, body in _part(material, "units")), None)
    root_id = root_ids(rows).get(split_number(row.number_sys)[0])
    contract = contract_of(row, card, parties, units, root_id)
    records = records_of(contract, source, f"card {contract_id}", captured.at)
    for record in records:
        record.details |= further(row, card)
    return records


class _ListPage:
    """A page of the list, equal to every other with the same bytes read under the same source."""

    def __init__(self, source: Source, captured: Captured, body: bytes) -> None:
        self.source, self.captured, self.body = source, captured, body

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ListPage) and self._same == other._same

    def __hash__(self) -> int:
        return hash(self._same)

    @property
    def _same(self) -> tuple[str, str]:
        return (self.source.name, self.captured.sha256)


@lru_cache(maxsize=8)
def _rows_of(page: _ListPage) -> dict[int, ListRow]:
    """The rows of a list page by contract; the cards of one page are read one after the other, the page once."""
    return {row.id: row for row in register_page(page.source, page.captured, page.body).rows}


def _part(material: Material, part: str) -> list[tuple[Captured, bytes]]:
    return [(page, body) for page, body in material.context if page.request.get("part") == part]
