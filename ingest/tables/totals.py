"""Arithmetic as proof: every printed total is compared with the rows that were read.

A shifted column, a lost comma or a row that was not read shows here. A body's own slip shows here too, and is
recorded as what it is: nothing is corrected.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from ingest.tables.amounts import Reading, is_blank, reading_of
from ingest.tables.model import Column, Kind, Merge, Total, Verdict
from ingest.tables.words import GRAND, YEAR_HEADING


class Scope(NamedTuple):
    """Rows that a total may stand for, and whether they are only some of the table's rows."""

    rows: tuple[int, ...]
    partial: bool


def figure_columns(columns: Sequence[Column]) -> list[int]:
    """Columns whose figures may be added up."""
    return [k for k, column in enumerate(columns) if column.role == "amount"]


def check_totals(
    rows: list[list[str]],
    kinds: list[Kind],
    columns: Sequence[Column],
    merges: Sequence[Merge] = (),
    header_rows: int = 0,
) -> tuple[list[Kind], list[Total]]:
    """Compares every printed total with the rows it stands for.

    Returns:
        The kinds with `subtotal` told from `total`, and one `Total` per total row and amount column.
    """
    amounts = figure_columns(columns)
    readings = {k: reading_of(columns[k].unit, [row[k] for row in rows]) for k in amounts}
    settled = list(kinds)
    found: list[Total] = []
    for index, kind in enumerate(kinds):
        if kind != "total":
            continue
        scopes = _scopes(rows, kinds, index, merges, header_rows)
        best: list[Total] = []
        chosen: Scope | None = None
        for scope in scopes:
            compared = [_compare(rows, index, k, scope.rows, readings[k]) for k in amounts if rows[index][k].strip()]
            if chosen is None or _score(compared) > _score(best):
                best, chosen = compared, scope
        if chosen is None or not chosen.rows:
            best = [
                Total(index, k, readings[k](rows[index][k]), None, "unreadable")
                for k in amounts
                if not is_blank(rows[index][k])
            ]
        elif chosen.partial:
            settled[index] = "subtotal"
        found.extend(best)
    return settled, found


def _score(compared: list[Total]) -> int:
    return sum(t.verdict == "equal" for t in compared)


def _compare(rows: list[list[str]], total: int, column: int, covered: tuple[int, ...], read: Reading) -> Total:
    raw = rows[total][column]
    printed = Decimal(0) if is_blank(raw) else read(raw)
    computed: Decimal | None = Decimal(0)
    places = 0
    for r in covered:
        cell = rows[r][column]
        if is_blank(cell):
            continue
        value = read(cell)
        if value is None or computed is None:
            computed = None
            continue
        computed += value
        places = max(places, -int(value.as_tuple().exponent))
    rounding = False
    verdict: Verdict = "unreadable"
    if printed is not None and computed is not None:
        verdict = judge(printed, computed)
        step = Decimal(1).scaleb(-max(places, -int(printed.as_tuple().exponent)))
        rounding = verdict == "differs" and abs(printed - computed) <= step * len(covered) / 2
    return Total(total, column, printed, computed, verdict, covered, rounding)


def judge(printed: Decimal, computed: Decimal) -> Verdict:
    """Names the relation of a printed total to the sum of its rows."""
    if printed == computed:
        return "equal"
    if printed and computed:
        for factor, name in ((10, "×10"), (1000, "×1000")):
            if printed == computed * factor or computed == printed * factor:
                return name  # type: ignore[return-value]
    return "differs"


def _scopes(
    rows: list[list[str]], kinds: list[Kind], index: int, merges: Sequence[Merge], header_rows: int
) -> list[Scope]:
    """Rows that the total in row `index` may cover, the likeliest first."""
    before = [r for r in range(index) if kinds[r] == "data"]
    totals_before = [r for r in range(index) if kinds[r] == "total"]
    fence = max((r for r in range(index) if kinds[r] in {"total", "year", "group"}), default=-1)
    section = tuple(r for r in before if r > fence)
    later_data = any(kinds[r] == "data" for r in range(index + 1, len(rows)))
    label = next((text for text in rows[index] if text.strip()), "")
    partial = bool(totals_before) or later_data
    scopes: list[Scope] = []
    year_or_group = max((r for r in range(index) if kinds[r] in {"year", "group"}), default=-1)
    block = tuple(r for r in before if r > year_or_group) if year_or_group >= 0 else ()
    everything = Scope(tuple(before), partial=False)
    if before:
        if GRAND.match(label) and not later_data:
            scopes.append(everything)
        if section:
            scopes.append(Scope(section, partial=partial))
        if block and block != section:
            scopes.append(Scope(block, partial=True))
        if not later_data:
            scopes.append(everything)
    if totals_before:
        run = tuple(r for r in totals_before if r > _last_grand(rows, totals_before))
        scopes.append(Scope(run or tuple(totals_before), partial=later_data))
    scopes.extend(_forward(rows, kinds, index, merges, header_rows))
    unique: list[Scope] = []
    for scope in scopes:
        if scope.rows and all(scope.rows != other.rows for other in unique):
            unique.append(scope)
    return unique


def _last_grand(rows: list[list[str]], totals: list[int]) -> int:
    return max((r for r in totals[:-1] if any(GRAND.match(text) for text in rows[r])), default=-1)


def _forward(
    rows: list[list[str]], kinds: list[Kind], index: int, merges: Sequence[Merge], header_rows: int
) -> list[Scope]:
    """Rows after a total that heads its own parts: to the next total, or to the end of the merged label."""
    stop = next((r for r in range(index + 1, len(rows)) if kinds[r] in {"total", "year", "group"}), len(rows))
    scopes: list[Scope] = []
    for m in merges:
        if m.row0 - header_rows == index and m.row1 > m.row0:
            end = min(m.row1 - header_rows, stop - 1)
            scopes.append(Scope(tuple(r for r in range(index + 1, end + 1) if kinds[r] == "data"), partial=True))
    scopes.append(Scope(tuple(r for r in range(index + 1, stop) if kinds[r] == "data"), partial=True))
    return scopes


def year_of_rows(rows: list[list[str]], kinds: list[Kind]) -> list[int | None]:
    """The year heading that stands above each row, None where there is none."""
    out: list[int | None] = []
    current: int | None = None
    for row, kind in zip(rows, kinds, strict=True):
        if kind == "year":
            text = next(t for t in row if t.strip())
            match = YEAR_HEADING.match(text)
            current = int(match[1]) if match else None
        out.append(current)
    return out
