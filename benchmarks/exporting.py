"""Exports beside stock Datasette's labelled CSV: the same release, over real sockets, all in one run.

    MEDIACONTRACTS_REAL_DATA=… python -m benchmarks.exporting

With real files the release holds the Brazilian and the Serbian list, else as many invented records. The peer is stock
Datasette on the same database, `contracts.csv?_labels=on&_stream=on&_size=max`, which gives every row with the names
of its parties, as ours does. Each is read to its end by the same reader, in turns.
"""

import csv
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.loading import batches, invented_records, invented_source
from benchmarks.result import Result
from db.archive import Captured, RunEnded, RunStarted
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.load import Loader
from ingest.settle import settle
from publish.release import build_release
from publish.schema import DATABASE
from publish.serve import arguments, release_files

RECORDS = 80_000
ROUNDS = 3
TARGET = 10.0
REAL = (
    ("br_secom", "brazil-secom-2016/Planilha_Exportacao.xlsx"),
    ("rs_cofinancing", "serbia-projektno-sufinansiranje/v2_2015-2022.xlsx"),
)
_AT = "2026-11-24T10:00:00Z"


def real_release(home: Path, folder: Path) -> Path:
    """A release of real files, made by the commands."""
    environment = {**os.environ, "MEDIACONTRACTS_HOME": str(home)}
    ingests = [["ingest", name, *map(str, sorted(folder.glob(files)))] for name, files in REAL]
    for told in (*ingests, ["release"]):
        subprocess.run([sys.executable, "-m", "cli", *told], env=environment, check=True, stdout=subprocess.DEVNULL)
    return (home / "releases" / "current").resolve()


def invented_release(home: Path) -> Path:
    """A release of invented records."""
    engine = open_engine(registry_url(home))
    migrate(engine)
    loader = Loader(engine, invented_source(), RunStarted(run="first", source="zz_bench", kind="crawl", at=_AT))
    for number, batch in enumerate(batches(invented_records(RECORDS))):
        ref = f"first/{number}"
        taken = Captured(ref=ref, run="first", source="zz_bench", sha256="0" * 64, url="", at=_AT, byte_count=0)
        loader.load(batch, taken)
    loader.finish(RunEnded(run="first", at=_AT, state="finished"))
    settle(engine, {"zz_bench": invented_source()}, home)
    result = build_release(engine, home / "releases", slugs=home / "slugs.jsonl", salt=b"benchmark")
    engine.dispose()
    return result.directory


@contextmanager
def served(told: list[str], log: Path) -> Iterator[str]:
    """A server in a process of its own; gives its address when it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "datasette", *told, "--port", str(port)]
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address, process, log)
            yield address
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/robots.txt", timeout=30):
                return
        except urllib.error.HTTPError:
            return  # stock Datasette has no such page, and says so
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server does not answer: {log.read_text(errors='replace')[-2000:]}")


def seconds(address: str) -> tuple[float, int]:
    """Seconds to read an answer to its end, and its bytes."""
    began = time.perf_counter()
    size = 0
    with urllib.request.urlopen(address, timeout=600) as answer:
        while piece := answer.read(1 << 20):
            size += len(piece)
    return time.perf_counter() - began, size


def measure() -> list[Result]:
    """Medians of three rounds: stock, ours whole, ours filtered, and the other formats for information."""
    real = os.environ.get("MEDIACONTRACTS_REAL_DATA", "")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        release = real_release(home, Path(real)) if real else invented_release(home)
        return compared(release, home, "real" if real else "invented")


def compared(release: Path, scratch: Path, kind: str) -> list[Result]:
    """Measure one release.

    Args:
        release: its directory.
        scratch: where servers may log.
        kind: "real" or "invented" records.
    """
    database, _ = release_files(release)
    manifest = json.loads((release / database.name.replace(f"{DATABASE}.db", "manifest.json")).read_text())
    rows = int(manifest["tables"]["contracts"])
    stock = ["serve", "--immutable", str(database), "--setting", "sql_time_limit_ms", "600000"]
    own = arguments(release, public=True, port=0)
    with served(stock, scratch / "stock.log") as theirs, served(own, scratch / "own.log") as ours:
        peer = f"{theirs}/{database.stem}/contracts.csv?_labels=on&_stream=on&_size=max"
        filtered = f"{ours}/contracts.csv?counted=1"
        asked: dict[str, Callable[[], tuple[float, int]]] = {
            "stock": lambda: seconds(peer),
            "whole": lambda: seconds(f"{ours}/contracts.csv"),
            "filtered": lambda: seconds(filtered),
            "jsonl": lambda: seconds(f"{ours}/contracts.jsonl"),
        }
        found: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, ask in asked.items():
                found[name].append(ask()[0])
        kept = _rows(filtered)
    speed = {name: (kept if name == "filtered" else rows) / median(times) for name, times in found.items()}
    of = f"{rows:,} {kind} records"
    lines = [
        Result(f"{wording} of {of}, of stock labelled CSV", "rows/s", speed[name], speed["stock"], TARGET)
        for name, wording in (("whole", "CSV of the whole table"), ("filtered", f"CSV filtered to {kept:,}"))
    ]
    return [*lines, Result(f"JSON Lines of {of}, against the same", "rows/s", speed["jsonl"], speed["stock"], TARGET)]


def _rows(address: str) -> int:
    with urllib.request.urlopen(address, timeout=600) as answer:
        return sum(1 for _ in csv.reader(io.TextIOWrapper(answer, "utf-8", newline=""))) - 1


def run() -> list[dict[str, Any]]:
    """Lines for `benchmarks/results.json`."""
    return [result.as_json() for result in measure()]


if __name__ == "__main__":
    for line in run():
        print(line)
