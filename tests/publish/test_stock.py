"""The plain command `datasette RELEASE.db -m metadata.yml`, without a plugin, over a real socket."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from publish.queries import LARGEST_PAYER, MOST_LINES, READY_QUERIES, SUMS
from publish.spreadsheet import restored

PROJECT = Path(__file__).parents[2]
SLOWEST = 1.0
"""Datasette's own limit for a query, in seconds; what takes longer is an error page."""

Get = Callable[[str], bytes]


@pytest.fixture(scope="module")
def get(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Get]:
    """Ask the server that the plain command starts; with Datasette's own settings."""
    log = tmp_path_factory.mktemp("stock") / "log"
    told = [sys.executable, "-m", "datasette", str(released / "media_contracts.db"), "-m",
            str(PROJECT / "metadata.yml"), "--port", "0"]  # fmt: skip
    with log.open("wb") as out, subprocess.Popen(told, stdout=out, stderr=out, cwd=log.parent) as process:
        try:
            address = _address(log, process)
            yield lambda path: _answer(f"{address}/media_contracts{path}")
        finally:
            process.terminate()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    import time

    for _ in range(300):
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
        if found:
            return found.group()
        assert process.poll() is None, log.read_text(encoding="utf-8")
        time.sleep(0.1)
    raise AssertionError("datasette does not start: " + log.read_text(encoding="utf-8"))


def _answer(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=30) as answer:
        body: bytes = answer.read()
    return body


def test_unusual_wordings_are_a_facet(get: Get) -> None:
    for table in ("contracts", "other_records"):
        told = json.loads(get(f"/{table}.json?_facet=wording&_size=1"))
        values = told["facet_results"]["wording"]["results"]
        assert [one["value"] for one in values] == ["plain"]


@pytest.fixture
def sql(released: Path) -> Iterator[Callable[[str], list[Any]]]:
    with closing(sqlite3.connect(f"file:{released / 'media_contracts.db'}?mode=ro", uri=True)) as out:
        yield lambda query: out.execute(query).fetchall()


@pytest.mark.parametrize(("facet", "table"), [("outlet", "outlets"), ("ministry", "ministries"), ("year", "years")])
def test_facets_show_names_and_not_ids(get: Get, sql: Any, facet: str, table: str) -> None:
    told = json.loads(get("/contracts.json?_size=0"))
    found = {one["label"]: one["count"] for one in told["facet_results"][facet]["results"]}
    expected = dict(sql(f"SELECT k.name, count(*) FROM contracts c JOIN {table} k ON k.id = c.{facet} GROUP BY k.id"))
    assert found == expected
    assert told["filtered_table_rows_count"] == sum(expected.values())
    page = get("/contracts").decode()
    assert "These facets timed out" not in page
    for name in expected:
        assert re.search(rf'<li[^>]*>\s*<a href="[^"]*"[^>]*>{re.escape(name)}</a>', page), name


def test_a_facet_narrows_to_its_count(get: Get) -> None:
    told = json.loads(get("/contracts.json?_size=0"))
    for facet in ("outlet", "ministry", "year"):
        for one in told["facet_results"][facet]["results"]:
            narrowed = json.loads(get(f"/contracts.json?_size=0&{facet}={one['value']}"))
            assert narrowed["filtered_table_rows_count"] == one["count"]


@pytest.mark.parametrize("words", ["Мираж", "мираж", "miraz", "посевной", "примеров"])
def test_a_search_narrows(get: Get, sql: Any, words: str) -> None:
    there = sql("SELECT count(*) FROM contracts")[0][0]
    matching = sql(f"SELECT count(*) FROM contracts_fts WHERE contracts_fts MATCH '\"{words}\"'")[0][0]
    found = json.loads(get(f"/contracts.json?_size=0&_search={quote(words)}"))["filtered_table_rows_count"]
    assert 0 < found == matching <= there
    assert json.loads(get("/contracts.json?_size=0&_search=qzxjvwkq"))["filtered_table_rows_count"] == 0


