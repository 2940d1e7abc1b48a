"""The interface is as its page and docs/api.md say; feeds, sitemap and robots.txt keep their protocols."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree

from publish.site.core.filters import VOCABULARIES
from publish.site.core.naming import PARTIES
from publish.site.exports.release_files import HOLDS
from publish.site.pages.books import BOOKS
from publish.site.reader.language import LANGUAGES
from publish.site.web import feeds
from publish.site.web.files import FORMATS
from publish.site.web.views import LISTS
from publish.yearly import COLUMNS

from .conftest import Site, server

DOC = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"`GET ([^`]+)`(?:(?!`GET ).)*?```json\n(.+?)```", DOC, re.DOTALL)
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def differences(told: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where an answer is not as told; "…" stands for what is left out."""
    if isinstance(told, dict) and isinstance(found, dict):
        for key, value in told.items():
            if key != "…":
                yield from differences(value, found.get(key, "nothing"), f"{place}.{key}")
        if "…" not in told and told.keys() != found.keys():
            yield f"{place}: {sorted(told.keys() ^ found.keys())} differ"
    elif isinstance(told, list) and isinstance(found, list):
        kept = [value for value in told if value != "…"]
        for at, value in enumerate(kept):
            yield from differences(value, found[at] if at < len(found) else "nothing", f"{place}[{at}]")
        if len(kept) == len(told) and len(found) != len(told):
            yield f"{place}: {len(found)} values"
    elif told != found:
        yield f"{place}: {found!r} is not {told!r}"


def test_the_document_has_examples() -> None:
    assert len(EXAMPLES) == DOC.count("`GET ") == 7


@pytest.mark.parametrize(("path", "answer"), EXAMPLES, ids=lambda text: text[:40])
def test_an_example_is_what_the_site_answers(public_site: Any, path: str, answer: str) -> None:
    found = public_site.get(path)
    assert found.headers["content-type"].startswith("application/json")
    assert list(differences(json.loads(answer), found.json())) == []
    assert found.status_code == (200 if json.loads(answer).get("ok", True) else 400)


def test_the_comparison_of_examples_sees_differences() -> None:
    assert list(differences({"a": [1, "…"]}, {"a": [1, 2]})) == []
    for told in ({"a": [1]}, {"a": [2, "…"]}, {"a": [1, 2], "b": 1}, {"a": [1, 2, 3]}, {}):
        assert list(differences(told, {"a": [1, 2]})) != []


def test_every_filter_and_format_is_told(site: Any) -> None:
    page = site.get("/api").text
    table = "\n".join(re.findall(r"^\| `.*$", DOC, re.MULTILINE))
    for name in (*PARTIES, *VOCABULARIES, "currency", "amount_min", "amount_max", "signed_from", "signed_to", "q"):
        assert f"`{name}`" in table, name
        assert re.search(rf"\b{name}\b", page) or name == "relevance", name
    for ending in FORMATS:
        assert f"/contracts.{ending}" in DOC


def test_every_file_of_a_release_and_every_column_of_the_yearly_statement_is_told() -> None:
    listed = re.findall(r"^\| `([\w.]+\.(?:csv|gz|json|md))` \|", DOC, re.MULTILINE)
    assert len(listed) == 6
    assert set(listed) <= set(HOLDS)
    (told,) = re.findall(r"<!-- yearly -->(.*?)<!-- /yearly -->", DOC, re.DOTALL)
    assert tuple(re.findall(r"`(\w+)`", told)) == COLUMNS


