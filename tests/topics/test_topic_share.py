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
from ingest.topics.evaluate_topics import Accuracy
from ingest.topics.share import Band, TopicShare, corrected, held_against, topic_share

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
    assert share.payers == 1
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


GOOD = Accuracy(caught=95, of_topic=100, passed=190, of_others=200)


def test_a_share_is_widened_by_the_error_of_the_rules() -> None:
    band = Band(1000, 300, 0)
    widened = corrected(band, GOOD)
    assert widened is not None
    # Rogan and Gladen: (.3 + .95 - 1) / (.95 + .95 - 1) = .278
    assert widened[0] < (0.3 + 0.95 - 1) / 0.9 < widened[1]
    assert widened[1] - widened[0] < 0.1
    few = corrected(band, Accuracy(2, 3, 190, 200))
    assert few is not None
    assert few[1] - few[0] > widened[1] - widened[0]


def test_what_states_no_topic_stays_open_to_both_sides() -> None:
    widened = corrected(Band(1000, 150, 500), GOOD)
    plain = corrected(Band(500, 150, 0), GOOD)
    assert widened is not None
    assert plain is not None
    assert widened == pytest.approx((plain[0] / 2, plain[1] / 2 + 0.5))
    assert corrected(Band(10, 0, 10), GOOD) == (0.0, 1.0)


def test_rules_that_tell_nothing_apart_correct_nothing() -> None:
    assert corrected(Band(1000, 300, 0), Accuracy(1, 10, 10, 100)) is None
    assert corrected(Band(1000, 300, 0), Accuracy(0, 0, 10, 10)) is None
    assert corrected(Band(0, 0, 0), GOOD) is None


def test_the_correction_finds_the_true_share_of_a_made_registry() -> None:
    # 10,000 records, 40 % of the topic; rules that catch 80 % and take 5 % of the others for it
    found = round(4000 * 0.8 + 6000 * 0.05)
    widened = corrected(Band(10_000, found, 0), Accuracy(160, 200, 380, 400))
    assert widened is not None
    assert widened[0] < 0.4 < widened[1]
    assert Fraction(found, 10_000) < Fraction(4, 10)


def test_an_answer_is_given_with_and_without_the_error_of_the_rules() -> None:
    share = TopicShare("contracted", "KZT", Band(10, 7, 0), Band(1000, 700, 0), 3)
    told = held_against(share, Accuracy(5, 8, 40, 50), Fraction(80, 100))
    assert told["money"]["answer"] == "less than stated"
    assert told["money"]["corrected_answer"] == "within the band"
    assert told["records"]["whole"] == 10
    assert told["holds_for"] == "these records alone (payers: 3), not for what is not in the registry"
