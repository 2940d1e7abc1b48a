"""Documents as they come: names that are no text, files inside that cannot be read, an answer corrected later."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.requests.answers import ROWS, TOTAL, paper, sent
from tests.tables.documents import archive

Go = Callable[..., str]
SHOWN = ("--source", "answers_shown")


def test_a_file_whose_name_is_no_text_is_taken_under_a_name_in_letters(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / os.fsdecode("ответ.pdf".encode("cp1251"))
    file.write_bytes(paper([*ROWS, TOTAL]))
    told = go("requests", "answer", ref, file, *SHOWN, say="\n")
    assert r"\xee\xf2\xe2\xe5\xf2.pdf" in told
    assert "4 new" in told
    go("tables", file)
    go("requests", "review", ref, file, "--load", *SHOWN)


def test_a_file_inside_an_archive_that_cannot_be_read_is_told_with_its_reason(go: Go, tmp_path: Path) -> None:
    ref = sent(go)
    file = tmp_path / "answer.zip"
    file.write_bytes(archive({"annex.pdf": b"%PDF-1.4 and no more"}))
    told = "answer.zip/annex.pdf: not read: broken"
    assert told in go("requests", "answer", ref, file, "--yes", *SHOWN, code=1)
    shown = go("requests", "answer", ref, file, *SHOWN, say="out asked for again\n")
    assert "inside: answer.zip/annex.pdf" in shown
    assert "LOOK: not read: broken" in shown
