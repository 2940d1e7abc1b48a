"""The third draw comes out of the lots again as it was drawn: by its seed, from what no other file holds."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
THIRD = HERE / "third_draw_purchases.csv"
EARLIER = ("labels.csv", "held_out_purchases.csv", "second_draw_purchases.csv")
STEMS = re.compile(
    r"газет|журнал|телевид|радио|\bсми\b|\bбақ\b|ақпарат|информац|публикац|реклам|эфир|сайт|объявлен|издани|съемк|съёмк|"
    r"ролик|баннер|стать|видео|пресс|медиа|\bтв\b|канал|имидж|освещен|блог|instagram|плакат|буклет|жарнама|бейне|басылым"
)
Wording = tuple[str, str]


def labelled(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def wordings(folder: Path) -> dict[Wording, set[str]]:
    """Name and description of every lot, with the kinds that the portal gives it."""
    found: dict[Wording, set[str]] = {}
    for path in sorted(folder.glob("[0-9]*.csv")):
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
        for row in list(csv.reader(io.StringIO(text), delimiter=";"))[2:]:
            if len(row) == 16:
                found.setdefault((row[6].strip(), row[7].strip()), set()).add(row[5])
    return found


def is_service(wording: Wording, kinds: set[str]) -> bool:
    """Whether a lot is a service or a work; some lots have their method in place of a kind."""
    named = re.match(r"услуг|работ", wording[0].lower()) is not None
    return kinds != {"Товар"} and (named or not kinds.isdisjoint({"Услуга", "Работа"}))


@pytest.mark.real
def test_the_third_draw_is_drawn_again(real_data: Path) -> None:
    kinds = wordings(real_data / "kz-goszakup-plan-csv")
    known = {(row["name"].strip(), row["description"].strip()) for name in EARLIER for row in labelled(HERE / name)}
    left = sorted(wording for wording in kinds if wording not in known)
    services = [wording for wording in left if is_service(wording, kinds[wording])]
    goods = [wording for wording in left if not is_service(wording, kinds[wording])]
    sounding = [wording for wording in goods if STEMS.search(" ".join(wording).lower())]
    others = [wording for wording in goods if not STEMS.search(" ".join(wording).lower())]
    rng = random.Random("media or not, third draw")
    expected = {
        "services, all that were left": (services, len(services)),
        "goods, media stem": (rng.sample(sounding, 60), len(sounding)),
        "goods, other": (rng.sample(others, 100), len(others)),
    }
    drawn = [row for row in labelled(THIRD) if row["weight"]]
    assert Counter(row["stratum"] for row in drawn) == {name: len(rows) for name, (rows, _) in expected.items()}
    for name, (rows, whole) in expected.items():
        of_stratum = [row for row in drawn if row["stratum"] == name]
        assert sorted((row["name"], row["description"]) for row in of_stratum) == sorted(rows)
        assert {row["weight"] for row in of_stratum} == {f"{whole / len(rows):.6g}"}


@pytest.mark.real
def test_every_service_of_the_nine_payers_was_read(real_data: Path) -> None:
    kinds = wordings(real_data / "kz-goszakup-plan-csv")
    read = {
        (row["name"].strip(), row["description"].strip()): row["label"]
        for name in (*EARLIER, THIRD.name)
        for row in labelled(HERE / name)
    }
    services = [wording for wording in kinds if is_service(wording, kinds[wording])]
    assert len(services) == 521
    assert not [wording for wording in services if wording not in read]
    assert sum(read[wording] == "media" for wording in services) == 6
