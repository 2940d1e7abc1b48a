"""Every shipped table source has a fixture with invented rows and a golden file; a missing one fails."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sources import captured, xlsx_of

from ingest.declaration import read_source, read_sources
from ingest.installation import SHIPPED_SOURCES
from ingest.reader import Material
from ingest.readers.table import read_table
from ingest.source import Source
from tests.plain import plain

GOLDEN = Path(__file__).parent.parent / "golden"
TABLES = sorted(path.stem for path in SHIPPED_SOURCES.glob("*.yml") if read_source(path).access == "file")


def body_of(source: Source, rows: list[list[Any]]) -> bytes:
    assert source.table is not None
    if source.table.format == "csv":
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=source.table.delimiter, lineterminator="\r").writerows(rows)
        return out.getvalue().encode(source.table.encoding)
    assert source.table.format == "xlsx", "write the fixture of this format here"
    body = xlsx_of(*rows[1:], headings=rows[0])
    if not source.table.sheet:
        return body
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(body))
    assert workbook.active is not None
    workbook.active.title = source.table.sheet
    out_bytes = io.BytesIO()
    workbook.save(out_bytes)
    return out_bytes.getvalue()


@pytest.mark.parametrize("name", TABLES)
def test_golden(name: str, golden: Callable[[Path, Any], None]) -> None:
    source = read_source(SHIPPED_SOURCES / f"{name}.yml")
    fixture = json.loads((GOLDEN / f"{name}.fixture.json").read_text(encoding="utf-8"))
    body = body_of(source, fixture["rows"])
    batches = list(read_table(Material(captured(body, fixture["file_name"]), body), source))
    rows = [batch for batch in batches if batch.rows]
    assert rows, "the fixture gives nothing"
    defaults = {f.name: f.default for f in msgspec.structs.fields(batches[0].records[0])}
    value = {
        "slice": batches[0].slice,
        "records": [
            {
                field: got
                for field, got in plain(record).items()
                if field != "raw_hash" and getattr(record, field) != defaults[field]
            }
            for batch in batches
            for record in batch.records
        ],
        "rejected": [plain(row) for batch in batches for row in batch.rejected],
    }
    golden(GOLDEN / f"{name}.expected.json", value)


def test_the_fixtures_are_those_of_shipped_sources() -> None:
    assert sorted(path.name.removesuffix(".fixture.json") for path in GOLDEN.glob("*.fixture.json")) == TABLES


def test_every_source_declares_expectations() -> None:
    for source in read_sources(SHIPPED_SOURCES).values():
        assert source.expect.min, f"{source.name} declares no floor"
