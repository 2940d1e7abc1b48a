"""What a contract says beside its sums and parties, and that has no column of its own."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.goszakup.codes import CONTRACT_TYPES, SUBJECT_KINDS
from ingest.goszakup.texts import cleaned
from ingest.goszakup.wire import Contract, Digits


def details_of(contract: Contract) -> dict[str, str]:
    """What else the portal says that has no column of its own, under plain words."""
    found = {
        "announcement": cleaned(contract.trd_buy_number_anno or ""),
        "own number": cleaned(str(contract.contract_number or "")),
        "contract type": CONTRACT_TYPES.get(contract.ref_contract_type_id or 0, _text(contract.ref_contract_type_id)),
        "subject kind": SUBJECT_KINDS.get(contract.ref_subject_type_id or 0, _text(contract.ref_subject_type_id)),
        "replaces": _text(contract.parent_id or None),
        "exchange rate": str(contract.exchange_rate) if contract.exchange_rate else "",
        "years": ", ".join(sorted({str(y.fin_year) for y in contract.year_sums or () if y.fin_year})),
        "budget programme administrator": _all(u.plans.ref_abp_code for u in contract.units or () if u.plans),
        "source of finance": _all(u.plans.ref_finsource_id for u in contract.units or () if u.plans),
    }
    return {name: value for name, value in found.items() if value}


def _all(codes: Iterable[Digits]) -> str:
    return ", ".join(sorted({str(code) for code in codes if code}))


def _text(code: int | None) -> str:
    return "" if code is None else str(code)
