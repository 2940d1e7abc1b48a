"""Every page opens, says what it must, and its sums are those of SQL."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import etree
from lxml import html as parser

from db.proof_names import picture_name
from publish.serve import ContactError, with_contact
from publish.site.core.release import Release, read_release
from publish.site.core.sums import Sum
from publish.site.pages import books, chart, party, record
from publish.site.pages.as_read import MOST_LINES, as_read
from publish.site.pages.proof import Place, around, picture, place_of
from publish.site.pages.tiles import GRID, NAMES
from publish.site.web.respond import STATIC
from publish.site.web.routes import routes

from . import office
from .conftest import CONTRACTS, REGIONS, Site, contract, server, uid_of

PAGES = [
    "/", "/outlet/boz-dala", "/outlet/withheld", "/ministry/ministry-of-public-word", "/payer/akimat-kok-dala",
    "/recipient/ip-uly-dala", "/intermediary/not-applicable", "/topic/law-and-order", "/region/kz-99",
    "/year/2012",
    "/year/0", "/source/demo_portal", f"/record/{uid_of(1)}", f"/record/{uid_of(13)}", f"/record/{uid_of(office.AT)}",
    f"/record/{uid_of(office.AT)}/table", "/contracts", "/other-records",
    "/outlets", "/ministries", "/payers", "/recipients", "/intermediaries", "/topics", "/regions", "/years",
    "/coverage", "/claims", "/sources", "/rejected", "/changes", "/corrections", "/links", "/method", "/search",
    "/group/gruppa-step", "/organisation/dala-holding",
    "/search?q=dala",
    "/api", "/sample_media_contracts", "/sample_media_contracts/contracts", "/sample_media_contracts/contracts/1",
    "/sample_media_contracts/sum_by_outlet", "/sample_media_contracts/claims",
]  # fmt: skip


@pytest.fixture
def released_metadata(tmp_path: Path) -> Path:
    directory = tmp_path / "release"
    directory.mkdir()
    (directory / "metadata.yml").write_text("title: Invented\n", encoding="utf-8")
    return directory / "metadata.yml"


class _Closed(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    VOID = frozenset({"meta", "link", "input", "br", "line", "rect", "path", "image"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - given by the parser
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def figures(text: str) -> list[int]:
    """Whole units of every sum in KZT of a page, as numbers."""
    return [int(found.replace(",", "")) for found in re.findall(r"([\d,]+)(?:\.\d\d)?\xa0₸", text)]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_for_everybody(site: Any, public_site: Any, path: str) -> None:
    for one in (site, public_site):
        answer = one.get(path)
        assert answer.status_code == 200, answer.text[-500:]
        text = answer.text
        assert "Sample" in text
        assert " style=" not in text
        scripts = parser.fromstring(text).xpath("//script")
        assert all(tag.get("src", "").startswith("/-/site/") and not tag.text_content().strip() for tag in scripts)
        assert len(scripts) == ('figure class="chart"' in text and "data-bars" in text)
        assert "<style" not in text
        assert not re.search(r'(?:src|href)="(?:https?:)?//(?!(?:portal|press|register)\.invalid|localhost/)', text)
        assert "2 of 3 bodies asked answered" in text
        document = parser.fromstring(text)
        assert len(document.xpath("//h1")) == 1
        ids = document.xpath("//@id")
        assert len(ids) == len(set(ids))
        closed = _Closed()
        closed.feed(text)
        assert (closed.open, closed.wrong) == ([], [])


def drawn(text: str) -> str:
    """Everything a page says in its drawings, for those who do not see them."""
    return " ".join(parser.fromstring(text).xpath("//svg/@aria-label"))


def test_start_page(site: Any, sql: Any) -> None:
    text = site.get("/").text
    assert f">{CONTRACTS}</a>" in text
    whole = sql(
        "SELECT sum(amount_minor) FROM contracts WHERE counted AND currency = 'KZT' AND measure = 'contracted'"
    )
    assert f"{whole // 100:,}.{whole % 100:02}\xa0₸" in text
    assert "no records known" in drawn(text), "2011 is a gap in the chart"
    assert "2 rows were not understood" in text
    assert "Release 2026-01-31" in text
    css = site.get(re.search(r'href="(/-/site/[^"]+\.css)"', text).group(1))
    assert css.status_code == 200
    assert "immutable" in css.headers["cache-control"]


def test_an_unknown_year_is_a_gap_and_not_a_zero(site: Any) -> None:
    document = parser.fromstring(site.get("/").text)
    drawing = document.xpath("//svg")[0]
    assert "2011: no records known" in drawing.get("aria-label")
    assert len(drawing.xpath(".//rect[@class='gap']")) == 1
    years = drawing.xpath(".//text[@class='year']/text()")
    assert years == ["2009", "2010", "2011", "2012", "2013"]


def test_a_drawing_speaks_the_language_of_its_reader(site: Any) -> None:
    """The figures of a page are read once for all readers, its words for each."""
    for language, words in (
        ("ru", "2011: нет известных записей"),
        ("kk", "2011: белгілі жазба жоқ"),
        ("en", "2011: no rec"),
    ):
        assert words in drawn(site.get(f"/{language}/").text)
        assert words in drawn(site.get(f"/{language}/outlet/zarya-stepi").text)


def test_outlet_page_sums_equal_sql(site: Any, sql: Any) -> None:
    text = site.get("/outlet/boz-dala").text
    one = "FROM contracts WHERE outlet = 5 AND counted AND currency = 'KZT' AND measure = 'contracted'"
    whole = sql(f"SELECT sum(amount_minor) {one}")
    assert f"{whole // 100:,}.{whole % 100:02}\xa0₸" in text
    document = parser.fromstring(text)
    years = document.xpath("//table[.//th='Without a sum']//tr/td[@class='num'][1]/text()")
    assert len(years) > 3
    for payer in (4, 6):
        paid = sql(f"SELECT sum(amount_minor) {one} AND payer = ?", payer)
        assert f"{paid // 100:,}.{paid % 100:02}" in text
    assert "«Боз Дала» газеті" in text
    assert "Share of the payer’s money" in text
    assert "do not count" in text


def test_lists_of_the_largest_keep_measures_and_currencies_apart(site: Any, sql: Any) -> None:
    document = parser.fromstring(site.get("/").text)
    section = document.xpath("//section[h2='Outlets paid most']")[0]
    heads = [head.text_content() for head in section.xpath("./h3")]
    assert heads == ["contracted sum, KZT", "paid sum, KZT", "contracted sum, EUR"], "the home currency first"
    for head, table in zip(heads, section.xpath(".//table"), strict=True):
        measure, currency = head.split(" sum, ")
        shown = [cell.replace(",", "") for cell in table.xpath(".//tr/td[3]/text()")]
        assert len(shown) == 6
        assert shown == sorted(shown, key=lambda text: -float(text)), "the largest first"
        largest = sql(
            "SELECT max(whole) FROM (SELECT sum(amount_minor) AS whole FROM contracts WHERE counted AND measure = ?"
            " AND currency = ? AND outlet > 4 GROUP BY outlet)",
            measure,
            currency,
        )
        assert round(float(shown[0]) * 100) == largest
        assert not table.xpath(".//td[contains(., '–')]"), "nobody stands in a list without a sum of its kind"


def test_a_list_is_sorted_by_any_of_its_columns(site: Any, sql: Any) -> None:
    document = parser.fromstring(site.get("/outlets").text)
    assert document.xpath("//th[@aria-sort='ascending']/text()") == ["Name"]
    columns = dict(zip(document.xpath("//thead//a/text()"), document.xpath("//thead//a/@href"), strict=True))
    assert {"Counted records", "contracted sum, KZT", "paid sum, KZT", "contracted sum, EUR", "paid sum, EUR"} == set(
        columns
    )
    of = "FROM contracts AS c JOIN outlets AS o ON o.id = c.outlet WHERE c.counted AND c.measure = 'paid'"
    best = sql(
        f"SELECT o.name {of} AND c.currency = 'EUR' AND o.state = 'named' GROUP BY o.id"
        " ORDER BY sum(amount_minor) DESC LIMIT 1"
    )
    answer = parser.fromstring(site.get(columns["paid sum, EUR"]).text)
    assert answer.xpath("//tbody/tr[1]/td[1]/a/text()") == [best]
    assert answer.xpath("//tbody/tr[last()]/td[1]/a/text()") == ["withheld"], "who is not named stands behind"
    assert site.get("/outlets?sort=nonsense").status_code == 200


@pytest.mark.parametrize(("path", "where"), [("/", "1"), ("/outlet/boz-dala", "outlet = 5")])
def test_beside_a_sum_stands_the_number_of_records_it_is_of(site: Any, sql: Any, path: str, where: str) -> None:
    table = parser.fromstring(site.get(path).text).xpath("//table[.//th='Without a sum']")[0]
    year = sql(f"SELECT min(year) FROM contracts WHERE {where} AND NOT counted AND year > 1")
    where += f" AND year = {year}"
    row = next(row for row in table.xpath(".//tr") if row.xpath("string(th/a)") == str(year))
    measure = row.xpath("string(td[2])")
    sign = "KZT" if "₸" in row.xpath("string(td[3])") else "EUR"
    of = f"FROM contracts WHERE {where} AND counted AND measure = ? AND currency = ?"
    assert row.xpath("string(td[1])") == str(sql(f"SELECT count(*) {of}", measure, sign))
    left = sql(f"SELECT count(*) FROM contracts WHERE {where} AND NOT counted")
    assert left > 0
    assert row.xpath("string(th/small)").startswith(f"+{left} that do")


def test_a_list_counts_those_that_are_named_as_the_start_page_does(site: Any, sql: Any) -> None:
    start = parser.fromstring(site.get("/").text)
    for name in ("outlets", "ministries", "recipients"):
        shown = start.xpath(f"//dl//a[@href='/{name}']/text()")[0]
        page = parser.fromstring(site.get(f"/{name}").text)
        assert page.xpath("string(//p[@class='aka'])").split(" · ")[0] == shown
    line = next(
        row for row in parser.fromstring(site.get("/outlets").text).xpath("//tbody/tr") if "Боз" in row[0][0].text
    )
    counted = sql("SELECT sum(counted) FROM contracts WHERE outlet = 5")
    left = sql("SELECT sum(NOT counted) FROM contracts WHERE outlet = 5")
    assert line.xpath("td[2]/text()") == [str(counted)]
    assert line.xpath("string(td[2]/small)") == f"+{left} that do not count"


def test_what_is_invented_is_marked_and_real_press_figures_are_named(
    release_file: Path, site_plugin: None, site: Any, tmp_path: Path
) -> None:
    """A release in which the second source is real: parties that only the first one names are still made up."""
    path = tmp_path / "sample_media_contracts.db"
    path.write_bytes(release_file.read_bytes())
    with sqlite3.connect(path) as out:
        out.execute("UPDATE contracts SET outlet = 6 WHERE source = 2")
        out.execute("UPDATE sources SET invented = 0 WHERE id = 2")
    out.close()
    mixed = Site(server(path, public=False))
    try:
        banner = "//p[@class='sample']"
        press = "The press figures in the same lists are real and count in no sum."
        told = parser.fromstring(mixed.get("/outlets").text)
        assert press in told.xpath(f"string({banner})")
        marked = {row.xpath("string(td[1]/a)"): bool(row.xpath("td[1]/span")) for row in told.xpath("//tbody/tr")}
        assert (marked["Боз дала"], marked["The White Birch"]) == (True, False)
        assert "invented" in parser.fromstring(mixed.get("/outlet/boz-dala").text).xpath("string(//p[@class='aka'])")
        assert "invented" not in parser.fromstring(mixed.get("/outlet/aq-qayyng").text).xpath(
            "string(//p[@class='aka'])"
        )
        rows = list(csv.DictReader(io.StringIO(mixed.get("/contracts.raw.csv").text, newline="")))
        assert {(row["source"], row["invented"]) for row in rows} == {("demo_portal", "1"), ("demo_list", "0")}
        mark = "SAMPLE, invented figures beside real ones: "
        assert {row["release"] for row in rows} == {f"{mark}2026-01-31"}
        for name, invented in (("boz-dala", True), ("aq-qayyng", False)):
            assert mixed.get(f"/outlet/{name}.json").json()["invented"] is invented
        for at, invented in ((1, True), (10, False)):
            assert mixed.get(f"/record/{uid_of(at)}.json").json()["record"]["invented"] is invented
        for kind, invented in (("demo_list", False), ("demo_portal", True)):
            feed = etree.fromstring(mixed.get(f"/source/{kind}.atom").content)
            titles = feed.xpath("//*[local-name()='entry']/*[local-name()='title']/text()")
            assert {title.startswith("Invented: ") for title in titles} == {invented}
            assert feed.xpath("string(/*/*[local-name()='title'])").startswith(f"{mark}Media contracts: ")
    finally:
        mixed.close()
    assert press not in parser.fromstring(site.get("/outlets").text).xpath(f"string({banner})")
    for path, marked_too in (("/outlet/aq-qayyng", True), ("/outlet/withheld", False), ("/region/kz-99", False)):
        head = parser.fromstring(site.get(path).text).xpath("string(//p[@class='aka'])")
        assert ("invented" in head) is marked_too, path


@pytest.mark.parametrize(
    ("path", "cited"),
    [
        ("/ru/contracts?outlet=boz-dala&year=2012&sort=amount", "/contracts?outlet=boz-dala&year=2012"),
        ("/kk/other-records", "/other-records"),
        ("/outlet/boz-dala", "/outlet/boz-dala"),
        (f"/record/{uid_of(1)}", f"/record/{uid_of(1)}"),
    ],
)
def test_a_citation_has_an_address_that_others_can_open(site: Any, path: str, cited: str) -> None:
    """A server of this machine alone names a placeholder in place of itself."""
    for host, before in (
        ("data.example.org", "http://data.example.org"),
        *((host, "[address of the site]") for host in ("127.0.0.1:8001", "localhost", "[::1]:8001")),
    ):
        text = parser.fromstring(site.get(path, host=host).text).xpath("string(//p[@class='cite'])")
        assert text.endswith(f". {before}{cited}"), host
        assert text.startswith("SAMPLE, invented figures")


def test_a_citation_says_that_a_record_counts_in_no_sum(site: Any) -> None:
    """Row 18 is superseded; the other record is undecided; row 1 counts."""
    for uid, words in (
        (uid_of(18), "Does not count: superseded."),
        (hashlib.sha256(b"other 1").hexdigest()[:16], "Does not count: relevance undecided."),
    ):
        document = parser.fromstring(site.get(f"/record/{uid}").text)
        assert words in document.xpath("string(//p[@class='cite'])")
        assert words in document.xpath("string(//pre[@class='cite'])")
    assert "Does not count: " not in site.get(f"/record/{uid_of(1)}").text


def test_a_citation_is_in_one_language_whoever_takes_it(site: Any, sql: Any) -> None:
    uid = sql("SELECT uid FROM contracts WHERE amount_minor IS NULL")
    cited = [parser.fromstring(site.get(f"{tongue}/record/{uid}").text).xpath("string(//pre[@class='cite'])")
             for tongue in ("/en", "/ru", "/kk")]  # fmt: skip
    assert ": not stated (" in cited[0]
    assert cited == [cited[0]] * 3


def test_that_a_body_gave_no_ground_is_said_in_the_readers_language(site: Any) -> None:
    for path in ("/ru/coverage", "/ru/payer/ministry-of-good-order"):
        text = site.get(path).text
        assert "основание не названо" in text
        assert "none given" not in text


def test_each_table_of_the_coverage_has_its_file_below_it(site: Any) -> None:
    found = parser.fromstring(site.get("/coverage").text).xpath("//table|//p[@class='get']/a/@href")
    order = [getattr(one, "tag", one) for one in found]
    assert order == ["table", "/table/coverage.csv", "table", "/table/requests.csv"]


def test_a_correction_that_is_not_in_force_is_not_told_as_one(site: Any) -> None:
    lines = parser.fromstring(site.get("/corrections").text).xpath("//tbody/tr")
    told = [[cell.text_content() for cell in line] for line in lines]
    assert [line[2:6] for line in told] == [
        ["words withdrawn", "–", "[withdrawn]", "asked for"],
        ["number", "1/12", "1/13", "taken back we were wrong"],
        ["subject", "x", "y", "a misprint, see the scan"],
    ]
    assert [line[1] for line in told] == ["–", uid_of(1), uid_of(1)]
    assert lines[2].xpath("td[7]/a/@href") == ["https://press.invalid/scan/1"]
    notes = parser.fromstring(site.get(f"/record/{uid_of(1)}").text).xpath("//p[@class='note']")
    assert [bool(note.xpath("span[text()='taken back']")) for note in notes if "Corrected" in note.text_content()] == [
        False,
        True,
    ]


def test_what_a_page_has_no_room_for_is_counted(
    release_file: Path, site_plugin: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: Any
) -> None:
    monkeypatch.setattr(books, "MOST_REQUESTS", 1)
    monkeypatch.setattr(books, "MOST_CORRECTIONS", 2)
    monkeypatch.setattr(party, "LINES_SHOWN", 1)
    fresh = Site(server(release_file, public=True))
    try:
        assert f"1 of {sql('SELECT count(*) FROM requests')} shown" in fresh.get("/coverage").text
        assert "2 of 3 shown" in fresh.get("/corrections").text
        page = parser.fromstring(fresh.get("/payer/akimat-kok-dala").text)
        for head, column in (("How it was bought", "method || instrument"), ("Documents", "capture_sha256")):
            (told,) = page.xpath(f"//h2[text()='{head}']/following-sibling::p[last()]/text()")
            assert told == f"1 of {sql(f'SELECT count(DISTINCT {column}) FROM contracts WHERE payer = 4')} shown"
    finally:
        fresh.close()


def test_a_page_that_is_not_there_is_the_nearest_one(site: Any, monkeypatch: pytest.MonkeyPatch, sql: Any) -> None:
    monkeypatch.setattr(books, "ROWS", 1)
    of_a_cause = "SELECT max(found) FROM (SELECT count(*) AS found FROM changes GROUP BY cause)"
    for path, count in (("/rejected", "SELECT count(*) FROM rejected_rows"), ("/changes", of_a_cause)):
        pages = sql(count)
        last = site.get(f"{path}?page={pages}").text
        assert pages == 1 or f"Page {pages} of {pages}" in last
        assert parser.fromstring(last).xpath("//tbody/tr")
        assert site.get(f"{path}?page=999").text.replace("page=999", "") == last.replace(f"page={pages}", "")


def test_lookups_of_a_record_page_use_an_index(release_file: Path) -> None:
    asked: list[str] = []
    with sqlite3.connect(release_file) as out:
        for uid in (uid_of(4), hashlib.sha256(b"other 1").hexdigest()[:16]):
            found = record.find(out, uid)
            assert found is not None
            out.set_trace_callback(asked.append)
            record.page(out, found)
            around(out, found)
            out.set_trace_callback(None)
        large = ("contracts", "other_records", "amounts", "lines", "changes", "rejected_rows", "corrections")
        plans = {sql: [row[3] for row in out.execute(f"EXPLAIN QUERY PLAN {sql}")] for sql in asked}
    out.close()
    assert len(plans) > 8
    for sql, plan in plans.items():
        assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] in (*large, "h")], sql


def test_parties_without_a_name_say_so(site: Any) -> None:
    assert "These records name nobody here" in site.get("/outlet/withheld").text
    assert "natural person or sole trader" in site.get("/recipient/ip-uly-dala").text


def test_a_record_proves_its_figure(site: Any) -> None:
    text = site.get(f"/record/{uid_of(1)}").text
    for proof in (
        "1 тыс.",
        "thousands of tenge in the heading",
        "https://portal.invalid/contract/1",
        "page 1, table 1, row 2",
    ):
        assert proof in text
    assert "a misprint, see the scan" in text
    assert "@misc{media-contracts-" in text
    assert "release 2026-01-31" in text
    assert "SAMPLE, invented figures" in text
    withheld = site.get(f"/record/{uid_of(13)}").text
    assert "для служебного пользования" in withheld
    assert ">withheld</span></h1>" in withheld


def test_what_is_unusual_in_a_wording_is_told_without_a_reproach(site: Any) -> None:
    text = site.get(f"/record/{uid_of(30)}").text
    for told in ("Unusual in the wording", "look-alike letters</a>; ", "split letters</a>.", "it proves no intent"):
        assert told in text
    assert "умысла это не доказывает" in site.get(f"/ru/record/{uid_of(30)}").text
    assert "/contracts?wording=split%20letters" in text
    assert "2 records" in site.get("/contracts?wording=split%20letters").text
    assert "Unusual in the wording" not in site.get(f"/record/{uid_of(31)}").text


def test_a_record_stands_among_the_rows_around_it(site: Any) -> None:
    """Page 1 has rows 2 to 25 that were read and row 1 that was not; all are shown in their order."""
    document = parser.fromstring(site.get(f"/record/{uid_of(4)}").text)
    lines = document.xpath("//h2[@id='around']/following-sibling::div[1]//tbody/tr")
    places = [line.xpath("string(td[1])") for line in lines]
    rows = [int(re.search(r"row (\d+)", place)[1]) for place in places]
    assert rows == sorted(rows)
    assert list(dict.fromkeys(rows)) == list(range(1, 12))
    assert "not understood" in lines[0].text_content()
    assert "=1+1 | <b>x</b>" in lines[0].text_content()
    marked = [line for line in lines if line.get("class") == "this"]
    assert len(marked) == 1
    assert "row 5" in marked[0].text_content()
    assert marked[0].xpath(".//a") == []
    after = next(line for line in lines if f"/record/{uid_of(5)}" in line.xpath(".//a/@href"))
    assert "5 тыс." in after.text_content()
    assert len([row for row in rows if row == 2]) == 2, "records that are not money for media stand there too"
    other_page = parser.fromstring(site.get(f"/record/{uid_of(25)}").text)
    assert "page 1," not in other_page.xpath("string(//h2[@id='around']/following-sibling::div[1])")


@pytest.mark.parametrize(
    ("locator", "head", "row"),
    [
        ("page 3, table 1, row 5, column 4, box 10,20,30,40", "page 3, table 1, row ", 5),
        ("a/7/list.pdf, page 3, table 2, row 7", "a/7/list.pdf, page 3, table 2, row ", 7),
        ("sheet Sheet1, range A10:J10", "sheet Sheet1, range A", 10),
        ("row 24", "row ", 24),
        ("/items/3", "/items/", 3),
        ("/items/12/sum", "/items/", 12),
    ],
)
def test_the_place_of_a_row(locator: str, head: str, row: int) -> None:
    assert place_of(locator) == Place(head, row)
    assert place_of("card 90000083") is None


def test_the_page_is_shown_with_the_row_marked_where_the_release_has_a_picture(
    public_site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/record/{uid_of(4)}"
    assert "There is no picture of the page in this release" in public_site.get(path).text
    monkeypatch.setattr(public_site.datasette, "static_mounts", [("downloads", str(tmp_path))])
    name = f"{contract(4)['capture_sha256'][:16]}-p1"
    (tmp_path / "proofs").mkdir()
    (tmp_path / "proofs" / f"{name}.png").write_bytes(b"a picture")
    told = {"width": 800, "height": 1100, "rows": {"1.5": [40, 300, 720, 24]}}
    (tmp_path / "proofs" / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    drawing = parser.fromstring(public_site.get(path).text).xpath("//*[@class='page']")[0]
    assert drawing.get("viewbox") == "0 0 800 1100"
    assert drawing.xpath(".//image/@href") == [f"/downloads/proofs/{name}.png"]
    mark = drawing.xpath(".//rect")[0]
    assert [mark.get(side) for side in ("x", "y", "width", "height")] == ["40", "300", "720", "24"]
    for wrong in ('{"width": "wide"}', "not json", "[]", '{"width": 1, "height": 1, "rows": {"1.5": [1]}}'):
        (tmp_path / "proofs" / f"{name}.json").write_text(wrong, encoding="utf-8")
        assert "There is no picture of the page in this release" in public_site.get(path).text


def test_the_table_of_an_office_file_is_shown_with_the_row_and_the_figure_marked(site: Any) -> None:
    path = f"/record/{uid_of(office.AT)}"
    record = parser.fromstring(site.get(path).text)
    assert record.xpath("//a[contains(@href, '/table')]/@href") == [f"{path}/table#figure"]
    assert f"{office.NAME} · Sheet {office.SHEET} · {office.RANGE}" in record.text_content()
    answer = site.get(f"/kk{path}/table")
    page = parser.fromstring(answer.text)
    told = dict(zip(page.xpath("//dl/dt/text()"), page.xpath("//dl/dd"), strict=True))
    assert told["Парақ"].text_content() == office.SHEET
    assert told["Сома ұяшығы"].text_content() == office.RANGE
    [row] = page.xpath("//tr[@class='this']")
    assert row.xpath("th/text()") == [f"A{office.ROW + 2}:{office.RANGE}"]
    assert [cell.text_content() for cell in row.xpath("td")][1:] == [
        f"Газета «Дала {office.ROW}»", f"Статья {office.ROW}", f"{office.AT} тыс.",
    ]  # fmt: skip
    assert row.xpath("td[@id='figure']/mark/text()") == [contract(office.AT)["raw_amount"]]
    heads = [[cell.text_content().strip() for cell in line.xpath("th")] for line in page.xpath("//thead/tr")]
    assert heads[0][1:] == ["№", "Издание", "Оплата", ""]
    assert heads[1] == ["", "", "тема", "сумма, тыс. тенге"]
    rows = page.xpath("//tbody/tr")
    assert len(rows) == MOST_LINES < office.ROWS
    assert rows.index(row) in range(50, MOST_LINES - 50), "it has rows on both sides"
    # what a file holds stays text, and what was covered stays covered
    assert office.HOSTILE in page.text_content()
    assert "<script>alert" not in answer.text
    assert 'src="https://evil' not in answer.text
    assert office.PERSON not in answer.text
    [file] = page.xpath("//a[contains(@href, '/downloads/')]/@href")
    assert len(json.loads(site.get(file).text)["rows"]) == office.ROWS


def test_a_table_that_is_not_there_or_does_not_fit_is_no_page(site: Any, release_file: Path) -> None:
    assert site.get(f"/record/{uid_of(4)}/table").status_code == 404
    assert site.get(f"/record/{'0' * 16}/table").status_code == 404
    record = contract(office.AT)
    directory = release_file.parent
    assert as_read(directory, record) is not None
    assert as_read(None, record) is None
    for locator in (office.LOCATOR.replace("row 240", "row 451"), "row 7", "sheet x, table 2, row 1, column 1"):
        assert as_read(directory, {**record, "locator": locator}) is None
    # the words of a place may stand in the name of a file or a sheet as well
    tricky = as_read(directory, {**record, "locator": f"a, table 9, row 9.zip/b.xlsx, {office.LOCATOR}"})
    assert tricky is not None
    assert (tricky.number, tricky.row, tricky.column, tricky.range) == (1, office.ROW, office.COLUMN, office.RANGE)


@pytest.mark.parametrize("wrong", ["", "[]", '{"rows": 1}', '{"document": "a", "header": [], "rows": [[1]]}'])
def test_a_damaged_table_is_no_page(tmp_path: Path, wrong: str) -> None:
    office.write_proofs(tmp_path)
    [file] = (tmp_path / "proofs").iterdir()
    file.write_text(wrong, encoding="utf-8")
    assert as_read(tmp_path, contract(office.AT)) is None


def test_a_picture_is_found_by_the_file_inside_an_archive(tmp_path: Path) -> None:
    member, record = "ответ, page 9.zip/приложение.pdf", contract(4)
    record["locator"] = f"{member}, page 2, table 3, row 5, column 4, box 1,2,3,4"
    (tmp_path / "proofs").mkdir()
    told = {"width": 800, "height": 1100, "rows": {"3.5": [40, 300, 720, 24]}}
    for name in (picture_name(record["capture_sha256"], 2), picture_name(record["capture_sha256"], 2, member)):
        assert picture(tmp_path, record) is None
        (tmp_path / "proofs" / f"{name}.png").write_bytes(b"a picture")
        (tmp_path / "proofs" / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    shown = picture(tmp_path, record)
    assert shown is not None
    assert (shown.page, shown.box) == (2, (40, 300, 720, 24))


def test_an_error_is_reported_to_whoever_serves(
    released_metadata: Path, tmp_path: Path, public_site: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/record/{uid_of(1)}"
    assert "This server names no address of its keeper" in public_site.get(path).text
    changed = with_contact(released_metadata, "data@example.org", tmp_path)
    assert yaml.safe_load(changed.read_text(encoding="utf-8"))["title"] == "Invented"
    told = yaml.safe_load(changed.read_text(encoding="utf-8"))["plugins"]
    monkeypatch.setattr(
        public_site.datasette, "_metadata_local", {**public_site.datasette._metadata_local, "plugins": told}
    )
    assert f"mailto:data@example.org?subject=Record%20{uid_of(1)}" in public_site.get(path).text
    for wrong in ("nobody", "a b@example.org", 'x"@example.org', "a@example.org?bcc=b@example.org"):
        with pytest.raises(ContactError, match="e-mail address"):
            with_contact(released_metadata, wrong, tmp_path)


def test_regions_are_a_map_of_tiles_and_a_table(site: Any, sql: Any) -> None:
    document = parser.fromstring(site.get("/regions").text)
    tiles = document.xpath("//*[@class='tiles']/*")
    assert len(tiles) == 20
    assert sum(tile.tag == "a" for tile in tiles) == 10, "those that records name"
    named = {tile.xpath("string(text[1])"): tile for tile in tiles}
    assert named["Kostanay"].xpath("string(text[2])") == "no records known"
    assert named["Kostanay"].xpath("rect/@class") == ["gap"]
    where = "FROM contracts AS c JOIN regions AS r ON r.id = c.region WHERE counted AND measure = 'contracted'"
    where += " AND currency = 'KZT' AND r.valid_to = '' AND r.code NOT IN ('', '99')"
    largest = sql(f"SELECT r.code {where} GROUP BY r.id ORDER BY sum(amount_minor) DESC LIMIT 1")
    darkest = [name for name, tile in named.items() if tile.xpath("rect/@class") == ["shade-5"]]
    assert NAMES[largest] in darkest
    former = document.xpath("//li[contains(., 'South Kazakhstan Region')]")[0].text_content()
    assert "until 19 Jun 2018" in former
    assert "succeeded by 61 and 79" in former
    assert "became Turkistan region" in document.text_content()
    table = document.xpath("//table")[0].text_content()
    for row in REGIONS:
        assert row[5] in table, "what is drawn stands in the table too"


def test_every_region_of_today_has_one_tile() -> None:
    placed = [code for line in GRID for code in line.values()]
    assert len(placed) == len(set(placed)) == 20
    assert set(placed) == set(NAMES)


def test_texts_of_sources_are_escaped(site: Any) -> None:
    for path in (
        f"/record/{uid_of(3)}",
        "/outlet/boz-dala",
        "/contracts",
        "/sample_media_contracts/contracts",
        "/rejected",
    ):
        text = site.get(path).text
        assert "<script>alert(1)" not in text
        assert "<b>x</b>" not in text
    assert "<script>" not in site.get("/search?q=x").text
    assert "<script>" not in site.get("/search?q=%3Cscript%3Ealert(1)").text


def test_old_addresses_lead_to_the_party_that_remains(site: Any) -> None:
    answer = site.get("/ru/outlet/zvezda-stepi")
    assert answer.status_code == 301
    assert answer.headers["location"] == "/ru/outlet/zarya-stepi"
    assert site.get("/outlet/never-was").status_code == 404


def test_an_old_address_leads_on_in_every_form_and_language(site: Any) -> None:
    for ending in ("", ".json", ".atom"):
        for language in ("", "/kk"):
            answer = site.get(f"{language}/outlet/zvezda-stepi{ending}")
            assert answer.status_code == 301
            assert answer.headers["location"] == f"{language}/outlet/zarya-stepi{ending}"
    assert site.get("/contracts?outlet=zvezda-stepi").text.count("outlet=zarya-stepi")


def test_an_old_address_of_several_leads_to_the_records_of_them_all(site: Any) -> None:
    both = "outlet=boz-dala&outlet=kok-dala-tv"
    for ending in ("", ".json", ".atom"):
        answer = site.get(f"/ru/outlet/dala{ending}")
        assert answer.status_code == 301
        assert answer.headers["location"] == f"/ru/contracts{ending}?{both}"
        assert site.get(answer.headers["location"]).status_code == 200
    records = site.get(f"/contracts.jsonl?{both}").text
    assert len(records.splitlines()) > 2
    # and a filter that was cited shows what it did
    assert site.get("/contracts.jsonl?outlet=dala").text == records


def test_the_first_page_is_light(site: Any) -> None:
    """At most 100 kB on the wire: the page with everything it asks for, as a server before it compresses them."""
    for path in ("/", "/ru/", "/kk/"):
        text = site.get(path).text
        asked = {link for link in re.findall(r'(?:href|src)="([^"]+)"', text) if "/-/site/" in link}
        assert len(asked) >= 2, "style sheet and icon"
        assert (
            sum(len(gzip.compress(site.get(one).content)) for one in asked) + len(gzip.compress(text.encode()))
            < 100_000
        )


def test_files_of_others_are_whole_and_have_their_licence() -> None:
    vendor = STATIC / "vendor"
    told = (STATIC.parents[1] / "docs" / "vendored.md").read_text(encoding="utf-8")
    hashes = dict(re.findall(r"\| `([^`]+\.js)` \|.*\| `([0-9a-f]{64})` \|", told))
    scripts = {str(path.relative_to(vendor)): path for path in vendor.rglob("*.js")}
    assert set(scripts) == set(hashes)
    assert len(hashes) == 2
    for name, path in scripts.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == hashes[name]
        assert "Permission to use, copy, modify" in (path.parent / "LICENSE").read_text(encoding="utf-8")


def test_three_clicks_from_the_start_page_to_the_source_of_a_figure(site: Any) -> None:
    def links(path: str) -> list[str]:
        return parser.fromstring(site.get(path).text).xpath("//main//a/@href")

    outlet = next(link for link in links("/") if link.startswith("/outlet/"))
    record = next(link for link in links(outlet) if link.startswith("/record/"))
    assert any(link.startswith("https://portal.invalid/contract/") for link in links(record))


def test_the_addresses_on_the_page_about_the_interface_work(site: Any) -> None:
    document = parser.fromstring(site.get("/api").text)
    examples = list(document.xpath("//main//ul[@class='api'][1]//a/@href"))
    assert len(examples) >= 6
    for link in examples:
        answer = site.get(link)
        assert answer.status_code == 200, link
        assert "2026-01-31" in answer.text or link.endswith(".atom"), link


def test_feeds_sitemap_and_robots(site: Any) -> None:
    from lxml import etree

    feed = etree.fromstring(site.get("/outlet/boz-dala.atom").content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) > 10
    assert site.get("/contracts.atom?q=акима").status_code == 200
    addresses = etree.fromstring(site.get("/sitemap.xml").content)
    assert len(addresses) > 30
    assert "Disallow: /contracts?" in site.get("/robots.txt").text


def test_every_address_is_asked_for_by_a_test() -> None:
    asked = [
        *PAGES,
        "/outlet/boz-dala.atom",
        "/contracts.csv",
        "/table/claims.csv",
        "/release.json",
        "/sitemap.xml",
        "/robots.txt",
        "/-/site/" + "0" * 12 + "/site.css",
    ]
    for pattern, _ in routes():
        assert any(re.match(pattern, path.split("?")[0]) for path in asked), pattern


def test_a_change_says_whose_it_was_and_a_sum_is_money(site: Any) -> None:
    page = site.get("/changes").text
    ours, theirs = page.index("Read differently by us"), page.index("At the sources")
    money = "1,100.50\u00a0₸"
    assert theirs < page.index(money) < ours < page.index("<td>Year</td>")
    record = site.get(f"/record/{uid_of(1)}").text
    assert record.index(money) < record.index("changed at the source") < record.index("read differently by us")
    assert "Readings taken back" not in page, "nothing was"


def test_what_came_with_a_load_that_was_taken_back_stands_apart(
    release_file: Path, site_plugin: None, tmp_path: Path
) -> None:
    path = tmp_path / release_file.name
    path.write_bytes(release_file.read_bytes())
    with sqlite3.connect(path) as out:
        out.execute("UPDATE changes SET cause = 'an earlier reading taken back' WHERE field = 'amount'")
    out.close()
    fresh = Site(server(path, public=True))
    try:
        page = parser.fromstring(fresh.get("/changes").text)
        (money,) = page.xpath("//h2[.='Readings taken back']/following::tbody[1]/tr/td[5]/text()")
        assert money == "1,100.50\u00a0₸"
        assert "No source has changed a value since it was first read." in page.text_content()
        assert "прежнее считывание отозвано" in fresh.get(f"/ru/record/{uid_of(1)}").text
    finally:
        fresh.close()


def test_rows_of_earlier_readings_are_shown_and_not_counted(site: Any) -> None:
    page = parser.fromstring(site.get("/rejected").text)
    lead = page.xpath("string(//p[@class='lead'])")
    assert lead.startswith("2 rows were not understood. ")
    assert lead.endswith("Rows of earlier readings stand below them and are not counted.")
    assert ["an earlier reading" in row.text_content() for row in page.xpath("//tbody/tr")] == [False, False, True]
    for address in ("/", "/method"):
        assert "2 rows were not understood" in site.get(address).text


def test_a_row_that_was_read_at_last_is_not_shown_as_unread(release_file: Path, tmp_path: Path) -> None:
    """The same bytes were read three times: twice two rows were refused, then one of them was read."""
    path = tmp_path / "sample_media_contracts.db"
    path.write_bytes(release_file.read_bytes())
    with sqlite3.connect(path) as out:
        record = contract(2)
        for locator in (record["locator"], "page 1, table 1, row 1"):
            out.execute(
                "INSERT INTO rejected_rows (id, source, run, capture_sha256, url, fetched_at, locator, reason, raw,"
                " latest) SELECT max(id) + 1, 1, 1, ?, '', '', ?, 'refused again', '', 1 FROM rejected_rows",
                (record["capture_sha256"], locator),
            )
        near = around(out, record)
    out.close()
    assert [row["reason"] for row in near if row["reason"]] == ["refused again"]


def test_a_chosen_filter_is_told_in_words(site: Any) -> None:
    page = parser.fromstring(site.get("/ru/contracts?currency=KZT&amount_min=1&measure=paid&counted=1").text)
    told = [" ".join(tag.text_content().split()) for tag in page.xpath("//p[@class='said']/span")]
    assert told == ["Валюта: KZT", "Сумма от: 1", "Вид суммы: выплачено", "Входит в суммы: да"]


def test_who_answered_is_said_of_sums_of_the_country_that_was_asked() -> None:
    def sums(*currencies: str) -> list[Sum]:
        return [Sum("paid", currency, 1, 1, 0, 0) for currency in currencies]

    release = Release("", "", False, {}, 3, 2, asked_about=frozenset({"KZT"}))
    assert release.says_how_many(sums("RSD", "KZT"))
    assert not release.says_how_many(sums("RSD", "EUR"))
    assert replace(release, asked_about=None).says_how_many(sums("RSD"))


@pytest.mark.parametrize(("country", "expected"), [("KZ", {"KZT", "EUR"}), ("RS", set()), ("", None)])
def test_whose_sums_the_answers_cover(
    release_file: Path, tmp_path: Path, country: str, expected: set[str] | None
) -> None:
    copied = tmp_path / "release.db"
    copied.write_bytes(release_file.read_bytes())
    with closing(sqlite3.connect(copied)) as connection:
        connection.execute("UPDATE payers SET country = ?", (country,))
        assert read_release(connection).asked_about == expected


def test_a_party_leads_to_its_records_that_are_not_of_media(site: Any, sql: Any) -> None:
    uid, count = (
        "akimat-kok-dala",
        "SELECT count(*) FROM other_records WHERE payer = (SELECT id FROM payers WHERE uid = ?)",
    )
    found = parser.fromstring(site.get(f"/payer/{uid}").text).xpath("//p/a[.='Other records']")
    assert [link.get("href") for link in found] == [f"/other-records?payer={uid}"]
    assert found[0].getparent().text.split()[0] == str(sql(count, uid))


def test_bars_of_few_years_have_room_for_their_sums_on_the_smallest_screen() -> None:
    """A sum such as "123,4 млрд" needs 62 pixels, and a rem has 16."""
    css = (STATIC / "site.css").read_text(encoding="utf-8")
    rem = {
        room: int(re.search(rf"\.bars\.{room}\{{min-width:(\d+)rem", css)[1])
        for room in ("few", "some", "many", "most")
    }
    for years, room in ((5, "few"), (11, "some"), (23, "many"), (60, "most")):
        assert chart._room(years) == room
        step = min(10_000 // years, chart.WIDEST_STEP)
        assert rem[room] * 16 * step / 10_000 >= 62, room
