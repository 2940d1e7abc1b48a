"""Three people do the whole of their work in a browser. Figures are compared with SQL, not only seen."""

from __future__ import annotations

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.site import office

CONTRACTED = "counted = 1 AND measure = 'contracted' AND currency = 'KZT'"
SOURCE = "https://portal.invalid/contract/"


def shown(minor: int, group: str = ",", mark: str = ".") -> str:
    rest = f"{mark}{minor % 100:02}" if minor % 100 else ""
    return f"{minor // 100:,}".replace(",", group) + rest


def test_a_researcher_filters_sums_downloads_and_cites(reader: Any, sql: Any, tmp_path: Path) -> None:
    page = reader().open("/")
    page.get_by_role("link", name="Contracts", exact=True).click()
    for facet, value in (("Outlets", "Боз дала"), ("Ministries and akimats", "Акимат Көкдалинской области")):
        section = page.locator(".facets section").filter(has=page.get_by_role("heading", name=facet, exact=True))
        section.get_by_role("link", name=value, exact=True).click()
    # the sum beside the year, before it is chosen
    where = "outlet = 5 AND ministry = 4"
    of_year = sql(f"SELECT sum(amount_minor) FROM contracts WHERE {where} AND year = 2012 AND {CONTRACTED}")
    years = page.locator(".facets section").filter(has=page.get_by_role("heading", name="Years", exact=True))
    line = years.locator("li").filter(has_text="2012")
    assert f"{shown(of_year)}\xa0₸" in line.inner_text()
    line.get_by_role("link").click()
    records = sql(f"SELECT count(*) FROM contracts WHERE {where} AND year = 2012")
    assert page.get_by_role("heading", name=f"{records} record").count() == 1
    assert f"{shown(of_year)}\xa0₸" in page.locator("dl.facts").inner_text()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV", exact=True).click()
    file = tmp_path / "rows.csv"
    waiting.value.save_as(file)
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    start = next(at for at, text in enumerate(lines) if text.startswith(("uid", '"uid"')))
    rows = list(csv.DictReader(StringIO("\n".join(lines[start:]))))
    rows = [row for row in rows if re.fullmatch(r"[0-9a-f]{16}", row["uid"] or "")]
    assert len(rows) == records
    counted = [row for row in rows if row["counted"] in ("1", "yes")]
    total = sum(
        int(row["amount_minor"])
        for row in counted
        if row["amount_minor"] and row["measure"] == "contracted" and row["currency"] == "KZT"
    )
    assert total == of_year
    assert "2026-01-31" in "\n".join(lines[:start]) + waiting.value.suggested_filename
    cite = page.locator(".cite").inner_text()
    assert "release 2026-01-31" in cite
    assert "Боз дала" in cite


def test_a_journalist_searches_with_a_slip_and_ends_at_the_original(reader: Any, sql: Any) -> None:
    page = reader().open("/")
    box = page.get_by_label("Find an outlet")
    box.fill("зоря степи")
    box.press("Enter")
    hit = page.locator(".found li").filter(has_text="Заря степи").first
    assert "a similar name" in hit.inner_text()
    hit.get_by_role("link").click()
    assert page.locator("h1").inner_text() == "Заря степи"
    whole = sql(f"SELECT sum(amount_minor) FROM contracts WHERE outlet = 8 AND {CONTRACTED}")
    assert f"{shown(whole)}\xa0₸" in page.locator("dl.facts").first.inner_text()
    proof = page.locator("table.records").get_by_role("link", name=re.compile("Proof of record")).first
    uid = proof.get_attribute("href").rsplit("/", 1)[1]
    proof.click()
    at, raw = sql("SELECT id FROM contracts WHERE uid = ?", uid), page.locator("#proof + dl").inner_text()
    assert sql("SELECT raw_amount FROM contracts WHERE uid = ?", uid) in raw
    assert sql("SELECT capture_sha256 FROM contracts WHERE uid = ?", uid) in raw
    original = page.locator("#proof + dl").get_by_role("link", name=SOURCE)
    assert original.get_attribute("href") == f"{SOURCE}{at}"


