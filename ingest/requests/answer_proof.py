"""What stands against a table: totals that its rows do not give, the reader's doubts, the same rows elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from db.currencies import written
from db.privacy import LONG_NUMBER
from db.words import AmountState
from ingest.requests.answer_plan import heading_text
from ingest.tables import Table, Total
from ingest.values.amount import AmountError, Unit, read_amount
from ingest.values.text import clean

_SAID_ELSEWHERE = re.compile(r"^(total in row \d+ does not agree|no unit is printed)")

Minor = Mapping[tuple[int, int], int | None]
"""Minor units that went into records, by row and column from 0; a cell that was not read is not there."""


def blocks_of(
    table: Table, units: Mapping[int, Unit], minor: Minor, unread: Mapping[int, str], twins: Sequence[str]
) -> tuple[str, ...]:
    """Everything that keeps a table from counting, in words; empty when nothing does.

    Args:
        table: the table with its totals compared.
        units: the unit of each amount column, by column from 0.
        minor: the amounts that went into records.
        unread: why rows were rejected, by row from 0.
        twins: tables elsewhere that print the same rows and count.
    """
    blocks = [f"the reader doubts: {doubt}" for doubt in table.needs_review if not _SAID_ELSEWHERE.match(doubt)]
    for total in table.totals:
        if total.verdict != "equal":
            blocks.append(total_text(table, total))
        elif total.column in units:
            blocks += _unproved(table, total, units[total.column], minor, unread)
    blocks += [f"the same rows count already: {twin}" for twin in twins]
    return tuple(dict.fromkeys(blocks))


def _unproved(table: Table, total: Total, unit: Unit, minor: Minor, unread: Mapping[int, str]) -> list[str]:
    """A total that the reader found equal, proved once more with the amounts that went into the records."""
    covered = [row for row in total.covers if table.kinds[row] == "data"]
    if len(covered) != len(total.covers):
        return []  # a total of subtotals, each of which is proved by its own rows
    missing = [row for row in covered if (row, total.column) not in minor]
    if missing:
        why = next((f" ({LONG_NUMBER.sub('…', unread[row])})" for row in missing if row in unread), "")
        told = ", ".join(str(row + 1) for row in missing)
        return [f"{_where(table, total)}: row {told} could not be read{why}, so the total proves nothing"]
    try:
        printed = read_amount(table.rows[total.row][total.column], unit, blank=AmountState.ZERO).minor
    except AmountError as error:
        return [f"{_where(table, total)}: {error}"]
    computed = sum(minor[row, total.column] or 0 for row in covered)
    if printed == computed:
        return []
    return [f"{_where(table, total)}: printed {_money(printed, unit)}, the records give {_money(computed, unit)}"]


def _money(minor: int | None, unit: Unit) -> str:
    return "nothing" if minor is None else written(minor, unit.currency)


def _where(table: Table, total: Total) -> str:
    label = next((clean(cell) for cell in table.rows[total.row] if cell.strip()), "")
    return f"row {total.row + 1} «{label}», column {total.column + 1} «{heading_text(table, total.column)}»"


def total_text(table: Table, total: Total) -> str:
    """A printed total that differs, in words: what is printed, what the rows give, and the slip if it has a name."""
    if total.verdict == "unreadable":
        return f"{_where(table, total)}: it cannot be compared, since a cell allows no single reading"
    named = {"×10": "ten times off (×10)", "×1000": "a thousand times off (×1000)"}.get(total.verdict, "they differ")
    small = ", by no more than rounding" if total.rounding else ""
    return (
        f"{_where(table, total)}: printed {_figure(total.printed)}, its rows give {_figure(total.computed)}: "
        f"{named}{small}"
    )


def _figure(value: Decimal | None) -> str:
    return "nothing" if value is None else f"{value:,f}".replace(",", " ")
