"""A crawl that is stopped holds what a rebuild of its journal holds, wherever the stop found it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.crawl_plan import CrawlPlan
from ingest.load import open_loader
from ingest.replay import replay
from scrapers.crawl import crawl
from scrapers.portal import PortalSpider
from tests.portal.double import Fault, portal_double
from tests.portal.invented import BODY
from tests.scrapers.kept import QUICK, now, source

DECLARED = source()


def held(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        return [
            connection.execute(text(sql)).all()
            for sql in (
                "SELECT state, reason, rows, inserted, rejected FROM run",
                "SELECT ref FROM capture ORDER BY id",
                "SELECT r.id, r.key, r.amount_minor, c.ref FROM record r JOIN capture c ON c.id = r.capture_id",
            )
        ]


@pytest.mark.parametrize("access", ["graphql", "rest", "html"])
@pytest.mark.parametrize("page", [1, 2])
def test_a_page_that_was_captured_and_not_read_is_not_read_by_a_rebuild_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, access: Any, page: int
) -> None:
    keep, kept = PortalSpider.keep, 0

    async def stopped(self: PortalSpider, *given: Any) -> None:
        nonlocal kept
        kept += 1
        if kept == page:
            self.stop("stopped by a test")
            await asyncio.sleep(5)
        await keep(self, *given)

    monkeypatch.setattr(PortalSpider, "keep", stopped)
    migrate(engine := open_engine(registry_url(tmp_path)))
    with portal_double() as double:
        result = crawl(
            DECLARED, tmp_path, partial(open_loader, registry_url(tmp_path), DECLARED), now=now, access=access,
            environment=double.environment(), pace=QUICK,
        )  # fmt: skip
    assert (result.state, result.reason) == ("failed", "stopped by a test")
    same_in_a_rebuild(tmp_path, engine)


@pytest.mark.parametrize(("access", "at"), [("graphql", "filter of GraphQL"), ("html", "filter of the register")])
def test_a_page_that_was_refused_is_not_read_by_a_rebuild_either(tmp_path: Path, access: Any, at: str) -> None:
    """Rows of everybody, which a portal gave that did not heed the filter."""
    one = source(crawl=CrawlPlan(customers=(BODY,)))
    migrate(engine := open_engine(registry_url(tmp_path)))
    with portal_double(faults=[Fault("as it is", at, times=99)]) as double:
        result = crawl(
            one, tmp_path, partial(open_loader, registry_url(tmp_path), one), now=now, access=access,
            environment=double.environment(), pace=QUICK,
        )  # fmt: skip
    assert result.state == "failed"
    assert "ignored the filter" in result.reason
    same_in_a_rebuild(tmp_path, engine)


def same_in_a_rebuild(tmp_path: Path, engine: Engine) -> None:
    migrate(rebuilt := open_engine(registry_url(tmp_path / "archive")))
    replay(rebuilt, Archive(tmp_path / "archive"), {DECLARED.name: DECLARED})
    assert held(engine) == held(rebuilt)
    engine.dispose()
    rebuilt.dispose()
