"""Declared sources and files made for tests; every outlet, body and sum in them is invented."""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from openpyxl import Workbook
from sqlalchemy import Engine

from db.archive import Archive, Captured
from ingest.files import Ingested, ingest_files
from ingest.reader import Material
from ingest.readers.table import read_table
from ingest.record import Record, Rejected
from ingest.source import Source

HEADINGS = ["Payer", "Year", "Recipient", "BIN", "Outlet", "Subject", "Sum", "Euro"]

DECLARED: dict[str, Any] = {
    "name": "zz_invented",
    "title": "Invented contracts",
    "country": "KZ",
    "publisher": "Nobody",
    "obtained": "Made for tests.",
    "url": "https://example.invalid/",
    "licence": {"name": "none", "publish": "facts"},
    "frequency": "never",
    "relevance": "media",
    "measure": "contracted",
    "instrument": "contract",
    "currency": "KZT",
    "year_basis": "budget",
    "lang": "ru",
    "invented": True,
    "table": {"format": "csv", "delimiter": ";"},
    "identity": ["Payer", "Year", "Recipient", "Outlet", "Subject"],
    "columns": {
        "Payer": {"to": "payer"},
        "Year": {"to": "year"},
        "Recipient": {"to": "recipient"},
        "BIN": {"to": "recipient.id", "scheme": "KZ-BIN"},
        "Outlet": {"to": "outlet", "states": {"-": "withheld"}},
        "Subject": {"to": "subject"},
        "Sum": {"to": "amount", "decimal": ","},
        "Euro": {"to": "equivalent", "currency": "EUR", "decimal": ","},
    },
    "expect": {"min": {"records": 1}},
}


def declare(**changes: Any) -> Source:
    """A declared source; keywords replace whole sections."""
    return msgspec.convert({**DECLARED, **changes}, Source)


ROW = [
    "Акимат Кок Дала",
    "2024",
    "ТОО «Боз Дала Медиа»",
    "991240999991",
    "Боз дала",
    "Освещение",
    "1 250 000,50",
    "2,5",
]


def csv_of(*rows: Sequence[str], headings: Sequence[str] = HEADINGS, delimiter: str = ";") -> bytes:
    """A delimited file of these rows."""
    return "\n".join(delimiter.join(row) for row in (headings, *rows)).encode()


def xlsx_of(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS, merge: Sequence[str] = ()) -> bytes:
    """A workbook of these rows, with the ranges merged that are asked for."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (headings, *rows):
        sheet.append(list(row))
    for cells in merge:
        sheet.merge_cells(cells)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def captured(body: bytes, name: str = "invented.csv") -> Captured:
    """A capture of these bytes."""
    return Captured(
        ref="r/1",
        run="r",
        source="zz_invented",
        sha256=sha256(body).hexdigest(),
        url="https://example.invalid/",
        at="2026-11-24T10:00:00Z",
        byte_count=len(body),
        file_name=name,
        reader="table",
    )


def read(source: Source, body: bytes, name: str = "invented.csv") -> tuple[list[Record], list[Rejected]]:
    """Read a file as declared: its records and its rejected rows."""
    batches = list(read_table(Material(captured(body, name), body), source))
    return [r for b in batches for r in b.records], [r for b in batches for r in b.rejected]


def ingested(
    engine: Engine, home: Path, source: Source, *files: bytes | Path, minute: int = 0, name: str = "invented.csv"
) -> Ingested:
    """Archive and load files as one edition."""
    paths = []
    for body in files:
        if isinstance(body, Path):
            paths.append(body)
            continue
        path = home / "incoming" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        paths.append(path)
    at = f"2026-11-24T10:{minute:02d}:00Z"
    return ingest_files(engine, Archive(home / "archive"), source, paths, at=at)
