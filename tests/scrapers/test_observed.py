"""What the portal was seen to do with names, numbers, years and places, each over HTTP and as far as it counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.archive import RunStarted
from db.privacy import check_digit
from db.words import PartyState, Standing
from ingest.bodies import BodyRow, Parents
from ingest.crawl_plan import CrawlPlan
from ingest.load import Loader
from ingest.reference import load_reference
from scrapers.crawl import crawl
from tests.portal import invented
from tests.portal.double import Fault, PortalDouble, portal_double
from tests.portal.invented import BODY, ORGANISER, OUTLET, contract, unit
from tests.scrapers.kept import QUICK, crawled, now, source

ONE_BODY = source(crawl=CrawlPlan(customers=(BODY,)))
WAYS = pytest.mark.parametrize("way", ["graphql", "rest", "html"])


def loaded(
    double: PortalDouble, engine: Engine, home: Path, prepare: Callable[[Loader], None] = lambda _: None
) -> None:
    """Crawl into a registry."""

    def open_loader(started: RunStarted) -> Loader:
        loader = Loader(engine, ONE_BODY, started)
        prepare(loader)
        return loader

    result = crawl(ONE_BODY, home, open_loader, now=now, environment=double.environment(), pace=QUICK)
    assert (result.state, result.rejected) == ("finished", 0)


def found(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


def with_zeros() -> str:
    """A number that begins with zeros, dated to no month, whose check digit holds."""
    for serial in range(60501, 60599):
        digit = check_digit(f"00014090{serial:05d}"[:11])
        if digit is not None:
            return f"00014090{serial:05d}"[:11] + str(digit)
    raise AssertionError


def test_a_number_sent_without_its_zeros_is_the_same_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """BINs are text by the documentation; a client or a spreadsheet that made numbers of them lost the zeros."""
    supplier = with_zeros()
    monkeypatch.setitem(invented.NAMES, supplier, ("ТОО «Вымысел и нули»", ""))
    shortened = Fault(
        "replace", "/v3/graphql",
        swap=(f'"supplierBiin": "{supplier}"'.encode(), f'"supplierBiin": {int(supplier)}'.encode()),
    )  # fmt: skip
    with portal_double(contracts=[contract(70_000_001, supplierBiin=supplier)], faults=[shortened]) as double:
        _, kept = crawled(double, tmp_path, "graphql", source=ONE_BODY)
    recipient = kept.by_key["70000001"].recipient
    assert (recipient.id_scheme, recipient.registry_id) == ("KZ-BIN", supplier)


@WAYS
def test_a_masked_number_of_a_person_identifies_nobody(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    masked = "9913009*****"
    monkeypatch.setitem(invented.NAMES, masked, ("ИП «Вымыслов»", "«Вымыслов» ЖК"))
    monkeypatch.setattr("tests.portal.graphql_door.subject", _subject_without_pid)
    with portal_double(contracts=[contract(70_000_001, supplierBiin=masked)]) as double:
        _, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    record = kept.by_key["70000001"]
    assert (record.recipient.registry_id, record.recipient.id_scheme) == ("", "")
    if way != "rest":  # REST names a party only under its whole number
        assert record.recipient.name == "ИП «Вымыслов»"
    assert "9913009" not in repr((record.recipient, record.details, record.url))


def _subject_without_pid(number: str) -> dict[str, Any]:
    names = invented.NAMES[number]
    return {"pid": 1, "bin": number, "iin": None, "nameRu": names[0], "nameKz": names[1]}


@WAYS
def test_entities_in_names_are_read(tmp_path: Path, way: str) -> None:
    with portal_double(contracts=[contract(70_000_001)]) as double:
        _, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    record = kept.by_key["70000001"]
    assert record.payer.name == 'КГУ "Отдел внутренней политики района Вымысел"'
    assert record.subject == 'Информационные "услуги"'


def test_the_organiser_is_not_the_payer(tmp_path: Path) -> None:
    with portal_double(contracts=[contract(70_000_012, orgBin=ORGANISER)]) as double:
        _, kept = crawled(double, tmp_path, "graphql", source=ONE_BODY)
    record = kept.by_key["70000012"]
    assert record.organiser is not None
    assert (record.payer.registry_id, record.organiser.registry_id) == (BODY, ORGANISER)


@WAYS
def test_codes_that_nobody_knows_are_kept_and_never_count(tmp_path: Path, way: str) -> None:
    with portal_double(contracts=[contract(70_000_010, refContractStatusId=999, faktTradeMethodsId=777)]) as double:
        result, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    record = kept.by_key["70000010"]
    assert (result.state, record.standing) == ("finished", Standing.NEVER)
    assert "unknown status" in record.standing_why
    assert record.status_code + record.status in {"999", "999Новый статус портала", "Новый статус портала"}
    assert record.method_code + record.method in {"777", "777Новый способ", "Новый способ"}


@WAYS
def test_the_budget_year_counts_and_not_the_year_of_the_signature(tmp_path: Path, way: str) -> None:
    with portal_double(contracts=[contract(70_000_013, signDate="2022-12-28 11:00:00", finYear=2023)]) as double:
        _, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    record = kept.by_key["70000013"]
    assert (record.year, record.signed_on, record.year_basis) == (2023, "2022-12-28", "budget")


def test_of_a_terminated_contract_counts_what_was_paid(sqlite_engine: Engine, tmp_path: Path) -> None:
    rows = [contract(70_000_005, refContractStatusId=340, faktSum=300.0, faktSumWnds=336.0)]
    with portal_double(contracts=rows) as double:
        loaded(double, sqlite_engine, tmp_path)
    assert found(sqlite_engine, "SELECT key, measure, amount_minor FROM record WHERE counted") == [
        ("70000005:paid", "paid", 33_600)
    ]


def test_lines_that_repeat_the_sum_of_their_contract_add_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    """One real export printed 23 contracts in 76 rows, each with the sum of the whole."""
    lines = [unit(number, 1120.0, 1000.0) for number in (1, 2, 3)]
    with portal_double(contracts=[contract(70_000_008, ContractUnits=lines)]) as double:
        loaded(double, sqlite_engine, tmp_path)
    assert found(sqlite_engine, "SELECT sum(amount_minor) FROM record WHERE counted") == [(112_000,)]
    assert found(sqlite_engine, "SELECT count(*) FROM record_line") == [(3,)]


def test_a_plan_point_announced_five_times_is_one_contract(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Four announcements failed, the fifth led to the contract: the search finds five lots."""
    again = [
        {
            "id": number, "lotNumber": f"38160067-ЗЦП{number}", "nameRu": "Подписка на газету", "descriptionRu": "",
            "customerBin": BODY, "trdBuyId": 70_000_000 + number, "trdBuyNumberAnno": f"{70_000_000 + number}-1",
            "lastUpdateDate": "2023-03-01 10:00:00", "text": "подписка на газету",
        }
        for number in range(1, 6)
    ]  # fmt: skip
    line = unit(1, 1120.0, 1000.0)
    line["Plans"] |= {"nameRu": "Подписка на газету"}
    plan = CrawlPlan(customers=(BODY,), phrases=("подписка на газету",))
    with portal_double(contracts=[contract(70_000_005, ContractUnits=[line])], lots=again) as double:
        declared = source(crawl=plan)
        result = crawl(
            declared, tmp_path, lambda started: Loader(sqlite_engine, declared, started), now=now,
            environment=double.environment(), pace=QUICK,
        )  # fmt: skip
        asked = [json.loads(one.body)["variables"] for one in double.asked if one.body]
    assert [one["announcements"] for one in asked if "announcements" in one] == [
        [70_000_001, 70_000_002, 70_000_003, 70_000_004, 70_000_005]
    ]
    assert (result.rows, result.counts.inserted, result.counts.unchanged) == (2, 1, 1)
    assert found(sqlite_engine, "SELECT sum(amount_minor) FROM record WHERE counted") == [(112_000,)]


