"""What a crawl read is taken back: the next crawl brings the values again, as `retract` promises."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest
from commands import mediacontracts_here
from sqlalchemy import create_engine
from test_due import DECLARED

from cli.sample.contracts import customers, sample_contracts
from cli.sample_portal import sample_portal
from cli.schedule import first_day
from ingest.retract import read_retractions

CUSTOMER = customers()[0]
SHOWN = [one for one in sample_contracts() if (one.customer_bin, one.status) == (CUSTOMER, "Исполнен")][:2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("scrapers.crawl.HTML_PER_SECOND", 50)
    (tmp_path / "sources").mkdir()
    declared = DECLARED.format(name="zz_sample", frequency="daily", customer=CUSTOMER)
    (tmp_path / "sources" / "zz_sample.yml").write_text(declared, encoding="utf-8")
    return tmp_path


def crawl(home: Path, *shown: object) -> None:
    with sample_portal(shown) as address:  # type: ignore[arg-type]
        done = mediacontracts_here(home, "crawl", "zz_sample", "--via", "html", GOSZAKUP_PORTAL_URL=address)
    assert done.returncode == 0, done.stderr


def held(home: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(home / "registry.db")
    found = connection.execute(sql).fetchall()
    connection.close()
    return found


def window_of(home: Path, run: str) -> str:
    return str(held(home, f"SELECT window_from FROM run WHERE ref = '{run}'")[0][0])


def from_day(home: Path) -> str:
    """From when the next crawl reads: the window is what a crawl by an interface asks for."""
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    found = first_day(engine, "zz_sample", read_retractions(home / "corrections" / "retractions.jsonl"))
    engine.dispose()
    return found


COUNTED = "SELECT number, amount_minor FROM record WHERE counted ORDER BY key"


@pytest.mark.parametrize("which", [0, 1])
def test_the_next_crawl_brings_the_values_of_a_retracted_one(home: Path, which: int) -> None:
    """Cards whose rows had not changed were not asked for again, so the values never came back."""
    crawl(home, SHOWN[0])
    changed = msgspec.structs.replace(SHOWN[0], amount="777.00")
    crawl(home, changed, SHOWN[1])
    crawl(home, changed, SHOWN[1])
    before = held(home, COUNTED)
    assert len(before) == 2
    run = held(home, "SELECT ref FROM run ORDER BY id")[which][0]
    assert mediacontracts_here(home, "retract", str(run), "--why", "wrong").returncode == 0
    assert from_day(home) == window_of(home, str(run))
    crawl(home, changed, SHOWN[1])
    assert from_day(home) > window_of(home, str(run))[:10]
    assert held(home, COUNTED) == before
    assert mediacontracts_here(home, "check").returncode == 0
