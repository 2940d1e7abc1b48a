"""The share of praise of officials as a band, held against a share somebody stated."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import csv_of, declare, ingested
from sqlalchemy import Engine

from ingest.settle import settle
from ingest.topics.share import Band, topic_share

SUBJECTS = [
    ("Освещение деятельности акима области", 600),
    ("Формирование положительного имиджа министра", 100),
    ("Согласно договору", 200),
    ("О здравоохранении", 100),
]


def test_praise_of_officials_in_a_registry(engine: Engine, tmp_path: Path) -> None:
    source = declare()
    rows = [["Акимат Кок Дала", "2024", "ТОО «Боз Дала Медиа»", "", "Боз дала", subject, str(total), ""]
            for subject, total in SUBJECTS]  # fmt: skip
    ingested(engine, tmp_path, source, csv_of(*rows))
    settle(engine, {source.name: source}, tmp_path)
    with engine.connect() as connection:
        (share,) = topic_share(connection, country="KZ")
        assert topic_share(connection, country="RS") == []
    assert (share.measure, share.currency) == ("contracted", "KZT")
    assert share.money == Band(1000_00, 700_00, 200_00)
    assert share.records == Band(4, 2, 1)
    # 70 to 90 % of the money: 80 % cannot be refuted, 95 % can
    assert share.money.answers(Fraction(80, 100)) == "within the band"
    assert share.money.answers(Fraction(95, 100)) == "less than stated"
    assert share.money.answers(Fraction(60, 100)) == "more than stated"


def test_nothing_has_no_share() -> None:
    assert Band(0, 0, 0).answers(Fraction(80, 100)) == "no money"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 100))
def test_the_band_holds_whatever_the_unknown_turns_out_to_be(found: int, unknown: int, other: int, part: int) -> None:
    band = Band(found + unknown + other, found, unknown)
    if not band.whole:
        return
    true = Fraction(found * 100 + unknown * part, band.whole * 100)
    assert band.low <= true <= band.high
    assert band.answers(true) == "within the band"


@pytest.mark.parametrize("topic", ["health", "praise of officials"])
def test_a_topic_without_records_is_zero_to_the_unknown(sqlite_engine: Engine, topic: str) -> None:
    with sqlite_engine.connect() as connection:
        assert topic_share(connection, topic) == []
