import re
from importlib.resources import files
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.words import Relevance
from ingest.topics.classify import NO_RULE, Purchase, _match, classify, topic_of
from ingest.topics.rules import parse, shipped


@pytest.mark.parametrize(
    ("name", "description", "relevance", "rule"),
    [
        ("Услуги по размещению информационных материалов в СМИ", "", "media", "information-materials"),
        ("Услуги по проведению государственной информационной политики", "", "media", "state-information-policy"),
        ("Мемлекеттік ақпараттық тапсырыс", "", "media", "state-information-order"),
        ("Бұқаралық ақпарат құралдарында материалдарды орналастыру", "", "media", "information-materials"),
        ("Услуги", "Освещение деятельности акимата на страницах газеты", "media", "coverage"),
        ("Услуги по опрессовке системы отопления", "", "not media", "pressing"),
        ("Услуги полиграфические", "Согласно технической спецификации", "not media", "printing"),
        ("Услуги по трансляции телевизионных программ", "", "undecided", "broadcasting"),
        ("Услуги по трансляции телевизионных программ", "Абонентская оплата за каналы", "not media", "pay-tv"),
        ("Услуги по подписке на печатные периодические издания", "", "not media", "subscription"),
        ("Работы по освещению улиц", "", "undecided", NO_RULE),
        ("Услуги по техническому обслуживанию систем телевидения", "", "not media", "tv-equipment"),
        ("Работы по ремонту автомобилей", "", "undecided", NO_RULE),
        ("", "", "undecided", NO_RULE),
    ],
)
def test_relevance(name: str, description: str, relevance: str, rule: str) -> None:
    verdict = classify(Purchase(name=name, description=description))
    assert (verdict.relevance.value, verdict.rule_id) == (relevance, rule)
    assert (verdict.score == 0) == (rule == NO_RULE)


def test_codes_budget_payer_and_recipient_are_signs_too() -> None:
    assert classify(Purchase(code="601011.000.000000")).rule_id == "cpa-broadcasting"
    assert classify(Purchase(code="60.10.11")).relevance is Relevance.MEDIA
    assert classify(Purchase(budget="003100")).service == "state_information_order"
    assert classify(Purchase(budget="0031")).rule_id == NO_RULE
    assert classify(Purchase(known_outlet=True)).rule_id == "recipient-is-outlet"
    payer = classify(Purchase(payer_kind="information policy"))
    assert (payer.relevance, payer.rule_id) == (Relevance.UNDECIDED, "payer-of-information-policy")


def test_the_stronger_rule_wins_and_the_others_are_kept() -> None:
    verdict = classify(Purchase(name="Услуги полиграфические для СМИ"))
    assert verdict.rule_id == "printing"
    assert "media-word" in verdict.others


def test_hidden_wording_is_read_as_it_is_meant() -> None:
    plain = classify(Purchase(name="Размещение материалов в СМИ"))
    assert classify(Purchase(name="Рaзмещениe матеpиалов в С М И")) == plain
    assert plain.relevance is Relevance.MEDIA


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Формирование положительного имиджа акима области", "praise of officials"),
        ("Освещение деятельности акима области и акимата", "praise of officials"),
        ("Облыс әкімінің қызметін жариялау", "praise of officials"),
        ("Разъяснение Послания Президента народу", "address of the president"),
        ("Размещение материалов о выборах", "elections"),
        ("Межнациональное и межконфессиональное согласие", "interethnic accord"),
        ("Мемлекеттік тіл саясатын насихаттау", "state language"),
        ("Экстремизм мен терроризмнің алдын алу", "extremism and terrorism"),
        ("Публикация нормативных правовых актов", "legal acts and announcements"),
        ("Сельское хозяйство, итоги весенне-полевых работ", "agriculture"),
        ("Пропаганда здорового образа жизни", "health"),
        ("Противодействие коррупции", "anti-corruption"),
        ("Жастар саясаты", "youth"),
        ("Ravnopravnost nacionalnih manjina", "interethnic accord"),
        ("Informativni program", "news programme"),
    ],
)
def test_topics(text: str, topic: str) -> None:
    found = topic_of(text)
    assert found is not None
    assert found.topic == topic
    assert found.matched


