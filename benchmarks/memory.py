"""The memory that a process and its children take, sampled while they run (Linux)."""

from __future__ import annotations

import threading
from pathlib import Path

BETWEEN = 0.1
"""Seconds between two looks."""


def _share(process: int) -> int:
    """Kilobytes of one process, pages that it shares divided among those who share them; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _family(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return [process]
    return [process, *(one for child in children for one in _family(int(child)))]


class Watch(threading.Thread):
    """Looks at a process and its children until it is told to stop."""

    def __init__(self, process: int) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._stop_now = threading.Event()
        self._most = 0

    def run(self) -> None:
        """Look, and keep the most that was seen."""
        while not self._stop_now.wait(BETWEEN):
            self._most = max(self._most, sum(_share(one) for one in _family(self._process)))

    def most(self) -> float:
        """Stop, and give the most that was seen at one time, in MB."""
        self._stop_now.set()
        self.join()
        return self._most / 1024
