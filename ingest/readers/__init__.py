"""Readers: pure functions from archived bytes and a declaration to batches. A capture names the one that reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from ingest.reader import Reader

_WHERE = {
    "table": ("ingest.readers.table", "read_table"),
    "answer": ("ingest.requests.answer_reader", "read_answer"),
    "goszakup_graphql": ("ingest.readers.goszakup_graphql", "read_graphql"),
    "goszakup_rest": ("ingest.readers.goszakup_rest", "read_rest"),
    "goszakup_html": ("ingest.readers.goszakup_html", "read_html"),
    "goszakup_journal": ("ingest.readers.goszakup_journal", "read_journal"),
}


class _Readers(Mapping[str, Reader]):
    """Readers by name, each imported when first asked for."""

    def __getitem__(self, name: str) -> Reader:
        module, function = _WHERE[name]
        reader: Reader = getattr(import_module(module), function)
        return reader

    def __iter__(self) -> Iterator[str]:
        return iter(_WHERE)

    def __len__(self) -> int:
        return len(_WHERE)


READERS = _Readers()
"""Readers by the name that captures carry."""
