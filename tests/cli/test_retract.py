"""A wrong edition is taken back: the one before it counts again, and a rebuild comes to the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from commands import mediacontracts
from test_kill import YML, dump, value


def edition(path: Path, *sums: str) -> Path:
    lines = [f"{n},Invented akimat,Invented outlet {n},2020,{money}" for n, money in enumerate(sums, start=1)]
    path.write_text("\n".join(["Number,Payer,Outlet,Year,Sum", *lines]), encoding="utf-8")
    return path


def runs(home: Path) -> list[str]:
    connection = sqlite3.connect(home / "registry.db")
    found = [ref for (ref,) in connection.execute("SELECT ref FROM run ORDER BY id")]
    connection.close()
    return found


def test_the_edition_before_counts_again_at_once_and_after_a_rebuild(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "zz_many.yml").write_text(YML.replace("records: 10", "records: 2"), encoding="utf-8")
    file = tmp_path / "rows.csv"
    for sums in (("100.25", "7.50"), ("10025.00", "7.50")):
        done = mediacontracts(home, "ingest", "zz_many", str(edition(file, *sums)))
        assert done.returncode == 0, done.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 1_003_250
    right, wrong = runs(home)
    done = mediacontracts(home, "retract", wrong, "--why", "the point was lost")
    assert done.returncode == 0, done.stderr
    assert f"1 of them had other values before; the edition of {right} is read again" in done.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 10_775
    # a retraction may itself be an error: what is read later counts, whatever was retracted before it
    again = mediacontracts(home, "ingest", "zz_many", str(file))
    assert again.returncode == 0, again.stderr
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == 1_003_250
    checked = mediacontracts(home, "check")
    assert checked.returncode == 0, checked.stderr
    before = dump(home)
    rebuilt = mediacontracts(home, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert dump(home) == before
