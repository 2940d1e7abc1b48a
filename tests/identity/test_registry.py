"""One registry, whatever the order: who is who, the uids and the sums depend on rows and decisions alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
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
from sources import DECLARED, HEADINGS, csv_of, declare, ingested
from sqlalchemy import Engine, text

from db.archive import Archive
from ingest.decision_lines import DecisionError, undo_line
from ingest.names.identity_lines import Spelling, decision_line, person_key
from ingest.replay import replay

PSEUDO = declare(
    columns={
        **{name: {"to": to} for name, to in zip(HEADINGS[:3], ("payer", "year", "recipient"), strict=True)},
        "BIN": {"to": "recipient.id", "scheme": "KZ-BIN", "pseudo": ["111111111111"]},
        "Outlet": {"to": "outlet"},
        "Subject": {"to": "subject"},
        "Sum": {"to": "amount", "decimal": ","},
        "Euro": {"to": "equivalent", "currency": "EUR", "decimal": ","},
    }
)
ROWS = [
    row("ТОО «Боз Дала Медиа»", ONE, "газета «Боз дала»", 1),
    row("«Боз Дала Медиа» ЖШС", ONE, "«Боз дала» газеті", 2),
    row("Товарищество «Первое имя»", ONE, "Boz dala", 4),
    row("ТОО «Боз Дала Медиа»", OTHER, "телеканал «Боз дала»", 8),
    row("ТОО «Қиял Таңы»", "", "Қиял таңы", 16),
    row("ТОО «Киял Таны»", "", "Киял таны", 32),
    row("ТОО «Утро Вымысла»", "", "Утро Вымысла", 64),
    row("ИП Вымыслова А.", "", "-", 128),
    row("ИП Вымыслов А.", "", "-", 256),
    row("ТОО «Утро Вымысла»", "", "Утро  вымысла", 512, "Объявления"),
]


def spelling(outlet: str) -> Spelling:
    return Spelling("outlet", "kz", outlet)


def decided(left: str, right: str, verdict: str) -> str:
    said = "same" if verdict == "same" else "different"
    return decision_line(
        spelling(left), spelling(right), said, who="A. B.", when=date(2026, 1, 2), why="read the masthead"
    )  # fmt: skip


def test_other_words_for_other_firms_stay_two_until_somebody_says(engine: Engine, tmp_path: Path) -> None:
    rows = [row("ТОО «Первое»", ONE, "Пульс", 1), row("ТОО «Второе»", OTHER, "Радио Пульс", 2)]
    ingested(engine, tmp_path, SOURCE, csv_of(*rows))
    outlets = settled(engine, tmp_path).identities[0]
    assert (outlets.kind, outlets.entities, len(outlets.questions)) == ("outlet", 2, 1)
    assert outlets.questions[0][2].suggestion.reason == "same words; but no firm was paid for both"
    # one sum to the same firm, named without its number, and they are one
    ingested(engine, tmp_path, SOURCE, csv_of(*rows, row("ТОО «Первое»", "", "Радио Пульс", 4)), minute=1)
    again = settled(engine, tmp_path).identities[0]
    assert (again.entities, again.questions) == (1, [])


def test_who_is_who(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    done = settled(engine, tmp_path)
    # the paper in two languages is one, the television of the same name another; nobody knows which "Boz dala" is
    assert grouped(sums(engine, "outlet", "outlet_name_id")) == [3, 4, 8, 48, 576]
    outlets = next(kind for kind in done.identities if kind.kind == "outlet")
    asked = {frozenset({one.name, other.name}) for one, other, _ in outlets.questions}
    assert any("Boz dala" in pair for pair in asked)
    # one BIN is one firm whatever its name; two BINs are two though the names are equal; two sole traders are two
    assert grouped(sums(engine, "organisation", "recipient_name_id")) == [7, 8, 48, 128, 256, 576]


@pytest.mark.parametrize("steps", [(1, 4, 7, 10), (3, 10)])
def test_grown_and_made_at_once_are_one(engine: Engine, tmp_path: Path, steps: Sequence[int]) -> None:
    for minute, upto in enumerate(steps):
        # the file grows from its end, so first comes what stands last
        ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[-upto:]), minute=minute)
        settled(engine, tmp_path)
    at_once = fresh(tmp_path / "at-once")
    ingested(at_once, tmp_path / "at-once", SOURCE, csv_of(*ROWS))
    settled(at_once, tmp_path)
    assert state(engine) == state(at_once)
    at_once.dispose()


def test_settling_again_moves_nobody(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    assert sum(kind.moved for kind in settled(engine, tmp_path).identities) > 0
    before = state(engine)
    assert [kind.moved for kind in settled(engine, tmp_path).identities] == [0, 0, 0]
    assert state(engine) == before


def test_undoing_a_decision_restores_the_sums_also_in_a_registry_made_anew(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    before = state(engine)
    same = decided("Утро Вымысла", "Қиял таңы", "same")
    apart = decided("газета «Боз дала»", "«Боз дала» газеті", "different")
    write(tmp_path, same, apart)
    settled(engine, tmp_path)
    # 48 + 576 are one now, 1 and 2 are two; whoever is paid stays as it was
    assert grouped(sums(engine, "outlet", "outlet_name_id")) == [1, 2, 4, 8, 624]
    joined = state(engine)
    assert joined[1:] == before[1:]
    rebuilt = fresh(tmp_path / "rebuilt")
    replay(rebuilt, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE})
    settled(rebuilt, tmp_path)
    assert state(rebuilt) == joined
    write(
        tmp_path,
        *(undo_line(line_of(one), who="A. B.", when=date(2026, 1, 3), why="two mastheads") for one in (same, apart)),
    )
    for registry in (engine, rebuilt):
        settled(registry, tmp_path)
        assert state(registry) == before
    rebuilt.dispose()


def test_a_contradiction_names_its_lines_and_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    before = state(engine)
    names = ("Утро Вымысла", "Қиял таңы", "Boz dala")
    write(tmp_path, *(decided(one, other, "same") for one, other in pairwise(names)))
    write(tmp_path, decided(names[0], names[2], "different"))
    with pytest.raises(DecisionError, match=r"line 3 says different .* made one by .*line 1 .*line 2"):
        settled(engine, tmp_path)
    assert state(engine) == before


def test_pseudo_ids_and_placeholders_merge_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    body = csv_of(
        row("Produkcija", "111111111111", "нет", 1),
        row("PRODUKCIJA", "111111111111", "Нет", 2),
        row("ТОО «Қиял Таңы»", "111111111111", "-", 4),
        row("ТОО «Утро Вымысла»", "111111111111", "—", 8),
    )
    ingested(sqlite_engine, tmp_path, PSEUDO, body)
    settled(sqlite_engine, tmp_path, PSEUDO)
    assert grouped(sums(sqlite_engine, "organisation", "recipient_name_id")) == [1, 2, 4, 8]
    assert grouped(sums(sqlite_engine, "outlet", "outlet_name_id")) == [1, 2, 4, 8]
    with sqlite_engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM organisation WHERE registry_id <> ''")).scalar() == 0


def test_two_bins_are_one_only_where_a_person_says_so(sqlite_engine: Engine, tmp_path: Path) -> None:
    name = "ТОО «Боз Дала Медиа»"
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(ROWS[0], ROWS[3]))
    settled(sqlite_engine, tmp_path)
    assert grouped(sums(sqlite_engine, "organisation", "recipient_name_id")) == [1, 8]
    one, other = (Spelling("organisation", "kz", name, number) for number in (ONE, OTHER))
    write(tmp_path, decision_line(one, other, "same", who="A. B.", when=date(2026, 1, 2), why="a typing error"))
    settled(sqlite_engine, tmp_path)
    assert grouped(sums(sqlite_engine, "organisation", "recipient_name_id")) == [9]


def test_bodies_are_one_by_number_and_by_decision_alone(engine: Engine, tmp_path: Path) -> None:
    numbered = declare(
        columns={**DECLARED["columns"], "BIN": {"to": "payer.id", "scheme": "KZ-BIN"}}, persons=PERSONS
    )  # fmt: skip
    names = [("Отдел А", ONE), ("Бөлім А", ONE), ("Отдел Б", OTHER), ("Отдел В", ""), ("Отдел Г", ONE)]
    rows = [[name, "2024", "ТОО «Боз Дала»", bin_, "Боз дала", "Освещение", str(2**at), ""]
            for at, (name, bin_) in enumerate(names)]  # fmt: skip
    ingested(engine, tmp_path, numbered, csv_of(*rows))
    settled(engine, tmp_path, numbered)
    assert grouped(sums(engine, "body", "payer_name_id")) == [4, 8, 19]

    def said(left: tuple[str, str], right: tuple[str, str], verdict: str, **more: str) -> str:
        one, other = (Spelling("body", "kz", *end) for end in (left, right))
        day = date(2026, 1, 2)
        return decision_line(one, other, verdict, who="A. B.", when=day, why="a decree", **more)  # type: ignore[arg-type]

    # a decision joins with all that the number joins, and keeps one of them apart
    write(tmp_path, said(names[3], names[1], "same"), said(names[4], names[0], "different"))
    settled(engine, tmp_path, numbered)
    assert grouped(sums(engine, "body", "payer_name_id")) == [4, 11, 16]
    # the number beside the fifth was printed in error, and it is the third
    write(tmp_path, said(names[4], names[2], "same", relation="wrong id"))
    settled(engine, tmp_path, numbered)
    assert grouped(sums(engine, "body", "payer_name_id")) == [11, 20]


def test_natural_persons_are_one_only_by_a_salted_line(engine: Engine, tmp_path: Path) -> None:
    # a sole trader is known by the legal form too, where the source declares no rule for persons
    plain = declare()
    names = ("ИП Вымыслова А.", "ИП Вымыслова А", "ИП  ВЫМЫСЛОВА А.")
    ingested(engine, tmp_path, plain, csv_of(*(row(name, "", "-", 1) for name in names)))
    settled(engine, tmp_path, plain)
    assert grouped(sums(engine, "organisation", "recipient_name_id")) == [1, 1, 1]
    one, other = (Spelling("organisation", "kz", person_key(SALT, name)) for name in names[:2])
    write(tmp_path, decision_line(one, other, "same", who="A. B.", when=date(2026, 1, 2), why="one licence"))
    settled(engine, tmp_path, plain)
    assert grouped(sums(engine, "organisation", "recipient_name_id")) == [1, 1, 1]  # no salt, no way to know
    (tmp_path / "decisions" / "salt").write_bytes(SALT)
    settled(engine, tmp_path, plain)
    # the key of a name leaves case and spaces aside, so the third spelling goes with the first
    assert grouped(sums(engine, "organisation", "recipient_name_id")) == [3]
