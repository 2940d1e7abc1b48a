"""Loading against raw `sqlite3.executemany` into the same tables at the same rows per transaction."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.result import Result
from db.archive import Captured, RunEnded, RunStarted
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.words import AmountRole, Instrument, Measure, Relevance, YearBasis
from ingest.load import Loader
from ingest.record import Batch, Line, Party, Record, Sum
from ingest.source import Source

RECORDS = 40_000
ROWS_A_TRANSACTION = 2_000
ROUNDS = 5


def invented_source() -> Source:
    """A source to load for; nothing of it is read."""
    import msgspec  # noqa: PLC0415

    return msgspec.convert(
        {
            "name": "zz_bench", "title": "Invented", "country": "KZ", "publisher": "nobody", "obtained": "made here",
            "url": "https://bench.invalid", "licence": {"name": "none", "publish": "facts"}, "frequency": "never",
            "relevance": "media", "measure": "contracted", "instrument": "contract", "currency": "KZT",
            "year_basis": "budget", "invented": True, "access": "goszakup", "crawl": {}, "expect": {"min": {}},
        },
        Source,
    )  # fmt: skip


def invented_records(count: int, *, raised: int = 0) -> list[Record]:
    """Contracts with two sums and two lines, as a portal gives them."""
    return [
        Record(
            key=str(n),
            root_key=str(n - n % 3),
            version=f"{n % 3:02d}",
            rank=f"{n:09d}",
            measure=Measure.CONTRACTED,
            instrument=Instrument.CONTRACT,
            relevance=Relevance.MEDIA,
            payer=Party(name=f"Invented akimat {n % 90}", id_scheme="KZ-BIN", registry_id=f"{n % 90:012d}"),
            recipient=Party(name=f"Invented outlet {n % 900}", id_scheme="KZ-BIN", registry_id=f"{n % 900:012d}"),
            amount=Sum(AmountRole.WITH_VAT, n * 100 + raised, "KZT", raw=f"{n}.00", rule="× 1"),
            other_sums=(Sum(AmountRole.WITHOUT_VAT, n * 88, "KZT", raw=str(n), rule="× 1"),),
            lines=(
                Line(line_key=f"{n}-1", plan_point=str(n), name="Размещение материалов", quantity="1", minor=n * 50),
                Line(line_key=f"{n}-2", plan_point=str(n), name="Видеоролик", quantity="2", minor=n * 50),
            ),
            year=2015 + n % 10,
            year_basis=YearBasis.BUDGET,
            locator=f"/data/Contract/{n % 200}",
            subject="Услуги по размещению информационных материалов в средствах массовой информации",
            number=f"{n:012d}/220001/00",
        )
        for n in range(count)
    ]


def batches(records: list[Record]) -> Iterator[Batch]:
    """The records in batches of one transaction each."""
    for start in range(0, len(records), ROWS_A_TRANSACTION):
        part = records[start : start + ROWS_A_TRANSACTION]
        yield Batch(source="zz_bench", capture=f"b/{start}", rows=len(part), records=part)


def load(home: Path, records: list[Record], run: str) -> float:
    """Seconds to load all records as one run, its end included."""
    engine = open_engine(registry_url(home))
    migrate(engine)
    at = "2026-11-24T10:00:00Z"
    parts = list(batches(records))
    began = time.perf_counter()
    loader = Loader(engine, invented_source(), RunStarted(run=run, source="zz_bench", kind="crawl", at=at))
    for number, batch in enumerate(parts):
        loader.load(
            batch,
            Captured(ref=f"{run}/{number}", run=run, source="zz_bench", sha256="0" * 64, url="", at=at, byte_count=0),
        )
    loader.finish(RunEnded(run=run, at=at, state="finished"))
    took = time.perf_counter() - began
    engine.dispose()
    return took


def executemany(filled: Path, empty: Path) -> float:
    """Seconds to write the rows of a filled registry into an empty one with nothing but the driver."""
    tables = (
        "source", "run", "capture", "body", "body_name", "organisation", "organisation_name", "record",
        "record_seen", "record_amount", "record_line",
    )  # fmt: skip
    source = sqlite3.connect(filled)
    rows: dict[str, list[tuple[Any, ...]]] = {t: source.execute(f"SELECT * FROM {t}").fetchall() for t in tables}
    source.close()
    target = sqlite3.connect(empty, isolation_level=None)
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "cache_size=-16000"):
        target.execute(f"PRAGMA {pragma}")
    records = len(rows["record"])
    began = time.perf_counter()
    for table in tables[:-4]:
        target.execute("BEGIN IMMEDIATE")
        _insert(target, table, rows[table])
        target.execute("COMMIT")
    for start in range(0, records, ROWS_A_TRANSACTION):
        target.execute("BEGIN IMMEDIATE")
        for table in tables[-4:]:
            per_record = len(rows[table]) // records
            _insert(target, table, rows[table][start * per_record : (start + ROWS_A_TRANSACTION) * per_record])
        target.execute("COMMIT")
    took = time.perf_counter() - began
    target.close()
    return took


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def measure() -> list[Result]:
    """Medians of five rounds, all in one run."""
    records = invented_records(RECORDS)
    first, raw, again = [], [], []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            home, other = Path(folder) / "a", Path(folder) / "b"
            home.mkdir()
            other.mkdir()
            first.append(load(home, records, "first"))
            engine = open_engine(registry_url(other))
            migrate(engine)
            engine.dispose()
            raw.append(executemany(home / "registry.db", other / "registry.db"))
            again.append(load(home, records, "again"))
    ours, peer, rerun = (RECORDS / median(times) for times in (first, raw, again))
    return [
        Result("load, of raw sqlite3.executemany into the same tables", "records/s", ours, peer, target=0.65),
        Result("unchanged re-run, against the first load", "records/s", rerun, ours, target=4.0),
    ]


def run() -> list[dict[str, Any]]:
    """Lines for `benchmarks/results.json`."""
    return [result.as_json() for result in measure()]


if __name__ == "__main__":
    for line in run():
        print(line)
