"""Outlets of one printed name, told apart by the firm that is paid; every name, number and sum is invented."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from registries import (
    ONE,
    OTHER,
    PERSONS,
    SALT,
    SOURCE,
    fresh,
    grouped,
    line_of,
    row,
    settled,
    state,
    sums,
    write,
)
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.archive import Archive
from ingest.decision_lines import DecisionError, undo_line
from ingest.identity import load_decisions
from ingest.known_names import Asked, Given, UnfitNameError, spelling_given
from ingest.names.identity_lines import Spelling, Verdict, decision_line, person_key
from ingest.names.opinions import with_opinions
from ingest.names.queue import review_queue
from ingest.replay import replay

NAME = "Радио Пульс"
PERSON_NUMBER = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""

ROWS = [
    row("ТОО «Первое»", ONE, NAME, 1),
    row("Первое", ONE, NAME, 2),  # the same firm under another name
    row("ТОО «Второе»", OTHER, NAME, 4),
    row("ТОО «Третье»", "", NAME, 8),  # nobody knows for which of them
    row("ИП Вымыслова А.", PERSON_NUMBER, NAME, 16),
    row("ТОО «Второе»", OTHER, "Заря Вымысла", 32),
]


def paid(number: str, name: str = NAME) -> Spelling:
    return Spelling("outlet", "kz", name, number)


def said(left: Spelling, right: Spelling, verdict: Verdict = "different", **more: str) -> str:
    return decision_line(
        left, right, verdict, who="A. B.", when=date(2026, 1, 2), why="a register enters two", **more  # type: ignore[arg-type]
    )  # fmt: skip


TWO = said(paid(ONE), paid(OTHER))


def taken_back(line: str) -> str:
    return undo_line(line_of(line), who="A. B.", when=date(2026, 1, 3), why="read again")


def outlets(engine: Engine) -> dict[str, int]:
    return sums(engine, "outlet", "outlet_name_id")


def spelled(engine: Engine) -> set[tuple[str, str]]:
    with engine.connect() as connection:
        return {(r[0], r[1]) for r in connection.execute(text("SELECT name, paid_to FROM outlet_name"))}


def test_each_of_two_outlets_printed_alike_has_its_sums_and_the_rest_stays(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    before, printed = state(engine), spelled(engine)
    assert grouped(outlets(engine)) == [31, 32]
    write(tmp_path, TWO)
    settled(engine, tmp_path)
    assert outlets(engine) == {
        f"KZ|{NAME}|paid to {ONE} / {NAME}": 3,
        f"KZ|{NAME}|paid to {OTHER} / {NAME}": 4,
        f"KZ|{NAME} / {NAME}": 24,
        "KZ|Заря Вымысла / Заря Вымысла": 32,
    }
    told_apart = state(engine)
    assert told_apart[1:] == before[1:]
    write(tmp_path, taken_back(TWO))
    settled(engine, tmp_path)
    assert (state(engine), spelled(engine)) == (before, printed)
    write(tmp_path, said(paid(ONE), paid("")), said(paid(OTHER), paid("")))
    settled(engine, tmp_path)
    assert state(engine) == told_apart


@pytest.mark.parametrize("steps", [(1, 2, 3, 6), (4, 6)])
def test_grown_made_at_once_and_rebuilt_are_one(engine: Engine, tmp_path: Path, steps: Sequence[int]) -> None:
    write(tmp_path, TWO)
    for minute, upto in enumerate(steps):
        ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[-upto:]), minute=minute)
        settled(engine, tmp_path)
    rebuilt = fresh(tmp_path / "rebuilt")
    replay(rebuilt, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE})
    at_once = fresh(tmp_path / "at-once")
    ingested(at_once, tmp_path / "at-once", SOURCE, csv_of(*ROWS))
    for registry in (rebuilt, at_once):
        settled(registry, tmp_path)
        assert (state(registry), spelled(registry)) == (state(engine), spelled(engine))
        registry.dispose()


def test_a_decision_before_the_data_and_after_it_come_to_the_same(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[2:]))
    settled(engine, tmp_path)
    write(tmp_path, TWO)
    settled(engine, tmp_path)
    assert (NAME, ONE) not in spelled(engine)  # no record means it yet
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS), minute=1)
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [3, 4, 24, 32]


def test_a_rerun_undoes_nothing_and_an_update_is_no_news_of_the_outlet(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, TWO)
    for minute in range(2):
        ingested(engine, tmp_path, SOURCE, csv_of(*ROWS), minute=minute)
        moved = [kind.moved for kind in settled(engine, tmp_path).identities]
    assert moved == [0, 0, 0]
    told_apart = state(engine)
    # without settling, a run that finds all as before has left each record where it was
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS), minute=2)
    assert state(engine) == told_apart
    ingested(engine, tmp_path, SOURCE, csv_of(row("ТОО «Первое»", ONE, NAME, 64), *ROWS[1:]), minute=3)
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [4, 24, 32, 66]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT field FROM revision")).scalars().all() == ["amount_minor"]


def test_a_name_that_is_wholly_told_apart_leaves_no_plain_spelling(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, TWO)
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[:3]))
    settled(engine, tmp_path)
    assert spelled(engine) == {(NAME, ONE), (NAME, OTHER)}
    # a record of the plain name comes later, and the plain spelling with it
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS), minute=1)
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [3, 4, 24, 32]
    write(tmp_path, taken_back(TWO))
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [31, 32]


def test_other_spellings_go_with_the_outlet_for_which_nobody_else_is_paid(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, TWO)
    more = [
        row("ТОО «Первое»", ONE, "РАДИО «ПУЛЬС»", 64),
        row("ТОО «Первое»", ONE, "Радио: Пульс", 128),
        row("ТОО «Второе»", OTHER, "Радио: Пульс", 256),
    ]
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[:3], *more))
    done = settled(engine, tmp_path)
    # the last is paid to both: a person is asked, and nothing is guessed
    assert grouped(outlets(engine)) == [4, 67, 384]
    asked = {
        frozenset({(one.name, one.paid_to), (other.name, other.paid_to)})
        for one, other, _ in done.identities[0].questions
    }
    assert frozenset({("Радио: Пульс", ""), (NAME, OTHER)}) in asked
    assert frozenset({(NAME, ONE), (NAME, OTHER)}) not in asked


def test_a_person_who_is_asked_about_them_sees_who_is_paid(engine: Engine, tmp_path: Path) -> None:
    key = person_key(SALT, PERSON_NUMBER)
    write(tmp_path, TWO, said(paid(ONE), paid(key)), said(paid(OTHER), paid(key)))
    (tmp_path / "decisions" / "salt").write_bytes(SALT)
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    before = state(engine)
    asked = review_queue(engine, load_decisions(tmp_path), SALT).pairs
    assert {frozenset((pair.left.ids, pair.right.ids)) for pair in asked} == {
        frozenset({(), (f"paid to {ONE}",)}), frozenset({(), (f"paid to {OTHER}",)}),
        frozenset({(), ("paid to a natural person",)}),
    }  # fmt: skip
    assert state(engine) == before


def test_a_question_that_a_fresh_line_raises_has_no_second_opinion_yet(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(sqlite_engine, tmp_path)
    write(tmp_path, TWO)
    asked = with_opinions(sqlite_engine, review_queue(sqlite_engine, load_decisions(tmp_path))).pairs
    assert [pair.opinion for pair in asked] == [None, None]


def given(engine: Engine, home: Path, name: str, number: str = "", *, ahead: bool = False) -> Given:
    with engine.connect() as connection:
        asked = Asked("outlet", "kz", name, number)
        return spelling_given(connection, load_decisions(home), b"", asked, allow_unknown=ahead)


def test_decide_takes_the_number_of_a_firm_that_was_paid_and_no_other(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(sqlite_engine, tmp_path)
    assert given(sqlite_engine, tmp_path, NAME) == Given(paid(""), "")
    assert given(sqlite_engine, tmp_path, NAME, ONE) == Given(paid(ONE), "")
    other = "170340000004"
    with pytest.raises(UnfitNameError, match=f"no source says that {other} was paid .*{OTHER}, {ONE}"):
        given(sqlite_engine, tmp_path, NAME, other)
    assert given(sqlite_engine, tmp_path, NAME, other, ahead=True).spelling == paid(other)
    with pytest.raises(UnfitNameError, match="natural person") as refused:
        given(sqlite_engine, tmp_path, NAME, PERSON_NUMBER, ahead=True)
    assert PERSON_NUMBER not in str(refused.value)


def test_decide_asks_which_is_meant_where_no_plain_name_is_left(sqlite_engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, TWO)
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS[:3]))
    settled(sqlite_engine, tmp_path)
    with pytest.raises(UnfitNameError, match=f"is several outlets, paid to {OTHER}, {ONE}: give one as --left-id"):
        given(sqlite_engine, tmp_path, NAME)
    assert given(sqlite_engine, tmp_path, NAME, ONE) == Given(paid(ONE), "")


def test_a_tie_goes_to_the_one_that_is_meant(sqlite_engine: Engine, tmp_path: Path) -> None:
    firm = Spelling("organisation", "kz", "ТОО «Второе»", OTHER)
    more = {"relation": "publisher", "evidence": ["https://register.invalid/"]}
    write(tmp_path, TWO, said(paid(OTHER), firm, "same", **more))  # type: ignore[arg-type]
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    assert settled(sqlite_engine, tmp_path).links.notes == []
    query = "SELECT o.key FROM linked_party p JOIN outlet o ON o.id = p.outlet_id"
    with sqlite_engine.connect() as connection:
        assert connection.execute(text(query)).scalars().all() == [f"KZ|{NAME}|paid to {OTHER}"]


def test_a_decision_joins_one_of_them_with_a_name_and_with_the_rest(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, TWO, said(paid(OTHER), paid("", "Заря Вымысла"), "same"), said(paid(ONE), paid(""), "same"))
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [27, 36]


def test_a_natural_person_is_told_apart_by_a_salted_key_alone(engine: Engine, tmp_path: Path) -> None:
    key = person_key(SALT, PERSON_NUMBER)
    with pytest.raises(DecisionError, match="natural person"):
        said(paid(ONE), paid(PERSON_NUMBER))
    write(tmp_path, said(paid(ONE), paid(key)))
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [3, 28, 32]  # no salt, no way to know
    (tmp_path / "decisions" / "salt").write_bytes(SALT)
    settled(engine, tmp_path)
    assert grouped(outlets(engine)) == [3, 12, 16, 32]
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT key FROM outlet UNION SELECT paid_to FROM outlet_name")).scalars().all()
    assert [one for one in kept if PERSON_NUMBER in one] == []


def test_what_is_no_number_of_a_firm_tells_nothing_apart(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(DecisionError, match="an outlet has no id of its own"):
        said(paid(ONE), paid(OTHER), "same", relation="wrong id")
    for number in ("111111111111", "991240999990", "12345"):
        with pytest.raises(DecisionError, match="is no valid one of KZ"):
            said(paid(ONE), paid(number))
    wrong = decision_line(
        Spelling("organisation", "kz", "Первое", ONE), Spelling("organisation", "kz", "ТОО «Второе»", OTHER), "same",
        who="A. B.", when=date(2026, 1, 2), why="a slip", relation="wrong id",
    )  # fmt: skip
    # whom the source marks as a natural person has no number, whatever the register
    source = declare(persons={**PERSONS, "patterns": ["^ИП ", "Второе"]})
    write(tmp_path, TWO, wrong)
    ingested(engine, tmp_path, source, csv_of(*ROWS[:4]))
    settled(engine, tmp_path, source)
    assert grouped(outlets(engine)) == [1, 14]