def test_any_reader_reaches_the_source_of_a_figure_in_three_clicks(reader: Any) -> None:
    one = reader()
    page = one.open("/")
    page.locator("main table a[href^='/outlet/']").first.click()
    page.locator("main table.records a[href^='/record/']").first.click()
    asked: list[str] = []
    page.route("https://portal.invalid/**", lambda route: (asked.append(route.request.url), route.abort()))
    page.locator(f"a[href^='{SOURCE}']").first.click(no_wait_after=True)
    page.wait_for_timeout(200)
    assert asked[0].startswith(SOURCE)
    one.wrong = [text for text in one.wrong if SOURCE not in text and "ERR_FAILED" not in text]


def seen(page: Any, place: Any, width: int, height: int) -> bool:
    """Whether a place comes into the window and stays there; browsers scroll smoothly, so it takes its time."""
    for _ in range(100):
        box = place.bounding_box()
        inside = box["x"] >= 0 and box["x"] + box["width"] <= width and 0 <= box["y"] <= height - box["height"]
        page.wait_for_timeout(50)
        if inside and place.bounding_box() == box:
            return True
    return False


def test_a_figure_of_an_office_file_leads_to_its_table_with_the_row_marked(reader: Any, sql: Any) -> None:
    uid = sql("SELECT uid FROM contracts WHERE id = ?", office.AT)
    for scripts, width in ((True, 1200), (False, 320)):
        page = reader(scripts=scripts, width=width, height=700).open(f"/record/{uid}")
        printed = page.locator("#proof + dl code").first.inner_text()
        page.get_by_role("link", name="The whole table with this row marked").click()
        page.wait_for_url(f"**/record/{uid}/table#figure")
        assert f"{office.SHEET}\n" in page.locator("dl").inner_text()
        figure = page.locator("#figure")
        assert figure.inner_text() == printed == sql("SELECT raw_amount FROM contracts WHERE id = ?", office.AT)
        # the browser itself scrolled there: down a long table, and across on a phone
        assert seen(page, figure, width, 700)
        row = page.locator("tr.this")
        assert row.locator("th").inner_text().startswith(f"A{office.ROW + 2}:{office.RANGE}")
        assert row.locator("td").first.evaluate("e => getComputedStyle(e).backgroundColor") != page.locator(
            "tbody td"
        ).first.evaluate("e => getComputedStyle(e).backgroundColor")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name="Back to the record").click()
        page.wait_for_url(f"**/record/{uid}")


def test_the_language_is_switched_on_the_page_of_a_topic(reader: Any, sql: Any) -> None:
    page = reader().open("/topic/law-and-order")
    records = sql(
        "SELECT count(*) FROM contracts AS c JOIN topics AS t ON t.id = c.topic WHERE t.uid = 'law-and-order'"
    )
    for name, code, topic, what in (
        ("Рус", "ru", "правопорядок", "Полиция, преступность, безопасность дорожного движения"),
        ("Қаз", "kk", "құқық тәртібі", "Полиция, қылмыс, жол қозғалысы қауіпсіздігі"),
        ("Eng", "en", "law and order", "Police, crime, road safety"),
    ):
        page.locator("nav.lang").get_by_role("link", name=name).click()
        page.wait_for_url(f"**/{code}/topic/law-and-order")
        assert page.locator("h1").inner_text() == topic
        assert page.locator("main .note").first.inner_text() == what
        assert page.locator(".original").all_inner_texts() == ([] if code == "en" else ["law and order"])
        assert str(records) in page.locator(".aka").inner_text()
        page.get_by_role("link", name=re.compile("^(Все в таблице|Бәрі кестеде|All in the table)")).click()
        assert topic in page.locator(".said").inner_text()
        page.go_back()


