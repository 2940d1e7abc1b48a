"""Many documents at once: on this machine and on a real Dask cluster of processes on loopback, with one result."""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main_group
from ingest.tables import DocumentRefused, Table, as_plain, read_tables
from ingest.tables import many as many_module
from ingest.tables.many import ClusterError, read_many, read_on_worker
from ingest.tables.safety import ReadOrder
from tests.tables.cluster import SECONDS, Cluster
from tests.tables.documents import HEADER, ROWS, TOTAL, ruled_pdf, word, workbook


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    one = Cluster()
    yield one
    one.stop()


def documents(folder: Path, count: int) -> list[Path]:
    """Files of several formats, all different; a PDF among them takes a while."""
    paths = []
    for number in range(count):
        rows = [[str(n), f"{ROWS[n % 2][1]} {number}", *ROWS[n % 2][2:]] for n in range(1, 150)]
        short = [HEADER, *rows[:5], TOTAL]
        made = ruled_pdf(rows) if number % 3 == 0 else word(short) if number % 3 == 1 else workbook(short)
        path = folder / f"answer-{number}.bin"
        path.write_bytes(made)
        paths.append(path)
    return paths


def read(paths: list[Path], scheduler: str = "") -> list[list[Table] | str]:
    return [str(one) if isinstance(one, DocumentRefused) else one
            for _, one in read_many(paths, scheduler=scheduler)]  # fmt: skip


def test_documents_are_read_at_once_in_the_order_they_were_named(tmp_path: Path) -> None:
    paths = documents(tmp_path, 6)
    assert [path for path, _ in read_many(paths)] == paths
    assert read(paths) == [read_tables(path) for path in paths]


def test_a_document_that_is_refused_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "locked.pdf").write_bytes(ruled_pdf(encrypt="x"))
    [path] = documents(tmp_path, 1)
    first, second = read([tmp_path / "locked.pdf", path])
    assert str(first).startswith("locked.pdf: encrypted")
    assert second == read_tables(path)


@pytest.mark.slow
def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path, cluster: Cluster) -> None:
    cluster.add(2)
    paths = documents(tmp_path, 12)
    (tmp_path / "locked.pdf").write_bytes(ruled_pdf(encrypt="x"))
    paths.insert(5, tmp_path / "locked.pdf")
    found = []
    for number, (path, one) in enumerate(read_many(paths, scheduler=cluster.address)):
        found.append(one)
        if number == 0:
            victim = cluster.workers[0]
            wait_for_child(victim.pid)
            victim.kill()
            assert path == paths[0]
    assert cluster.workers[0].wait(timeout=SECONDS) == -signal.SIGKILL
    assert [str(one) if isinstance(one, DocumentRefused) else one for one in found] == read(paths)


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_reading_with_its_name(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as long is tried to reach it again
    monkeypatch.setattr(many_module, "_CONNECT_SECONDS", 5)
    cluster.add()
    found = read_many(documents(tmp_path, 5), scheduler=cluster.address)
    next(found)
    cluster.scheduler.kill()
    with pytest.raises(ClusterError, match="the scheduler went away while answer-"):
        list(found)


def wait_for_child(parent: int) -> None:
    """Until a process has a child: a worker that reads has the bounded process of its document."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                if int(status.read_text().rpartition(")")[2].split()[1]) == parent:
                    return
            except (OSError, IndexError):
                continue  # it has ended meanwhile
        time.sleep(0.01)
    raise AssertionError("the worker reads nothing")


@pytest.mark.slow
def test_the_command_prints_the_same_from_a_cluster(tmp_path: Path, cluster: Cluster) -> None:
    cluster.add()
    paths = [str(path) for path in documents(tmp_path, 3)]
    here = CliRunner().invoke(main_group, ["tables", *paths, "--json"])
    there = CliRunner().invoke(main_group, ["tables", *paths, "--json", "--scheduler", cluster.address])
    assert here.exit_code == there.exit_code == 0, there.output
    assert here.output == there.output
    plain = [table for path in paths for table in as_plain(read_tables(Path(path)))]
    assert here.output.count('"needs_review"') == len(plain)


@pytest.mark.slow
def test_a_cluster_that_cannot_be_used_is_named(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many_module, "_CONNECT_SECONDS", 1)
    paths = documents(tmp_path, 1)
    with pytest.raises(ClusterError, match="no workers; start one with `dask worker`"):
        read(paths, cluster.address)
    with pytest.raises(ClusterError, match="no Dask scheduler answers there"):
        read(paths, "tcp://127.0.0.1:9")
    with pytest.raises(ClusterError, match="no Dask scheduler answers there"):
        read(paths, "nonsense")


def test_a_worker_of_another_version_reads_nothing() -> None:
    with pytest.raises(ImportError, match=r"where 0\.0\.0 is needed"):
        read_on_worker(ruled_pdf(), ReadOrder("answer.pdf"), "0.0.0")


def test_without_the_extra_it_is_said_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ClusterError, match=re.escape(f"{sys.executable} -m pip install 'mediacontracts[cluster]'")):
        read(documents(tmp_path, 1), "tcp://127.0.0.1:8786")


def test_no_more_processes_run_than_there_are_processors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most = 0, 0
    real = many_module.read_isolated

    def counted(body: bytes, order: ReadOrder) -> bytes:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return real(body, order)
        finally:
            running -= 1

    monkeypatch.setattr(many_module, "read_isolated", counted)
    read(documents(tmp_path, 6))
    assert most <= len(os.sched_getaffinity(0))
