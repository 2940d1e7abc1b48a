import json
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

import pytest

from db.words import LinkedKind, LinkRelation
from ingest.decision_lines import DecisionError, line_id, undo_line
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import IDENTITIES, Kind, Relation, Spelling, decision_line, person_key


def spelling(name: str, number: str = "", kind: str = "outlet") -> dict[str, str]:
    return {"kind": kind, "country": "kz", "name": name, "id": number}


def line(
    left: str | dict[str, str],
    right: str | dict[str, str],
    verdict: str = "same",
    relation: str = "spelling",
    **more: Any,
) -> dict[str, Any]:
    return {
        "left": left if isinstance(left, dict) else spelling(left),
        "right": right if isinstance(right, dict) else spelling(right),
        "verdict": verdict, "relation": relation, "who": "test", "when": "2026-11-25", "why": "a test", **more,
    }  # fmt: skip


def undo(target: str, **more: Any) -> dict[str, Any]:
    return {"undo": target, "who": "test", "when": "2026-11-26", "why": "was an error", **more}


def load(tmp_path: Path, *files: list[dict[str, Any]]) -> Decisions:
    paths = []
    for number, lines in enumerate(files):
        path = tmp_path / f"part{number}.jsonl"
        path.write_text("\n".join(json.dumps(text, ensure_ascii=False) for text in lines) + "\n", encoding="utf-8")
        paths.append(path)
    return Decisions.load(paths)


SEEN = {"evidence": ["https://register.invalid/1"]}


def of(name: str, number: str = "", kind: Literal["outlet", "organisation", "body"] = "outlet") -> Spelling:
    return Spelling(kind, "kz", name, number)


def test_same_lines_make_clusters(tmp_path: Path) -> None:
    decisions = load(tmp_path, [line("А", "Б"), line("Б", "В"), line("Г", "Д", "different"), line("Е", "Ж", "unsure")])
    assert decisions.clusters() == [frozenset({of("А"), of("Б"), of("В")})]
    assert decisions.verdict(of("А"), of("В")) == "same"
    assert decisions.verdict(of("Д"), of("Г")) == "different"
    assert decisions.verdict(of("Е"), of("Ж")) == "unsure"
    assert decisions.verdict(of("А"), of("Г")) is None


def test_what_is_decided_of_one_spelling_holds_for_its_cluster(tmp_path: Path) -> None:
    decisions = load(tmp_path, [line("А", "Б"), line("Б", "В", "different")])
    assert decisions.verdict(of("А"), of("В")) == "different"


def test_a_merger_and_an_owner_tie_two_and_join_none(tmp_path: Path) -> None:
    owner = line(spelling("Тұлпар"), spelling("ТОО «Тұлпар»", kind="organisation"), relation="owner", **SEEN)
    decisions = load(tmp_path, [owner, line("А", "Б", relation="merger", since="2014", **SEEN), line("Б", "В")])
    assert decisions.clusters() == [frozenset({of("Б"), of("В")})]
    assert [(link.relation, link.since, link.until) for link in decisions.links] == [
        ("owner", "", ""),
        ("merger", "2014", ""),
    ]
    # two that are tied are two, for whoever asks, and through their other spellings too
    assert decisions.verdict(of("А"), of("В")) == "different"
    assert [line.relation for line in decisions.apart] == ["merger"]


def test_a_link_that_was_found_not_to_hold_ties_nobody_and_parts_nobody(tmp_path: Path) -> None:
    decisions = load(tmp_path, [line("А", "Б", "different", "merger"), line("А", "Б")])
    assert decisions.links == ()
    assert decisions.verdict(of("А"), of("Б")) == "same"


FIRM, HOLDING = spelling("ТОО «А»", kind="organisation"), spelling("Холдинг «Б»", kind="organisation")


def owned(
    since: str = "", until: str = "", verdict: str = "same", relation: str = "owner", **more: Any
) -> dict[str, Any]:
    dates = {name: text for name, text in (("since", since), ("until", until)) if text}
    return line(FIRM, HOLDING, verdict, relation, **dates, **SEEN)


