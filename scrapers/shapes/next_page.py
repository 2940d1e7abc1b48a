"""Lists that name their next page: a relative address, blank at the end (REST v3, also the journal)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec

from ingest.reader import SourceRefusedError
from scrapers.job import Fetched
from scrapers.portal import PortalSpider


class _Envelope(msgspec.Struct):
    items: list[msgspec.Raw]
    next_page: str | None = ""
    total: int | None = None


_envelope = msgspec.json.Decoder(_Envelope)


async def pages(spider: PortalSpider, first: str, **asking: Any) -> AsyncIterator[Fetched]:  # noqa: ANN401
    """The pages of a list, following `next_page` as given and never building it.

    Args:
        spider: Asks for the pages.
        first: Address of the first page.
        asking: What every request of the list carries (see `PortalSpider.ask`).

    Where the first page is absent (404) there is no such list, which is how the portal says that it is empty.

    Raises:
        SourceRefusedError: the next page was seen before, lies on another host or is absent, a page is no list, or
            the list ends before the number of rows it states.
    """
    seen: set[str] = set()
    rows = 0
    url = first
    while url:
        if url in seen:
            raise SourceRefusedError(f"{spider.job.source.name}: {url}: the list names a page again that was read")
        seen.add(url)
        request = spider.ask(url, **asking)
        page = await (spider.fetch_if_there(request) if url == first else spider.fetch(request))
        if page is None:
            return
        try:
            envelope = _envelope.decode(page.body)
        except msgspec.DecodeError:
            raise SourceRefusedError(
                f"{spider.job.source.name}: {url} answered with no list: {page.body[:300].decode(errors='replace')}"
            ) from None
        yield page
        rows += len(envelope.items)
        url = urljoin(url, envelope.next_page) if envelope.next_page and envelope.items else ""
        if url and urlsplit(url)[:2] != urlsplit(first)[:2]:
            raise SourceRefusedError(f"{spider.job.source.name}: the list leads away to {url}")
        if not url and rows < (envelope.total or 0):
            raise SourceRefusedError(
                f"{spider.job.source.name}: {first}: the list says {envelope.total} rows but gave {rows}"
            )


async def deletions(spider: PortalSpider) -> None:
    """Read what the journal says was deleted in the windows of the crawl."""
    windows = spider.job.windows
    if windows:
        first, last = windows[0].first, windows[-1].last
        url = f"{spider.job.api_url}/v3/journal?date_from={first:%Y-%m-%d}&date_to={last:%Y-%m-%d}"
        found = False
        async for page in pages(spider, url, reader="goszakup_journal"):
            found = True
            await spider.keep(page)
        if not found:
            # somebody always changes something: without a page nothing is known of what was deleted
            spider.job.gaps.append(f"{spider.job.source.name}: {url}: the journal of deletions is not there (404)")
