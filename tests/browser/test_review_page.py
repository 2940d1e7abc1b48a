"""A wrong cell set right in a real browser, from the review page to the site; a rebuild gives the same release."""

from __future__ import annotations

import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from commands import ROOT, environment, mediacontracts, mediacontracts_here, started
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SECONDS, Reader
from tests.browser.test_quality import WCAG, told
from tests.requests.answers import ROWS, TOTAL, misread, paper, released
from tests.requests.conftest import INVENTED

RIGHT = "65 280,8"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation with a source whose files may be shown, and a request that was sent and answered."""
    folder = tmp_path / "home"
    (folder / "sources").mkdir(parents=True)
    shown = INVENTED.replace("answers_sample", "answers_shown").replace("publish: facts", "publish: files")
    (folder / "sources" / "answers_shown.yml").write_text(shown, encoding="utf-8")
    ref = run(folder, "requests", "new", "--body", "Выдуманное управление", "--years", "2024-2025").split()[0]
    run(folder, "requests", "sent", ref, "--on", "2026-03-06", "--channel", "portal")
    run(folder, "requests", "answered", ref, "--on", "2026-03-20", "--state", "in full")
    (folder / "answer.pdf").write_bytes(paper([*misread(ROWS), TOTAL]))
    return folder


def run(home: Path, *arguments: str) -> str:
    # a release needs an event loop, and while Chromium is driven no other one can run in this thread
    command = mediacontracts_here if arguments[0] == "requests" else mediacontracts
    done = command(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


class Review:
    """The command `requests review`, and where its page is."""

    def __init__(self, home: Path, *files: str) -> None:
        [ref] = re.findall(r"^(\d{4}-\d{4}) ", run(home, "requests", "status"), re.MULTILINE)
        command = ("requests", "review", ref, *files, "--who", "А. Б.", "--source", "answers_shown")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli", *command],
            env=environment(home), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert self.process.stdout
        line = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", line)
        assert found, line
        self.address = found[0]

    def kill(self) -> None:
        """End it as a power cut would; nothing when it has ended."""
        self.process.kill()
        self.process.communicate()

    def end(self) -> str:
        """Press Ctrl-C; gives what the command still said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def review(home: Path) -> Iterator[Callable[..., Review]]:
    made: list[Review] = []

    def make(*files: str) -> Review:
        made.append(Review(home, *files))
        return made[-1]

    yield make
    for one in made:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., Reader]]:
    made: list[tuple[Any, Reader]] = []

    def make(address: str, *, scripts: bool = True) -> Reader:
        context = chromium.new_context(viewport={"width": 1300, "height": 900}, java_script_enabled=scripts)
        context.set_default_timeout(SECONDS * 1000)
        made.append((context, Reader(context.new_page(), address.rstrip("/"))))
        return made[-1][1]

    yield make
    for context, _ in made:
        context.close()
    wrong = [text for _, one in made for text in one.wrong]
    assert not wrong, "\n".join(wrong)


def accessible(page: Page) -> None:
    found = Axe().run(page, options=WCAG)
    assert not found.violations_count, told(found)


@pytest.mark.slow
def test_a_cell_is_set_right_and_the_site_tells_both_texts(
    home: Path, review: Callable[..., Review], opened: Callable[..., Reader]
) -> None:
    sitting = review(str(home / "answer.pdf"))
    page = opened(sitting.address).open("/")
    accessible(page)
    page.get_by_role("link", name="table 1").click()
    page.get_by_role("heading", name="answer.pdf, table 1").wait_for()
    accessible(page)
    page.get_by_role("button", name="Keep the columns").click()
    page.locator("#summary", has_text="1 of 2 printed totals add up").wait_for()
    assert page.locator("#summary .state").inner_text() == "blocked"

    # a row under the pointer, or with the focus, is marked on the picture
    page.locator("tr[data-row='1']").hover()
    assert page.locator("rect.lit").get_attribute("id") == "row-1"
    cell = page.locator("[data-cell='1.4']")
    cell.focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("rect.lit").get_attribute("id") == "row-2"
    # from here on the keyboard alone
    page.keyboard.press("Enter")
    page.locator("#correct textarea").wait_for()
    assert page.locator(":focus").get_attribute("name") == "text"
    accessible(page)
    page.keyboard.type(RIGHT)
    page.keyboard.press("Tab")
    page.keyboard.type("so on the page")
    page.keyboard.press("Enter")
    page.locator("#summary", has_text="2 of 2 printed totals add up").wait_for()
    assert page.locator(":focus").get_attribute("data-cell") == "2.4"
    assert "2 of 2 printed totals add up" in page.locator("#told").inner_text()
    assert page.get_by_text("read «65 230,8», set right by А. Б.: so on the page").count() == 1
    accessible(page)
    page.get_by_role("button", name="Load the records").click()
    page.locator("#summary .tag").wait_for(state="detached")
    assert page.locator("#summary .state").inner_text() == "taken"
    sitting.end()
    assert figures(home) == [("1 439,0", 1), ("2 000,5", 1), (RIGHT, 1), ("-", 1)]

    run(home, "release")
    first = released(home)
    run(home, "rebuild")
    (home / "releases").rename(home / "releases-before")
    (home / "proofs").rename(home / "proofs-before")
    run(home, "release")
    assert released(home) == first
    told_by_the_site(home, opened)


