"""The real files: every figure their READMEs state, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import ingested
from sqlalchemy import Engine, text

from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.declaration import read_source
from ingest.installation import SHIPPED_SOURCES
from ingest.load import Counts

pytestmark = pytest.mark.real


def one(engine: Engine, sql: str) -> tuple[object, ...]:
    with engine.connect() as connection:
        return tuple(connection.execute(text(sql)).one())


def pairs(engine: Engine, sql: str) -> dict[object, object]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text(sql))}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def registry(home: Path) -> Iterator[Engine]:
    engine = open_engine(registry_url(home))
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def serbia_v1(registry: Engine, home: Path, real_data: Path) -> Counts:
    source = read_source(SHIPPED_SOURCES / "rs_cofinancing.yml")
    return ingested(registry, home, source, real_data / "serbia-projektno-sufinansiranje" / "v1_2015-2021.xlsx").counts


EUR = "SELECT {0}, sum(equivalent_minor) / 100 FROM record WHERE counted AND equivalent_currency = 'EUR' GROUP BY {0}"


def test_serbia_v1_gives_every_figure_of_its_report(registry: Engine, serbia_v1: Counts) -> None:
    assert serbia_v1 == Counts(rows=14222, inserted=14222)
    assert one(
        registry,
        "SELECT sum(equivalent_minor), sum(CASE WHEN amount_state = 'stated' THEN 1 ELSE 0 END), "
        "sum(CASE WHEN amount_state = 'zero' THEN 1 ELSE 0 END) FROM record WHERE counted",
    ) == (86_148_595_00, 14022, 200)
    assert pairs(registry, EUR.format("year")) == {
        2015: 9_679_913, 2016: 10_037_786, 2017: 10_680_661, 2018: 12_618_302, 2019: 14_173_748, 2020: 14_899_320,
        2021: 14_058_865,
    }  # fmt: skip
    assert pairs(registry, EUR.format("source_topic")) == {
        "Informativni program": 32_580_528, "Kultura i obrazovanje": 11_132_314, "Ostalo": 10_745_951,
        "Neprivilegovane grupe": 8_068_780, "Ekonomija": 7_462_448, "Manjinski sadržaj": 5_285_276,
        "Ekologija i zdravlje": 3_850_300, "Sport": 1_530_601, "": 5_492_397,
    }  # fmt: skip
    level = (
        "CASE WHEN n.name LIKE 'Ministarstvo%' THEN 'ministry' WHEN n.name LIKE 'Pokrajinski%' THEN 'province' "
        "ELSE 'local' END"
    )
    assert pairs(
        registry,
        f"SELECT {level}, sum(equivalent_minor) / 100 FROM record r JOIN body_name n ON n.id = r.payer_name_id "
        "WHERE counted GROUP BY 1",
    ) == {"ministry": 15_351_668, "province": 3_381_602, "local": 67_415_325}


def test_pseudo_ids_identify_nobody(registry: Engine, serbia_v1: Counts) -> None:
    assert serbia_v1.rows
    assert one(registry, "SELECT count(*) FROM organisation WHERE registry_id IN ('11111111', '22222222')") == (0,)
    assert one(registry, "SELECT count(*) FROM record WHERE details LIKE '%pseudo id%'") == (304,)


def test_serbia_v2_is_the_next_edition(registry: Engine, home: Path, real_data: Path, serbia_v1: Counts) -> None:
    assert serbia_v1.rows
    source = read_source(SHIPPED_SOURCES / "rs_cofinancing.yml")
    path = real_data / "serbia-projektno-sufinansiranje" / "v2_2015-2022.xlsx"
    counts = ingested(registry, home, source, path, minute=1).counts
    assert counts == Counts(rows=16811, inserted=3088, updated=23, unchanged=13700, vanished=499)
    assert counts.vanished + counts.updated == 522
    assert counts.inserted + counts.updated == 3111
    assert pairs(registry, "SELECT field, count(*) FROM revision GROUP BY field") == {
        "equivalent_minor": 12, "source_topic": 10, "recipient.id": 1,
    }  # fmt: skip
    years = pairs(registry, EUR.format("year"))
    assert (years[2020], years[2021]) == (14_899_322, 14_553_041)


def test_brazil_equals_the_published_series(registry: Engine, home: Path, real_data: Path) -> None:
    source = read_source(SHIPPED_SOURCES / "br_secom.yml")
    folder = real_data / "brazil-secom-2016"
    first = ingested(registry, home, source, folder / "Planilha_Exportacao_earlier_version.xlsx", minute=2).counts
    assert first == Counts(rows=60426, inserted=60426)
    second = ingested(registry, home, source, folder / "Planilha_Exportacao.xlsx", minute=3).counts
    assert second == Counts(rows=61212, inserted=826, unchanged=60386, vanished=40)
    assert pairs(
        registry, "SELECT year, sum(amount_minor) FROM record WHERE counted AND currency = 'BRL' GROUP BY year"
    ) == {
        2011: 110_594_551_72, 2012: 131_205_243_86, 2013: 138_065_952_49, 2014: 155_685_075_68, 2015: 119_891_749_21,
        2016: 120_113_185_62,
    }  # fmt: skip
    assert one(
        registry,
        "SELECT count(*) FROM record r JOIN record_amount t ON t.record_id = r.id AND t.role = 'tax' "
        "JOIN record_amount n ON n.record_id = r.id AND n.role = 'net' "
        "WHERE r.currency = 'BRL' AND r.amount_minor - t.minor <> n.minor",
    ) == (0,)


def test_lots_count_once(registry: Engine, home: Path, real_data: Path) -> None:
    source = read_source(SHIPPED_SOURCES / "kz_goszakup_lots.yml")
    files = sorted((real_data / "kz-goszakup-plan-csv").glob("[0-9]*.csv"))
    assert len(files) == 9
    assert ingested(registry, home, source, *files, minute=4).counts == Counts(rows=18567, inserted=18567)
    lots = "FROM record WHERE measure = 'announced'"
    assert one(registry, f"SELECT count(DISTINCT root_key) {lots}") == (9490,)
    assert one(registry, f"SELECT count(DISTINCT substr(number, 1, instr(number, '-') - 1)) {lots}") == (8545,)
    assert one(registry, f"SELECT sum(amount_minor) {lots}") == (14_101_751_565_68,)
    assert one(registry, f"SELECT count(*), sum(amount_minor) {lots} AND standing = 'counts'") == (
        7801,
        6_502_027_919_68,
    )
    assert one(registry, f"SELECT count(*), sum(amount_minor) {lots} AND counted") == (7480, 6_310_540_200_38)
    assert one(registry, f"SELECT count(*) {lots} AND relevance <> 'undecided'") == (0,)
