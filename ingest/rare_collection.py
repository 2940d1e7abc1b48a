"""Python's search for cycles of objects, made rare while pages are read and loaded, since these hold no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_BETWEEN_COLLECTIONS = 50_000
"""New objects that may come before cycles are looked for; Python's own is 700, less than one page of contracts."""


@contextmanager
def rare_collection() -> Iterator[None]:
    """Look for cycles less often: each look walks the objects of a whole page, and finds nothing."""
    before = gc.get_threshold()
    gc.set_threshold(_BETWEEN_COLLECTIONS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
