"""Invented contracts, each for one thing the real portal does. No body, outlet, number or sum here exists."""

from __future__ import annotations

from typing import Any

from cli.sample.contracts import invented_number

BODY = invented_number("4", 501)
OTHER_BODY = invented_number("4", 502)
OUTLET = invented_number("4", 601)
TV = invented_number("4", 602)
PERSON = invented_number("0", 603)
ORGANISER = invented_number("4", 504)

NAMES = {
    BODY: ("КГУ &quot;Отдел внутренней политики района Вымысел&quot;", "&quot;Ойдан ішкі саясат бөлімі&quot; КММ"),
    OTHER_BODY: ("ГУ «Аппарат акима Вымышленного района»", "«Ойдан ауданы әкімінің аппараты» ММ"),
    ORGANISER: ("ГУ «Управление закупок Вымышленной области»", "«Ойдан облысы сатып алу басқармасы» ММ"),
    OUTLET: ("ТОО «Вымышленная правда»", "«Ойдан шындық» ЖШС"),
    TV: ("ТОО «Телеканал Нигде»", "«Ешқайда арнасы» ЖШС"),
    PERSON: ("ИП «Вымыслова»", "«Вымыслова» ЖК"),
}  # fmt: skip

STATUS = {
    185: "Подписан", 190: "Действует", 330: "Не заключен", 340: "Расторгнут в одностороннем порядке",
    350: "Расторгнут по соглашению сторон", 390: "Исполнен", 430: "Отменен", 450: "Создано доп.соглашение",
    455: "Изменен", 460: "Передан.Действует", 999: "Новый статус портала",
}  # fmt: skip
METHOD = {
    3: "Запрос ценовых предложений",
    23: "Из одного источника путем прямого заключения договора",
    777: "Новый способ",
}
PLAN_NAME = "Услуги по размещению информационных материалов в средствах массовой информации"


def unit(unit_id: int, with_vat: float | None, without: float, *, deleted: int = 0, point: int = 0) -> dict[str, Any]:
    """One line of a contract with its plan point."""
    return {
        "id": unit_id, "lotId": None, "plnPointId": point or unit_id + 5_000_000, "itemPrice": without, "quantity": 1,
        "totalSum": without, "totalSumWnds": with_vat, "deleted": deleted,
        "Plans": {
            "id": point or unit_id + 5_000_000, "nameRu": PLAN_NAME, "nameKz": "Ақпараттық материалдарды орналастыру",
            "descRu": "в печатном издании", "extraDescRu": "по темам заказчика", "refEnstruCode": "000000.000.000001",
            "refFinsourceId": 1, "refAbpCode": "456", "refUnitsCode": "796",
            "PlansKato": [{"refKatoCode": "591010000", "fullDeliveryPlaceNameRu": "г. Вымышленск"}],
        },
    }  # fmt: skip


def contract(contract_id: int, **changes: Any) -> dict[str, Any]:
    """A contract as GraphQL v3 would send it; `changes` are fields by their own names."""
    serial = contract_id % 10_000
    values: dict[str, Any] = {
        "id": contract_id, "parentId": None, "rootId": contract_id, "trdBuyNumberAnno": f"{contract_id}-1",
        "refContractStatusId": 190, "deleted": 0, "crdate": "2023-03-01 10:00:00",
        "lastUpdateDate": "2023-03-02 12:00:00", "supplierBiin": OUTLET, "customerBin": BODY,
        "contractNumber": f"№ {serial}", "contractNumberSys": f"{BODY}/23{serial:04d}/00", "refSubjectTypeId": 3,
        "finYear": 2023, "refContractYearTypeId": 1, "refCurrencyCode": "KZT", "exchangeRate": None,
        "contractSum": 1000.0, "contractSumWnds": 1120.0, "faktSum": 0, "faktSumWnds": None,
        "signDate": "2023-03-01 16:20:00", "refContractTypeId": 1, "descriptionKz": "Ақпараттық қызмет",
        "descriptionRu": "Информационные &quot;услуги&quot;", "faktTradeMethodsId": 23,
        "ContractUnits": [unit(contract_id * 10, 1120.0, 1000.0)], "ContractSpecSum": [], "orgBin": None,
        "supplierIik": "KZ00BANK0000000001",
    }  # fmt: skip
    values |= changes
    return values


def invented_contracts() -> list[dict[str, Any]]:
    """The register of the double."""
    years = [
        {"finYear": 2023, "totalSum": 400.0, "factSum": 100.0},
        {"finYear": 2024, "totalSum": 720.0, "factSum": 50.5},
    ]
    return [
        contract(70_000_001, faktSum=446.43, faktSumWnds=500.0),
        # a contract and its supplementary agreement
        contract(70_000_002, refContractStatusId=455, contractSum=2000.0, contractSumWnds=2240.0),
        contract(
            70_000_003, parentId=70_000_002, rootId=70_000_002, refContractTypeId=2, contractSum=1500.25,
            contractSumWnds=1680.28, contractNumberSys=f"{BODY}/230002/01",
        ),
        # terminated after a part was paid; terminated before; not concluded
        contract(70_000_004, refContractStatusId=350, faktSum=300.0, faktSumWnds=336.0),
        contract(70_000_005, refContractStatusId=340),
        contract(70_000_006, refContractStatusId=330),
        contract(70_000_007, deleted=1),
        # three lines whose sums are those of the contract, and one that was deleted
        contract(
            70_000_008, contractSum=300.0, contractSumWnds=336.0,
            ContractUnits=[
                unit(700_000_081, 112.0, 100.0), unit(700_000_082, 112.0, 100.0, point=5_700_000_081),
                unit(700_000_083, 112.0, 100.0), unit(700_000_084, 112.0, 100.0, deleted=1),
            ],
        ),
        contract(70_000_009, refContractYearTypeId=2, ContractSpecSum=years, faktSumWnds=150.5, faktSum=134.38),
        contract(70_000_010, refContractStatusId=999, faktTradeMethodsId=777),
        contract(70_000_011, supplierBiin=PERSON),
        contract(70_000_012, orgBin=ORGANISER),
        # signed in December for the next year
        contract(70_000_013, signDate="2022-12-28 11:00:00", finYear=2023),
        contract(70_000_014, refCurrencyCode="USD", exchangeRate=447.5, contractSum=99.99, contractSumWnds=None),
        contract(70_000_015, contractSumWnds=None, contractSum=777.77),
        # the rights went over: two numbers, one root
        contract(70_000_016, refContractStatusId=460),
        contract(
            70_000_017, rootId=70_000_016, parentId=70_000_016, customerBin=OTHER_BODY,
            contractNumberSys=f"{OTHER_BODY}/230017/00",
        ),
        contract(70_000_018, finYear=None),
        contract(70_000_019, customerBin=OTHER_BODY, supplierBiin=TV, contractNumberSys=f"{OTHER_BODY}/230019/00"),
        contract(70_000_020, refContractStatusId=390, lastUpdateDate="2024-06-30 23:59:59"),
    ]  # fmt: skip


IN_EVERY_WAY = [
    70_000_001,
    70_000_002,
    70_000_003,
    70_000_005,
    70_000_008,
    70_000_011,
    70_000_013,
    70_000_019,
    70_000_020,
]
"""Contracts that state nothing which one of the three ways cannot carry (but for the fields named in the test)."""
