from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.names.normalise import VERSION, explain, normalise
from ingest.names.score import score

NAMES = st.text(
    alphabet="абвгдежзиклмнопрстуфхцчшщъыьэюяәғқңөұүһіАБОТЖҚ"
    "abcdefghijklmnopqrstuvwxyzşğñüöäčćžšđ \"«»-.'()/0123456789&№",
    max_size=40,
)


@pytest.mark.parametrize(
    ("raw", "key", "form", "medium"),
    [
        ("ТОО «Айқын»", "aikin", "LLP", None),
        ("«Айқын» ЖШС", "aikin", "LLP", None),
        ("«Айқын» жауапкершілігі шектеулі серіктестігі", "aikin", "LLP", None),
        ("Aiqyn LLP", "aikin", "LLP", None),
        ("TОO «Аiқын»", "aikin", "LLP", None),
        ("газета «Айкын»", "aikin", None, "newspaper"),
        ("«Айқын» газеті", "aikin", None, "newspaper"),
        ("Aikyn newspaper", "aikin", None, "newspaper"),
        ("АО «Республиканская газета «Казахстанская правда»", "kazahstanskaia pravda", "JSC", "newspaper"),
        ("«Қазақстан» республикалық телерадиокорпорациясы» АҚ", "kazahstan", "JSC", "broadcaster"),
        ("Qazaqstan TV", "kazahstan", None, "tv"),
        ("Ақ жол", "ak zol", None, None),  # "АҚ" at the beginning is a word, at the end a form
        ("Aq jol", "ak zol", None, None),
        ("«Ақ жол» АҚ", "ak zol", "JSC", None),
        ("РГП на ПХВ «Сенімгер»", "senimger", "RGP", None),
        ("«Сенімгер» ШЖҚ РМК", "senimger", "RGP", None),
        ("шаруашылық жүргізу құқығындағы «Сенімгер» республикалық мемлекеттік кәсіпорны", None, None, None),
        ("КГУ «Медиа орталық»", None, "KGU", None),
        ("«Мәдениет үйі» МКҚК", None, "GKKP", None),
        ("ГККП «Дом культуры»", None, "GKKP", None),
        ("MEDIJA CENTAR D.O.O. NOVI GRAD", "centar grad media novi", "LLC", None),
        ("Друштво са ограниченом одговорношћу Ехо", "eho", "LLC", None),
        ("Društvo sa ograničenom odgovornošću Eho", "eho", "LLC", None),
        ("RÁDIO ALVORADA DO VALE LTDA - EPP", "alvorada vale", "LLC", "radio"),
        ("Radio Alvorada do Vale S/A.", "alvorada vale", "PLC", "radio"),
        ("7-й канал", "7", None, "tv"),
        ("Седьмой канал", "7", None, "tv"),
        ("Жетінші арна", "7", None, "tv"),
        ("Channel 7", "7", None, "tv"),
        ("www.eho-vesti.rs", "eho vesti", None, "website"),
        ("PORTAL TV EHO", "eho", None, "website"),
        ("Eho (телеканал)", "eho", None, "tv"),
    ],
)
def test_taken_apart(raw: str, key: str | None, form: str | None, medium: str | None) -> None:
    name = normalise(raw)
    if key is not None:
        assert name.key == key
    if form is not None or key is not None:
        assert name.legal_form == form
    assert name.medium == medium
    assert name.raw == raw
    assert name.version == VERSION


@pytest.mark.parametrize(
    "spellings",
    [
        ["«Айқын»", "Aikyn", "Айкын", "AIQYN", "Aıqyn", "Ajķyn", "Ai'qyn", "Айқын"],
        ["Жетісу", "Жетысу", "Zhetisu", "Jetisu", "Jetisý", "Жетiсу"],
        ["Маңғыстау", "Mańǵystaý", "Mañğystau", "Мангыстау"],
        ["Čačanski glas", "Cacanski glas", "Чачански глас"],
        ["Đurđevdan", "Djurdjevdan", "Ђурђевдан"],
        ["Недељне новости", "Nedeljne novosti"],
        ["Сарыарқа самалы", "Saryarqa samaly", "Сарыарка самалы"],
        ["Приуралье", "Priuralye"],
        ["Арқа ажары", "Arqa ajary", "Арка ажары", "Arqa azhary"],
    ],
)
def test_scripts_meet(spellings: list[str]) -> None:
    assert len({normalise(text).key for text in spellings}) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ТО О«Наша газета»", "ТОО «Наша газета»"),
        ("ТОО О«гни Алатау»", "ТОО «Огни Алатау»"),
        ("АО 3«1 канал»", "АО «31 канал»"),
        ("ТОО« Северный луч»", "ТОО «Северный луч»"),
    ],
)
def test_a_letter_that_jumped_over_a_quote_is_put_back(left: str, right: str) -> None:
    assert normalise(left).key == normalise(right).key
    assert normalise(left).legal_form == normalise(right).legal_form


