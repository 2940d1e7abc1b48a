"""Shape of access: REST lists of one number's contracts, each page completed by what its rows leave out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from ingest.readers.goszakup_rest import peek, plan_points
from scrapers.job import Fetched, FilterIgnoredError
from scrapers.portal import PortalSpider
from scrapers.shapes.next_page import deletions, pages


class RestListSpider(PortalSpider):
    """Follows the list of each listed customer and supplier; REST cannot ask for a period, so lists are whole.

    A spider declares `lists`: the path of each role. A page is read together with the subjects, lines and plan points
    of its rows, each asked for once a crawl.
    """

    lists: ClassVar[dict[str, str]]
    parts: ClassVar[dict[str, str]]

    async def collect(self) -> None:
        """Follow every list to its end, then read what was deleted."""
        self._known: dict[tuple[str, str], Fetched | None] = {}
        plan = self.job.source.crawl
        for role, numbers in (("customer", plan.customers), ("supplier", plan.suppliers)) if plan else ():
            for number in numbers:
                url = f"{self.job.api_url}{self.lists[role].format(number)}?limit={plan.page_size if plan else 50}"
                asked = {"slice": self.job.slice_of(role, number)}
                async for page in pages(self, url, reader=self.reader, asked=asked, journal_later=True):
                    self._check_filter(page, role, number)
                    context = await self._context(page)
                    await self.keep(await self.journal(page, context), context)
                    # parties come again on every page, lines and plan points belong to one
                    self._known = {key: answer for key, answer in self._known.items() if key[0] == "subject"}
        await deletions(self)

    async def _context(self, page: Fetched) -> list[Fetched]:
        rows = peek(page.body)
        subjects = [str(n) for row in rows for n in (row.customer_bin, row.supplier_biin) if n]
        found = await self._parts("subject", subjects)
        units = await self._parts("units", [str(row.id) for row in rows if row.id])
        plans = [str(point) for answer in units for point in plan_points(answer.body)]
        return [*found, *units, *await self._parts("plan", plans)]

    async def _parts(self, part: str, keys: Iterable[str]) -> list[Fetched]:
        wanted = list(dict.fromkeys(keys))
        await asyncio.gather(*(self._part(part, key) for key in wanted if (part, key) not in self._known))
        return [answer for key in wanted if (answer := self._known[part, key]) is not None]

    async def _part(self, part: str, key: str) -> None:
        url = f"{self.job.api_url}{self.parts[part].format(key)}"
        self._known[part, key] = await self.fetch_if_there(self.ask(url, asked={"part": part, "of": key}))

    def _check_filter(self, page: Fetched, role: str, number: str) -> None:
        for row in peek(page.body):
            whose = str((row.customer_bin if role == "customer" else row.supplier_biin) or "").zfill(12)
            if whose != number:
                raise FilterIgnoredError(
                    f"{self.job.source.name}: {page.captured.url}: contract {row.id} is none of the {role} that was "
                    "asked for; nothing of this run may be released"
                )
