import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.names.blocking import candidates
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import Spelling
from ingest.names.normalise import normalise
from ingest.names.resolve import resolve
from ingest.names.rule_data import alias_rows
from ingest.names.score import known_outlet, score


@pytest.mark.parametrize(
    ("left", "right", "band", "reason"),
    [
        ("ТОО «Тұлпар»", "«Тулпар» газеті", "auto", "same words"),
        ("ТОО «Сырб ойы»", "ТОО «Сыр бойы»", "auto", "other spaces"),
        ("ТОО «Вечренний луч»", "ТОО «Вечерний луч»", "auto", "changed places"),
        ("Телеканал «Тұлпар»", "газета «Тұлпар»", "new", "exclude"),
        ("Радио «Тұлпар»", "ТВ «Тұлпар»", "new", "exclude"),
        ("Тұлпар", "tulpar.kz", "review", "kinds of medium"),
        ("31 газета", "32 газета", "new", "numbers"),
        ("ТОО «Заң»", "ТОО «Жан»", "review", "transliteration"),
        ("ИП Тұлпар", "ТОО «Тұлпар»", "review", "natural person"),
        ("Тұлпар (Аксу)", "Тұлпар (Риддер)", "review", "parentheses"),
        ("Управление внутренней политики СКО", "Управление внутренней политики ЗКО", "new", "region"),
        ("Управление внутренней политики СКО", "Управление внутренней политики", "review", "region stated once"),
        ("Министерство связи и информации РК", "Министерство культуры и информации РК", "new", ""),
        ("Казинформ", "Қазақпарат", "auto", "known spellings"),
        ("Айқын-Литер", "Айқын", "new", "two known outlets"),
        ("Produkcija", "Produkcija", "new", "nobody"),
        ("-", "-", "new", "nobody"),
        ("RADIO TROPICAL AM LTDA", "RADIO TROPICAL FM LTDA", "new", ""),
    ],
)
def test_bands(left: str, right: str, band: str, reason: str) -> None:
    suggestion = score(normalise(left), normalise(right))
    assert (suggestion.band, reason in suggestion.reason) == (band, True), suggestion
    assert score(normalise(right), normalise(left)).band == band


def test_ids_stand_above_names() -> None:
    same, other = normalise("ТОО «Тұлпар»"), normalise("ТОО «Жұлдыз»")
    assert score(same, other, left_id="000340001583", right_id="000340001583").band == "auto"
    assert score(same, same, left_id="000340001583", right_id="961140000556").band == "new"
    assert score(same, same, left_id="000340001583").band == "auto"


def test_known_outlets_need_a_medium_that_fits() -> None:
    assert known_outlet(normalise("телеканал «Хабар»")) == "khabar"
    assert known_outlet(normalise("радио «Хабар»")) is None


def test_every_alias_is_found_and_none_is_dead() -> None:
    for slug, row in alias_rows().items():
        assert len(row.spellings) >= 2, slug
        for spelling in row.spellings:
            assert known_outlet(normalise(spelling)) == slug, spelling


def test_a_common_word_is_no_known_outlet() -> None:
    assert known_outlet(normalise("ТОО «Евразия»")) is None


def test_a_name_that_fits_two_media_is_asked_about() -> None:
    names = ["газета «Тұлпар»", "«Тұлпар» газеті", "телеканал «Тұлпар»", "Тұлпар ТВ", "ТОО «Тұлпар»", "Tulpar"]
    result = resolve(names)
    paper, tv, unstated = result.cluster_of[0], result.cluster_of[2], result.cluster_of[4]
    assert len({paper, tv, unstated}) == 3
    assert result.cluster_of == [paper, paper, tv, tv, unstated, unstated]
    assert {frozenset({result.cluster_of[q.left], result.cluster_of[q.right]}) for q in result.questions} == {
        frozenset({unstated, paper}),
        frozenset({unstated, tv}),
    }


def test_pseudo_ids_and_placeholders_merge_nothing() -> None:
    result = resolve(["Produkcija", "Produkcija", "ТОО «Тұлпар»", "ТОО «Жұлдыз»", "нет", "нет"])
    assert len(set(result.cluster_of)) == 6
    assert result.questions == []


