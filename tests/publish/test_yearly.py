"""The yearly statement: sums are those of the release, totals are those of the payer, owners hold in their years.

Outlets, bodies and sums are invented.
"""

from __future__ import annotations

import csv
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db import model as m
from publish.site.core.ties import Node, Tie, Ties
from publish.spreadsheet import restored
from publish.yearly import COLUMNS

Rows = dict[type[Any], list[dict[str, Any]]]
Build = Callable[..., Path]
MINISTRY, GROUP, FIRM = "Министерство вымысла", "Группа «Вымысел»", "ТОО «Небыль»"


def read(directory: Path) -> list[dict[str, str]]:
    with (directory / "yearly.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        found = [{name: restored(cell) for name, cell in row.items()} for row in reader]
    assert tuple(reader.fieldnames or ()) == COLUMNS
    return found


def test_sums_and_rows_are_those_of_the_release(released: Path) -> None:
    found = read(released)
    sums: Counter[tuple[str, ...]] = Counter()
    counted: Counter[str] = Counter()
    for row in found:
        sums[row["year"], row["measure"], row["currency"]] += int(row["amount_minor"] or 0)
        for name in ("counted_rows", "without_sum", "not_exact"):
            counted[name] += int(row[name])
    with closing(sqlite3.connect(released / "media_contracts.db")) as out:
        expected = out.execute(
            "SELECT y.name, c.measure, c.currency, coalesce(sum(c.amount_minor), 0) FROM contracts AS c"
            " JOIN years AS y ON y.id = c.year WHERE c.counted = 1 GROUP BY 1, 2, 3"
        ).fetchall()
        rows, without, inexact = out.execute(
            "SELECT count(*), sum(amount_minor IS NULL), sum(amount_precision <> 'exact') FROM contracts"
            " WHERE counted = 1"
        ).fetchone()
    assert sums == {tuple(key): minor for *key, minor in expected}
    assert counted == {"counted_rows": rows, "without_sum": without, "not_exact": inexact}
    assert {row["year"] for row in found} > {"2025", "no date"}


def test_the_total_of_a_payer_is_that_of_its_lines(build: Build, rows: Rows) -> None:
    rows[m.Record][1].update(recipient_name_id=2)
    found = read(build())
    of: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in found:
        of.setdefault((row["year"], row["payer_uid"], row["measure"], row["currency"]), []).append(row)
    assert max(map(len, of.values())) > 1
    for listed in of.values():
        total = sum(int(row["amount_minor"]) for row in listed if row["amount_minor"])
        assert {row["total_of_payer_minor"] for row in listed} <= {str(total), ""}
        assert {row["total_of_payer"] for row in listed} <= {f"{total // 100}.{total % 100:02d}", ""}


def test_a_line_without_any_sum_has_none_and_no_total(released: Path) -> None:
    (row,) = [row for row in read(released) if row["measure"] == "announced"]
    assert (row["amount"], row["amount_minor"], row["total_of_payer"], row["without_sum"]) == ("", "", "", "1")
    assert row["provider"] == "no recipient yet"


def test_groups_owners_outlets_and_agencies_are_named(released: Path) -> None:
    found = [row for row in read(released) if row["year"] == "2025" and row["provider"] == "ТОО «Выдумка»"]
    assert {(row["business_groups"], row["other_owners"]) for row in found} == {(GROUP, FIRM)}
    kzt = next(row for row in found if row["currency"] == "KZT")
    assert kzt["outlets"] == "Мираж ТВ; Қиял таңы"
    assert kzt["through"] == "Агентство «Мираж»"
    assert (kzt["ministry"], kzt["registry_id"]) == (MINISTRY, "150540012348")
    # a tie with a date holds for no record without one, so neither does what stands above it
    undated = next(row for row in read(released) if row["year"] == "no date")
    assert (undated["business_groups"], undated["other_owners"]) == ("", "")


def test_what_came_of_asking_stands_beside_it(build: Build, rows: Rows) -> None:
    rows[m.Record][0]["year"] = 2011
    rows[m.Record][1]["year"] = 2012
    answered = {row["year"]: row["answered"] for row in read(build())}
    assert answered["2011"] == "answered in full"
    assert answered["2012"] == "for official use"
    assert answered["2025"] == "not asked"


def node(at: int) -> Node:
    return Node(at, "organisation", f"o{at}", f"O{at}", "named", "", {})


@pytest.mark.parametrize(
    ("year", "expected"),
    [(2011, []), (2012, [2, 3]), (2015, [2, 3]), (2016, [2]), (2021, []), (0, []), (1, [])],
)
def test_owners_hold_in_the_years_of_every_tie_on_the_way(year: int, expected: list[int]) -> None:
    ties = Ties({at: node(at) for at in (1, 2, 3)})
    for party, other, since, until in ((1, 2, "2012-05", "2020"), (2, 3, "", "2015-01-01"), (3, 1, "", "")):
        ties.above[party].append(Tie(party, other, "owner", since, until, (), "", "", ""))
    ties.above[1].append(Tie(1, 3, "publisher", "", "", (), "", "", ""))
    assert [one.id for one in ties.owners(1, year)] == expected
