"""Three ways to the same contracts give the same records, and each crawl is what its golden file says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from db.words import AmountRole, Measure
from ingest.record import Record
from tests.plain import plain
from tests.portal.double import PortalDouble, portal_double
from tests.portal.invented import IN_EVERY_WAY, invented_contracts
from tests.scrapers.kept import Kept, crawled

GOLDEN = Path(__file__).parent / "golden"

NOT_COMPARED = {
    # where it was read
    "locator", "url", "raw_hash",
    # the register's pages print the planned sum and the sum of the list; the interfaces send the contract's own number
    # and codes of its plan points
    "details",
    # the register's pages know no sum without VAT
    "other_sums",
    # the lines are compared on their own
    "lines",
    # only plan points of GraphQL carry a place
    "region_code",
    # only GraphQL and the pages carry it; REST names no organiser
    "organiser",
}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kept]:
    """What each way gave of the contracts that state nothing only one way can carry."""
    found = {}
    rows = [one for one in invented_contracts() if one["id"] in IN_EVERY_WAY]
    for way in ("graphql", "rest", "html"):
        with portal_double(contracts=rows) as double:
            result, found[way] = crawled(double, tmp_path_factory.mktemp(way), way)
            assert (result.state, result.complete, result.responses_bad) == ("finished", True, 0), result
    return found


def contracted(kept: Kept) -> dict[str, Record]:
    return {record.key: record for record in kept.records if record.measure is Measure.CONTRACTED}


@pytest.mark.parametrize("way", ["rest", "html"])
def test_every_fact_that_all_ways_carry_is_the_same(kept: dict[str, Kept], way: str) -> None:
    first, other = contracted(kept["graphql"]), contracted(kept[way])
    assert sorted(first) == sorted(other) == [str(number) for number in IN_EVERY_WAY]
    compared = [name for name in Record.__struct_fields__ if name not in NOT_COMPARED]
    for key, record in first.items():
        for name in compared:
            mine, theirs = getattr(record, name), getattr(other[key], name)
            if name == "amount":
                # the raw text of one sum is "1120.0" in JSON and "1 120.00" on the page
                mine, theirs = (msgspec.structs.replace(one, raw="") for one in (mine, theirs))
            assert theirs == mine, f"{way}: contract {key}: {name}"


@pytest.mark.parametrize("way", ["rest", "html"])
def test_lines_are_the_same(kept: dict[str, Kept], way: str) -> None:
    first, other = contracted(kept["graphql"]), contracted(kept[way])
    for key, record in first.items():
        mine = [(n.line_key, n.plan_point, n.code, n.name, n.quantity, n.minor) for n in record.lines]
        theirs = [(n.line_key, n.plan_point, n.code, n.name, n.quantity, n.minor) for n in other[key].lines]
        assert mine
        assert theirs == mine, f"{way}: contract {key}"


def test_details_that_all_ways_carry_are_the_same(kept: dict[str, Kept]) -> None:
    for way in ("rest", "html"):
        for key, record in contracted(kept["graphql"]).items():
            other = contracted(kept[way])[key].details
            for name in ("announcement", "contract type", "subject kind"):
                assert other[name] == record.details[name]


def test_both_interfaces_carry_what_was_paid_and_the_pages_do_not(kept: dict[str, Kept]) -> None:
    for way in ("graphql", "rest"):
        paid = kept[way].by_key["70000001:paid"]
        assert (paid.measure, paid.amount.minor, paid.amount.role) == (Measure.PAID, 50_000, AmountRole.PAID)
    assert not [record for record in kept["html"].records if record.measure is Measure.PAID]


def test_all_keep_the_sum_without_vat_that_is_stated(kept: dict[str, Kept]) -> None:
    for way in ("graphql", "rest"):
        assert [one.minor for one in kept[way].by_key["70000001"].other_sums] == [100_000]


@pytest.mark.parametrize("way", ["graphql", "rest", "html"])
def test_golden(way: str, tmp_path: Path, golden: Callable[[Path, Any], None]) -> None:
    """All contracts of the double by one way, as they were read and approved by eye."""
    with portal_double() as double:
        _, kept = crawled(double, tmp_path, way)
    golden(GOLDEN / f"{way}.json", [_plain(double, record) for record in kept.records])


def _plain(double: PortalDouble, record: Record) -> dict[str, Any]:
    """A record without the fields that keep their default, so that a golden file can be read."""
    values = plain(record)
    empty = plain(msgspec.structs.replace(record, **_defaults()))
    needed = {field.name for field in msgspec.structs.fields(Record) if field.required} | {"key"}
    assert double.url not in json.dumps(values), "a record must not depend on the address of a mirror"
    return {name: value for name, value in values.items() if name in needed or value != empty[name]}


def _defaults() -> dict[str, Any]:
    found = {}
    for field in msgspec.structs.fields(Record):
        if field.default is not msgspec.NODEFAULT:
            found[field.name] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            found[field.name] = field.default_factory()
    return found
