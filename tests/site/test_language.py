"""Three languages: every message is translated, and the reader's language is found."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from markupsafe import escape

import cli.sample
from db.sentences import NOT_STATED, in_english, written
from db.words import AmountState
from ingest.claim_checks import against_addends, against_quotient, against_shares, scope_of
from ingest.claim_sentences import MESSAGES
from ingest.claim_terms import NoRecords, QuotientOf, SharesOf, SumOf
from ingest.claims import read_figures
from ingest.declaration import read_source, read_sources
from ingest.goszakup.codes import STATUSES, verdict_of
from ingest.goszakup.money import RULE as PORTAL
from ingest.installation import SHIPPED_SOURCES
from ingest.names.rule_data import legal_form_rows, media_rows
from ingest.topics.rules import shipped
from ingest.values.amount import Unit, read_amount
from publish.release_database import MIXED_WARNING, PRIVACY, SAMPLE_WARNING
from publish.schema_contracts import HOW_TO_SUM, RECORD_COLUMNS
from publish.site.core.spoken import read_spoken
from publish.site.pages.record import HIDDEN
from publish.site.reader.claimed import said
from publish.site.reader.classes import LEGAL_FORMS, MEDIA, label
from publish.site.reader.formats import (
    day,
    field,
    money,
    number,
    place,
    plain_money,
    reason,
    rule,
    share,
    short_money,
    spot,
)
from publish.site.reader.language import ASKED, FIRST_LANGUAGE, LANGUAGES, LOCALE, Asked, catalogue, choose
from publish.site.reader.words import composed

SITE = LOCALE.parent / "site"
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
OTHERS = [code for code in LANGUAGES if code != FIRST_LANGUAGE]
NAMES = re.compile(r"\{(\w*)\}")


def messages() -> set[str | tuple[str, ...]]:
    found = {
        tuple(m) if isinstance(m, (tuple, list)) else m
        for _, _, m, _, _ in extract_from_dir(SITE, METHODS, keywords=KEYWORDS)
    }
    return found | set(composed()) | topics()


def topics() -> set[str]:
    """Names of our topics and what belongs to them: they stand in the rules alone, and in the catalogues."""
    told = shipped().descriptions
    return {*told, *told.values()}


def test_every_class_of_our_rules_has_a_word_for_readers() -> None:
    assert set(MEDIA) == media_rows().keys() - {"qualifiers"}
    assert set(LEGAL_FORMS) == {row.id for row in legal_form_rows()}


def po(language: str, domain: str = "site") -> Any:
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return read_po(file, locale=language)


OWN_NAMES = {
    "", "CC0 1.0", "Secretaria de Comunicação Social da Presidência da República",
    "АО «Центр электронных финансов» (goszakup.gov.kz)",
}  # fmt: skip
"""What is the same in every language."""


def declarations() -> set[str]:
    """What the declarations that ship with the program say in words."""
    sample = Path(cli.sample.__file__).parent
    sources = [
        *read_sources(SHIPPED_SOURCES).values(),
        *(read_source(sample / f"{name}.yml") for name in ("kz_sample", "sample_answers")),
    ]
    told = {text for s in sources for text in (s.title, s.publisher, s.obtained, s.licence.name, s.caveats)}
    return {" ".join(text.split()) for text in told} - OWN_NAMES


@pytest.mark.parametrize("language", OTHERS)
def test_what_shipped_declarations_say_is_translated_and_no_translation_is_left_over(language: str) -> None:
    told = {message.id: message.string for message in po(language, "sources") if message.id and not message.fuzzy}
    assert told.keys() == declarations()
    assert [*told] == sorted(told)
    assert all(told.values())


def release_words() -> set[str]:
    """What a release says of itself, and the columns that the page of a record explains."""
    told = {HOW_TO_SUM, PRIVACY, SAMPLE_WARNING, MIXED_WARNING}
    explained = [column for column in RECORD_COLUMNS if column.name not in HIDDEN]
    return told | {one.text for one in explained} | {one.unit for one in explained if one.unit and not one.ref}


@pytest.mark.parametrize("language", OTHERS)
def test_what_a_release_says_of_itself_is_translated(language: str) -> None:
    told = {message.id: message.string for message in po(language, "release") if message.id and not message.fuzzy}
    assert told.keys() == release_words()
    assert [*told] == sorted(told)
    assert all(told.values())


@pytest.mark.parametrize("language", OTHERS)
def test_columns_and_facts_stand_in_the_readers_language(site: Any, sql: Any, language: str) -> None:
    uid = sql("SELECT uid FROM contracts LIMIT 1")
    record, method = site.get(f"/{language}/record/{uid}").text, site.get(f"/{language}/method").text
    values = record[record.index('<dl class="values every">') :]
    assert not [text for text in release_words() if escape(text) in values]
    assert PRIVACY not in method
    assert catalogue(language, "release").gettext(PRIVACY) in method


def claim_words() -> set[str]:
    """What the published figures that ship with the program, and their arithmetic, say in words."""
    told = {*MESSAGES, NOT_STATED}
    for figure in read_figures().values():
        told |= {figure.subject, figure.note, "" if figure.currency else figure.unit}
        told |= {figure.period} - {re.sub("[^0-9-]", "", figure.period)}
        told |= {figure.check.why} if isinstance(figure.check, NoRecords) else set()
    return told - {""}


@pytest.mark.parametrize("language", OTHERS)
def test_published_figures_are_translated_with_every_name_to_be_filled_in(language: str) -> None:
    told = {message.id: message.string for message in po(language, "claims") if message.id and not message.fuzzy}
    assert told.keys() == claim_words()
    assert [*told] == sorted(told)
    assert all(told.values())
    for message, translated in told.items():
        assert sorted(NAMES.findall(message)) == sorted(NAMES.findall(translated))
        assert message.startswith(", ") == translated.startswith(", "), "goes on the sentence before"


@pytest.mark.parametrize("language", [*OTHERS, FIRST_LANGUAGE])
def test_the_arithmetic_of_every_published_figure_is_said_with_the_same_digits(language: str) -> None:
    figures = read_figures()
    token = ASKED.set(Asked(language))
    try:
        for figure in figures.values():
            sentences = scope_of(figure)
            if isinstance(figure.check, SumOf):
                sentences += against_addends(figure, figure.check, figures).said
            elif isinstance(figure.check, SharesOf):
                sentences += against_shares(figure, figure.check, figures).said
            elif isinstance(figure.check, QuotientOf):
                sentences += against_quotient(figure, figure.check, figures).said
            shown, english = said(written(sentences)), in_english(sentences)
            assert re.findall(r"\d", shown) == re.findall(r"\d", english)
            if language == FIRST_LANGUAGE:
                assert shown == english
            else:
                assert not re.search(r"\b(?:the|of|printed|ours|records)\b", shown), shown
    finally:
        ASKED.reset(token)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_translated(language: str) -> None:
    told = {message.id if isinstance(message.id, str) else tuple(message.id): message for message in po(language)}
    asked = messages()
    assert len(asked) > 300, "the messages were not found"
    missing = [message for message in asked if message not in told]
    assert not missing
    empty = [
        message.id
        for message in told.values()
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert not empty
    assert not [message.id for message in told.values() if message.fuzzy and message.id]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_keeps_the_names_to_be_filled_in(language: str) -> None:
    for message in po(language):
        if not message.id:
            continue
        wanted = set(NAMES.findall(message.id if isinstance(message.id, str) else message.id[1]))
        for form in [message.string] if isinstance(message.string, str) else message.string:
            assert set(NAMES.findall(form)) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over(language: str) -> None:
    asked = messages()
    assert not [m.id for m in po(language) if m.id and (m.id if isinstance(m.id, str) else tuple(m.id)) not in asked]


@pytest.mark.parametrize(("language", "others"), [("ru", ("контракт", "получател")), ("kk", ("келісімшарт", "алушы"))])
def test_one_word_for_one_thing_as_procurement_has_it(language: str, others: tuple[str, ...]) -> None:
    """Договор, поставщик, заказчик; шарт, өнім беруші, тапсырыс беруші: the words of the portal and of answers."""
    told = [text for domain in ("site", "claims") for m in po(language, domain) if m.id for text in _forms(m)]
    assert not [text for text in told for other in others if re.search(rf"\b{other}", text, re.IGNORECASE)]


def _forms(message: Any) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def test_russian_plurals() -> None:
    russian = catalogue("ru")
    forms = [russian.ngettext("{n} record", "{n} records", n) for n in (1, 2, 5, 11, 21)]
    assert forms == ["{n} запись", "{n} записи", "{n} записей", "{n} записей", "{n} запись"]


@pytest.mark.parametrize(
    ("path", "query", "cookies", "accepts", "expected"),
    [
        ("/kk/outlets", "", {}, "", ("kk", "/kk", "/outlets")),
        ("/ru", "lang=kk", {}, "", ("ru", "/ru", "/")),
        ("/outlets", "lang=kk", {"lang": "ru"}, "en", ("kk", "", "/outlets")),
        ("/outlets", "lang=xx", {"lang": "ru"}, "en", ("ru", "", "/outlets")),
        ("/", "", {"lang": "xx"}, "de, kk-KZ;q=0.8, ru;q=0.9", ("ru", "", "/")),
        ("/", "", {}, "ru;q=0, kk;q=nonsense, en", ("en", "", "/")),
        ("/", "", {}, "de", ("en", "", "/")),
        ("/rutabaga", "", {}, "", ("en", "", "/rutabaga")),
    ],
)
def test_the_language_of_a_request(
    path: str, query: str, cookies: dict[str, str], accepts: str, expected: tuple[str, str, str]
) -> None:
    assert choose(path, query, cookies, accepts) == expected


@pytest.mark.parametrize(
    ("language", "sum_", "decimal"),
    [("en", "1,234,567.05", "-"), ("ru", "1\xa0234\xa0567,05", "-"), ("kk", "1\xa0234\xa0567,05", "-")],
)
def test_sums_are_exact_and_in_the_readers_format(language: str, sum_: str, decimal: str) -> None:
    token = ASKED.set(Asked(language))
    try:
        assert plain_money(123_456_705, 2) == sum_
        assert plain_money(-123_456_705, 2) == "\N{MINUS SIGN}" + sum_
        assert money(100, "KZT", 2) == "1\xa0₸"
        # a float would lose the last figure
        assert re.sub(r"\D", "", plain_money(9_007_199_254_740_993, 2)) == "9007199254740993"
    finally:
        ASKED.reset(token)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["1.17B", "1.24B", "232M", "1B", "-1.24B", "999K", "12.5", "0"]),
        (
            "ru",
            ["1,17\xa0млрд", "1,24\xa0млрд", "232\xa0млн", "1\xa0млрд", "-1,24\xa0млрд", "999\xa0тыс.", "12,5", "0"],
        ),
        (
            "kk",
            ["1,17\xa0млрд", "1,24\xa0млрд", "232\xa0млн", "1\xa0млрд", "-1,24\xa0млрд", "999\xa0мың", "12,5", "0"],
        ),
    ],
)
def test_a_short_sum_has_three_figures_in_the_readers_format(language: str, words: list[str]) -> None:
    token = ASKED.set(Asked(language))
    sums = (117_000_000_000, 123_900_000_000, 23_180_000_000, 99_960_000_000, -123_900_000_000, 99_900_000, 1_250, 0)
    try:
        assert [short_money(minor, 2) for minor in sums] == words
    finally:
        ASKED.reset(token)


@pytest.mark.parametrize(
    ("language", "why", "where"),
    [
        ("en", "terminated: status 350 «Расторгнут»", "sheet Январь, range A10:J10"),
        ("ru", "расторгнут: статус 350 «Расторгнут»", "лист Январь, диапазон A10:J10"),
        ("kk", "бұзылған: мәртебе 350 «Расторгнут»", "парақ Январь, ауқым A10:J10"),
    ],
)
def test_our_words_of_reasons_and_places_are_the_readers(language: str, why: str, where: str) -> None:
    token = ASKED.set(Asked(language))
    try:
        assert reason("terminated: status 350 «Расторгнут»") == why
        assert place("sheet Январь, range A10:J10") == where
        assert place("a row of pages.pdf, page") == "a row of pages.pdf, page", "what is no place of ours stays"
        assert (reason("vanished") == "vanished") is (language == "en")
        assert reason("words of a source") == "words of a source"
    finally:
        ASKED.reset(token)


@pytest.mark.parametrize("language", OTHERS)
def test_whatever_the_portal_says_of_a_status_our_words_are_the_readers(language: str) -> None:
    token = ASKED.set(Asked(language))
    try:
        said = {
            code: reason(why) for code, name in STATUSES.items() if (why := verdict_of(code, name, deleted=False).why)
        }
        said[777] = reason(verdict_of(777, "Неведомый", deleted=False).why)
        assert not {code: why for code, why in said.items() if re.search("[a-z]", why)}
        blocked = reason("table not accepted yet: total of row 3")
        assert blocked.endswith("total of row 3")
        assert not blocked.startswith("table")
    finally:
        ASKED.reset(token)


def test_shares_never_round_a_part_to_nothing() -> None:
    assert share(0, 100) == "0\xa0%"
    assert share(1, 1_000) == "<1\xa0%"
    assert share(1, 3) == "33\xa0%"
    assert share(5, 0) == ""
    assert share(None, 5) == ""
    assert number(1_000) == "1,000"
    assert day("not a day") == "not a day"


def test_a_date_that_ends_in_a_full_stop_brings_no_second_one(site: Any) -> None:
    for language in LANGUAGES:
        text = site.get(f"/{language}/").text
        assert not re.search(r"(?<!\.)\.\.(?!\.)", re.sub("<[^>]*>", "", text)), language


def test_pages_in_three_languages(site: Any) -> None:
    for language, word in (
        ("ru", "Каким СМИ платит государство"),
        ("kk", "Мемлекет қай БАҚ-қа"),
        ("en", "Which media does the state"),
    ):
        answer = site.get(f"/{language}/")
        assert word in answer.text
        assert f'<html lang="{language}">' in answer.text
        assert answer.headers["content-language"] == language
        assert f'href="/{language}/outlets"' in answer.text
        assert word in site.get("/", accept_language=language).text
    answer = site.get("/?lang=kk")
    assert "lang=kk" in answer.headers["set-cookie"]
    assert "Мемлекет қай" in site.get("/", cookie="lang=kk").text


@pytest.mark.parametrize("language", OTHERS)
def test_a_class_is_shown_in_the_readers_language_and_no_class_as_it_stands(language: str) -> None:
    token = ASKED.set(Asked(language))
    try:
        for text in (*MEDIA, *LEGAL_FORMS):
            assert re.search("[а-яәғқңөұүһі]", label(text)), text
        assert label("Печатни медији") == "Печатни медији"
        assert label("") == ""
        assert label(None) == ""
    finally:
        ASKED.reset(token)


def test_a_topic_is_shown_and_found_in_the_readers_language(site: Any) -> None:
    for language, topic in (("ru", "правопорядок"), ("kk", "құқық тәртібі"), ("en", "law and order")):
        page = site.get(f"/{language}/topic/law-and-order").text
        assert f"<h1>{topic}</h1>" in page
        for path in ("/topics", "/contracts?facet=topic", "/outlet/boz-dala"):
            text = site.get(f"/{language}{path}").text
            assert re.search(rf'topic[/=]law-and-order[^"]*">{topic}</a>', text), (language, path)
        # by its name in any language, whichever the reader has
        assert f'topic/law-and-order">{topic}</a>' in site.get(f"/{language}/search?q=құқық тәртібі").text
    assert '<span class="original">law and order</span>' in site.get("/kk/topic/law-and-order").text
    assert "правопорядок" in site.get("/ru/contracts?topic=law-and-order&topic=health").text


def test_names_in_the_readers_language_with_the_original_beside(site: Any, sql: Any) -> None:
    for language, uid, name, original in (
        ("kk", "boz-dala", "«Боз Дала» газеті", "Боз дала"),
        ("en", "aq-qayyng", "The White Birch", "Ақ қайың"),
        ("ru", "boz-dala", "Боз дала", ""),
        ("en", "boz-dala", "Боз дала", ""),
    ):
        page = site.get(f"/{language}/outlet/{uid}").text
        assert f"<h1>{name}</h1>" in page
        assert re.findall('<span class="original">(.*?)</span>', page) == ([original] if original else [])
        assert f">{name}</a>" in site.get(f"/{language}/outlets").text
    uid = sql("SELECT uid FROM contracts WHERE outlet = 5 AND outlet_written = 'Боз дала' LIMIT 1")
    record = site.get(f"/kk/record/{uid}").text
    assert "«Боз Дала» газеті</a>" in record
    assert "Боз дала</small>" in record
    assert "газет · " in site.get("/kk/outlet/boz-dala").text


def test_of_several_names_in_a_language_the_one_that_most_records_print(release_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(release_file.read_bytes())
    with closing(sqlite3.connect(path)) as out:
        [outlet] = out.execute("SELECT id FROM outlets WHERE uid = 'zarya-stepi'").fetchone()
        before = read_spoken(out)
        for at, (name, printed) in enumerate([("А шапағы", 1), ("Дала шапағы", 7), ("ДШ", 3)], start=100):
            out.execute("INSERT INTO spellings VALUES (?, 'outlet', 'zarya-stepi', ?, 'kk')", (at, name))
            out.execute(
                "UPDATE contracts SET outlet_written = ? WHERE id IN (SELECT id FROM contracts WHERE outlet = ?"
                " AND outlet_written NOT LIKE '%шапағы' ORDER BY id LIMIT ?)",
                (name, outlet, printed),
            )
        after = read_spoken(out)
        assert after == {**before, ("outlet", "zarya-stepi"): {"kk": "Дала шапағы", "ru": "Звезда степи"}}
        # a name that is of the reader's language itself stays
        out.execute("INSERT INTO spellings VALUES (200, 'outlet', 'zarya-stepi', 'Заря степи', 'ru')")
        assert read_spoken(out)["outlet", "zarya-stepi"] == {"kk": "Дала шапағы"}


def test_topics_and_regions_in_the_readers_language_with_the_original_beside(site: Any) -> None:
    text = site.get("/kk/region/kz-99").text
    assert "<h1>Көкдала облысы</h1>" in text
    assert "Көкдалинская область" in text
    assert "<h1>Kök Dala region</h1>" in site.get("/en/region/kz-99").text


def test_no_page_names_a_path_of_this_machine() -> None:
    for path in [*SITE.rglob("*.py"), *SITE.rglob("*.html"), *LOCALE.rglob("*.po")]:
        assert str(Path.home()) not in path.read_text(encoding="utf-8")


TENGE = Unit("KZT")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("× 1 000 («Сумма, тыс. тенге» in the heading)", "× 1 000 («Сумма, тыс. тенге» в заголовке)"),
        ("× 1 (said by a person: the letter)", "× 1 (указал человек: the letter)"),
        ("× 1 000 (тыс in the cell)", "× 1 000 (тыс в ячейке)"),
        ("dash", "прочерк"),
        ("× 1 (dash)", "× 1 (dash)"),
        (PORTAL, "× 1 (в единицах валюты, как указывает портал)"),
        (read_amount("1 млн 200 тыс. тенге", TENGE).rule, "каждое число × своя единица в ячейке"),
        (read_amount("50 тиын", TENGE).rule, "в ячейке названы тиыны или центы"),
        (
            read_amount("не было", TENGE, words={"не было": AmountState.ZERO}).rule,
            "«не было» задано в описании источника",
        ),
        (
            read_amount(0.1 + 0.2, TENGE).rule,
            "× 1; погрешность после 15-го знака числа в ячейке отброшена",
        ),
    ],
)
def test_our_words_of_a_rule_are_the_readers(written: str, said: str) -> None:
    token = ASKED.set(Asked("ru"))
    try:
        assert rule(written) == said
        assert spot("page 2, row 11, box 579.6,162.0,602.1,171.7") == "страница 2, строка 11"
        assert [field("equivalent"), field("details")] == ["эквивалент", "details"]
    finally:
        ASKED.reset(token)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("/ru/contracts?q=%22", "в поиске нет ни одного слова"),
        ("/kk/contracts?q=%22", "іздеуде бірде-бір сөз жоқ"),
        ("/ru/contracts?amount_min=many", "amount_min=many: укажите число"),
        ("/ru/contracts.csv?year={x}", "year={x}: такого имени в выпуске нет"),
    ],
)
def test_why_a_view_is_refused_is_said_in_the_readers_language(site: Any, asked: str, told: str) -> None:
    answer = site.get(asked)
    assert answer.status_code == 400
    assert told in answer.text


def test_programs_are_told_it_in_english(site: Any) -> None:
    said = site.get("/contracts.json?year=x", accept_language="ru").json()
    assert said == {"ok": False, "error": "year=x: there is none of this name in the release"}
