"""docs/decisions-of-identity.md tried from its first command to its last, on invented outlets and sums."""

from __future__ import annotations

import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from registries import own_decisions

from cli.main import main_group

DOC = (Path(__file__).parents[2] / "docs" / "decisions-of-identity.md").read_text(encoding="utf-8")
YML = """\
name: zz_orders
title: Invented orders
country: KZ
publisher: nobody
obtained: made here
url: https://orders.invalid
licence: {name: Invented, publish: facts}
frequency: never
relevance: media
measure: contracted
instrument: contract
currency: KZT
year_basis: signed
lang: ru
invented: true
table: {format: csv}
identity: [Номер]
columns:
  Номер: {to: number}
  Заказчик: {to: payer}
  Поставщик: {to: recipient}
  БИН: {to: recipient.id, scheme: KZ-BIN}
  СМИ: {to: outlet}
  Предмет: {to: subject}
  Год: {to: year}
  Сумма: {to: amount}
persons: {patterns: ["^ИП "], why: sole traders}
expect:
  min: {records: 1}
"""
REGISTER = """\
Outlet,Publisher,Number
УТРО ВЫМЫСЛА ПЛЮС,ТОО «НЕБЫЛЬ»,991240999991
Луч Вымысла,ТОО «Вымысел Медиа»,040540000004
Луч Вымысла,ТОО «Небыль»,991240999991
Никому не известный,ТОО «Небыль»,991240999991
"""
PERSON = "ИП Вымыслов А."
ORDERS = [
    ("ТОО «Вымысел Медиа»", "040540000004", "Утро Вымысла", "2014", "100"),
    ("ТОО «Вымысел Медиа»", "040540000004", "Қиял таңы", "2016", "200"),
    ("ТОО «Небыль»", "991240999991", "Утро Вымысла плюс", "2020", "400"),
    ("ТОО «Небыль Плюс»", "", "Заря Вымысла", "2011", "800"),
    (PERSON, "", "Вечер Вымысла", "2018", "1600"),
    (PERSON, "", "Вымысел сегодня", "2022", "3200"),
    ("ТОО «Вымысел Медиа»", "040540000004", "Радио Вымысел", "2022", "6400"),
    ("ТОО «Небыль»", "991240999991", "Радио Вымысел", "2022", "12800"),
    ("ТОО «Вымысел Медиа»", "040540000004", "Луч Вымысла", "2022", "25600"),
    ("ТОО «Небыль»", "991240999991", "Луч Вымысла", "2022", "51200"),
]


def commands() -> Iterator[list[str]]:
    """Every command of the document, its words apart."""
    for block in re.findall(r"^```\n(.+?)^```", DOC, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line)
            assert words[0] == "mediacontracts", line
            yield words[1:]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main_group, arguments, input=f"{PERSON}\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path / "home"))
    (tmp_path / "home" / "sources").mkdir(parents=True)
    (tmp_path / "home" / "sources" / "zz_orders.yml").write_text(YML, encoding="utf-8")
    rows = [f"{n},Акимат Вымысла,{firm},{bin_},{outlet},Освещение,{year},{total}"
            for n, (firm, bin_, outlet, year, total) in enumerate(ORDERS, start=1)]  # fmt: skip
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["Номер,Заказчик,Поставщик,БИН,СМИ,Предмет,Год,Сумма", *rows]) + "\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    Path("media-register.csv").write_text(REGISTER, encoding="utf-8")
    assert run("ingest", "zz_orders", str(file)).exit_code == 0
    return tmp_path / "home"


def asked(home: Path, sql: str) -> list[tuple[object, ...]]:
    (database,) = (home / "releases" / "current").glob("*.db")
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as out:
        return out.execute(sql).fetchall()


def outlets(home: Path) -> list[tuple[object, ...]]:
    """Counted tenge of each outlet."""
    return asked(
        home,
        "SELECT o.name, sum(c.amount_minor) / 100 FROM contracts c JOIN outlets o ON o.id = c.outlet WHERE c.counted "
        "GROUP BY o.id ORDER BY 2",
    )


def test_every_command_of_the_document_does_what_it_says(home: Path) -> None:
    listed = list(commands())
    assert [words[0] for words in listed].count("decide") == 12
    assert run("release").exit_code == 0
    before = outlets(home)
    assert [row[1] for row in before] == [100, 200, 400, 800, 1600, 3200, 19200, 76800]
    apart = [6400, 12800, 25600, 51200]
    masthead = ""
    made_one: list[tuple[object, ...]] = []
    for words in listed:
        if "--undo" in words:
            assert run("release").exit_code == 0
            made_one = outlets(home)
        done = run(*(masthead if word == "UNDONE" else word for word in words))
        assert done.exit_code == 0, (words, done.output)
        if words[:2] == ["decide", "same"] and not masthead:
            masthead = done.output.split("kept as ")[1].split(";")[0]
    assert [row[1] for row in made_one] == [300, 400, 800, 4800, *apart]
    # the rename stands, the masthead was taken back
    assert [row[1] for row in outlets(home)] == [100, 200, 400, 800, 4800, *apart]
    ends = (
        "SELECT p.name, l.relation, o.name, l.since, l.until FROM links l JOIN linked_parties p ON p.id = l.party "
        "JOIN linked_parties o ON o.id = l.other ORDER BY l.relation, p.name, o.name"
    )
    assert asked(home, ends) == [
        ("Вымысел сегодня", "owner", PERSON, "", ""),
        ("Группа «Вымысел»", "owner", "Акимат Вымысла", "", ""),
        ("ТОО «Вымысел Медиа»", "owner", "Группа «Вымысел»", "2012?", ""),
        ("Утро Вымысла", "publisher", "ТОО «Вымысел Медиа»", "2014", "2021-05"),
        ("Утро Вымысла плюс", "publisher", "ТОО «Небыль»", "", ""),
        ("Заря Вымысла", "successor", "Утро Вымысла плюс", "2020-03-01", ""),
    ]
    lines = (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8")
    assert PERSON.split()[1] not in lines
    # from nothing but the archive and the lines comes the same release, byte for byte
    before_it = (home / "releases" / "current").resolve()
    rebuilt = run("rebuild")
    assert rebuilt.exit_code == 0, rebuilt.output
    again = run("release")
    assert "released before, shown again" in again.output
    assert (home / "releases" / "current").resolve() == before_it
    assert len(own_decisions(home).active) == len(listed) - 4


def test_the_backup_holds_the_secret_for_its_owner_alone(home: Path, tmp_path: Path) -> None:
    person = next(words for words in commands() if "--right-person" in words)
    assert run(*person).exit_code == 0
    assert run("backup", str(tmp_path / "copy")).exit_code == 0
    copy = tmp_path / "copy" / "decisions" / "salt"
    assert copy.read_bytes() == (home / "decisions" / "salt").read_bytes()
    assert copy.stat().st_mode & 0o077 == 0
