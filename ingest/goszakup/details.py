"""What a contract says beside its sums and parties, and that has no column of its own."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.goszakup.codes import CONTRACT_TYPES, SUBJECT_KINDS
from ingest.goszakup.wire import Contract, Digits
from ingest.values.text import clean


def details_of(contract: Contract) -> dict[str, str]:
    """What else the portal says that has no column of its own, under plain words."""
    plans = [unit.plans for unit in contract.units or () if unit.plans]
    shares = contract.year_sums
    found = {
        # numbers do not come again, so they would only push others out of the memory of cleaned texts
        "announcement": clean(contract.trd_buy_number_anno or ""),
        "own number": clean(str(contract.contract_number or "")),
        "contract type": CONTRACT_TYPES.get(contract.ref_contract_type_id or 0, _text(contract.ref_contract_type_id)),
        "subject kind": SUBJECT_KINDS.get(contract.ref_subject_type_id or 0, _text(contract.ref_subject_type_id)),
        "replaces": _text(contract.parent_id or None),
        "exchange rate": str(contract.exchange_rate) if contract.exchange_rate else "",
        "years": _all([share.fin_year for share in shares]) if shares else "",
        "budget programme administrator": _all([plan.ref_abp_code for plan in plans]),
        "source of finance": _all([plan.ref_finsource_id for plan in plans]),
    }
    return {name: value for name, value in found.items() if value}


def _all(codes: Sequence[Digits]) -> str:
    different = set(codes)
    if len(different) == 1:
        return str(codes[0] or "")
    return ", ".join(sorted({str(code) for code in different if code}))


def _text(code: int | None) -> str:
    return "" if code is None else str(code)
