"""Every amount and date printed in the sixteen replies, against their truth."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ingest.values.amount import Unit, read_amount
from ingest.values.date import read_date, read_number_and_date

ROOT = os.environ.get("MEDIACONTRACTS_REAL_DATA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not ROOT, reason="MEDIACONTRACTS_REAL_DATA names no folder of real files"),
]

# What the headings of each template say: the amount columns and the date column
AMOUNT_COLUMNS = {"T1": [3, 4, 5, 6], "T2": [4], "T3": [3], "T4": [5, 6], "T5": [4], "T6": [2, 3, 4]}
NUMBER_AND_DATE = {"T2": 3, "T5": 3}
DATE = {"T4": 4}
CENTURY_FROM = 1970


def unit_of(header: list[list[str]], column: int) -> Unit:
    """Take the unit from the heading over a column (a merged heading covers the empty cells right of it)."""
    line = header[0]
    heading = next(line[i] for i in range(column, -1, -1) if line[i])
    if re.search(r"тыс\. тенге", heading):
        return Unit("KZT", 1000, f"«{heading}»")
    # the sixth template prints no unit at all: its yml declares tenge
    assert re.search(r"тенге|теңге|Объем госзаказа", heading), heading
    return Unit("KZT", factor_declared_in=f"«{heading}»")


def replies() -> list[dict[str, Any]]:
    return json.loads((Path(ROOT or "") / "organ-replies" / "truth.json").read_text(encoding="utf-8"))


def test_every_amount_and_date_of_the_replies() -> None:
    amounts = dates = blanks = 0
    wrong = []
    for reply in replies():
        template = reply["template"]
        columns = AMOUNT_COLUMNS[template]
        for row, kind, truth in zip(reply["rows"], reply["kinds"], reply["values"], strict=True):
            if kind == "year":
                assert truth is None
                continue
            cells = [row[column] for column in columns]
            units = [unit_of(reply["header"], column) for column in columns]
            read = [read_amount(cell, unit) for cell, unit in zip(cells, units, strict=True)]
            blanks += sum(amount.minor is None for amount in read)
            amounts += len(read)
            sums, rest = truth[: len(columns)], truth[len(columns) :]
            for amount, expected in zip(read, sums, strict=True):
                if amount.minor != expected:
                    wrong.append((reply["name"], amount.raw, amount.minor, expected))
            if kind == "data" and template in NUMBER_AND_DATE:
                number, date = read_number_and_date(row[NUMBER_AND_DATE[template]], "dmy", century_from=CENTURY_FROM)
                assert number.isdecimal()
            elif kind == "data" and template in DATE:
                date = read_date(row[DATE[template]])
            else:
                assert not rest
                continue
            dates += 1
            if [date.isoformat()] != rest:
                wrong.append((reply["name"], row, date, rest))
    printed = sum(len(AMOUNT_COLUMNS[r["template"]]) * (len(r["rows"]) - r["kinds"].count("year")) for r in replies())
    assert wrong == []
    assert amounts == printed
    assert amounts > 1000 > blanks > 100
    assert dates > 300
