"""Shape of access: GraphQL, page by page behind a cursor (`extensions.pageInfo.lastId` while `hasNextPage`)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Any, ClassVar

import msgspec

from db.bulk import chunks
from ingest.goszakup.lot_search import resembles
from ingest.reader import SourceRefusedError
from ingest.readers.goszakup_graphql import FoundLot, Peek, PeekRow, peek, refuse_errors
from scrapers.history import lists_read_whole
from scrapers.job import Fetched, FilterIgnoredError, TooMuchError, Window
from scrapers.portal import PortalSpider
from scrapers.shapes.next_page import deletions

LARGEST_PAGE = 200
LARGEST_SEARCH = 20_000
"""Lots that one phrase may find; a phrase that finds more narrows nothing."""
AT_A_TIME = 100
"""Announcements asked about in one request."""


class RowList(msgspec.Struct, frozen=True, kw_only=True):
    """One list to walk: what is asked for, and whether a row that came satisfies it.

    `named` is what the journal calls it, `variables` are the values and `declared` the types of the condition.
    """

    named: str
    root: str
    selection: str
    condition: str
    declared: str
    variables: dict[str, Any]
    rows: Callable[[Peek], Iterable[PeekRow | FoundLot]]
    holds: Callable[[Any], bool]
    whole: bool = True
    slice: str = ""
    reader: str = ""


class GraphqlCursorSpider(PortalSpider):
    """Asks for the rows of each listed customer and supplier, window by window of `lastUpdateDate`.

    A phrase is searched for among the announced lots, since contracts cannot be searched by words; then the contracts
    of their announcements are asked for, always whole: what changed today may belong to a lot of last year.

    A spider declares `root`, `selection` and `filters`, the filter argument of each role; and for phrases `lots_root`,
    `lots_selection` and `lots_filter`.
    """

    root: ClassVar[str]
    selection: ClassVar[str]
    filters: ClassVar[dict[str, str]]
    lots_root: ClassVar[str]
    lots_selection: ClassVar[str]
    lots_filter: ClassVar[str]

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
                    await self._keep_all(self._of_number(role, number, window))
        for phrase in plan.phrases if plan else ():
            announced = await self._announced(phrase)
            for some in chunks(sorted(announced), AT_A_TIME):
                await self._keep_all(self._of_announcements(phrase, {one: announced[one] for one in some}))
        await deletions(self)

    def _of_number(self, role: str, number: str, window: Window | None) -> RowList:
        """The contracts of one customer or supplier, as far as they changed within a window."""

        def holds(row: PeekRow) -> bool:
            whose = str((row.customer_bin if role == "customer" else row.supplier_biin) or "").zfill(12)
            moment = row.last_update_date or ""
            return whose == number and (window is None or not moment or window.holds(moment))

        condition, declared, variables = f"{self.filters[role]}: $number", "$number: String", {"number": number}
        if window is not None:
            variables["from"], variables["to"] = window.written()
            condition += ", lastUpdateDate: [$from, $to]"
            declared += ", $from: String, $to: String"
        return RowList(
            named=f"{role} {number}",
            root=self.root,
            selection=self.selection,
            condition=condition,
            declared=declared,
            variables=variables,
            rows=lambda seen: seen.rows,
            holds=holds,
            whole=window is None,
            slice=self.job.slice_of(role, number),
            reader=self.reader,
        )

    def _of_announcements(self, phrase: str, announced: dict[int, str]) -> RowList:
        """The contracts of announcements, given by id with their numbers."""
        numbers = frozenset(announced.values())
        return RowList(
            named=f"phrase {phrase}",
            root=self.root,
            selection=self.selection,
            condition="trdBuyId: $announcements",
            declared="$announcements: [Int]",
            variables={"announcements": [*announced]},
            rows=lambda seen: seen.rows,
            holds=lambda row: row.trd_buy_number_anno in numbers,
            slice=self.job.slice_of_search,
            reader=self.reader,
        )

    async def _announced(self, phrase: str) -> dict[int, str]:
        """The announcements whose lots hold a phrase: id and number. A lot without one has no contract yet."""
        search = RowList(
            named=f"lots with {phrase}",
            root=self.lots_root,
            selection=self.lots_selection,
            condition=f"{self.lots_filter}: $phrase",
            declared="$phrase: String",
            variables={"phrase": phrase},
            rows=lambda seen: seen.lots,
            holds=lambda lot: resembles(phrase, lot.name_ru or "", lot.description_ru or ""),
        )
        found: dict[int, str] = {}
        async with contextlib.aclosing(self._pages(search)) as pages:
            async for page, seen in pages:
                refuse_errors(self.job.source, page.captured.url, seen.errors)
                if (seen.page_info.total_count or 0) > LARGEST_SEARCH:
                    raise TooMuchError(
                        f"{self.job.source.name}: the phrase «{phrase}» finds {seen.page_info.total_count} lots, more "
                        f"than {LARGEST_SEARCH}; make it narrower under crawl: phrases: in {self.job.source.name}.yml"
                    )
                found |= {lot.trd_buy_id: lot.trd_buy_number_anno or "" for lot in seen.lots if lot.trd_buy_id}
        return found

    async def _keep_all(self, wanted: RowList) -> None:
        async with contextlib.aclosing(self._pages(wanted)) as pages:
            async for page, _ in pages:
                await self.keep(page)

    async def _pages(self, wanted: RowList) -> AsyncGenerator[tuple[Fetched, Peek], None]:
        """The pages of a list; each is held against what was asked for before it is given."""
        cursors: set[int] = set()
        coming = asyncio.ensure_future(self._page(wanted, None))
        try:
            while True:
                page = await coming
                seen = self._peek(page)
                self._check_filter(page, seen, wanted)
                cursor = self._next_cursor(page, seen, cursors)
                if cursor is not None and not self._is_last_of_sample:
                    # the next page is on its way while this one is read
                    coming = asyncio.ensure_future(self._page(wanted, cursor))
                yield page, seen
                if cursor is None:
                    return
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await coming

    async def _page(self, wanted: RowList, after: int | None) -> Fetched:
        plan = self.job.source.crawl
        limit = min(plan.page_size if plan else LARGEST_PAGE, LARGEST_PAGE)
        variables = wanted.variables | {"limit": limit}
        declared, arguments = f"{wanted.declared}, $limit: Int", "limit: $limit"
        if after is not None:
            variables["after"] = after
            declared, arguments = declared + ", $after: Int", arguments + ", after: $after"
        selected = f"{wanted.root}(filter: {{{wanted.condition}}}, {arguments}) {{ {wanted.selection} }}"
        request = self.ask(
            f"{self.job.api_url}/v3/graphql",
            reader=wanted.reader,
            asked={
                "variables": variables,
                "filter": wanted.condition,
                "slice": wanted.slice,
                "list": wanted.named,
                "whole": wanted.whole,
            },
            body=msgspec.json.encode({"query": f"query({declared}) {{ {selected} }}", "variables": variables}),
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

    def _check_filter(self, page: Fetched, seen: Peek, wanted: RowList) -> None:
        """Hold the rows against what was asked for: a server may ignore a filter and send everything."""
        for row in wanted.rows(seen):
            if not wanted.holds(row):
                raise FilterIgnoredError(
                    f"{self.job.source.name}: the server ignored the filter {wanted.condition} of "
                    f"{page.captured.request['variables']}: {wanted.root} {row.id} does not satisfy it "
                    f"(changed {row.last_update_date}); nothing of this run may be released"
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
