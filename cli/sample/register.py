"""Answers requests for the pages of a public register over a given set of contracts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

from cli.sample.pages import PageContract, card_page, list_page, parties_page, units_page

CAP = 10_000
"""The register shows no more rows than this for one set of filters."""

_CARD = re.compile(r"/ru/egzcontract/cpublic/(show|customer_n_supplier|units)/(\d+)")
_PAGES = {"show": card_page, "customer_n_supplier": parties_page, "units": units_page}


class Register:
    """The pages of the register; `page` gives the HTML of an address, or None where nothing is."""

    def __init__(self, contracts: Sequence[PageContract], *, cap: int = CAP) -> None:
        self._contracts = sorted(contracts, key=lambda contract: contract.id)
        self._by_id: Mapping[int, PageContract] = {contract.id: contract for contract in contracts}
        self._cap = cap

    def page(self, target: str) -> str | None:
        """The page at a path with its query."""
        parts = urlsplit(target)
        if parts.path == "/ru/registry/contract":
            return self._list({name: values[0] for name, values in parse_qs(parts.query).items()})
        found = _CARD.fullmatch(parts.path)
        contract = self._by_id.get(int(found.group(2))) if found else None
        return _PAGES[found.group(1)](contract) if found and contract else None

    def _list(self, query: Mapping[str, str]) -> str:
        rows = [contract for contract in self._contracts if _fits(contract, query)]
        size = int(query.get("count_record", "50"))
        first = (int(query.get("page", "1")) - 1) * size
        shown = rows[first : min(first + size, self._cap)]
        return list_page(shown, len(rows), first + 1)


def _fits(contract: PageContract, query: Mapping[str, str]) -> bool:
    day = contract.created[:10]
    return (
        contract.supplier_bin == query.get("filter[supplier]", contract.supplier_bin)
        and contract.customer_bin == query.get("filter[customer]", contract.customer_bin)
        and query.get("filter[start_date_from]", "") <= day <= query.get("filter[start_date_to]", "9999")
    )
