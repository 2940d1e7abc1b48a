"""The CSV files: exact decimals, names, no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import model as m
from publish.release import build_release
from publish.site.core.filters import read_view
from publish.site.core.release import read_release
from publish.site.exports.columns import CONTEXT, context, fields, select
from publish.site.exports.files import csv_file, made_csv, raw_csv_file
from publish.site.exports.objects import json_file, json_lines_file
from tests.publish.reading import rows_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

pytestmark = pytest.mark.usefixtures("unopened")

ATTACKS = ('=HYPERLINK("https://evil.example")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1")


@pytest.fixture
def exported(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> Path:
    for record, attack in zip(rows[m.Record], ATTACKS, strict=False):
        record["subject"] = attack
    rows[m.OutletName][0]["name"] = rows[m.Outlet][0]["name"] = "=Қиял таңы"
    rows[m.Record][0]["amount_minor"] = -123_456_789_012_345_67
    rows[m.Record][1]["amount_minor"] = 90_071_992_547_409_93
    rows[m.Record][9]["subject"] = 'a\\b "c" {}\x01\x1f\x7f\u2028\n\t{"d": [1]} 😀'
    fill_registry(sqlite_engine, rows)
    return build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl").directory


def by_key(path: Path) -> dict[str, dict[str, str]]:
    return {row["source_key"]: row for row in rows_of(path)}


def test_amounts_are_exact_where_floats_are_not(exported: Path) -> None:
    for name in ("contracts.csv", "contracts-raw.csv"):
        found = by_key(exported / name)
        assert found["k1"]["amount"] == "-123456789012345.67"
        assert found["k2"]["amount"] == "90071992547409.93"
        assert found["k4"]["amount"] == "0.05"
        assert found["k5"]["amount"] == ""
        assert found["k5"]["amount_state"] == "withheld"
        assert found["k6"]["amount"] == "0.00"
        assert found["k8"]["equivalent"] == "1000.00"
    assert by_key(exported / "contracts-raw.csv")["k2"]["amount_minor"] == "9007199254740993"


def test_names_stand_in_place_of_ids(exported: Path) -> None:
    for name in ("contracts.csv", "contracts-raw.csv"):
        row = by_key(exported / name)["k2"]
        assert (row["outlet"], row["payer"], row["year"], row["source"]) == (
            "Мираж ТВ", "Управление примеров", "2025", "kz_invented",
        )  # fmt: skip
        assert row["outlet_uid"] == "mirazh-tv"
    assert len(by_key(exported / "other_records.csv")) == 2


def test_every_row_says_release_filter_coverage_and_measure(exported: Path) -> None:
    for name in ("contracts.csv", "contracts-raw.csv", "other_records.csv"):
        for row in rows_of(exported / name):
            assert row["release"] == exported.name
            assert row["filter"] == "all rows"
            assert row["coverage"] == "1 of 2 bodies asked in KZ answered"
            assert row["measure"]


def test_no_text_cell_is_a_formula(exported: Path) -> None:
    with (exported / "contracts.csv").open(encoding="utf-8-sig", newline="") as handle:
        found = {row["source_key"]: row for row in csv.DictReader(handle)}
    assert [found[f"k{n}"]["subject"] for n in (1, 2, 4, 5, 6)] == [f"'{ATTACKS[n]}" for n in (0, 1, 3, 4, 5)]
    assert found["k1"]["outlet"] == "'=Қиял таңы"
    assert found["k1"]["amount"].startswith("-")
    for row in found.values():
        for name, cell in row.items():
            assert name in {"amount", "amount_minor"} or not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_both_flavours_hold_the_same_rows(exported: Path) -> None:
    for table in ("contracts", "other_records"):
        assert list(rows_of(exported / f"{table}.csv")) == list(rows_of(exported / f"{table}-raw.csv"))
    found = by_key(exported / "contracts-raw.csv")
    assert [found[f"k{n}"]["subject"] for n in (1, 2, 4, 5, 6)] == [ATTACKS[n] for n in (0, 1, 3, 4, 5)]


def test_byte_order_mark_for_spreadsheets_only(exported: Path) -> None:
    assert (exported / "contracts.csv").read_bytes().startswith(b"\xef\xbb\xbfuid,")
    assert (exported / "contracts-raw.csv").read_bytes().startswith(b"uid,")
    with (exported / "contracts.csv").open(encoding="utf-8-sig", newline="") as handle:
        widths = {len(row) for row in csv.reader(handle)}
    assert len(widths) == 1


VIEWS = [
    [], [("measure", "contracted")], [("year", "2025"), ("outlet", "mirazh-tv")], [("q", "сюжет")],
    [("amount_min", "999999999999999")], [("q", '=1+1, "x"')], [("sort", "amount")],
]  # fmt: skip


@pytest.fixture
def opened(exported: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{exported / 'media_contracts.db'}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.mark.parametrize("args", VIEWS, ids=str)
def test_lines_cut_out_of_the_files_are_those_the_tables_give(
    opened: sqlite3.Connection, args: list[tuple[str, str]]
) -> None:
    release = read_release(opened)
    for table in ("contracts", "other_records"):
        if table == "other_records" and args and args[0][0] == "q":
            continue
        view = read_view(opened, args, table=table)
        for raw, make in ((False, csv_file), (True, raw_csv_file)):
            made = b"".join(made_csv(opened, release, view, raw=raw))
            asked: list[str] = []
            opened.set_trace_callback(asked.append)
            assert b"".join(make(opened, release, view)) == made
            opened.set_trace_callback(None)
            assert not any("JOIN" in sql for sql in asked), "the lines were made anew"


@pytest.mark.parametrize("args", VIEWS, ids=str)
def test_objects_are_the_rows_that_the_tables_give(opened: sqlite3.Connection, args: list[tuple[str, str]]) -> None:
    release, names = read_release(opened), [one.name for one in fields()]
    for table in ("contracts", "other_records"):
        if table == "other_records" and args and args[0][0] == "q":
            continue
        view = read_view(opened, args, table=table)
        rows = [dict(zip(names, row, strict=True)) for row in opened.execute(select(view), view.values)]
        whole = json.loads(b"".join(json_file(opened, release, view)))
        assert whole["rows"] == rows
        assert [list(row) for row in whole["rows"]] == [names] * len(rows)
        told = dict(zip([one.name for one in CONTEXT], context(release, view), strict=True))
        lines = b"".join(json_lines_file(opened, release, view))
        assert lines.count(b"\n") == len(rows)
        assert [json.loads(line) for line in lines.splitlines()] == [row | told for row in rows]


@pytest.mark.parametrize("harm", ["missing", "shorter", "of another release", "a line more"])
def test_a_file_that_is_not_the_releases_own_is_not_used(
    opened: sqlite3.Connection, exported: Path, harm: str
) -> None:
    release = read_release(opened)
    view = read_view(opened, [("measure", "contracted")])
    made = b"".join(made_csv(opened, release, view, raw=False))
    path = exported / "contracts.csv"
    content = path.read_bytes()
    last = content.rindex(b"\r\n", 0, -2) + 2
    if harm == "missing":
        path.unlink()
    else:
        changed = {
            "shorter": content[:last],
            "of another release": content.replace(release.name.encode(), b"2020-01-01-0000000000"),
            "a line more": content + content[last:],
        }
        path.write_bytes(changed[harm])
    assert b"".join(csv_file(opened, release, view)) == made


def test_every_row_is_in_every_file(opened: sqlite3.Connection, exported: Path) -> None:
    """Also one whose source names no currency, for it states no sum."""
    assert opened.execute("SELECT count(*) FROM contracts WHERE currency = ''").fetchone()[0]
    for table in ("contracts", "other_records"):
        uids = {uid for (uid,) in opened.execute(f"SELECT uid FROM {table}")}
        for ending in ("", "-raw"):
            assert {row["uid"] for row in rows_of(exported / f"{table}{ending}.csv")} == uids


def test_a_release_with_a_file_that_lost_a_row_is_refused(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publish import exports
    from publish.verify import VerificationError

    def forgetful(*given: Any, **more: Any) -> Iterator[bytes]:
        pieces = b"".join(made_csv(*given, **more))
        yield pieces[: pieces.rindex(b"\r\n", 0, -2) + 2]

    monkeypatch.setattr(exports, "made_csv", forgetful)
    with pytest.raises(VerificationError, match="not one line for each of"):
        exports.write_exports(exported / "media_contracts.db", exported)
