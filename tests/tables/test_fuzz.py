"""Bytes changed at random: a reader answers with tables or refuses, and the parent process lives on."""

import functools
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.tables import DocumentRefused, Table, read_tables
from ingest.tables.delimited import delimited_tables
from ingest.tables.formats import document_tables
from ingest.tables.web import html_tables
from tests.tables.documents import HEADER, ROWS, TOTAL, archive, letter, ruled_pdf, word, workbook

TABLE = [HEADER, *ROWS, TOTAL]


@functools.cache
def originals() -> list[bytes]:
    return [
        ruled_pdf(),
        workbook(TABLE),
        word(TABLE),
        archive({"a.pdf": ruled_pdf()}),
        letter({"a.xlsx": workbook(TABLE)}),
    ]


def answer(read: Callable[[], list[Table]]) -> list[Table] | str:
    """Tables with rows of one width, or the reason of the refusal."""
    try:
        tables = read()
    except DocumentRefused as refused:
        return refused.reason
    assert all(len(row) == len(t.columns) for t in tables for row in t.rows)
    return tables


class Damage(NamedTuple):
    what: str
    at: float
    size: int
    value: bytes

    def apply(self, data: bytes) -> bytes:
        at = int(self.at * len(data))
        if self.what == "flip":
            return data[:at] + self.value[:1] + data[at + 1 :]
        if self.what == "cut":
            return data[:at] + data[at + self.size :]
        if self.what == "repeat":
            return data[: at + self.size] + data[at:]
        return data[:at] + self.value + data[at:]


damages = st.builds(
    Damage,
    st.sampled_from(["flip", "cut", "repeat", "insert"]),
    st.floats(0, 1, exclude_max=True),
    st.integers(1, 64),
    st.binary(min_size=1, max_size=16),
)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 4), st.lists(damages, min_size=1, max_size=12))
def test_damaged_documents_never_break_the_parent(which: int, done: list[Damage]) -> None:
    data = originals()[which]
    for damage in done:
        data = damage.apply(data)
    assert answer(lambda: read_tables(data, "reply", seconds=30)) is not None


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert answer(lambda: document_tables(data, "reply")) is not None


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='ab1,;\t|"\n\r é', max_size=80))
def test_any_text_is_a_table_or_refused(text: str) -> None:
    found = answer(lambda: delimited_tables(text.encode(), "reply.csv"))
    assert not isinstance(found, str) or found in {"encoding", "no-table", "delimiter", "broken"}


TAGS = [
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<td rowspan=3>",
    "<th colspan=2>",
    "1 234",
    "Итого",
    "<thead>",
    "<script>x",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TAGS), max_size=40))
def test_any_markup_is_read(parts: list[str]) -> None:
    found = answer(lambda: html_tables(("<html>" + "".join(parts)).encode(), "reply.html"))
    assert not isinstance(found, str) or found == "broken"