def test_no_topic_is_not_a_topic() -> None:
    assert topic_of("Согласно технической спецификации") is None
    assert topic_of("", "") is None


def test_work_of_a_body_is_no_praise() -> None:
    found = topic_of("информирование населения о деятельности государственных органов")
    assert found is not None
    assert found.topic == "work of state bodies"


def test_every_shipped_rule_can_be_reached() -> None:
    rules = shipped()
    assert len({rule.id for rule in [*rules.relevance, *rules.topics]}) == len(rules.relevance) + len(rules.topics)
    assert sum(topic.topic == "praise of officials" for topic in rules.topics) == 1
    for rule in rules.relevance:
        assert rule.pattern or rule.codes or rule.place == "outlet"
        # expressions are matched against lower case without ё
        for pattern in (rule.pattern, rule.unless, *rule.beside):
            assert pattern is None or not re.search("[А-ЯЁё]", pattern.pattern), rule.id


def test_every_word_of_the_table_is_used() -> None:
    table = (files("ingest") / "data" / "topics" / "rules.yml").read_text("utf-8")
    words = msgspec.yaml.decode(table)["words"]
    assert words
    assert [name for name in words if f"<{name}>" not in table.split("words:", 1)[1]] == []
    assert not any("<" in rule.pattern.pattern.replace("(?<", "") for rule in shipped().relevance if rule.pattern)


def test_words_stand_for_their_alternatives() -> None:
    table = RULE + "words: {outlet: 'газет|<air>', air: 'радио|эфир'}\n"
    rules = parse(table.replace("['x']", "['в (<outlet>)е']"))
    (rule,) = rules.relevance
    assert rule.pattern is not None
    assert rule.pattern.search("в газете")
    assert rule.pattern.search("в эфире")
    assert not rule.pattern.search("на радио")
    assert set(rule.needs) == {"газет", "радио", "эфир"}
    with pytest.raises(ValueError, match="topic rules: a: <press> names no words"):
        parse(table.replace("['x']", "['<press>']"))
    with pytest.raises(ValueError, match="topic rules: a: <air> names itself"):
        parse(table.replace("['x']", "['<air>']").replace("радио|эфир", "радио|<air>"))


def test_signs_beside_each_other_count_in_any_order_but_only_near() -> None:
    bare = "relevance: [{id: a, relevance: media, score: 90, in: text, any: ['газет'], beside: ['статья', 'полос']}]\n"
    (rule,) = parse(f"{bare}topics: []\n").relevance

    def found(text: str) -> bool:
        return _match(rule, Purchase(description=text), "", text) is not None

    assert found("статья на полосу в газете")
    assert found("газета: полоса, статья")
    assert not found("статья в газете")
    assert not found("полоса в газете")
    assert not found(f"статья, полоса {'и прочее ' * 30} газета")
    assert found(f"газета {'и прочее ' * 30} статья, полоса, газета"), "near another match"
    assert not found("статья, полоса")


def test_a_name_of_another_purchase_takes_media_back_and_nothing_else() -> None:
    told = "статьи в районной газете, 3 публикации"
    assert classify(Purchase("Услуги по опубликованию", told)).relevance == "media"
    another = classify(Purchase("Ноутбук", told))
    assert (another.relevance, another.rule_id, another.score) == ("undecided", "another purchase", 0)
    assert classify(Purchase("Разработка и размещение роликов на телевидении", "")).relevance == "media"
    assert classify(Purchase("Ремонт радиостанций", "")).relevance == "not media", "as without it"
    with pytest.raises(ValueError, match="topic rules: another: <press> names no words"):
        parse(f"another: {{any: ['<press>']}}\n{RULE}")
    with pytest.raises(ValueError, match=r"topic rules: another: .* repeats without a bound"):
        parse(f"another: {{any: ['x'], unless: ['y.*']}}\n{RULE}")


