"""What a file of a release says, whatever its format: packed cells hide their text from a search through the bytes."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from publish.spreadsheet import restored


def content_of(path: Path) -> bytes:
    """The bytes of a file, and after them what it packs: with Parquet every cell and all it says of itself."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        return content + b"\n\n" + gzip.decompress(content)
    if path.suffix != ".parquet":
        return content
    with pq.ParquetFile(path) as file:
        told = [text for pair in file.metadata.metadata.items() for text in pair]
        cells = [str(cell).encode() for row in file.read().to_pylist() for cell in row.values() if cell is not None]
    return b"\n\n".join([content, *told, *cells])


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    """Rows of a CSV file of a release, every cell as the release has it."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        raw = path.stem.endswith("raw")
        for row in csv.DictReader(handle):
            yield row if raw else {name: restored(cell) for name, cell in row.items()}


def parquet_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a Parquet file as an independent reader gives them."""
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found
