"""Contracts as the portal's interfaces send them. Names are the portal's own (GraphQL camelCase, REST snake_case).

Sums are decoded from the digits of the JSON text into `Decimal`; no float is ever made of them. Bank accounts,
addresses and the other fields that this project does not need are not declared here, so they are never decoded.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

Digits = str | int | None
"""An identity number or code: text by its documentation, sometimes a number."""


class Subject(msgspec.Struct, rename="camel", gc=False):
    """A customer or supplier."""

    bin: Digits = None
    iin: Digits = None
    name_ru: str | None = None
    name_kz: str | None = None


class Place(msgspec.Struct, rename="camel", gc=False):
    """A place of delivery of a plan point."""

    ref_kato_code: Digits = None
    full_delivery_place_name_ru: str | None = None


class Plan(msgspec.Struct, rename="camel", gc=False):
    """A plan point: what is bought. The name of a service stands here, not on the contract."""

    id: int | None = None
    name_ru: str | None = None
    name_kz: str | None = None
    desc_ru: str | None = None
    extra_desc_ru: str | None = None
    ref_enstru_code: Digits = None
    ref_finsource_id: Digits = None
    ref_abp_code: Digits = None
    ref_units_code: Digits = None
    plans_kato: list[Place] | None = msgspec.field(name="PlansKato", default=None)


class Unit(msgspec.Struct, rename="camel", gc=False):
    """One line of a contract."""

    id: int | None = None
    pln_point_id: int | None = None
    quantity: Decimal | None = None
    total_sum: Decimal | None = None
    total_sum_wnds: Decimal | None = None
    deleted: int | None = None
    plans: Plan | None = msgspec.field(name="Plans", default=None)
    unit_name: str | None = None


class YearSum(msgspec.Struct, rename="camel", gc=False):
    """The share of one budget year in a contract over several."""

    fin_year: int | None = None
    fact_sum: Decimal | None = None
    total_sum: Decimal | None = None


class Named(msgspec.Struct, rename="camel", gc=False):
    """An entry of a reference table."""

    id: int | None = None
    name_ru: str | None = None


class Announcement(msgspec.Struct, rename="camel", gc=False):
    """The announcement a contract came from, as far as its organiser goes."""

    org_bin: Digits = None
    org_name_ru: str | None = None
    org_name_kz: str | None = None


class Contract(msgspec.Struct, rename="camel", kw_only=True, gc=False):
    """One version of a contract: the fields of type Contract in GraphQL v3, written as in REST v3."""

    id: int
    parent_id: int | None = None
    root_id: int | None = None
    trd_buy_number_anno: str | None = None
    ref_contract_status_id: int | None = None
    deleted: int | None = None
    last_update_date: str | None = None
    supplier_biin: Digits = None
    customer_bin: Digits = None
    contract_number: Digits = None
    contract_number_sys: str | None = None
    ref_subject_type_id: int | None = None
    fin_year: int | None = None
    ref_contract_year_type_id: int | None = None
    ref_currency_code: str | None = None
    exchange_rate: Decimal | None = None
    contract_sum: Decimal | None = None
    contract_sum_wnds: Decimal | None = None
    fakt_sum: Decimal | None = None
    fakt_sum_wnds: Decimal | None = None
    sign_date: str | None = None
    ref_contract_type_id: int | None = None
    description_kz: str | None = None
    description_ru: str | None = None
    fakt_trade_methods_id: int | None = None
    customer: Subject | None = msgspec.field(name="Customer", default=None)
    supplier: Subject | None = msgspec.field(name="Supplier", default=None)
    status: Named | None = msgspec.field(name="RefContractStatus", default=None)
    method: Named | None = msgspec.field(name="FaktTradeMethods", default=None)
    announcement: Announcement | None = msgspec.field(name="TrdBuy", default=None)
    units: list[Unit] | None = msgspec.field(name="ContractUnits", default=None)
    year_sums: list[YearSum] | None = msgspec.field(name="ContractSpecSum", default=None)


def selection(struct: type[msgspec.Struct], *, leave_out: frozenset[str] = frozenset()) -> str:
    """The GraphQL selection that fills a struct, made from its fields so that query and reader cannot drift apart."""
    parts = []
    for field in msgspec.structs.fields(struct):
        if field.name in leave_out:
            continue
        nested = _struct_in(field.type)
        inner = f" {{ {selection(nested, leave_out=leave_out)} }}" if nested else ""
        parts.append(field.encode_name + inner)
    return " ".join(parts)


def in_snake_case(struct: type[msgspec.Struct]) -> type[Any]:
    """The same struct under the names REST uses: those of its attributes."""
    return msgspec.defstruct(
        f"Rest{struct.__name__}",
        [(f.name, f.type, None) if not f.required else (f.name, f.type) for f in msgspec.structs.fields(struct)],
        kw_only=True,
    )


def _struct_in(annotation: Any) -> type[msgspec.Struct] | None:  # noqa: ANN401 - a type expression
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return annotation
    found = (_struct_in(part) for part in getattr(annotation, "__args__", ()))
    return next((struct for struct in found if struct), None)
