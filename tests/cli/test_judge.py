"""`judge`: a person's word stands above every rule, is replayed, and can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

from commands import mediacontracts_here
from sqlalchemy import create_engine, text

YML = """\
name: zz_orders
title: Invented orders
country: KZ
publisher: nobody
obtained: made here
url: https://orders.invalid
licence: {name: Invented, publish: facts}
frequency: never
relevance: undecided
measure: contracted
instrument: contract
currency: KZT
year_basis: signed
lang: ru
invented: true
table: {format: csv}
identity: [Номер]
columns:
  Номер: {to: number}
  Заказчик: {to: payer}
  Предмет: {to: subject}
  Год: {to: year}
  Сумма: {to: amount}
expect:
  min: {records: 1}
"""
CSV = (
    "Номер,Заказчик,Предмет,Год,Сумма\n"
    "1,Акимат Выдумки,Услуги разные,2024,100\n2,Акимат Выдумки,Услуги иные,2024,200\n"
)
SAID = ("--who", "A. B.", "--why", "the act of acceptance names a broadcast")


def relevances(home: Path) -> dict[str, str]:
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    with engine.connect() as connection:
        found = connection.execute(text("SELECT number, relevance FROM record")).all()
    engine.dispose()
    return {row.number: row.relevance for row in found}


def key_of(home: Path, number: str) -> str:
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    with engine.connect() as connection:
        key = connection.execute(text("SELECT key FROM record WHERE number = :n"), {"n": number}).scalar_one()
    engine.dispose()
    return str(key)


def test_a_persons_word_moves_a_record_and_is_taken_back(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "zz_orders.yml").write_text(YML, encoding="utf-8")
    file = tmp_path / "orders.csv"
    file.write_text(CSV, encoding="utf-8")
    assert mediacontracts_here(tmp_path, "ingest", "zz_orders", str(file)).returncode == 0
    said = mediacontracts_here(
        tmp_path, "judge", "zz_orders", "--key", key_of(tmp_path, "1"), "--relevance", "media", *SAID
    )
    assert said.returncode == 0, said.stderr
    checked = mediacontracts_here(tmp_path, "check")
    assert "1 media, 0 not media, 1 undecided" in checked.stderr
    assert relevances(tmp_path) == {"1": "media", "2": "undecided"}

    again = mediacontracts_here(
        tmp_path, "judge", "zz_orders", "--key", key_of(tmp_path, "1"), "--relevance", "not media", *SAID
    )
    assert again.returncode == 1
    assert "relevance.jsonl: line 1" in again.stderr
    line = said.stderr.split("kept as ")[1].split(";")[0]
    assert mediacontracts_here(tmp_path, "judge", "--undo", line, *SAID).returncode == 0
    mediacontracts_here(tmp_path, "check")
    assert relevances(tmp_path) == {"1": "undecided", "2": "undecided"}
    lines = (tmp_path / "decisions" / "relevance.jsonl").read_text(encoding="utf-8").splitlines()
    assert [set(json.loads(one)) >= {"who", "why", "when"} for one in lines] == [True, True]


def test_a_key_that_no_record_has_is_told_at_once_and_at_each_check(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "zz_orders.yml").write_text(YML, encoding="utf-8")
    file = tmp_path / "orders.csv"
    file.write_text(CSV, encoding="utf-8")
    mediacontracts_here(tmp_path, "ingest", "zz_orders", str(file))
    key = key_of(tmp_path, "1")
    for option in ("--key", "--root"):
        held = mediacontracts_here(tmp_path, "judge", "zz_orders", option, key, "--relevance", "media", *SAID)
        assert "has no record" not in held.stderr
    mistyped = mediacontracts_here(tmp_path, "judge", "zz_orders", "--key", f"{key}x", "--relevance", "media", *SAID)
    line = mistyped.stderr.split("kept as ")[1].split(";")[0]
    back = f"`mediacontracts judge --undo {line}`"
    assert (
        f"zz_orders has no record with this key; if it is written wrong, take the line back with {back}"
        in mistyped.stderr
    )
    assert f"names no record of the registry; if it is written wrong, take it back with {back}" in (
        mediacontracts_here(tmp_path, "check").stderr
    )


def test_wrong_use_is_told(tmp_path: Path) -> None:
    assert mediacontracts_here(tmp_path, "judge", "nobody", "--key", "1", "--topic", "health", *SAID).returncode == 2
    assert mediacontracts_here(tmp_path, "judge", "br_secom", "--topic", "health", *SAID).returncode == 2
    unknown = mediacontracts_here(tmp_path, "judge", "br_secom", "--key", "1", "--topic", "nonsense", *SAID)
    assert unknown.returncode == 1
    assert "nonsense" in unknown.stderr