@pytest.mark.parametrize(
    "spellings",
    [
        [
            "Управление внутренней политики Северо-Казахстанской области",
            "ГУ «Управление внутренней политики акимата СКО»",
            "Солтүстік Қазақстан облысының ішкі саясат басқармасы",
            "УВП СКО",
        ],
        [
            "Министерство культуры и информации Республики Казахстан",
            "МКИ РК",
            "ҚР Мәдениет және ақпарат министрлігі",
            "Ministry of Culture and Information of the Republic of Kazakhstan",
        ],
        ["Аппарат акима города Алматы", "Алматы қаласы әкімінің аппараты", "ГУ «Аппарат акима г. Алматы»"],
        ["МВД Республики Казахстан", "Қазақстан Республикасы Ішкі істер министрлігі"],
        ["Отдел внутренней политики Кызылжарского района", "Қызылжар ауданының ішкі саясат бөлімі"],
        ["Отдел внутренней политики Аккайынского района", "Аққайың ауданының ішкі саясат бөлімі"],
        ["Министерство финансов РК", "Министерство финнасов РК", "ҚР Қаржы министрлігі"],
    ],
)
def test_a_body_in_three_languages(spellings: list[str]) -> None:
    names = [normalise(text) for text in spellings]
    assert {name.kind for name in names} == {"body"}
    assert len({name.key for name in names}) == 1


def test_ministries_that_sound_alike_stay_apart() -> None:
    texts = [
        "Министерство связи и информации РК",
        "Министерство информации и коммуникаций РК",
        "Министерство культуры и информации РК",
        "Министерство информации и общественного развития РК",
        "Управление внутренней политики ЗКО",
        "Управление внутренней политики ВКО",
        "Министерство внутренних дел РК",
        "Министерство иностранных дел РК",
    ]
    assert len({normalise(text).key for text in texts}) == len(texts)


@pytest.mark.parametrize(
    "raw", ["", "-", "—", "нет", "Produkcija", "PRODUKCIJA", "жоқ", "н/д", "N/A", "«»", "газета", "ТВ", "не указано"]
)
def test_placeholders_name_nobody(raw: str) -> None:
    assert normalise(raw).placeholder == (raw != "н/д")


def test_a_latin_abbreviation_that_looks_cyrillic_is_a_legal_form() -> None:
    assert normalise("AO «НТК»").legal_form == "JSC"
    assert normalise("AO «НТК»").key == "ntk"


def test_a_sole_trader_is_a_person() -> None:
    assert normalise("ИП Пример").person
    assert normalise("AGENCIJA PRIMER PR NOVI GRAD").person
    assert not normalise("ТОО «Пример»").person


def test_explain_shows_every_step() -> None:
    text = explain("ТО О«Наша газета» (Костанай)")
    for part in [
        "letter and quote put back",
        "parentheses kept apart",
        "legal form LLP out",
        "newspaper out",
        "key: nasa",
    ]:
        assert part in text


@settings(max_examples=200, deadline=None)
@given(NAMES)
def test_any_text_is_read_the_same_way_twice(raw: str) -> None:
    name = normalise(raw)
    assert name == normalise(raw)
    assert name.placeholder or name.key
    assert name.key == " ".join(sorted(name.tokens))


@settings(max_examples=150, deadline=None)
@given(NAMES)
def test_case_quotes_and_spaces_do_not_matter(raw: str) -> None:
    assert normalise(f"  {raw} ").key == normalise(raw).key
    if not set("'\"«»") & set(raw):
        assert normalise(f"«{raw}»").key == normalise(raw).key


WORDS = st.lists(
    st.sampled_from(["алтын", "өлке", "шаңырақ", "тұлпар", "жұлдыз", "арай", "көкжиек", "дәуір", "мұрагер"]),
    min_size=1,
    max_size=4,
    unique=True,
)


@settings(max_examples=100, deadline=None)
@given(
    WORDS,
    st.randoms(use_true_random=False),
    st.sampled_from(["ТОО «{}»", "«{}» ЖШС", "{}", "{} LLP", "газета «{}»", "«{}» газеті"]),
)
def test_the_order_of_words_and_the_form_do_not_change_the_key(words: list[str], random: Random, frame: str) -> None:
    shuffled = list(words)
    random.shuffle(shuffled)
    assert normalise(frame.format(" ".join(shuffled))).key == normalise(" ".join(words)).key
    assert normalise(normalise(" ".join(words)).key).key == normalise(" ".join(words)).key


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("Radio NS Plus 105,2", "Radio NS plus"),
        ("RADIO SOKO 97,4 MHz", "Radio Soko"),
        ("Радио Боз 101.4 FM", "Радио Боз FM"),
    ],
)
def test_where_a_station_is_heard_is_not_its_name(text: str, same_as: str) -> None:
    assert normalise(text).key == normalise(same_as).key
    assert any("frequency kept apart" in step for step in normalise(text).steps)


@pytest.mark.parametrize(
    "text", ["Radio 101,2", "Radio Hit 105", "TV Kanal 92,4", "Radio 021", "Radio Bum 110,5", "Radio FM 97.7"]
)
def test_a_number_that_is_no_frequency_or_the_whole_name_stays(text: str) -> None:
    assert normalise(text).digits


def test_two_frequencies_of_one_name_are_a_question() -> None:
    suggestion = score(normalise("Radio Boz 94,5"), normalise("Radio Boz 102,5"))
    assert suggestion.band == "review"
    assert score(normalise("Radio Boz 94,5"), normalise("Radio Boz")).band == "auto"
