"""Loading: nothing lost, nothing doubled, history kept, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import ROW, csv_of, declare, ingested, read
from sqlalchemy import Engine, text

from db.archive import Archive, Captured, RunEnded, RunStarted
from db.engine import open_engine
from db.migrate import migrate
from db.model import format_instant
from ingest import retract
from ingest.checks import check
from ingest.editions import Known, assign_keys
from ingest.files import latest_edition, load_capture, read_again
from ingest.load import Counts, Loader
from ingest.reader import LayoutChangedError
from ingest.record import Batch, Deletion, RowsLostError
from ingest.replay import INTERRUPTED_BY_DEFECT, close_interrupted, replay, runs_of
from ingest.retract import (
    Retraction,
    UnknownTargetError,
    apply_pending,
    apply_retraction,
    read_retractions,
    retract_run,
)

SOURCE = declare()


def row(subject: str = "Освещение", total: str = "100", outlet: str = "Боз дала") -> list[str]:
    return [*ROW[:4], outlet, subject, total, ""]


def counted(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(
            connection.execute(text("SELECT coalesce(sum(amount_minor), 0) FROM record WHERE counted")).scalar_one()
        )


def contents(engine: Engine, *, but: tuple[str, ...] = ()) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to compare two registries with."""
    with engine.connect() as connection:
        names = [
            name
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            )
        ]
        return {
            name: sorted((tuple(r) for r in connection.execute(text(f"SELECT * FROM {name}"))), key=repr)
            for name in names
            if name not in but
        }


def test_the_same_file_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    body = csv_of(row("a"), row("b"), row("b"))
    first = ingested(engine, tmp_path, SOURCE, body)
    assert first.counts == Counts(rows=3, inserted=3)
    again = ingested(engine, tmp_path, SOURCE, body, minute=1)
    assert again.counts == Counts(rows=3, unchanged=3)
    assert counted(engine) == 30_000


def test_identical_printed_rows_are_two_records(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row(), row()))
    with engine.connect() as connection:
        keys = [k for (k,) in connection.execute(text("SELECT key FROM record ORDER BY key"))]
    assert [key[-2:] for key in keys] == ["#1", "#2"]


