"""What may be crawled is declared as it is asked for: a plan that would be asked for otherwise is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ingest.crawl_plan import CrawlPlan

BIN = "000340001583"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        # asked for as they stand, these found nobody, and it was said that the portal had ignored the filter
        ({"customers": (f"{BIN} ",)}, "customers: entry 1"),
        ({"suppliers": (BIN, "0003 4000 1583")}, "suppliers: entry 2"),
        ({"customers": (f"БИН {BIN}",)}, "customers: entry 1"),
        ({"customers": ("340001583",)}, "customers: entry 1"),
        ({"customers": (BIN, BIN)}, "listed twice"),
        ({"since": "2024-02-30"}, "since is '2024-02-30'"),
        ({"since": "20240101"}, "since is '20240101'"),
        ({"since": "2024-W05-1"}, "since is '2024-W05-1'"),
        ({"since": "0001-01-01"}, "since is '0001-01-01'"),
        ({"overlap_days": 1_000_000}, "overlap_days 0 to 366"),
        ({"page_size": 0}, "page_size is 1 to 2000"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused_and_says_what(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CrawlPlan(**changes)


def test_a_plan_is_taken_as_it_stands() -> None:
    assert CrawlPlan(customers=(BIN,), since="2015-01-01", overlap_days=3).customers == (BIN,)