def test_a_phone(reader: Any, sql: Any) -> None:
    page = reader(width=320, height=640).open("/contracts")
    facet = page.locator(".facets section").filter(has=page.get_by_role("heading", name="Years", exact=True))
    link = facet.get_by_role("link", name="2012", exact=True)
    assert link.bounding_box()["height"] >= 16
    link.click()
    assert page.get_by_role(
        "heading", name=f"{sql('SELECT count(*) FROM contracts WHERE year = 2012')} record"
    ).count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    first = page.locator("table.records tbody tr").first.bounding_box()
    assert first["width"] <= 320, "a row is a card"
    assert page.locator("table.records td").first.evaluate("e => getComputedStyle(e, '::before').content") != "none"


def test_a_walk_in_kazakh(reader: Any, sql: Any) -> None:
    page = reader().open("/kk/")
    html = page.locator("html")
    assert html.get_attribute("lang") == "kk"
    box = page.locator("#big")
    box.fill("боз дола")
    box.press("Enter")
    page.wait_for_url("**/kk/search?**")
    page.locator(".found a").first.click()
    assert "/kk/outlet/boz-dala" in page.url
    whole = sql(f"SELECT sum(amount_minor) FROM contracts WHERE outlet = 5 AND {CONTRACTED}")
    assert f"{shown(whole, chr(0xA0), ',')}\xa0₸" in page.locator("dl.facts").first.inner_text()
    page.locator("table.records a[href*='/record/']").first.click()
    assert "/kk/record/" in page.url
    assert html.get_attribute("lang") == "kk"
    page.locator("footer a[href='/kk/topics']").click()
    page.get_by_role("navigation").locator("a[href='/kk/contracts']").click()
    assert html.get_attribute("lang") == "kk"
    english = page.locator("main").inner_text()
    for word in ("Records", "Apply", "counted", "Clear all", "not stated"):
        assert word not in english


@pytest.mark.parametrize("path", ["/", "/outlet/boz-dala", "/contracts?year=2012", "/regions"])
def test_without_scripts_nothing_is_missing(reader: Any, path: str) -> None:
    without, with_scripts = reader(scripts=False).open(path), reader().open(path)
    for page in (without, with_scripts):
        page.locator("main").wait_for()

    def figures(page: Any) -> list[str]:
        return page.locator("main table td.num").all_inner_texts()

    assert figures(without) == figures(with_scripts)
    assert figures(without)
    assert without.locator("main svg").count() or path in {"/contracts?year=2012", "/regions"}


def test_without_scripts_a_search_and_a_facet_work(reader: Any) -> None:
    page = reader(scripts=False).open("/")
    page.locator("#big").fill("Ak kayyn")
    page.locator("#big").press("Enter")
    page.locator(".found a").first.click()
    page.get_by_role("link", name="All in the table, with filters").click()
    page.locator(".facets li a").nth(1).click()
    assert page.locator("table.records tbody tr").count() > 0


@pytest.mark.parametrize("how", ["pointer", "keyboard"])
def test_a_chart_tells_the_exact_sum_of_the_year_pointed_at(reader: Any, sql: Any, how: str) -> None:
    one = reader()
    asked: list[str] = []
    one.page.on("request", lambda request: asked.append(request.url))
    page = one.open("/outlet/zarya-stepi")
    figure = page.locator("figure.chart").first
    before = figure.locator("svg").get_attribute("aria-label")
    assert not [url for url in asked if "vendor" in url], "nobody has asked for the libraries yet"
    if how == "keyboard":
        figure.locator(".scroll").focus()
    else:
        figure.hover()
    drawing = figure.locator("svg.plotted")
    drawing.wait_for()
    assert drawing.get_attribute("aria-label") == before
    assert len([url for url in asked if "vendor" in url]) == 2
    years = ["2009", "2010", "2011", "2012", "2013"]  # each with 20 % of the width
    box = drawing.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.2 * (years.index("2010") + 0.5), box["y"] + 100)
    tip = drawing.locator("g[aria-label=tip]")
    tip.get_by_text("2010").wait_for()
    whole = sql(f"SELECT sum(amount_minor) FROM contracts WHERE outlet = 8 AND year = 2010 AND {CONTRACTED}")
    assert f"2010: {shown(whole)}\xa0₸" in tip.text_content()