def test_a_changed_sum_is_a_revision_and_a_missing_row_vanishes(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b"), row("c")))
    second = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b", "250"), row("d")), minute=1)
    assert second.counts == Counts(rows=3, inserted=1, updated=1, unchanged=1, vanished=1)
    with engine.connect() as connection:
        revisions = connection.execute(text("SELECT field, old, new FROM revision")).all()
        gone = connection.execute(text("SELECT subject, counted_why FROM record WHERE NOT counted")).all()
    assert [tuple(r) for r in revisions] == [("amount_minor", "10000", "25000")]
    assert [tuple(r) for r in gone] == [("c", "vanished")]
    back = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b", "250"), row("c"), row("d")), minute=2)
    assert back.counts == Counts(rows=4, unchanged=4)
    assert counted(engine) == 10_000 + 25_000 + 10_000 + 10_000


@pytest.mark.parametrize("signs", [("", ""), ("", "-")])
def test_sums_that_cannot_be_added_up_are_told_by_the_largest(
    engine: Engine, tmp_path: Path, signs: tuple[str, str]
) -> None:
    one, other = (f"{sign}92 233 720 368 547 758,07" for sign in signs)
    ingested(engine, tmp_path, SOURCE, csv_of(row("a", "5"), row("b", one), row("c", other)))
    [finding] = check(engine, {SOURCE.name: SOURCE})
    assert (finding.rule, finding.level) == ("sums", "fatal")
    assert "invented.csv, row 3 reads '92 233 720 368 547 758,07'" in finding.message
    ingested(engine, tmp_path, SOURCE, csv_of(row("a", "5"), row("b", one), row("c", "0")), minute=1)
    assert [one.rule for one in check(engine, {SOURCE.name: SOURCE})] == ["sums"]
    ingested(engine, tmp_path, SOURCE, csv_of(row("a", "5"), row("b", "6"), row("c", "7")), minute=2)
    assert check(engine, {SOURCE.name: SOURCE}) == []
    ran = ingested(engine, tmp_path, SOURCE, csv_of(*(row(name, one) for name in "abcd")), minute=4).run
    assert [found.rule for found in check(engine, {SOURCE.name: SOURCE})] == ["sums"]
    taken_back = Retraction(target=ran, why="misread", at="2026-11-25T10:00:00Z")
    apply_retraction(engine, {SOURCE.name: SOURCE}, taken_back)
    assert "sums" not in [found.rule for found in check(engine, {SOURCE.name: SOURCE})]


def wild(length: int, seed: int) -> str:
    """A text that no database makes shorter before it indexes it."""
    return "".join(random.Random(seed).choices("абвгдежзийклмнопрстуфхцчшщ", k=length))


def test_texts_that_no_database_indexes_are_kept_or_rejected_one_by_one(engine: Engine, tmp_path: Path) -> None:
    long, longer = row(wild(9_000, 1)), row(wild(9_000, 1) + "!")
    names = [[wild(5_000, at) if at == heading else cell for at, cell in enumerate(row("c"))] for heading in (0, 2, 4)]
    done = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), long, longer, long, *names))
    assert (done.counts.inserted, done.counts.rejected) == (4, 3)
    done = ingested(engine, tmp_path, SOURCE, csv_of(longer, long, row("a"), long), minute=1)
    assert (done.counts.unchanged, done.counts.vanished) == (4, 0)
    with engine.connect() as connection:
        why = [reason for (reason,) in connection.execute(text("SELECT reason FROM rejected"))]
    assert [reason.partition(":")[0] for reason in why] == ["Payer", "Recipient", "Outlet"]
    assert all(reason.endswith("has 5000 characters: no name or number is that long") for reason in why)


def test_files_of_one_edition_are_no_newer_selves_of_each_other(sqlite_engine: Engine, tmp_path: Path) -> None:
    january, february = (tmp_path / name for name in ("january.csv", "february.csv"))
    january.write_bytes(csv_of(row("a", "100"), row("b", "5")))
    february.write_bytes(csv_of(row("a", "30"), row("b", "5")))
    ingested(sqlite_engine, tmp_path, SOURCE, january, february)
    assert counted(sqlite_engine) == 140_00
    done = ingested(sqlite_engine, tmp_path, SOURCE, january, february, minute=1)
    assert (done.counts.unchanged, done.counts.vanished) == (4, 0)
    february.write_bytes(csv_of(row("a", "40"), row("b", "5")))
    done = ingested(sqlite_engine, tmp_path, SOURCE, january, february, minute=2)
    assert (done.counts.updated, counted(sqlite_engine)) == (1, 150_00)
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    migrate(again)
    replay(again, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE})
    assert contents(again) == contents(sqlite_engine)
    again.dispose()


def test_parts_of_an_edition_that_name_a_row_alike_keep_both(engine: Engine, tmp_path: Path) -> None:
    parted = declare(table={"format": "csv", "delimiter": ";", "slice_from_name": r"(\w+)\.csv"})
    for name, total in (("north", "100"), ("south", "30")):
        ingested(engine, tmp_path, parted, csv_of(row("a", total)), name=f"{name}.csv")
    assert counted(engine) == 130_00
    ingested(engine, tmp_path, parted, csv_of(row("a", "31")), name="south.csv", minute=1)
    assert counted(engine) == 131_00


