"""The search for cycles is rare while somebody is inside, and as before once the last has left."""

from __future__ import annotations

import gc

import pytest

from ingest.rare_collection import rare_collection


@pytest.mark.parametrize("first_leaves_first", [True, False])
def test_the_last_to_leave_brings_back_what_was_before(first_leaves_first: bool) -> None:
    """Reading and loading overlap in two threads; with a restore each, the rare search would stay for good."""
    before = gc.get_threshold()
    reading, loading = rare_collection(), rare_collection()
    reading.__enter__()
    loading.__enter__()
    order = [reading, loading] if first_leaves_first else [loading, reading]
    order[0].__exit__(None, None, None)
    assert gc.get_threshold()[0] > before[0]
    order[1].__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_an_error_inside_brings_it_back_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), rare_collection():
        raise KeyError
    assert gc.get_threshold() == before
