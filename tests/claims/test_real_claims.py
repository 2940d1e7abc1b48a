"""The printed figures of Serbia and Brazil against the real files they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.words import ClaimVerdict
from ingest.claim_terms import Outcome
from ingest.claims import check_claims, load_claims
from ingest.declaration import read_source
from ingest.files import ingest_files
from ingest.installation import SHIPPED_SOURCES

pytestmark = pytest.mark.real

# printed figures of the Serbian report that its own file contradicts
WRONG_IN_PRINT = {
    "RS-02",  # "approximately 13.7 million" on page 6, 14,058,865 on page 12
    "RS-04",  # 13,967 projects on page 3, 14,022 on page 11
    "RS-applicant-novi-pazar-chart-eur",  # the chart prints the sum of the towns alone
    "RS-local-novi-pazar-eur",  # 2,542,331 in the text, 2,930,913 in the rows and on the chart
    "RS-town-nis-eur",  # 47,204 more than the rows of Niš
}


def verdicts(engine: Engine) -> dict[str, Outcome]:
    with engine.begin() as connection:
        load_claims(connection)
        return check_claims(connection)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def registry(home: Path) -> Iterator[Engine]:
    engine = open_engine(registry_url(home))
    migrate(engine)
    yield engine
    engine.dispose()


def ingest(engine: Engine, home: Path, source: str, file: Path, minute: int) -> None:
    declared = read_source(SHIPPED_SOURCES / f"{source}.yml")
    ingest_files(engine, Archive(home / "archive"), declared, [file], at=f"2026-11-24T10:{minute:02d}:00Z")


@pytest.fixture(scope="module")
def after_v1(registry: Engine, home: Path, real_data: Path) -> dict[str, Outcome]:
    ingest(registry, home, "rs_cofinancing", real_data / "serbia-projektno-sufinansiranje" / "v1_2015-2021.xlsx", 0)
    return verdicts(registry)


@pytest.fixture(scope="module")
def after_v2(registry: Engine, home: Path, real_data: Path, after_v1: dict[str, Outcome]) -> dict[str, Outcome]:
    ingest(registry, home, "rs_cofinancing", real_data / "serbia-projektno-sufinansiranje" / "v2_2015-2022.xlsx", 1)
    return verdicts(registry)


def test_every_printed_figure_of_the_report_but_those_it_contradicts(after_v1: dict[str, Outcome]) -> None:
    serbia = {ref: outcome for ref, outcome in after_v1.items() if ref.startswith("RS-")}
    assert len(serbia) == 189
    by_verdict = {
        verdict: {ref for ref, outcome in serbia.items() if outcome.verdict is verdict} for verdict in ClaimVerdict
    }
    assert by_verdict[ClaimVerdict.MISMATCH] == WRONG_IN_PRINT
    assert by_verdict[ClaimVerdict.DIFFERENT_SCOPE] == {"RS-05"}
    assert (after_v1["RS-02"].ours, after_v1["RS-02"].difference) == ("14058865", "358865")


@pytest.mark.parametrize(
    ("ref", "ours"),
    [
        ("RS-01", "86148595"),
        ("RS-03", "14022"),
        ("RS-ministry-eur", "15351668"),
        ("RS-province-eur", "3381602"),
        ("RS-local-eur", "67415325"),
        ("RS-news-eur", "32580528"),
        ("RS-blank-eur", "5492397"),
        ("RS-2015-eur", "9679913"),
        ("RS-2021-eur", "14058865"),
    ],
)
def test_the_figures_of_the_readme(after_v1: dict[str, Outcome], ref: str, ours: str) -> None:
    assert (after_v1[ref].verdict, after_v1[ref].ours, after_v1[ref].difference) == (ClaimVerdict.PASS, ours, "0")


def test_a_later_edition_moves_the_figures_and_says_so(after_v2: dict[str, Outcome]) -> None:
    moved = after_v2["RS-2021-eur"]
    assert (moved.verdict, moved.ours) == (ClaimVerdict.MISMATCH, "14553041")
    assert "the source was loaded again since" in moved.arithmetic
    assert after_v2["RS-2020-eur"].difference == "2"
    assert after_v2["RS-2015-eur"].verdict is ClaimVerdict.PASS


@pytest.mark.slow
def test_brazil_pays_its_six_totals_to_the_cent_after_both_sheets(
    registry: Engine, home: Path, real_data: Path
) -> None:
    folder = real_data / "brazil-secom-2016"
    ingest(registry, home, "br_secom", folder / "Planilha_Exportacao_earlier_version.xlsx", 10)
    ingest(registry, home, "br_secom", folder / "Planilha_Exportacao.xlsx", 11)
    brazil = {ref: outcome for ref, outcome in verdicts(registry).items() if ref.startswith("BR-")}
    assert len(brazil) == 6
    assert {str(outcome.verdict) for outcome in brazil.values()} == {"PASS"}
    assert brazil["BR-01"].ours == "119891749.21"