@pytest.mark.parametrize("query", READY_QUERIES, ids=lambda query: query.name)
def test_every_ready_query_runs_whole_and_in_time(get: Get, sql: Any, query: Any) -> None:
    told = json.loads(get(f"/{query.name}.json?_shape=objects"))
    assert told["truncated"] is False
    assert told["query_ms"] < SLOWEST * 1000
    rows = list(csv.DictReader(io.StringIO(get(f"/{query.name}.csv").decode())))
    assert [row["sum_minor"] for row in rows] == [
        "" if row["sum_minor"] is None else str(row["sum_minor"]) for row in told["rows"]
    ]
    assert rows
    assert query.title in get(f"/{query.name}").decode()


@pytest.mark.parametrize("query", SUMS, ids=lambda query: query.name)
def test_sums_are_those_of_the_counted_rows(get: Get, sql: Any, query: Any) -> None:
    for row in json.loads(get(f"/{query.name}.json?_shape=objects"))["rows"]:
        kind = "amount_minor" if row["sum_of"] == "amount" else "equivalent_minor"
        code = "currency" if row["sum_of"] == "amount" else "equivalent_currency"
        key, table = query.name.removeprefix("sum_by_"), {"year": "years", "outlet": "outlets"}
        expected = sql(
            f"SELECT count(*), sum({kind}) FROM contracts c JOIN {table.get(key, 'ministries')} k ON k.id = c.{key} "
            f"WHERE c.counted = 1 AND k.name = '{row[key]}' AND measure = '{row['measure']}' "
            f"AND {code} = '{row['currency']}'"
        )
        assert expected == [(row["records"], row["sum_minor"])]


def test_the_largest_payer_of_an_outlet_is_told_with_its_share(get: Get, sql: Any) -> None:
    told = json.loads(get(f"/{LARGEST_PAYER.name}.json?_shape=objects"))["rows"]
    paid: dict[tuple[str, str, str], dict[str, list[int]]] = {}
    for outlet, payer, measure, currency, minor in sql(
        "SELECT o.uid, p.name, c.measure, c.currency, c.amount_minor FROM contracts c"
        " JOIN outlets o ON o.id = c.outlet JOIN payers p ON p.id = c.payer"
        " WHERE c.counted = 1 AND c.amount_minor IS NOT NULL AND o.state = 'named'"
    ):
        paid.setdefault((outlet, measure, currency), {}).setdefault(payer, []).append(minor)
    with_money = {key: payers for key, payers in paid.items() if sum(map(sum, payers.values())) > 0}
    assert {(row["outlet_uid"], row["measure"], row["currency"]) for row in told} == set(with_money)
    for row in told:
        payers = with_money[row["outlet_uid"], row["measure"], row["currency"]]
        largest = max(payers, key=lambda name: sum(payers[name]))
        total = sum(map(sum, payers.values()))
        assert (row["largest_payer"], row["payers"]) == (largest, len(payers))
        assert (row["sum_minor"], row["total_minor"]) == (sum(payers[largest]), total)
        assert (row["records"], row["all_records"]) == (len(payers[largest]), sum(map(len, payers.values())))
        assert row["percent"] == round(100 * row["sum_minor"] / total, 1)
        assert Decimal(row["total"]) * 100 == total


