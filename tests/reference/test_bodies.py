"""The ministry or akimat above a body: only where it is certain for the whole of what is known."""

from __future__ import annotations

import csv
import itertools
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.bulk import insert_rows, table_of
from db.engine import open_engine
from db.migrate import migrate
from db.model import Body
from db.words import PartyState
from ingest.bodies import BODIES, BodyRow, Parents, write_parents
from ingest.record import UNKNOWN_PARTY, Party
from ingest.reference import Loaded, ReferenceFileError

DIRECTORATE = "Управление делами Президента Республики Казахстан"
HEADING = "country,id_scheme,registry_id,name,parent,valid_from,valid_to,evidence\n"


@pytest.fixture(scope="module")
def shipped() -> Parents:
    return Parents.load()


def row(name: str, parent: str, start: str, end: str) -> BodyRow:
    return BodyRow("KZ", "", "", name, parent, start, end, "e")


def above(parents: Parents, name: str, on: date | None = None, year: int | None = None) -> str | None:
    found = parents.of("KZ", Party(name=name), on, year)
    return found.name if found else None


def test_the_registry_id_is_asked_first_and_only_in_the_years_that_were_seen(shipped: Parents) -> None:
    hospital = Party(name="any spelling", id_scheme="KZ-BIN", registry_id="960440000220")
    found = shipped.of("KZ", hospital, None, 2016)
    assert found == Party(name=DIRECTORATE, lang="ru")
    assert shipped.of("KZ", hospital, date(2022, 12, 31), None) == found
    assert shipped.of("KZ", hospital, None, 2015) is None
    assert shipped.of("KZ", hospital, None, 2023) is None
    assert shipped.of("KZ", hospital, None, None) is None  # no date: nothing is known for all time
    assert shipped.of("RS", hospital, None, 2016) is None


def test_a_name_that_carries_another_id_is_another_body(shipped: Parents) -> None:
    name = "ТОО «Казстройсистема»"
    assert above(shipped, name, year=2020) == DIRECTORATE
    other = Party(name=name, id_scheme="KZ-BIN", registry_id="991240999991")
    assert shipped.of("KZ", other, None, 2020) is None


def test_a_year_that_spans_a_change_has_no_answer_but_a_day_has(shipped: Parents) -> None:
    committee = "Комитет связи, информатизации и информации Министерства по инвестициям и развитию РК"
    ministry = "Министерство по инвестициям и развитию РК"
    assert above(shipped, committee, year=2015) == ministry
    assert above(shipped, committee, year=2016) is None
    assert above(shipped, committee, date(2016, 5, 5)) == ministry
    assert above(shipped, committee, date(2016, 5, 6)) is None


def test_an_unsure_day_leaves_its_whole_year_open(shipped: Parents) -> None:
    capital = "Управление внутренней политики г. Нур-Султан"
    assert [year for year in range(2017, 2025) if above(shipped, capital, year=year)] == [2020, 2021]
    assert above(shipped, capital, date(2019, 12, 31)) is None
    assert above(shipped, capital, date(2020, 1, 1)) == "Акимат г. Нур-Султан"


def test_the_topmost_body_is_given(shipped: Parents) -> None:
    assert above(shipped, 'ГККП "Центр Ұлы Дала Елі"', date(2025, 11, 28)) == "Акимат Туркестанской области"


def test_a_ministry_is_its_own_and_a_party_that_is_not_named_has_no_parent(shipped: Parents) -> None:
    assert above(shipped, "Министерство информации и общественного развития РК", year=2020) is None
    assert shipped.of("KZ", UNKNOWN_PARTY, None, 2020) is None
    assert shipped.of("KZ", Party(state=PartyState.WITHHELD), None, 2020) is None


def test_a_parent_is_not_given_for_a_time_in_which_it_did_not_exist() -> None:
    parents = Parents([row("Б", "М", "", ""), row("М", "", "2010-01-01", "2012-01-01")])
    assert above(parents, "Б", year=2011) == "М"
    assert above(parents, "Б", year=2012) is None
    assert above(parents, "Б") is None