def delivered_to(contract_id: int, kato: str, year: int) -> dict[str, Any]:
    line = unit(contract_id * 10, 1120.0, 1000.0)
    line["Plans"]["PlansKato"] = [{"refKatoCode": kato, "fullDeliveryPlaceNameRu": "Вымышленск"}]
    return contract(contract_id, ContractUnits=[line], finYear=year, signDate=f"{year}-03-01 10:00:00")


def test_a_renamed_city_is_one_region_and_a_divided_one_is_several(sqlite_engine: Engine, tmp_path: Path) -> None:
    """Astana was Nur-Sultan from 2019 to 2022 under one code; South Kazakhstan became Turkistan and Shymkent."""
    with sqlite_engine.begin() as connection:
        load_reference(connection)
    rows = [
        delivered_to(70_000_001, "710000000", 2018), delivered_to(70_000_002, "710000000", 2020),
        delivered_to(70_000_003, "710000000", 2023), delivered_to(70_000_004, "510000000", 2017),
        delivered_to(70_000_005, "610000000", 2019), delivered_to(70_000_006, "790000000", 2019),
    ]  # fmt: skip
    with portal_double(contracts=rows) as double:
        loaded(double, sqlite_engine, tmp_path)
    names = dict(found(sqlite_engine, "SELECT r.key, g.name_en FROM record r JOIN region g ON g.id = r.region_id"))
    assert names == {
        "70000001": "Astana city", "70000002": "Astana city", "70000003": "Astana city",
        "70000004": "South Kazakhstan Region", "70000005": "Turkistan Region", "70000006": "Shymkent city",
    }  # fmt: skip