def test_a_refused_file_leaves_the_registry_as_it_was(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a")))
    with pytest.raises(LayoutChangedError):
        ingested(engine, tmp_path, SOURCE, csv_of(row("a"), headings=["x", *"abcdefg"]), minute=1)
    assert counted(engine) == 10_000
    with engine.connect() as connection:
        states = connection.execute(text("SELECT state, reason FROM run ORDER BY id")).all()
    assert [s[0] for s in states] == ["finished", "failed"]
    assert "headings" in states[1][1]


def test_rows_in_are_rows_kept(engine: Engine, tmp_path: Path) -> None:
    result = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b", "oops"), row("c")))
    assert (result.counts.inserted, result.counts.rejected) == (2, 1)
    with engine.connect() as connection:
        rejected = connection.execute(text("SELECT locator, reason, raw FROM rejected")).one()
    assert rejected[0] == "row 3"
    assert "oops" in rejected[2]


def test_a_reader_that_loses_a_row_is_a_defect() -> None:
    with pytest.raises(RowsLostError, match="2 rows read but 0 records"):
        Batch(source="s", capture="c", rows=2)


def test_the_same_id_is_one_organisation_and_other_ids_are_others(engine: Engine, tmp_path: Path) -> None:
    other = [*row("b")[:2], "ТОО Боз Дала Медиа", *row("b")[3:]]
    without = [*row("c")[:2], "ТОО Боз Дала Медиа", "", *row("c")[4:]]
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), other, without))
    with engine.connect() as connection:
        entities = connection.execute(
            text("SELECT o.registry_id, count(*) FROM organisation_name n JOIN organisation o "
                 "ON o.id = n.organisation_id GROUP BY o.id, o.registry_id ORDER BY 1")
        ).all()  # fmt: skip
    assert [tuple(e) for e in entities] == [("", 1), ("991240999991", 2)]


STANDING = declare(
    root={"columns": {"Subject": "^([^-]+)-"}},
    rank=["Euro"],
    superseded_why="announced again",
    standing={
        "column": "Outlet",
        "values": {"held": {"standing": "counts"}, "not held": {"standing": "never", "why": "not held"},
                   "old": {"standing": "superseded"}, "void": {"standing": "void"}},
    },
)  # fmt: skip


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([("held", 1), ("held", 2)], ["announced again", ""]),
        ([("held", 1), ("not held", 2)], ["", "not held"]),
        ([("old", 1), ("held", 2)], ["announced again", ""]),
        ([("old", 2)], [""]),
        ([("held", 1), ("old", 2)], ["announced again", ""]),
        ([("held", 1), ("void", 2)], ["status does not count", "status does not count"]),
        ([("held", 9), ("held", 10)], ["announced again", ""]),
        ([("old", 1), ("not held", 2)], ["announced again", "not held"]),
        ([("held", 1), ("old", 2), ("not held", 3)], ["", "announced again", "not held"]),
    ],
)
def test_at_most_one_record_of_a_root_counts(
    engine: Engine, tmp_path: Path, versions: list[tuple[str, int]], expected: list[str]
) -> None:
    rows = [[*ROW[:4], status, f"17-v{rank}", "100", str(rank)] for status, rank in versions]
    ingested(engine, tmp_path, STANDING, csv_of(*rows))
    with engine.connect() as connection:
        why = [r[0] for r in connection.execute(text("SELECT counted_why FROM record ORDER BY id"))]
    assert why == expected


def test_a_sum_over_several_years_never_counts_beside_its_years(engine: Engine, tmp_path: Path) -> None:
    def of(year: str, subject: str = "Освещение") -> list[str]:
        return [ROW[0], year, *row(subject)[2:]]

    ingested(engine, tmp_path, SOURCE, csv_of(of("2009-2011"), of("2010"), of("2009-2011", "another thing")))
    with engine.connect() as connection:
        why = [r[0] for r in connection.execute(text("SELECT counted_why FROM record ORDER BY id"))]
    assert why == ["several years", "", ""]


def test_retracting_a_run_takes_it_out_of_the_totals(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b")))
    wrong = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("z", "999")), minute=1)
    sources = {SOURCE.name: SOURCE}
    with pytest.raises(UnknownTargetError, match="nonsense"):
        apply_retraction(engine, sources, Retraction(target="nonsense", why="x", at="2026-11-24T10:02:00Z"))
    apply_retraction(engine, sources, Retraction(target=wrong.run, why="wrong month", at="2026-11-24T10:02:00Z"))
    assert counted(engine) == 20_000  # z does not count, and b, which only the wrong run missed, counts again