def figures(home: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        return registry.execute("SELECT raw_amount, counted FROM record ORDER BY id").fetchall()


def told_by_the_site(home: Path, opened: Callable[..., Reader]) -> None:
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        [uid] = registry.execute("SELECT uid FROM record WHERE raw_amount = ?", (RIGHT,)).fetchone()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    site = started(home, "serve", "--public", "--port", address.rpartition(":")[2])
    try:
        for _ in range(SECONDS * 10):
            try:
                urlopen(f"{address}/robots.txt", timeout=5).close()
                break
            except (URLError, ConnectionError):
                assert site.poll() is None
                subprocess.run(["sleep", "0.1"], check=True)
        reader = opened(address)
        sentences = {
            "": "In row 2, column 4 the program read «65 230,8»; on",
            "/ru": "В строке 2, столбце 4 программа прочла «65 230,8»",
            "/kk": "2-жолда, 4-бағанда бағдарлама «65 230,8» деп оқыған",
        }
        for language, sentence in sentences.items():
            text = reader.open(f"{language}/record/{uid}").locator("main").inner_text()
            assert sentence in text
            assert f"«{RIGHT}»" in text
            assert "А. Б." in text
            assert "so on the page" in text
    finally:
        site.terminate()
        site.wait(timeout=SECONDS)


@pytest.mark.slow
def test_all_of_it_works_without_scripts(
    home: Path, review: Callable[..., Review], opened: Callable[..., Reader]
) -> None:
    sitting = review(str(home / "answer.pdf"))
    page = opened(sitting.address, scripts=False).open("/")
    page.get_by_role("link", name="table 1").click()
    page.get_by_role("button", name="Keep the columns").click()
    page.locator("[data-cell='2.4']").click()
    page.get_by_label("What is printed there").fill(RIGHT)
    page.get_by_label("Reason", exact=True).fill("so on the page")
    page.get_by_role("button", name="Set right").click()
    assert "2 of 2 printed totals add up" in page.locator("#summary").inner_text()
    page.locator("tr[data-row='2'] th a").click()
    assert page.evaluate("document.querySelector('rect:target').id") == "row-2"
    page.get_by_role("button", name="Load the records").click()
    assert page.locator("#summary .state").inner_text() == "taken"
    sitting.end()


@pytest.mark.slow
def test_what_was_corrected_is_loaded_when_the_command_ends(
    home: Path, review: Callable[..., Review], opened: Callable[..., Reader]
) -> None:
    sitting = review(str(home / "answer.pdf"))
    page = opened(sitting.address).open("/")
    page.get_by_role("link", name="table 1").click()
    page.get_by_role("button", name="Keep the columns").click()
    page.locator("#summary", has_text="1 of 2 printed totals add up").wait_for()
    page.locator("[data-cell='2.4']").click()
    page.get_by_label("What is printed there").fill(RIGHT)
    page.get_by_label("Reason", exact=True).fill("so on the page")
    page.get_by_role("button", name="Set right").click()
    page.locator("#summary", has_text="2 of 2 printed totals add up").wait_for()
    # killed: what was entered stays, and waits
    sitting.kill()
    page.context.close()
    said = review(str(home / "answer.pdf")).end()
    assert "table 1: taken, 2 of 2 printed totals equal" in said
    assert (RIGHT, 1) in figures(home)
