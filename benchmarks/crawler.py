"""One crawl of the served pages in a process of its own: ours, or bare Scrapy. `benchmarks.crawling` runs it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

from benchmarks.pages import CUSTOMER
from db.engine import registry_url
from ingest.goszakup.wire import Contract
from ingest.load import open_loader
from ingest.source import Source
from scrapers.crawl import crawl
from scrapers.job import Pace


class _Data(msgspec.Struct):
    contracts: list[Contract] = msgspec.field(name="Contract")


class _Page(msgspec.Struct):
    data: _Data
    extensions: dict[str, Any]


class Bare(Spider):
    """What a Scrapy tutorial ends with: follow the cursor, yield what came; nothing is stored."""

    name = "bare"
    custom_settings = {"LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "ROBOTSTXT_OBEY": False}  # noqa: RUF012
    seen = 0

    def __init__(self, address: str, *, batch: bool) -> None:
        super().__init__()
        self.address = address
        self.batch = batch

    async def start(self) -> AsyncIterator[Any]:
        """The first page."""
        yield self._ask(0)

    def _ask(self, after: int) -> Request:
        body = msgspec.json.encode({"query": "{ Contract }", "variables": {"after": after}})
        return Request(f"{self.address}/v3/graphql", method="POST", body=body, dont_filter=True)

    def parse(self, response: Response, **_: object) -> Iterator[Any]:
        """Items one by one as dicts, or one typed batch a page."""
        if self.batch:
            page = msgspec.json.decode(response.body, type=_Page)
            info = page.extensions["pageInfo"]
            Bare.seen += len(page.data.contracts)
            yield {"rows": page.data.contracts}
        else:
            found = msgspec.json.decode(response.body)
            info = found["extensions"]["pageInfo"]
            for row in found["data"]["Contract"]:
                Bare.seen += 1
                yield row
        if info["hasNextPage"]:
            yield self._ask(info["lastId"])


def bare(address: str, *, batch: bool) -> int:
    """Crawl with nothing but Scrapy; gives the number of contracts."""
    process = AsyncCrawlerProcess()
    process.crawl(Bare, address, batch=batch)
    process.start()
    return Bare.seen


def ours(address: str, home: Path) -> int:
    """Crawl, archive and load; gives the number of contracts."""
    source = msgspec.convert(
        {
            "name": "zz_bench", "title": "Invented", "country": "KZ", "publisher": "nobody", "obtained": "made here",
            "url": "https://bench.invalid", "licence": {"name": "none", "publish": "facts"}, "frequency": "never",
            "relevance": "media", "measure": "contracted", "instrument": "contract", "currency": "KZT",
            "year_basis": "budget", "invented": True, "access": "goszakup", "crawl": {"customers": [CUSTOMER]},
            "expect": {"min": {}},
        },
        Source,
    )  # fmt: skip
    result = crawl(
        source,
        home,
        partial(open_loader, registry_url(home), source),
        now=lambda: "2026-11-24T10:00:00Z",
        access="graphql",
        environment={**os.environ, "GOSZAKUP_API_URL": address, "GOSZAKUP_TOKEN": "not-a-token"},
        pace=Pace(per_second=1e6),
        apart=True,
    )
    if result.state != "finished":
        raise SystemExit(result.reason)
    return result.rows


if __name__ == "__main__":
    mode, where, folder = sys.argv[1:]
    print(ours(where, Path(folder)) if mode == "ours" else bare(where, batch=mode == "batch"))
    gc.freeze()  # ends as the command does, all three modes alike
