"""Lists of the largest: each ranks sums of one measure and currency alone, since no others can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from publish.site.core.sums import Group, Sum, in_order, ranked

GROUPS_SHOWN, MOST_LISTS = 12, 3


@dataclass(frozen=True)
class Top:
    """The largest groups by the sums of one measure and currency.

    Attributes:
        key: measure and currency; None where no group has a counted sum, and the rows alone rank them.
        pairs: groups with their sum of that key, the largest first.
        whole: the sum of the whole view in that key, of which each has a share; None where there is none.
        left: groups with such a sum that are not shown.
    """

    key: tuple[str, str] | None
    pairs: tuple[tuple[Group, Sum | None], ...]
    whole: int | None
    left: int


def tops(found: list[Group], sums: list[Sum], most: int = GROUPS_SHOWN) -> list[Top]:
    """The list of each measure and currency that groups have, in the order of totals, at most `MOST_LISTS`.

    Args:
        found: groups of a view.
        sums: totals of the same view.
        most: groups in a list.
    """
    wholes = {one.key: one.minor for one in sums if one.kind == "amount"}
    records: dict[tuple[str, str], int] = {}
    for group in found:
        for one in group.sums:
            records[one.key] = records.get(one.key, 0) + one.records
    keys = sorted(records, key=lambda key: in_order(key, records[key]))[:MOST_LISTS]
    lists = []
    for key in keys:
        pairs: list[tuple[Group, Sum | None]] = [*ranked(found, key)]
        if len(records) == 1:  # nothing else shows those that have rows and no counted sum
            pairs += [(group, None) for group in found if group.of(key) is None]
        lists.append(Top(key, tuple(pairs[:most]), wholes.get(key), max(len(pairs) - most, 0)))
    if not lists and found:
        lists.append(Top(None, tuple((group, None) for group in found[:most]), None, max(len(found) - most, 0)))
    return lists


def first_groups(found: list[Group], key: tuple[str, str] | None) -> list[Group]:
    """The largest groups by one sum, then, by their rows, those without one: for programs, which read every sum."""
    with_sum = [group for group, _ in ranked(found, key)]
    placed = {group.id for group in with_sum}
    return [*with_sum, *(group for group in found if group.id not in placed)][:GROUPS_SHOWN]
