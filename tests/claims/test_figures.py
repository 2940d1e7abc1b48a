"""The file of published figures: read strictly, and right by the collected originals."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from db.sentences import in_english
from db.words import Precision
from ingest.claim_checks import scope_of
from ingest.claim_terms import NoRecords, RowsOf
from ingest.claims import COLUMNS, FIGURES, read_figures
from ingest.declaration import read_sources
from ingest.installation import SHIPPED_SOURCES
from ingest.reference import ReferenceFileError

LINE = {
    "ref": "KZ-901", "country": "KZ", "subject": "s", "period": "2021", "figure": "5", "currency": "KZT",
    "unit": "KZT", "precision": "exact", "source_url": "https://press.example/1", "check": "none",
    "terms": "{why: invented}",
}  # fmt: skip


def write(path: Path, *lines: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"check": "guess"}, "none of: rows, sum"),
        ({"precision": "about"}, "'about' is not a valid Precision"),
        ({"precision": "rounded"}, "rounded_to does not say"),
        ({"rounded_to": "100"}, "is exact, but"),
        ({"currency": "XXX", "unit": "XXX"}, "not in the table of minor units"),
        ({"unit": "thousand KZT"}, "its currency as its unit"),
        ({"figure": "5 bn"}, "KZ-901"),
        ({"measure": "spent"}, "is not a valid Measure"),
        ({"terms": "{why: invented, who: nobody}"}, "who"),
        ({"terms": ""}, "why"),
        ({"check": "rows", "terms": "{source: a, years: [2021], add: amount}"}, "length"),
        ({"check": "rows", "terms": "{source: a, years: [2022, 2021], add: amount}"}, "backwards"),
        ({"check": "rows", "terms": "{source: a, years: [2021, 2021], add: all}"}, "none of amount"),
        ({"check": "rows", "terms": "{source: a, years: [2021, 2021], add: records}"}, "money is checked by"),
        ({"check": "sum", "terms": "{addends: [KZ-902, KZ-903]}"}, "do not stand there"),
    ],
)
def test_a_line_that_is_not_as_described_is_refused(tmp_path: Path, change: dict[str, str], message: str) -> None:
    assert read_figures(write(tmp_path / "f.csv", LINE))["KZ-901"].figure == 5
    with pytest.raises(ReferenceFileError, match=message):
        read_figures(write(tmp_path / "f.csv", LINE | change))


def test_a_ref_stands_there_once(tmp_path: Path) -> None:
    with pytest.raises(ReferenceFileError, match="KZ-901 stands there twice"):
        read_figures(write(tmp_path / "f.csv", LINE, LINE))


def test_every_figure_has_an_address_and_a_scope() -> None:
    sources = read_sources(SHIPPED_SOURCES)
    for figure in read_figures().values():
        assert figure.source_url, figure.ref
        assert in_english(scope_of(figure)), figure.ref
        assert figure.ref.startswith(figure.country), figure.ref
        if isinstance(figure.check, RowsOf):
            assert figure.check.source in sources, figure.ref
        if isinstance(figure.check, NoRecords):
            assert figure.check.why, figure.ref
        if figure.precision is Precision.ROUNDED:
            assert figure.rounded_to is not None
            assert figure.figure % figure.rounded_to == 0, f"{figure.ref}: more digits than its rounding leaves"


# figures that the collected file of claims gives in another unit than ours, or as an addend of the claim
_OTHERWISE = {
    ("KZ-04", "50053357"): ("KZ-13", Decimal(50_053_357_000)),
}


def facts_of(real_data: Path) -> list[dict[str, str]]:
    path = real_data.parent / "kazakhstan" / "facts" / "published_facts.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.real
def test_every_collected_claim_is_there(real_data: Path) -> None:
    figures = read_figures()
    with (real_data / "published-claims" / "claims.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 18
    for row in rows:
        ref, value = _OTHERWISE.get((row["claim_id"], row["figure"]), (row["claim_id"], Decimal(row["figure"])))
        ours = figures[ref]
        assert (ours.figure, ours.country) == (value, row["country"]), row["claim_id"]
        if len(row["unit"]) == 3:
            assert ours.currency == row["unit"], row["claim_id"]


@pytest.mark.real
def test_every_collected_fact_is_there_with_its_payee_and_year(real_data: Path) -> None:
    with FIGURES.open(encoding="utf-8", newline="") as file:
        ours = [row for row in csv.DictReader(file) if row["country"] == "KZ"]
    with (real_data.parent / "kazakhstan" / "facts" / "published_facts.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        facts = list(csv.DictReader(file))
    assert len(facts) == 44
    taken: Counter[str] = Counter()
    for fact in facts:
        address = fact["source_url"].split(" (")[0].removeprefix("Soros Foundation-Kazakhstan")
        found = [
            row
            for row in ours
            if address in row["source_url"]
            and (row["figure"] == fact["amount_kzt"] if fact["amount_kzt"] else row["unit"] == "contracts")
            and (row["currency"] == "KZT") is bool(fact["amount_kzt"])
            and (not fact["period"][:4].isdigit() or row["years"] in {fact["period"], fact["period"][:4]})
        ]
        assert len(found) == 1, fact
        taken[found[0]["ref"]] += 1
    assert max(taken.values()) == 1
    assert len(taken) == 44
    # a fact about one recipient names it, or the outlet whose unnamed owner was paid
    named = {"АО «РТРК «Казахстан»", "АО «Агентство «Хабар»", "АО «Казтелерадио»", "МТРК «Мир»"}
    assert named <= {row["payee"] for row in ours}
    assert {row["outlet"] for row in ours} == {"", "Айқын", "Tengrinews.kz", "NUR.KZ", "Zakon.kz"}


@pytest.mark.real
def test_the_words_over_about_and_almost_carry_their_precision(real_data: Path) -> None:
    figures = read_figures()
    at_least = {"KZ-07", "KZ-08", "KZ-09", "KZ-26", "KZ-35", "ES-02", "US-01", "US-03"}
    assert {ref for ref, f in figures.items() if f.precision is Precision.AT_LEAST and f.country != "RS"} == at_least
    assert {ref for ref, f in figures.items() if f.precision is Precision.AT_MOST} == {"KZ-35b"}
    with (real_data.parent / "kazakhstan" / "facts" / "published_facts.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        over = [row for row in csv.DictReader(file) if "более" in row["quote"] or "over " in row["quote"]]
    values = {Decimal(row["amount_kzt"]) for row in over}
    assert values == {figures[ref].figure for ref in ("KZ-07", "KZ-09", "KZ-26", "KZ-35")}
