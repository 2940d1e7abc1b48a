"""Media or not, and what about: rules first, a person above them, decided anew each time; both databases."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Engine, text

from db.archive import Archive
from db.words import Relevance
from ingest.decision_lines import DecisionError
from ingest.files import ingest_files
from ingest.relevance import Agreement, is_office_of_information
from ingest.settle import Settled, settle
from ingest.source import Source
from ingest.topics.decisions import Judgements, Subject, judgement_line

DECLARED: dict[str, Any] = {
    "name": "zz_lots", "title": "Invented lots", "country": "KZ", "publisher": "Nobody", "obtained": "Made for tests.",
    "url": "https://example.invalid/", "licence": {"name": "none", "publish": "facts"}, "frequency": "never",
    "relevance": "undecided", "measure": "announced", "instrument": "contract", "currency": "KZT",
    "year_basis": "announced", "lang": "ru", "invented": True, "table": {"format": "csv", "delimiter": ";"},
    "identity": ["Lot", "Round"], "root": {"columns": {"Lot": "^(.*)$"}}, "rank": ["Round"],
    "columns": {
        "Lot": {"to": "number"}, "Round": {"to": "detail", "as": "round"}, "Payer": {"to": "payer"},
        "Year": {"to": "year"}, "Recipient": {"to": "recipient", "states": {"-": "no recipient yet"}},
        "Class": {"to": "subject"}, "Text": {"to": "description"}, "Sum": {"to": "amount"},
    },
    "expect": {"min": {"records": 1}},
}  # fmt: skip
LOTS = msgspec.convert(DECLARED, Source)
GRANTS = msgspec.convert({**DECLARED, "name": "zz_grants", "relevance": "media", "measure": "paid"}, Source)
SOURCES = {source.name: source for source in (LOTS, GRANTS)}

PAYER, NOBODY = "Акимат Кок Дала", "-"
PLACING = "Услуги по размещению информационных материалов в средствах массовой информации"
ROWS = [
    f"1;1;{PAYER};2024;{NOBODY};{PLACING};О выборах;100",
    f"1;2;{PAYER};2024;{NOBODY};Услуги;;200",  # announced again, in words that say nothing
    f"2;1;{PAYER};2024;{NOBODY};Услуги полиграфические;Бланки;400",
    f"3;1;{PAYER};2024;{NOBODY};Работы по ремонту кровли;;800",
    f"4;1;{PAYER};2024;{NOBODY};{PLACING};;1600",
    f"4;2;{PAYER};2024;{NOBODY};Услуги по подписке на печатные периодические издания;;3200",
    f"5;1;{PAYER};2024;ТОО «Боз Дала Медиа»;Услуги прочие;;6400",
]
GRANT = f"9;1;{PAYER};2024;ТОО «Боз Дала Медиа»;Освещение деятельности акима области;;12800"


def ingest(engine: Engine, home: Path, source: Source, rows: list[str], minute: int = 0) -> None:
    path = home / f"{source.name}.csv"
    path.write_text("\n".join(["Lot;Round;Payer;Year;Recipient;Class;Text;Sum", *rows]), encoding="utf-8")
    ingest_files(engine, Archive(home / "archive"), source, [path], at=f"2026-11-24T10:{minute:02d}:00Z")


def decide(home: Path, *lines: str) -> None:
    path = home / "decisions" / "relevance.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def line(subject: Subject, relevance: Relevance | None = None, topic: str = "") -> str:
    return judgement_line(
        subject, who="A. B.", when=date(2026, 1, 2), why="read the specification", relevance=relevance, topic=topic
    )


def answers(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Lot and round: relevance, what says so, topic, what gave it."""
    with engine.connect() as connection:
        return {
            f"{row[0]}/{json.loads(row[1])['round']}": (row[2], row[3], row[4], row[5])
            for row in connection.execute(
                text("SELECT number, details, relevance, relevance_by, topic, topic_by FROM record")
            )
        }


def media_sums(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            row[0]: int(row[1])
            for row in connection.execute(
                text(
                    "SELECT measure, sum(amount_minor) FROM record WHERE counted AND relevance = 'media' "
                    "GROUP BY measure ORDER BY measure"
                )
            )
        }


