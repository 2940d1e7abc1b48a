"""Makes the pictures of the main pages for the documentation: `make screenshots`.

They show a small release of invented bodies, outlets and figures, served as everybody would see it.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from publish.metadata import as_yaml, release_metadata
from tests.browser.conftest import browser_program, serving
from tests.site import office
from tests.site.conftest import build, uid_of

PLACE = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
DATABASE = "sample_media_contracts.db"
LARGEST = 200_000
"""Bytes of one picture; a page that needs more is cut at the edge of the window."""
SHOTS = {
    "start": ("/en/", 1200, 1000),
    "outlet": ("/en/outlet/zarya-stepi", 1200, 1000),
    "table": ("/en/contracts?year=2012", 1200, 1000),
    "record": (f"/en/record/{uid_of(48)}", 1200, 1000),
    "proof": (f"/en/record/{uid_of(office.AT)}/table#figure", 1200, 700),
    "phone": ("/ru/outlet/boz-dala", 390, 844),
    "kazakh": ("/kk/", 1200, 1000),
}
"""Picture: address, width and height of the window."""
PLAIN = (
    "Освещение деятельности акимата",
    "Құқық тәртібін насихаттау",
    "Публикация объявлений",
    "Ауа райы туралы айдар",
)
"""What was ordered, in place of the texts by which tests try to break a page."""


def release(directory: Path) -> None:
    """Write the release that is shown."""
    build(directory / DATABASE)
    office.write_proofs(directory, plain=True)
    with sqlite3.connect(directory / DATABASE) as out:
        for at, text in enumerate(PLAIN):
            out.execute("UPDATE contracts SET subject = ? WHERE id % ? = ?", (text, len(PLAIN), at))
    out.close()
    told = release_metadata("sample_media_contracts", "2026-01-31", [("Invented list", "CC0")], sample=True)
    (directory / "sample_metadata.yml").write_text(as_yaml(told), encoding="utf-8")


def shoot(browser: Browser, address: str, place: Path) -> None:
    """Write every picture.

    Raises:
        ValueError: one is larger than `LARGEST`.
    """
    for name, (path, width, height) in SHOTS.items():
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(address + path)
        shot = page.screenshot(path=place / f"{name}.png")
        context.close()
        if len(shot) > LARGEST:
            raise ValueError(f"{name}.png has {len(shot)} bytes, more than {LARGEST}: make its window smaller")
        print(f"{place.name}/{name}.png: {len(shot)} bytes")  # noqa: T201 - a program for the command line


def main() -> None:
    """Serve, take the pictures, stop."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        release(Path(directory))
        server, address = serving(Path(directory))
        try:
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
                shoot(browser, address, PLACE)
                browser.close()
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
