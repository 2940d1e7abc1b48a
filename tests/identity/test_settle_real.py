"""The real files brought to rest: each outlet one page, what is money for media, and sums that stay as they were."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from sources import DECLARED, HEADINGS, csv_of, ingested
from sqlalchemy import Engine, text

from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.declaration import read_source
from ingest.identity import load_decisions
from ingest.installation import SHIPPED_SOURCES
from ingest.names.identity_lines import Spelling
from ingest.names.normalise import normalise
from ingest.settle import Settled, settle
from ingest.source import Source

pytestmark = [pytest.mark.real, pytest.mark.slow]

NAMES = msgspec.convert({**DECLARED, "name": "zz_names"}, Source)
"""Names of outlets as they are written, with no sum beside any: a blank is no zero."""


def named_outlets(real_data: Path) -> list[tuple[str, str]]:
    """Outlet and spelling."""
    with (real_data / "outlet-names.csv").open(encoding="utf-8", newline="") as file:
        return list(dict.fromkeys((row["entity"], row["name"]) for row in csv.DictReader(file)))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def registry(home: Path, real_data: Path) -> Iterator[Engine]:
    engine = open_engine(registry_url(home))
    migrate(engine)
    serbia = real_data / "serbia-projektno-sufinansiranje" / "v2_2015-2022.xlsx"
    lots = sorted((real_data / "kz-goszakup-plan-csv").glob("[0-9]*.csv"))
    ingested(engine, home, read_source(SHIPPED_SOURCES / "rs_cofinancing.yml"), serbia)
    ingested(engine, home, read_source(SHIPPED_SOURCES / "kz_goszakup_lots.yml"), *lots, minute=1)
    spelled = dict.fromkeys(name for _, name in named_outlets(real_data))
    quoted = ['"' + name.replace('"', '""') + '"' for name in spelled]
    body = csv_of(*(["Акимат Кок Дала", "2024", "ТОО «Боз Дала»", "", name, "", "", ""] for name in quoted))
    ingested(engine, home, NAMES, body, minute=2)
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def done(registry: Engine, home: Path) -> Settled:
    declared = [read_source(SHIPPED_SOURCES / f"{name}.yml") for name in ("rs_cofinancing", "kz_goszakup_lots")]
    return settle(registry, {source.name: source for source in (*declared, NAMES)}, home)


Spelled = tuple[str, str]
"""A name as it is printed, and who is paid, where that tells outlets of the name apart."""


def pages(registry: Engine, country: str) -> dict[Spelled, int]:
    """Every spelling of an outlet and the page it stands on."""
    with registry.connect() as connection:
        found = connection.execute(
            text("SELECT name, paid_to, outlet_id FROM outlet_name WHERE country = :country"), {"country": country}
        )
        return {(row[0], row[1]): row[2] for row in found}


def test_the_sources_were_read_whole(registry: Engine, real_data: Path) -> None:
    assert HEADINGS[4] == "Outlet"
    assert len({name for name, _ in pages(registry, "RS")}) == 1313
    assert {name for name, _ in pages(registry, "KZ")} == {normal(name) for _, name in named_outlets(real_data)}


def normal(name: str) -> str:
    return " ".join(name.split())


def asked_pages(done: Settled, page: dict[Spelled, int], country: str) -> set[frozenset[int]]:
    """Pages of outlets of which a person is asked whether they are one."""
    return {
        frozenset({page[one.name, one.paid_to], page[other.name, other.paid_to]})
        for kind in done.identities
        if kind.kind == "outlet"
        for one, other, _ in kind.questions
        if one.country == country
    }


def test_each_outlet_of_serbia_has_one_page_but_for_open_questions(
    registry: Engine, home: Path, done: Settled
) -> None:
    found: dict[tuple[str, str | None], list[Spelled]] = defaultdict(list)
    page = pages(registry, "RS")
    for printed, paid_to in page:
        name = normalise(printed)
        if not name.placeholder:
            found[name.key, name.medium].append((printed, paid_to))
    # the same words on two pages: the register of media enters them as two, or a person is asked
    decisions, asked = load_decisions(home), asked_pages(done, page, "RS")
    split = [
        (one, other)
        for several in found.values()
        for one, other in combinations(several, 2)
        if page[one] != page[other] and frozenset({page[one], page[other]}) not in asked
    ]
    assert len(split) > 10
    assert {decisions.verdict(*(Spelling("outlet", "rs", *end) for end in pair)) for pair in split} == {"different"}
    assert len(found) > 1200


def test_each_outlet_of_kazakhstan_has_one_page_but_for_open_questions(
    registry: Engine, done: Settled, real_data: Path
) -> None:
    page = pages(registry, "KZ")
    truth = {(normal(name), ""): entity for entity, name in named_outlets(real_data)}
    on_page: dict[int, set[str]] = defaultdict(set)
    pages_of: dict[str, set[int]] = defaultdict(set)
    for spelling, entity in truth.items():
        on_page[page[spelling]].add(entity)
        pages_of[entity].add(page[spelling])
    # no page holds two outlets
    assert [sorted(entities) for entities in on_page.values() if len(entities) > 1] == []
    # and where an outlet stands on two, a person is asked about exactly them
    split = [frozenset(several) for several in pages_of.values() if len(several) > 1]
    assert len(split) <= 1
    assert set(split) <= asked_pages(done, page, "KZ")


def test_lots_are_media_or_not_and_count_as_before(registry: Engine, done: Settled) -> None:
    assert done.relevance.counts == {"media": 11, "not media": 419, "undecided": 18137}
    with registry.connect() as connection:
        found = connection.execute(
            text(
                "SELECT relevance, count(*), sum(amount_minor) FROM record WHERE counted AND measure = 'announced' "
                "GROUP BY relevance"
            )
        )
        sums = {row[0]: (row[1], row[2]) for row in found}
    assert sums == {
        "media": (8, 16_903_585_71),
        "not media": (206, 1_472_726_276_30),
        "undecided": (7266, 4_820_910_338_37),
    }
    assert sum(total for _, total in sums.values()) == 6_310_540_200_38


def test_the_source_keeps_its_own_topic_beside_ours(registry: Engine, done: Settled) -> None:
    assert done.relevance.changed > 0
    with registry.connect() as connection:
        found = connection.execute(
            text(
                "SELECT source_topic, topic, count(*) FROM record WHERE currency = 'RSD' "
                "AND source_topic IN ('Sport', 'Kultura', '') AND topic IN ('sport', 'education and culture') "
                "GROUP BY 1, 2"
            )
        )
        topics = {(row[0], row[1]) for row in found}
    assert ("Sport", "sport") in topics


def test_settling_again_changes_nothing(registry: Engine, home: Path, done: Settled) -> None:
    names = ("rs_cofinancing", "kz_goszakup_lots")
    declared = {name: read_source(SHIPPED_SOURCES / f"{name}.yml") for name in names} | {NAMES.name: NAMES}
    again = settle(registry, declared, home)
    assert again.relevance.changed == 0
    assert [kind.moved for kind in again.identities] == [0, 0, 0]
    assert [kind.entities for kind in again.identities] == [kind.entities for kind in done.identities]
