"""Shape of access: GraphQL, page by page behind a cursor (`extensions.pageInfo.lastId` while `hasNextPage`)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

import msgspec

from ingest.reader import SourceRefusedError
from ingest.readers.goszakup_graphql import Peek, peek
from scrapers.history import lists_read_whole
from scrapers.job import Fetched, FilterIgnoredError, Window
from scrapers.portal import PortalSpider
from scrapers.shapes.next_page import deletions

LARGEST_PAGE = 200


class GraphqlCursorSpider(PortalSpider):
    """Asks for the rows of each listed customer and supplier, window by window of `lastUpdateDate`.

    A spider declares `root`, `selection` and `filters`: the filter argument of each role.
    """

    root: ClassVar[str]
    selection: ClassVar[str]
    filters: ClassVar[dict[str, str]]

    async def collect(self) -> None:
        """Walk every list to its end, then read what was deleted."""
        plan = self.job.source.crawl
        known = lists_read_whole(self.job)
        for role, numbers in (("customer", plan.customers), ("supplier", plan.suppliers)) if plan else ():
            for number in numbers:
                # a list that is new in the plan has no crawl before it that a window could go on from
                windows: list[Window | None] = [None]
                if self.job.windows and f"{role} {number}" in known:
                    windows = [*self.job.windows]
                for window in windows:
                    await self._walk(role, number, window)
        await deletions(self)

    async def _walk(self, role: str, number: str, window: Window | None) -> None:
        cursors: set[int] = set()
        coming = asyncio.ensure_future(self._page(role, number, window, None))
        try:
            while True:
                page = await coming
                seen = self._peek(page)
                self._check_filter(page, seen, role, number, window)
                cursor = self._next_cursor(page, seen, cursors)
                if cursor is not None and not self._is_last_of_sample:
                    # the next page is on its way while this one is read
                    coming = asyncio.ensure_future(self._page(role, number, window, cursor))
                await self.keep(page)
                if cursor is None:
                    return
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await coming

    async def _page(self, role: str, number: str, window: Window | None, after: int | None) -> Fetched:
        plan = self.job.source.crawl
        limit = min(plan.page_size if plan else LARGEST_PAGE, LARGEST_PAGE)
        variables: dict[str, str | int] = {"number": number, "limit": limit}
        condition = f"{self.filters[role]}: $number"
        declared, arguments = "$number: String, $limit: Int", "limit: $limit"
        if window is not None:
            variables["from"], variables["to"] = window.written()
            condition += ", lastUpdateDate: [$from, $to]"
            declared += ", $from: String, $to: String"
        if after is not None:
            variables["after"] = after
            declared, arguments = declared + ", $after: Int", arguments + ", after: $after"
        query = f"query({declared}) {{ {self.root}(filter: {{{condition}}}, {arguments}) {{ {self.selection} }} }}"
        request = self.ask(
            f"{self.job.api_url}/v3/graphql",
            reader=self.reader,
            asked={
                "variables": variables,
                "filter": condition,
                "slice": self.job.slice_of(role, number),
                "list": f"{role} {number}",
                "whole": window is None,
            },
            body=msgspec.json.encode({"query": query, "variables": variables}),
        )
        return await self.fetch(request)

    @property
    def _is_last_of_sample(self) -> bool:
        return self.job.sample is not None and self.job.tally.pages + 1 >= self.job.sample

    def _peek(self, page: Fetched) -> Peek:
        try:
            return peek(page.body)
        except msgspec.DecodeError as error:
            raise SourceRefusedError(
                f"{self.job.source.name}: {page.captured.url} answered with no page of GraphQL ({error})"
            ) from None

    def _check_filter(self, page: Fetched, seen: Peek, role: str, number: str, window: Window | None) -> None:
        """Hold the rows against what was asked for: a server may ignore a filter and send everything."""
        for row in seen.rows:
            whose = str((row.customer_bin if role == "customer" else row.supplier_biin) or "").zfill(12)
            moment = row.last_update_date or ""
            if whose != number or (window is not None and moment and not window.holds(moment)):
                raise FilterIgnoredError(
                    f"{self.job.source.name}: the server ignored the filter {page.captured.request['filter']} of "
                    f"{page.captured.request['variables']}: contract {row.id} does not satisfy it (changed {moment}); "
                    "nothing of this run may be released"
                )

    def _next_cursor(self, page: Fetched, seen: Peek, cursors: set[int]) -> int | None:
        if seen.errors or not seen.page_info.has_next_page:
            return None
        cursor = seen.page_info.last_id
        if cursor is None or cursor in cursors:
            raise SourceRefusedError(
                f"{self.job.source.name}: {page.captured.url}: the server says that a page follows, but its cursor "
                f"{cursor} leads back to what was read"
            )
        cursors.add(cursor)
        return cursor
