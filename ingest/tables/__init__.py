"""The document table reader: any office file, page, PDF, archive or letter to typed tables.

`read_tables` is the door for bytes from outside; it reads them in a child process with bounded time and memory.
"""

from pathlib import Path
from typing import Any

import msgspec

from db.archive import name_of
from ingest.tables.model import DocumentRefused, Merge, Place, Table, Total
from ingest.tables.safety import MEMORY, SECONDS, Answer, ReadOrder, read_isolated

__all__ = ["DocumentRefused", "Merge", "Place", "Table", "Total", "as_plain", "read_tables"]


def read_tables(
    path_or_bytes: Path | str | bytes,
    name: str | None = None,
    *,
    scan: bool = False,
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> list[Table]:
    """All tables of a document, whatever its format; content decides, not the file name.

    Args:
        path_or_bytes: a file, or its bytes.
        name: name for messages and for `Table.source`; the file's own name when left out.
        scan: read pictures of pages with character recognition (needs the `scans` extra and tesseract).
        seconds: wall-clock limit.
        memory: memory limit in bytes.

    Raises:
        DocumentRefused: the document is not read; `reason` says why and the message what to do.
        OSError: the file cannot be opened.
    """
    if isinstance(path_or_bytes, bytes):
        data, own = path_or_bytes, "document"
    else:
        path = Path(path_or_bytes)
        data, own = path.read_bytes(), name_of(path)
    order = ReadOrder(name or own, scan=scan, memory=memory, seconds=seconds)
    return msgspec.json.decode(read_isolated(data, order), type=Answer).given()


def as_plain(tables: list[Table]) -> list[dict[str, Any]]:
    """Tables as plain values for printing as JSON."""
    plain: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(tables))
    return plain