def test_values_of_a_retracted_edition_stop_a_release_until_the_right_one_is_read(
    engine: Engine, tmp_path: Path
) -> None:
    right = csv_of(row("a", "100"), row("b"))
    ingested(engine, tmp_path, SOURCE, right)
    wrong = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "999"), row("b")), minute=1)
    sources = {SOURCE.name: SOURCE}
    apply_retraction(engine, sources, Retraction(target=wrong.run, why="a slip", at="2026-11-24T10:02:00Z"))
    with pytest.raises(UnknownTargetError, match="retracted already: a slip"):
        apply_retraction(engine, sources, Retraction(target=wrong.run, why="again", at="2026-11-24T10:03:00Z"))
    [finding] = [f for f in check(engine, sources) if f.rule == "retracted values"]
    assert finding.level == "fatal"
    assert f"1 records hold values of the retracted run {wrong.run}" in finding.message
    ingested(engine, tmp_path, SOURCE, right, minute=2)
    assert [f for f in check(engine, sources) if f.rule == "retracted values"] == []
    assert counted(engine) == 20_000


def test_a_retracted_edition_that_is_read_again_counts_again_in_a_rebuilt_registry_too(
    engine: Engine, tmp_path: Path
) -> None:
    first = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "100"), row("b")))
    doubted = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "999"), row("b")), minute=1)
    sources = {SOURCE.name: SOURCE}
    archive = Archive(tmp_path / "archive")
    assert archive.last_run() == doubted.run
    retraction = Retraction(target=doubted.run, why="doubted", at="2026-11-24T10:02:00Z", after=archive.last_run())
    taken = apply_retraction(engine, sources, retraction)
    assert (taken.source, taken.records, taken.had_changed) == (SOURCE.name, 1, 1)
    assert latest_edition(engine, SOURCE) == first.run
    again = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "999"), row("b")), minute=3)
    assert (again.counts.updated, again.counts.unchanged) == (1, 1)
    assert counted(engine) == 109_900
    rebuilt = open_engine(f"sqlite:///{tmp_path / 'rebuilt.db'}")
    migrate(rebuilt)
    replay(rebuilt, archive, sources, [retraction])
    assert counted(rebuilt) == 109_900
    rebuilt.dispose()


def test_a_kept_retraction_that_failed_is_applied_later_and_once(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b")))
    wrong = ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("z", "999")), minute=1)
    sources, path = {SOURCE.name: SOURCE}, tmp_path / "retractions.jsonl"
    lost = Retraction(target=wrong.run, why="wrong month", at="2026-11-24T10:02:00Z")
    with monkeypatch.context() as fault:
        fault.setattr(retract, "recount", lambda *_: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="the disk"):
            retract_run(engine, sources, path, lost)
    assert counted(engine) == 109_900  # rolled back whole
    elsewhere = Retraction(target="a run of another registry", why="x", at="2026-11-24T10:02:00Z")
    assert apply_pending(engine, sources, [*read_retractions(path), elsewhere]) == [wrong.run]
    assert counted(engine) == 20_000
    assert apply_pending(engine, sources, read_retractions(path)) == []
    with pytest.raises(UnknownTargetError, match="retracted already"):
        retract_run(engine, sources, path, lost)
    assert read_retractions(path) == [lost]


def test_the_edition_before_a_retracted_one_is_read_again_from_the_archive(engine: Engine, tmp_path: Path) -> None:
    right = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "100"), row("b")))
    wrong = ingested(engine, tmp_path, SOURCE, csv_of(row("a", "999"), row("c")), minute=1)
    sources = {SOURCE.name: SOURCE}
    apply_retraction(engine, sources, Retraction(target=wrong.run, why="a slip", at="2026-11-24T10:02:00Z"))
    assert latest_edition(engine, SOURCE) == right.run
    result = read_again(engine, Archive(tmp_path / "archive"), SOURCE, right.run, at="2026-11-24T10:03:00Z")
    assert (result.counts.updated, result.counts.unchanged, result.counts.vanished) == (1, 1, 1)
    assert counted(engine) == 20_000
    assert [f for f in check(engine, sources) if f.rule == "retracted values"] == []
    apply_retraction(engine, sources, Retraction(target=right.run, why="all wrong", at="2026-11-24T10:04:00Z"))
    assert latest_edition(engine, SOURCE) == result.run


