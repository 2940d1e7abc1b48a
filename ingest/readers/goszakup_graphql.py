"""A page of contracts from GraphQL v3 (POST /v3/graphql, root `Contract`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import msgspec

from ingest.goszakup.page import Raw, batch_of, check_fields, not_json, rows_one_by_one
from ingest.goszakup.wire import Contract, Digits, selection
from ingest.reader import Material, SourceRefusedError
from ingest.record import Batch
from ingest.source import Source

SELECTION = selection(Contract, leave_out=frozenset({"unit_name"}))
"""The fields asked for: those that `Contract` reads."""


class _Whole(Contract, rename="camel", kw_only=True, gc=False):
    """A contract that states every needed field, be it as null: its page needs no second look at the fields."""

    root_id: int | None
    contract_number_sys: str | None
    ref_contract_status_id: int | None
    customer_bin: Digits
    supplier_biin: Digits
    fin_year: int | None
    contract_sum: Decimal | None
    contract_sum_wnds: Decimal | None
    fakt_sum: Decimal | None
    fakt_sum_wnds: Decimal | None


NEEDED = frozenset(field.encode_name for field in msgspec.structs.fields(_Whole) if field.required)
"""Fields without which no row is read, since sums, parties and versions come from them."""


class _Data(msgspec.Struct):
    contracts: list[_Whole] | None = msgspec.field(name="Contract", default=None)


class _Page(msgspec.Struct):
    data: _Data | None = None
    errors: list[Any] | None = None


class _RawData(msgspec.Struct):
    contracts: list[msgspec.Raw] | None = msgspec.field(name="Contract", default=None)


class _RawPage(msgspec.Struct):
    data: _RawData | None = None
    errors: list[Any] | None = None


class PageInfo(msgspec.Struct, rename="camel"):
    """Where a page stands in its list."""

    has_next_page: bool = False
    last_id: int | None = None
    total_count: int | None = None


class _Extensions(msgspec.Struct, rename="camel"):
    page_info: PageInfo | None = None


class PeekRow(msgspec.Struct, rename="camel", gc=False):
    """The fields of a contract that a filter may be about, typed as `Contract` has them."""

    id: int | None = None
    customer_bin: str | int | None = None
    supplier_biin: str | int | None = None
    trd_buy_number_anno: str | None = None
    last_update_date: str | None = None


class FoundLot(msgspec.Struct, rename="camel", gc=False):
    """A lot that a search found, and the announcement it belongs to. Of a lot nothing more is read."""

    id: int | None = None
    name_ru: str | None = None
    description_ru: str | None = None
    trd_buy_id: int | None = None
    trd_buy_number_anno: str | None = None
    last_update_date: str | None = None


LOT_SELECTION = selection(FoundLot)
"""The fields of a lot asked for."""


class _PeekData(msgspec.Struct):
    contracts: list[PeekRow] | None = msgspec.field(name="Contract", default=None)
    lots: list[FoundLot] | None = msgspec.field(name="Lots", default=None)


class _UnevenData(_RawData):
    lots: list[FoundLot] | None = msgspec.field(name="Lots", default=None)


class _UnevenPeek(_RawPage):
    data: _UnevenData | None = None
    extensions: _Extensions | None = None


class Peek(msgspec.Struct):
    """What a crawler needs of a page: its place in the list, and the fields its filter was about."""

    data: _PeekData | None = None
    errors: list[Any] | None = None
    extensions: _Extensions | None = None

    @property
    def rows(self) -> list[PeekRow]:
        """The contracts as far as the filter goes; a null list is an empty one."""
        return (self.data.contracts if self.data else None) or []

    @property
    def lots(self) -> list[FoundLot]:
        """The lots of a page of lots."""
        return (self.data.lots if self.data else None) or []

    @property
    def page_info(self) -> PageInfo:
        """The paging; without any, the page is the last."""
        return (self.extensions.page_info if self.extensions else None) or PageInfo()


_page = msgspec.json.Decoder(_Page)
_raw_page = msgspec.json.Decoder(_RawPage)
_lenient = msgspec.json.Decoder(Contract, strict=False)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_peek = msgspec.json.Decoder(Peek)
_uneven_peek = msgspec.json.Decoder(_UnevenPeek)
_peek_row = msgspec.json.Decoder(PeekRow, strict=False)


def peek(body: bytes) -> Peek:
    """Read what a crawler needs of a page. Contracts that cannot be read are left out, for the reader to reject.

    Raises:
        msgspec.DecodeError: the body is no JSON, or no answer of GraphQL; or a lot cannot be read, since the contracts
            behind it would be missed.
    """
    try:
        return _peek.decode(body)
    except msgspec.ValidationError:
        uneven = _uneven_peek.decode(body)
    rows: list[PeekRow] = []
    data = uneven.data or _UnevenData()
    for raw in data.contracts or ():
        with contextlib.suppress(msgspec.ValidationError):
            rows.append(_peek_row.decode(raw))
    return Peek(data=_PeekData(rows, data.lots), errors=uneven.errors, extensions=uneven.extensions)


def read_graphql(material: Material, source: Source) -> Iterator[Batch]:
    """One batch for one page.

    Raises:
        SourceRefusedError: the body is no JSON, holds `errors` (also with status 200), or has no data at all.
        LayoutChangedError: a field is missing that sums or parties are read from.
    """
    captured = material.capture
    try:
        page = _page.decode(material.body)
    except msgspec.ValidationError:
        rows: Iterable[Contract | Raw] = _rows_singly(material, source)
    except msgspec.DecodeError as error:
        raise not_json(source, captured, error) from None
    else:
        refuse_errors(source, captured.url, page.errors)
        if page.data is None:
            raise SourceRefusedError(f"{source.name}: {captured.url} answered without data and without errors")
        rows = page.data.contracts or ()
    yield batch_of(rows, source, captured, "/data/Contract", lambda place: bytes(_raw_rows(material)[place]))


def refuse_errors(source: Source, url: str, errors: list[Any] | None) -> None:
    """Raise for the `errors` of an answer, which come with HTTP 200 as well.

    Raises:
        SourceRefusedError: there are errors; the message carries the first one.
    """
    if errors:
        first = errors[0]
        said = first.get("message", first) if isinstance(first, dict) else first
        raise SourceRefusedError(f"{source.name}: {url} answered with an error: {said}")


def _raw_rows(material: Material) -> list[msgspec.Raw]:
    data = _raw_page.decode(material.body).data
    return (data.contracts if data else None) or []


def _rows_singly(material: Material, source: Source) -> Iterator[Contract | Raw]:
    """The rows of a page that is not as it should be: another answer, another layout, or a bad row among good ones."""
    captured = material.capture
    try:
        page = _raw_page.decode(material.body)
    except msgspec.DecodeError:
        raise SourceRefusedError(
            f"{source.name}: {captured.url} answered with no page of GraphQL: {material.body[:300]!r}"
        ) from None
    refuse_errors(source, captured.url, page.errors)
    rows = (page.data.contracts if page.data else None) or []
    if rows and bytes(rows[0]).startswith(b"{"):
        check_fields(source, captured, _fields.decode(rows[0]), NEEDED)
    return rows_one_by_one(rows, _lenient)
