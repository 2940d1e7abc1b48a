"""Two outlets of one printed name in a release: a page each, told apart, and the address they shared leads to both."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from registries import ONE, OTHER, SALT, SOURCE, line_of, row, settled, write
from sources import csv_of, ingested
from sqlalchemy import Engine

from ingest.decision_lines import undo_line
from ingest.names.identity_lines import Spelling, decision_line, person_key
from publish.corrections import Correction, add_correction
from publish.release import build_release
from tests.publish.reading import content_of

NAME = "Радио Пульс"
PERSON_NUMBER = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""

ROWS = [
    row("ТОО «Первое»", ONE, NAME, 1),
    row("ТОО «Второе»", OTHER, NAME, 2),
    row("ТОО «Третье»", "", NAME, 4),
    row("ИП Вымыслова А.", PERSON_NUMBER, NAME, 8),
]


def paid(number: str) -> Spelling:
    return Spelling("outlet", "kz", NAME, number)


def said(left: Spelling, right: Spelling, *, publisher: bool = False) -> str:
    return decision_line(
        left, right, "same" if publisher else "different", who="A. B.", when=date(2026, 1, 2), why="a register",
        relation="publisher" if publisher else "spelling", evidence=["https://register.invalid/"],
    )  # fmt: skip


TWO = said(paid(ONE), paid(OTHER))


pytestmark = pytest.mark.usefixtures("unopened")


def released(engine: Engine, home: Path, salt: bytes = b"") -> Path:
    if salt:
        (home / "decisions").mkdir(exist_ok=True)
        (home / "decisions" / "salt").write_bytes(salt)
    settled(engine, home)
    return build_release(engine, home / "out", slugs=home / "s.jsonl", salt=SALT).directory


def first_released(engine: Engine, home: Path, *rows: list[str]) -> Path:
    """An installation whose first release has all of them on one page."""
    ingested(engine, home, SOURCE, csv_of(*rows))
    released(engine, home)
    return home


def found(directory: Path, sql: str) -> list[tuple[Any, ...]]:
    (database,) = directory.glob("*.db")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as out:
        return out.execute(sql).fetchall()


SUMS = (
    "SELECT o.name, sum(c.amount_minor) / 100 FROM contracts c JOIN outlets o ON o.id = c.outlet "
    "WHERE c.counted = 1 GROUP BY o.uid ORDER BY 2"
)
ADDRESSES = "SELECT uid, entity_uid FROM addresses WHERE kind = 'outlet' ORDER BY 1, 2"


def test_each_has_a_page_of_its_own_that_says_who_is_paid(sqlite_engine: Engine, tmp_path: Path) -> None:
    home = first_released(sqlite_engine, tmp_path, *ROWS)
    write(home, TWO, said(paid(ONE), Spelling("organisation", "kz", "ТОО «Первое»", ONE), publisher=True))
    folder = released(sqlite_engine, home)
    assert found(folder, SUMS) == [(f"{NAME} (ТОО «Первое»)", 1), (f"{NAME} (ТОО «Второе»)", 2), (NAME, 12)]
    uids = dict(found(folder, "SELECT name, uid FROM outlets WHERE state = 'named'"))
    assert set(uids.values()) == {"radio-puls", "radio-puls-too-pervoe", "radio-puls-too-vtoroe"}
    # the spelling that all three print leads to each of them, and the file of names says when it was seen
    assert found(folder, "SELECT DISTINCT name FROM spellings WHERE role = 'outlet'") == [(NAME,)]
    with (folder / f"{prefix(folder)}names.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = [line for line in csv.DictReader(file) if line["kind"] == "outlet"]
    assert {(line["uid"], line["name"], line["spelling"], line["records"]) for line in listed} == {
        (uids[name], name, NAME, records) for name, records in zip(uids, counted(folder, uids), strict=True)
    }
    # a tie goes to the one that is meant, under the name that tells it apart
    tied = "SELECT p.uid, p.name, p.outlet IS NOT NULL FROM links l JOIN linked_parties p ON p.id = l.party"
    assert found(folder, tied) == [("radio-puls-too-pervoe", f"{NAME} (ТОО «Первое»)", 1)]
    told = (folder / f"{prefix(folder)}entities.ftm.json").read_text(encoding="utf-8").splitlines()
    properties = [json.loads(line)["properties"] for line in told]
    titles = {one["name"][0]: one.get("alias") for one in properties if NAME in str(one.get("name"))}
    assert titles == {f"{NAME} (ТОО «Первое»)": [NAME], f"{NAME} (ТОО «Второе»)": [NAME], NAME: None}


def test_a_reader_of_each_language_can_tell_them_apart(sqlite_engine: Engine, tmp_path: Path) -> None:
    from datasette.plugins import pm

    from publish.opening import open_release
    from publish.site import plugin
    from tests.site.conftest import Site

    write(tmp_path, TWO)
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    folder = released(sqlite_engine, tmp_path)
    assert found(folder, "SELECT name, paid_to FROM outlets WHERE state = 'named' ORDER BY name") == [
        (NAME, ""), (f"{NAME} (ТОО «Второе»)", "ТОО «Второе»"), (f"{NAME} (ТОО «Первое»)", "ТОО «Первое»")
    ]  # fmt: skip
    database, metadata = next(folder.glob("*.db")), next(folder.glob("*metadata.yml"))
    pm.register(plugin, name="media-contracts-site-under-test")
    try:
        site = Site(open_release(database, metadata))
        for language in ("", "/ru", "/kk"):
            # the source is Russian, and its spelling is what a Russian reader sees in place of the name
            page = html.fromstring(site.get(f"{language}/outlet/radio-puls-too-pervoe").text)
            assert page.xpath("string(//h1)") == f"{NAME} (ТОО «Первое»)"
            others = page.xpath("//p[@class='note'][1]/a/text()")
            assert others == [NAME, f"{NAME} (ТОО «Второе»)"]
            listed = html.fromstring(site.get(f"{language}/outlets").text)
            assert len({name for name in listed.xpath("//td/a/text()") if name.startswith(NAME)}) == 3
        hits = site.get("/search.json?q=puls").json()
        assert {NAME, f"{NAME} (ТОО «Первое»)", f"{NAME} (ТОО «Второе»)"} <= set(names_in(hits))
        site.close()
    finally:
        pm.unregister(plugin)


def names_in(told: Any) -> list[str]:
    """Every `name` of an answer, wherever it stands."""
    if isinstance(told, dict):
        own = [told["name"]] if isinstance(told.get("name"), str) else []
        return own + [name for value in told.values() for name in names_in(value)]
    return [name for one in told for name in names_in(one)] if isinstance(told, list) else []


def prefix(folder: Path) -> str:
    (database,) = folder.glob("*.db")
    return database.name.removesuffix("media_contracts.db")


def counted(folder: Path, uids: dict[str, str]) -> list[str]:
    records = dict(found(folder, "SELECT uid, records FROM outlets"))
    return [str(records[uid]) for uid in uids.values()]


def test_the_address_they_shared_leads_to_each_and_back(sqlite_engine: Engine, tmp_path: Path) -> None:
    home = first_released(sqlite_engine, tmp_path, ROWS[0], ROWS[1], ROWS[3])
    write(home, TWO, said(paid(ONE), paid(person_key(SALT, PERSON_NUMBER))))
    folder = released(sqlite_engine, home, SALT)
    assert found(folder, SUMS) == [
        (f"{NAME} (ТОО «Первое»)", 1), (f"{NAME} (ТОО «Второе»)", 2), (f"{NAME} (ИП Вымыслова А.)", 8)
    ]  # fmt: skip
    heirs = ["radio-puls-ip-vymyslova-a", "radio-puls-too-pervoe", "radio-puls-too-vtoroe"]
    assert found(folder, ADDRESSES) == [("radio-puls", heir) for heir in heirs]
    told = "".join(content_of(path).decode(errors="ignore") for path in folder.iterdir() if path.is_file())
    told += (home / "s.jsonl").read_text(encoding="utf-8")
    assert PERSON_NUMBER not in told
    write(home, *(undo_line(line_of(line), who="A. B.", when=date(2026, 1, 3), why="one") for line in lines(home)))
    folder = released(sqlite_engine, home)
    assert found(folder, SUMS) == [(NAME, 11)]
    assert found(folder, ADDRESSES) == [(heir, "radio-puls") for heir in heirs]


def test_a_withdrawn_name_is_in_no_name_and_no_address(sqlite_engine: Engine, tmp_path: Path) -> None:
    home = first_released(sqlite_engine, tmp_path, ROWS[0], ROWS[1], ROWS[3])
    write(home, TWO, said(paid(ONE), paid(person_key(SALT, PERSON_NUMBER))))
    released(sqlite_engine, home, SALT)
    path = home / "corrections.jsonl"
    add_correction(path, Correction(why="Asked for", at="2026-04-02T08:00:00Z", words=("Вымыслова",)))

    def told() -> tuple[list[tuple[Any, ...]], str]:
        folder = build_release(
            sqlite_engine, home / "out", slugs=home / "s.jsonl", salt=SALT, corrections=path
        ).directory
        return found(folder, ADDRESSES), bytes_of(folder)

    addresses, content = told()
    assert [heir for _, heir in addresses] == ["radio-puls-too-pervoe", "radio-puls-too-vtoroe"]
    assert [word for word in ("вымыслова", "vymyslova") if word in content] == []
    # what once was its address leads nowhere either, when it is told apart no more
    write(home, *(undo_line(line_of(line), who="A. B.", when=date(2026, 1, 3), why="one") for line in lines(home)))
    settled(sqlite_engine, home)
    addresses, content = told()
    assert [uid for uid, _ in addresses] == ["radio-puls-too-pervoe", "radio-puls-too-vtoroe"]
    assert [word for word in ("вымыслова", "vymyslova") if word in content] == []


def bytes_of(folder: Path) -> str:
    """All files of a release, without case."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return "".join(content_of(path).decode(errors="ignore") for path in files).casefold()


def lines(home: Path) -> list[str]:
    return (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8").splitlines()


def test_one_that_nobody_shares_its_name_with_keeps_it(sqlite_engine: Engine, tmp_path: Path) -> None:
    home = first_released(sqlite_engine, tmp_path, ROWS[0])
    write(home, TWO)
    folder = released(sqlite_engine, home)
    assert found(folder, SUMS) == [(NAME, 1)]
    (uid,) = [row[0] for row in found(folder, "SELECT uid FROM outlets WHERE state = 'named'")]
    assert found(folder, ADDRESSES) == [("radio-puls", uid)]
