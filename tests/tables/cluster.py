"""A real Dask cluster for tests: processes on loopback."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

SECONDS = 60


class Cluster:
    """A scheduler and its workers, each a process of its own that listens on loopback alone."""

    def __init__(self) -> None:
        self.scheduler = self._start("dask_scheduler", "--port", "0")
        self.address = self._told(self.scheduler, r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")
        self.workers: list[subprocess.Popen[str]] = []

    def add(self, count: int = 1) -> None:
        for _ in range(count):
            worker = self._start("dask_worker", self.address, "--no-nanny", "--nthreads", "1")
            self._told(worker, r"(Starting established connection)")
            self.workers.append(worker)

    def _start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--host", "127.0.0.1", "--no-dashboard"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def _told(self, process: subprocess.Popen[str], words: str) -> str:
        assert process.stderr
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(words, line):
                return found[1]
        raise AssertionError(said)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.terminate()
            process.communicate(timeout=SECONDS)
