"""A release made by an older program, shown by this one until the next is built: it lacks the newest columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publish.site.exports.columns import BOOK_TABLES

from .conftest import Site, server, uid_of


@pytest.fixture(scope="module")
def older(release_file: Path, site_plugin: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("older") / release_file.name
    path.write_bytes(release_file.read_bytes())
    with sqlite3.connect(path) as out:
        for table in ("contracts", "other_records"):
            # a column cannot be dropped while a CHECK names it; under this name nobody asks for it
            out.execute(f"ALTER TABLE {table} RENAME COLUMN wording TO of_another_program")
        out.execute("ALTER TABLE rejected_rows DROP COLUMN latest")
        out.execute("DROP TABLE addresses")
    out.close()
    made = Site(server(path, public=True))
    yield made
    made.close()


@pytest.mark.parametrize("table", ["contracts", "other-records"])
def test_a_filter_by_wording_is_refused_with_the_reason(older: Any, table: str) -> None:
    reason = "wording: this release was made before wordings were told; ask again when the next one is shown"
    for address in (f"/en/{table}?wording=split%20letters", f"/en/{table}?wording=plain&year=2012"):
        answer = older.get(address)
        assert answer.status_code == 400
        assert reason in answer.text
    answer = older.get(f"/{table}.json?wording=plain")
    assert (answer.status_code, answer.json()) == (400, {"ok": False, "error": reason})
    for format_ in ("csv", "xlsx", "atom"):
        assert older.get(f"/{table}.{format_}?wording=plain").status_code == 400, format_


def test_a_word_that_is_no_wording_is_refused_as_ever(older: Any, site: Any) -> None:
    told = [one.get("/contracts.json?wording=odd").json()["error"] for one in (older, site)]
    assert told[0] == told[1]
    assert told[0].startswith("wording=odd: choose one of ")


def test_its_pages_are_shown(older: Any) -> None:
    for path in ("/", "/rejected", "/method", "/contracts?year=2012", "/other-records", "/outlet/boz-dala"):
        assert older.get(path).status_code == 200, path
    page = older.get(f"/record/{uid_of(30)}")
    assert page.status_code == 200
    assert "Unusual in the wording" not in page.text


@pytest.mark.parametrize("table", ["contracts", "other-records"])
def test_a_file_that_cannot_be_made_of_it_is_refused_with_the_reason(older: Any, table: str) -> None:
    """It was a fault of the server."""
    reason = "this release was made by an older program and lacks wording, so this file cannot be made of it; "
    for format_ in ("csv", "raw.csv", "xlsx", "parquet"):
        answer = older.get(f"/en/{table}.{format_}?year=2012")
        assert (answer.status_code, reason in answer.text) == (400, True), format_
    for format_ in ("json", "jsonl"):
        answer = older.get(f"/{table}.{format_}")
        assert (answer.status_code, answer.json()["ok"]) == (400, False), format_
        assert answer.json()["error"].startswith(reason)
    assert older.get(f"/{table}.atom").status_code == 200


def test_every_table_beside_the_records_is_a_file_or_refused_with_the_reason(older: Any) -> None:
    lacks = {"rejected_rows": "lacks latest,", "addresses": "lacks addresses,"}
    for table in BOOK_TABLES:
        answer = older.get(f"/table/{table}.csv")
        assert answer.status_code == (400 if table in lacks else 200), table
        assert lacks.get(table, "") in answer.text