def test_no_sum_is_a_floating_number(public_site: Any) -> None:
    floats: list[str] = []
    for path, _ in EXAMPLES:
        assert json.loads(public_site.get(path).text, parse_float=floats.append)
    assert floats == []


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/outlet/boz-dala.atom", "outlet = 5"),
        ("/payer/akimat-kok-dala.atom", "payer = 4"),
        ("/topic/law-and-order.atom", "topic = 4"),
        ("/contracts.atom?q=акима", "subject LIKE '%акима%'"),
        ("/ru/contracts.atom?payer=akimat-kok-dala&year=2012", "payer = 4 AND year = 2012"),
    ],
)
def test_a_feed_has_what_changed_last(public_site: Any, sql: Any, path: str, where: str) -> None:
    answer = public_site.get(path)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    assert feed.tag == f"{ATOM}feed"
    assert feed.findtext(f"{ATOM}title", "").startswith("SAMPLE, invented figures: Media contracts: ")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == min(feeds.ENTRIES, sql(f"SELECT count(*) FROM contracts WHERE {where}")) > 0
    updated = [entry.findtext(f"{ATOM}updated", "") for entry in entries]
    assert all(datetime.fromisoformat(text).tzinfo for text in updated)
    assert updated == sorted(updated, reverse=True)
    assert updated[0] == feed.findtext(f"{ATOM}updated") == sql(f"SELECT max(changed_at) FROM contracts WHERE {where}")
    ids = [entry.findtext(f"{ATOM}id", "") for entry in entries]
    assert len({*ids, feed.findtext(f"{ATOM}id")}) == len(ids) + 1
    newest = sql(f"SELECT uid FROM contracts WHERE {where} ORDER BY changed_at DESC, id LIMIT 1")
    assert ids[0].endswith(f"/record/{newest}")
    link = entries[0].find(f"{ATOM}link")
    assert link is not None
    assert public_site.get(urlsplit(link.get("href", "")).path).status_code == 200
    assert all(entry.findtext(f"{ATOM}title") for entry in entries)


def test_other_records_have_a_feed_of_their_own(public_site: Any, sql: Any) -> None:
    feed = etree.fromstring(public_site.get("/other-records.atom?year=0").content)
    links = [urlsplit(link.get("href", "")) for link in feed.findall(f"{ATOM}link")]
    assert [(link.path, link.query) for link in links] == [
        ("/other-records.atom", "year=0"),
        ("/other-records", "year=0"),
    ]
    ids = {entry.findtext(f"{ATOM}id", "").rsplit("/", 1)[1] for entry in feed.findall(f"{ATOM}entry")}
    assert ids == set(sql("SELECT group_concat(uid) FROM other_records WHERE year = 0").split(","))
    assert public_site.get("/other-records.atom?colour=red").status_code == 400


def test_a_feed_is_xml_whatever_a_text_holds(release_file: Path, site_plugin: None, tmp_path: Path) -> None:
    path = tmp_path / "sample_media_contracts.db"
    path.write_bytes(release_file.read_bytes())
    with sqlite3.connect(path) as out:
        out.execute("UPDATE contracts SET subject = 'a' || char(1, 11, 31, 65534) || '<b> & ' || char(9, 10) || 'c'")
        out.execute("UPDATE outlets SET name = 'x' || char(12) || 'y' WHERE id = 5")
    out.close()
    odd = Site(server(path, public=True))
    try:
        feed = etree.fromstring(odd.get("/outlet/boz-dala.atom").content)
    finally:
        odd.close()
    assert feed.findtext(f"{ATOM}title", "").endswith(": xy")
    assert {text.text for text in feed.iter(f"{ATOM}summary")} == {"a<b> & \t\nc"}


def addresses(site: Any, path: str = "/sitemap.xml") -> list[str]:
    """Paths that a sitemap leads to, through its parts."""
    answer = site.get(path)
    assert answer.status_code == 200
    assert len(answer.content) < 50 * 2**20
    document = etree.fromstring(answer.content)
    found = [urlsplit(one.text or "").path for one in document.iter(f"{MAP}loc")]
    assert len(found) <= 50_000
    if document.tag == f"{MAP}urlset":
        return found
    assert document.tag == f"{MAP}sitemapindex"
    return [address for part in found for address in addresses(site, part)]