def settled(engine: Engine, home: Path) -> Settled:
    return settle(engine, SOURCES, home)


def test_rules_move_lots_and_all_announcements_of_one_go_together(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, tmp_path, LOTS, ROWS)
    assert {said[0] for said in answers(engine).values()} == {"undecided"}
    done = settled(engine, tmp_path)
    clash = "wordings disagree: rule information-materials, score 96; rule subscription, score 96"
    elections = ("media", "rule information-materials, score 96", "elections", "rule elections")
    assert answers(engine) == {
        "1/1": elections, "1/2": elections,
        "2/1": ("not media", "rule printing, score 95", "", ""),
        "3/1": ("undecided", "no rule", "", ""),
        # one wording says media, the other a subscription: nobody has decided
        "4/1": ("undecided", clash, "", ""), "4/2": ("undecided", clash, "", ""),
        "5/1": ("undecided", "no rule", "", ""),
    }  # fmt: skip
    assert done.relevance.counts == {"media": 2, "not media": 1, "undecided": 4}
    assert media_sums(engine) == {"announced": 200_00}


def test_settling_again_writes_nothing_and_is_no_revision(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, tmp_path, LOTS, ROWS)
    first = settled(engine, tmp_path).relevance.changed
    assert first == len(ROWS)  # "no rule" is written too
    assert settled(engine, tmp_path).relevance.changed == 0
    # a later edition changes a sum of a lot that was found to be media: one revision, of the sum alone
    ingest(engine, tmp_path, LOTS, [ROWS[0].replace(";100", ";150"), *ROWS[1:]], minute=1)
    settled(engine, tmp_path)
    with engine.connect() as connection:
        revisions = connection.execute(text("SELECT field, old, new FROM revision")).all()
    assert [tuple(row) for row in revisions] == [("amount_minor", "10000", "15000")]
    assert answers(engine)["1/1"][0] == "media"


def test_who_is_paid_by_a_source_about_media_is_known(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, tmp_path, LOTS, ROWS)
    ingest(engine, tmp_path, GRANTS, [GRANT], minute=1)
    settled(engine, tmp_path)
    found = answers(engine)
    assert found["5/1"][:2] == ("media", "rule recipient-is-outlet, score 85")
    assert found["9/1"] == ("media", "source", "praise of officials", "rule praise-of-officials")
    # announced and paid are two measures and stand apart
    assert media_sums(engine) == {"announced": 6600_00, "paid": 12800_00}


def test_the_order_of_loading_leaves_no_trace(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, tmp_path, GRANTS, [GRANT])
    settled(engine, tmp_path)
    for minute, upto in enumerate((2, 5, 7), start=1):
        ingest(engine, tmp_path, LOTS, ROWS[:upto], minute=minute)
        settled(engine, tmp_path)
    grown = answers(engine), media_sums(engine)
    assert grown[0]["5/1"][0] == "media"
    assert grown[1] == {"announced": 6600_00, "paid": 12800_00}


def test_a_person_overrules_and_undoing_restores_the_sums(engine: Engine, tmp_path: Path) -> None:
    ingest(engine, tmp_path, LOTS, ROWS)
    ingest(engine, tmp_path, GRANTS, [GRANT], minute=1)
    settled(engine, tmp_path)
    before = answers(engine), media_sums(engine)
    decide(
        tmp_path,
        line(Subject("zz_lots", root="3"), Relevance.MEDIA, "tourism"),
        line(Subject("zz_lots", root="1"), Relevance.NOT_MEDIA),
        line(Subject("zz_lots", root="5"), Relevance.MEDIA),
        line(Subject("zz_grants", root="9"), topic="youth"),
        line(Subject("zz_lots", root="77"), Relevance.MEDIA),
    )
    done = settled(engine, tmp_path).relevance
    found = answers(engine)
    of = {str(one.subject.root): one for one in Judgements.load([tmp_path / "decisions/relevance.jsonl"]).active}
    assert found["3/1"] == ("media", of["3"].by, "tourism", of["3"].by)
    assert found["1/1"] == found["1/2"] == ("not media", of["1"].by, "", "")
    assert found["9/1"] == ("media", "source", "youth", of["9"].by)
    assert media_sums(engine) == {"announced": 7200_00, "paid": 12800_00}
    assert done.relevance == Agreement(agree=1, disagree=1, rules_undecided=1)
    assert done.topics == Agreement(disagree=1, rules_undecided=1)
    assert [line.place.rsplit(": ", 1)[1] for line in done.unmet] == ["line 5"]
    decide(
        tmp_path,
        *(
            json.dumps({"undo": one.id, "who": "A. B.", "when": "2026-01-03", "why": "too early"})
            for one in of.values()
        ),
    )
    settled(engine, tmp_path)
    assert (answers(engine), media_sums(engine)) == before


