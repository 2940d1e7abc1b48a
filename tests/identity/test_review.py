"""`mediacontracts review`: pairs are asked once, most money first; answers move sums, undone ones move them back.

Outlets, bodies and sums are invented.
"""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from commands import ROOT, environment, mediacontracts, mediacontracts_here
from hypothesis import given, settings
from hypothesis import strategies as st
from registries import own_decisions
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from cli.deciding import decide
from cli.review_sheet import COLUMNS, SheetError, _rows, write_sheet
from cli.reviewing import review, side_by_side
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.identity import load_decisions
from ingest.names.identity_lines import Spelling
from ingest.names.queue import Pair, Queue, Side, review_queue
from ingest.settle import settle

STEPPE, STEPPE_SLIP = "Утренний вестник степи", "Утренний вестник стели"
PLAIN, PLAIN_SLIP = "Боз дала плюс", "Боз дапа плюс"
WHO = ("--who", "A. B.")


def row(outlet: str, total: str, payer: str = "Акимат Кок Дала", recipient: str = "ТОО «Боз Дала Медиа»") -> list[str]:
    return [payer, "2024", recipient, "", outlet, "Освещение", total, ""]


ROWS = (
    row(PLAIN, "5"),
    row(PLAIN_SLIP, "4", "Акимат Выдумки"),
    row(STEPPE, "100"),
    row(STEPPE_SLIP, "900"),
    row("Сказочный голос", "1000000"),
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def registry(home: Path) -> Iterator[Engine]:
    engine = open_engine(registry_url(home))
    migrate(engine)
    ingested(engine, home, declare(), csv_of(*ROWS))
    yield engine
    engine.dispose()


def run(*arguments: str, keys: str = "") -> Result:
    return CliRunner().invoke(review, arguments, input=keys)


def sums(engine: Engine, home: Path) -> dict[str, int]:
    """Counted money of each outlet once the decisions are replayed."""
    settle(engine, {}, home)
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT o.name, sum(r.amount_minor) FROM record r JOIN outlet_name n ON n.id = r.outlet_name_id "
                "JOIN outlet o ON o.id = n.outlet_id WHERE r.counted GROUP BY o.id, o.name"
            )
        )
        return {name: int(minor) for name, minor in found}


