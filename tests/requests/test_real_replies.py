"""Sixteen replies, one format each, to records in one sitting; every figure and printed total against the truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.real, pytest.mark.slow]

FORMATS = ("pdf", "docx", "xlsx", "ods")
SLIP = "a slip of the body, as its letter explains"


@pytest.fixture(scope="module")
def truth(real_data: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((real_data / "organ-replies" / "truth.json").read_text(encoding="utf-8"))
    return found


def amount_columns(reply: dict[str, Any]) -> list[int]:
    """Columns, from 1, of the amounts in `values`, by template; the last one of T6 is a part and no amount."""
    return {"T1": [4, 5, 6, 7], "T2": [5], "T3": [4], "T4": [6, 7], "T5": [5], "T6": [3, 4]}[reply["template"]]


def test_sixteen_replies_become_records(
    home: Path, run: Callable[..., Any], real_data: Path, truth: list[dict[str, Any]], tmp_path: Path
) -> None:
    listed = tmp_path / "bodies.csv"
    listed.write_text("body\n" + "".join(f"{reply['organ']}\n" for reply in truth), encoding="utf-8")
    drawn = run("new", "--list", listed, "--years", "2009-2012", "--basis", "kz-appeals").output
    refs = [line.split()[0] for line in drawn.splitlines()]
    assert len(refs) == 16
    run("sent", *refs, "--on", "2012-07-02", "--channel", "post")

    asked_forms: set[str] = set()
    blocked = 0
    for number, (ref, reply) in enumerate(zip(refs, truth, strict=True)):
        file = real_data / "organ-replies" / f"{reply['name']}.{FORMATS[number % 4]}"
        run("answered", ref, "--on", "2012-07-16", "--state", "in full")
        say = []
        if reply["template"] not in asked_forms:
            asked_forms.add(reply["template"])
            say.append("")  # the proposed form as it stands
        if reply["template"] == "T6":
            say += ["1 KZT", "the covering letter"]
        if reply["wrong_totals"]:
            blocked += 1
            say.append(SLIP)
        output = run(
            "answer", ref, file, "--source", "answers_sample", say="".join(f"{line}\n" for line in say)
        ).output
        assert ": blocked," not in output
        if reply["wrong_totals"]:
            assert f"accepted: {SLIP}" in output

    registry = sqlite3.connect(home / "registry.db")
    registry.row_factory = sqlite3.Row
    for ref, reply in zip(refs, truth, strict=True):
        compare_reply(registry, ref, reply)

    asked = [
        json.loads(line)
        for line in (home / "requests" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
        if json.loads(line)["event"] == "asked"
    ]
    assert sum(one["question"].startswith("form") for one in asked) == len(list((home / "forms").iterdir()))
    assert sum(one["question"].startswith("accept") for one in asked) == blocked
    registry.close()


def compare_reply(registry: sqlite3.Connection, ref: str, reply: dict[str, Any]) -> None:
    """Every cell, every sum and every printed total of one reply."""
    columns = amount_columns(reply)
    found = {
        tuple(int(part.split()[1]) for part in row["key"].split("/")[-2:]): row
        for row in registry.execute(
            "SELECT r.*, b.name AS payer FROM record r JOIN capture c ON c.id = r.capture_id"
            " JOIN document d ON d.sha256 = c.sha256 JOIN information_request q ON q.id = d.request_id"
            " JOIN body_name b ON b.id = r.payer_name_id WHERE q.ref = ?",
            (ref,),
        )
    }
    data = [n for n, kind in enumerate(reply["kinds"]) if kind == "data"]
    assert set(found) == {(row + 1, column) for row in data for column in columns}
    for row in data:
        for place, column in enumerate(columns):
            record, minor = found[row + 1, column], reply["values"][row][place]
            assert record["amount_minor"] == minor, (reply["name"], row, column)
            assert record["amount_state"] == ("unknown" if minor is None else "stated")
            assert record["counted"] == 1
            assert record["payer"] == reply["organ"]
            assert record["raw_amount"].split() == reply["rows"][row][column - 1].split()
            assert f"row {row + 1}, column {column}" in record["locator"]
            assert record["year"] == year_of(reply, row, column), (reply["name"], row, column)
    for place, column in enumerate(columns):
        ours = sum(found[row + 1, column]["amount_minor"] or 0 for row in data)
        assert ours == sum(reply["values"][row][place] or 0 for row in data)

    totals = registry.execute(
        "SELECT t.*, s.state FROM document_total t JOIN document_table s ON s.id = t.document_table_id"
        " JOIN document d ON d.id = s.document_id JOIN information_request q ON q.id = d.request_id WHERE q.ref = ?",
        (ref,),
    ).fetchall()
    printed = sum(bool(cell.strip()) for n, kind in enumerate(reply["kinds"]) if kind == "total" for cell in
                  [reply["rows"][n][k - 1] for k in figure_columns(reply)])  # fmt: skip
    assert len(totals) == printed
    wrong = {(one["row"] + 1, figure_columns(reply)[one["column"]]): one for one in reply["wrong_totals"]}
    assert {(one["at_row"], one["at_column"]) for one in totals if one["verdict"] != "equal"} == set(wrong)
    for one in totals:
        slip = wrong.get((one["at_row"], one["at_column"]))
        if slip:
            assert one["state"] == "accepted"
            tens = slip["printed_tiyn"] in {slip["true_tiyn"] * 10, slip["true_tiyn"] / 10}
            assert one["verdict"] == ("×10" if tens else "differs")


def figure_columns(reply: dict[str, Any]) -> list[int]:
    """Columns, from 1, that the truth gives values for, the part of T6 among them."""
    return [3, 4, 5] if reply["template"] == "T6" else amount_columns(reply)


def year_of(reply: dict[str, Any], row: int, column: int) -> int:
    """The year of a cell by the truth: of its column, of the year row above, of its year cell or of its date."""
    template = reply["template"]
    if template == "T1":
        return 2009 + column - 4
    if template == "T6":
        return 2010 + column - 3
    if template == "T3":
        return int(reply["rows"][row][2])
    if template == "T4":
        return int(reply["values"][row][2][:4])
    above = max(n for n in range(row) if reply["kinds"][n] == "year")
    return int(reply["rows"][above][0][:4])
