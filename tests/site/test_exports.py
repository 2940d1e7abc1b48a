"""Every export, read back, gives the same rows and sums, and says what it is."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from publish.schema_contracts import HOW_TO_SUM
from publish.site.core.filters import View
from publish.site.core.release import read_release
from publish.site.exports.sheet import CUT, LONGEST_CELL, xlsx_file
from publish.site.web.streaming import stream

FILTER = "measure=contracted&year=2012"
WHERE = "measure = 'contracted' AND year = 2012"


def rows_of(site: Any, path: str) -> list[dict[str, str]]:
    answer = site.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def total(rows: Any) -> int:
    kept = [
        row
        for row in rows
        if str(row["counted"]) == "1" and row["currency"] == "KZT" and row["amount"] not in ("", None)
    ]
    return int(sum(Decimal(str(row["amount"])) for row in kept) * 100)


@pytest.mark.parametrize(("query", "where"), [("", "1"), (f"?{FILTER}", WHERE), ("?outlet=withheld", "outlet = 2")])
def test_rows_and_sums_survive_every_file(site: Any, sql: Any, query: str, where: str) -> None:
    count = sql(f"SELECT count(*) FROM contracts WHERE {where}")
    expected = sql(
        f"SELECT coalesce(sum(amount_minor), 0) FROM contracts WHERE ({where}) AND counted AND currency = 'KZT'"
    )
    sets = {
        "csv": rows_of(site, f"/contracts.csv{query}"),
        "raw": rows_of(site, f"/contracts.raw.csv{query}"),
        "json": json.loads(site.get(f"/contracts.json{query}").text)["rows"],
        "jsonl": [json.loads(line) for line in site.get(f"/contracts.jsonl{query}").text.splitlines()],
    }
    sheet = load_workbook(io.BytesIO(site.get(f"/contracts.xlsx{query}").content))["contracts"]
    head, *cells = sheet.iter_rows(values_only=True)
    sets["xlsx"] = [dict(zip(map(str, head), row, strict=True)) for row in cells]
    sets["parquet"] = pq.read_table(io.BytesIO(site.get(f"/contracts.parquet{query}").content)).to_pylist()
    for name, found in sets.items():
        assert len(found) == count, name
        assert total(found) == expected, name
        assert [row["uid"] for row in found] == [row["uid"] for row in sets["raw"]], name
    assert sets["raw"][0]["outlet_uid"]
    for name in ("json", "jsonl"):
        for one, other in zip(sets[name], sets["raw"], strict=True):
            assert {key: "" if cell is None else str(cell) for key, cell in one.items()}.items() <= other.items()
    assert not any(row["outlet"].isdigit() for row in sets["csv"])


def test_a_csv_says_release_filter_coverage_and_measure(site: Any) -> None:
    row = rows_of(site, f"/contracts.csv?{FILTER}")[0]
    assert row["release"] == "SAMPLE, invented figures: 2026-01-31"
    assert row["filter"] == "measure: contracted; year: 2012"
    assert row["coverage"] == "2 of 3 bodies asked in KZ answered"
    assert row["measure"] == "contracted"
    answer = site.get(f"/contracts.csv?{FILTER}")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert 'filename="sample_contracts_2026-01-31.csv"' in answer.headers["content-disposition"]


def test_no_cell_runs_as_a_formula_and_the_raw_twin_keeps_it(site: Any) -> None:
    subjects = {row["subject"] for row in rows_of(site, "/contracts.csv")}
    raw = {row["subject"] for row in rows_of(site, "/contracts.raw.csv")}
    assert any(text.startswith("'=HYPERLINK") for text in subjects)
    assert not any(text.startswith(("=", "+", "-", "@", "\t", "\r")) for text in subjects)
    assert {text.removeprefix("'") for text in subjects} == raw
    assert rows_of(site, "/table/rejected_rows.csv")[0]["raw"].startswith("'=1+1")


def test_xlsx_is_typed_and_has_its_provenance(site: Any, sql: Any) -> None:
    answer = site.get(f"/contracts.xlsx?{FILTER}")
    book = load_workbook(io.BytesIO(answer.content))
    sheet = book["contracts"]
    head = [cell.value for cell in sheet[1]]
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(rows) == sql(f"SELECT count(*) FROM contracts WHERE {WHERE}")
    kept = [row for row in rows if row["counted"] == 1 and row["currency"] == "KZT" and row["amount"] is not None]
    minor = sql(f"SELECT sum(amount_minor) FROM contracts WHERE {WHERE} AND counted AND currency = 'KZT'")
    assert round(sum(Decimal(str(row["amount"])) for row in kept) * 100) == minor
    assert isinstance(rows[0]["signed_on"].date(), date)
    assert {row["year"] for row in rows} == {2012}, "a number"
    formulas = [row["subject"] for row in rows if str(row["subject"]).startswith("=")]
    cells = [cell for row in sheet.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert formulas
    assert {cell.data_type for cell in cells} == {"s"}
    about = {row[0]: row[1] for row in book["about"].iter_rows(values_only=True) if row[0]}
    assert about["filter"] == "measure: contracted; year: 2012"
    assert about["coverage"] == "2 of 3 bodies asked in KZ answered"
    assert "demo_portal" in about
    assert about["how_to_sum"] == HOW_TO_SUM


def test_xlsx_keeps_words_where_there_is_no_one_year(site: Any) -> None:
    sheet = load_workbook(io.BytesIO(site.get("/contracts.xlsx").content))["contracts"]
    at = [cell.value for cell in sheet[1]].index("year")
    years = {row[at] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert years == {"no date", "several years", 2009, 2010, 2012, 2013}


def test_json_has_the_sums_of_its_rows(site: Any, sql: Any) -> None:
    told = json.loads(site.get(f"/contracts.json?{FILTER}").text)
    minor = sql(f"SELECT sum(amount_minor) FROM contracts WHERE {WHERE} AND counted AND currency = 'KZT'")
    assert [one["sum_minor"] for one in told["sums"] if one["currency"] == "KZT" and one["sum_of"] == "amount"] == [
        minor
    ]
    assert told["sample"] is True
    assert told["how_to_sum"] == HOW_TO_SUM


def test_an_empty_view_is_a_file_with_a_heading(site: Any) -> None:
    assert rows_of(site, "/contracts.csv?amount_min=999999999999") == []
    assert json.loads(site.get("/contracts.json?amount_min=999999999999").text)["rows"] == []


def test_a_wrong_filter_gives_no_file(site: Any) -> None:
    assert site.get("/contracts.csv?colour=red").status_code == 400
    assert site.get("/contracts.json?colour=red").json()["ok"] is False
    for name, value in (("amount_min", "1"), ("amount_max", "1"), ("signed_to", "2012-01-01"), ("q", "акима")):
        refused = site.get(f"/contracts.json?{name}={value}&{name}={value}")
        assert refused.json() == {"ok": False, "error": f"{name}: give it once; it was given 2 times"}
    assert site.get("/table/contracts.csv").status_code == 404
    assert site.get("/table/sqlite_master.csv").status_code == 404


def test_an_export_stops_when_the_reader_goes_away(site: Any) -> None:
    made = 0

    def endless(_connection: Any) -> Iterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"x" * 70_000

    async def run() -> int:
        sent = 0
        gone = asyncio.Event()

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            if sent > 200_000:
                gone.set()

        await asyncio.wait_for(
            stream(site.datasette, receive, send, endless, content_type="text/csv", file_name="x.csv"), timeout=5
        )
        return sent

    assert site.run(run()) > 200_000
    assert made < 20


def test_a_query_is_interrupted_when_the_reader_goes_away(site: Any) -> None:
    """The query gives its first row after hours, so nothing but an interruption ends it."""
    ended: list[str] = []

    def slow(connection: sqlite3.Connection) -> Iterator[bytes]:
        never = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
        try:
            yield str(connection.execute(never).fetchone()).encode()
        except sqlite3.OperationalError as error:
            ended.append(str(error))
            raise

    async def receive() -> dict[str, str]:
        await asyncio.sleep(0.1)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        raise AssertionError(message)

    async def run() -> None:
        await asyncio.wait_for(
            stream(site.datasette, receive, send, slow, content_type="text/csv", file_name="x.csv"), timeout=5
        )

    site.run(run())
    assert ended == ["interrupted"]


@pytest.fixture
def odd_release(release_file: Path) -> Iterator[sqlite3.Connection]:
    """A copy of the release, to be changed."""
    copy = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(f"file:{release_file}?mode=ro", uri=True)) as kept:
        kept.backup(copy)
    with closing(copy):
        yield copy


def sheet_of(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    content = b"".join(xlsx_file(connection, read_release(connection), View()))
    head, *cells = load_workbook(io.BytesIO(content))["contracts"].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in cells]


def test_a_sum_that_a_spreadsheet_cannot_hold_is_text_with_every_digit(odd_release: sqlite3.Connection) -> None:
    """A spreadsheet keeps 15 digits of a number and makes the others zeros."""
    sums = {1: 123_456_789_012_345_67, 2: -9_007_199_254_740_993, 3: 1_234_567_890_123_45, 4: 10**17}
    odd_release.executemany(
        "UPDATE contracts SET currency = 'KZT', amount_state = 'stated', amount_minor = ? WHERE id = ?",
        [(minor, at) for at, minor in sums.items()],
    )
    rows = sheet_of(odd_release)
    assert [row["amount_minor"] for row in rows[:4]] == [
        "12345678901234567", "-9007199254740993", 123456789012345, 10**17,
    ]  # fmt: skip
    assert [row["amount"] for row in rows[:4]] == [
        "123456789012345.67", "-90071992547409.93", 1234567890123.45, 10**15,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<r><t>маленькая</t></r><t>", None),
        ("<r>по & кругу</r>", None),
        ("<r></t></is></c></r>", None),
        ("  края  ", None),
        ("a\r\r\nb\rc\r", None),
        ("a\x00b\x0bc\ufffed", "abcd"),
        ("=1+1", None),
        ("https://portal.invalid/a", None),
        ("0012", None),
        ("<r>" + "&" * 20_000 + "</r>", "<r>" + "&" * (LONGEST_CELL // 2 - 3) + CUT),
        ("\N{NEWSPAPER}" * 20_000, "\N{NEWSPAPER}" * ((LONGEST_CELL - len(CUT)) // 2) + CUT),
    ],
    ids=["marks", "marks and a sign", "marks that close a cell", "spaces", "returns", "no XML", "a formula",
         "an address", "zeros", "long marks", "signs of two units"],
)  # fmt: skip
def test_a_text_of_a_source_is_that_text_in_a_workbook(
    odd_release: sqlite3.Connection, text: str, kept: str | None
) -> None:
    odd_release.execute("UPDATE contracts SET subject = ? WHERE id = 1", (text,))
    cell = sheet_of(odd_release)[0]["subject"]
    assert cell == (text if kept is None else kept)


def test_a_text_that_looks_like_an_escape_is_none(odd_release: sqlite3.Connection) -> None:
    """A spreadsheet reads it as a letter; openpyxl gives it as it is written."""
    odd_release.execute("UPDATE contracts SET subject = '_x0041_' WHERE id = 1")
    content = b"".join(xlsx_file(odd_release, read_release(odd_release), View()))
    head, first, *_ = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("contracts").to_python()
    assert first[head.index("subject")] == "_x0041_"


def test_a_day_before_spreadsheets_count_is_text(odd_release: sqlite3.Connection) -> None:
    odd_release.execute("UPDATE contracts SET signed_on = '1899-12-31', period_from = '2012-02-29' WHERE id = 1")
    row = sheet_of(odd_release)[0]
    assert row["signed_on"] == "1899-12-31"
    assert row["period_from"].date() == date(2012, 2, 29)
    assert row["fetched_at"].isoformat() == "2026-01-02T03:04:05"


def test_a_workbook_that_nobody_waits_for_leaves_nothing(
    odd_release: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pieces = xlsx_file(odd_release, read_release(odd_release), View())
    assert next(pieces) == b""
    assert list(tmp_path.iterdir())
    pieces.close()
    assert not list(tmp_path.iterdir())
