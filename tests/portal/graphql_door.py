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
  contractNumberSys: String refContractStatusId: [Int] trdBuyId: [Int] trdBuyNumberAnno: String
}
input LotsFiltersInput { nameRu: String descriptionRu: String nameDescriptionRu: String customerBin: String }
type Lots {
  id: Int lotNumber: String nameRu: String descriptionRu: String customerBin: String trdBuyId: Int
  trdBuyNumberAnno: String lastUpdateDate: String
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
type Query {
  Contract(filter: ContractFiltersInput, limit: Int, after: Int): [Contract]
  Lots(filter: LotsFiltersInput, limit: Int, after: Int): [Lots]
}
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

    def paged(rows: list[dict[str, Any]], arguments: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(arguments.get("limit") or 50, 200, double.page_limit)
        shown = [one for one in rows if one["id"] > (arguments.get("after") or 0)]
        page = shown[:limit]
        last = page[-1]["id"] if page else None
        info.update(limitPage=limit, totalCount=len(rows), hasNextPage=len(page) < len(shown), lastId=last)
        return page

    def contracts(_info: Any, **arguments: Any) -> list[dict[str, Any]]:
        wanted = arguments.get("filter") or {}
        ignored = double.fault("filter of GraphQL") is not None
        rows = [one for one in sorted(double.contracts, key=lambda c: c["id"]) if ignored or _fits(one, wanted)]
        return [_nested(one) for one in paged(rows, arguments)]

    def lots(_info: Any, **arguments: Any) -> list[dict[str, Any]]:
        words = (arguments.get("filter") or {}).get("nameDescriptionRu", "").casefold().split()
        ignored = double.fault("filter of lots") is not None
        rows = sorted(
            [*double.lots, *(lot for one in double.contracts for lot in _lots(one))], key=lambda lot: lot["id"]
        )
        # as a search that knows the forms of words: their beginnings suffice
        return paged([lot for lot in rows if ignored or all(w[:5] in lot["text"] for w in words)], arguments)

    result = graphql_sync(
        _schema,
        sent["query"],
        root_value={"Contract": contracts, "Lots": lots},
        variable_values=sent.get("variables"),
    )
    answer = {"data": result.data, "extensions": {"pageInfo": info}}
    if result.errors:
        return 200, {"errors": [{"message": error.message} for error in result.errors]}
    return 200, answer


def _lots(one: dict[str, Any]) -> list[dict[str, Any]]:
    """The lots that a contract came from, one for each line."""
    return [
        {
            "id": line["id"], "lotNumber": f"{line['plnPointId']}-ЗЦП1", "nameRu": line["Plans"]["nameRu"],
            "descriptionRu": line["Plans"]["descRu"], "customerBin": one["customerBin"],
            "trdBuyId": _announcement_id(one), "trdBuyNumberAnno": one["trdBuyNumberAnno"],
            "lastUpdateDate": one["crdate"],
            "text": f"{line['Plans']['nameRu']} {line['Plans']['descRu']}".casefold(),
        }
        for line in one["ContractUnits"]
    ]  # fmt: skip


def _announcement_id(one: dict[str, Any]) -> int:
    return int(one["trdBuyNumberAnno"].split("-")[0])


def _fits(one: dict[str, Any], wanted: dict[str, Any]) -> bool:
    first, last = wanted.get("lastUpdateDate") or ("", "9999")
    return (
        one["supplierBiin"] == wanted.get("supplierBiin", one["supplierBiin"])
        and one["customerBin"] == wanted.get("customerBin", one["customerBin"])
        and first <= one["lastUpdateDate"] <= last
        and ("trdBuyId" not in wanted or _announcement_id(one) in wanted["trdBuyId"])
    )
