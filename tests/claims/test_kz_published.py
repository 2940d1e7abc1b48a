"""The press figures that name a recipient or an outlet: records that never count, from the file that ships."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, text

from db.archive import Archive, Captured
from db.words import PartyState, Precision, Standing, YearState
from ingest.claims import FIGURES, read_figures
from ingest.declaration import DeclarationError, read_source
from ingest.files import ingest_files
from ingest.installation import SHIPPED_SOURCES
from ingest.reader import Material
from ingest.readers.table import read_table
from ingest.record import Batch
from ingest.source import Source
from tests.plain import plain


@pytest.fixture(scope="module")
def source() -> Source:
    return read_source(SHIPPED_SOURCES / "kz_published.yml")


@pytest.fixture(scope="module")
def batch(source: Source) -> Batch:
    assert source.bundled_file == FIGURES
    body = FIGURES.read_bytes()
    captured = Captured(
        ref="r/1",
        run="r",
        source=source.name,
        sha256=sha256(body).hexdigest(),
        url=source.url,
        at="2026-11-24T10:00:00Z",
        byte_count=len(body),
        file_name=FIGURES.name,
    )
    (only,) = read_table(Material(captured, body), source)
    return only


def test_the_shipped_records(batch: Batch, golden: Callable[[Path, Any], None]) -> None:
    defaults = {f.name: f.default for f in msgspec.structs.fields(batch.records[0])}
    records = [
        {
            field: value
            for field, value in plain(record).items()
            if field not in {"raw_hash", "locator"} and getattr(record, field) != defaults[field]
        }
        for record in batch.records
    ]
    golden(Path(__file__).parent / "kz_published.expected.json", records)


def test_no_line_of_the_file_goes_missing(batch: Batch) -> None:
    assert batch.rejected == []
    assert len(batch.records) + sum(batch.passed_over.values()) == len(read_figures())
    assert set(batch.passed_over) == {
        "another country", "no sum of money", "names neither a recipient nor an outlet",
    }  # fmt: skip


def test_a_press_figure_never_counts_and_keeps_its_precision(batch: Batch) -> None:
    figures = read_figures()
    for record in batch.records:
        figure = figures[record.number]
        assert (record.standing, record.standing_why) == (Standing.NEVER, "press figure")
        assert record.amount.minor == int(figure.figure * 100)
        assert record.amount.precision is figure.precision
        stated = record.details.get("rounded to", "")
        assert stated == ("" if figure.rounded_to is None else str(figure.rounded_to))
        assert record.url == figure.source_url
        assert PartyState.NAMED in {record.recipient.state, record.outlet.state}


def test_what_is_not_stated_stays_open(batch: Batch) -> None:
    by_ref = {record.number: record for record in batch.records}
    unknown_year = by_ref["KZ-38"]
    assert (unknown_year.year_state, unknown_year.year) == (YearState.NO_DATE, None)
    owner = by_ref["KZ-30"]
    assert (owner.recipient.state, owner.outlet.name) == (PartyState.UNKNOWN, "NUR.KZ")
    assert (owner.year_state, owner.year, owner.year_to) == (YearState.SEVERAL_YEARS, 2020, 2021)
    assert owner.amount.precision is Precision.ROUNDED


def test_nothing_of_it_is_in_a_sum(engine: Engine, tmp_path: Path, source: Source) -> None:
    assert source.bundled_file is not None
    for minute in (0, 1):
        done = ingest_files(
            engine, Archive(tmp_path / "archive"), source, [source.bundled_file], at=f"2026-11-24T10:{minute:02d}:00Z"
        )
        assert done.counts.inserted == (len(read_kz(engine)) if minute == 0 else 0)
    assert {tuple(row) for row in read_kz(engine)} == {(False, "press figure", "media")}


def read_kz(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [
            (bool(row[0]), row[1], row[2])
            for row in connection.execute(text("SELECT counted, counted_why, relevance FROM record"))
        ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("bundled: published_figures.csv", "bundled: nothing.csv", "names no file"),
        ("columns: [country]", "columns: [land]", "stand neither under"),
        ("why: another country", "", "why"),
    ],
)
def test_a_declaration_that_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "kz_published.yml"
    declared = (SHIPPED_SOURCES / "kz_published.yml").read_text(encoding="utf-8")
    assert old in declared
    path.write_text(declared.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        read_source(path)
