"""Links in a release: under lasting names, with dates and evidence, nobody's key; names of persons can be withdrawn.

Outlets, firms and sums are invented.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import model as m
from publish.corrections import Correction, add_correction
from publish.release import build_release
from tests.publish.reading import content_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]
AsPerson = Callable[[Rows, str], str]

ENDS = (
    "SELECT l.relation, p.kind, p.uid, o.kind, o.uid, o.name, o.state, l.since, l.until, l.evidence FROM links l "
    "JOIN linked_parties p ON p.id = l.party JOIN linked_parties o ON o.id = l.other ORDER BY l.decision"
)


def found(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    (database,) = directory.glob("*.db")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as out:
        return out.execute(sql).fetchall()


def test_links_stand_under_lasting_names(released: Path) -> None:
    seen = [f"https://register.invalid/{at}\nthe imprint" for at in range(1, 6)]
    assert found(released, ENDS) == [
        ("publisher", "outlet", "qiyal-tany", "organisation", "too-vydumka", "ТОО «Выдумка»", "named", "2014",
         "2019-05-31", seen[0]),
        ("owner", "organisation", "too-vydumka", "organisation", "too-nebyl", "ТОО «Небыль»", "named", "2010-02", "",
         seen[1]),
        ("owner", "organisation", "too-nebyl", "group", "gruppa-vymysel", "Группа «Вымысел»", "named", "", "",
         seen[2]),
        ("owner", "outlet", "mirazh-tv", "person", "natural-person", "natural person", "withheld", "2020?", "",
         seen[3]),
        ("successor", "body", "ministerstvo-nebylits", "body", "ministerstvo-vymysla", "Министерство вымысла", "named",
         "2016-05-06", "", seen[4]),
    ]  # fmt: skip


def test_a_party_leads_to_its_rows_in_the_key_tables(released: Path) -> None:
    sql = (
        "SELECT p.name, o.uid, r.uid, y.uid, n.uid FROM linked_parties p LEFT JOIN outlets o ON o.id = p.outlet "
        "LEFT JOIN recipients r ON r.id = p.recipient LEFT JOIN payers y ON y.id = p.payer "
        "LEFT JOIN ministries n ON n.id = p.ministry ORDER BY p.name"
    )
    ministry = "ministerstvo-vymysla"
    assert found(released, sql) == [
        ("natural person", None, None, None, None),
        ("Группа «Вымысел»", None, None, None, None),
        ("Министерство вымысла", None, None, ministry, ministry),
        ("Министерство небылиц", None, None, None, None),
        ("Мираж ТВ", "mirazh-tv", None, None, None),
        ("ТОО «Выдумка»", None, "too-vydumka", None, None),
        ("ТОО «Небыль»", None, None, None, None),
        ("Қиял таңы", "qiyal-tany", None, None, None),
    ]


def test_the_key_of_a_person_is_in_no_file(home: Path, released: Path) -> None:
    for path in [*released.iterdir()]:
        if path.is_file():
            assert b"0123456789abcdef01234567" not in content_of(path), path.name
    # the file of slugs is the installation's own
    assert "natural-person" in (home / "s.jsonl").read_text(encoding="utf-8")


@pytest.mark.usefixtures("unopened")
def test_a_person_whom_sources_name_is_named_and_can_be_withdrawn(
    sqlite_engine: Engine,
    tmp_path: Path,
    rows: Rows,
    fill_registry: Fill,
    as_person: AsPerson,
) -> None:
    name = "ИП Выдуманный"
    number = as_person(rows, name)
    rows[m.LinkedParty][1].update(key=f"organisation:KZ-IIN:{number}", kind="person", name=name)
    fill_registry(sqlite_engine, rows)
    salted = {"slugs": tmp_path / "s.jsonl", "salt": b"s" * 32}
    shown = build_release(sqlite_engine, tmp_path / "out", **salted).directory
    ends = "SELECT kind, uid, name, recipient FROM linked_parties WHERE kind = 'person' AND state = 'named'"
    ((kind, uid, named, recipient),) = found(shown, ends)
    assert (kind, uid, named) == ("person", "ip-vydumanny", name)
    assert found(shown, f"SELECT uid FROM recipients WHERE id = {recipient}") == [(uid,)]
    corrections = tmp_path / "corrections.jsonl"
    add_correction(corrections, Correction(why="asked for", at="2026-05-01T00:00:00Z", words=("Выдуманный",)))
    hidden = build_release(sqlite_engine, tmp_path / "out", corrections=corrections, **salted).directory
    ((_, uid, named, recipient),) = found(hidden, ends)
    assert named == "ИП [withdrawn]"
    assert uid.startswith("withdrawn-")
    assert found(hidden, f"SELECT uid FROM recipients WHERE id = {recipient}") == [(uid,)]
    for path in hidden.iterdir():
        assert number.encode() not in content_of(path)