def test_a_ministry_renamed_in_the_middle_of_a_year(sqlite_engine: Engine, tmp_path: Path) -> None:
    """A contract belongs under the ministry of the day it was signed on, within one budget year as well."""
    before, after = "Министерство вымысла", "Министерство вымысла и досуга"
    renamed = "2023-09-02"
    parents = Parents(
        [
            BodyRow("KZ", "KZ-BIN", BODY, "Отдел", before, "2019-01-01", renamed, "invented"),
            BodyRow("KZ", "KZ-BIN", BODY, "Отдел", after, renamed, "", "invented"),
        ]
    )
    rows = [contract(70_000_000 + n, signDate=f"2023-{day} 10:00:00") for n, day in ((1, "09-01"), (2, "09-02"))]
    with portal_double(contracts=rows) as double:
        loaded(double, sqlite_engine, tmp_path, lambda loader: setattr(loader, "_parents", parents))
    names = "SELECT r.key, b.name FROM record r JOIN body b ON b.id = r.ministry_id ORDER BY r.key"
    assert found(sqlite_engine, names) == [("70000001", before), ("70000002", after)]


@WAYS
def test_kazakh_letters_come_through(tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "ТОО «Ойдан шығарылған Әңгіме, Ғұмыр, Қүй, Һөм»"
    monkeypatch.setitem(invented.NAMES, OUTLET, (name, name))
    with portal_double(contracts=[contract(70_000_001)]) as double:
        _, kept = crawled(double, tmp_path, way, source=ONE_BODY)
    assert kept.by_key["70000001"].recipient.name == name
    assert kept.by_key["70000001"].recipient.state is PartyState.NAMED


def test_a_latin_look_alike_in_a_name_makes_no_second_recipient(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with portal_double(contracts=[contract(70_000_001)]) as double:
        loaded(double, sqlite_engine, tmp_path)
        monkeypatch.setitem(invented.NAMES, OUTLET, ("ТOО «Вымышленнaя правда»", ""))  # Latin O and a
        double.contracts = [contract(70_000_001), contract(70_000_002)]
        loaded(double, sqlite_engine, tmp_path)
    assert found(sqlite_engine, "SELECT count(*) FROM organisation") == [(1,)]
    spelt = dict(found(sqlite_engine, "SELECT name, organisation_id FROM organisation_name"))
    assert len(spelt) == 2
    assert len(set(spelt.values())) == 1


def test_swapped_headings_swap_nothing(tmp_path: Path) -> None:
    """The columns are read by their headings: a body is not taken for an outlet."""
    body = "<th>Заказчик</th><th>Поставщик</th>".encode()
    swapped = "<th>Поставщик</th><th>Заказчик</th>".encode()
    fault = Fault("replace", "/ru/registry", swap=(body, swapped), times=9)
    with portal_double(contracts=[contract(70_000_001)], faults=[fault]) as double:
        _, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert [(one.payer.registry_id, one.recipient.registry_id) for one in kept.records] == [(BODY, OUTLET)]


@pytest.mark.parametrize(
    ("old", "new"), [("<th>Статус</th>", ""), ("<th>Статус</th>", "<th>Новое</th><th>Статус</th>")]
)
def test_a_heading_that_is_missing_or_new_stops_the_run(tmp_path: Path, old: str, new: str) -> None:
    fault = Fault("replace", "/ru/registry", swap=(old.encode(), new.encode()), times=9)
    with portal_double(contracts=[contract(70_000_001)], faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.refused, kept.records) == ("failed", True, [])
    assert "kz_double" in result.reason
    assert "/ru/registry/contract" in result.reason


def test_a_page_in_another_encoding_is_refused_and_not_read_as_rubbish(tmp_path: Path) -> None:
    word = "Заказчик"
    fault = Fault("replace", "/ru/registry", swap=(word.encode(), word.encode("cp1251")), times=9)
    with portal_double(contracts=[contract(70_000_001)], faults=[fault]) as double:
        result, kept = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, kept.records) == ("failed", [])
    assert "/ru/registry/contract" in result.reason


def test_rows_of_the_register_that_are_somebody_elses_fail_the_run(tmp_path: Path) -> None:
    """The list prints no numbers, so a filter that was ignored shows on the page of the parties."""
    others = Fault("as it is", "filter of the register", times=99)
    with portal_double(faults=[others]) as double:
        result, _ = crawled(double, tmp_path, "html", source=ONE_BODY)
    assert (result.state, result.refused) == ("failed", True)
    assert "ignored the filter" in result.reason
