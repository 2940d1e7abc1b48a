"""A page of contracts from REST v3 (`/v3/contract/supplier/{bin}`, `/v3/contract/customer/{bin}`).

The list names parties by BIN only and has no lines. The page is read together with its context: the subjects
(`/v3/subject/biin/{bin}`), the lines (`/v3/contract/{id}/units`) and their plan points (`/v3/plans/view/{id}`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec

from ingest.goszakup.page import Raw, batch_of, check_fields, decoded, report_unknown, rows_one_by_one
from ingest.goszakup.wire import Contract, Plan, Subject, Unit, in_snake_case
from ingest.reader import Material
from ingest.record import Batch
from ingest.source import Source

NEEDED = frozenset(
    {
        "id", "root_id", "contract_number_sys", "ref_contract_status_id", "customer_bin", "supplier_biin", "fin_year",
        "contract_sum", "contract_sum_wnds", "fakt_sum", "fakt_sum_wnds",
    }
)  # fmt: skip

NOT_READ = frozenset(
    {
        # bank accounts: not needed, and not ours to keep
        "supplier_bik", "supplier_iik", "supplier_bank_name_kz", "supplier_bank_name_ru", "supplier_bill_id",
        "customer_bik", "customer_iik", "customer_bank_name_kz", "customer_bank_name_ru", "customer_bill_id",
        # addresses and internal ids of the parties: the BIN identifies them
        "supplier_id", "supplier_legal_address", "customer_id", "customer_legal_address",
        # the announcement's own fields, its number is read
        "trd_buy_id", "trd_buy_name_ru", "trd_buy_name_kz", "trd_buy_itogi_date_public",
        # paperwork and steps of the contract that are no fact of its sum
        "sign_reason_doc_name", "sign_reason_doc_date", "payments_terms_ru", "payments_terms_kz", "is_gu",
        "ref_contract_agr_form_id", "ref_finsource_id", "ref_contract_cancel_id", "ec_end_date", "plan_exec_date",
        "fakt_exec_date", "contract_end_date", "ec_customer_approve", "ec_supplier_approve", "contract_ms",
        "treasure_req_num", "treasure_req_date", "treasure_not_num", "treasure_not_date", "crdate", "system_id",
        "index_date", "ref_subject_types_id",
    }
)  # fmt: skip
"""Fields of a contract that are ignored by name, each group with its reason."""

PARTS = {"customer", "supplier", "status", "method", "announcement", "units", "year_sums"}
_contract_type = in_snake_case(Contract)
_one = msgspec.json.Decoder(_contract_type)
_lenient = msgspec.json.Decoder(_contract_type, strict=False)
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_read_fields = frozenset(field.name for field in msgspec.structs.fields(Contract)) - PARTS


class _Envelope(msgspec.Struct):
    items: list[msgspec.Raw]
    next_page: str | None = ""
    total: int | None = None


class PeekRow(msgspec.Struct):
    """The fields of a contract that its parts are asked for by."""

    id: int | None = None
    customer_bin: str | int | None = None
    supplier_biin: str | int | None = None


_envelope = msgspec.json.Decoder(_Envelope)
_peek_row = msgspec.json.Decoder(PeekRow, strict=False)
_units = msgspec.json.Decoder(in_snake_case(Unit), strict=False)
_plan = msgspec.json.Decoder(in_snake_case(Plan), strict=False)
_subject = msgspec.json.Decoder(in_snake_case(Subject), strict=False)


def peek(body: bytes) -> list[PeekRow]:
    """Whose contracts a page holds, as far as its rows can be read; the others are for the reader to reject.

    Raises:
        msgspec.DecodeError: the body is no JSON, or no list of the interface.
    """
    rows = []
    for row in _envelope.decode(body).items:
        with contextlib.suppress(msgspec.ValidationError):
            rows.append(_peek_row.decode(row))
    return rows


def plan_points(body: bytes) -> list[int]:
    """The plan points of the lines in an answer of `/v3/contract/{id}/units`; none where it cannot be read."""
    try:
        return [unit.pln_point_id for unit in _items(body, _units) if unit.pln_point_id]
    except msgspec.DecodeError:
        return []


def read_rest(material: Material, source: Source) -> Iterator[Batch]:
    """One batch for one page.

    Raises:
        SourceRefusedError: the body is no JSON or no list (REST sends errors as `{"name", "message", "status"}`).
        LayoutChangedError: a field is missing that sums or parties are read from.
    """
    captured = material.capture
    envelope = decoded(material.body, _envelope, source, captured)
    context = _Context(material)
    rows: list[Contract | Raw] = []
    for row, raw in zip(rows_one_by_one(envelope.items, _lenient), envelope.items, strict=True):
        reason = row.reason if isinstance(row, Raw) else context.complete(row)
        rows.append(Raw(_only_read(raw), reason) if reason else row)
    if envelope.items and bytes(envelope.items[0]).startswith(b"{"):
        found = _fields.decode(envelope.items[0])
        check_fields(source, captured, found, NEEDED)
        unknown = tuple(sorted(set(found) - _read_fields - NOT_READ - set(source.ignored)))
        if unknown:
            report_unknown(source.name, "a contract of REST v3", unknown)
    yield batch_of(rows, source, captured, "/items", lambda place: _only_read(envelope.items[place]))


def _only_read(row: bytes | msgspec.Raw) -> bytes:
    """A rejected row without the fields that are never kept, bank accounts among them."""
    text = bytes(row)
    if not text.startswith(b"{"):
        return b"[...]" if text.startswith(b"[") else text
    return msgspec.json.encode({name: value for name, value in _fields.decode(row).items() if name in _read_fields})


class _Context:
    """The subjects, lines and plan points that were fetched for a page, and the answers that cannot be read."""

    def __init__(self, material: Material) -> None:
        self._subjects: dict[str, Any] = {}
        self._units: dict[str, list[Any]] = {}
        self._plans: dict[str, Any] = {}
        self._unread: dict[tuple[str, str], str] = {}
        for captured, body in material.context:
            part, of = str(captured.request.get("part")), str(captured.request.get("of"))
            try:
                self._take(part, of, body)
            except msgspec.DecodeError as error:
                self._unread[part, of] = f"{captured.url} gave no {part} ({error})"

    def _take(self, part: str, of: str, body: bytes) -> None:
        if part == "subject":
            for subject in _items(body, _subject):
                self._subjects[of] = subject
        elif part == "units":
            self._units[of] = _items(body, _units)
        elif part == "plan":
            for plan in _items(body, _plan):
                self._plans[of] = plan

    def complete(self, contract: Contract) -> str:
        """Put the names and lines to a contract; gives the reason where an answer on it cannot be read."""
        contract.customer = self._subjects.get(str(contract.customer_bin))
        contract.supplier = self._subjects.get(str(contract.supplier_biin))
        units = self._units.get(str(contract.id))
        if units is not None:
            for unit in units:
                unit.plans = self._plans.get(str(unit.pln_point_id))
            contract.units = units
        asked = [("subject", contract.customer_bin), ("subject", contract.supplier_biin), ("units", contract.id)]
        asked += [("plan", unit.pln_point_id) for unit in units or ()]
        return next((self._unread[part, str(of)] for part, of in asked if (part, str(of)) in self._unread), "")


def _items(body: bytes, decoder: msgspec.json.Decoder[Any]) -> list[Any]:
    """The rows of an answer: a list under `items`, a bare list, or one object."""
    start = body.lstrip()[:1]
    if start == b"[":
        rows = msgspec.json.decode(body, type=list[msgspec.Raw])
    elif "items" in (found := _fields.decode(body)):
        rows = msgspec.json.decode(found["items"], type=list[msgspec.Raw])
    else:
        rows = [msgspec.Raw(body)]
    return [decoder.decode(row) for row in rows]
