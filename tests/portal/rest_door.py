"""The double's REST v3: lists with a relative next page, the parts of a contract, the journal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.portal.graphql_door import subject
from tests.portal.invented import NAMES

if TYPE_CHECKING:
    from tests.portal.double import PortalDouble

Answer = tuple[int, Any]
_NOT_ROW = {"ContractUnits", "ContractSpecSum", "orgBin"}
_ABSENT = {"name": "Not Found", "message": "not there", "code": 0, "status": 404, "type": "x"}


def snake(name: str) -> str:
    """camelCase to snake_case."""
    return re.sub(r"(?<!^)([A-Z])", lambda found: "_" + found.group(1).lower(), name).lower()


def row(one: dict[str, Any]) -> dict[str, Any]:
    """A contract as a row of REST: no names, no lines, and a bank account."""
    return {snake(name): value for name, value in one.items() if name not in _NOT_ROW}


def answer_rest(double: PortalDouble, path: str, query: dict[str, str]) -> Answer:
    """Answer a GET of REST v3."""
    for pattern, door in _DOORS:
        found = re.fullmatch(pattern, path)
        if found:
            answer = door(double, path, query, *found.groups())
            return (200, answer) if answer is not None else (404, _ABSENT)
    return 404, _ABSENT


def _list(double: PortalDouble, path: str, query: dict[str, str], role: str, number: str) -> Any:
    name = {"customer": "customerBin", "supplier": "supplierBiin"}[role]
    return _paged(path, [row(one) for one in double.contracts if one[name] == number], query, double.page_limit)


def _journal(double: PortalDouble, path: str, query: dict[str, str]) -> Any:
    entries = [
        entry | {"place": place}  # what the cursor counts; one object may stand in several entries
        for place, entry in enumerate(double.journal, start=1)
        if query["date_from"] <= entry["date_action"][:10] <= query["date_to"]
    ]
    return _paged(path, entries, query, double.page_limit, key="place")


def _subject(_double: PortalDouble, _path: str, _query: dict[str, str], number: str) -> Any:
    if number not in NAMES:
        return None
    return {snake(name): value for name, value in subject(number).items()} | {"email": "nobody@portal.invalid"}


def _units(double: PortalDouble, _path: str, _query: dict[str, str], contract: str) -> Any:
    one = next(one for one in double.contracts if one["id"] == int(contract))
    units = [{snake(n): v for n, v in line.items() if n != "Plans"} for line in one["ContractUnits"]]
    return {"total": len(units), "limit": 50, "next_page": "", "items": units}


def _plan(double: PortalDouble, _path: str, _query: dict[str, str], point: str) -> Any:
    lines = (line for one in double.contracts for line in one["ContractUnits"] if line["plnPointId"] == int(point))
    line = next(lines, None)
    return {snake(n): v for n, v in line["Plans"].items() if n != "PlansKato"} if line else None


_DOORS = (
    (r"/v3/contract/(customer|supplier)/(\d{12})", _list),
    (r"/v3/journal", _journal),
    (r"/v3/subject/biin/(\d{12})", _subject),
    (r"/v3/contract/(\d+)/units", _units),
    (r"/v3/plans/view/(\d+)", _plan),
)


def _paged(
    path: str, rows: list[dict[str, Any]], query: dict[str, str], limit: int, key: str = "id"
) -> dict[str, Any]:
    size = min(int(query.get("limit", "50")), limit)
    left = [one for one in sorted(rows, key=lambda r: r[key]) if one[key] > int(query.get("search_after", "0"))]
    page = left[:size]
    dates = "".join(f"&{name}={query[name]}" for name in ("date_from", "date_to") if name in query)
    following = f"{path}?limit={size}&page=next&search_after={page[-1][key]}{dates}" if len(left) > len(page) else ""
    return {"total": len(rows), "limit": size, "next_page": following, "items": page}
