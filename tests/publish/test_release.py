"""A release holds what the registry says, to the minor unit, and the same registry gives the same bytes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, update

from db import model as m
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.model.requests import RequestState
from db.privacy import is_person_id
from publish.release import build_release
from publish.release_database import MixedSourcesError, NothingToReleaseError, release_name
from publish.request_rows import COVERAGE_WORDS, NOT_ASKED
from publish.schema_books import COVERAGE_STATES
from tests.publish.reading import rows_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

pytestmark = pytest.mark.usefixtures("unopened")


def opened(directory: Path) -> sqlite3.Connection:
    (database,) = directory.glob("*.db")
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)


def hashes(directory: Path) -> dict[str, str]:
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in directory.iterdir()}


def renumbered(rows: Rows) -> Rows:
    """The same registry with other ids, written in another order."""
    moved = {table: [dict(row) for row in reversed(listed)] for table, listed in rows.items()}
    for table, entity, names in (
        (m.Outlet, "outlet_id", m.OutletName),
        (m.Organisation, "organisation_id", m.OrganisationName),
    ):
        for row in moved[table]:
            row["id"] = 50 - row["id"]
        for row in moved[names]:
            row[entity] = 50 - row[entity]
    for row in moved[m.LinkedParty]:
        row["id"] = 50 - row["id"]
        for column in ("outlet_id", "organisation_id"):
            row[column] = None if row[column] is None else 50 - row[column]
    for row in moved[m.PartyLink]:
        row |= {"id": 50 - row["id"], "party_id": 50 - row["party_id"], "other_id": 50 - row["other_id"]}
    for row in moved[m.Record]:
        row["id"] = 500 - row["id"]
    for table in (m.RecordSeen, m.RecordAmount, m.RecordLine, m.Revision):
        for row in moved[table]:
            row["record_id"] = 500 - row["record_id"]
    return moved


def test_same_bytes_whatever_the_database_the_ids_and_the_order(
    engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(engine, rows)
    first = build_release(engine, tmp_path / "a", slugs=tmp_path / "a.jsonl")
    again = build_release(engine, tmp_path / "b", slugs=tmp_path / "b.jsonl")
    (tmp_path / "twin").mkdir()
    twin = open_engine(registry_url(tmp_path / "twin"))
    migrate(twin)
    fill_registry(twin, renumbered(rows))
    third = build_release(twin, tmp_path / "c", slugs=tmp_path / "c.jsonl")
    twin.dispose()
    assert len(hashes(first.directory)) == 14
    assert hashes(first.directory) == hashes(again.directory) == hashes(third.directory)
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "c.jsonl").read_bytes()
    assert first.name == third.name


def test_the_name_of_a_release_never_looks_like_the_number_of_a_person() -> None:
    looks_like_one = next(
        f"{four:04d}{'a' * 60}" for four in range(10_000) if is_person_id(f"20260131{four:04d}")
    )  # fmt: skip
    assert release_name("2026-01-31T08:00:00Z", looks_like_one, sample=False) == f"2026-01-31-{looks_like_one[1:11]}"
    assert release_name("2026-01-31T08:00:00Z", "1234567890" * 6, sample=True) == "sample-2026-01-31-1234567890"


def test_figures_states_and_reasons(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> None:
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert (result.records, result.other_records, result.data_as_of) == (10, 2, "2026-04-01T08:05:00Z")
    assert result.name.startswith("2026-04-01-")
    assert (tmp_path / "out/current").resolve() == result.directory
    with opened(result.directory) as out:
        sums = out.execute(
            "SELECT currency, measure, sum(amount_minor) FROM contracts WHERE counted GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
        by_key = {
            row[0]: row[1:]
            for row in out.execute(
                "SELECT c.source_key, o.name, o.state, y.name, c.year_from, c.year_to, c.amount, c.amount_minor, "
                "c.amount_state, c.counted_why FROM contracts c JOIN outlets o ON o.id = c.outlet "
                "JOIN years y ON y.id = c.year"
            )
        }
        recipient = out.execute(
            "SELECT r.name, r.state FROM contracts c JOIN recipients r ON r.id = c.recipient WHERE source_key = 'k9'"
        ).fetchone()
        region = out.execute(
            "SELECT g.name FROM contracts c JOIN regions g ON g.id = c.region WHERE source_key = 'k2'"
        ).fetchone()
        vanished = out.execute("SELECT vanished_at FROM other_records WHERE source_key = 'k12'").fetchone()
        payers = out.execute(
            "SELECT uid, registry_id, records FROM payers WHERE state = 'named' ORDER BY id"
        ).fetchall()
        roots = out.execute("SELECT count(DISTINCT root_uid) FROM contracts WHERE source_key IN ('k1', 'k1-old')")
        same_root = roots.fetchone()[0]
    out.close()
    assert sums == [
        ("", "announced", None),
        ("KZT", "contracted", 1_000_000_01 + 2_500_000_02 + 0 + 300),
        ("KZT", "paid", 5),
        ("RSD", "contracted", 117_000_00),
    ]
    assert by_key["k1"] == ("Қиял таңы", "named", "2025", None, None, 1_000_000.01, 1_000_000_01, "stated", "")
    assert by_key["k5"][:2] == ("withheld", "withheld")
    assert by_key["k5"][5:8] == (None, None, "withheld")
    assert by_key["k6"][2] == "no date"
    assert by_key["k6"][5:8] == (0.0, 0, "zero")
    assert by_key["k7"][2:5] == ("several years", 2023, 2025)
    assert by_key["k1-old"][-1] == "superseded"
    assert same_root == 1
    assert recipient == ("no recipient yet", "no recipient yet")
    assert region == ("Область Примерная",)
    assert vanished == ("2026-04-01T08:00:00Z",)
    assert payers == [
        ("akimat-bezmolviya", "", 0),
        ("ministerstvo-vymysla", "", 1),
        ("upravlenie-primerov", "070440004564", 9),
    ]


def test_books_beside_the_records(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> None:
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with opened(result.directory) as out:
        amounts = out.execute(
            "SELECT c.source_key, o.source_key, role, minor FROM amounts a LEFT JOIN contracts c ON c.id = a.contract "
            "LEFT JOIN other_records o ON o.id = a.other_record ORDER BY 1, 2, 3"
        ).fetchall()
        lines = out.execute("SELECT quantity, minor FROM lines").fetchall()
        changes = out.execute(
            "SELECT c.source_key, o.source_key, field, old, new, seen_at, cause FROM changes x "
            "LEFT JOIN contracts c ON c.id = x.contract LEFT JOIN other_records o ON o.id = x.other_record "
            "ORDER BY field"
        ).fetchall()
        rejected = out.execute("SELECT reason, locator, raw, latest FROM rejected_rows").fetchall()
        claims = out.execute("SELECT ref, verdict, ours FROM claims ORDER BY id").fetchall()
        releases = out.execute("SELECT name FROM releases").fetchall()
        about = dict(out.execute("SELECT name, value FROM about"))
        spellings = out.execute("SELECT name FROM spellings WHERE entity_uid = 'upravlenie-primerov'").fetchall()
        source = out.execute("SELECT name, records, other_records, rejected_rows FROM sources").fetchall()
    out.close()
    assert amounts == [
        (None, "k11", "planned", None),
        ("k1", None, "with VAT", 1_000_000_01),
        ("k1", None, "without VAT", 892_857_15),
    ]
    assert lines == [("12.5", 1_000_000_01)]
    assert changes == [
        ("k2", None, "amount", "2400000.00 KZT", "2500000.02 KZT", "2026-04-01T08:00:00Z", "changed at the source"),
        (None, "k12", "status", None, "closed", "2026-04-01T08:00:00Z", "changed at the source"),
    ]
    assert rejected == [("no amount", "row 13", "ТОО «Выдумка» | —", 1)]
    assert claims == [("invented-1", "PASS", "3.50000003"), ("invented-2", "not checked", "")]
    assert releases == [("2026-03-01-0123456789",)]
    assert about["release"] == result.name
    assert about["sample"] == "no"
    assert spellings == [("ГУ «Управление примеров»",), ("Управление примеров",)]
    assert source == [("kz_invented", 10, 2, 1)]


def test_who_was_asked_and_who_answered(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with opened(result.directory) as out:
        requests = out.execute(
            "SELECT r.uid, p.uid, r.state, documents FROM requests r JOIN payers p ON p.id = r.payer ORDER BY r.id"
        ).fetchall()
        coverage = out.execute(
            "SELECT p.uid, y.name, c.state, r.uid, c.note FROM coverage c JOIN payers p ON p.id = c.payer "
            "JOIN years y ON y.id = c.year LEFT JOIN requests r ON r.id = c.request ORDER BY c.id"
        ).fetchall()
        openness = out.execute(
            "SELECT p.uid, asked, full_share, rank FROM openness o JOIN payers p ON p.id = o.payer"
        ).fetchall()
    out.close()
    assert requests == [
        ("2026-0001", "upravlenie-primerov", "answered in part", 0),
        ("2026-0002", "upravlenie-primerov", "answered in full", 1),
        ("2026-0003", "akimat-bezmolviya", "silent", 0),
    ]
    assert coverage == [
        ("akimat-bezmolviya", "2011", "silent", "2026-0003", ""),
        ("akimat-bezmolviya", "2012", "not asked", None, ""),
        ("upravlenie-primerov", "2011", "answered in full", "2026-0002", ""),
        ("upravlenie-primerov", "2012", "for official use", "2026-0002", "ДСП"),
    ]
    assert openness == [("upravlenie-primerov", 2, 5000, None)]


def test_every_state_of_a_request_has_a_word_or_is_left_out() -> None:
    assert set(RequestState) - set(COVERAGE_WORDS) == {RequestState.DRAFT, RequestState.WITHDRAWN}
    assert {*COVERAGE_WORDS.values(), NOT_ASKED} == set(COVERAGE_STATES)


def test_slugs_are_fixed_at_first_publication(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    before = (tmp_path / "s.jsonl").read_bytes()
    with sqlite_engine.begin() as connection:
        connection.execute(update(m.Outlet).where(m.Outlet.id == 1).values(name="Другое имя"))
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with opened(result.directory) as out:
        assert out.execute("SELECT name FROM outlets WHERE uid = 'qiyal-tany'").fetchone() == ("Другое имя",)
    out.close()
    assert (tmp_path / "s.jsonl").read_bytes() == before


def test_difference_to_the_release_before(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    *most, last = rows[m.Record]
    rows[m.Record], rows[m.RecordSeen] = most, rows[m.RecordSeen][:-1]
    rows[m.Revision] = rows[m.Revision][:1]
    fill_registry(sqlite_engine, rows)
    first = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert first.diff is None
    with sqlite_engine.begin() as connection:
        connection.execute(m.Record.__table__.insert(), [{**last, "uid": "0" * 16}])
        connection.execute(
            update(m.Record).where(m.Record.id == 2).values(amount_minor=2_600_000_00, outlet_name_id=1)
        )
        connection.execute(update(m.Record).where(m.Record.id == 11).values(relevance="media"))
    second = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert second.diff is not None
    assert (second.diff.added, second.diff.removed, second.diff.changed) == (1, 0, 2)
    text = (second.directory / "diff.csv").read_text(encoding="utf-8-sig")
    two, eleven = (sha256(f"kz_invented\nk{n}".encode()).hexdigest()[:16] for n in (2, 11))
    assert sorted(text.splitlines()[1:]) == sorted(
        [
            f"{'0' * 16},added,,,",
            f"{two},changed,outlet,Мираж ТВ,Қиял таңы",
            f"{two},changed,outlet_written,Мираж ТВ,Қиял таңы",
            f"{two},changed,amount_minor,250000002,260000000",
            f"{eleven},changed,table,other_records,contracts",
            f"{eleven},changed,relevance,undecided,media",
        ]
    )
    manifest = json.loads((second.directory / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["previous"] == first.name
    assert manifest["since_previous"] == {"added": 1, "removed": 0, "changed": 2}


def test_difference_to_a_release_of_ones_choice(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    first = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with sqlite_engine.begin() as connection:
        connection.execute(update(m.Record).where(m.Record.id == 7).values(amount_minor=1))
    build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with sqlite_engine.begin() as connection:
        connection.execute(delete(m.RecordSeen).where(m.RecordSeen.record_id == 9))
        connection.execute(delete(m.Record).where(m.Record.id == 9))
    third = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl", previous=first.directory)
    assert third.diff is not None
    assert (third.diff.added, third.diff.removed, third.diff.changed) == (0, 1, 1)
    nine = sha256(b"kz_invented\nk9").hexdigest()[:16]
    assert f"{nine},removed,,," in (third.directory / "diff.csv").read_text(encoding="utf-8-sig").splitlines()


def test_manifest_has_every_file_count_and_sum(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    manifest = json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))
    there = {path.name for path in result.directory.iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == there
    for name, told in manifest["files"].items():
        assert sha256((result.directory / name).read_bytes()).hexdigest() == told["sha256"]
    for name in ("contracts.csv", "contracts-raw.csv", "contracts.parquet"):
        assert manifest["files"][name]["rows"] == 10
    assert manifest["files"]["other_records.parquet"]["rows"] == 2
    assert manifest["sums"] == [
        {"currency": "KZT", "measure": "contracted", "rows": 5, "rows_with_sum": 4, "sum_minor": 350_000_303,
         "sum": "3500003.03"},
        {"currency": "KZT", "measure": "paid", "rows": 1, "rows_with_sum": 1, "sum_minor": 5, "sum": "0.05"},
        {"currency": "RSD", "measure": "contracted", "rows": 1, "rows_with_sum": 1, "sum_minor": 11_700_000,
         "sum": "117000.00"},
    ]  # fmt: skip
    assert manifest["equivalents"] == [
        {"currency": "EUR", "measure": "contracted", "rows": 1, "rows_with_sum": 1, "sum_minor": 100_000,
         "sum": "1000.00"},
    ]  # fmt: skip
    attribution = (result.directory / "ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "licence: CC0-1.0" in attribution
    assert "Invented Office" in attribution


def test_a_sample_says_so_everywhere(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> None:
    rows[m.Source][0]["invented"] = True
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert result.sample
    assert result.name.startswith("sample-")
    names = [path.name for path in result.directory.iterdir()]
    assert len(names) == 14
    assert all(name.startswith("sample_") for name in names)
    with opened(result.directory) as out:
        about = dict(out.execute("SELECT name, value FROM about"))
    out.close()
    assert about["sample"] == "yes"
    assert about["warning"].startswith("SAMPLE")
    assert "SAMPLE" in (result.directory / "sample_metadata.yml").read_text(encoding="utf-8")


def test_invented_figures_never_stand_beside_real_ones(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    rows[m.Source].append({**rows[m.Source][0], "id": 2, "name": "kz_sample", "invented": True})
    rows[m.Record][3] |= {"source_id": 2}
    fill_registry(sqlite_engine, rows)
    with pytest.raises(MixedSourcesError, match=r"invented figures \(kz_sample\) beside real ones \(kz_invented\)"):
        build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert not (tmp_path / "out/current").exists()
    assert not (tmp_path / "s.jsonl").exists()
    mixed = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl", allow_mixed=True)
    assert mixed.sample
    with opened(mixed.directory) as out:
        (warning,) = out.execute("SELECT value FROM about WHERE name = 'warning'").fetchone()
    out.close()
    assert "invented figures beside real ones" in warning
    told = {row["source"]: row["invented"] for row in rows_of(mixed.directory / "sample_contracts-raw.csv")}
    assert told == {"kz_invented": "0", "kz_sample": "1"}


def test_an_empty_registry_gives_no_release(sqlite_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NothingToReleaseError):
        build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".lock"]
