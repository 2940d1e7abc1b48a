"""The total that a table prints: it is no record, and the rows have to add up to it."""

from __future__ import annotations

from collections.abc import Mapping

from db.currencies import written
from ingest.reader import LayoutChangedError
from ingest.readers.cells import unit_of
from ingest.readers.workbook import Grid
from ingest.source import Source
from ingest.values.amount import AmountError, read_amount
from ingest.values.text import clean


class TotalRow:
    """The declared total row of one table, taken out of its rows where it comes."""

    def __init__(self, source: Source, grid: Grid, where: str, positions: Mapping[str, int]) -> None:
        self._source = source
        self._grid = grid
        self._where = where
        self._positions = positions
        self._seen: list[tuple[int, list[str]]] = []

    def takes(self, number: int, raws: list[str]) -> bool:
        """Whether a row is the total row; it is kept for `reconcile`."""
        total = self._source.total_row
        if total is None or (at := self._positions[total.column]) >= len(raws) or clean(raws[at]) != total.text:
            return False
        self._seen.append((number, raws))
        return True

    def reconcile(self, sums: Mapping[str, int]) -> None:
        """Compare the printed total with the rows.

        Args:
            sums: what the rows add up to, in minor units by currency.

        Raises:
            LayoutChangedError: they differ, or the declared total row is not there.
        """
        source, where = self._source, self._where
        if source.total_row is None:
            return
        if len(self._seen) != 1:
            raise LayoutChangedError(f"{where}: {len(self._seen)} total rows found, one is declared")
        number, raws = self._seen[0]
        heading, rule = next(
            (heading, rule)
            for heading in source.columns
            for rule in source.column_rules(heading)
            if rule.to == source.amount
        )
        unit = unit_of(source, rule)
        at = self._positions[heading]
        try:
            printed = read_amount(raws[at] if at < len(raws) else "", unit).minor
        except AmountError as error:
            raise LayoutChangedError(
                f"{where}: {self._grid.place(number)} is the total row, and its {heading} cannot be read: {error}"
            ) from None
        rows = sums.get(unit.currency, 0)
        if printed != rows:
            raise LayoutChangedError(
                f"{where}: {self._grid.place(number)} prints a total of "
                f"{'nothing' if printed is None else written(printed, unit.currency)}, the rows add up to "
                f"{written(rows, unit.currency)}; a column may have shifted or rows may be missing"
            )
