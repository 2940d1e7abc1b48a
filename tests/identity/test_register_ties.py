"""`mediacontracts ties`: what a register states becomes lines where its names lead to one party each, once.

Outlets, firms and sums are invented, but for the real register of media, where it is at hand.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations, groupby
from operator import itemgetter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from cli.tying import ties
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.declaration import read_source
from ingest.identity import load_decisions
from ingest.installation import SHIPPED_SOURCES
from ingest.media_register import Columns, Row, read_register
from ingest.names.identity_lines import PERSON
from ingest.settle import settle

ONE, OTHER = "991240999991", "040540000004"
NUMBER = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""
HEADINGS = ["Outlet", "Publisher", "Number", "Form"]
REGISTER = [
    ["БОЗ ДАЛА", "ТОО «БОЗ ДАЛА МЕДИА»", ONE, "daily"],
    ["Боз Дала", "Боз Дала Медиа", ONE, "daily"],  # the same tie again, under another name of the firm
    ["Көк дала", "ТОО «Көк»", OTHER, "daily"],
    ["Көк дала", "ТОО «Боз Дала Медиа»", ONE, "radio"],  # two of one name: which is meant?
    ["Қиял\nтаңы", "ИП Вымыслов Б.", NUMBER, "site"],  # a cell of two lines
    ["Заря Вымысла", "ТОО «Никто»", "", "site"],
    ["Нигде", "ТОО «Көк»", OTHER, "site"],
]
TERMS = (
    "--left", "Outlet", "--right", "Publisher", "--right-id", "Number", "--relation", "publisher", "--country", "kz",
    "--who", "A. B.", "--why", "register of media, as of 2020", "--evidence", "https://register.invalid/",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    source = declare(persons={"patterns": ["^ИП "], "why": "sole traders are natural persons"})
    printed = [
        ("ТОО «Боз Дала Медиа»", ONE, "Боз дала"), ("ТОО «Көк»", OTHER, "Көк дала"),
        ("ИП Вымыслов Б.", NUMBER, "Қиял таңы"), ("ТОО «Ещё кто-то»", "", "Заря Вымысла"),
    ]  # fmt: skip
    rows = [
        ["Акимат Кок Дала", "2024", firm, number, outlet, "Освещение", "1", ""] for firm, number, outlet in printed
    ]
    ingested(engine, tmp_path, source, csv_of(*rows))
    settle(engine, {source.name: source}, tmp_path)
    engine.dispose()
    return tmp_path


def run(file: Path, *more: str) -> Result:
    return CliRunner().invoke(ties, [str(file), *TERMS, *more])


def register(folder: Path, form: str) -> Path:
    file = folder / f"register.{form}"
    if form == "xlsx":
        book = Workbook()
        for row in (HEADINGS, *REGISTER):
            assert book.active is not None
            book.active.append([int(cell) if cell == OTHER else cell for cell in row])
        book.save(file)
    else:
        quoted = [[f'"{cell}"' if "\n" in cell else cell for cell in row] for row in REGISTER]
        file.write_bytes(csv_of(*quoted, headings=HEADINGS, delimiter=";" if form == "txt" else ","))
    return file


@pytest.mark.parametrize("form", ["csv", "txt", "xlsx"])
def test_a_register_becomes_lines_once(home: Path, tmp_path: Path, form: str) -> None:
    file = register(tmp_path, form)
    looked = run(file, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "2 of 7 rows would be kept" in looked.output
    assert not (home / "decisions" / "identity.jsonl").exists()
    done = run(file)
    assert done.exit_code == 0, done.output
    for told in (
        "2 of 7 rows are kept",
        "1 rows left out: said in another row",
        "1 rows left out: the left name leads to no outlet, or to more than one",
        "1 rows left out: the right name leads to no organisation, or to more than one",
        # a number that a spreadsheet took the first zero of is nobody's, and then the name is asked
        "2 rows left out: the register ties the left one to several",
    ):
        assert told in done.output
    found = load_decisions(home).links
    assert [(one.left.name, one.relation) for one in found] == [("Боз дала", "publisher"), ("Қиял таңы", "publisher")]
    assert found[0].right.id == ONE
    assert found[1].right.name.startswith(PERSON)
    kept = (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8")
    assert [word for word in ("Вымыслов", NUMBER) if word in kept] == []
    assert {json.loads(line)["why"] for line in kept.splitlines()} == {"register of media, as of 2020"}
    again = run(file)
    assert "0 of 7 rows are kept" in again.output
    assert "2 rows left out: said already" in again.output
    assert (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8") == kept


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--left", "Medium"), "no heading 'Medium'; it has Outlet, Publisher, Number, Form"),
        (("--relation", "successor"), "successor ties no outlet and organisation"),
        (("--since", "2020", "--until", "2019"), "it ends (2019) before it begins"),
    ],
)
def test_what_cannot_stand_is_refused_whole(home: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    refused = run(register(tmp_path, "csv"), *arguments)
    assert refused.exit_code == 1
    assert says in refused.output
    assert not (home / "decisions" / "identity.jsonl").exists()


def test_a_file_that_is_no_table_is_refused(home: Path, tmp_path: Path) -> None:
    for name, body in (("r.csv", "Қала".encode("utf-16")), ("r.xlsx", b"nothing")):
        (tmp_path / name).write_bytes(body)
        refused = run(tmp_path / name)
        assert refused.exit_code == 1
        assert name in refused.output


def merged_against(engine: Engine, rows: list[Row]) -> list[tuple[str, str]]:
    """Names of one outlet of ours that the register enters under different publishers, without a common one."""
    publishers: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        publishers[row.left.casefold()].add(row.right_id)
    with engine.connect() as connection:
        spelled = connection.execute(text("SELECT outlet_id, name FROM outlet_name ORDER BY outlet_id, name")).all()
    return [
        (one, other)
        for _, group in groupby(spelled, key=itemgetter(0))
        for one, other in combinations([row[1] for row in group], 2)
        if {one.casefold(), other.casefold()} <= publishers.keys()
        and publishers[one.casefold()].isdisjoint(publishers[other.casefold()])
    ]


@pytest.mark.real
@pytest.mark.slow
def test_the_register_of_media_of_serbia(tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    folder = real_data / "serbia-projektno-sufinansiranje"
    source = read_source(SHIPPED_SOURCES / "rs_cofinancing.yml")
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    ingested(engine, tmp_path, source, folder / "v2_2015-2022.xlsx")
    settle(engine, {source.name: source}, tmp_path)
    terms = (
        "--left", "Naziv medija", "--right", "PODNOSILAC PROJEKTA", "--right-id", "MATIČNI BROJ PODNOSIOCA",
        "--relation", "publisher", "--country", "rs", "--who", "a test", "--why", "register of media, as of 2020",
        "--evidence", source.url,
    )  # fmt: skip
    done = CliRunner().invoke(ties, [str(folder / "aprregmediji2020.xlsx"), *terms])
    assert done.exit_code == 0, done.output
    assert "1166 of 1516 rows are kept" in done.output
    assert settle(engine, {source.name: source}, tmp_path).links.links == 1166
    columns = Columns("Naziv medija", "PODNOSILAC PROJEKTA", "", "MATIČNI BROJ PODNOSIOCA")
    assert merged_against(engine, read_register(folder / "aprregmediji2020.xlsx", columns)) == []
    # the register and the payments are two sources: mostly, but not always, the publisher is the one that was paid
    with engine.connect() as connection:
        paid, publisher = connection.execute(
            text(
                "SELECT count(*), sum(f.organisation_id = q.organisation_id) FROM record r "
                "JOIN outlet_name n ON n.id = r.outlet_name_id JOIN linked_party p ON p.outlet_id = n.outlet_id "
                "JOIN party_link l ON l.party_id = p.id JOIN linked_party q ON q.id = l.other_id "
                "JOIN organisation_name f ON f.id = r.recipient_name_id"
            )
        ).one()
    engine.dispose()
    assert paid == 12_419
    assert 0.9 < publisher / paid < 1
