"""Python's search for cycles of objects, made rare while pages are read and loaded, since these hold no cycle."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_BETWEEN_COLLECTIONS = 50_000
"""New objects that may come before cycles are looked for; Python's own is 700, less than one page of contracts."""

_lock = threading.Lock()
_before: list[tuple[int, int, int]] = []
"""What held before the first of those who are inside now; one entry for each."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cycles less often: each look walks the objects of a whole page, and finds nothing.

    Threads may be inside together, and leave in any order: the last one brings back what was before the first.
    """
    with _lock:
        _before.append(_before[0] if _before else gc.get_threshold())
        gc.set_threshold(_BETWEEN_COLLECTIONS, *_before[0][1:])
    try:
        yield
    finally:
        with _lock:
            first = _before.pop()
            if not _before:
                gc.set_threshold(*first)