def test_a_deletion_of_the_source_is_kept_and_not_counted_until_it_is_undone(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b")))
    with engine.connect() as connection:
        key = connection.execute(text("SELECT key FROM record ORDER BY id")).scalars().first()
    for run, told, left in (
        ("r9", Deletion(str(key), "2026-11-23T05:00:00Z"), 10_000),
        ("r10", Deletion(str(key), "2026-11-22T05:00:00Z", undone=True), 10_000),  # said before it was deleted
        ("r11", Deletion(str(key), "2026-11-24T05:00:00Z", undone=True), 20_000),
    ):
        at = "2026-11-24T11:00:00Z"
        loader = Loader(engine, SOURCE, RunStarted(run=run, source="zz_invented", kind="crawl", at=at))
        captured = Captured(
            ref=f"{run}/1", run=run, source="zz_invented", sha256="0" * 64, url="", at=at, byte_count=0
        )
        loader.load(Batch(source="zz_invented", capture=captured.ref, rows=0, deletions=[told]), captured)
        loader.finish(RunEnded(run=run, at=at, state="finished"))
        assert counted(engine) == left
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM record")).scalar_one() == 2


def test_a_rebuild_gives_the_same_registry(sqlite_engine: Engine, tmp_path: Path) -> None:
    from db.engine import open_engine
    from db.migrate import migrate

    for minute, rows in enumerate(
        [[row("a"), row("b"), row("b")], [row("b", "7"), row("c"), row("x", "bad")], [row("a")]]
    ):
        ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*rows), minute=minute)
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    migrate(again)
    assert replay(again, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE}) == 3
    assert contents(again) == contents(sqlite_engine)
    again.dispose()


def begun(archive: Archive, body: bytes) -> tuple[RunStarted, Captured]:
    """A run whose beginning is in the journal, and its capture, which is not yet."""
    started = RunStarted(run="r9", source="zz_invented", kind="ingest", at="2026-11-24T11:00:00Z")
    archive.write(started)
    captured = Captured(
        ref="r9/1", run="r9", source="zz_invented", sha256=archive.put(body), url="", at=started.at,
        byte_count=len(body), file_name="invented.csv", reader="table",
    )  # fmt: skip
    return started, captured


@pytest.mark.parametrize("batches_before_the_kill", [0, 1, 2])
def test_a_run_killed_between_batches_is_completed_once(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batches_before_the_kill: int
) -> None:
    """The kill is an exception here; tests/cli kills a real process."""
    from db.engine import open_engine
    from db.migrate import migrate

    monkeypatch.setattr("ingest.readers.table.BATCH_ROWS", 2)
    archive = Archive(tmp_path / "archive")
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(row("a"), row("b", "5")))
    body = csv_of(row("a"), row("b", "6"), row("c"), row("d"), row("c"))
    started, captured = begun(archive, body)
    loader = Loader(sqlite_engine, SOURCE, started)
    archive.write(captured)
    real_load, done = loader.load, Counter[str]()

    def dying_load(batch: Batch, of: Captured) -> Counts:
        if done["batches"] == batches_before_the_kill:
            raise KeyboardInterrupt
        done["batches"] += 1
        return real_load(batch, of)

    monkeypatch.setattr(loader, "load", dying_load)
    with pytest.raises(KeyboardInterrupt):
        load_capture(loader, archive, captured)
    assert close_interrupted(sqlite_engine, archive, {SOURCE.name: SOURCE}, runs_of(archive)) == ["r9"]
    assert counted(sqlite_engine) == 10_000 + 600 + 30_000
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    migrate(again)
    replay(again, archive, {SOURCE.name: SOURCE})
    assert contents(again) == contents(sqlite_engine)
    again.dispose()


