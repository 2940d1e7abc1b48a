"""Expressions that a declaration may not hold, since a text from outside could keep them busy for years."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sources import DECLARED, HEADINGS, ROW, csv_of, declare, read

from ingest.contradictions import contradiction
from ingest.expressions import LONGEST, endless


@pytest.mark.parametrize(
    "expression",
    [
        r"(\d{4})$", r"^(\d{4})-", r"(\d{12})\.csv", r"\bPR\b", r"^\s*(ИП|ЖК|индивидуальный предприниматель)\b",
        r"^(.+) / (.+)$", r"(\d{1,3}(?: \d{3})*),", r"[+*?(){}|]+", r"\(\w+\)", r"№ ?([^ ]+) от", r"(?:ab){3}",
        r"(?i)^(.*?)-(.*)$", r"(?P<year>\d{4})(?=\D)", r"[]a-z]+x", r"a{,3}b", r"(?#(a+)x", r"{}a", r"(?:\s+г\.)?$",
    ],
)  # fmt: skip
def test_what_ends_is_taken(expression: str) -> None:
    assert endless(expression) == ""


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        (r"(a+)+$", "repeats a group by '+'"), (r"(?:a|aa)*b", "repeats a group by '*'"),
        (r"((a)|b)+c", "repeats a group"), (r"(?:(?:a?)b?){2,}", "repeats a group by '{2,}'"),
        (r"(?:\w{1,9} ?){9}x", "repeats a group by '{9}'"), (r"(([^()]+)x)*?y", "repeats a group by '*?'"),
        (r".*.*.*x", "in 3 places, 2 may"), (r"^.*.*.*.*x", "in 4 places, 3 may"),
        (r"\d+\d{0,}\d{5,99}", "in 3 places"),
        ("(?x) a + # (", "several lines"),
    ],
)  # fmt: skip
def test_what_may_never_end_is_refused_with_the_reason(expression: str, said: str) -> None:
    assert said in endless(expression)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"columns": {**DECLARED["columns"], "Year": {"to": "year", "pattern": "(a+)+"}}}, "columns → Year → pattern"),
        ({"persons": {"patterns": ["(a+)+"], "why": "firms of one"}}, "persons → patterns"),
        ({"table": {"format": "csv", "delimiter": ";", "slice_from_name": "((a+)+)"}}, "table → slice_from_name"),
        ({"root": {"columns": {"Subject": "((a+)+)"}}}, "root → columns → Subject"),
    ],
)
def test_it_is_refused_wherever_it_is_declared(changed: dict[str, Any], place: str) -> None:
    """One cell of thirty letters kept the program busy for good."""
    told = contradiction(declare(**changed), Path("zz_invented.yml"))
    assert told.startswith(f"{place}: ")
    assert "repeats a group by '+'" in told


@pytest.mark.parametrize("way", ["pattern", "persons", "root"])
def test_a_long_cell_is_rejected_and_keeps_nobody_waiting(way: str) -> None:
    slow = "(a+)a+x"
    changes: dict[str, dict[str, Any]] = {
        "pattern": {"columns": {**DECLARED["columns"], "Subject": {"to": "subject", "pattern": slow}}},
        "persons": {"persons": {"patterns": [slow], "why": "firms of one"}},
        "root": {"root": {"columns": {"Subject": slow}}},
    }
    at = HEADINGS.index("Recipient" if way == "persons" else "Subject")
    row = [*ROW[:at], "a" * (LONGEST + 1), *ROW[at + 1 :]]
    began = time.monotonic()
    records, rejected = read(declare(**changes[way]), csv_of(row))
    assert time.monotonic() - began < 5
    assert records == []
    assert f"has {LONGEST + 1} letters, and an expression is tried on {LONGEST} at most" in rejected[0].reason