def test_the_sitemap_has_every_page_that_stays(public_site: Any, sql: Any) -> None:
    found = addresses(public_site)
    assert len(found) == len(set(found))
    expected = {"/", "/contracts", "/api", *(f"/{name}" for name in (*LISTS, *BOOKS))}
    for kind, table in PARTIES.items():
        uid = {"source": "name", "year": "CAST(id AS TEXT)"}.get(kind, "uid")
        only = {"source": "", "year": " AND id > 1"}.get(kind, " AND state = 'named'")
        listed = sql(f"SELECT coalesce(group_concat({uid}), '') FROM {table} WHERE records > 0{only}")
        expected |= {f"/{kind}/{name}" for name in listed.split(",") if name}
    alone = "kind IN ('group', 'organisation') AND coalesce(outlet, recipient, intermediary, payer, ministry) IS NULL"
    expected |= set(
        sql(f"SELECT group_concat('/' || kind || '/' || uid) FROM linked_parties WHERE {alone}").split(",")
    )
    spoken = {f"/{language}{path}" for path in expected for language in LANGUAGES}
    records = sql("SELECT group_concat('/record/' || uid) FROM contracts").split(",")
    assert set(found) == spoken | set(records)
    for path in sorted(spoken)[::7] + records[:3]:
        assert public_site.get(path).status_code == 200, path


def test_a_large_sitemap_is_cut_into_parts(public_site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses(public_site)
    monkeypatch.setattr(feeds, "MOST_ADDRESSES", 100)
    assert etree.fromstring(public_site.get("/sitemap.xml").content).tag == f"{MAP}sitemapindex"
    assert len(etree.fromstring(public_site.get("/sitemap-1.xml").content)) == 100
    assert addresses(public_site) == whole
    assert public_site.get("/sitemap-0.xml").status_code == 404
    assert public_site.get("/sitemap-999.xml").status_code == 404


def allowed(robots: str, path: str) -> bool:
    """Whether a crawler may read a path: the longest rule decides (RFC 9309, section 2.2.2)."""
    best = (0, True)
    for line in robots.splitlines():
        name, _, rule = line.partition(": ")
        if name in ("Allow", "Disallow"):
            pattern = re.escape(rule).replace(r"\*", ".*")
            pattern = f"{pattern[:-2]}$" if pattern.endswith(r"\$") else pattern
            if re.match(pattern, path):
                best = max(best, (len(rule), name == "Allow"))
    return best[1]


@pytest.mark.parametrize("language", ["", "/ru", "/kk", "/en"])
def test_crawlers_are_kept_off_views_without_end(public_site: Any, language: str) -> None:
    robots = public_site.get("/robots.txt").text
    for path in ("/contracts?year=2012", "/contracts?facet=payer&facet=topic", "/search?q=x", "/outlets?page=2",
                 "/search", "/contracts.csv", "/contracts.raw.csv",
                 "/contracts.xlsx", "/contracts.jsonl", "/contracts.atom?q=x",
                 "/other-records", "/other-records?year=2012", "/outlet/boz-dala.atom", "/outlet/boz-dala.json",
                 "/table/claims.csv"):  # fmt: skip
        assert not allowed(robots, f"{language}{path}"), path
    for path in ("/", "/contracts", "/outlet/boz-dala", "/outlets", "/record/64ae4f219a420c31", "/coverage", "/api"):
        assert allowed(robots, f"{language}{path}"), path


def test_crawlers_may_read_what_the_sitemap_lists_and_no_database(public_site: Any) -> None:
    robots = public_site.get("/robots.txt").text
    assert [path for path in addresses(public_site) if not allowed(robots, path)] == []
    named = re.search(r"^Sitemap: https?://[^/]+(/.+)$", robots, re.MULTILINE)
    assert named
    assert named[1] == "/sitemap.xml"
    for path in ("/sample_media_contracts", "/media_contracts/contracts?_facet=year", "/downloads/contracts.csv"):
        assert not allowed(robots, path)