def test_same_id_one_cluster_two_ids_two() -> None:
    names = ["Первое имя", "Совсем другое", "Тұлпар", "Тұлпар", "Тұлпар"]
    ids = ["000340001583", "000340001583", "961140000556", "090940000967", None]
    result = resolve(names, ids)
    first = result.cluster_of
    assert first[0] == first[1]
    assert first[2] != first[3]
    assert first[4] in {first[2], first[3]}


@pytest.mark.parametrize(
    ("left", "right", "reason"),
    [
        ("TV Dala", "TV Dala+", "same words, one has a plus sign"),
        ("«Боз дала +»", "Боз Дала", "same words, one has a plus sign"),
        ("Bozdala.com", "www.bozdala.info", "same words, other ends of the web address"),
    ],
)
def test_a_sign_or_the_end_of_an_address_may_tell_two_apart(left: str, right: str, reason: str) -> None:
    found = score(normalise(left), normalise(right))
    assert (found.band, found.reason) == ("review", reason)


@pytest.mark.parametrize(("left", "right"), [("Bozdala.com", "https://www.bozdala.com/"), ("TV Dala+", "ТВ Дала +")])
def test_the_same_sign_and_the_same_end_are_one(left: str, right: str) -> None:
    assert score(normalise(left), normalise(right)).band == "auto"


FIRM, ANOTHER, NOBODY = frozenset({"1", "firm"}), frozenset({"2", "another"}), frozenset[str]()


@pytest.mark.parametrize(
    ("names", "paid", "pages", "asked"),
    [
        (["Пульс", "Радио Пульс"], [FIRM, ANOTHER], 2, 1),
        (["Пульс", "Радио Пульс"], [FIRM, FIRM], 1, 0),
        (["Пульс", "Радио Пульс"], [FIRM, FIRM | ANOTHER], 1, 0),
        (["Пульс", "Радио Пульс"], [FIRM, NOBODY], 1, 0),  # who was paid is not known
        (["Пульс", "«ПУЛЬС»"], [FIRM, ANOTHER], 1, 0),  # the same words: a publisher may change
        (["Тенгри ньюс", "Tengrinews.kz"], [FIRM, ANOTHER], 1, 0),  # known spellings of one outlet
        (["www.bozdala.kz", "Портал bozdala.kz"], [FIRM, ANOTHER], 1, 0),  # one address, whoever keeps it
        (["www.bozdala.kz", "Портал Боз дала"], [FIRM, ANOTHER], 2, 1),
        (["Боз дала", "Боз дала ", "Радио Боз дала"], [FIRM, NOBODY, ANOTHER], 2, 1),
        (["Инфо плюс дала", "Инфо пулюс дала"], [FIRM, ANOTHER], 2, 1),
    ],
)
def test_other_words_and_other_firms_are_asked_about(
    names: list[str], paid: list[frozenset[str]], pages: int, asked: int
) -> None:
    for order in (range(len(names)), range(len(names) - 1, -1, -1)):
        result = resolve([names[at] for at in order], paid=[paid[at] for at in order])
        assert len(set(result.cluster_of)) == pages
        assert len(result.questions) == asked


def spelled(name: str, number: str = "") -> Spelling:
    return Spelling("outlet", "kz", name, number)


@pytest.mark.parametrize(
    ("names", "paid", "pages"),
    [
        ([("Пульс", "1"), ("Пульс", "2"), ("Пульс", "")], [FIRM, ANOTHER, frozenset({"3"})], 3),
        ([("Пульс", "1"), ("ПУЛЬС", "1")], [FIRM | {"a second name"}, FIRM | {"a third"}], 1),
        ([("Пульс", "1"), ("ПУЛЬС", "2")], [FIRM | {"one name"}, ANOTHER | {"one name"}], 2),
        ([("Пульс", "1"), ("ПУЛЬС", "")], [FIRM, frozenset({"firm"})], 1),
        ([("Пульс", "1"), ("ПУЛЬС", "")], [FIRM, FIRM | ANOTHER], 2),  # whose it is nobody knows
        ([("Пульс", "1"), ("ПУЛЬС", "")], [FIRM, NOBODY], 2),
    ],
)
def test_what_is_told_apart_takes_in_only_what_its_own_firm_is_paid_for(
    names: list[tuple[str, str]], paid: list[frozenset[str]], pages: int
) -> None:
    for order in (range(len(names)), range(len(names) - 1, -1, -1)):
        spellings = [spelled(*names[at]) for at in order]
        result = resolve([one.name for one in spellings], spellings=spellings, paid=[paid[at] for at in order])
        assert len(set(result.cluster_of)) == pages


