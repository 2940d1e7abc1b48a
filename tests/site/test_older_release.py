"""A release made by an older program, shown by this one until the next is built: it lacks the newest columns."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
