"""Search that forgives, and says why it found something."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db.fold import fold
from publish.site.core.search import Name, Names, read_names


@pytest.fixture(scope="module")
def names(release_file: Path) -> Names:
    connection = sqlite3.connect(f"file:{release_file}?mode=ro", uri=True)
    found = read_names(connection)
    connection.close()
    return found


@pytest.mark.parametrize(
    ("text", "uid", "why"),
    [
        ("Боз дала", "boz-dala", "name"),
        ("БОЗ ДАЛА", "boz-dala", "name"),
        ("boz dala", "boz-dala", "name"),
        ("Бoз дaлa", "boz-dala", "name"),  # Latin letters in it
        ("Ақ қайың", "aq-qayyng", "name"),
        ("Ак кайын", "aq-qayyng", "name"),
        ("Aq qaiyn", "aq-qayyng", "name"),
        ("боз далла", "boz-dala", "name"),  # a doubled letter is no error at all
        ("боз дола", "boz-dala", "like"),
        ("зоря степи", "zarya-stepi", "like"),
        ("Boz dala weekly", "boz-dala", "spelling"),
        ("звезда степи", "zarya-stepi", "spelling"),
        ("звизда степи", "zarya-stepi", "spelling like"),
        ("общественного слова", "ministry-of-public-word", "part"),
        ("990340000101", "akimat-kok-dala", "number"),
        ("9903 4000 0101", "akimat-kok-dala", "number"),
        ("Kök Dala region", "kz-99", "spelling"),
    ],
)
def test_a_name_is_found_and_the_reason_told(names: Names, text: str, uid: str, why: str) -> None:
    found = {one.uid: one.why for one in names.find(text)}
    assert found.get(uid) == why


CYRILLIC, LATIN = "абезоёқңлю", "abezotnskl"


def mistyped(name: str) -> Iterator[str]:
    """A name with one typing error: a letter left out, doubled, wrong, or two letters in the wrong order."""
    for at, sign in enumerate(name):
        if sign.isalpha():
            letters = LATIN if sign.isascii() else CYRILLIC
            wrong = letters[(at + ord(sign)) % len(letters)]
            for typed in ("", sign * 2, wrong):
                yield name[:at] + typed + name[at + 1 :]
            if at + 1 < len(name) and name[at + 1].isalpha():
                yield name[:at] + name[at + 1] + sign + name[at + 2 :]


@pytest.mark.parametrize(
    ("name", "uid"),
    [("Боз дала", "boz-dala"), ("Ақ қайың", "aq-qayyng"), ("Заря степи", "zarya-stepi"),
     ("Звезда степи", "zarya-stepi"), ("kokdala.invalid", "kokdala-invalid"),
     ("Министерство доброго порядка", "ministry-of-good-order"), ("Акимат Көкдалинской области", "akimat-kok-dala"),
     ("law and order", "law-and-order"), ("Сана баспа", "sana-baspa")],
)  # fmt: skip
def test_one_typing_error_anywhere_is_forgiven(names: Names, name: str, uid: str) -> None:
    missed = [typed for typed in mistyped(name) if uid not in {one.uid for one in names.find(typed)}]
    assert missed == []


@pytest.mark.parametrize("text", ["", "я", "qzxjvwkq", "!!!", "850101300123"])
def test_nothing_is_found_where_nothing_is_meant(names: Names, text: str) -> None:
    assert names.find(text) == []


def test_the_surest_comes_first(names: Names) -> None:
    assert names.find("Боз дала")[0].uid == "boz-dala"


def test_of_similar_names_the_most_similar_comes_first() -> None:
    def one(uid: str, records: int) -> Name:
        return Name("outlet", uid, uid, uid, fold(uid), is_name=True, records=records)

    every = [
        one(name, records)
        for name, records in (("Телеарна Көк тау", 400), ("Телеарна Көк дала", 15), ("Телеарна Көк далам", 99))
    ]
    names = Names(tuple(every), tuple(name.folded for name in every), {})
    found = [name.name for name in names.find("Телеарана Көк дала")]
    # the first two are nearly as like: the one with more records is meant; the last is not, whatever its records
    assert found == ["Телеарна Көк далам", "Телеарна Көк дала", "Телеарна Көк тау"]


def test_the_page_says_why(site: Any) -> None:
    text = site.get("/search?q=звезда степи").text
    assert "also written so" in text
    assert "<q>Звезда степи</q>" in text
    assert "a similar name" in site.get("/search?q=зоря степи").text
    assert site.get("/search.json?q=zarya stepi").json()["parties"][0]["uid"] == "zarya-stepi"