def decided(tmp_path: Path, *lines: str) -> Decisions:
    path = tmp_path / "decisions.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Decisions.load([path])


def line(left: str, right: str, verdict: str, relation: str = "spelling", number: str = "") -> str:
    return (
        f'{{"left": {{"kind": "outlet", "country": "kz", "name": "{left}", "id": "{number}"}}, '
        f'"right": {{"kind": "outlet", "country": "kz", "name": "{right}"}}, "verdict": "{verdict}", '
        f'"relation": "{relation}", "who": "test", "when": "2026-11-25", "why": "a test"}}'
    )


def test_decisions_stand_above_likeness(tmp_path: Path) -> None:
    names = ["Тұлпар", "Tulpar", "Совсем другое", "Тұлпар ТВ"]
    decisions = decided(tmp_path, line("Тұлпар", "Tulpar", "different"), line("Тұлпар", "Совсем другое", "same"))
    result = resolve(names, decisions=decisions, spellings=[spelled(name) for name in names])
    assert result.cluster_of[0] == result.cluster_of[2]
    assert result.cluster_of[0] != result.cluster_of[1]
    assert not any({q.left, q.right} == {0, 1} for q in result.questions)


def test_a_wrong_id_decides_nothing(tmp_path: Path) -> None:
    names = ["Тұлпар", "Жұлдыз", "Тулпар"]
    ids = ["000340001583", "000340001583", None]
    spellings = [Spelling("organisation", "kz", name, number or "") for name, number in zip(names, ids, strict=True)]
    assert resolve(names, ids).cluster_of[:2] == [0, 0]
    wrong = line("Жұлдыз", "Жулдыз", "same", "wrong id", "000340001583").replace('"outlet"', '"organisation"')
    decisions = decided(tmp_path, wrong)
    result = resolve(names, ids, decisions=decisions, spellings=spellings)
    assert result.cluster_of == [0, 1, 0]


POOL = [
    "ТОО «Тұлпар»", "газета Тулпар", "Tulpar TV", "«Тұлпар» ЖШС", "Тұлпра", "ТОО «Алтын өлке»", "Altyn olke",
    "Алтын Өлке газеті", "31 канал", "Channel 31", "нет", "ИП Өлке", "Өлке алтын", "Жұлдыз", "Zhuldyz.kz",
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(POOL), min_size=2, max_size=15, unique=True), st.integers(0, 99))
def test_the_order_of_names_does_not_change_the_clusters(names: list[str], seed: int) -> None:
    def partition(order: list[str]) -> set[frozenset[str]]:
        clusters: dict[int, set[str]] = {}
        for name, cluster in zip(order, resolve(order).cluster_of, strict=True):
            clusters.setdefault(cluster, set()).add(name)
        return {frozenset(members) for members in clusters.values()}

    shuffled = list(names)
    random.Random(seed).shuffle(shuffled)
    assert partition(names) == partition(shuffled)


def test_candidates_find_what_scores() -> None:
    names = [normalise(text) for text in POOL]

    def unit(index: int) -> tuple[str, str | None]:
        return names[index].key, names[index].medium

    pairs = list(candidates(names))
    assert all(left < right for left, right in pairs)
    assert len(pairs) == len(set(pairs))
    linked = {frozenset({unit(left), unit(right)}) for left, right in pairs}
    for left in range(len(names)):
        for right in range(left + 1, len(names)):
            if names[left].key != names[right].key and score(names[left], names[right]).band != "new":
                assert frozenset({unit(left), unit(right)}) in linked, (POOL[left], POOL[right])