@settings(max_examples=150, deadline=None)
@given(
    change=st.dates(date(2000, 1, 2), date(2020, 12, 31)),
    unsure=st.booleans(),
    year=st.integers(1999, 2022),
)
def test_a_change_is_never_answered_across(change: date, *, unsure: bool, year: int) -> None:
    mark = f"{change}{'?' if unsure else ''}"
    parents = Parents([row("Б", "А", "", mark), row("Б", "В", mark, "")])
    found = above(parents, "Б", year=year)
    if year < change.year:
        assert found == "А"
    elif year > change.year or (not unsure and (change.month, change.day) == (1, 1)):
        assert found == "В"
    else:
        assert found is None


def test_every_line_says_by_what_evidence_and_the_unsure_days_say_so(shipped: Parents) -> None:
    for line in shipped.rows:
        assert line.evidence
        if "?" in line.valid_from + line.valid_to:
            assert "from memory" in line.evidence
    ministries = sorted((line.valid_from, line.valid_to) for line in shipped.rows if not line.parent)
    for (_, end), (start, _) in itertools.pairwise(ministries):
        assert end.rstrip("?") <= start.rstrip("?")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("KZ,,,Б,А,2010,,e\n", "dates are YYYY-MM-DD"),
        ("KZ,,,Б,А,,,\n", "its evidence are needed"),
        ("KZ,KZ-BIN,,Б,А,,,e\n", "an id and its register"),
        ("KZ,,,Б,А,2010-01-01,2012-01-01,e\nKZ,,,Б,В,2011-12-31,,e\n", "twice for one time"),
        ("KZ,,,Б,А,,,e\nKZ,,,А,Б,,,e\n", "run in a circle"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / "bodies.csv"
    path.write_text(HEADING + lines, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=message):
        Parents.load(path)


def test_parents_are_written_for_the_bodies_that_are_stored(tmp_path: Path, shipped: Parents) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'registry.db'}")
    migrate(engine)
    with engine.begin() as connection:
        insert_rows(
            connection,
            table_of(Body),
            ("id", "key", "country", "name", "id_scheme", "registry_id", "level"),
            [
                (1, "KZ-BIN:990740002243", "KZ", "РГП «Больница МЦ УДП РК»", "KZ-BIN", "990740002243", ""),
                (2, f"KZ|{DIRECTORATE}", "KZ", DIRECTORATE, "", "", ""),
                (3, "KZ|x", "KZ", "Управление внутренней политики г. Нур-Султан", "", "", ""),
            ],
        )
        assert write_parents(connection, shipped) == Loaded(1, 0)
        assert write_parents(connection, shipped) == Loaded(0, 0)
        stored = connection.exec_driver_sql("SELECT body_id, ministry_id, valid_from, valid_to FROM body_parent").all()
    engine.dispose()
    assert [tuple(found) for found in stored] == [(1, 2, "2020-01-01", "2021-01-01")]


@pytest.mark.real
def test_the_nine_buyers_of_the_lot_list_have_their_parent_on_every_day(shipped: Parents, real_data: Path) -> None:
    files = sorted((real_data / "kz-goszakup-plan-csv").glob("[0-9]*.csv"))
    assert len(files) == 9
    listed = {line.registry_id for line in shipped.rows if line.registry_id}
    assert listed == {path.stem for path in files}
    for path in files:
        lines = path.read_text(encoding="utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        rows = list(csv.reader(lines, delimiter=";"))
        at = next(place for place, heading in enumerate(rows[0]) if heading.startswith("Начало"))
        days = {date.fromisoformat(cells[at][:10]) for cells in rows[2:] if len(cells) > at}
        buyer = Party(name="x", id_scheme="KZ-BIN", registry_id=path.stem)
        assert days
        assert {shipped.of("KZ", buyer, day, None) for day in days} == {Party(name=DIRECTORATE, lang="ru")}
        assert {shipped.of("KZ", buyer, None, day.year) for day in days} == {Party(name=DIRECTORATE, lang="ru")}


def test_the_file_ships_with_the_program() -> None:
    assert BODIES.is_file()