def test_what_a_killed_run_had_loaded_whole_is_counted_when_it_is_closed(engine: Engine, tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    body = csv_of(*([*ROW[:4], "held", f"17-v{rank}", "100", str(rank)] for rank in (1, 2)))
    started, captured = begun(archive, body)
    archive.write(captured)
    load_capture(Loader(engine, STANDING, started), archive, captured)
    assert close_interrupted(engine, archive, {STANDING.name: STANDING}, runs_of(archive)) == ["r9"]
    assert counted(engine) == 10_000


@pytest.mark.parametrize("lost", ["the end in the registry", "the end in the journal"])
def test_a_run_that_dies_while_it_ends_is_closed_by_the_next_command(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Its edition leaves out a row and brings a newer version; nothing vanishes by it, and a rebuild says the same."""
    versions = [[*ROW[:4], "held", f"17-v{rank}", "100", str(rank)] for rank in (1, 2)]
    other = [*ROW[:4], "held", "18-v1", "50", "1"]
    ingested(sqlite_engine, tmp_path, STANDING, csv_of(versions[0], other))
    archive = Archive(tmp_path / "archive")

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as fault:
        if lost == "the end in the registry":
            fault.setattr(Loader, "finish", dying)
        else:
            write = Archive.write
            fault.setattr(Archive, "write", lambda self, e: dying() if isinstance(e, RunEnded) else write(self, e))
        with pytest.raises(KeyboardInterrupt):
            ingested(sqlite_engine, tmp_path, STANDING, csv_of(*versions), minute=1)
    assert len(close_interrupted(sqlite_engine, archive, {STANDING.name: STANDING}, runs_of(archive))) == 1
    with sqlite_engine.connect() as connection:
        states = connection.execute(text("SELECT state, vanished FROM run ORDER BY id")).all()
        why = [row[0] for row in connection.execute(text("SELECT counted_why FROM record ORDER BY key"))]
    assert [tuple(one) for one in states] == [("finished", 0), ("failed", 0)]
    assert sorted(why) == ["", "", "announced again"]
    again = open_engine(f"sqlite:///{tmp_path / 'again.db'}")
    migrate(again)
    replay(again, archive, {STANDING.name: STANDING})
    assert contents(again) == contents(sqlite_engine)
    again.dispose()


EDITION = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "2", "3"])), max_size=7)


@settings(max_examples=150, deadline=None)
@given(old=EDITION, new=EDITION)
def test_pairing_of_editions_loses_and_doubles_nothing(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    def records(edition: list[tuple[str, str]]) -> list[object]:
        return list(read(SOURCE, csv_of(*(row(subject, total) for subject, total in edition)))[0])

    before = records(old)
    assign_keys([], before)  # type: ignore[arg-type]
    known = [Known(r.key, r.identity, r.raw_hash, vanished=False) for r in before]  # type: ignore[attr-defined]
    after = records(new)
    assign_keys(known, after)  # type: ignore[arg-type]
    keys = [r.key for r in after]  # type: ignore[attr-defined]
    assert len(set(keys)) == len(keys)
    stored = {k.key: k for k in known}
    equal = Counter((r.identity, r.raw_hash) for r in before) & Counter((r.identity, r.raw_hash) for r in after)  # type: ignore[attr-defined]
    kept = sum(r.key in stored and stored[r.key].raw_hash == r.raw_hash for r in after)  # type: ignore[attr-defined]
    assert kept == equal.total()
    assert all(r.identity == stored[r.key].identity for r in after if r.key in stored)  # type: ignore[attr-defined]
    per_identity = Counter(r.identity for r in before) & Counter(r.identity for r in after)  # type: ignore[attr-defined]
    assert sum(r.key in stored for r in after) == per_identity.total()  # type: ignore[attr-defined]


def test_statements_do_not_grow_with_rows(sqlite_engine: Engine, tmp_path: Path) -> None:
    from sqlalchemy import event

    seen: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *a: seen.append(a[2]))
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*(row(f"s{n}") for n in range(10))))
    few = len(seen)
    seen.clear()
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*(row(f"s{n}") for n in range(450))), minute=1)
    assert len(seen) <= few + 5


@pytest.mark.parametrize(
    "met", [KeyboardInterrupt("a person"), ValueError("a defect of a reader")], ids=["Ctrl-C", "defect"]
)
def test_what_stops_the_closing_of_a_run_leaves_it_open_if_it_was_a_person(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, met: BaseException
) -> None:
    """A defect closes the run, or every command would meet it; a person who interrupts has not said that it failed."""
    archive, body, sources = Archive(tmp_path / "archive"), csv_of(row("a"), row("b")), {SOURCE.name: SOURCE}
    started = RunStarted(run="r9", source=SOURCE.name, kind="ingest", at="2026-11-24T11:00:00Z")
    archive.write(started)
    archive.write(
        Captured(
            ref="r9/1", run="r9", source=SOURCE.name, sha256=archive.put(body), url="", at=started.at,
            byte_count=len(body), file_name="invented.csv", reader="table",
        )
    )  # fmt: skip

    def stopped(*_: object) -> Counts:
        raise met

    with monkeypatch.context() as patch:
        patch.setattr("ingest.replay.load_capture", stopped)
        with pytest.raises(type(met), match=str(met)):
            close_interrupted(sqlite_engine, archive, sources, runs_of(archive))
    ended = [event for event in archive.events() if isinstance(event, RunEnded)]
    if isinstance(met, KeyboardInterrupt):
        assert ended == []
        assert close_interrupted(sqlite_engine, archive, sources, runs_of(archive)) == ["r9"]
        assert counted(sqlite_engine) == 20_000
    else:
        assert [event.reason for event in ended] == [f"{INTERRUPTED_BY_DEFECT} ValueError: a defect of a reader"]
        assert close_interrupted(sqlite_engine, archive, sources, runs_of(archive)) == []


def test_instants_keep_their_zone() -> None:
    import datetime as dt

    assert (
        format_instant(dt.datetime(2024, 2, 29, 23, 0, tzinfo=dt.timezone(dt.timedelta(hours=6))))
        == "2024-02-29T17:00:00Z"
    )


def test_a_wrong_file_says_what_to_do_and_hides_no_shrunken_edition(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b")))
    with pytest.raises(LayoutChangedError):
        ingested(engine, tmp_path, SOURCE, b"another,table\n1,2\n")
    sources = {SOURCE.name: SOURCE}
    [finding] = [one for one in check(engine, sources) if one.rule in ("run", "fewer rows")]
    assert finding.rule == "run"
    with engine.connect() as connection:
        ref = connection.execute(text("SELECT ref FROM run ORDER BY id DESC LIMIT 1")).scalar_one()
    assert f"mediacontracts retract {ref} --why" in finding.message
    # half of the right file, with the failed run between: it is held against the edition before that
    ingested(engine, tmp_path, SOURCE, csv_of(row("a")))
    assert [one.rule for one in check(engine, sources)] == ["fewer rows"]


def test_a_shrunken_edition_that_is_read_once_more_is_still_one(engine: Engine, tmp_path: Path) -> None:
    sources = {SOURCE.name: SOURCE}
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("b")))
    shrunken = ingested(engine, tmp_path, SOURCE, csv_of(row("a"))).run
    for _ in range(2):
        ingested(engine, tmp_path, SOURCE, csv_of(row("a")))
        [finding] = [one for one in check(engine, sources) if one.rule == "fewer rows"]
        assert f"run {shrunken} has 1 rows, the one before had 2" in finding.message
    assert not [one for one in check(engine, sources, {shrunken}) if one.rule == "fewer rows"]
    # a new edition is held against the one before it alone
    ingested(engine, tmp_path, SOURCE, csv_of(row("a"), row("c")))
    assert not [one for one in check(engine, sources) if one.rule == "fewer rows"]
