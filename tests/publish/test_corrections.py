"""A corrected figure shows both; withdrawn words are in no byte; a rebuild gives the same release."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from publish.corrections import Correction, CorrectionError, add_correction, read_corrections
from publish.release import build_release
from tests.publish.reading import content_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

pytestmark = pytest.mark.usefixtures("unopened")


def test_a_corrected_figure_shows_both(sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill) -> None:
    fill_registry(sqlite_engine, rows)
    path = tmp_path / "corrections.jsonl"
    uid = next(record["uid"] for record in rows[_record()] if record["key"] == "k1")
    one = Correction(
        why="A zero too many", at="2026-04-02T08:00:00Z", record=uid, field="amount", was="1000000.01 KZT",
        new="100000.01", evidence="https://press.example/3",
    )  # fmt: skip
    add_correction(path, one)
    with pytest.raises(CorrectionError, match="corrected already"):
        add_correction(path, one)
    first = build_release(sqlite_engine, tmp_path / "a", slugs=tmp_path / "s.jsonl", corrections=path)
    second = build_release(sqlite_engine, tmp_path / "b", slugs=tmp_path / "s.jsonl", corrections=path)
    assert first.name == second.name
    with closing(sqlite3.connect(first.directory / "media_contracts.db")) as out:
        row = out.execute("SELECT amount_minor, raw_amount, corrected FROM contracts WHERE uid = ?", (uid,)).fetchone()
        told = out.execute("SELECT state, old, new, why FROM corrections").fetchall()
    assert row == (100_000_01, "1 000 000,01", 1)
    assert told == [("in force", "1000000.01 KZT", "100000.01", "A zero too many")]
    manifest = json.loads((first.directory / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["sums"][0]["sum_minor"] == 260_000_303
    assert manifest["sums_as_sources_say"][0]["sum_minor"] == 350_000_303


def test_a_correction_after_one_without_its_end_is_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    first, second = (
        Correction(why="Asked for", at="2026-04-02T08:00:00Z", words=(word,)) for word in ("Мираж", "Оазис")
    )
    add_correction(path, first)
    path.write_bytes(path.read_bytes()[:-1])
    add_correction(path, second)
    assert read_corrections(path) == [first, second]
    path.write_bytes(cut := path.read_bytes()[:-9])
    with pytest.raises(CorrectionError, match=r"line 2: .*; mend the line, or restore the file"):
        add_correction(path, first)
    assert path.read_bytes() == cut


def test_withdrawn_words_are_in_no_byte(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    path = tmp_path / "corrections.jsonl"
    build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    add_correction(path, Correction(why="Asked for", at="2026-04-02T08:00:00Z", words=("Мираж ТВ",)))
    result = build_release(
        sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl", corrections=path, salt=b"a secret"
    )
    for file in result.directory.iterdir():
        content = content_of(file).decode("utf-8", errors="ignore").casefold()
        for words in ("мираж тв", "miraz tv", "mirazh-tv"):
            assert words not in content, f"{words} in {file.name}"
    with closing(sqlite3.connect(result.directory / "media_contracts.db")) as out:
        told = out.execute("SELECT kind, state, record_uid, old, new, why, places > 0 FROM corrections").fetchall()
    assert told == [("takedown", "in force", "", None, "[withdrawn]", "Asked for", 1)]


def _record() -> type[Any]:
    from db.model import Record

    return Record
