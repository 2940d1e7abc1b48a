"""The compiled releases of the Open Contracting Data Standard: sums are those of the release, each figure stands once,
references lead somewhere, and the standard's own schema takes every line. Outlets, bodies and sums are invented.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import fastjsonschema
import pytest

from db import model as m

Rows = dict[type[Any], list[dict[str, Any]]]
Build = Callable[..., Path]
AsPerson = Callable[[Rows, str], str]
OUR_ROLES = {"intermediary", "mediaOutlet", "ministry"}


def lines(directory: Path) -> list[dict[str, Any]]:
    text = gzip.decompress((directory / "contracts.ocds.jsonl.gz").read_bytes()).decode()
    return [json.loads(line, parse_float=Decimal) for line in text.splitlines()]


def stated(process: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any] | None]]:
    """Measure, what stands beside it, and the sum, for each record of a process."""
    if "planning" in process:
        budget = process["planning"]["budget"]
        yield "planned", budget["mediacontracts"], budget.get("amount")
    if "tender" in process:
        yield "announced", process["tender"]["mediacontracts"], process["tender"].get("value")
    for contract in process.get("contracts", ()):
        if "mediacontracts" in contract:
            yield "contracted", contract["mediacontracts"], contract.get("value")
        for transaction in contract.get("implementation", {}).get("transactions", ()):
            yield "paid", transaction["mediacontracts"], transaction.get("value")


def in_the_release(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(directory / "media_contracts.db")) as out:
        return out.execute(sql).fetchall()


def test_sums_by_currency_and_measure_are_those_of_the_release_and_each_record_stands_once(released: Path) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    uids = []
    for process in lines(released):
        for measure, beside, value in stated(process):
            assert beside["measure"] == measure
            uids.append(beside["record"])
            if value:
                minor = value["amount"] * 100
                assert minor == int(minor)
                sums[measure, value["currency"]] += int(minor)
    counted = in_the_release(released, "SELECT uid FROM contracts WHERE counted = 1")
    assert sorted(uids) == sorted(uid for (uid,) in counted)
    expected = in_the_release(
        released,
        "SELECT measure, currency, sum(amount_minor) FROM contracts WHERE counted = 1 AND amount_minor IS NOT NULL"
        " GROUP BY 1, 2",
    )
    assert sums == {(measure, currency): minor for measure, currency, minor in expected}
    assert len(expected) == 3


def test_the_states_of_a_sum_stay_apart(released: Path) -> None:
    told = {
        beside["amountState"]: value for process in lines(released) for _, beside, value in stated(process)
    }  # fmt: skip
    assert told["zero"] == {"amount": Decimal("0.00"), "currency": "KZT"}
    assert told["withheld"] is None
    assert told["unknown"] is None
    precise = {b["amountPrecision"] for process in lines(released) for _, b, _ in stated(process)}
    assert precise == {"exact", "rounded"}


def test_every_party_is_listed_once_with_its_roles(released: Path) -> None:
    roles = set()
    for process in lines(released):
        listed = {party["id"]: party for party in process["parties"]}
        assert len(listed) == len(process["parties"])
        references = [process["buyer"]]
        for award in process.get("awards", ()):
            references += award.get("suppliers", ())
        for contract in process.get("contracts", ()):
            for transaction in contract.get("implementation", {}).get("transactions", ()):
                references += [transaction["payer"], transaction["payee"]]
        assert all(listed[one["id"]]["name"] == one["name"] for one in references)
        roles |= {role for party in listed.values() for role in party["roles"]}
    assert roles == {"buyer", "supplier", "payer", "payee"} | OUR_ROLES


def test_what_was_contracted_and_paid_of_one_root_is_one_process(build: Build, rows: Rows) -> None:
    rows[m.Record][3].update(root_key="k1", signed_on=None)
    (process,) = [one for one in lines(build()) if len(list(stated(one))) > 1]
    (contract,) = process["contracts"]
    assert contract["value"] == {"amount": Decimal("1000000.01"), "currency": "KZT"}
    assert contract["dateSigned"] == "2025-02-03T00:00:00Z"
    (transaction,) = contract["implementation"]["transactions"]
    assert transaction["value"] == {"amount": Decimal("0.05"), "currency": "KZT"}
    assert [award["id"] for award in process["awards"]] == [contract["awardID"]]
    (item,) = contract["items"]
    assert item == {
        "id": "1", "description": "Публикация; полоса", "classification": {"id": "581310.000"},
        "quantity": Decimal("12.5"), "unit": {"name": "полоса"},
    }  # fmt: skip


def test_a_sum_is_written_digit_by_digit(build: Build, rows: Rows) -> None:
    rows[m.Record][0]["amount_minor"] = 9_007_199_254_740_993_01
    text = gzip.decompress((build() / "contracts.ocds.jsonl.gz").read_bytes()).decode()
    assert '"amount":9007199254740993.01,' in text


def test_list_prices_and_barter_are_left_out(build: Build, rows: Rows) -> None:
    rows[m.Record][0].update(measure="list price")
    rows[m.Record][1].update(measure="barter")
    directory = build()
    kept = {beside["record"] for process in lines(directory) for _, beside, _ in stated(process)}
    left = in_the_release(
        directory, "SELECT uid FROM contracts WHERE counted = 1 AND measure IN ('list price', 'barter')"
    )
    assert len(left) == 2
    assert not kept & {uid for (uid,) in left}
    assert not [
        item for process in lines(directory) for c in process.get("contracts", ()) for item in c.get("items", ())
    ]


def test_no_time_and_no_name_is_packed_with_it(released: Path) -> None:
    head = (released / "contracts.ocds.jsonl.gz").read_bytes()[:8]
    assert (head[3], head[4:8]) == (0, bytes(4))


def test_no_number_of_a_natural_person(
    build: Build, rows: Rows, person_numbers: tuple[str, ...], as_person: AsPerson
) -> None:
    _, other, _ = person_numbers
    as_person(rows, "ИП Выдуманный {number}")
    rows[m.Record][0]["subject"] = f"договор {other}"
    directory = build()
    for name in ("contracts.ocds.jsonl.gz", "yearly.csv"):
        content = (directory / name).read_bytes()
        text = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
        assert "ИП Выдуманный" in text
        assert not [one for one in person_numbers if one in text]
        assert "KZ-IIN" not in text


@pytest.mark.real
def test_the_schema_of_the_standard_takes_every_line(released: Path, real_data: Path) -> None:
    with ZipFile(real_data / "ocds-samples" / "standard-1__1__5.zip") as file:
        (name,) = [one for one in file.namelist() if one.endswith("/dereferenced-release-schema.json")]
        schema = json.loads(file.read(name))
    check = fastjsonschema.compile(schema)
    found = [json.loads(json.dumps(one, default=float)) for one in lines(released)]
    for one in found:
        check(one)
    del found[0]["ocid"]
    with pytest.raises(fastjsonschema.JsonSchemaException, match="ocid"):
        check(found[0])
