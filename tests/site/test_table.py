"""Facets that sum, filters, and the same on Datasette's own page of the table."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as parser

from publish.site.core.filters import FilterError, View, match_words, read_view
from publish.site.core.sums import groups, not_counted, totals

COUNTED = "counted AND measure = 'contracted'"


@pytest.fixture
def connection(release_file: Path) -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(f"file:{release_file}?mode=ro", uri=True)
    yield made
    made.close()


def test_sums_are_exact_and_apart(connection: sqlite3.Connection) -> None:
    found = totals(connection, View())
    expected = {
        row[:2]: row[2:]
        for row in connection.execute(
            "SELECT measure, currency, sum(amount_minor), count(*), count(*) - count(amount_minor) FROM contracts"
            " WHERE counted = 1 GROUP BY 1, 2"
        )
    }
    assert {one.key: (one.minor, one.records, one.without_sum) for one in found if one.kind == "amount"} == expected
    assert [one.kind for one in found if one.kind == "equivalent"], "equivalents stand under their own label"
    assert all(isinstance(one.minor, int) for one in found)
    counted = sum(one.records for one in found if one.kind == "amount")
    assert counted + sum(row["records"] for row in not_counted(connection, View())) == 300


@pytest.mark.parametrize("key", ["outlet", "ministry", "payer", "recipient", "topic", "region", "year", "source"])
def test_facets_add_up_to_the_whole(connection: sqlite3.Connection, key: str) -> None:
    view = read_view(connection, [("amount_min", "1000"), ("measure", "contracted")])
    parts = groups(connection, view, key)
    for whole in totals(connection, view):
        if whole.kind == "amount":
            assert sum((one.minor or 0) for group in parts if (one := group.of(whole.key))) == whole.minor
            assert sum(one.records for group in parts if (one := group.of(whole.key))) == whole.records
    count = connection.execute(
        "SELECT count(*) FROM contracts WHERE amount >= 1000 AND measure = 'contracted'"
    ).fetchone()[0]
    assert sum(group.records for group in parts) == count


@pytest.mark.parametrize(
    ("args", "where"),
    [
        ([("outlet", "boz-dala"), ("outlet", "withheld"), ("year", "2012")], "outlet IN (5, 2) AND year = 2012"),
        (
            [("signed_from", "2012-02-01"), ("signed_to", "2012-06-30")],
            "signed_on BETWEEN '2012-02-01' AND '2012-06-30'",
        ),
        ([("amount_min", "1 000,5"), ("currency", "EUR")], "amount >= 1000.5 AND currency = 'EUR'"),
        ([("wording", "split letters")], "id IN (30, 60)"),
        ([("wording", "look-alike letters"), ("wording", "says nothing")], "id = 30"),
        ([("wording", "plain")], "id NOT IN (30, 60)"),
        ([("counted", "0"), ("lang", "kk"), ("page", "3")], "counted = 0"),
        ([("q", "Освещение акима")], "subject LIKE 'Освещение%'"),
        ([("q", "osveshenie AKIMA")], "subject LIKE '-none-%'"),
    ],
)
def test_filters_choose_the_rows_they_say(
    connection: sqlite3.Connection, args: list[tuple[str, str]], where: str
) -> None:
    view = read_view(connection, args)
    found = connection.execute(f"SELECT count(*) FROM contracts AS c WHERE {view.where}", view.values).fetchone()
    assert found == connection.execute(f"SELECT count(*) FROM contracts WHERE {where}").fetchone()


@pytest.mark.parametrize(
    "args",
    [
        [("outlet", "nobody")], [("colour", "red")], [("amount_min", "much")], [("amount_min", "nan")],
        [("signed_from", "2012")], [("measure", "promised")], [("currency", "tenge")], [("sort", "rowid")],
        [("wording", "odd")], [("year", "2012")] * 41, [("q", "!!!")], [("amount_max", "1e300")],
        [("amount_min", "1_000")], [("amount_min", "\N{ARABIC-INDIC DIGIT ONE}2")], [("signed_from", "20121231")],
        [("signed_to", "2012-W01-1")], [("amount_min", "9" * 17)],
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused_and_never_ignored(
    connection: sqlite3.Connection, args: list[tuple[str, str]]
) -> None:
    with pytest.raises(FilterError):
        read_view(connection, args)


def test_search_words_are_bound_and_quoted() -> None:
    assert match_words('NEAR("x") OR *') == '("near"*) AND ("x" OR "ks"*) AND ("or"*)'


def test_the_page_shows_count_and_sum_of_each_value(site: Any, sql: Any) -> None:
    document = parser.fromstring(site.get("/contracts?measure=contracted&year=2012").text)
    facet = document.xpath("//div[@class='facets']/section[1]")[0]
    left = {
        item.xpath("string(./a)"): item.xpath("./small[starts-with(., '+')]/text()") for item in facet.xpath("./ul/li")
    }
    found = {
        item.xpath("string(./a)"): (item.xpath("string(./span)"), item.xpath("./small/b/text()"))
        for item in facet.xpath("./ul/li")
    }
    where = "FROM contracts WHERE measure = 'contracted' AND year = 2012 AND outlet = 5"
    total = sql(f"SELECT sum(amount_minor) {where} AND counted AND currency = 'KZT'")
    count, sums = found["Боз дала"]
    assert count == str(sql(f"SELECT count(*) {where} AND counted"))
    not_counted_here = sql(f"SELECT count(*) {where} AND NOT counted")
    assert [text.split()[0] for text in left["Боз дала"]] == [f"+{not_counted_here}"] * (not_counted_here > 0)
    assert any(left.values())
    assert any(text.startswith(f"{total // 100:,}") and text.endswith("₸") for text in sums)


def test_unknown_filter_is_said_on_the_page(site: Any) -> None:
    answer = site.get("/contracts?colour=red")
    assert answer.status_code == 400
    assert "colour: no such filter" in answer.text


def test_datasettes_own_page_sums_too(site: Any, sql: Any) -> None:
    text = site.get("/sample_media_contracts/contracts?year=2012&_facet=outlet").text
    for currency, sign in (("KZT", "₸"), ("EUR", "€")):
        of_outlet = f"SELECT sum(amount_minor) FROM contracts WHERE year = 2012 AND outlet = 5 AND {COUNTED}"
        total = sql(f"{of_outlet} AND currency = ?", currency)
        if total is not None:
            assert f"{total // 100:,}.{total % 100:02}\xa0{sign}" in text
    # a filter that is not understood gives no sum rather than a wrong one
    assert "no sums are made here" in site.get("/sample_media_contracts/contracts?_where=1=1").text
    searched = site.get("/sample_media_contracts/contracts?_search=акима").text
    of_words = f"SELECT sum(amount_minor) FROM contracts WHERE subject LIKE '%акима%' AND {COUNTED}"
    whole = sql(f"{of_words} AND currency = 'KZT'")
    assert f"{whole // 100:,}.{whole % 100:02}\xa0₸" in searched


def test_one_of_several_values_of_a_column_is_taken_back_alone(site: Any) -> None:
    text = site.get("/contracts?outlet=boz-dala&outlet=aq-qayyng&year=2012&page=2").text
    taken_back = [unescape(href) for href in re.findall(r'<a href="([^"]*)" aria-current="true">', text)]
    outlets = [parse_qs(urlsplit(href).query) for href in taken_back if "year=2012" in href]
    assert sorted(args["outlet"] for args in outlets) == [["aq-qayyng"], ["boz-dala"]]
    assert not any("page" in args for args in outlets)
    assert parse_qs(urlsplit(next(href for href in taken_back if "year" not in href)).query) == {
        "outlet": ["boz-dala", "aq-qayyng"]
    }


@pytest.mark.parametrize("text", ["1,500", "1.500", "12,345,678", "1.234.567"])
def test_a_sum_that_can_be_read_in_two_ways_filters_nothing(site: Any, text: str) -> None:
    """Read as one and a half it gave every row, under the words "Sum from: 1,500"."""
    for name in ("amount_min", "amount_max"):
        assert site.get(f"/contracts?{name}={text}").status_code == 400
        assert "1500000" in site.get(f"/contracts.json?{name}={text}").json()["error"]
    assert site.get("/contracts?amount_min=1500,50").status_code == 200
    assert site.get("/contracts?amount_min=1%20500").status_code == 200