def test_a_line_for_one_record_stands_above_the_line_for_its_root(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingest(sqlite_engine, tmp_path, LOTS, ROWS)
    with sqlite_engine.connect() as connection:
        key = connection.execute(text("SELECT key FROM record WHERE subject = 'Услуги'")).scalar_one()
    decide(
        tmp_path,
        line(Subject("zz_lots", root="1"), Relevance.NOT_MEDIA),
        line(Subject("zz_lots", key=key), Relevance.UNDECIDED),
    )
    settled(sqlite_engine, tmp_path)
    found = answers(sqlite_engine)
    assert (found["1/1"][0], found["1/2"][0]) == ("not media", "undecided")


def test_two_answers_to_one_question_are_an_error_that_names_both_lines(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingest(sqlite_engine, tmp_path, LOTS, ROWS)
    settled(sqlite_engine, tmp_path)
    before = answers(sqlite_engine)
    one = Subject("zz_lots", root="1")
    decide(tmp_path, line(one, Relevance.NOT_MEDIA), line(one, topic="sport"), line(one, Relevance.UNDECIDED))
    with pytest.raises(DecisionError, match=r"line 1 says not media .* line 3 says undecided .* undo one of them"):
        settled(sqlite_engine, tmp_path)
    assert answers(sqlite_engine) == before


WHO = '"who": "A. B.", "when": "2026-01-02", "why": "x"'


@pytest.mark.parametrize(
    ("text_of_line", "message"),
    [
        ("{", "line 1"),
        ('{"source": "zz", "root": "1", "relevance": "media", "who": "", "when": "2026-01-02", "why": "x"}', "blank"),
        (f'{{"source": "zz", "relevance": "media", {WHO}}}', "either root or key"),
        (f'{{"source": "zz", "root": "1", "key": "1", "relevance": "media", {WHO}}}', "either root or key"),
        (f'{{"source": "zz", "root": "1", {WHO}}}', "decides nothing"),
        (f'{{"source": "zz", "root": "1", "topic": "praise", {WHO}}}', "no topic is called 'praise'"),
        (f'{{"source": "zz", "root": "1", "relevance": "maybe", {WHO}}}', "maybe"),
        (f'{{"source": "zz", "root": "1", "relevance": "media", "colour": "red", {WHO}}}', "colour"),
        (f'{{"undo": "000000000000", {WHO}}}', "no line before has that id"),
        (f'{{"undo": "000000000000", "topic": "sport", {WHO}}}', "decides nothing else"),
    ],
)
def test_a_wrong_line_is_refused_with_its_place(tmp_path: Path, text_of_line: str, message: str) -> None:
    path = tmp_path / "relevance.jsonl"
    path.write_text(text_of_line + "\n", encoding="utf-8")
    with pytest.raises(DecisionError, match=message):
        Judgements.load([path])


def test_a_repeated_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "relevance.jsonl"
    path.write_text(f"{line(Subject('zz', root='1'), Relevance.MEDIA)}\n" * 2, encoding="utf-8")
    with pytest.raises(DecisionError, match=r"line 2: repeats the line .*line 1"):
        Judgements.load([path])


@pytest.mark.parametrize(
    ("name", "is_office"),
    [
        ("Управление внутренней политики города Алматы", True),
        ("Министерство информации и общественного развития РК", True),
        ("Алматы облысының ішкі саясат басқармасы", True),
        ("Управление финансов города Алматы", False),
        ("Министерство внутренних дел РК", False),
        ("ТОО «Ақпарат»", False),
    ],
)
def test_offices_of_information(name: str, is_office: bool) -> None:
    assert is_office_of_information(name) is is_office