@pytest.mark.parametrize(
    "lines",
    [
        [owned(), owned("2014")],
        [owned("2010", "2015"), owned("2014-03")],
        [owned("2010-05?", "2012"), owned("2010", "2011", "different")],
        [owned(), owned(verdict="unsure")],
        [owned(relation="successor"), line(HOLDING, FIRM, relation="successor", **SEEN)],
        [owned(relation="merger"), line(HOLDING, FIRM, relation="merger", since="2001", **SEEN)],
        [owned(), line(FIRM, HOLDING, relation="rename")],
    ],
)
def test_links_that_contradict_name_both_lines(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    with pytest.raises(DecisionError) as error:
        load(tmp_path, lines[:1], lines[1:])
    assert "part0.jsonl: line 1" in str(error.value)
    assert "part1.jsonl: line 1" in str(error.value)


@pytest.mark.parametrize(
    "lines",
    [
        [owned("2010", "2015"), owned("2015")],
        [owned("2010", "2012-05"), owned("2012-05-20", "unknown")],
        [owned(), owned(relation="merger")],
        [owned("2010"), line(HOLDING, FIRM, relation="owner", **SEEN)],
    ],
)
def test_links_of_other_times_or_kinds_stand_beside_each_other(tmp_path: Path, lines: list[dict[str, Any]]) -> None:
    assert len(load(tmp_path, lines).links) == 2


def test_the_words_of_lines_are_those_of_the_registry() -> None:
    assert set(get_args(Relation)) == {*IDENTITIES, *(word.value for word in LinkRelation)}
    assert {*get_args(Kind), "person"} == {word.value for word in LinkedKind}


def test_after_undo_a_link_may_be_said_with_other_dates(tmp_path: Path) -> None:
    first = owned("2010")
    decisions = load(tmp_path, [first, undo(line_id(first)), owned("2011", "2012?")])
    assert [(link.since, link.until) for link in decisions.links] == [("2011", "2012?")]


def test_a_wrong_id_joins_and_is_named(tmp_path: Path) -> None:
    ends = (spelling("А", "000340001583", "organisation"), spelling("Б", kind="organisation"))
    decisions = load(tmp_path, [line(*ends, relation="wrong id")])
    one, other = (Spelling("organisation", "kz", end["name"], end["id"]) for end in ends)
    assert decisions.wrong_ids == {one}
    assert decisions.verdict(one, other) == "same"


def test_undo_takes_a_line_back(tmp_path: Path) -> None:
    first = line("А", "Б")
    decisions = load(tmp_path, [first, line("Б", "В")], [undo(line_id(first))])
    assert decisions.clusters() == [frozenset({of("Б"), of("В")})]


def test_after_undo_the_opposite_may_be_decided(tmp_path: Path) -> None:
    first = line("А", "Б", id="first")
    decisions = load(tmp_path, [first, undo("first"), line("А", "Б", "different")])
    assert decisions.verdict(of("А"), of("Б")) == "different"


def test_a_contradiction_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(DecisionError) as error:
        load(tmp_path, [line("А", "Б")], [line("Б", "А", "different")])
    assert "part0.jsonl: line 1" in str(error.value)
    assert "part1.jsonl: line 1" in str(error.value)


def test_a_contradiction_over_a_path_names_every_line_of_it(tmp_path: Path) -> None:
    lines = [line("А", "Б"), line("Б", "В"), line("Г", "Д"), line("А", "В", "unsure")]
    with pytest.raises(DecisionError) as error:
        load(tmp_path, lines)
    text = str(error.value)
    assert all(f"line {number}" in text for number in (1, 2, 4))
    assert "line 3" not in text


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([undo("nothing")], "no line before has that id"),
        ([line("А", "Б", id="x"), undo("x"), undo("x")], "undone by"),
        ([line("А", "Б"), line("А", "Б")], "repeats the line"),
        ([line("А", "А")], "itself"),
        ([line("А", " ")], "without a name"),
        ([line("А", "Б", "perhaps")], "Invalid enum value 'perhaps'"),
        ([line("А", "Б", relation="friend")], "Invalid enum value 'friend'"),
        ([line("А", "Б", colour="red")], "unknown field"),
        ([line("А", "Б", who=" ")], "who and why"),
        ([line("А", "Б", when="yesterday")], "date"),
        ([{"who": "test", "when": "2026-11-25", "why": "a test"}], "needs left, right and verdict"),
        ([line("А", spelling("Б", kind="body"))], "never one"),
        ([line("А", "Б", relation="publisher")], "publisher ties no outlet and outlet; it ties outlet and body"),
        ([line(spelling("А", kind="body"), HOLDING, relation="owner")], "owner ties no body and organisation"),
        ([line("А", spelling("Г", kind="group"), relation="publisher")], "publisher ties no outlet and group"),
        ([line(FIRM, HOLDING, relation="owner")], "needs evidence"),
        ([owned("2014", "2013")], r"ends \(2013\) before it begins"),
        ([owned("2014-02-30")], "is no date"),
        ([owned("14")], "is no date"),
        ([line("А", "Б", since="2014")], "has dates"),
        ([line("А", spelling("ИП Вымыслов", kind="organisation"))], "natural person"),
        ([line(spelling("А", kind="body"), spelling("Б", kind="body"), relation="wrong id")], "needs the id"),
        ([line(spelling("А", "000340001583"), "Б", relation="wrong id")], "an outlet has no id of its own"),
        ([line(spelling("А", "850101300016"), "Б")], None),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, lines: list[dict[str, Any]], message: str | None) -> None:
    if message is None:
        pytest.importorskip("db.privacy")
        from db.privacy import check_digit

        number = "85010130001"
        lines[0]["left"]["id"] = number + str(check_digit(number))
        message = "natural person"
    with pytest.raises(DecisionError, match=message) as error:
        load(tmp_path, lines)
    assert "part0.jsonl: line" in str(error.value)
    assert "85010130001" not in str(error.value)