def lines(home: Path) -> list[dict[str, object]]:
    path = home / "decisions" / "identity.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def filled(path: Path, *answers: str, **cells: str) -> list[dict[str, str]]:
    """Write answers into the file, line by line, as a spreadsheet does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    for place, answer in zip(found, answers, strict=True):
        place.update({"decision": answer, **(cells if answer else {})})
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(found)
    return found


def test_an_answer_joins_the_sums_and_undoing_it_parts_them(registry: Engine, home: Path) -> None:
    before = sums(registry, home)
    assert (before[STEPPE], before[STEPPE_SLIP]) == (100_00, 900_00)
    answered = run(*WHO, keys="sq")
    assert answered.exit_code == 0, answered.output
    joined = sums(registry, home)
    assert len(joined) == len(before) - 1
    assert [joined[name] for name in (STEPPE, STEPPE_SLIP) if name in joined] == [1000_00]
    assert sum(joined.values()) == sum(before.values())
    kept = own_decisions(home).active[0]
    assert f"kept as {kept.id}" in answered.output
    undone = CliRunner().invoke(decide, ["--undo", kept.id, *WHO, "--why", "two mastheads"])
    assert undone.exit_code == 0, undone.output
    assert sums(registry, home) == before


def test_the_pair_with_most_money_at_stake_is_asked_first_and_shown_side_by_side(registry: Engine) -> None:
    output = run(*WHO, keys="q").output
    assert "1 of 2 · outlet · one letter differs · likeness 0.9" in output
    assert PLAIN not in output
    money = next(line for line in output.splitlines() if line.startswith("money"))
    assert money.split() == ["money", "900.00", "KZT", "contracted", "│", "100.00", "KZT", "contracted"]
    assert "paid by" in output
    assert "2024" in output


@pytest.mark.parametrize("keys", ["dsq", "ввq", "uuq", "DUq"])
def test_nothing_is_asked_twice(registry: Engine, home: Path, keys: str) -> None:
    assert run(*WHO, keys=keys).exit_code == 0
    assert len(lines(home)) == 2
    again = run(*WHO, keys="ss")
    assert again.exit_code == 0
    assert "> " not in again.output
    assert len(lines(home)) == 2
    # also from another process, after the registry was brought to rest
    settle(registry, {}, home)
    assert mediacontracts(home, "review", "--who", "A. B.").stdout == ""


def test_a_line_says_who_when_and_why(registry: Engine, home: Path) -> None:
    run(*WHO, keys="d")
    assert {key: lines(home)[0][key] for key in ("verdict", "who", "why")} == {
        "verdict": "different",
        "who": "A. B.",
        "why": "looked at side by side: one letter differs",
    }
    run(*WHO, "--why", "asked both editors", keys="s")
    assert lines(home)[1]["why"] == "asked both editors"


def test_skipped_and_unknown_keys_decide_nothing(registry: Engine, home: Path) -> None:
    output = run(*WHO, keys="xkk").output
    assert "0 answers kept, 2 pairs skipped, 2 wait" in output
    assert lines(home) == []


def test_reviewing_changes_no_registry(registry: Engine, home: Path) -> None:
    def names() -> list[tuple[object, ...]]:
        with registry.connect() as connection:
            return [tuple(r) for r in connection.execute(text("SELECT * FROM outlet_name ORDER BY id"))]

    before = names()
    run("--csv", str(home / "queue.csv"))
    assert names() == before


def test_an_answer_makes_a_later_question_needless(home: Path) -> None:
    engine = open_engine(registry_url(home))
    migrate(engine)
    three = ("Сказочный вестник степи", "Сказочный вестник стели", "Сказочный вестник стели")
    rows = [row(name, total) for name, total in zip((*three[:2], "Сказочный вестник стеки"), "975", strict=True)]
    ingested(engine, home, declare(), csv_of(*rows))
    asked = len(review_queue(engine, load_decisions(home)).pairs)
    engine.dispose()
    assert asked == 3
    output = run(*WHO, keys="sss").output
    assert output.count("kept as") == 2
    assert "0 wait" in output


def test_csv_goes_out_and_comes_back(registry: Engine, home: Path) -> None:
    path = home / "queue.csv"
    assert run("--csv", str(path)).exit_code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfkind,")
    rows = filled(path, "same", "u", why="one imprint")
    assert [(r["left"], r["left_money"], r["right_records"]) for r in rows] == [
        (STEPPE_SLIP, "900.00 KZT contracted", "1"),
        (PLAIN, "5.00 KZT contracted", "1"),
    ]
    done = mediacontracts_here(home, "review", "--apply", str(path), *WHO)
    assert done.returncode == 0, done.stderr
    decisions = own_decisions(home)
    assert [(d.verdict, d.why, d.who) for d in decisions.active] == [
        ("same", "one imprint", "A. B."),
        ("unsure", "one imprint", "A. B."),
    ]
    shown = sums(registry, home)
    assert (STEPPE in shown) != (STEPPE_SLIP in shown), "one of the two names stands for both"
    again = run("--apply", str(path), *WHO)
    assert again.exit_code == 0, again.output
    assert len(lines(home)) == 2
    assert run("--csv", str(home / "next.csv")).exit_code == 0
    assert (home / "next.csv").read_text(encoding="utf-8-sig").splitlines() == [",".join(COLUMNS)]


def test_a_file_with_semicolons_is_read_too(registry: Engine, home: Path) -> None:
    path = home / "queue.csv"
    run("--csv", str(path))
    rows = filled(path, "S", "")
    text_ = "\n".join(";".join(f'"{cell}"' for cell in line) for line in (COLUMNS, *(r.values() for r in rows)))
    path.write_text(text_, encoding="utf-8")
    assert run("--apply", str(path), *WHO).exit_code == 0
    assert [line["verdict"] for line in lines(home)] == ["same"]


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("decision", "maybe", "line 3: decision is 'maybe'"),
        ("left", "Боз дала минус", "line 3: the registry prints no outlet 'Боз дала минус'"),
        ("kind", "paper", "line 3: kind is 'paper'"),
        ("relation", "cousin", "line 3: relation is 'cousin'"),
        ("right", PLAIN, "line 3: both names are the same spelling"),
        ("relation", "wrong id", "line 3: the new decision: an outlet has no id of its own"),
    ],
)
def test_one_wrong_line_and_none_is_taken(registry: Engine, home: Path, column: str, cell: str, told: str) -> None:
    path = home / "queue.csv"
    run("--csv", str(path))
    rows = filled(path, "same", "same")
    rows[1][column] = cell
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    refused = run("--apply", str(path), *WHO)
    assert refused.exit_code == 1
    assert f"{path}: {told}" in refused.output
    assert "nothing was taken" in refused.output
    assert lines(home) == []


def test_an_answer_against_a_decision_in_force_names_it(registry: Engine, home: Path) -> None:
    path = home / "queue.csv"
    run("--csv", str(path))
    filled(path, "same", "")
    run(*WHO, keys="d")
    decided = own_decisions(home).active[0]
    refused = run("--apply", str(path), *WHO)
    assert refused.exit_code == 1
    assert f"line 2: says same, but different is in force by {decided.place} ({decided.id})" in refused.output


def test_answers_that_contradict_each_other_are_told_by_their_own_lines(home: Path) -> None:
    engine = open_engine(registry_url(home))
    migrate(engine)
    ends = ("степи", "стели", "стеки")
    ingested(engine, home, declare(), csv_of(*(row(f"Сказочный вестник {end}", "9") for end in ends)))
    engine.dispose()
    path = home / "queue.csv"
    run("--csv", str(path))
    filled(path, "same", "same", "different")
    refused = run("--apply", str(path), *WHO)
    assert refused.exit_code == 1
    assert all(f"{path}: line {line}" in refused.output for line in (2, 3, 4))
    assert "identity.jsonl" not in refused.output
    assert lines(home) == []


def test_a_file_of_answers_is_not_written_over(registry: Engine, home: Path) -> None:
    path = home / "queue.csv"
    run("--csv", str(path))
    assert run("--csv", str(path)).exit_code == 0
    filled(path, "", "same")
    before = path.read_bytes()
    assert run("--csv", str(path)).exit_code == 1
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"kind,left\n", "no column country"), ("kind,имя".encode("cp1251"), "not UTF-8")],
)
def test_another_file_is_refused(home: Path, body: bytes, told: str) -> None:
    (home / "other.csv").write_bytes(body)
    refused = run("--apply", str(home / "other.csv"), *WHO)
    assert refused.exit_code == 1
    assert told in refused.output


def test_wrong_use(home: Path) -> None:
    assert run(keys="s").exit_code == 2
    assert run("--apply", str(home / "no.csv"), *WHO).exit_code == 2
    (home / "a.csv").touch()
    assert run("--apply", str(home / "a.csv"), "--csv", str(home / "b.csv"), *WHO).exit_code == 2


def test_one_key_each_on_a_real_terminal(registry: Engine, home: Path) -> None:
    terminal, other_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "review", *WHO],
        env=environment(home, TERM="xterm", COLUMNS="100"), cwd=ROOT,
        stdin=other_end, stdout=other_end, stderr=other_end,
    )  # fmt: skip
    os.close(other_end)
    seen, keys, deadline = b"", b"suq", time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 0.2)[0]:
            # what is typed before the terminal is set to single keys is lost: then the key is pressed again
            asked = seen.count(b"quit > ")
            if asked:
                os.write(terminal, keys[asked - 1 : asked])
            continue
        try:
            seen += os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
    process.wait(timeout=10)
    os.close(terminal)
    assert process.returncode == 0, seen.decode()
    assert [line["verdict"] for line in lines(home)] == ["same", "unsure"]


def test_a_name_with_a_persons_number_is_not_asked_and_leaves_no_file(home: Path) -> None:
    number = "990101300013"  # of nobody: fifth digit below 4, check digit holds
    engine = open_engine(registry_url(home))
    migrate(engine)
    names = (f"Сказочный вестник степи {number}", f"Сказочный вестник стели {number}")
    ingested(engine, home, declare(), csv_of(*(row(name, "9") for name in names)))
    queue = review_queue(engine, load_decisions(home))
    engine.dispose()
    assert (queue.pairs, queue.unaskable) == ([], 1)
    output = run("--csv", str(home / "queue.csv"))
    assert number not in output.output + (home / "queue.csv").read_text(encoding="utf-8")


def test_organisations_show_their_ids_and_money(home: Path) -> None:
    engine = open_engine(registry_url(home))
    migrate(engine)
    names = ("ТОО «Сказочный вестник степи»", "ТОО «Сказочный вестник стели»")
    rows = [row("-", "9", recipient=name) for name in names]
    rows[0][3] = "991240999991"
    ingested(engine, home, declare(), csv_of(*rows))
    pairs = review_queue(engine, load_decisions(home)).pairs
    engine.dispose()
    assert [pair.left.spelling.kind for pair in pairs] == ["organisation"]
    assert {side.ids for side in (pairs[0].left, pairs[0].right)} == {(), ("KZ-BIN 991240999991",)}
    assert [side.sums for side in (pairs[0].left, pairs[0].right)] == [{("KZT", "contracted"): 900}] * 2


_texts = st.text(min_size=1, max_size=40)


def side(name: str, others: tuple[str, ...]) -> Side:
    sums_ = {("KZT", "paid"): -5}
    return Side(Spelling("outlet", "kz", name), (name, *others), others, 1, sums_, ("2024",), others)


@settings(max_examples=100, deadline=None)
@given(_texts, _texts, st.lists(_texts, max_size=12), st.integers(40, 200))
def test_no_name_steers_the_terminal(left: str, right: str, others: list[str], width: int) -> None:
    pair = Pair(side(left, tuple(others)), side(right, ()), "one letter differs", 0.9)
    shown = list(side_by_side(pair, width))
    assert all(line.isprintable() and len(line) <= width for line in shown)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_texts, _texts), min_size=1, max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, names: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("sheet") / "queue.csv"
    pairs = [Pair(side(left, ()), side(right, ()), "one letter differs", 0.9) for left, right in names]
    write_sheet(path, pairs)
    write_sheet(path, pairs)  # without answers it may be written anew
    try:
        found = [(cells["left"], cells["right"]) for _, cells in _rows(path)]
    except SheetError as error:
        pytest.fail(str(error))
    assert found == names


def test_the_queue_is_empty_where_nothing_is_loaded(home: Path) -> None:
    engine = open_engine(registry_url(home))
    migrate(engine)
    assert review_queue(engine, load_decisions(home)) == Queue([], 0, frozenset())
    engine.dispose()
