"""A server over the invented release, as everybody would see it, and a headless Chromium that reads it.

Every page that a test opens is watched: an error in the console, a breach of the Content-Security-Policy or a request
to a foreign host fails the test, whatever else it looked for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from publish.metadata import as_yaml, release_metadata
from publish.serve import arguments
from tests.cli.commands import free_port, page
from tests.site import office
from tests.site.conftest import build, first_value_of

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
SECONDS = 20


def browser_program() -> str:
    """The Chromium on PATH."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found, f"none of {', '.join(BROWSERS)} is on PATH; `make setup` installs one, or names what is missing"
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def release_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory like that of a release: the database and its metadata."""
    directory = tmp_path_factory.mktemp("release")
    build(directory / "sample_media_contracts.db")
    office.write_proofs(directory)
    told = release_metadata("sample_media_contracts", "2026-01-31", [("Invented list", "CC0")], sample=True)
    (directory / "sample_metadata.yml").write_text(as_yaml(told), encoding="utf-8")
    return directory


def serving(release: Path) -> tuple[subprocess.Popen[bytes], str]:
    """A server that is shown to everybody, and its address; it listens when this returns."""
    port = free_port()
    program = [sys.executable, "-m", "datasette", *arguments(release, public=True, port=port)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(program, stdout=quiet, stderr=quiet, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    address = f"http://127.0.0.1:{port}"
    try:
        page(f"{address}/robots.txt", server, SECONDS)
    except BaseException:
        server.kill()
        server.wait()
        raise
    return server, address


@pytest.fixture(scope="session")
def address(release_directory: Path) -> Iterator[str]:
    """Where the release is served."""
    server, address = serving(release_directory)
    yield address
    server.terminate()
    server.wait(timeout=SECONDS)


@pytest.fixture
def sql(release_directory: Path) -> Iterator[Callable[..., Any]]:
    """The first column of the first row of a query on the release itself."""
    with first_value_of(release_directory / "sample_media_contracts.db") as asked:
        yield asked


# one Chromium for each module and no longer: while it runs, no other event loop can in this thread
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
        yield browser
        browser.close()


class Reader:
    """Opens pages as one reader, and notes everything that should not happen on any of them."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.wrong: list[str] = []
        page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.wrong.append(f"request to a foreign host: {url}")

    def open(self, path: str) -> Page:
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, path
        return self.page


@pytest.fixture
def reader(chromium: Browser, address: str) -> Iterator[Callable[..., Reader]]:
    """Makes readers: `reader(width=320, scheme="dark", scripts=False)`."""
    made: list[tuple[Any, Reader]] = []

    def make(*, width: int = 1200, height: int = 900, scheme: str = "light", scripts: bool = True) -> Reader:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale="en-GB",
            accept_downloads=True,
        )
        context.set_default_timeout(SECONDS * 1000)
        one = Reader(context.new_page(), address)
        made.append((context, one))
        return one

    yield make
    for context, _ in made:
        context.close()
    wrong = [text for _, one in made for text in one.wrong]
    assert not wrong, "\n".join(wrong)
