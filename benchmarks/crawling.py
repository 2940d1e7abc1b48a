"""Crawl, archive and load against bare Scrapy on the same pages, each as a whole process, start-up included.

The installation stands before the clock starts, as it does for every crawl but the first.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.memory import Watch
from benchmarks.pages import served
from benchmarks.result import Result
from db.engine import open_engine, registry_url
from db.migrate import migrate

CONTRACTS = 100_000
ROUNDS = 3


def crawled(mode: str, address: str) -> tuple[float, float]:
    """Seconds and peak memory (MB, all its processes) of one crawl."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(registry_url(Path(folder)))
        migrate(engine)
        engine.dispose()
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.crawler", mode, address, folder], stdout=subprocess.PIPE
        )
        watch = Watch(process.pid)
        watch.start()
        said, _ = process.communicate()
        took = time.perf_counter() - began
        if process.returncode != 0 or int(said) != CONTRACTS:
            raise RuntimeError(f"{mode}: exit {process.returncode}, {said!r} contracts of {CONTRACTS}")
        return took, watch.most()


def measure(rounds: int = ROUNDS) -> list[Result]:
    """Medians; the three modes take turns so that a busy moment hits all of them."""
    seconds: dict[str, list[float]] = {"ours": [], "item": [], "batch": []}
    memory: list[float] = []
    with served(CONTRACTS) as address:
        for _ in range(rounds):
            for mode, times in seconds.items():
                took, megabytes = crawled(mode, address)
                times.append(took)
                if mode == "ours":
                    memory.append(megabytes)
    ours, item, batch = (CONTRACTS / median(seconds[mode]) for mode in ("ours", "item", "batch"))
    return [
        Result("crawl, archive and load, against bare Scrapy item by item", "contracts/s", ours, item, target=2.0),
        Result("crawl, archive and load, of a bare batch crawl that stores nothing", "contracts/s", ours, batch, 0.45),
        Result("peak memory of a crawl of 100,000 contracts", "MB", max(memory), None, 200, at_most=True),
    ]


def run(rounds: int = ROUNDS) -> list[dict[str, Any]]:
    """Lines for `benchmarks/results.json`."""
    return [result.as_json() for result in measure(rounds)]


if __name__ == "__main__":
    for line in run(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS):
        print(line)
