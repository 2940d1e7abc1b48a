"""The reference tables that ship: loaded once and again, what they say, and what is refused."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db.engine import open_engine
from db.migrate import migrate
from ingest import reference
from ingest.goszakup.codes import CONTRACT_TYPES, METHODS, STATUSES, SUBJECT_KINDS
from ingest.reference import DATA, Loaded, ReferenceFileError, load_reference, read_rows


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


def lines_of(name: str) -> int:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return len(list(csv.DictReader(file)))


def test_every_line_is_loaded_once_and_the_second_load_changes_nothing(registry: Engine) -> None:
    with registry.begin() as connection:
        first = load_reference(connection)
    assert first == {"region": Loaded(lines_of("regions.csv"), 0), "code": Loaded(lines_of("codes.csv"), 0)}
    with registry.begin() as connection:
        assert load_reference(connection) == {"region": Loaded(0, 0), "code": Loaded(0, 0)}
        assert connection.execute(text("SELECT count(*) FROM code")).scalar_one() == lines_of("codes.csv")


def test_a_row_that_differs_is_brought_back_in_step(registry: Engine) -> None:
    with registry.begin() as connection:
        load_reference(connection)
        connection.execute(text("UPDATE region SET name = 'x' WHERE code = '59'"))
        connection.execute(text("DELETE FROM code WHERE list_name = 'kz_subject_type'"))
        assert load_reference(connection) == {"region": Loaded(0, 1), "code": Loaded(3, 0)}
        assert connection.execute(text("SELECT name FROM region WHERE code = '59'")).scalar_one() == (
            "Северо-Казахстанская область"
        )


def test_a_region_that_was_split_is_two_rows_that_do_not_overlap(registry: Engine) -> None:
    with registry.begin() as connection:
        load_reference(connection)
        found = connection.execute(
            text("SELECT code, valid_from, valid_to FROM region ORDER BY code, valid_from")
        ).all()
    by_code: dict[str, list[tuple[str, str]]] = {}
    for code, start, end in found:
        by_code.setdefault(code, []).append((start, end))
    assert by_code["63"] == [("", "2022-06-08"), ("2022-06-08", "")]
    for spans in by_code.values():
        for (_, end), (start, _) in itertools.pairwise(spans):
            assert end
            assert end <= start
    assert sum(1 for spans in by_code.values() if spans[-1][1] == "") == 20  # regions since 2022-06-08


def test_counts_of_a_status_agree_with_the_rule_that_counts(registry: Engine) -> None:
    from db.words import Standing
    from ingest.goszakup.codes import verdict_of

    with registry.begin() as connection:
        load_reference(connection)
        found = connection.execute(text("SELECT code, counts FROM code WHERE list_name = 'kz_contract_status'")).all()
    assert len(found) == len(STATUSES)
    for code, counts in found:
        assert bool(counts) is (verdict_of(int(code), "", deleted=False).contracted is Standing.COUNTS), code


def test_the_names_are_those_that_the_reader_of_the_portal_uses(registry: Engine) -> None:
    with registry.begin() as connection:
        load_reference(connection)
        found = connection.execute(text("SELECT list_name, code, name FROM code")).all()
    lists: dict[str, dict[int, str]] = {}
    for list_name, code, name in found:
        lists.setdefault(list_name, {})[int(code)] = name
    assert lists["kz_contract_status"] == dict(STATUSES)
    assert lists["kz_trade_method"] == dict(METHODS)
    assert lists["kz_subject_type"] == dict(SUBJECT_KINDS)
    assert lists["kz_contract_type"] == dict(CONTRACT_TYPES)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("list,code\n", "the heading is"),
        ("list_name,code,name,name_local,counts,evidence\na,1,x\n", "line 2: 3 cells under 6 headings"),
        ("list_name,code,name,name_local,counts,evidence\na,1,x,,maybe,e\n", "counts is 'maybe'"),
        ("list_name,code,name,name_local,counts,evidence\na,1,x,,,e\na,1,y,,,e\n", "stands there twice"),
    ],
)
def test_a_file_that_is_not_as_described_is_refused(
    registry: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
) -> None:
    (tmp_path / "codes.csv").write_text(content, encoding="utf-8")
    (tmp_path / "regions.csv").write_bytes((DATA / "regions.csv").read_bytes())
    monkeypatch.setattr(reference, "DATA", tmp_path)
    with registry.begin() as connection, pytest.raises(ReferenceFileError, match=message):
        load_reference(connection)


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "list_name"),
    [
        ("ref_contract_status.csv", "kz_contract_status"),
        ("ref_trade_methods.csv", "kz_trade_method"),
        ("ref_buy_status.csv", "kz_buy_status"),
        ("ref_lots_status_partial.csv", "kz_lot_status"),
    ],
)
def test_the_codes_are_those_that_were_collected(real_data: Path, file: str, list_name: str) -> None:
    collected = real_data.parent / "kazakhstan" / "refs" / file
    with collected.open(encoding="utf-8-sig", newline="") as opened:
        wanted = {(row["id"], row["name_ru"]) for row in csv.DictReader(opened)}
    columns = ("list_name", "code", "name", "name_local", "counts", "evidence")
    ours = {(r["code"], r["name"]) for r in read_rows(DATA / "codes.csv", columns) if r["list_name"] == list_name}
    assert ours == wanted
