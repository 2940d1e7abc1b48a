"""Publishers, owners and successors on the pages: dates, evidence, and what members were paid, each record once."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest
from lxml import html as parser

from publish.site.core.ties import ALWAYS, Node, Tie, Ties, meet
from publish.site.pages import books
from publish.site.reader.formats import host, span
from publish.site.reader.language import ASKED, Asked


def section(site: Any, path: str, heading: str) -> list[str]:
    """The lines under a heading, in plain text."""
    document = parser.fromstring(site.get(path).text)
    return [" ".join(line.text_content().split()) for line in document.xpath(f"//section[h2='{heading}']//li")]


def links(site: Any, path: str, heading: str) -> list[str]:
    return [str(one) for one in parser.fromstring(site.get(path).text).xpath(f"//section[h2='{heading}']//li//@href")]


def test_an_outlet_says_who_publishes_it_since_when_and_where_that_can_be_seen(site: Any) -> None:
    (told,) = section(site, "/outlet/boz-dala", "Published by")
    assert told.split("Evidence: ") == [
        'ТОО "Боз Дала Медиа" · from 2010, end not known',
        "register.invalid, the imprint · read the imprint · A. B., 2 Jan 2026",
    ]
    seen = links(site, "/outlet/boz-dala", "Published by")
    assert seen == ["/recipient/boz-dala-media", "https://register.invalid/1"]
    above = section(site, "/outlet/boz-dala", "Owned by")
    assert [line.split("Evidence")[0] for line in above] == [
        'ТОО «Дала Холдинг» · through ТОО "Боз Дала Медиа" · from 1 Mar 2009 (unsure) to 2012',
        "Группа «Степь» Owner group · through ТОО «Дала Холдинг» · dates not known",
        "Акимат Көкдалинской области · through Группа «Степь» · dates not known",
    ]
    assert section(site, "/outlet/boz-dala", "Predecessors")[0].startswith("Ақ қайың · from 2009-02, end not known")
    assert section(site, "/outlet/aq-qayyng", "Successors")[0].startswith("Боз дала")


def test_a_natural_person_has_a_name_only_where_a_source_prints_it(site: Any) -> None:
    published = section(site, "/outlet/kok-dala-tv", "Published by")
    assert published[0].startswith("ИП Ұлы дала · to 30 Apr 2012, start not known")
    owned = section(site, "/outlet/zarya-stepi", "Owned by")
    assert owned[0].startswith("natural person, not named here · dates not known")
    assert "natural-person" not in site.get("/outlet/zarya-stepi").text
    assert site.get("/outlet/zarya-stepi.json").json()["links"][0]["uid"] is None
    for kind in ("person", "group", "organisation"):
        assert site.get(f"/{kind}/natural-person").status_code == 404


def test_a_recipient_shows_what_it_publishes_and_its_owner(site: Any) -> None:
    assert section(site, "/recipient/boz-dala-media", "Publishes")[0].startswith("Боз дала · from 2010")
    assert links(site, "/recipient/boz-dala-media", "Owned by")[0] == "/organisation/dala-holding"
    assert "Members and what they were paid" not in site.get("/recipient/boz-dala-media").text
    assert site.get("/recipient/ip-uly-dala").text.count("Publishes") == 1


IN_GROUP = (
    "(outlet = 5 AND year BETWEEN 2010 AND 2012) OR (outlet = 7 AND year >= 2012) "
    "OR (recipient = 5 AND year BETWEEN 2009 AND 2012)"
)


def sums_of(release_file: Path, where: str) -> dict[tuple[str, str], int]:
    with sqlite3.connect(f"file:{release_file}?mode=ro", uri=True) as connection:
        found = connection.execute(
            f"SELECT measure, currency, sum(amount_minor) FROM contracts WHERE counted AND ({where}) GROUP BY 1, 2"
        ).fetchall()
    connection.close()
    return {(row[0], row[1]): row[2] for row in found if row[2] is not None}


def test_members_of_a_group_are_summed_once_and_in_the_years_of_their_ties(site: Any, release_file: Path) -> None:
    told = site.get("/group/gruppa-step.json").json()
    whole = {(one["measure"], one["currency"]): one["sum_minor"] for one in told["sums"] if one["sum_of"] == "amount"}
    assert whole == sums_of(release_file, IN_GROUP)
    assert len(whole) == 3
    parts: Counter[tuple[str, str]] = Counter()
    rows: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for member in told["members"]:
        for one in member["sums"]:
            key = (one["measure"], one["currency"])
            parts[key] += one["sum_minor"] or 0
            rows[member["uid"]][key] = one["sum_minor"] or 0
    assert dict(parts) == whole, "no record stands under two members"
    assert rows["boz-dala"] == sums_of(release_file, "outlet = 5 AND year BETWEEN 2010 AND 2012")
    overlap = sums_of(release_file, "recipient = 5 AND year BETWEEN 2010 AND 2012 AND outlet = 5")
    assert overlap, "some records name two members, or the test says nothing"
    assert [(one["uid"], one["years"]) for one in told["members"]] == [
        ("boz-dala", [[2010, 2012]]),
        ("kok-dala-tv", [[2012, None]]),
        ("boz-dala-media", [[2009, 2012]]),
        ("dala-holding", None),
    ]
    with sqlite3.connect(f"file:{release_file}?mode=ro", uri=True) as connection:
        assert connection.execute(f"SELECT count(*) FROM contracts WHERE {IN_GROUP}").fetchone()[0] == told["records"]
    connection.close()


def test_the_page_of_a_group_shows_the_same_sums_and_never_one_over_all(site: Any, release_file: Path) -> None:
    document = parser.fromstring(site.get("/group/gruppa-step").text)
    shown = document.xpath("//dl[@class='facts']//dt/text()")
    amounts = [one for one in shown if "·" not in one]
    assert sorted(amounts) == ["contracted sum, EUR", "contracted sum, KZT", "paid sum, KZT"]
    table = document.xpath("//table[@class='members']")[0]
    of_outlet = sums_of(release_file, "outlet = 5 AND year BETWEEN 2010 AND 2012")
    text = table.text_content().replace(",", "")
    for (_, currency), minor in of_outlet.items():
        cents = f".{minor % 100:02}" if minor % 100 else ""
        assert f"{minor // 100}{cents}\xa0{'₸' if currency == 'KZT' else '€'}" in text
    assert "never concluded from payments" in document.text_content()
    assert section(site, "/group/gruppa-step", "Owned by")[0].startswith("Акимат Көкдалинской области")


def test_a_body_or_a_firm_that_owns_shows_its_members_too(site: Any, release_file: Path) -> None:
    told = site.get("/payer/akimat-kok-dala.json").json()
    whole = {
        (one["measure"], one["currency"]): one["sum_minor"]
        for one in told["owned"]["sums"]
        if one["sum_of"] == "amount"
    }
    assert whole == sums_of(release_file, IN_GROUP)
    text = site.get("/payer/akimat-kok-dala").text
    assert "Members and what they were paid" in text
    assert "Группа «Степь»" in text
    holding = site.get("/organisation/dala-holding")
    assert "No record names this party" in holding.text
    assert [one["uid"] for one in site.get("/organisation/dala-holding.json").json()["members"]] == [
        "boz-dala", "boz-dala-media",
    ]  # fmt: skip


def test_a_party_that_records_name_by_now_leads_to_its_page(site: Any) -> None:
    answer = site.get("/organisation/boz-dala-media.json")
    assert (answer.status_code, answer.headers["location"]) == (301, "/recipient/boz-dala-media.json")
    assert site.get("/body/akimat-kok-dala").headers["location"] == "/payer/akimat-kok-dala"
    assert site.get("/group/nobody").status_code == 404


def test_the_page_of_links_lists_owners_and_every_tie(site: Any) -> None:
    document = parser.fromstring(site.get("/links").text)
    owners = document.xpath("//h2[.='Owners']/following-sibling::ul[1]/li")
    assert [" ".join(one.text_content().split()) for one in owners] == [
        "Группа «Степь» Owner group",
        "natural person, not named here Natural person",
        "Акимат Көкдалинской области Public body",
        "ТОО «Дала Холдинг» Organisation",
    ]
    assert len(document.xpath("//tbody/tr")) == 8


def test_many_ties_are_leafed_through(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(books, "ROWS", 3)
    found = [parser.fromstring(site.get(f"/links?page={page}").text) for page in (2, 3, 4)]
    assert [len(one.xpath("//tbody/tr")) for one in found] == [3, 2, 2]  # a page that is not there shows the last
    assert [one.xpath("//nav[@class='pager']//@href") for one in found] == [
        ["/links?page=1", "/links?page=3"],
        ["/links?page=2"],
        ["/links?page=2"],
    ]


SAID = {
    "en": (
        "from 2010 to 31 May 2012", "from 25 Feb 2019 (unsure), end not known", "to 2014-05, start not known",
        "dates not known",
    ),
    "ru": (
        "с 2010 по 31 мая 2012 г.", "с 25 февр. 2019 г. (неточно), конец неизвестен", "по 2014-05, начало неизвестно",
        "даты неизвестны",
    ),
    "kk": (
        "2010 – 2012 ж. 31 мам.", "басталуы 2019 ж. 25 ақп. (дәл емес), соңы белгісіз",
        "аяқталуы 2014-05, басы белгісіз", "күндері белгісіз",
    ),
}  # fmt: skip


def test_an_owner_is_found_by_search_and_by_crawlers(site: Any) -> None:
    found = site.get("/search.json?q=группа степь").json()["parties"]
    assert {"kind": "group", "uid": "gruppa-step", "name": "Группа «Степь»", "why": "the name", "written": ""} in found
    assert "Owner group" in site.get("/search?q=степь").text
    sitemap = site.get("/sitemap.xml").text
    assert "/ru/group/gruppa-step<" in sitemap
    assert "/en/organisation/dala-holding<" in sitemap
    assert "natural-person" not in sitemap


@pytest.mark.parametrize("language", SAID)
def test_dates_say_what_is_not_known(language: str) -> None:
    token = ASKED.set(Asked(language))
    try:
        dates = [("2010", "2012-05-31"), ("2019-02-25?", ""), ("", "2014-05"), ("", "")]
        assert tuple(" ".join(span(*one).split()) for one in dates) == SAID[language]
    finally:
        ASKED.reset(token)


def test_an_address_is_shown_by_its_host() -> None:
    assert host("https://register.invalid/1?a=b") == "register.invalid"
    assert [host(text) for text in ("https://[", "a decree")] == ["https://[", "a decree"]


def test_pages_speak_three_languages(site: Any) -> None:
    for language, word in (("ru", "Издатель"), ("kk", "Баспагері"), ("en", "Published by")):
        assert f"<h2>{word}</h2>" in site.get(f"/{language}/outlet/boz-dala").text


def tie(party: int, other: int, since: str = "", until: str = "", relation: str = "owner") -> Tie:
    return Tie(party, other, relation, since, until, (), "", "", "")


def graph(*ties: Tie) -> Ties:
    made = Ties()
    for one in ties:
        made.above[one.party].append(one)
        made.below[one.other].append(one)
        for at in (one.party, one.other):
            made.nodes[at] = Node(at, "organisation", f"n{at}", f"N{at}", "named", "", {})
    return made


def test_owners_that_own_each_other_are_walked_once() -> None:
    ring = graph(tie(1, 2), tie(2, 3), tie(3, 1), tie(4, 1, "2010", "2012"))
    assert ring.members(1) == {1: (ALWAYS,), 2: (ALWAYS,), 3: (ALWAYS,), 4: ((2010, 2012),)}
    assert [one.node.id for heading, lines in ring.told(1) if heading == "Owned by" for one in lines] == [2, 3]


def test_who_owned_a_former_publisher_later_is_not_told_as_an_owner() -> None:
    left = graph(
        tie(1, 2, "", "2012", "publisher"), tie(2, 3, "2020"), tie(2, 4, "2009", "2013"), tie(4, 5), tie(5, 6, "2013")
    )
    owners = [(one.node.id, one.via) for heading, lines in left.told(1) if heading == "Owned by" for one in lines]
    assert owners == [(4, "N2"), (5, "N4")]


def test_a_member_of_two_times_has_both_and_one_that_left_before_its_owner_came_has_none() -> None:
    twice = graph(tie(1, 9, "2005", "2008"), tie(1, 9, "2012"), tie(2, 1, "2009", "2010"), tie(3, 1, "", "2006?"))
    assert twice.members(9) == {9: (ALWAYS,), 1: ((2005, 2008), (2012, 9999)), 3: ((2005, 2006),)}
    touching = graph(tie(1, 9, "2005", "2008"), tie(1, 9, "2009", "2010"), tie(2, 9), tie(2, 9, "2011", "2012"))
    assert touching.members(9) == {9: (ALWAYS,), 1: ((2005, 2010),), 2: (ALWAYS,)}
    assert meet(ALWAYS, (0, 2010)) == (2, 2010), "a record without a year is in no dated span"
    followed = graph(tie(1, 2, relation="successor"))
    assert followed.members(2) == {2: (ALWAYS,)}
    assert followed.owns(2) is False
