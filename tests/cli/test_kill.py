"""kill -9 in the middle: the next run completes, nothing is lost or doubled, the last release stays."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from hashlib import sha256
from pathlib import Path

import pytest
from commands import mediacontracts, mediacontracts_here, started

YML = """\
name: zz_many
title: Many invented rows
country: KZ
publisher: nobody
obtained: Made for a test.
url: https://many.invalid
licence: {name: none, publish: facts}
frequency: never
relevance: media
measure: paid
instrument: contract
currency: KZT
year_basis: paid
invented: true
table: {format: csv}
identity: [Number]
columns:
  Number: {to: number}
  Payer: {to: payer}
  Outlet: {to: outlet}
  Year: {to: year}
  Sum: {to: amount, decimal: "."}
expect: {min: {records: 10}}
"""
ROWS = 12_000
RELEASED = 6_000
"""Enough for a build that takes a second or two, which is killed as soon as it has begun to write."""


def edition(path: Path, *, raised: int, rows: int = ROWS) -> Path:
    lines = ["Number,Payer,Outlet,Year,Sum"]
    lines += [
        f"{n},Invented akimat {n % 7},Invented outlet {n % 400},{2015 + n % 9},{n + raised}.25" for n in range(rows)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def home_with_source(folder: Path) -> Path:
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "zz_many.yml").write_text(YML, encoding="utf-8")
    return folder


def value(home: Path, sql: str) -> int:
    connection = sqlite3.connect(f"file:{home / 'registry.db'}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute(sql).fetchone()[0] or 0)
    finally:
        connection.close()


def wait_for(condition: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.01)
    pytest.fail("the moment to kill never came")


def test_an_ingest_killed_half_way(tmp_path: Path) -> None:
    home, file = home_with_source(tmp_path / "home"), edition(tmp_path / "many.csv", raised=0)
    assert mediacontracts_here(home, "sources").returncode == 0  # makes the registry
    process = started(home, "ingest", "zz_many", str(file))
    wait_for(lambda: value(home, "SELECT count(*) FROM record") > 0)
    process.kill()
    process.wait()
    held = value(home, "SELECT count(*) FROM record")
    assert 0 < held < ROWS, "killed too late to prove anything"
    again = mediacontracts_here(home, "ingest", "zz_many", str(file))
    assert again.returncode == 0, again.stderr
    assert "had been interrupted" in again.stderr
    assert value(home, "SELECT count(*) FROM record") == ROWS
    expected = sum(n * 100 + 25 for n in range(ROWS))
    assert value(home, "SELECT sum(amount_minor) FROM record WHERE counted") == expected
    # a rebuild settles what is derived, so this one does too
    assert mediacontracts_here(home, "check").returncode == 0
    before = dump(home)
    rebuilt = mediacontracts(home, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert dump(home) == before


def dump(home: Path) -> str:
    connection = sqlite3.connect(home / "registry.db")
    digest = sha256()
    for line in connection.iterdump():
        digest.update(line.encode())
    connection.close()
    return digest.hexdigest()


def files(home: Path) -> dict[str, str]:
    current = home / "releases" / "current"
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(current.iterdir()) if path.is_file()}


def test_a_release_killed_half_way_and_a_rebuild(tmp_path: Path) -> None:
    home, file = home_with_source(tmp_path / "home"), edition(tmp_path / "many.csv", raised=0, rows=RELEASED)
    assert mediacontracts_here(home, "ingest", "zz_many", str(file)).returncode == 0
    first = mediacontracts_here(home, "release")
    assert first.returncode == 0, first.stderr
    shown = files(home)
    assert mediacontracts_here(home, "ingest", "zz_many", str(edition(file, raised=3, rows=RELEASED))).returncode == 0
    process = started(home, "release")
    wait_for(lambda: any(path.stat().st_size for path in (home / "releases").glob(".building-*/*.db")))
    process.kill()
    assert process.wait() == -signal.SIGKILL, "killed too late to prove anything"
    assert list((home / "releases").glob(".building-*")), "what it had begun is left behind"
    assert files(home) == shown
    second = mediacontracts_here(home, "release")
    assert second.returncode == 0, second.stderr
    assert not list((home / "releases").glob(".building-*"))
    released = files(home)
    assert released != shown
    manifest = json.loads(next((home / "releases" / "current").glob("*manifest.json")).read_text(encoding="utf-8"))
    assert manifest
    rebuilt = mediacontracts(home, "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    third = mediacontracts(home, "release")
    assert third.returncode == 0, third.stderr
    assert files(home) == released, "a rebuild gives another release"


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    home, file = home_with_source(tmp_path / "home"), edition(tmp_path / "many.csv", raised=0)
    assert mediacontracts_here(home, "sources").returncode == 0
    process = started(home, "ingest", "zz_many", str(file))
    wait_for(lambda: value(home, "SELECT count(*) FROM record") > 0)
    second = mediacontracts_here(home, "ingest", "zz_many", str(file))
    process.wait()
    assert second.returncode == 3
    assert "try again when it has ended" in second.stderr
