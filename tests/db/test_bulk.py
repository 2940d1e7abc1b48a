"""Rows are written as they are given, whatever they share and however many there are."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Engine, LargeBinary, MetaData, String, Table, create_engine, event

from db.bulk import PAGE, insert_rows

TABLE = Table(
    "invented",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("word", String, nullable=False),
    Column("number", BigInteger),
    Column("more", String),
    Column("bytes", LargeBinary),
)
COLUMNS = ("id", "word", "number", "more", "bytes")
VALUES = st.tuples(
    st.sampled_from(["", "слово", "it's", "?", "own.*"]),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=5),
    st.none() | st.binary(max_size=3),
)


def written(engine: Engine, batches: list[list[tuple[Any, ...]]]) -> list[tuple[Any, ...]]:
    """What is there after the batches were inserted on one connection."""
    TABLE.metadata.drop_all(engine)
    TABLE.metadata.create_all(engine)
    with engine.begin() as connection:
        for rows in batches:
            insert_rows(connection, TABLE, COLUMNS, rows)
        return [
            tuple(bytes(cell) if isinstance(cell, memoryview) else cell for cell in row)
            for row in connection.execute(TABLE.select().order_by(TABLE.c.id))
        ]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE + 63]), st.lists(VALUES, min_size=1, max_size=3)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_pages_that_share_their_values_and_pages_that_do_not(batches: list[tuple[int, list[Any]]]) -> None:
    engine = create_engine("sqlite://")
    given_rows: list[list[tuple[Any, ...]]] = []
    number = 0
    for count, values in batches:
        given_rows.append([(number + at, *values[at % len(values)]) for at in range(count)])
        number += count
    assert written(engine, given_rows) == [row for rows in given_rows for row in rows]
    engine.dispose()


def test_the_same_on_both_databases(engine: Engine) -> None:
    rows = [(at, "word", at % 2 or None, None, b"x") for at in range(3 * PAGE + 7)]
    assert written(engine, [rows[:PAGE], rows[PAGE:]]) == rows
    TABLE.metadata.drop_all(engine)


def test_a_column_that_once_varied_is_bound_with_every_row_from_then_on() -> None:
    """Else the statement would change from page to page, and each would be prepared anew."""
    engine = create_engine("sqlite://")
    TABLE.metadata.create_all(engine)
    told: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: told.append(given[2]))
    with engine.begin() as connection:
        for start, varies in ((0, False), (PAGE, True), (2 * PAGE, False), (3 * PAGE, False)):
            rows = [(start + at, str(at) if varies else "same", None, None, None) for at in range(PAGE)]
            insert_rows(connection, TABLE, COLUMNS, rows)
    engine.dispose()
    assert told[0] != told[1]
    assert told[1] == told[2] == told[3]
