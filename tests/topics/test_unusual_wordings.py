"""What is unusual in a wording: kept on each record, published, and found by a search for the plain word.

Sums, payers and outlets are invented; the real lots are counted alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.engine import open_engine, registry_url, writing
from db.migrate import migrate
from db.split_letters import joined
from db.words import Wording
from ingest.declaration import read_source
from ingest.installation import SHIPPED_SOURCES
from ingest.settle import settle
from ingest.wording import flag_wordings, unusual
from publish.release import build_release
from publish.site.core.filters import read_view

WRITTEN = {
    "Освещение работы акима": "plain",
    "Рaзмещение материалов": "look-alike letters",  # with a Latin "a"
    "Услуги С М И": "split letters",
    "р-е-к-л-а-м-а в газeте": "look-alike letters; split letters",
    "Разм3щение статей": "digits for letters",
    "Согласно технической спецификации": "says nothing",
}
SOUGHT = {
    "размещение": {"Рaзмещение материалов"}, "СМИ": {"Услуги С М И"}, "реклама": {"р-е-к-л-а-м-а в газeте"},
    "газете": {"р-е-к-л-а-м-а в газeте"}, "размзщение": {"Разм3щение статей"}, "С М И": {"Услуги С М И"},
}  # fmt: skip


def put(engine: Engine, home: Path, subjects: Iterable[str], minute: int = 0) -> None:
    rows = [["Акимат Кок Дала", "2024", "ТОО «Боз Дала»", "", "Боз дала", one, "1", ""] for one in subjects]
    source = declare()
    ingested(engine, home, source, csv_of(*rows), minute=minute)
    settle(engine, {source.name: source}, home)


def kept(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT subject, wording FROM record"))}


def test_every_record_says_what_is_unusual(engine: Engine, tmp_path: Path) -> None:
    put(engine, tmp_path, WRITTEN)
    assert kept(engine) == WRITTEN


def test_increments_leave_what_a_rebuild_leaves(sqlite_engine: Engine, tmp_path: Path) -> None:
    for count in range(1, len(WRITTEN) + 1):
        put(sqlite_engine, tmp_path, list(WRITTEN)[:count], minute=count)
    assert kept(sqlite_engine) == WRITTEN
    with writing(sqlite_engine) as connection:  # what was flagged by an older rule is flagged anew
        connection.execute(text("UPDATE record SET wording = 'says nothing'"))
        counts = flag_wordings(connection)
    assert kept(sqlite_engine) == WRITTEN
    assert counts == {
        "look-alike letters": 2, "split letters": 2, "digits for letters": 1, "invisible characters": 0,
        "says nothing": 1, "empty description": 0,
    }  # fmt: skip


def test_the_plain_word_finds_it_in_a_release(sqlite_engine: Engine, tmp_path: Path) -> None:
    put(sqlite_engine, tmp_path, WRITTEN)
    made = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "slugs.jsonl", allow_mixed=True)
    (database,) = made.directory.glob("*.db")
    with closing(sqlite3.connect(database)) as out:
        assert dict(out.execute("SELECT subject, wording FROM contracts").fetchall()) == WRITTEN
        for word, subjects in SOUGHT.items():
            view = read_view(out, [("q", word)])
            found = out.execute(f"SELECT c.subject FROM contracts AS c WHERE {view.where}", view.values)
            assert {row[0] for row in found} == subjects, word
        with pytest.raises(sqlite3.IntegrityError):
            out.execute("UPDATE contracts SET wording = 'suspicious'")


def test_a_title_says_nothing_where_no_title_says_anything() -> None:
    assert unusual(["Услуги"], ["Услуги"], ["Печать газеты"]) == [Wording.SAYS_NOTHING]
    assert unusual(["Услуги", "Печать газеты"], [], []) == []
    assert unusual([None], [], ["С М И"]) == [Wording.SPLIT]  # no title is not a title without content


def test_a_description_is_empty_where_no_description_says_anything() -> None:
    assert unusual(["Печать газеты"], [], ["согласно техническому заданию", None, ""]) == [Wording.EMPTY_DESCRIPTION]
    assert unusual(["Печать газеты"], [], ["согласно техническому заданию", "Бланки"]) == []
    assert unusual(["Услуги"], [], ["согласно техническому заданию"]) == [Wording.SAYS_NOTHING]
    assert unusual(["Печать газеты"], [], [None]) == []


def test_letters_are_joined_where_they_spell_a_word() -> None:
    assert joined("для С М И, Ш х В х Г, р е к л а м а") == "для СМИ, Ш х В х Г, реклама"


@pytest.mark.real
@pytest.mark.slow
def test_the_real_lots(tmp_path: Path, real_data: Path) -> None:
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    source = read_source(SHIPPED_SOURCES / "kz_goszakup_lots.yml")
    ingested(engine, tmp_path, source, *sorted((real_data / "kz-goszakup-plan-csv").glob("[0-9]*.csv")))
    with writing(engine) as connection:
        counts = flag_wordings(connection)
        records = connection.execute(text("SELECT count(*) FROM record")).scalar_one()
    engine.dispose()
    assert records == 18_567
    # the class of each lot is a title that says something; many descriptions only refer to a paper
    assert counts == dict.fromkeys(Wording, 0) | {"look-alike letters": 153, "empty description": 621}
