"""The bundled sample portal: invented, the same on every machine, and crawled like the real one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from cli.sample.contracts import customers, sample_contracts
from cli.sample_portal import sample_portal, sample_source
from db.privacy import is_person_id
from ingest.values.bin import read_bin
from scrapers.crawl import crawl
from scrapers.job import Pace
from tests.scrapers.kept import Kept, now


def test_it_is_declared_invented_and_lists_all_its_customers() -> None:
    source = sample_source()
    assert source.invented
    assert source.crawl is not None
    assert list(source.crawl.customers) == customers()


def test_it_is_the_same_every_time_and_covers_its_years() -> None:
    contracts = sample_contracts()
    assert contracts == sample_contracts()
    assert len({contract.id for contract in contracts}) == len(contracts) >= 200
    assert {contract.year for contract in contracts} == {str(year) for year in range(2019, 2026)}
    statuses = Counter(contract.status for contract in contracts)
    assert {"Изменен", "Расторгнут по соглашению сторон", "Не заключен", "Исполнен"} <= set(statuses)
    assert all(read_bin(contract.supplier_bin).value == contract.supplier_bin for contract in contracts)
    assert any(is_person_id(contract.supplier_bin) for contract in contracts)


def test_it_is_crawled_whole(tmp_path: Path) -> None:
    kept = Kept()
    with sample_portal() as address:
        result = crawl(
            sample_source(), tmp_path, lambda _: kept, now=now, access="html",
            environment={"GOSZAKUP_PORTAL_URL": address}, pace=Pace(per_second=5000),
        )  # fmt: skip
    contracts = sample_contracts()
    assert (result.state, result.complete, result.rejected) == ("finished", True, 0)
    assert sorted(kept.by_key) == sorted(str(contract.id) for contract in contracts)
    for contract in contracts:
        record = kept.by_key[str(contract.id)]
        assert record.amount.minor == int(contract.amount.replace(" ", "").replace(".", ""))
        assert sum(line.minor or 0 for line in record.lines) == record.amount.minor
