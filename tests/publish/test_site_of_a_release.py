"""Every page of the site opens on a release as the builder makes it: with rows that state no currency, and blanks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lxml import html as parser

from publish.site.core.naming import PARTIES, naming
from publish.site.exports.release_files import HOLDS
from publish.site.pages.books import BOOKS
from publish.site.web.files import FORMATS


@pytest.fixture(scope="module")
def site(released: Path) -> Iterator[Any]:
    """The site over the release, which was built and opened before the plugin is there."""
    from datasette.plugins import pm

    from publish.opening import open_release
    from publish.site import plugin
    from tests.site.conftest import Site

    pm.register(plugin, name="media-contracts-site-under-test")
    made = Site(open_release(released / "media_contracts.db", released / "metadata.yml"))
    yield made
    made.close()
    pm.unregister(plugin)


def paths(database: Path) -> list[str]:
    """Every page, every party and record, every format."""
    found = ["/", "/contracts", "/other-records", "/search?q=примеров", "/api", "/sitemap.xml", "/release.json"]
    found += [f"/{name}" for name in (*PARTIES.values(), *BOOKS)]
    found += [f"/{table}.{ending}" for table in ("contracts", "other-records") for ending in (*FORMATS, "atom")]
    with closing(sqlite3.connect(database)) as out:
        for kind in PARTIES:
            known = naming(kind)
            for (uid,) in out.execute(f"SELECT {known.uid} FROM {known.table} ORDER BY id").fetchall():
                found += [f"/{kind}/{uid}", f"/{kind}/{uid}.json", f"/{kind}/{uid}.atom", f"/contracts?{kind}={uid}"]
        for table in ("contracts", "other_records"):
            for (uid,) in out.execute(f"SELECT uid FROM {table}").fetchall():
                found += [f"/record/{uid}", f"/record/{uid}.json"]
    return list(dict.fromkeys(found))


def test_every_page_opens(site: Any, released: Path) -> None:
    asked = paths(released / "media_contracts.db")
    assert len(asked) > 150
    assert {path: status for path in asked if (status := site.get(path).status_code) != 200} == {}


def test_every_file_of_a_release_is_told(released: Path) -> None:
    assert {path.name for path in released.iterdir() if path.is_file()} == {*HOLDS} - {"diff.csv"}  # it is the first


def test_a_total_without_a_currency_is_told_and_not_drawn(site: Any) -> None:
    """The announced record states neither a sum nor a currency, and counts."""
    start = parser.fromstring(site.get("/").text)
    told = {box.xpath("string(dt)"): box.xpath("string(dd)") for box in start.xpath("//dl[@class='facts']/div")}
    assert told["announced sum"].startswith("not stated1 counted record · 1 without a sum")
    assert not [text for text in start.xpath("//figcaption/text()") if "nnounced" in text]
    heads = parser.fromstring(site.get("/outlets").text).xpath("//th//text()")
    assert "announced sum" in heads
