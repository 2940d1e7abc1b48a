"""The double's GraphQL v3: a real schema, executed by graphql-core."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from graphql import build_schema, graphql_sync

from tests.portal.invented import METHOD, NAMES, PERSON, STATUS

if TYPE_CHECKING:
    from tests.portal.double import PortalDouble

_SCHEMA = """
input ContractFiltersInput {
  id: [Int] finYear: Int crdate: [String] lastUpdateDate: [String] supplierBiin: String customerBin: String
  contractNumberSys: String refContractStatusId: [Int]
}
type Subject { pid: Int bin: String iin: String nameRu: String nameKz: String }
type Ref { id: Int nameRu: String nameKz: String }
type Kato { refKatoCode: String fullDeliveryPlaceNameRu: String }
type PlnPoint {
  id: Float nameRu: String nameKz: String descRu: String extraDescRu: String refEnstruCode: String
  refFinsourceId: Int refAbpCode: String refUnitsCode: String PlansKato: [Kato]
}
type Units {
  id: Int lotId: Int plnPointId: Float itemPrice: Float quantity: Float totalSum: Float totalSumWnds: Float
  deleted: Int Plans: PlnPoint
}
type SpecSum { id: Int finYear: Int planSum: Float factSum: Float totalSum: Float }
type TrdBuy { id: Int numberAnno: String orgBin: String orgNameRu: String orgNameKz: String }
type Contract {
  id: Int parentId: Int rootId: Int trdBuyNumberAnno: String refContractStatusId: Int deleted: Int crdate: String
  lastUpdateDate: String supplierBiin: String customerBin: String contractNumber: String contractNumberSys: String
  refSubjectTypeId: Int finYear: Int refContractYearTypeId: Int refCurrencyCode: String exchangeRate: Float
  contractSum: Float contractSumWnds: Float faktSum: Float faktSumWnds: Float signDate: String
  refContractTypeId: Int descriptionKz: String descriptionRu: String faktTradeMethodsId: Int
  Customer: Subject Supplier: Subject RefContractStatus: Ref FaktTradeMethods: Ref TrdBuy: TrdBuy
  ContractUnits: [Units] ContractSpecSum: [SpecSum]
}
type Query { Contract(filter: ContractFiltersInput, limit: Int, after: Int): [Contract] }
"""

_schema = build_schema(_SCHEMA)


def subject(number: str) -> dict[str, Any]:
    """A party as the interfaces send it."""
    names = NAMES[number]
    person = number == PERSON
    return {
        "pid": int(number[-5:]), "bin": None if person else number, "iin": number if person else None,
        "nameRu": names[0], "nameKz": names[1],
    }  # fmt: skip


def _nested(one: dict[str, Any]) -> dict[str, Any]:
    org = NAMES.get(one["orgBin"] or one["customerBin"], ("", ""))
    return one | {
        "Customer": subject(one["customerBin"]),
        "Supplier": subject(one["supplierBiin"]),
        "RefContractStatus": {"id": one["refContractStatusId"], "nameRu": STATUS[one["refContractStatusId"]]},
        "FaktTradeMethods": {"id": one["faktTradeMethodsId"], "nameRu": METHOD[one["faktTradeMethodsId"]]},
        "TrdBuy": {"orgBin": one["orgBin"] or one["customerBin"], "orgNameRu": org[0], "orgNameKz": org[1]},
    }


def answer_graphql(double: PortalDouble, body: bytes) -> tuple[int, dict[str, Any]]:
    """Execute a query over the double's contracts."""
    sent = json.loads(body)
    info: dict[str, Any] = {}

    def contracts(_info: Any, **arguments: Any) -> list[dict[str, Any]]:
        wanted = arguments.get("filter") or {}
        limit = min(arguments.get("limit") or 50, 200, double.page_limit)
        ignored = double.fault("filter of GraphQL") is not None
        rows = [one for one in sorted(double.contracts, key=lambda c: c["id"]) if ignored or _fits(one, wanted)]
        shown = [one for one in rows if one["id"] > (arguments.get("after") or 0)]
        page = shown[:limit]
        last = page[-1]["id"] if page else None
        info.update(limitPage=limit, totalCount=len(rows), hasNextPage=len(page) < len(shown), lastId=last)
        return [_nested(one) for one in page]

    result = graphql_sync(
        _schema, sent["query"], root_value={"Contract": contracts}, variable_values=sent.get("variables")
    )
    answer = {"data": result.data, "extensions": {"pageInfo": info}}
    if result.errors:
        return 200, {"errors": [{"message": error.message} for error in result.errors]}
    return 200, answer


def _fits(one: dict[str, Any], wanted: dict[str, Any]) -> bool:
    first, last = wanted.get("lastUpdateDate") or ("", "9999")
    return (
        one["supplierBiin"] == wanted.get("supplierBiin", one["supplierBiin"])
        and one["customerBin"] == wanted.get("customerBin", one["customerBin"])
        and first <= one["lastUpdateDate"] <= last
    )
