"""Cells set right by a person: totals turn right, the record tells both texts, a rebuild gives the same again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ingest.requests.correcting import CellCorrection, corrected_table
from ingest.requests.entering import apply, fold
from ingest.requests.events import Corrected, Drawn, RegisterError, journal_at
from ingest.tables import Table
from ingest.tables.formats import document_tables
from tests.requests.answers import HEADER, PERSON, ROWS, TOTAL, WIDTHS, asked_and_answered, misread, released
from tests.tables.documents import Paper, word

Go = Callable[..., str]
SHOWN = ("--source", "answers_shown")
WHO = ("--who", "А. Б.", "--why", "so on the page")


def correction(row: int, column: int, was: str, text: str, **other: Any) -> CellCorrection:
    told = {"page": 1, "why": "so on the page", "who": "A. B.", "at": "2026-03-20T08:00:00Z"} | other
    return CellCorrection(row=row, column=column, was=was, text=text, **told)


def table_of(rows: list[list[str]]) -> Table:
    paper = Paper()
    for row in (HEADER, *rows):
        paper.row(row, widths=WIDTHS)
    (table,) = document_tables(paper.done(), "answer.pdf")
    return table


def verdicts(table: Table) -> list[str]:
    return [total.verdict for total in table.totals]


def test_a_corrected_cell_makes_its_total_right() -> None:
    table = table_of([*misread(ROWS), TOTAL])
    assert verdicts(table) == ["differs", "equal"]
    assert "total in row 3 does not agree with its rows" in table.needs_review
    after = corrected_table(table, [correction(2, 4, "65 230,8", "65 280,8")])
    assert verdicts(after.table) == ["equal", "equal"]
    assert after.table.needs_review == []
    assert after.table.rows[1][3] == "65 280,8"
    assert table.rows[1][3] == "65 230,8", "what was read stays as it was read"
    assert not after.refused


def test_without_a_correction_nothing_changes() -> None:
    table = table_of([*misread(ROWS), TOTAL])
    assert corrected_table(table, []).table is table
    same = corrected_table(table, [correction(1, 2, ROWS[0][1], "x"), correction(1, 2, ROWS[0][1], ROWS[0][1])])
    assert same.table is table
    assert same.laid == {}


def test_a_label_set_right_may_make_a_total_of_a_row() -> None:
    table = table_of([*ROWS, ["", "Нтого", "", "66 719,8", "2 000,5"]])
    assert table.kinds == ["data", "data", "data"]
    after = corrected_table(table, [correction(3, 2, "Нтого", "Итого")]).table
    assert after.kinds == ["data", "data", "total"]
    assert verdicts(after) == ["equal", "equal"]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (correction(2, 4, "65 330,8", "65 280,8"), "row 2, column 4: the text read there is not the one"),
        (correction(2, 4, "65 230,8", "65 280,8", page=2), "row 2, column 4: the text read there is not the one"),
        (correction(9, 4, "65 230,8", "65 280,8"), "row 9, column 4: corrected on 2026-03-20, and not there any more"),
        (correction(1, 6, "", "1"), "row 1, column 6: corrected on 2026-03-20, and not there any more"),
    ],
)
def test_a_correction_of_something_else_is_refused_by_name(made: CellCorrection, told: str) -> None:
    table = table_of([*misread(ROWS), TOTAL])
    after = corrected_table(table, [made])
    assert after.table is table
    assert [text.startswith(told) for text in after.refused] == [True]


def records(home: Path) -> dict[str, dict[str, Any]]:
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        registry.row_factory = sqlite3.Row
        rows = registry.execute("SELECT locator, raw_amount, amount_minor, details, counted FROM record").fetchall()
    return {row["locator"].split(", box")[0]: dict(row) for row in rows}


@pytest.mark.slow
def test_a_cell_is_corrected_on_the_terminal_and_stays_so(home: Path, go: Go, tmp_path: Path) -> None:
    ref = asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1)
    told = go("requests", "correct", "answer.pdf", 1, 2, 4, "65 280,8", *WHO, *SHOWN)
    assert "table 1: taken, 2 of 2 printed totals equal" in told
    assert "row 2, column 4: read «65 230,8», now «65 280,8»" in told
    found = records(home)
    one = found["page 1, table 1, row 2, column 4"]
    assert (one["raw_amount"], one["amount_minor"]) == ("65 280,8", 6_528_080_000)
    [kept] = json.loads(json.loads(one["details"])["corrected cells"])
    assert kept == {
        "row": 2, "column": 4, "heading": HEADER[3], "read": "65 230,8", "text": "65 280,8", "who": "А. Б.",
        "on": kept["on"], "why": "so on the page",
    }  # fmt: skip
    # the other sum of the row does not rest on that cell
    assert "corrected cells" not in json.loads(found["page 1, table 1, row 2, column 5"]["details"])
    assert "read «65 230,8», set right to «65 280,8» by А. Б." in go("requests", "status", ref)

    go("release")
    first = released(home)
    go("rebuild")
    (home / "releases").rename(home / "releases-before")
    (home / "proofs").rename(home / "proofs-before")
    go("release")
    assert released(home) == first

    # the same document again: the correction still holds and nothing is asked
    again = go("requests", "answer", ref, tmp_path / "answer.pdf", "--yes", *SHOWN)
    assert "table 1: taken, 2 of 2 printed totals equal" in again
    assert "0 new, 0 changed, 4 unchanged" in again
    # the text that was read takes it back
    back = go("requests", "correct", "answer.pdf", 1, 2, 4, "65 230,8", *WHO, *SHOWN)
    assert "table 1: blocked" in back
    assert "corrected cells" not in json.loads(records(home)["page 1, table 1, row 2, column 4"]["details"])


@pytest.mark.slow
def test_a_name_set_right_is_told_by_each_sum_of_its_row(home: Path, go: Go, tmp_path: Path) -> None:
    slip = f"{PERSON[:4]}O{PERSON[5:]}"
    asked_and_answered(go, tmp_path, [[*ROWS[0][:2], slip, *ROWS[0][3:]], ROWS[1], TOTAL], code=1)
    taken = go("requests", "correct", "answer.pdf", 1, 1, 3, "990340000103", *WHO, *SHOWN)
    assert "table 1: taken, 2 of 2 printed totals equal" in taken
    for column in (4, 5):
        details = json.loads(records(home)[f"page 1, table 1, row 1, column {column}"]["details"])
        [kept] = json.loads(details["corrected cells"])
        assert kept["read"] == kept["text"] == "…", "a person's number with a slip in it is not repeated"
    assert slip not in json.dumps(records(home), ensure_ascii=False)


@pytest.mark.slow
def test_what_cannot_be_corrected_is_told(home: Path, go: Go, tmp_path: Path) -> None:
    asked_and_answered(go, tmp_path, [*ROWS, TOTAL])
    for cell, told in [
        ((2, 1, 1), "the document has no table 2; it has 1"),
        ((1, 9, 1), "so no row 9, column 1"),
        ((1, 1, 9), "so no row 1, column 9"),
    ]:
        assert told in go("requests", "correct", "answer.pdf", *cell, "x", *WHO, *SHOWN, code=2)
    assert "who read it so" in go(
        "requests", "correct", "answer.pdf", 1, 1, 1, "x", "--who", " ", "--why", "y", *SHOWN, code=2
    )
    assert "corrected" not in (home / "requests" / "requests.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_document_belongs_to_the_source_it_was_taken_with(home: Path, go: Go, tmp_path: Path) -> None:
    ref = asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1)
    other = ("--source", "answers_sample")
    told = "answer.pdf was taken with --source answers_shown; say so"
    assert told in go("requests", "correct", "answer.pdf", 1, 2, 4, "65 280,8", *WHO, *other, code=2)
    assert told in go("requests", "accept", "answer.pdf", 1, "--why", "a slip", *other, code=2)
    assert told in go("requests", "answer", ref, tmp_path / "answer.pdf", "--yes", *other, code=2)
    assert told in go("requests", "review", ref, "--load", *other, code=2)


@pytest.mark.slow
def test_what_waits_is_loaded_without_a_page(home: Path, go: Go, tmp_path: Path) -> None:
    ref = asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1)
    journal = journal_at(home)
    [document] = fold(journal.events()).find(ref).documents.values()
    cell = {"sha256": document.sha256, "table": 1, "page": 1, "row": 2, "column": 4}
    said = {"was": "65 230,8", "text": "65 280,8", "why": "so on the page", "who": "A. B."}
    journal.write(Corrected(request=ref, at="2026-03-21T08:00:00Z", **cell, **said))
    journal.write(Corrected(request=ref, at="2026-03-21T08:00:01Z", **cell | {"sha256": "f" * 64}, **said))
    told = go("requests", "status", ref)
    assert f"1 correction not loaded yet: requests review {ref} --load" in told
    assert f"ffffffffffff  1 correction of a document that was never loaded: requests review {ref} FILE" in told
    assert "table 1: taken, 2 of 2" in go("requests", "review", ref, "--load", *SHOWN)
    assert "not loaded yet" not in go("requests", "status", ref)
    assert "give --who" in go("requests", "review", ref, *SHOWN, code=2)


def test_a_correction_in_a_word_file_names_no_page() -> None:
    (table,) = document_tables(word([HEADER, *misread(ROWS), TOTAL]), "answer.docx")
    after = corrected_table(table, [correction(2, 4, "65 230,8", "65 280,8", page=0)])
    assert verdicts(after.table) == ["equal", "equal"]


def test_an_event_without_a_reason_is_no_correction() -> None:
    common = {"request": "2026-0001", "at": "2026-03-20T08:00:00Z"}
    register = fold([Drawn(body="Выдуманное управление", subject="заказ", years=(2024,), basis="kz-access", **common)])
    cell = {"sha256": "a" * 64, "table": 1, "row": 1, "column": 1, "was": "a", "text": "b"}
    with pytest.raises(RegisterError, match="who read it so"):
        apply(register, Corrected(why=" ", who="A. B.", **cell, **common))
