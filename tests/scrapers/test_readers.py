"""The pure readers on bytes that are not as they should be: nothing lost, nothing guessed, the place named."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.archive import Captured
from ingest.goszakup.html import page_of
from ingest.goszakup.page import report_unknown
from ingest.goszakup.register import register_page
from ingest.reader import LayoutChangedError, Material, SourceRefusedError
from ingest.readers import READERS
from ingest.readers.goszakup_graphql import SELECTION
from ingest.record import Batch
from tests.portal.graphql_door import _nested
from tests.portal.invented import contract
from tests.portal.rest_door import row
from tests.scrapers.kept import source


def material(body: bytes, **changes: Any) -> Material:
    values: dict[str, Any] = {
        "ref": "run/1", "run": "run", "source": "kz_double", "sha256": sha256(body).hexdigest(),
        "byte_count": len(body),
        "url": "https://portal.invalid/x", "at": "2024-07-01T06:00:00Z", "status": 200,
    }  # fmt: skip
    return Material(Captured(**values | changes), body)


def read(reader: str, body: bytes | dict[str, Any], **changes: Any) -> Batch:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    (batch,) = READERS[reader](material(data, **changes), source())
    return batch


def graphql(*rows: dict[str, Any]) -> dict[str, Any]:
    asked = set(SELECTION.split())
    return {"data": {"Contract": [{k: v for k, v in _nested(one).items() if k in asked} for one in rows]}}


@pytest.mark.parametrize("reader", ["goszakup_graphql", "goszakup_rest", "goszakup_journal"])
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"data": {"Contract": [{"id": 1', b"\xff\xfe", b"null", b"[]", b"7"]
)
def test_what_is_no_answer_is_refused(reader: str, body: bytes) -> None:
    with pytest.raises(SourceRefusedError, match="kz_double"):
        read(reader, body)


def test_an_error_of_rest_with_status_200_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="Unauthorized"):
        read("goszakup_rest", {"name": "Unauthorized", "message": "x", "code": 0, "status": 401, "type": "y"})


def test_no_data_and_no_errors_is_refused() -> None:
    with pytest.raises(SourceRefusedError, match="without data"):
        read("goszakup_graphql", {"extensions": {}})


@pytest.mark.parametrize("field", ["contractSum", "refContractStatusId", "customerBin", "rootId"])
def test_a_missing_field_stops_the_reading(field: str) -> None:
    page = graphql(contract(70_000_001))
    del page["data"]["Contract"][0][field]
    with pytest.raises(LayoutChangedError, match=field):
        read("goszakup_graphql", page)


def test_a_field_that_one_row_among_others_leaves_out_is_unknown_there() -> None:
    page = graphql(contract(70_000_001), contract(70_000_002))
    del page["data"]["Contract"][1]["rootId"]
    batch = read("goszakup_graphql", page)
    assert [record.root_key for record in batch.records] == ["root/70000001", "root/70000002"]
    assert not batch.rejected


@pytest.mark.parametrize("row", [None, 7, "x", []])
def test_a_row_that_is_no_object_is_rejected_wherever_it_stands(row: object) -> None:
    page = graphql(contract(70_000_001))
    page["data"]["Contract"].insert(0, row)
    batch = read("goszakup_graphql", page)
    assert [record.key for record in batch.records] == ["70000001"]
    assert [(one.locator, json.loads(one.raw)) for one in batch.rejected] == [("/data/Contract/0", row)]


def test_errors_beside_rows_that_cannot_be_read_are_refused() -> None:
    page = graphql(contract(70_000_001)) | {"errors": [{"message": "partial"}]}
    page["data"]["Contract"][0]["id"] = "x"
    with pytest.raises(SourceRefusedError, match="partial"):
        read("goszakup_graphql", page)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "x"}, "int"), ({"id": None}, "int"), ({"contractSum": "много"}, "decimal"),
        ({"contractSum": -1}, "negative"), ({"contractSum": 10**16}, "no sum"), ({"contractSum": "NaN"}, "no sum"),
        ({"contractSum": "Infinity"}, "no sum"),
        ({"contractSum": 1.005}, "minor units"), ({"signDate": "вчера"}, "date of signature"),
        ({"finYear": 20233}, "budget year"), ({"Customer": None, "customerBin": None}, "no customer"),
        ({"refCurrencyCode": "ТГ"}, "ISO 4217"), ({"ContractUnits": {"id": 1}}, "array"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_read_is_kept_with_its_place(change: dict[str, Any], reason: str) -> None:
    page = graphql(*(contract(70_000_000 + number) for number in range(1, 4)))
    page["data"]["Contract"][1] |= change
    batch = read("goszakup_graphql", page)
    assert [record.key for record in batch.records] == ["70000001", "70000003"]
    (rejected,) = batch.rejected
    assert rejected.locator == "/data/Contract/1"
    assert reason in rejected.reason
    assert json.loads(rejected.raw) == page["data"]["Contract"][1]


def test_numbers_sent_as_text_are_read_and_kept_exact() -> None:
    page = graphql(contract(70_000_001))
    page["data"]["Contract"][0] |= {"contractSumWnds": "4603.20", "finYear": "2023", "refContractStatusId": "190"}
    (record,) = read("goszakup_graphql", page).records
    assert (record.amount.minor, record.amount.raw, record.year) == (460_320, "4603.20", 2023)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "id": st.one_of(st.none(), st.integers(-5, 10**12), st.text(max_size=3)),
                "contractSum": st.one_of(st.none(), st.floats(), st.integers(), st.text(max_size=5)),
                "finYear": st.one_of(st.none(), st.integers(), st.text(max_size=4)),
                "refContractStatusId": st.one_of(st.none(), st.integers(), st.booleans()),
                "supplierBiin": st.one_of(st.none(), st.text(max_size=14), st.integers()),
                "signDate": st.one_of(st.none(), st.text(max_size=12)),
                "refCurrencyCode": st.one_of(st.none(), st.text(max_size=4)),
                "contractNumberSys": st.one_of(st.none(), st.text(max_size=22)),
                "ContractUnits": st.one_of(st.none(), st.lists(st.none(), max_size=2), st.integers()),
            },
        ),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_every_row_of_a_page_becomes_a_contract_or_a_rejected_row(changes: list[dict[str, Any]]) -> None:
    page = graphql(*(contract(70_000_000 + number) for number, _ in enumerate(changes)))
    for one, change in zip(page["data"]["Contract"], changes, strict=True):
        one.update(change)
    text = json.dumps(page, allow_nan=True).replace("NaN", "null").replace("Infinity", "1e999")
    batch = read("goszakup_graphql", text.encode())
    places = {record.locator for record in batch.records} | {rejected.locator for rejected in batch.rejected}
    assert places == {f"/data/Contract/{number}" for number, _ in enumerate(changes)}
    assert batch.rows == len(batch.records) + len(batch.rejected)


def test_a_field_that_nobody_declared_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    report_unknown.cache_clear()
    one = row(contract(70_000_001)) | {"new_field": 1}
    with caplog.at_level(logging.WARNING):
        read("goszakup_rest", {"items": [one], "next_page": ""})
        read("goszakup_rest", {"items": [one], "next_page": ""})
    assert caplog.text.count("new_field") == 1
    caplog.clear()
    report_unknown.cache_clear()
    (_,) = READERS["goszakup_rest"](
        material(json.dumps({"items": [one]}).encode()), source(ignored={"new_field": "of no use"})
    )
    assert caplog.text == ""


def test_a_register_page_in_another_encoding_or_behind_a_captcha_is_refused() -> None:
    for body in ("Заказчик".encode("cp1251"), b"<html><div class='g-recaptcha'></div></html>", b"   "):
        made = material(body)
        with pytest.raises(SourceRefusedError):
            page_of(source(), made.capture, made.body)


LIST = """<html><div class="dataTables_info">Показано с 1 по 1 из 1\u00a0234 записей</div><table id="search-result">
<thead><tr><th>Сумма</th><th>Ид</th><th>Номер договора</th><th>Номер закупки</th><th>Тип договора</th><th>Статус</th>
<th>Дата создания</th><th>Заказчик</th><th>Поставщик</th><th>Способ закупки</th></tr></thead><tbody><tr>
<td><strong>4 603,20</strong></td><td>7</td><td><a href="/ru/egzcontract/cpublic/show/7">x/220023/00</a></td>
<td>1-1</td>
<td>Основной договор</td><td>Действует</td><td>2022-02-14</td><td>К</td><td>П</td><td>С</td></tr></tbody></table>
</html>"""


def test_a_moved_column_stays_itself_and_counts_with_spaces_are_read() -> None:
    made = material(LIST.encode())
    page = register_page(source(), made.capture, made.body)
    assert (page.total, page.rows[0].id, page.rows[0].amount) == (1234, 7, "4 603,20")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Сумма", "Цена"), ("<th>Статус</th>", ""), ("<th>Статус</th>", "<th>Статус</th><th>Статус</th>"),
        ("search-result", "other"), ("show/7", "show/8"), ("из 1\u00a0234", "много"),
    ],
)  # fmt: skip
def test_another_layout_of_the_list_stops_the_reading(old: str, new: str) -> None:
    made = material(LIST.replace(old, new).encode())
    with pytest.raises(LayoutChangedError, match="kz_double"):
        register_page(source(), made.capture, made.body)


def test_readers_are_pure() -> None:
    """The same bytes give the same records, whatever was read before."""
    page = graphql(*(contract(70_000_000 + number) for number in range(1, 4)))
    assert read("goszakup_graphql", page).records == read("goszakup_graphql", page).records