def test_the_text_of_a_bad_line_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"who": "test"\n', encoding="utf-8")
    with pytest.raises(DecisionError, match=r"bad\.jsonl: line 1"):
        Decisions.load([path])


def test_a_line_that_says_something_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.jsonl"
    text = json.dumps(line("А", "Б"), ensure_ascii=False).replace('"who"', '"verdict": "different", "who"', 1)
    path.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(DecisionError, match=r"twice\.jsonl: line 1: says verdict twice"):
        Decisions.load([path])


def test_replay_does_not_depend_on_spaces_and_case_of_country(tmp_path: Path) -> None:
    left = {"kind": "outlet", "country": "KZ", "name": " Тұлпар  таңы "}
    decisions = load(tmp_path, [line(left, "Б")])
    assert decisions.verdict(of("Тұлпар таңы"), of("Б")) == "same"


def test_persons_are_named_by_a_salted_key(tmp_path: Path) -> None:
    salt, other = b"s" * 16, b"t" * 16
    key = person_key(salt, "Пример  Примеров")
    assert key == person_key(salt, "пример примеров")
    assert key != person_key(other, "пример примеров")
    assert key.startswith("person:")
    assert "пример" not in key
    with pytest.raises(ValueError, match="16 bytes"):
        person_key(b"short", "x")
    assert load(tmp_path, [line(key, "Б")]).verdict(of(key), of("Б")) == "same"


def test_written_lines_are_read_back(tmp_path: Path) -> None:
    day = date(2026, 11, 25)
    text = decision_line(of("А"), of("Б"), "same", who="test", when=day, why="a test", evidence=["https://a.invalid/"])
    path = tmp_path / "decisions.jsonl"
    path.write_text(text + "\n", encoding="utf-8")
    (decision,) = Decisions.load([path]).active
    assert (decision.left, decision.right, decision.when) == (of("А"), of("Б"), "2026-11-25")
    assert decision.evidence == ("https://a.invalid/",)
    path.write_text(f"{text}\n{undo_line(decision.id, who='test', when=day, why='wrong')}\n", encoding="utf-8")
    assert Decisions.load([path]).active == ()
    with pytest.raises(DecisionError, match="who and why"):
        decision_line(of("А"), of("Б"), "same", who="", when=day, why="a test")


def test_a_line_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    file = tmp_path / "identity.jsonl"
    file.write_bytes(b"\r\n" + "Радио".encode("cp1251") + b"\r\n")
    with pytest.raises(DecisionError, match=r"identity\.jsonl: line 2: .*utf-8"):
        Decisions.load([file])
