"""Offices under the akimat or ministry their names say, by date; the information ministry in one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sources import HEADINGS, csv_of, declare, ingested
from sqlalchemy import Engine, text

from ingest.bodies import Parents
from ingest.lineage import LINEAGES, read_lineages, write_lineages
from ingest.offices import codes_of, read_akimats, region_above
from ingest.record import Party
from ingest.reference import ReferenceFileError
from ingest.settle import settle

CULTURE = "Министерство культуры и информации РК"


@pytest.fixture(scope="module")
def parents() -> Parents:
    return Parents.load()


@pytest.mark.parametrize(
    ("name", "asked", "above"),
    [
        ("Управление внутренней политики Северо-Казахстанской области", 2011, "Акимат Северо-Казахстанской области"),
        ("Солтүстік Қазақстан облысының ішкі саясат басқармасы", 2011, "Акимат Северо-Казахстанской области"),
        ("Отдел внутренней политики Есильского района СКО", 2015, "Акимат Северо-Казахстанской области"),
        ("Аппарат акима г. Петропавловска СКО", 2021, "Акимат Северо-Казахстанской области"),
        ("Акимат СКО", 2021, "Акимат Северо-Казахстанской области"),
        ("КГУ «Управление общественного развития города Алматы»", 2020, "Акимат г. Алматы"),
        # a region is asked about only in years in which it was there all year
        ("Абай облысының ішкі саясат басқармасы", 2021, None),
        ("Абай облысының ішкі саясат басқармасы", 2022, None),
        ("Абай облысының ішкі саясат басқармасы", date(2022, 6, 8), "Акимат области Абай"),
        ("Абай облысының ішкі саясат басқармасы", 2023, "Акимат области Абай"),
        ("Управление внутренней политики ЮКО", 2017, "Акимат Южно-Казахстанской области"),
        ("Управление внутренней политики ЮКО", 2018, None),
        ("Управление внутренней политики города Астаны", 2018, "Акимат г. Астана"),
        ("Управление внутренней политики города Астаны", 2019, None),
        ("Управление внутренней политики города Астаны", 2023, "Акимат г. Астана"),
        # a local arm of a ministry in the capital, or of nobody knows whom
        ("Департамент полиции СКО", 2021, None),
        ("Управление юстиции Есильского района СКО", 2021, None),
        ("Управление внутренней политики", 2021, None),
        ("ТОО «Акимат медиа»", 2021, None),
        # ministries by name and date, in any language
        ("Министерство культуры и информации Республики Казахстан", 2008, f"{CULTURE} (2006–2010)"),
        (CULTURE, 2010, None),
        # both days of its second life are unsure, so no day of it is answered
        (CULTURE, date(2012, 12, 1), None),
        ("ҚР Мәдениет және ақпарат министрлігі", 2024, f"{CULTURE} (2023–)"),
        ("Комитет информации Министерства культуры и информации РК", 2024, f"{CULTURE} (2023–)"),
        ("МИОР РК", 2021, "Министерство информации и общественного развития РК"),
        ("МИОР РК", 2015, None),
        ("Министерство финансов РК", 2021, None),
    ],
)  # fmt: skip
def test_who_stands_above_an_office(parents: Parents, name: str, asked: int | date, above: str | None) -> None:
    on, year = (asked, None) if isinstance(asked, date) else (None, asked)
    found = parents.of("KZ", Party(name=name), on, year)
    assert (found.name if found else None) == above
    assert parents.of("RS", Party(name=name), on, year) is None


def test_a_ministry_with_a_number_meets_the_one_its_committee_names(parents: Parents) -> None:
    name = "Министерство информации и общественного развития РК"
    assert parents.of("KZ", Party(name=name), None, 2020) is None  # it is its own
    numbered = Party(name=name, id_scheme="KZ-BIN", registry_id="991240999991")
    found = parents.of("KZ", numbered, None, 2020)
    committee = Party(name="Комитет информации Министерства информации и общественного развития РК")
    assert found == parents.of("KZ", committee, None, 2020) == Party(name=name, lang="ru")


def test_every_akimat_reads_as_the_region_it_stands_for() -> None:
    akimats = read_akimats()
    assert len({one.code for one in akimats}) == 21  # 20 of today and South Kazakhstan
    for one in akimats:
        assert region_above(one.name) == one.code, one.name
        assert "akimat" in codes_of(one.name)
        assert one.evidence


MINISTRIES = [
    ("Министерство культуры и информации Республики Казахстан", "2008"),
    ("Министерство связи и информации РК", "2011"),
    ("ҚР Ақпарат және коммуникациялар министрлігі", "2017"),
    ("Министерство информации и общественного развития РК", "2021"),
    ("Комитет информации Министерства культуры и информации РК", "2024"),
    ("Министерство культуры и спорта РК", "2021"),
    ("Акимат Кок Дала", "2021"),
]


def test_all_names_of_the_information_ministry_are_one_line(engine: Engine, tmp_path: Path) -> None:
    source = declare()
    assert HEADINGS[:2] == ["Payer", "Year"]
    rows = [[payer, year, "ТОО «Боз Дала Медиа»", "", "Боз дала", "", str(10**at), ""]
            for at, (payer, year) in enumerate(MINISTRIES)]  # fmt: skip
    ingested(engine, tmp_path, source, csv_of(*rows))
    settle(engine, {source.name: source}, tmp_path)
    with engine.connect() as connection:
        sums = connection.execute(
            text("SELECT b.lineage, sum(r.amount_minor) / 100 FROM record r JOIN body b ON b.id = r.ministry_id "
                 "WHERE r.counted GROUP BY b.lineage ORDER BY b.lineage")
        ).all()  # fmt: skip
        ministries = set(connection.execute(text("SELECT name FROM body WHERE lineage <> ''")).scalars())
        assert write_lineages(connection, read_lineages()) == 0
    assert [(row[0], int(row[1])) for row in sums] == [("", 1_100_000), ("information ministry of Kazakhstan", 11_111)]
    # each stays a body of its own, and the committee stands under its ministry of that year
    assert "Министерство культуры и информации РК (2006–2010)" in ministries
    assert "Министерство культуры и информации РК (2023–)" in ministries
    assert "Комитет информации Министерства культуры и информации РК" not in ministries


HEADING = "lineage,country,name,valid_from,valid_to,evidence\n"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("a,KZ,Министерство А,,,\n", "its evidence"),
        (",KZ,Министерство А,,,e\n", "a lineage"),
        ("a,KZ,Министерство А,2010,,e\n", "dates are"),
        ("a,KZ,Министерство финансов РК,,,e\nb,KZ,ҚР Қаржы министрлігі,,,e\n", "stands in two lines"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, lines: str, message: str) -> None:
    path = tmp_path / LINEAGES.name
    path.write_text(HEADING + lines, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=message):
        read_lineages(path)
