import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.topics.hidden import flags, plain_wording


@pytest.mark.parametrize(
    ("text", "kind", "reads"),
    [
        ("Рaзмещение в газете", "look-alike letters", "а"),
        ("Услуги С М И", "split letters", "СМИ"),
        ("р а з м е щ е н и е статей", "split letters", "размещение"),
        ("р-е-к-л-а-м-а", "split letters", "реклама"),
        ("разм3щение", "digits for letters", "з"),
        ("газ\u200bета", "invisible characters", ""),
        ("---", "says nothing", ""),
        ("1111", "says nothing", ""),
        ("услуги", "says nothing", ""),
        ("Согласно технической спецификации", "says nothing", ""),
        ("Қызмет", "says nothing", ""),
        ("аааа", "says nothing", ""),
    ],
)
def test_what_hides_is_flagged(text: str, kind: str, reads: str) -> None:
    assert (kind, reads) in {(flag.kind, flag.reads) for flag in flags(text)}


@pytest.mark.parametrize(
    "text",
    [
        "Услуги по размещению информационных материалов в средствах массовой информации",
        "Бұқаралық ақпарат құралдарында материалдарды орналастыру",
        "Коробка, размеры Ш х В х Г",
        "Перчатки, размеры M и L",
        "А. Б. Примеров",
        "Полог 4х6м",
        "Медиаплан на 2012 год, 3 канала",
        "Radio Novi Grad &quot;Eho&quot;",
        "СТ РК ISO 45001-2019",
    ],
)
def test_honest_wording_has_no_flag(text: str) -> None:
    assert flags(text) == []


def test_flags_say_where() -> None:
    text = "Услуги по рaзмещению С М И"
    for flag in flags(text):
        assert text[flag.start : flag.start + len(flag.text)] == flag.text


def test_the_wording_behind_it() -> None:
    assert plain_wording("Рaзмещениe  в С М И &quot;Ёлка&quot;") == 'размещение в сми "елка"'
    assert plain_wording("р-е-к-л-а-м-а в газ\u200bете") == "реклама в газете"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="абвСМИТВОКэаосaeopcxTMKH0364 -._хxШГ", max_size=40))
def test_plain_wording_settles(text: str) -> None:
    once = plain_wording(text)
    assert once == once.casefold()
    assert all(0 <= flag.start <= len(text) for flag in flags(text))
