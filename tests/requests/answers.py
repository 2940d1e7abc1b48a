"""An invented answer as tests write it, and the way of one from the letter to the registry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.tables.documents import Paper

PERSON = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""
HEADER = ["№", "Поставщик", "ИИН/БИН", "2024 год, тыс. тенге", "2025 год, тыс. тенге"]
ROWS = [
    ["1", "ТОО «Көкдала шұғыласы»", "990340000103", "1 439,0", "2 000,5"],
    ["2", "ИП «Самғар»", PERSON, "65 280,8", "-"],
]
TOTAL = ["", "Итого", "", "66 719,8", "2 000,5"]
WIDTHS = [25, 150, 90, 115, 115]


def misread(rows: list[list[str]]) -> list[list[str]]:
    """The rows as they come out when one figure is misread."""
    return [[text.replace("65 280,8", "65 230,8") for text in row] for row in rows]


def paper(rows: list[list[str]]) -> bytes:
    """A page with one ruled table."""
    page = Paper()
    for row in (HEADER, *rows):
        page.row(row, widths=WIDTHS)
    return page.done()


def sent(go: Callable[..., str], body: str = "Выдуманное управление") -> str:
    """A request that was sent; gives its reference."""
    ref = go("requests", "new", "--body", body, "--years", "2024-2025").split()[0]
    go("requests", "sent", ref, "--on", "2026-03-06", "--channel", "portal")
    return ref


def asked_and_answered(go: Callable[..., str], folder: Path, rows: list[list[str]], *, code: int = 0) -> str:
    """A request whose answer is taken: its form confirmed, its table left as it is; gives the reference."""
    ref = sent(go)
    go("requests", "answered", ref, "--on", "2026-03-20", "--state", "in full", "--pages", "1")
    file = folder / "answer.pdf"
    file.write_bytes(paper(rows))
    go("requests", "answer", ref, file, "--source", "answers_shown", say="\n\n\n", code=code)
    return ref


def released(home: Path) -> dict[str, bytes]:
    """Every file of the current release."""
    folder = home / "releases" / "current"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
