"""From a letter to a page of the site through the command alone; a rebuild gives the same release, byte for byte."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import docx
import pypdfium2 as pdfium
import pytest
from commands import free_port, page, started

from db.privacy import is_person_id
from tests.requests.answers import HEADER, PERSON, ROWS, TOTAL, WIDTHS, released
from tests.tables.documents import Paper, word, workbook

BODIES = ("Выдуманное управление", "Ойдан шығарылған басқарма", "Вымышленный отдел", "Придуманный комитет")
TENFOLD = ["", "Итого", "", "66 719,8", "20 005,0"]


def paper_answer() -> bytes:
    paper = Paper()
    paper.line(f"Исполнитель ИП Самғар, ИИН {PERSON[:6]} {PERSON[6:]}.")
    paper.y += 20
    for row in (HEADER, *ROWS, TOTAL):
        paper.row(row, widths=WIDTHS)
    paper.page()
    paper.line("Приложений нет.")
    return paper.done()


def sheet_answer() -> bytes:
    rows = [[n, name.replace("Самғар", "Тасөзек"), number, *sums] for n, name, number, *sums in ROWS]
    return workbook([["Приложение"], HEADER, *rows, TOTAL])


@pytest.mark.slow
def test_from_the_letter_to_the_site(home: Path, go: Callable[..., str], tmp_path: Path) -> None:
    refs = [go("requests", "new", "--body", body, "--years", "2024-2025").split()[0] for body in BODIES]
    told = go("requests", "letter", refs[0], "--sender", "Бюро", "--reply-to", "a@example.org", "--lang", "both")
    letters = [Path(line) for line in told.splitlines()]
    assert [path.name for path in letters] == [
        f"{refs[0]}-{lang}.{ending}" for lang in ("ru", "kk") for ending in ("docx", "pdf")
    ]
    assert all(re.search("[әғқңөұүһі]", text_of(path)) for path in letters if "-kk." in path.name)
    assert all(BODIES[0] in text_of(path) for path in letters)

    go("requests", "answer", refs[0], letters[0], code=2)  # it was not sent
    due = go("requests", "sent", *refs, "--on", "2026-03-06", "--channel", "portal")
    # fifteen days of the law on access to information, counted by `ingest/data/deadlines.yml`
    assert due.count("answer due by 2026-") == len(refs)
    go("requests", "answered", refs[0], "--on", "2026-03-20", "--state", "in full", "--pages", "2")
    go("requests", "answered", refs[1], "--on", "2026-03-20", "--state", "in part", "--year", "2024=refused")
    go("requests", "answered", refs[2], "--on", "2026-03-20", "--state", "in full")

    answers = {"answer.pdf": paper_answer(), "answer.xlsx": sheet_answer(), "answer.docx": word_answer()}
    for name, content in answers.items():
        (tmp_path / name).write_bytes(content)
    pdf, xlsx, docx_ = (tmp_path / name for name in answers)
    shown = ("--source", "answers_shown")
    stopped = go("requests", "answer", refs[0], pdf, "--yes", *shown, code=1)
    assert "no stored form is for these headings" in stopped
    took = go("requests", "answer", refs[0], pdf, *shown, say="\n")
    assert "table 1: taken, 2 of 2 printed totals equal" in took
    assert PERSON not in took
    # the same headings in another format: the stored form is taken and nothing is asked
    took = go("requests", "answer", refs[1], xlsx, "--yes", *shown)
    assert "4 new" in took
    # a printed total ten times off blocks the table until a person takes it with a reason
    blocked = go("requests", "answer", refs[2], docx_, "--yes", "--source", "answers_sample", code=1)
    assert "ten times off (×10)" in blocked
    assert "table 1: blocked" in blocked
    assert "table 1: accepted" in go(
        "requests", "accept", "answer.docx", 1, "--why", "a slip of the body", "--source", "answers_sample"
    )
    go("requests", "due", "--on", "2026-05-01", "--record")

    asked = go("requests", "status", refs[0])
    assert "asked of a person: 1" in asked
    assert "4=amount, 5=amount" in asked
    journal = (home / "requests" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [line["question"] for line in map(json.loads, journal) if line["event"] == "asked"]
    assert [question.split()[0] for question in questions] == ["form", "accept:"]

    with closing(sqlite3.connect(home / "registry.db")) as registry:
        [uid] = registry.execute(
            "SELECT r.uid FROM record r JOIN capture c ON c.id = r.capture_id WHERE c.file_name = 'answer.pdf'"
            " AND r.raw_amount = '65 280,8'"
        ).fetchone()
    go("correct", uid, "amount", "65280.80", "--why", "the body wrote again", "--evidence", "letter 7")
    assert "fit to publish" in go("check")
    go("release")
    first = released(home)
    compare_proofs(first)
    assert not [name for name, content in first.items() if PERSON.encode() in content]

    go("rebuild")
    # nothing of the first release is there to be shown again
    (home / "proofs").rename(home / "proofs-before")
    (home / "releases").rename(home / "releases-before")
    go("release")
    again = released(home)
    assert {name: content == first.get(name) for name, content in again.items()} == dict.fromkeys(first, True)

    compare_coverage(home, refs)


def word_answer() -> bytes:
    rows = [[n, name.replace("Самғар", "Қырмұн"), number, *sums] for n, name, number, *sums in ROWS]
    return word([HEADER, *rows, TENFOLD])


def text_of(path: Path) -> str:
    if path.suffix == ".docx":
        return "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    with closing(pdfium.PdfDocument(path)) as document:
        return "\n".join(one.get_textpage().get_text_range() for one in document).replace("\r\n", " ")


def compare_proofs(files: dict[str, bytes]) -> None:
    """A picture of the PDF's one page with records, the sheet as read; nothing of the source that gives facts only."""
    proofs = sorted(name for name in files if name.startswith("proofs/"))
    assert [re.sub("[0-9a-f]{16}", "", name) for name in proofs] in (
        ["proofs/-p1.json", "proofs/-p1.png", "proofs/-t1.json"],
        ["proofs/-t1.json", "proofs/-p1.json", "proofs/-p1.png"],
    )
    manifest = json.loads(files["sample_manifest.json"])
    assert set(proofs) <= set(manifest["files"])
    told: dict[str, Any] = json.loads(next(files[name] for name in proofs if name.endswith("p1.json")))
    assert set(told["rows"]) == {"1.1", "1.2"}
    sheet = json.loads(next(files[name] for name in proofs if name.endswith("t1.json")))
    assert sheet["ranges"] == {"1": "A3:E3", "2": "A4:E4"}
    assert sheet["rows"][1][1] == "ИП «Тасөзек»"
    assert not any(is_person_id(text) for row in sheet["rows"] for text in row)


def compare_coverage(home: Path, refs: list[str]) -> None:
    """The page of coverage names every body that was asked, with the words of its answer."""
    port = free_port()
    site = started(home, "serve", "--public", "--port", str(port))
    try:
        shown = page(f"http://127.0.0.1:{port}/coverage", site)
    finally:
        site.terminate()
        site.wait(timeout=30)
    assert all(body in shown for body in BODIES)
    assert "silent" in shown
    database = home / "releases" / "current" / "sample_media_contracts.db"
    with closing(sqlite3.connect(database)) as release:
        states = dict(release.execute("SELECT uid, state FROM requests").fetchall())
    assert states == dict(zip(refs, ("answered in full", "answered in part", "answered in full", "silent"),
                              strict=True))  # fmt: skip
