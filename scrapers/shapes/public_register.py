"""Shape of access: the public register's pages. Lists first, then the card of each row, without a token."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import ClassVar
from urllib.parse import urlencode

from msgspec import structs

from db.archive import Captured
from ingest.goszakup.card import CardError, parties_of
from ingest.goszakup.numbers import split_number
from ingest.goszakup.register import CAP, ListRow, RegisterPage, register_page, root_ids
from ingest.reader import LayoutChangedError, SourceRefusedError
from scrapers.job import ALMATY, CaptchaError, Fetched, FilterIgnoredError, TokenRefusedError
from scrapers.portal import PortalSpider, SampleDone

log = logging.getLogger(__name__)

FIRST_DAY = date(2015, 1, 1)
"""The register of electronic contracts begins later: where a list is halved, its older end is taken to be here."""
_SMALLEST_PAGE, _LARGEST_PAGE = 50, 2000
_READINGS = 3
"""How often a list is read that does not stand still."""

Listed = dict[int, tuple[ListRow, Fetched]]
Days = tuple[date | None, date | None]
"""From a day to a day, both among them; an end may be open."""


class PublicRegisterSpider(PortalSpider):
    """Reads the whole list of each listed customer and supplier, and the cards of its rows.

    The list is read whole on every crawl, since it is short and names the first version that others belong to. With a
    window only those cards are read whose row is new or differs from the row that was archived last: a change of
    status or sum shows in the list.

    A spider declares `list_path`, `filters` and the paths of the three pages of a card.
    """

    expects = "html"
    needs_token = False
    list_path: ClassVar[str]
    filters: ClassVar[dict[str, str]]
    card_paths: ClassVar[dict[str, str]]

    async def collect(self) -> None:
        """Read every list, then the cards."""
        plan = self.job.source.crawl
        known = {} if self.job.is_full else self._archived_rows()
        seen: Listed = {}
        for role, numbers in (("customer", plan.customers), ("supplier", plan.suppliers)) if plan else ():
            for number in numbers:
                listed = await self._list(role, number)
                seen |= listed
                await self._cards(role, number, listed, seen, known)

    async def _list(self, role: str, number: str) -> Listed:
        """All rows of one list, counted against what the register says; read again where it moved meanwhile.

        A row that leaves the list while its pages are turned moves those behind it, and one of them stands on no page
        that was read. The count tells, unless another row came in meanwhile. So where contracts could be taken for
        vanished, a list of several pages is read until two readings give the same rows. One that never stands still is
        a gap of the run.

        Raises:
            SourceRefusedError: two readings give the same rows, and not as many as the register says.
        """
        whose = f"{self.job.source.name}: the list of {role} {number}"
        earlier: set[int] | None = None
        for reading in range(1, _READINGS + 1):
            listed, total = await self._range(role, number, (None, None))
            is_same, agrees = set(listed) == earlier, len(listed) == total
            if agrees and (is_same or not self.job.may_vanish or _is_of_one_page(listed)):
                return listed
            if is_same and total is not None:
                raise SourceRefusedError(f"{whose} says {total} rows but gave {len(listed)}, twice")
            if not agrees:
                log.warning(
                    "%s: the list of %s %s says %s rows but gave %d (reading %d)",
                    self.job.source.name, role, number, "changing" if total is None else total, len(listed), reading,
                )  # fmt: skip
            earlier = set(listed)
        self.job.gaps.append(f"{whose} changed while it was read, {_READINGS} times: rows of it may be missing")
        return listed

    async def _range(self, role: str, number: str, days: Days) -> tuple[Listed, int | None]:
        """The rows of a list within days, and how many there should be; None where that changed meanwhile.

        Where there may be more rows than the register shows, the days are halved until each half fits. The outer ends
        stay open, so that no row is left out for its day, be it one that came in while the list is read.
        """
        first, page = await self._list_page(role, number, days, 1)
        if page.total < CAP:
            return await self._all_pages(role, number, days, first, page)
        begin, end = days[0] or FIRST_DAY, days[1] or self._today()
        if begin >= end:
            raise SourceRefusedError(
                f"{self.job.source.name}: {role} {number} has {page.total} rows on {begin}, more than are shown"
            )
        middle = begin + (end - begin) // 2
        older, of_older = await self._range(role, number, (days[0], middle))
        newer, of_newer = await self._range(role, number, (middle + timedelta(days=1), days[1]))
        if of_older is None or of_newer is None:
            return older | newer, None
        # a count that is the cap itself may be a count that was cut off there
        return older | newer, of_older + of_newer if page.total == CAP else page.total

    async def _all_pages(
        self, role: str, number: str, days: Days, first: Fetched, page: RegisterPage
    ) -> tuple[Listed, int | None]:
        """The rows of all pages, and how many each of them says there are; None where they differ."""
        listed: Listed = {row.id: (row, first) for row in page.rows}
        counts = {page.total}
        for place in range(2, -(-page.total // self._page_size) + 1):
            further, rest = await self._list_page(role, number, days, place)
            listed |= {row.id: (row, further) for row in rest.rows}
            counts.add(rest.total)
        return listed, page.total if len(counts) == 1 else None

    async def _list_page(self, role: str, number: str, days: Days, place: int) -> tuple[Fetched, RegisterPage]:
        query: dict[str, str | int] = {self.filters[role]: number}
        query |= {f"filter[start_date_{end}]": str(day) for end, day in zip(("from", "to"), days, strict=True) if day}
        query |= {"count_record": self._page_size, "page": place}
        url = f"{self.job.portal_url}{self.list_path}?{urlencode(query)}"
        fetched = await self.fetch(self.ask(url, asked={"part": "list"}))
        return fetched, register_page(self.job.source, fetched.captured, fetched.body)

    async def _cards(self, role: str, number: str, listed: Listed, seen: Listed, known: dict[int, ListRow]) -> None:
        """Read the cards of one list whose rows are not known; what is read is known to the lists that follow.

        A first version may stand in another list than its agreements, where the supplier has changed.
        """
        roots = root_ids({number: row for number, (row, _) in seen.items()})
        for contract_id, (row, page) in listed.items():
            if known.get(contract_id) == row:
                continue
            known[contract_id] = row
            root = roots.get(split_number(row.number_sys)[0], contract_id)
            context = [page] if seen[root][1] is page else [page, seen[root][1]]
            try:
                await self._card(role, number, contract_id, context)
            except (TokenRefusedError, CaptchaError):
                raise
            except SourceRefusedError as error:
                self.job.gaps.append(str(error))
                log.warning("a contract card is left out: %s", error)
                await self._reject(contract_id, page, str(error))
                if not self.job.tally.enough_good and self.job.tally.responses >= 20:
                    raise

    async def _card(self, role: str, number: str, contract_id: int, context: list[Fetched]) -> None:
        for part in ("parties", "units"):
            url = f"{self.job.portal_url}{self.card_paths[part].format(contract_id)}"
            found = await self.fetch_if_there(self.ask(url, asked={"part": part, "of": contract_id}))
            context = [*context, found] if found else context
            if found and part == "parties":
                self._check_filter(found, role, number, contract_id)
        url = f"{self.job.portal_url}{self.card_paths['card'].format(contract_id)}"
        asked = {"of": contract_id, "slice": self.job.slice_of(role, number)}
        captures = [other.captured for other in context]
        card = await self.fetch(self.ask(url, reader=self.reader, asked=asked, context=captures))
        before, stopped = self.job.tally.rejected, True
        try:
            await self.keep(card, context)
            stopped = False
        except SampleDone:
            stopped = False
            raise
        finally:
            if stopped or self.job.tally.rejected > before:
                await self._note_unread(contract_id, card)

    def _check_filter(self, page: Fetched, role: str, number: str, contract_id: int) -> None:
        """Hold a contract against what was asked for; its list row names the parties without their numbers."""
        try:
            customer, supplier = parties_of(self.job.source, page.captured, page.body)
        except CardError:
            return  # the reader rejects it, and says why
        whose = str((customer if role == "customer" else supplier).bin or "")
        if not whose.isdecimal():
            raise SourceRefusedError(
                f"{self.job.source.name}: {page.captured.url} states no number of the {role}, so that it cannot be "
                "held against what was asked for"
            )
        if whose.zfill(12) != number:
            raise FilterIgnoredError(
                f"{self.job.source.name}: {page.captured.url}: the server ignored the filter {self.filters[role]}: "
                f"contract {contract_id} is none of the {role} that was asked for; nothing of this run may be released"
            )

    async def _reject(self, contract_id: int, page: Fetched, reason: str) -> None:
        """Keep the row of a card that could not be had: the page of the list is read for it, and it is rejected."""
        asked = {"part": "list", "of": contract_id, "missing": reason}
        captured = structs.replace(page.captured, ref=self.job.next_ref(), reader=self.reader, request=asked)
        await self.keep(await self.journal(Fetched(captured, page.body), []))

    async def _note_unread(self, contract_id: int, card: Fetched) -> None:
        """Write down that a card could not be read, so that the next crawl asks for it again."""
        asked = {"part": "unread", "of": contract_id}
        captured = structs.replace(card.captured, ref=self.job.next_ref(), reader="", request=asked)
        await self.journal(Fetched(captured, card.body), [])

    def _archived_rows(self) -> dict[int, ListRow]:
        """The row under which the newest card of every contract was read, unless it was not, or was taken back."""
        lists: dict[str, Captured] = {}
        cards: dict[int, Captured] = {}
        for captured in self._earlier_captures():
            if captured.request.get("part") == "list" and not captured.reader:
                lists[captured.ref] = captured
            elif captured.request.get("part") == "unread":
                cards.pop(int(captured.request["of"]), None)
            elif captured.reader == self.reader and "missing" not in captured.request:
                cards.pop(int(captured.request["of"]), None)
                if not {captured.run, captured.ref}.intersection(self.job.retracted):
                    cards[int(captured.request["of"])] = captured
        pages: dict[str, dict[int, ListRow]] = {}
        found: dict[int, ListRow] = {}
        for contract_id, card in cards.items():
            # the page with its row stands first in its context; pages under which no card was read are left alone
            page = next((ref for ref in card.context if ref in lists), "")
            if page and page not in pages:
                pages[page] = self._rows_of(lists[page])
            if contract_id in pages.get(page, {}):
                found[contract_id] = pages[page][contract_id]
        return found

    def _rows_of(self, page: Captured) -> dict[int, ListRow]:
        try:
            read = register_page(self.job.source, page, self.job.archive.get(page.sha256))
        except (SourceRefusedError, LayoutChangedError):
            return {}  # of another layout than the lists have now: its cards are asked for again
        return {row.id: row for row in read.rows}

    def _earlier_captures(self) -> Iterator[Captured]:
        for event in self.job.archive.events():
            if isinstance(event, Captured) and event.source == self.job.source.name:
                yield event

    @property
    def _page_size(self) -> int:
        plan = self.job.source.crawl
        return min(max(plan.page_size if plan else _SMALLEST_PAGE, _SMALLEST_PAGE), _LARGEST_PAGE)

    def _today(self) -> date:
        return datetime.fromisoformat(self.job.started.at).astimezone(ALMATY).date()


def _is_of_one_page(listed: Listed) -> bool:
    """Whether one answer gave all rows: nothing can have moved between them."""
    return len({page.captured.ref for _, page in listed.values()}) <= 1