def test_many_outlets_stay_within_one_page_and_add_up(released: Path, tmp_path: Path) -> None:
    copied = shutil.copy(released / "media_contracts.db", tmp_path / "media_contracts.db")
    with closing(sqlite3.connect(copied)) as out:
        columns = [row[1] for row in out.execute("PRAGMA table_info(contracts)")]
        changed = {"id": "1000 + n", "uid": "printf('%016d', n)", "root_uid": "printf('%016d', n)",
                   "outlet": "1000 + n", "amount_minor": "n"}  # fmt: skip
        many = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 2500) "
        out.execute(
            f"{many} INSERT INTO outlets (id, uid, name, state, country, medium, paid_to, folded, records) "
            "SELECT 1000 + n, 'o-' || n, 'Outlet ' || n, 'named', 'KZ', '', '', '', 1 FROM r"
        )
        selected = ", ".join(changed.get(name, f'c."{name}"') for name in columns)
        out.execute(f"{many} INSERT INTO contracts SELECT {selected} FROM r, contracts c WHERE c.source_key = 'k1'")
        by_outlet = next(query for query in READY_QUERIES if query.name == "sum_by_outlet")
        cursor = out.execute(by_outlet.sql)
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        whole = out.execute(
            "SELECT measure, currency, sum(amount_minor), count(*) FROM contracts WHERE counted = 1 GROUP BY 1, 2"
        ).fetchall()
    assert len(rows) < 1000
    rest = [row for row in rows if row["outlet"].endswith(" others")]
    assert [row["currency"] for row in rest] == ["KZT"]
    assert rest[0]["records"] > MOST_LINES
    for measure, currency, total, count in whole:
        lines = [
            row for row in rows if (row["measure"], row["currency"], row["sum_of"]) == (measure, currency, "amount")
        ]
        assert sum(row["records"] for row in lines) == count
        assert sum(row["sum_minor"] or 0 for row in lines) == (total or 0)


def test_the_csv_of_a_filtered_view_has_names_and_right_numbers(get: Get, sql: Any) -> None:
    outlet = sql("SELECT id FROM outlets WHERE name = 'Қиял таңы'")[0][0]
    text = get(f"/contracts.csv?outlet={outlet}&_labels=on&_stream=on").decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    expected = sql(
        "SELECT o.name, m.name, y.name, c.amount_minor, c.currency FROM contracts c JOIN outlets o ON o.id = c.outlet "
        "JOIN ministries m ON m.id = c.ministry JOIN years y ON y.id = c.year "
        f"WHERE c.outlet = {outlet} ORDER BY c.id"
    )
    found = [
        (row["outlet_label"], row["ministry_label"], row["year_label"],
         int(row["amount_minor"]) if row["amount_minor"] else None, row["currency"])
        for row in sorted(rows, key=lambda row: int(row["id"]))
    ]  # fmt: skip
    assert found == expected
    assert {row["amount"] == "" for row in rows if row["amount_minor"] == ""} == {True}
    for row in rows:
        if row["amount_minor"]:
            assert round(Decimal(row["amount"]) * 100) == int(row["amount_minor"])


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not on this machine")
def test_libreoffice_shows_names_and_numbers(get: Get, released: Path, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    (tmp_path / "stock.csv").write_bytes(get("/contracts.csv?_labels=on&_stream=on"))
    shutil.copy(released / "contracts.csv", tmp_path / "ours.csv")
    told = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--infilter=CSV:44,34,76", "--convert-to", "xlsx", "--outdir", str(tmp_path / "x"),
            str(tmp_path / "stock.csv"), str(tmp_path / "ours.csv")]  # fmt: skip
    subprocess.run(told, check=True, timeout=120, capture_output=True, env={**os.environ, "HOME": str(tmp_path)})
    for name, label in (("stock", "outlet_label"), ("ours", "outlet")):
        with closing(load_workbook(tmp_path / f"x/{name}.xlsx", read_only=True)) as book:
            assert book.active is not None
            lines = book.active.iter_rows(values_only=True)
            head = [str(cell) for cell in next(lines)]
            shown = [dict(zip(head, line, strict=True)) for line in lines]
        with (tmp_path / f"{name}.csv").open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        assert [row[label] for row in shown] == [row[label] for row in rows]
        for there, row in zip(shown, rows, strict=True):
            assert there["amount"] is None if row["amount"] == "" else there["amount"] == float(row["amount"])
            if name == "ours":  # a uid such as 118236896259e235 must not become a number
                assert restored(str(there["uid"])) == restored(row["uid"])
                assert str(there["year"]) == row["year"]