RULE = "relevance: [{id: a, relevance: media, score: 90, in: text, any: ['x']}]\ntopics: []\n"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("score: 90", "score: 190", "not 1 to 100"),
        ("any: ['x']", "any: ['(']", "topic rules: a"),
        ("any: ['x']", "any: []", "nothing to look for"),
        ("any: ['x']", "any: ['x.*y']", "repeats without a bound"),
        ("any: ['x']", "any: ['x{2,}']", "repeats without a bound"),
        ("any: ['x']", "any: ['x'], unless: ['(?:y )+z']", "repeats without a bound"),
        ("any: ['x']", "any: ['x'], beside: ['y.*z']", "repeats without a bound"),
        ("any: ['x']", "any: ['x'], beside: ['(']", "topic rules: a"),
        ("any: ['x']", "any: ['x'], beside: ['<press>']", "names no words"),
        ("in: text", "in: title", "Invalid enum value 'title'"),
        ("media,", "perhaps,", "Invalid enum value 'perhaps'"),
        ("score: 90", "score: 90, colour: red", "unknown field"),
        ("score: 90", "score: 90, payer: ministry", "Invalid enum value 'ministry'"),
        ("topics: []", "topics: [{id: a, topic: t, score: 1, any: ['x']}]", "stands twice"),
    ],
)
def test_a_bad_table_is_refused(old: str, new: str, message: str) -> None:
    assert parse(RULE).relevance[0].id == "a"
    with pytest.raises(ValueError, match=message):
        parse(RULE.replace(old, new))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_gets_the_same_verdict_twice(name: str, description: str) -> None:
    verdict = classify(Purchase(name=name, description=description))
    assert verdict == classify(Purchase(name=name, description=description))
    assert verdict.rule_id == NO_RULE or verdict.matched


@pytest.mark.parametrize("text", ["Ekologija i zdravlje", "Ostalo", "Bela Crkva: hronika opštine"])
def test_a_class_of_two_topics_and_the_name_of_a_town_are_no_topic(text: str) -> None:
    assert topic_of(text) is None


@pytest.mark.parametrize(
    ("texts", "topic"),
    [
        (("Ekologija i zdravlje", "Zelena šuma"), "environment"),
        (("Ekologija i zdravlje", "Zdravo srce"), "health"),
        (("Ekologija i zdravlje", "Priče sa reke"), None),
        (("Manjinski sadržaj", "Naša reč"), "interethnic accord"),
        (("Manjinski sadržaj", "Poljoprivreda danas"), "agriculture"),
        (("Neprivilegovane grupe", "Glasnik"), "family and society"),
        (("Sport", "Mladi na stazi"), "sport"),
        (("Ostalo", "Mladi na stazi"), "youth"),
        (("Informativni program", "Rad lokalne samouprave"), "work of state bodies"),
        (("Освещение деятельности губернатора",), "praise of officials"),
        (("Публикации о работе мэра",), "praise of officials"),
        (("Публикации о работе акима района",), "praise of officials"),
        (("Публикации о работе мэрии",), "work of state bodies"),
        (("Публикации о работе акимата",), "work of state bodies"),
        (("Деятельность горсовета",), "work of state bodies"),
        (("Деятельность советника",), None),
        (("Деятельность органайзера",), None),
        (("Работает глава",), None),
        (("Предвыборная агитация",), "elections"),
        (("Размещение материалов", "Выбор издания за заказчиком"), None),
        (("Ostalo", "Nasilje nije moj izbor"), "family and society"),
        (("Ostalo", "Lokalni izbori"), "elections"),
        (("Формирование положительного имиджа области",), None),
    ],
)
def test_the_class_of_a_source_and_the_words_of_a_project(texts: tuple[str, ...], topic: str | None) -> None:
    found = topic_of(*texts)
    assert (found.topic if found else None) == topic


