"""Real files read cell by cell: nothing is refused, and the sums are the published ones."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook

from ingest.values.amount import Unit, read_amount
from ingest.values.bin import read_bin
from ingest.values.date import read_local_datetime
from ingest.values.number import read_number
from ingest.values.year import read_month, read_year

ROOT = os.environ.get("MEDIACONTRACTS_REAL_DATA")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not ROOT, reason="MEDIACONTRACTS_REAL_DATA names no folder of real files"),
]


def sheet(path: str) -> list[list[Any]]:
    return load_workbook(Path(ROOT or "") / path).get_sheet_by_index(0).to_python()[1:]


def test_lots_of_nine_state_buyers() -> None:
    unit = Unit("KZT", factor_declared_in="«тенге» in the heading", decimal=".")
    rows = total = 0
    for file in sorted((Path(ROOT or "") / "kz-goszakup-plan-csv").glob("[0-9]*.csv")):
        assert read_bin(file.stem).kind == "organisation"
        lines = (
            file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)
        )
        for row in list(csv.reader(lines, delimiter=";"))[2:]:
            if not row:
                continue
            rows += 1
            assert read_number(row[8], decimal=".") > 0
            price, approved = (read_amount(row[column], unit).minor for column in (10, 11))
            assert price is not None
            assert approved is not None
            total += approved
            opened, closed = (read_local_datetime(row[column], "Asia/Almaty") for column in (12, 13))
            assert opened <= closed
    assert (rows, total) == (18_567, 14_101_751_565_68)


def test_brazilian_payments_by_year() -> None:
    unit = Unit("BRL", decimal=",")
    gross_by_year: Counter[int] = Counter()
    for row in sheet("brazil-secom-2016/Planilha_Exportacao.xlsx"):
        gross, tax, net = (read_amount(cell, unit).minor or 0 for cell in row[5:8])
        assert gross - tax == net
        gross_by_year[read_month(row[4]).year] += gross
    assert gross_by_year == {
        2011: 110_594_551_72,
        2012: 131_205_243_86,
        2013: 138_065_952_49,
        2014: 155_685_075_68,
        2015: 119_891_749_21,
        2016: 120_113_185_62,
    }


def test_serbian_grants_by_year() -> None:
    euros: Counter[int] = Counter()
    for row in sheet("serbia-projektno-sufinansiranje/v1_2015-2021.xlsx"):
        assert read_amount(row[8], Unit("RSD")).minor is not None
        euros[read_year(row[2]).first] += read_amount(row[9], Unit("EUR")).minor or 0
    assert euros == {
        2015: 9_679_913_00,
        2016: 10_037_786_00,
        2017: 10_680_661_00,
        2018: 12_618_302_00,
        2019: 14_173_748_00,
        2020: 14_899_320_00,
        2021: 14_058_865_00,
    }
    assert sum(euros.values()) == 86_148_595_00
