"""What holds on every page type: accessible in both schemes, narrow screens, the keyboard, nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe

from tests.site.conftest import uid_of
from tests.site.test_pages import PAGES

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SAME = (
    "/ministry/", "/payer/", "/recipient/", "/intermediary/", "/topic/", "/year/", "/outlet/withheld", "/recipients",
    "/intermediaries", "/payers", "/ministries", "/topics", "/years", "/other-records",
    "/sample_media_contracts/sum_by_outlet",
)  # fmt: skip
"""Pages made by the same template, from the same parts, as others of the list."""
ALL = [
    *(path for path in PAGES if not path.startswith(SAME)),
    "/kk/",
    "/ru/contracts?outlet=boz-dala&year=2012&measure=contracted",
]
ONCE = {
    "/region/kz-99": None, "/search": None, "/kk/": None, "/sample_media_contracts/claims": None,
    "/ru/contracts?outlet=boz-dala&year=2012&measure=contracted": None,
    "/sample_media_contracts/contracts": "/sample_media_contracts/contracts?_size=5",
}  # fmt: skip
"""What need not be looked at twice: the template stands in another page, the row of a table in the rows above it."""
TEMPLATES = [shown for path in ALL if (shown := ONCE.get(path, path)) is not None]
DARK = ("/", "/coverage", f"/record/{uid_of(13)}")
"""Every colour of the style sheet stands on one of these."""


def told(found: Any) -> str:
    return "\n".join(
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found.response["violations"]
        for node in one["nodes"][:3]
    )


def test_axe_finds_nothing_on_any_template(reader: Any) -> None:
    one, found = reader(), {}
    for path in TEMPLATES:
        page = one.open(path)
        page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
        result = Axe().run(page, options=WCAG)
        if result.violations_count:
            found[path, "light"] = told(result)
        if path in DARK:
            # what dark changes is colour alone: the other rules see the same elements in both
            page.emulate_media(color_scheme="dark")
            result = AxeResults(page.evaluate("options => axe.run(options)", COLOURS))
            if result.violations_count:
                found[path, "dark"] = told(result)
            page.emulate_media(color_scheme="light")
    assert set(DARK) <= set(TEMPLATES)
    assert not found, "\n".join(f"{path}\n{text}" for path, text in found.items())


def test_no_page_scrolls_sideways_on_a_phone(reader: Any) -> None:
    one, found = reader(width=320, height=640), {}
    for path in ALL:
        page = one.open(path)
        page.evaluate("for (const box of document.querySelectorAll('details')) box.open = true")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            found[path] = width
    assert not found


def test_an_error_page_is_a_page_too(reader: Any) -> None:
    one = reader(width=320)
    answer = one.page.goto(one.address + "/outlet/never-was")
    assert answer.status == 404
    assert not Axe().run(one.page, options=WCAG).violations_count
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 320
    # Chromium notes the status itself
    one.wrong = [text for text in one.wrong if "404" not in text]


def test_keyboard_alone(reader: Any) -> None:
    page = reader().open("/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Skip to the content"
    assert skip.bounding_box()["x"] >= 0, "the link shows itself when it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.keyboard.press("Tab")
    box = page.locator(":focus")
    assert box.get_attribute("name") == "q", "behind the link stands the search of the page"
    assert box.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.type("боз дола")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?**")
    assert "Боз дала" in page.locator("main").inner_text()


def test_focus_is_seen_on_everything_that_takes_it(reader: Any) -> None:
    page = reader().open("/contracts")
    seen = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(e => e === document.body ? null : [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth])"
            "(document.activeElement)"
        )
        if style is None:
            break
        assert style[0] != "none", page.evaluate("document.activeElement.outerHTML")
        assert style[1] != "0px"
        seen += 1
    assert seen > 40


def test_the_first_page_weighs_little(reader: Any) -> None:
    one = reader()
    sizes: list[int] = []
    one.page.on("response", lambda answer: sizes.append(len(answer.body())))
    one.open("/")
    one.page.wait_for_load_state("networkidle")
    assert sum(sizes) < 200_000, "uncompressed; the test of the page itself compresses it"
