"""The Parquet files: the rows of the CSV with types, what they are told in themselves, and nothing lost on the way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine

from db import model as m
from publish import exports
from publish.exports import write_exports
from publish.release import build_release
from publish.schema_contracts import HOW_TO_SUM
from publish.site.core.filters import View, read_view
from publish.site.core.release import read_release
from publish.site.exports import parquet
from publish.site.exports.columns import CONTEXT, fields
from publish.verify import VerificationError
from tests.publish.reading import parquet_rows, rows_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

pytestmark = pytest.mark.usefixtures("unopened")


@pytest.fixture
def exported(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> Path:
    rows[m.Record][0] |= {"amount_minor": -(2**63) + 1, "opened_at": "2025-01-02T03:04:05Z", "signed_on": "1999-12-31"}
    rows[m.Record][1] |= {"amount_minor": 90_071_992_547_409_93, "subject": 'a\\b "c"\x1f\u2028 {}\n😀'}
    rows[m.Record][3] |= {"amount_minor": 2**63 - 1, "currency": "JPY", "deleted_at": "2025-03-04T05:06:07.5Z"}
    rows[m.Record][9] |= {"amount_minor": 1_234_567, "currency": "KWD"}
    fill_registry(sqlite_engine, rows)
    return build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl").directory


@pytest.fixture
def opened(exported: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(exported / "media_contracts.db")
    yield connection
    connection.close()


def written(cell: Any, digits: int) -> str:
    """A typed cell as the CSV writes it."""
    if isinstance(cell, Decimal):
        assert cell == round(cell, digits)
        return str(round(cell, digits))
    return "" if cell is None else str(cell)


@pytest.mark.parametrize("table", ["contracts", "other_records"])
def test_cells_are_those_of_the_csv(exported: Path, opened: sqlite3.Connection, table: str) -> None:
    digits = dict(opened.execute("SELECT code, digits FROM currencies")) | {"": 0}
    typed = parquet_rows(exported / f"{table}.parquet")
    plain = list(rows_of(exported / f"{table}-raw.csv"))
    assert typed
    assert len(typed) == len(plain)
    for one, other in zip(typed, plain, strict=True):
        assert list(one) == list(other)
        for name, cell in one.items():
            if isinstance(cell, datetime):
                assert cell == datetime.fromisoformat(other[name])
                continue
            currency = one["equivalent_currency" if name == "equivalent" else "currency"]
            assert written(cell, digits[currency]) == other[name], name


def test_a_blank_stays_apart_from_zero_and_empty_text(exported: Path) -> None:
    found = {row["source_key"]: row for row in parquet_rows(exported / "contracts.parquet")}
    assert (found["k5"]["amount"], found["k5"]["amount_minor"], found["k5"]["amount_state"]) == (
        None,
        None,
        "withheld",
    )
    assert (found["k6"]["amount"], found["k6"]["amount_minor"], found["k6"]["year"]) == (Decimal(0), 0, "no date")
    assert (found["k2"]["period_from"], found["k2"]["method"]) == (None, "")
    assert found["k1"]["amount"] == Decimal("-92233720368547758.07")
    assert found["k1"]["signed_on"] == date(1999, 12, 31)
    assert found["k1"]["opened_at"] == datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found["k4"]["amount"] == Decimal(2**63 - 1), "a currency without decimals"
    assert found["k4"]["deleted_at"] == datetime(2025, 3, 4, 5, 6, 7, 500_000, tzinfo=UTC)
    assert found["k10"]["amount"] == Decimal("1234.567"), "a currency with three"


def test_sums_of_the_file_are_those_of_the_manifest(exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text(encoding="utf-8"))
    rows = parquet_rows(exported / "contracts.parquet")
    for told in manifest["sums"]:
        kept = [
            row
            for row in rows
            if row["counted"] and (row["currency"], row["measure"]) == (told["currency"], told["measure"])
        ]
        stated = [row for row in kept if row["amount_minor"] is not None]
        assert len(kept) == told["rows"]
        assert sum(row["amount_minor"] for row in stated) == told["sum_minor"]
        assert sum(row["amount"] for row in stated) == Decimal(told["sum"])


def test_columns_are_typed_and_described(exported: Path) -> None:
    schema = pq.read_schema(exported / "contracts.parquet")
    types = {"number": pa.int64(), "money": pa.decimal128(22, 3), "date": pa.date32()}
    types["instant"] = pa.timestamp("us", tz="UTC")
    for one in (*fields(), *CONTEXT):
        field = schema.field(one.name)
        assert field.type == types.get(one.kind, pa.string()), one.name
        assert field.metadata == {b"description": one.text.encode()}
    kinds = {one.name: one.kind for one in fields()}
    assert {name for name, kind in kinds.items() if kind == "date"} == {"signed_on", "period_from", "period_to"}
    assert {name for name, kind in kinds.items() if kind == "instant"} == {
        "opened_at", "closed_at", "deleted_at", "first_seen_at", "changed_at", "vanished_at", "fetched_at",
    }  # fmt: skip


def test_the_file_says_what_it_is(exported: Path, opened: sqlite3.Connection, tmp_path: Path) -> None:
    told = json.loads(pq.read_metadata(exported / "contracts.parquet").metadata[b"mediacontracts"])
    assert (told["release"], told["filter"], told["sample"]) == (exported.name, "all rows", False)
    assert told["coverage"] == "1 of 2 bodies asked in KZ answered"
    assert told["how_to_sum"] == HOW_TO_SUM
    assert [(one["name"], one["licence"]) for one in told["sources"]] == [("kz_invented", "CC0-1.0")]
    assert sum(one["records"] for one in told["not_counted"]) == 2
    assert "warning" not in told
    path = tmp_path / "some.parquet"
    view = read_view(opened, [("measure", "paid")])
    path.write_bytes(b"".join(parquet.parquet_file(opened, read_release(opened), view)))
    assert [row["source_key"] for row in parquet_rows(path)] == ["k4"]
    told = json.loads(pq.read_metadata(path).metadata[b"mediacontracts"])
    assert (told["filter"], [one["counted_rows"] for one in told["sums"]]) == ("measure: paid", [1])


@pytest.mark.parametrize("harm", ["", "cut", "empty", "of another release", "missing"])
def test_the_whole_table_is_the_file_beside_it_if_it_is_its_own(
    exported: Path, opened: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    path, release = exported / "contracts.parquet", read_release(opened)
    content = path.read_bytes()
    if harm == "missing":
        path.unlink()
    elif harm:
        name = release.name.encode()
        changed = {"cut": content[:-100], "empty": b"", "of another release": content.replace(name, name[::-1])}
        path.write_bytes(changed[harm])
    made: list[View] = []

    def seen(*given: Any) -> None:
        made.append(given[2])
        parquet.__dict__["written"](*given)

    monkeypatch.setitem(parquet.__dict__, "written", parquet.write_view)
    monkeypatch.setattr(parquet, "write_view", seen)
    assert b"".join(parquet.parquet_file(opened, release, View())) == content
    assert len(made) == bool(harm)


def test_an_empty_view_is_a_file_without_rows(opened: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "none.parquet"
    view = read_view(opened, [("signed_to", "1900-01-01")])
    path.write_bytes(b"".join(parquet.parquet_file(opened, read_release(opened), view)))
    assert parquet_rows(path) == []
    assert pq.read_schema(path).names == [one.name for one in (*fields(), *CONTEXT)]


def test_rows_go_through_in_groups(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = parquet_rows(exported / "contracts.parquet")
    monkeypatch.setattr(parquet, "ROW_GROUP", 4)
    monkeypatch.setattr(parquet, "_BATCH", 3)
    write_exports(exported / "media_contracts.db", exported)
    with pq.ParquetFile(exported / "contracts.parquet") as file:
        assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [4, 4, 2]
    assert parquet_rows(exported / "contracts.parquet") == whole


@pytest.mark.parametrize("where", ["c.id > 1", "c.id < 10", "c.id <> 5"])
def test_a_release_whose_file_is_not_the_table_is_refused(
    exported: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def wrong(connection: Any, release: Any, view: View, out: Any) -> None:
        parquet.write_view(connection, release, View(view.table, where), out)

    monkeypatch.setattr(exports, "write_view", wrong)
    with pytest.raises(VerificationError, match=r"contracts\.parquet: does not hold each of 10 rows"):
        write_exports(exported / "media_contracts.db", exported)


@pytest.mark.parametrize(("column", "kind"), [("signed_on", "date"), ("opened_at", "instant")])
def test_a_date_that_is_none_is_never_dropped(
    exported: Path, opened: sqlite3.Connection, column: str, kind: str
) -> None:
    opened.execute(f"UPDATE contracts SET {column} = '2025-13' WHERE source_key = 'k2'")
    opened.commit()
    with pytest.raises(VerificationError, match=rf"contracts\.parquet: {column} '2025-13': no {kind}"):
        write_exports(exported / "media_contracts.db", exported)
