"""Accuracy against the truth of the sixteen replies: cells, kinds, and every printed total accounted for."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pdfplumber
import pytest

from ingest.tables.formats import document_tables
from ingest.tables.model import Table
from tests.tables.scoring import Score, reply_score
from tests.tables.test_pdf import figures

pytestmark = pytest.mark.real
FORMATS = ["pdf", "docx", "xlsx", "ods"]


@pytest.fixture(scope="module")
def truth(real_data: Path) -> list[dict[str, Any]]:
    replies: list[dict[str, Any]] = json.loads((real_data / "organ-replies" / "truth.json").read_text("utf-8"))
    assert len(replies) == 16
    return replies


@pytest.fixture(scope="module")
def found(real_data: Path, truth: list[dict[str, Any]]) -> dict[tuple[str, str], list[Table]]:
    out = {}
    for reply in truth:
        for kind in FORMATS:
            file = real_data / "organ-replies" / f"{reply['name']}.{kind}"
            out[reply["name"], kind] = document_tables(file.read_bytes(), file.name)
    return out


Found = dict[tuple[str, str], list[Table]]


def total(truth: list[dict[str, Any]], found: Found, kind: str, templates: set[str]) -> Score:
    score = Score(0, 0, 0)
    for reply in truth:
        if reply["template"] in templates:
            score = score.plus(reply_score(reply, found[reply["name"], kind]))
    assert score.truth > 0
    return score


def test_ruled_pdf(truth: list[dict[str, Any]], found: Found) -> None:
    assert total(truth, found, "pdf", {"T1", "T2", "T4", "T5", "T6"}).f1 >= 0.995


def test_kazakh_template(truth: list[dict[str, Any]], found: Found) -> None:
    assert total(truth, found, "pdf", {"T4"}).f1 == 1.0


def test_borderless_pdf(truth: list[dict[str, Any]], found: Found) -> None:
    assert total(truth, found, "pdf", {"T3"}).f1 >= 0.90


def test_all_pdf(truth: list[dict[str, Any]], found: Found) -> None:
    assert total(truth, found, "pdf", {f"T{n}" for n in range(1, 7)}).f1 >= 0.98


@pytest.mark.parametrize("kind", ["docx", "xlsx", "ods"])
def test_office_files_lose_nothing(truth: list[dict[str, Any]], found: Found, kind: str) -> None:
    score = total(truth, found, kind, {f"T{n}" for n in range(1, 7)})
    assert score.recall == 1.0
    assert score.precision >= 0.995


@pytest.mark.parametrize("kind", FORMATS)
def test_one_table_a_reply_with_the_kinds_of_the_truth(truth: list[dict[str, Any]], found: Found, kind: str) -> None:
    for reply in truth:
        (table,) = found[reply["name"], kind]
        kinds = ["total" if k == "subtotal" else k for k in table.kinds]
        assert kinds == reply["kinds"], reply["name"]


def value_columns(table: Table) -> list[int]:
    return [k for k, column in enumerate(table.columns) if column.role == "amount"]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_printed_total_is_equal_or_a_known_wrong_one(
    truth: list[dict[str, Any]], found: Found, kind: str
) -> None:
    """The unit of the printed values is read from the heading where there is one; the truth is in tiyn."""
    checked = 0
    for reply in truth:
        (table,) = found[reply["name"], kind]
        columns = value_columns(table)
        wrong = {(w["row"], columns[w["column"]]): w for w in reply["wrong_totals"]}
        told = {(t.row, t.column): t for t in table.totals}
        printed = {
            (r, columns[n])
            for r, (row_kind, values) in enumerate(zip(reply["kinds"], reply["values"], strict=True))
            if row_kind == "total"
            for n in range(len(columns))
            if values[n] is not None
        }
        assert set(told) == printed, reply["name"]
        for place, result in told.items():
            checked += 1
            if place not in wrong:
                assert result.verdict == "equal", (reply["name"], place)
                continue
            tiyn = 100 * (table.columns[place[1]].unit.factor or 1)
            assert result.printed is not None
            assert result.computed is not None
            assert result.printed * tiyn == Decimal(wrong[place]["printed_tiyn"])
            assert result.computed * tiyn == Decimal(wrong[place]["true_tiyn"])
            ratio = Decimal(wrong[place]["printed_tiyn"]) / Decimal(wrong[place]["true_tiyn"])
            assert result.verdict == ("×10" if ratio in {Decimal(10), Decimal("0.1")} else "differs")
    assert checked > 40


def test_a_part_column_is_marked(found: Found, truth: list[dict[str, Any]]) -> None:
    grouped = [reply["name"] for reply in truth if reply["template"] == "T6"]
    for name in grouped:
        (table,) = found[name, "pdf"]
        assert [c.part for c in table.columns] == [False, False, False, False, True]


def test_a_column_without_a_printed_unit_has_no_unit(found: Found, truth: list[dict[str, Any]]) -> None:
    for reply in truth:
        (table,) = found[reply["name"], "pdf"]
        units = {table.columns[k].unit.factor for k in value_columns(table)}
        assert units == {"T1": {1000}, "T6": {None}}.get(reply["template"], {1}), reply["name"]


def test_the_oracle_sees_the_same_figures_in_every_ruled_reply(
    real_data: Path, truth: list[dict[str, Any]], found: Found
) -> None:
    """pdfplumber reads the pages one by one: repeated headers hold no figures, so the streams must be equal."""
    for reply in truth[:12:2]:
        if reply["template"] == "T3":
            continue
        (table,) = found[reply["name"], "pdf"]
        with pdfplumber.open(real_data / "organ-replies" / f"{reply['name']}.pdf") as document:
            oracle = [
                [(text or "").replace("\n", " ") for text in row]
                for page in document.pages
                for rows in page.extract_tables()
                for row in rows
            ]
        assert figures([*table.header, *table.rows]) == figures(oracle), reply["name"]


def test_places_lead_back_to_the_page_or_the_sheet(found: Found, truth: list[dict[str, Any]]) -> None:
    for (name, kind), (table,) in found.items():
        for row, places in zip(table.rows, table.boxes, strict=True):
            for text, boxes in zip(row, places, strict=True):
                if text:
                    assert boxes, (name, kind, text)
                assert all((box.page > 0) == (kind == "pdf") for box in boxes)
                assert all(bool(box.range) == (kind != "pdf") for box in boxes)