@pytest.mark.parametrize(
    "name",
    [
        "Размещение видеосюжетов о выдуманном совете",
        "Услуги по распространению информации о работе администрации на радио",
        "Публикация официальной информации в периодическом печатном издании",
        "Подготовка выпусков газеты",
        "Публикация агитационных материалов в газете",
        "Услуги информационных агентств",
        "Эфирное время для сюжетов о работе выдуманного управления",
        "Предоставление газетной площади",
        "Три полосы в печатном издании",
        "Еженедельная программа на радио",
        "Реклама на местном ТВ",
        "Посты в крупных пабликах",
        "Заметка и реклама в Telegram-канале с новостями",
        "Субсидии редакциям газет",
        "Гранты для средств массовой информации",
        "Изготовление телевизионных роликов",
        "Размещение рекламы на билбордах города",
        "Аудандық газетте мақала жариялау",
        "Телеарнада бейнеролик көрсету",
        "Материалдарды облыстық газеттерге орналастыру",
        "Масс-медиада сұхбаттар орналастыру",
        "Газеттің бір бетін ұсыну",
        "БАҚ-тарға грант беру",
        "Эфир уақытын сатып алу",
        "Таргетированная реклама",
        "Размещение рекламы в социальных сетях",
        "Бегущая строка на телеканале",
        "Услуги редакции по опубликованию решений",
        "Телехабар дайындау",
        "Жергілікті телеарнада сюжет түсіру",
        # the counterparts of look-alikes: the same words where an outlet, or space in it, is paid
        "Субсидия редакции районной газеты",
        "Гранты редакциям",
        "Приобретение печатной площади в районной газете",
        "Покупка телеэфира",
        "10 минут телевизионного эфира",
        "Закупка эфирного вещания сюжетов",
        "Размещение роликов на LED-экранах города",
        "Размещение плакатов на ситибордах",
        "Услуги популярных блогеров",
        "Оплата блогерам",
        "Размещение рекламы у блогеров",
        "Блогерлердің қызметіне ақы төлеу",
        "Производство телепроектов",
        "Создание радиопроекта о здоровье",
        "Радиохабар дайындау",
        "Аудандық газетке мақала беру",
        "Телеарна арқылы ақпарат тарату",
        "Эфирде материал көрсету",
        "БАҚ-та материал орналастыру",
        "БАҚ арқылы насихаттау",
        "Баспасөзді қаржыландыру",
        "Услуги бегущей строки на ТВ",
        "Размещение материалов на республиканских новостных порталах",
        "Освещение работы министерства",
        "Облыс әкімінің жұмысын насихаттау",
    ],
)
def test_what_is_placed_in_media_is_media(name: str) -> None:
    assert classify(Purchase(name=name)).relevance is Relevance.MEDIA


LOOK_ALIKES = Path(__file__).with_name("look_alikes.txt").read_text("utf-8").splitlines()


def test_what_only_sounds_like_media_is_never_taken_for_it() -> None:
    assert len(LOOK_ALIKES) == len(set(LOOK_ALIKES)) > 700
    assert [name for name in LOOK_ALIKES if classify(Purchase(name=name)).relevance is Relevance.MEDIA] == []
    # nor where the same words are the description of a class that says nothing
    for name in ("Услуги", "Услуги по сопровождению"):
        taken = [text for text in LOOK_ALIKES if classify(Purchase(name, text)).relevance is Relevance.MEDIA]
        assert taken == []


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("Проведение мероприятий по профилактике", "Ролики на телевидении, семинары, опросы"),
        ("Освещение деятельности акимата в социальных сетях", ""),
        ("Публикация статей в научных журналах", ""),
        ("Съемка документального фильма", ""),
        ("Размещение видеоролика на сайте учреждения", ""),
    ],
)
def test_what_nobody_can_tell_is_left_to_a_person(name: str, description: str) -> None:
    assert classify(Purchase(name=name, description=description)).relevance is Relevance.UNDECIDED


def test_words_that_say_enough_only_from_an_office_of_information() -> None:
    order = Purchase(name="Публикация материалов", description="Размещение информационных материалов о реформах")
    assert classify(order).relevance is Relevance.UNDECIDED
    office = msgspec.structs.replace(order, payer_kind="information policy")
    assert classify(office).rule_id == "placement-by-information-office"
    assert classify(office).relevance is Relevance.MEDIA
    stand = msgspec.structs.replace(office, description="Размещение информационных материалов на стендах")
    assert classify(stand).relevance is Relevance.UNDECIDED


@pytest.mark.parametrize(
    "name",
    ["Подписка на газеты", "Печать агитационных материалов", "Ремонт телевизоров", "Поставка радиостанций",
     "Подготовка документации", "Распространение листовок"],
)  # fmt: skip
def test_what_is_no_placement_is_not_taken_for_one(name: str) -> None:
    assert classify(Purchase(name=name)).relevance is not Relevance.MEDIA
